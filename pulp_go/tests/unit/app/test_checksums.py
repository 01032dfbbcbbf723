"""The checksum database of a remote: what is asked, what is believed, and what is left behind."""

import asyncio
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync

from pulp_go.app.checksums import is_asked
from pulp_go.app.exceptions import (
    ChecksumDatabaseError,
    ForkError,
    HashMismatchError,
    NoDatabaseError,
    ToolchainUnverifiedError,
    UnknownVersionError,
    UpstreamError,
    UpstreamNotFoundError,
)
from pulp_go.app.ingest import Wanted, named_by_go_sum
from pulp_go.app.sumdbs import ChecksumDatabase, ChecksumRecord, HashTile
from pulp_go.app.treestore import TreeStore
from pulp_go.gomod import sumdb
from pulp_go.tests.unit.app.checksumlogs import GO_MOD_H1, H1, Source, record
from pulp_go.tests.unit.gomod.logs import VERIFIER, Log

from pulpcore.plugin.util import get_domain_pk  # isort: skip

NAME = ("example.com/a", "v1.0.0")
SIZE = 70_000
LATE = 66_000
PATH = "lookup/example.com/a@v1.0.0"
EDGE = ["tile/8/0/273.p/112", "tile/8/1/001.p/17", "tile/8/2/000.p/1"]


@pytest.fixture
def source(db):
    """A database with one module version, on the right of the tree."""
    return Source(SIZE, {NAME: LATE})


def vouch(checksums, *wanted):
    """Return what a database vouches for, all asked for at once."""

    async def ask():
        return await asyncio.gather(*map(checksums.vouch, wanted or [Wanted(*NAME)]))

    return async_to_sync(ask)()


def here(source):
    """Return the `Checksums` of the domain, as each sync has new ones."""
    return source.checksums(get_domain_pk())


def test_a_record_is_proven_and_its_hashes_are_known(source):
    [vouched] = vouch(here(source))
    assert (vouched.h1, vouched.go_mod_h1) == (H1, GO_MOD_H1)
    [proof] = vouched.proofs
    assert (proof.database, proof.record, proof.tree_size) == (VERIFIER.name, LATE, SIZE)
    assert source.asked[:2] == ["supported", "latest"]
    assert sorted(source.asked[2:]) == [PATH, "tile/8/0/257", *EDGE]


def test_of_a_go_mod_alone_the_zip_is_not_expected(source):
    [vouched] = vouch(here(source), Wanted(*NAME, zip=False))
    assert (vouched.h1, vouched.go_mod_h1) == ("", GO_MOD_H1)


def test_what_is_proven_is_kept_and_not_asked_again(source):
    vouch(here(source))
    row = ChecksumRecord.objects.get()
    assert (row.number, row.module, row.version) == (LATE, *NAME)
    assert row.text == record(*NAME)
    assert HashTile.objects.count() == 4
    source.asked.clear()
    [vouched] = vouch(here(source))
    assert (vouched.h1, source.asked) == (H1, [])


def test_the_tree_that_has_a_record_is_trusted(source):
    vouch(here(source))
    database = ChecksumDatabase.objects.get()
    assert (database.size, bytes(database.note)) == (SIZE, source.log.note())


def test_nothing_is_asked_twice(db):
    names = {("example.com/a", f"v1.0.{n}"): 300 * n for n in range(200)}
    source = Source(SIZE, names)
    vouch(here(source), *(Wanted(*name) for name in names))
    assert len(source.asked) == len(set(source.asked))
    tiles = [path for path in source.asked if path.startswith("tile/")]
    assert len(source.asked) == 2 + 200 + len(tiles)
    assert len(tiles) == 4 + len({300 * n >> 8 for n in range(200)})


def test_tiles_at_the_bottom_do_not_pile_up_in_memory(source):
    checksums = here(source)
    vouch(checksums)
    assert {tile.level for tile in checksums._client.held if tile == tile.full} == set()


def test_what_the_database_does_not_know_is_unknown(source):
    with pytest.raises(UnknownVersionError, match="example.com/b@v1.0.0"):
        vouch(here(source), Wanted("example.com/b", "v1.0.0"))
    assert not ChecksumRecord.objects.exists()


@pytest.mark.parametrize("path", ["supported", "latest", PATH, *EDGE, "tile/8/0/257"])
def test_trouble_is_never_unknown(source, path):
    source.replies[path] = UpstreamError("503 busy")
    with pytest.raises(UpstreamError, match="503 busy"):
        vouch(here(source))
    assert not (ChecksumRecord.objects.exists() or HashTile.objects.exists())


def test_without_a_database_nothing_is_looked_up(source):
    source.replies["supported"] = UpstreamNotFoundError("404 no")
    with pytest.raises(NoDatabaseError, match="sumdb_direct.*no_sumdb.*sumdb=off"):
        vouch(here(source))
    assert source.asked == ["supported"]


def test_latest_need_not_be_there(source):
    source.replies["latest"] = UpstreamNotFoundError("404 no")
    [vouched] = vouch(here(source))
    assert vouched.h1 == H1


def test_a_partial_tile_may_be_gone_for_the_full_one(source):
    full = Log(LATE + 512, *[(LATE, record(*NAME)), (LATE + 1, source.log.text(0))])
    wide = sumdb.Tile(8, 0, 273, 256)
    source.replies["tile/8/0/273.p/112"] = UpstreamNotFoundError("404 no")
    source.replies["tile/8/0/273"] = full.tile(wide)
    [vouched] = vouch(here(source))
    assert vouched.h1 == H1


def test_a_tile_that_is_nowhere_is_trouble(source):
    source.replies["tile/8/0/257"] = UpstreamNotFoundError("404 no such tile")
    with pytest.raises(ChecksumDatabaseError, match="no such tile"):
        vouch(here(source))


@pytest.mark.parametrize("path", [*EDGE, "tile/8/0/257"])
def test_a_forged_tile_is_refused_and_asked_for_again(source, path):
    checksums, tile = here(source), source.answer(path)
    for forged in (bytes([tile[0] ^ 1]) + tile[1:], tile[:-1], tile + b"\n", b"<html>"):
        source.replies[path] = forged
        with pytest.raises(ChecksumDatabaseError):
            vouch(here(source))
        assert not (ChecksumRecord.objects.exists() or HashTile.objects.exists())
    with pytest.raises(ChecksumDatabaseError):
        vouch(source.checksums(get_domain_pk()))
    del source.replies[path]
    [vouched] = vouch(checksums)
    assert vouched.h1 == H1


def test_a_forged_record_is_refused(source):
    evil = record(*NAME, "h1:" + "E" * 43 + "=")
    source.replies[PATH] = source.log.lookup(LATE, text=evil)
    with pytest.raises(ChecksumDatabaseError, match="cannot authenticate record"):
        vouch(here(source))
    assert not ChecksumRecord.objects.exists()


def test_the_record_of_another_module_vouches_for_nothing(source):
    source.replies[PATH] = source.log.lookup(5)
    with pytest.raises(ChecksumDatabaseError, match="record 5 of .* is not its"):
        vouch(here(source))
    assert not ChecksumRecord.objects.exists()


def test_a_fork_is_no_trouble(source):
    vouch(here(source))
    ChecksumRecord.objects.all().delete()
    other = Source(SIZE + 5, {NAME: 7})
    with pytest.raises(ForkError) as error:
        vouch(here(other))
    assert error.value.held == source.log.note().decode()
    assert error.value.seen == other.log.note().decode()
    assert not ChecksumRecord.objects.exists()


def test_a_database_that_went_back_is_not_followed(source):
    vouch(here(source))
    older = Source(300, {("example.com/b", "v1.0.0"): 200})
    with pytest.raises((ChecksumDatabaseError, ForkError)):
        vouch(here(older), Wanted("example.com/b", "v1.0.0"))
    assert ChecksumDatabase.objects.get().size == SIZE


def test_a_go_sum_and_the_database_have_to_agree(source):
    other = "h1:" + "C" * 43 + "="
    with pytest.raises(HashMismatchError) as error:
        vouch(here(source), named_by_go_sum(*NAME, True, other, ""))
    assert other in str(error.value) and H1 in str(error.value)


def test_a_go_sum_that_agrees_vouches_too(source):
    [vouched] = vouch(here(source), named_by_go_sum(*NAME, True, H1, ""))
    assert [proof.database for proof in vouched.proofs] == ["gosum", VERIFIER.name]


def test_a_name_has_one_key(source):
    ChecksumDatabase.objects.create(name=VERIFIER.name, key="another")
    with pytest.raises(ChecksumDatabaseError, match="known with the key another"):
        vouch(here(source))
    assert source.asked == []


B = ("example.com/b", "v1.0.0")
GROWN = SIZE + 400


def is_served_whole(log):
    """Report whether all is held that shows all clients the tree of a log, and its two records."""
    client = sumdb.Client(VERIFIER, log.note())
    needed = client.needed_for([SIZE], [LATE, SIZE + 300])
    return set(TreeStore(ChecksumDatabase.objects.get()).tiles(sorted(needed))) == needed


def test_a_grown_tree_is_still_served_whole(source):
    vouch(here(source))
    grown = Source(GROWN, {NAME: LATE, B: SIZE + 300})
    vouch(here(grown), Wanted(*B))
    assert ChecksumDatabase.objects.get().size == GROWN
    assert is_served_whole(grown.log)


@pytest.mark.parametrize("larger", ["theirs", "ours"])
def test_who_was_overtaken_compares_the_trees(source, larger):
    grown = Source(GROWN, {NAME: LATE, B: SIZE + 300})
    first, second = (source, grown) if larger == "ours" else (grown, source)
    late = here(second)
    async_to_sync(late.locate)()
    wanted = Wanted(*NAME)
    async_to_sync(late._once)(late._open)
    vouch(here(first), wanted if larger == "ours" else Wanted(*B))
    vouch(late, wanted)
    assert ChecksumDatabase.objects.get().size == GROWN
    vouch(here(grown), wanted, Wanted(*B))
    assert is_served_whole(grown.log)


def test_who_was_overtaken_by_a_fork_keeps_nothing(source):
    late = here(source)
    async_to_sync(late._once)(late._open)
    fork = Source(SIZE, {B: 7})
    vouch(here(fork), Wanted(*B))
    with pytest.raises((ChecksumDatabaseError, ForkError)):
        vouch(late)
    assert [row.module for row in ChecksumRecord.objects.all()] == [B[0]]
    assert bytes(ChecksumDatabase.objects.get().note) == fork.log.note()


def test_who_was_overtaken_by_the_way_back_goes_on(source):
    vouch(here(source))
    late = here(source)
    async_to_sync(late._once)(late._open)
    TreeStore(ChecksumDatabase.objects.get()).retreat(0, b"")
    vouch(late)
    assert ChecksumDatabase.objects.get().size == SIZE
    assert vouch(here(source)) and HashTile.objects.count() == 4


def test_all_full_tiles_at_the_bottom_can_be_held(source):
    vouch(here(source))
    async_to_sync(here(source).hold_full)(range(SIZE >> 8))
    assert HashTile.objects.filter(level=0, width=256).count() == SIZE >> 8
    source.asked.clear()
    async_to_sync(here(source).hold_full)(range(SIZE >> 8))
    assert source.asked == []


ASKED = [
    ("sum.golang.org", [], "example.com/a", True),
    ("off", [], "example.com/a", False),
    ("sum.golang.org", ["example.com"], "example.com/a", False),
    ("sum.golang.org", ["corp.com", "*.com/a"], "example.com/a", False),
    ("sum.golang.org", ["example.com/b"], "example.com/a", True),
    ("sum.golang.org", ["golang.org"], "golang.org/toolchain", True),
    ("sum.golang.org", ["golang.org"], "golang.org/x/text", False),
    ("sum.golang.org", ["example.com\n"], "example.com/a", True),
    ("sum.golang.org", ["١.com"], "example.com/a", True),
]


@pytest.mark.parametrize(("database", "without", "path", "expected"), ASKED)
def test_who_is_asked_about_what(database, without, path, expected):
    remote = SimpleNamespace(name="remote", sumdb=database, no_sumdb=without)
    assert is_asked(remote, path) is expected


def test_a_toolchain_is_never_believed():
    remote = SimpleNamespace(name="remote", sumdb="off", no_sumdb=[])
    with pytest.raises(ToolchainUnverifiedError, match="sumdb=off"):
        is_asked(remote, "golang.org/toolchain")
