"""The store of checksum databases in rows keeps the contract of all stores, and grows by parts."""

import pytest

from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import ChecksumDatabaseError
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.treestore import TreeStore, open_database
from pulp_go.gomod.note import make_signer
from pulp_go.gomod.tiles import Tile
from pulp_go.gomod.tlog import Record
from pulp_go.tests.conformance.conftest import cases, vectors_dir  # noqa: F401 (fixtures)
from pulp_go.tests.conformance.test_sumdb import dumps  # noqa: F401 (a fixture)
from pulp_go.tests.store_contract import CONTRACT, SMALL
from pulp_go.tests.unit.gomod.logs import VERIFIER, Log

KEY = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6"


def make(signed, records, tiles):
    """Return a store that holds these, in a database of its own."""
    number = ChecksumDatabase.objects.count()
    database = ChecksumDatabase.objects.create(name=f"{number}.example", key="", note=signed or b"")
    store = TreeStore(database)
    store.keep({(module, version): record for module, version, record in records}, tiles)
    return store


@pytest.mark.parametrize("keeps_the_contract", CONTRACT, ids=lambda function: function.__name__)
def test_a_store_in_rows(db, keeps_the_contract):
    keeps_the_contract(make, SMALL)


@pytest.mark.parametrize("keeps_the_contract", CONTRACT, ids=lambda function: function.__name__)
def test_go_s_own_server(db, dumps, keeps_the_contract):  # noqa: F811
    for dump in dumps.values():
        keeps_the_contract(make, dump)


@pytest.fixture
def store(db):
    return make(None, (), {})


def test_of_each_tile_the_widest_is_held(store):
    log = Log(1000)
    for width in (7, 200, 3):
        tile = Tile(8, 0, 3, width)
        store.keep({}, {tile: log.tile(tile)})
    widths = {width: store.tile(Tile(8, 0, 3, width)) for width in (1, 200, 201, 256)}
    assert widths == {
        1: log.tile(Tile(8, 0, 3, 1)),
        200: log.tile(Tile(8, 0, 3, 200)),
        201: None,
        256: None,
    }


def test_partial_tiles_of_a_tree_are_told(store):
    log = Log(70_000)
    tiles = [Tile(8, 0, 0, 256), Tile(8, 0, 1, 5), Tile(8, 1, 0, 7), Tile(8, 0, 8, 3)]
    store.keep({}, {tile: log.tile(tile) for tile in tiles})
    # The first record of tile 8 of level 0 is number 2048; the first of level 1 has 256 records.
    assert sorted(store.narrow_in(2048)) == [(0, 1), (1, 0)]
    assert sorted(store.narrow_in(2049)) == [(0, 1), (0, 8), (1, 0)]
    assert store.narrow_in(255) == []


def test_records_are_kept_once(store):
    first, other = Record(3, "one\n"), Record(4, "two\n")
    store.keep({("a.b/c", "v1.0.0"): first}, {})
    store.keep({("a.b/c", "v1.0.0"): other, ("a.b/d", "v1.0.0"): other}, {})
    assert store.find("a.b/c", "v1.0.0") == first
    found = store.find_all([("a.b/d", "v1.0.0"), ("a.b/c", "v1.0.1")])
    assert (found["a.b/d", "v1.0.0"], found.get(("a.b/c", "v1.0.1"))) == (other, None)
    assert store.records(3, 2) == ["one\n", "two\n"] and store.records(3, 3) is None


def test_a_name_has_one_key(db):
    database = open_database(VERIFIER, get_domain_pk())
    assert (database.key, open_database(VERIFIER, get_domain_pk())) == (KEY, database)
    other = make_signer(VERIFIER.name, bytes(32)).verifier
    with pytest.raises(ChecksumDatabaseError, match="is known with the key"):
        open_database(other, get_domain_pk())
