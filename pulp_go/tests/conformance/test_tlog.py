from base64 import b64decode, b64encode

import pytest

from pulp_go.gomod import tiles, tlog
from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.knowntree import KnownTree
from pulp_go.gomod.tiles import Tile
from pulp_go.gomod.tlog import Record, Tree

RECORDS = 300


def text(hash_):
    return b64encode(hash_).decode()


class Log:
    """The log of the vectors, built by adding its records one by one."""

    def __init__(self):
        self.stored = []
        for n in range(RECORDS):
            record_hash = tlog.record_hash(b"leaf %d" % n)
            self.stored += tlog.stored_hashes(n, record_hash, self.read)

    def read(self, indexes):
        return [self.stored[index] for index in indexes]

    def tree(self, size):
        return Tree(size, tlog.tree_hash(size, self.read))


@pytest.fixture(scope="module")
def log():
    return Log()


def test_stored_hash_index(cases):
    for level, n, index in cases("tlog.json", "stored_hash_index_level_n_index"):
        assert tlog.stored_hash_index(level, n) == index
        assert tlog.split_stored_hash_index(index) == (level, n)


def test_stored_hash_count(cases, log):
    for n, count in cases("tlog.json", "stored_hash_count"):
        assert tlog.stored_hash_count(n) == count
    assert len(log.stored) == tlog.stored_hash_count(RECORDS)


def test_record_hash(cases, log):
    wanted = cases("tlog.json", "record_hash")
    found = log.read([tlog.stored_hash_index(0, n) for n in range(RECORDS)])
    assert list(map(text, found)) == wanted


def test_tree_hash(cases, log):
    wanted = cases("tlog.json", "tree_hash_by_size")
    assert [text(log.tree(size).hash) for size in range(RECORDS + 1)] == wanted


def test_record_proofs(cases, log):
    for case in cases("tlog.json", "record_proofs"):
        size, n = case["T"], case["N"]
        proof = tlog.prove_record(size, n, log.read)
        assert list(map(text, proof)) == case["Proof"], (size, n)
        (leaf,) = log.read([tlog.stored_hash_index(0, n)])
        tlog.check_record(proof, log.tree(size), n, leaf)


def test_tree_proofs(cases, log):
    for case in cases("tlog.json", "tree_proofs"):
        size, old = case["T"], case["N"]
        proof = tlog.prove_tree(size, old, log.read)
        assert list(map(text, proof)) == case["Proof"], (size, old)
        tlog.check_tree(proof, log.tree(size), log.tree(old))


def test_tile_paths(cases):
    differences = []
    for case in cases("tlog.json", "tile_paths"):
        try:
            found = tiles.parse_tile_path(case["Path"])
        except TreeError as error:
            if case["OK"] or not case["Err"].startswith("malformed tile path"):
                differences.append((case, error.reason))
            continue
        wanted = Tile(case["H"], case["L"], case["N"], case["W"])
        if (case["OK"], found, found.path) != (True, wanted, case["RoundTrip"]):
            differences.append((case, found))
    assert not differences


def test_new_tiles(cases):
    for case in cases("tlog.json", "new_tiles"):
        found = tiles.new_tiles(case["H"], case["Old"], case["New"])
        assert [tile.path for tile in found] == case["Paths"]


def test_tiles(cases, log):
    for case in cases("tlog.json", "tiles_of_size_300_h2_h8"):
        tile = tiles.parse_tile_path(case["Path"])
        data = tiles.read_tile_data(tile, log.read)
        assert text(data) == case["Data"], tile
        for index, hash_ in enumerate(log.stored):
            needed = tiles.tile_for_index(tile.height, index)
            if needed.place == tile.place and needed.width <= tile.width:
                assert tiles.hash_from_tile(tile, data, index) == hash_, (tile, index)


def test_every_stored_hash_is_in_a_tile(cases, log):
    paths = {case["Path"] for case in cases("tlog.json", "tiles_of_size_300_h2_h8")}
    for height in (2, 8):
        for index in range(len(log.stored)):
            needed = tiles.tile_for_index(height, index)
            assert tiles.tile_in_tree(*needed[:3], RECORDS).path in paths


def test_client_tile_reads(cases, log):
    for case in cases("tlog.json", "client_tile_reads"):
        height, tree = case["H"], log.tree(case["Size"])
        known = KnownTree(tree, {}, height)
        plan = known.missing(
            [tiles.tile_for_index(height, index) for index in case["Indexes"]]
            + tiles.tiles_for_tree(height, tree.size)
        )
        assert {tile.path for tile in plan} == set(case["Tiles"]), case
        assert len(plan) == len(case["Tiles"])
        known = known.grown({tile: tiles.read_tile_data(tile, log.read) for tile in plan})
        assert known.tree_hash(tree.size) == tree.hash


def test_format_record(cases):
    for case in cases("tlog.json", "format_record"):
        # What is no UTF-8 is no text either: it comes as a surrogate here.
        text_ = b64decode(case["B64"]).decode("utf-8", "surrogateescape") if "B64" in case else ""
        record = Record(case["ID"], case.get("Text", text_))
        try:
            found = tlog.format_record(record).decode()
        except TreeError:
            found = ""
        assert (bool(found), found) == (case["OK"], case["Msg"])


def test_parse_record(cases):
    for case in cases("tlog.json", "parse_record"):
        try:
            record, rest = tlog.parse_record(b64decode(case["MsgB64"]))
        except TreeError:
            assert not case["OK"], case
            continue
        wanted = Record(case["ID"], case["Text"]), b64decode(case["RestB64"])
        assert (case["OK"], (record, rest)) == (True, wanted)


def test_parse_tree(cases):
    for case in cases("tlog.json", "parse_tree"):
        try:
            tree = tlog.parse_tree(case["In"])
        except TreeError:
            assert not case["OK"], case
            continue
        assert (case["OK"], tree) == (True, Tree(case["N"], b64decode(case["Hash"])))
        assert case["In"].startswith(tlog.format_tree(tree))
