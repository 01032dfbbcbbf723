"""What is asked of a checksum database for a client: once, checked, kept; and when the tree moves.

700 is 2 * 256 + 188, 1,000 is 3 * 256 + 232.
"""

import asyncio
import logging

import pytest
from asgiref.sync import async_to_sync

from pulp_go.app import forwarding
from pulp_go.app.answers import Fetched, Unasked
from pulp_go.app.forwarding import Forwards
from pulp_go.app.history import Finding
from pulp_go.app.models import GoRemote
from pulp_go.app.sumdbs import ChecksumDatabase, ChecksumRecord, HashTile
from pulp_go.app.treestore import TreeStore
from pulp_go.gomod.sumdbserver import Latest, Lookup, Supported, TileRequest
from pulp_go.gomod.tiles import Tile
from pulp_go.gomod.tlog import Record
from pulp_go.tests.unit.app.databases import BELOW, ONE, asked, make_remote, serve, trusted
from pulp_go.tests.unit.gomod.logs import OTHER, TEXT, VERIFIER, Log

LOOKUP = Lookup("example.com/one", "v1.0.0")
LOG, LATER = Log(700), Log(1000)
EDGE = ["tile/8/0/002.p/188", "tile/8/1/000.p/2"]
LATER_EDGE = ["tile/8/0/003.p/232", "tile/8/1/000.p/3"]
# What shows that the later tree begins with the earlier one.
GROWTH = ["tile/8/0/002", *LATER_EDGE]
UPSTREAM, UNKNOWN, FORGED, FORK, NO_DATABASE = (
    f"GO00{number}" for number in ("03", "12", "13", "14", "15")
)


@pytest.fixture
def remote(db, upstream):
    return make_remote(upstream.url)


def ask(remote, *requests):
    """Return what came of questions, all asked at the same time."""

    async def call():
        forwards = Forwards()
        try:
            unasked = [Unasked(502, remote=remote, request=request) for request in requests]
            return await asyncio.gather(*map(forwards.asked, unasked))
        finally:
            await forwards.close()

    return async_to_sync(call)()


def test_a_look_up_is_proven_and_kept(remote, upstream):
    serve(upstream, LOG, 300)
    assert ask(remote, LOOKUP) == [Fetched()]
    assert asked(upstream) == sorted(["supported", "latest", ONE, "tile/8/0/001", *EDGE])
    store = TreeStore(ChecksumDatabase.objects.get())
    assert (store.database.size, store.signed()) == (700, LOG.note())
    assert store.find("example.com/one", "v1.0.0") == Record(300, TEXT)
    assert store.tile(Tile(8, 0, 1, 256)) == LOG.tile(Tile(8, 0, 1, 256))


@pytest.mark.parametrize("number", [300, 700])
def test_the_newest_tree_that_came_is_trusted(remote, upstream, number):
    trusted(LOG)
    serve(upstream, LATER, number)
    assert ask(remote, LOOKUP) == [Fetched()]
    record = ["tile/8/0/001"] if number == 300 else []
    assert asked(upstream) == sorted(["supported", "latest", ONE, *record, *GROWTH])
    database = ChecksumDatabase.objects.get()
    assert (database.size, bytes(database.note)) == (1000, LATER.note())


def test_one_question_is_asked_once_at_a_time(remote, upstream):
    serve(upstream, LOG, 300)
    assert ask(remote, *[LOOKUP] * 20, Supported(), Latest()) == [Fetched()] * 22
    log = asked(upstream)
    assert (log.count(ONE), log.count("supported")) == (1, 1)
    # `latest` was asked for, and a look-up begins with it.
    assert log.count("latest") <= 2


def test_what_was_found_out_is_shared_for_a_while(remote, upstream):
    serve(upstream, LOG, 300)
    two = f"{BELOW}lookup/example.com/one@v1.0.1"
    upstream.says(two, (404, {}, b"not found"))

    async def call():
        forwards = Forwards()
        for request in (LOOKUP, Lookup("example.com/one", "v1.0.1"), LOOKUP):
            await forwards.asked(Unasked(502, remote=remote, request=request))
        await forwards.close()

    async_to_sync(call)()
    log = asked(upstream)
    assert [log.count(path) for path in ("supported", "latest", ONE)] == [1, 1, 1]


@pytest.mark.parametrize("end", ["idle", "trouble", "changed", "many"])
def test_a_talk_ends(remote, upstream, monkeypatch, end):
    serve(upstream, LOG, 300)
    if end == "idle":
        monkeypatch.setattr(forwarding, "IDLE", 0.0)
    elif end == "trouble":
        upstream.says(f"{BELOW}latest", (500, {}, b"no"), LOG.note())
    elif end == "many":
        monkeypatch.setattr(forwarding, "MOST", 1)

    async def call():
        forwards = Forwards()
        first = await forwards.asked(Unasked(502, remote=remote, request=Latest()))
        await asyncio.sleep(0.05)
        now = remote
        if end == "changed":
            remote.max_retries = 1
            await remote.asave()
            now = await GoRemote.objects.aget()
        second = await forwards.asked(Unasked(502, remote=now, request=Supported()))
        await forwards.close()
        return [first.code, second.code]

    trouble = UPSTREAM if end == "trouble" else ""
    assert async_to_sync(call)() == [trouble, ""]
    assert asked(upstream).count("supported") == 2


def test_a_tile_is_authenticated_and_kept(remote, upstream):
    trusted(LOG)
    serve(upstream, LATER)
    assert ask(remote, TileRequest(Tile(8, 0, 1, 77))) == [Fetched()]
    assert HashTile.objects.filter(level=0).get(number=1).width == 256
    assert ChecksumDatabase.objects.get().size == 700


def test_a_tile_of_a_newer_tree_has_the_trusted_one_move(remote, upstream):
    trusted(LOG)
    serve(upstream, LATER)
    assert ask(remote, TileRequest(Tile(8, 0, 3, 100))) == [Fetched()]
    store = TreeStore(ChecksumDatabase.objects.get())
    assert store.database.size == 1000
    assert store.tile(Tile(8, 0, 3, 100)) == LATER.tile(Tile(8, 0, 3, 100))


def test_a_tile_of_no_tree_is_not_asked_for(remote, upstream):
    trusted(LOG)
    serve(upstream, LATER)
    assert ask(remote, TileRequest(Tile(8, 2, 0, 1))) == [Fetched()]
    assert ChecksumDatabase.objects.get().size == 1000
    assert "tile/8/2/000.p/1" not in asked(upstream)


def test_a_database_without_a_latest_tree(remote, upstream):
    serve(upstream, LOG, 300)
    upstream.says(f"{BELOW}latest", (404, {}, b"no"))
    assert ask(remote, Latest()) == [Fetched()]
    assert ChecksumDatabase.objects.get().size == 0
    assert ask(remote, LOOKUP) == [Fetched()]
    assert ChecksumDatabase.objects.get().size == 700


def evil(upstream, what):
    """Have an honest upstream say one thing that is wrong."""
    if what == "record of another module":
        return serve(upstream, Log(700, (0, "a.b/c v1.0.0 h1:x=\n")), 300)
    forged = Tile(8, 0, 1, 256)
    paths = {
        "record": (ONE, LOG.lookup(300, text=OTHER)),
        "note": (ONE, LOG.lookup(300)[:-9] + b"AAAAAAAA\n"),
        "lines outside the record": (ONE, LOG.lookup(300).replace(b"\n\n", b"\n", 1)),
        "tile": (forged.path, b"x" * 8192),
        "short tile": (forged.path, b"x" * 99),
        "no tile": (forged.path, (404, {}, b"no")),
        "edge": (EDGE[0], Log(700, (699, OTHER)).tile(Tile(8, 0, 2, 188))),
        "latest": ("latest", b"nothing"),
    }
    path, body = paths[what]
    return upstream.says(f"{BELOW}{path}", body)


EVILS = [
    "record",
    "note",
    "lines outside the record",
    "record of another module",
    "tile",
    "short tile",
    "no tile",
    "edge",
    "latest",
]


@pytest.mark.case("C-1")
@pytest.mark.case("C-2")
@pytest.mark.parametrize("what", EVILS)
def test_what_cannot_be_believed_is_told_and_not_kept(remote, upstream, caplog, what):
    serve(upstream, LOG, 300)
    evil(upstream, what)
    [fetched] = ask(remote, LOOKUP)
    assert fetched == Fetched(code=FORGED)
    assert ChecksumRecord.objects.count() == 0 and ChecksumDatabase.objects.get().size == 0
    [record] = [record for record in caplog.records if record.name == "pulp_go.app.forwarding"]
    assert record.levelno == logging.ERROR and "localhost.localdev/sumdb" in record.getMessage()
    serve(upstream, LOG, 300)
    assert ask(remote, LOOKUP) == [Fetched()]


def test_a_fork_is_found_once_and_told_each_time(remote, upstream, caplog):
    trusted(LOG)
    forked = Log(1000, (5, OTHER), (6, TEXT))
    serve(upstream, forked, 300)
    assert [ask(remote, LOOKUP)[0].code for _ in range(2)] == [FORK, FORK]
    finding = Finding.objects.get()
    assert (finding.kind, finding.database) == ("fork", "localhost.localdev/sumdb")
    assert finding.held == {"note": LOG.note().decode()}
    assert finding.seen == {"note": forked.note().decode()}
    assert finding.domain == remote.pulp_domain_id
    told = [record for record in caplog.records if record.name == "pulp_go.app.forwarding"]
    assert [record.levelno for record in told] == [logging.ERROR] * 2
    for log in (LOG, forked):
        assert log.note().decode().splitlines()[2] in told[0].getMessage()
    database = ChecksumDatabase.objects.get()
    assert (database.size, bytes(database.note)) == (700, LOG.note())


TROUBLES = [
    ("supported", (404, {}, b"no"), NO_DATABASE),
    ("supported", (503, {}, b"no"), UPSTREAM),
    (ONE, (404, {}, b"not found"), UNKNOWN),
    (ONE, (410, {}, b"gone"), UNKNOWN),
    (ONE, (403, {}, b"no"), UPSTREAM),
    (ONE, (500, {}, b"no"), UPSTREAM),
    ("tile/8/0/001", (502, {}, b"no"), UPSTREAM),
]


@pytest.mark.parametrize(("path", "reply", "code"), TROUBLES)
def test_trouble_is_told_for_what_it_is(remote, upstream, path, reply, code):
    serve(upstream, LOG, 300)
    upstream.says(f"{BELOW}{path}", reply)
    assert ask(remote, LOOKUP) == [Fetched(code=code)]
    assert ChecksumRecord.objects.count() == 0


def test_a_slow_database_is_late(remote, upstream):
    serve(upstream, LOG, 300)
    upstream.says(f"{BELOW}{ONE}", (200, {"Content-Length": "9999"}, b"slow"))
    remote.sock_read_timeout = 0.2
    upstream.daemon_threads = True
    [fetched] = ask(remote, LOOKUP)
    assert fetched.code == "GO0004" and not fetched.is_late


def test_nobody_is_asked_for_a_database_that_has_another_key(remote, upstream):
    serve(upstream, LOG, 300)
    ChecksumDatabase.objects.create(name=VERIFIER.name, key="another")
    assert ask(remote, LOOKUP) == [Fetched(code=FORGED)]
    assert asked(upstream) == []
