"""The store of checksum databases in rows keeps the contract of all stores, and grows by parts."""

import pytest

from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import ChecksumDatabaseError
from pulp_go.app.history import Evidence
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.treestore import Proven, TreeStore, open_database
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
    by_name = {(module, version): record for module, version, record in records}
    store.keep(Proven(by_name, tiles))
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
        store.keep(Proven(tiles={tile: log.tile(tile)}))
    widths = {width: store.tile(Tile(8, 0, 3, width)) for width in (1, 200, 201, 256)}
    assert widths == {
        1: log.tile(Tile(8, 0, 3, 1)),
        200: log.tile(Tile(8, 0, 3, 200)),
        201: None,
        256: None,
    }


def trusted(store):
    """Return size and note of the tree that is trusted."""
    row = ChecksumDatabase.objects.get(pk=store.database.pk)
    return row.size, bytes(row.note)


def test_a_larger_tree_is_trusted_and_a_smaller_one_is_not(store):
    assert store.keep(Proven(size=20, note=b"twenty")) is None
    assert store.keep(Proven(size=10, note=b"ten")) is None
    assert trusted(store) == (20, b"twenty")


def test_nothing_is_kept_before_the_trees_were_compared(store):
    log, tile = Log(1000), Tile(8, 0, 0, 256)
    proven = Proven({("a.b/c", "v1.0.0"): Record(3, "one\n")}, {tile: log.tile(tile)}, 1000, b"k")
    ChecksumDatabase.objects.filter(pk=store.database.pk).update(size=20, note=b"twenty")
    assert store.keep(proven) == b"twenty"
    assert (store.find("a.b/c", "v1.0.0"), store.tile(tile)) == (None, None)
    assert trusted(store) == (20, b"twenty")
    store.compared(b"twenty")
    assert store.keep(proven) is None
    assert store.find("a.b/c", "v1.0.0") == Record(3, "one\n")
    assert trusted(store) == (1000, b"k")


# The sizes that are gone back to, and the widths of the tiles then: of a tree of 70,000.
RETREATS = [
    (69_999, {(0, 0): 256, (0, 273): 111, (1, 0): 256, (1, 1): 17, (2, 0): 1}),
    (69_888, {(0, 0): 256, (1, 0): 256, (1, 1): 17, (2, 0): 1}),
    (65_536, {(0, 0): 256, (1, 0): 256, (2, 0): 1}),
    (65_535, {(0, 0): 256, (1, 0): 255}),
    (300, {(0, 0): 256, (1, 0): 1}),
    (255, {(0, 0): 255}),
    (0, {}),
]


@pytest.mark.parametrize(("size", "widths"), RETREATS)
def test_a_smaller_tree_is_trusted_again(store, size, widths):
    log = Log(70_000)
    tiles = [(0, 0, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    held = {tile: log.tile(tile) for tile in (Tile(8, *one) for one in tiles)}
    records = {("a.b/c", f"v1.0.{n}"): Record(n, f"{n}\n") for n in (254, 255, 69_999)}
    store.keep(Proven(records, held, 70_000, b"large"))
    store.retreat(size, b"small")
    assert trusted(store) == (size, b"small")
    assert {row.number for row in store.database.records.all()} == {
        n for n in (254, 255, 69_999) if n < size
    }
    rows = store.database.tiles.all()
    assert {(row.level, row.number): row.width for row in rows} == widths
    for row in rows:
        assert bytes(row.data) == log.tile(Tile(8, row.level, row.number, row.width))


def test_evidence_of_what_is_gone_is_gone(store):
    store.keep(Proven(size=20, note=b"twenty"))
    domain, name = store.database.pulp_domain_id, store.database.name
    rows = [(name, 9), (name, 10), ("other.example", 10), (Evidence.GO_SUM, None)]
    for number, (database, record) in enumerate(rows):
        Evidence.objects.create(
            domain=domain,
            module="a.b/c",
            version=f"v1.0.{number}",
            h1="",
            go_mod_h1="",
            database=database,
            record=record,
        )
    store.retreat(10, b"ten")
    assert set(Evidence.objects.values_list("version", flat=True)) == {"v1.0.0", "v1.0.2", "v1.0.3"}


def test_there_is_no_way_back_to_a_larger_tree(store):
    store.keep(Proven(size=20, note=b"twenty"))
    store.retreat(30, b"thirty")
    assert trusted(store) == (20, b"twenty")


def test_records_are_kept_once(store):
    first, other = Record(3, "one\n"), Record(4, "two\n")
    store.keep(Proven({("a.b/c", "v1.0.0"): first}))
    store.keep(Proven({("a.b/c", "v1.0.0"): other, ("a.b/d", "v1.0.0"): other}))
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
