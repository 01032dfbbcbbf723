"""A checksum database served by Pulp: what each mode answers, and what is asked of the upstream.

The log is that of `sumdbworld`: three module versions in 70,000 records, a fourth in 71,000.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from functional_tests.contentclient import fetch
from functional_tests.people import Person, rbac_guard
from functional_tests.sumdb import NAME, Database, lookup_path
from functional_tests.sumdbserved import Client, Served, serve
from functional_tests.sumdbworld import EDGE, H1, LOOKUPS, VERSION, A, B, C, D, grow
from functional_tests.upstream import Fault

TOOLCHAIN = "golang.org/toolchain"
TOOLCHAIN_VERSION = "v0.0.1-go1.26.8.linux-amd64"
NO_CACHE, FOR_EVER = "no-cache", "public, max-age=31536000, immutable"


def statuses(served: Served, *paths: str) -> list[int]:
    """Return the statuses of what is below the database's URL."""
    return [served.ask(path).status for path in paths]


PATHS = ["supported", "latest", LOOKUPS[0], "tile/8/0/003", EDGE[0]]


@pytest.mark.case("C-40")
def test_the_four_modes(pulp, vouched):
    served = serve(pulp, vouched, A)
    missing = [LOOKUPS[1], "tile/8/0/009"]
    assert statuses(served.mode("off"), *PATHS, *missing) == [404] * 7
    assert statuses(served.mode("held"), *PATHS, *missing) == [200] * 5 + [404] * 2
    assert served.asked() == []
    for mode in ("forward", None):
        assert statuses(served.mode(mode), *PATHS, *missing) == [200] * 7
    assert served.asked() == sorted(
        ["supported", "latest", LOOKUPS[1], "tile/8/0/257", "tile/8/0/009"]
    )
    served.remote.update({"sumdb": "off"})
    assert statuses(served, *PATHS) == statuses(served.mode("forward"), *PATHS) == [404] * 5
    assert statuses(served.mode("held"), *PATHS) == [200] * 5


@pytest.mark.case("C-40")
def test_only_the_database_of_the_remote_is_served(pulp, vouched):
    served = serve(pulp, vouched, A)
    for name in ("sum.golang.org", f"{NAME}.evil", "sum.example", "", "supported"):
        assert fetch(f"{served.url}sumdb/{name}/supported").status == 404
    assert served.asked() == []


def test_all_answers_have_the_one_tree(pulp, vouched):
    vouched.database.heads = {LOOKUPS[0]: 2000, LOOKUPS[1]: 66_500}
    served = serve(pulp, vouched, A, B).mode("held")
    note = vouched.database.note()
    assert served.ask("latest").body == note
    for path in LOOKUPS[:2]:
        assert served.ask(path).body == vouched.database.record(path) + note


def test_headers(pulp, vouched):
    served = serve(pulp, vouched, A).mode("held")
    wanted = {
        "supported": ("text/plain; charset=UTF-8", NO_CACHE),
        "latest": ("text/plain; charset=UTF-8", NO_CACHE),
        LOOKUPS[0]: ("text/plain; charset=UTF-8", NO_CACHE),
        "tile/8/0/003": ("application/octet-stream", FOR_EVER),
        EDGE[0]: ("application/octet-stream", FOR_EVER),
    }
    for path, (content_type, cache) in wanted.items():
        full, head = served.ask(path), served.ask(path, "HEAD")
        assert (full.status, head.status, head.body) == (200, 200, b"")
        for headers in (full.headers, head.headers):
            assert (headers["content-type"], headers["cache-control"]) == (content_type, cache)
            assert headers["content-length"] == str(len(full.body))
        again = served.ask(path, **{"If-None-Match": full.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


MALFORMED = [
    ("lookup/example.com/a", 400),
    ("lookup/example.com/a@latest", 400),
    ("lookup/example.com/a@v1.%D9%A1.0", 400),
    # No path with a line end is one of pulpcore's.
    ("lookup/example.com/a@v1.0.0%0A", 404),
    ("lookup/example.com/A@v1.0.0", 400),
    ("lookup/example.com/a@v1.0.0/go.mod", 400),
    ("tile/8/0/3", 404),
    ("tile/8/0/%D9%A0%D9%A0%D9%A0", 404),
    ("tile/8/0/000.p/256", 404),
    ("latest%0A", 404),
    ("", 404),
]


def test_what_is_malformed_goes_no_further(pulp, vouched):
    served = serve(pulp, vouched, A)
    for mode in ("forward", "held"):
        asked = served.mode(mode)
        assert [(path, asked.ask(path).status) for path, _ in MALFORMED] == MALFORMED
    assert served.asked() == []


@pytest.mark.case("C-8")
def test_private_names_are_never_asked_for(pulp, vouched, go):
    private = "example.com/private"
    vouched.tree.add(f"{private}/x", VERSION)
    served = serve(pulp, vouched, A, f"{private}/x", no_sumdb=[private, "golang.org"])
    for name in (private, f"{private}/x", "golang.org/x/text"):
        for mode in (None, "forward", "held"):
            assert served.mode(mode).ask(f"lookup/{name}@{VERSION}").status == 404
    client = Client(go(served.url), served)
    said = client.fail(f"{private}/x@{VERSION}")
    assert "404 Not Found" in said and private in said
    client.get(f"{private}/x", GONOSUMDB=private)
    assert served.asked() == []


@pytest.mark.case("C-3")
def test_toolchains_are_looked_up_whatever_no_sumdb_says(pulp, vouched):
    vouched.database.add(TOOLCHAIN, TOOLCHAIN_VERSION, H1[A], H1[B])
    served = serve(pulp, vouched, A, no_sumdb=["golang.org"])
    path = lookup_path(TOOLCHAIN, TOOLCHAIN_VERSION)
    assert served.ask(path).body == vouched.database.record(path) + vouched.database.note()
    assert path in served.asked()


@pytest.mark.case("C-40")
@pytest.mark.parametrize("status", [404, 410])
def test_an_upstream_without_a_database(pulp, upstream, status):
    remote = pulp.remote(upstream, A, sumdb=Database().key)
    repository = pulp.repository(remote=remote.pulp_href)
    served = Served(pulp, upstream, remote, repository, "").mode(None)
    upstream.fault(f"sumdb/{NAME}/supported", Fault(status))
    assert statuses(served, *PATHS) == [404] * 5


@pytest.mark.case("C-40")
def test_supported_is_no_third_thing(pulp, vouched):
    served = serve(pulp, vouched)
    for status in (500, 403, 429):
        vouched.fault(f"{vouched.below}supported", Fault(status))
        assert served.ask("supported").status == 200
        assert statuses(served, *PATHS[1:]) == [502] * 4
    vouched.mend(f"{vouched.below}supported")
    assert statuses(served, *PATHS) == [200] * 5


FAULTS = [
    (Fault(404), 404),
    (Fault(410), 404),
    (Fault(500), 502),
    (Fault(403), 502),
    (Fault(reset=True), 502),
    (Fault(body=b"<html>hello</html>"), 502),
    (Fault(body=b"x" * (2 << 20)), 502),
    (Fault(delay=30), 504),
    (Fault(drip=5), 504),
]


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=lambda value: str(value)[:40])
def test_what_the_upstream_does_not_answer(pulp, vouched, fault, status):
    served = serve(pulp, vouched, A, sock_read_timeout=1.0)
    vouched.fault(f"{vouched.below}{LOOKUPS[1]}", fault)
    reply = served.ask(LOOKUPS[1])
    assert reply.status == status and vouched.url not in reply.text
    vouched.mend(f"{vouched.below}{LOOKUPS[1]}")
    vouched.release()
    assert served.ask(LOOKUPS[1]).status == 200


FORGED = b"x" * 8192
EVILS = {
    "a forged tile": ("tile/8/0/003", lambda honest: FORGED),
    "a short tile": ("tile/8/0/003", lambda honest: FORGED[:99]),
    "a forged tile above": ("tile/8/1/000", lambda honest: FORGED),
    "a forged record": (LOOKUPS[0], lambda honest: honest.replace(b" h1:", b" h1:A", 1)),
    "a tree that nobody signed": (LOOKUPS[0], lambda honest: honest[:-12] + b"AAAAAAAAAAA\n"),
    "a number beyond the tree": (LOOKUPS[0], lambda honest: honest.replace(b"1000", b"70000", 1)),
}


@pytest.mark.case("C-1")
@pytest.mark.case("C-2")
@pytest.mark.parametrize("what", EVILS)
def test_a_forged_answer_is_never_passed_on(pulp, vouched, what):
    served = serve(pulp, vouched, C)
    path, forge = EVILS[what]
    vouched.fault(f"{vouched.below}{path}", Fault(body=forge(vouched.database.body(path))))
    before = served.ask("latest").body
    reply = served.ask(LOOKUPS[0])
    assert (reply.status, "cannot be believed" in reply.text) == (502, True)
    held, kept = served.mode("held"), [LOOKUPS[0], "tile/8/0/003", "tile/8/1/000"]
    assert statuses(held, *kept) == [404] * 3
    assert served.ask("latest").body == before
    vouched.mend(f"{vouched.below}{path}")
    assert served.ask(LOOKUPS[0]).status == 200
    assert statuses(held, *kept) == [200] * 3


@pytest.mark.case("C-2")
def test_extra_lines_are_no_part_of_what_is_passed_on(pulp, vouched):
    served = serve(pulp, vouched, C)
    path, line = LOOKUPS[1], f"{B} {VERSION} h1:{'A' * 43}=\n"
    body = vouched.database.record(path) + vouched.database.note(extension=line)
    vouched.fault(f"{vouched.below}{path}", Fault(body=body))
    reply = served.ask(path)
    assert reply.body == vouched.database.record(path) + vouched.database.note()


def test_a_fork_is_never_passed_on(pulp, vouched, live_pulp):
    served = serve(pulp, vouched, A, C)
    trusted = served.ask("latest").body
    honest, vouched.database = vouched.database, vouched.database.forked(500)
    for path in (LOOKUPS[1], "tile/8/0/300"):
        assert served.ask(path).status == 502
    assert "contradict" in served.ask(LOOKUPS[1]).text
    assert served.ask("latest").body == trusted
    log = (live_pulp.home / "log" / "content.log").read_text()
    for note in (trusted, vouched.database.note()):
        assert note.decode().splitlines()[2] in log
    vouched.database = honest
    assert served.ask(LOOKUPS[1]).status == 200


def test_one_look_up_is_asked_once(pulp, vouched):
    served = serve(pulp, vouched, A)
    vouched.fault(f"{vouched.below}{LOOKUPS[1]}", Fault(delay=0.5))
    with ThreadPoolExecutor(20) as clients:
        replies = list(clients.map(served.ask, [*[LOOKUPS[1]] * 15, *[LOOKUPS[2]] * 5]))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 2
    asked = served.asked()
    assert asked == sorted(set(asked)) and set(LOOKUPS[1:]) < set(asked)


def test_all_are_shown_the_newest_tree_that_came(pulp, vouched):
    served = serve(pulp, vouched, A)
    first = vouched.database.note()
    grow(vouched)
    assert served.ask(LOOKUPS[0]).body.endswith(first)
    assert served.ask("latest").body == first
    new = lookup_path(D, VERSION)
    second = vouched.database.note()
    assert served.ask(new).body == vouched.database.record(new) + second
    assert served.ask(LOOKUPS[0]).body.endswith(second)
    assert served.ask("latest").body == second


def test_nothing_is_known_at_first(pulp, vouched):
    served = serve(pulp, vouched)
    assert statuses(served.mode("held"), *PATHS) == [404] * 5
    assert served.asked() == []
    assert served.ask("latest").body == vouched.database.note()
    assert statuses(served, *PATHS) == [200] * 5


@pytest.mark.parametrize("mode", ["forward", "held"])
def test_a_guard_stands_before_the_database_too(live_pulp, pulp, vouched, mode):
    served = serve(pulp, vouched, A)
    reader = Person(live_pulp, pulp)
    guard = rbac_guard(pulp, reader)
    url = pulp.distribution(repository=served.repository, sumdb=mode, content_guard=guard)
    guarded = replace(served, url=url)
    assert statuses(guarded, *PATHS, "nonsense", LOOKUPS[1]) == [401] * 7
    assert served.asked() == []
    replies = [guarded.ask(path, **reader.headers) for path in PATHS]
    assert {reply.status for reply in replies} == {200}
    caches = [reply.headers["cache-control"] for reply in replies]
    assert caches == ["private, no-cache"] * 3 + ["private, max-age=31536000, immutable"] * 2
