"""Tiles: their paths, what they hold, and which ones a tree has."""

import pytest

from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.tiles import (
    Tile,
    check_length,
    cut,
    hash_from_tile,
    new_tiles,
    parse_tile_path,
    read_tile_data,
    size_with,
    tile_for_hash,
    tile_for_index,
    tile_hash,
    tile_in_tree,
    tiles_for_tree,
)
from pulp_go.gomod.tlog import MAX_SIZE, stored_hash_index
from pulp_go.tests.unit.gomod.logs import Log

PATHS = [
    ("tile/8/0/000", Tile(8, 0, 0, 256)),
    ("tile/8/0/000.p/1", Tile(8, 0, 0, 1)),
    ("tile/8/0/999.p/255", Tile(8, 0, 999, 255)),
    ("tile/8/0/x001/000", Tile(8, 0, 1000, 256)),
    ("tile/3/5/x123/x456/078.p/2", Tile(3, 5, 123456078, 2)),
    ("tile/8/data/x001/x234/067", Tile(8, -1, 1234067, 256)),
    ("tile/1/10/000", Tile(1, 10, 0, 2)),
    ("tile/30/0/000", Tile(30, 0, 0, 1 << 30)),
    ("tile/8/0/x009/x223/x372/x036/x854/x775/807", Tile(8, 0, MAX_SIZE, 256)),
    ("tile/8/9223372036854775807/000", Tile(8, MAX_SIZE, 0, 256)),
]


@pytest.mark.parametrize("path, tile", PATHS)
def test_a_path_is_read_and_written(path, tile):
    assert parse_tile_path(path) == tile
    assert tile.path == path


NO_PATHS = [
    "",
    "tile",
    "tile/8",
    "tile/8/0",
    "tile/8/0/",
    "tile/8/0/0",
    "tile/8/0/0000",
    "tile/8/0/abc",
    "tile/8/0/-01",
    "tile/8/0/000/",
    "/tile/8/0/000",
    "tile/8/0/000\n",
    "tile/8/0/٠٠١",
    "tile/٨/0/000",
    "tile/0/0/000",
    "tile/31/0/000",
    "tile/08/0/000",
    "tile/8/00/000",
    "tile/8/-1/000",
    "tile/8/Data/000",
    "tile/8/9223372036854775808/000",
    "tile/8/0/x000/001",
    "tile/8/0/001/000",
    "tile/8/0/x001/x000",
    "tile/8/0/X001/000",
    "tile/8/0/x009/x223/x372/x036/x854/x775/808",
    "tile/8/0/x001/x000/x000/x000/x000/x000/x000/000",
    "tile/8/0/000.p",
    "tile/8/0/000.p/",
    "tile/8/0/000.p/0",
    "tile/8/0/000.p/01",
    "tile/8/0/000.p/-1",
    "tile/8/0/000.p/256",
    "tile/8/0/000.p/99999999999",
    "tile/8/0/000.p/1/2",
    "tile/8/0/000.p/١",
    "tile/8/0/000.p/1\n",
    "tile/8/0/000.p/1\0",
    "tile/8/0/\ud800",
]


@pytest.mark.parametrize("path", NO_PATHS)
def test_no_path(path):
    with pytest.raises(TreeError, match="malformed tile path"):
        parse_tile_path(path)


def test_a_tile_keeps_its_place_while_it_grows():
    tile = Tile(8, 1, 7, 9)
    assert tile.full == Tile(8, 1, 7, 256)
    assert tile.place == tile.full.place == (1, 7)


SMALLEST_TREES = [
    (Tile(8, 0, 0, 1), 1),
    (Tile(8, 0, 0, 256), 256),
    (Tile(8, 0, 273, 112), 70_000),
    (Tile(8, 1, 0, 1), 256),
    (Tile(8, 1, 1, 17), 69_888),
    (Tile(8, 2, 0, 1), 65_536),
    (Tile(2, 1, 3, 2), 56),
]


@pytest.mark.parametrize(("tile", "size"), SMALLEST_TREES)
def test_the_smallest_tree_with_a_tile(tile, size):
    assert size_with(tile) == size


TILES_OF_HASHES = [
    (8, 0, 0, Tile(8, 0, 0, 1)),
    (8, 0, 255, Tile(8, 0, 0, 256)),
    (8, 0, 256, Tile(8, 0, 1, 1)),
    (8, 7, 1, Tile(8, 0, 0, 256)),
    (8, 7, 2, Tile(8, 0, 1, 128)),
    (8, 8, 2, Tile(8, 1, 0, 3)),
    (8, 62, 0, Tile(8, 7, 0, 64)),
    (2, 5, 1, Tile(2, 2, 0, 4)),
    (1, 5, 3, Tile(1, 5, 1, 2)),
]


@pytest.mark.parametrize("height, level, n, tile", TILES_OF_HASHES)
def test_the_tile_with_a_hash(height, level, n, tile):
    assert tile_for_hash(height, level, n) == tile
    assert tile_for_index(height, stored_hash_index(level, n)) == tile


IN_TREE = [
    (0, 0, 1, 1),
    (0, 0, 300, 256),
    (0, 1, 300, 44),
    (1, 0, 300, 1),
    (1, 0, 256, 1),
    (7, 0, MAX_SIZE, 127),
    (0, MAX_SIZE >> 8, MAX_SIZE, 255),
]


@pytest.mark.parametrize("level, n, size, width", IN_TREE)
def test_the_width_of_a_tile_in_a_tree(level, n, size, width):
    assert tile_in_tree(8, level, n, size) == Tile(8, level, n, width)


NOT_IN_TREE = [
    (0, 0, 0),
    (0, 1, 256),
    (0, 2, 300),
    (0, MAX_SIZE, 300),
    (1, 0, 255),
    (8, 0, MAX_SIZE),
    (MAX_SIZE, 0, MAX_SIZE),
    (-1, 0, 300),
    (0, -1, 300),
]


@pytest.mark.parametrize("level, n, size", NOT_IN_TREE)
def test_no_such_tile_in_a_tree(level, n, size):
    with pytest.raises(TreeError, match=f"no tile {level}/{n} in a tree of size {size}"):
        tile_in_tree(8, level, n, size)


EDGES = [
    (8, 0, []),
    (8, 1, ["tile/8/0/000.p/1"]),
    (8, 255, ["tile/8/0/000.p/255"]),
    (8, 256, ["tile/8/1/000.p/1"]),
    (8, 300, ["tile/8/1/000.p/1", "tile/8/0/001.p/44"]),
    (8, 65536 + 7, ["tile/8/2/000.p/1", "tile/8/0/256.p/7"]),
    (2, 100, ["tile/2/3/000.p/1", "tile/2/2/001.p/2", "tile/2/1/006.p/1"]),
    (1, 5, ["tile/1/2/000.p/1", "tile/1/0/002.p/1"]),
]


@pytest.mark.parametrize("height, size, paths", EDGES)
def test_the_right_edge_of_a_tree(height, size, paths):
    assert [tile.path for tile in tiles_for_tree(height, size)] == paths


NEW = [
    (0, 0, []),
    (0, 1, ["tile/8/0/000.p/1"]),
    (300, 300, []),
    (300, 200, []),
    (0, 257, ["tile/8/0/000", "tile/8/0/001.p/1", "tile/8/1/000.p/1"]),
    (255, 257, ["tile/8/0/000", "tile/8/0/001.p/1", "tile/8/1/000.p/1"]),
    (256, 512, ["tile/8/0/001", "tile/8/1/000.p/2"]),
    (65535, 65537, ["tile/8/0/255", "tile/8/0/256.p/1", "tile/8/1/000", "tile/8/2/000.p/1"]),
]


@pytest.mark.parametrize("old, size, paths", NEW)
def test_the_tiles_that_a_larger_tree_adds(old, size, paths):
    assert [tile.path for tile in new_tiles(8, old, size)] == paths


def test_a_giant_tree_is_not_listed_at_once():
    assert next(new_tiles(8, 0, MAX_SIZE)) == Tile(8, 0, 0, 256)


class Reader:
    """Reads the hashes of a log by their index."""

    def __init__(self, log, *hashes):
        self.by_index = {stored_hash_index(*each): log.hash(*each) for each in hashes}

    def __call__(self, indexes):
        return [self.by_index[index] for index in indexes]


# Records 0 to 5, of which the last two differ.
LOG = Log(6, (4, "other\n"))


def test_the_hashes_of_a_tile_are_read():
    read = Reader(LOG, (2, 0), (0, 4), (0, 5))
    assert read_tile_data(Tile(2, 1, 0, 1), read) == LOG.hash(2, 0)
    assert read_tile_data(Tile(2, 0, 1, 2), read) == LOG.hash(0, 4) + LOG.hash(0, 5)


@pytest.mark.parametrize("level, n", [(0, 0), (0, 3), (0, 5), (1, 0), (1, 1), (1, 2), (2, 0)])
def test_a_hash_is_computed_from_its_tile(level, n):
    tile = Tile(8, 0, 0, 6)
    assert hash_from_tile(tile, LOG.tile(tile), stored_hash_index(level, n)) == LOG.hash(level, n)


@pytest.mark.parametrize(
    "tile", [Tile(8, 0, 0, 5), Tile(8, 0, 1, 6), Tile(8, 1, 0, 6), Tile(1, 0, 0, 2)]
)
def test_a_hash_of_another_tile(tile):
    with pytest.raises(TreeError, match="no hash 8 in tile"):
        hash_from_tile(tile, bytes(32 * tile.width), stored_hash_index(0, 5))


def test_the_hash_above_a_tile():
    assert tile_hash(Log(256).tile(Tile(8, 0, 0, 256))) == Log(256).hash(8, 0)
    assert tile_hash(LOG.hash(0, 0)) == LOG.hash(0, 0)


def test_a_tile_is_cut():
    data = LOG.tile(Tile(8, 0, 0, 6))
    assert cut(data, 4) == LOG.tile(Tile(8, 0, 0, 4))
    assert cut(data, 6) == data
    with pytest.raises(TreeError, match="192 bytes instead of 224 or more"):
        cut(data, 7)


@pytest.mark.parametrize("size", [0, 191, 193, 8192])
def test_a_tile_has_its_length(size):
    check_length(Tile(8, 0, 0, 6), bytes(192))
    with pytest.raises(TreeError, match=f"tile/8/0/000.p/6 has {size} bytes instead of 192"):
        check_length(Tile(8, 0, 0, 6), bytes(size))
    with pytest.raises(TreeError):
        hash_from_tile(Tile(8, 0, 0, 6), bytes(size), 0)
