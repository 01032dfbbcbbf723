"""What a signed tree vouches for: no tile is believed that was not authenticated."""

import pytest

from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.knowntree import KnownTree
from pulp_go.gomod.tiles import Tile, parse_tile_path, tile_for_hash, tiles_for_tree
from pulp_go.gomod.tlog import EMPTY_HASH, MAX_SIZE, Tree
from pulp_go.tests.unit.gomod.logs import OTHER, Log

SIZES = [1, 2, 255, 256, 257, 300, 65_535, 65_536, 65_537, 40_000_123, 1 << 40, MAX_SIZE]


def known(log, tiles=None):
    return KnownTree(Tree(log.size, log.root(log.size)), {} if tiles is None else tiles)


def record(number):
    return tile_for_hash(8, 0, number)


def forgeries(data):
    """Return `data` with a bit changed at its start, in its middle and at its end; and others."""
    for at in (0, len(data) // 2, len(data) - 1):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    yield bytes(len(data))
    if data[32:] != data[:-32]:
        yield data[32:] + data[:32]
    yield data[:-1]
    yield data + data[-32:]
    yield b""


@pytest.mark.case("C-1")
@pytest.mark.parametrize("size", SIZES)
def test_every_forged_tile_is_refused_and_none_is_kept(size):
    log = Log(size, (size // 3, "third\n"), (size // 2, "half\n"), (size - 1, "last\n"))
    for number in {0, size // 3, size // 2, size - 1}:
        tree = known(log)
        plan = tree.missing([record(number)])
        tiles = {tile: log.tile(tile) for tile in plan}
        for tile, data in tiles.items():
            for forged in forgeries(data):
                with pytest.raises(TreeError):
                    tree.grown(tiles | {tile: forged})
        assert tree.tiles == {}
        assert tree.grown(tiles).record_hash(number) == log.hash(0, number)


@pytest.mark.parametrize("size", SIZES)
def test_the_hash_of_every_older_tree_is_known_from_its_tiles(size):
    log = Log(size, (size // 3, "third\n"), (size - 1, "last\n"))
    for older in {0, 1, size // 3, size // 2, size - 1, size}:
        tree = known(log)
        tiles = {tile: log.tile(tile) for tile in tree.missing(tiles_for_tree(8, older))}
        assert tree.grown(tiles).tree_hash(older) == log.root(older)


PLANS = [
    (300, ["tile/8/0/000.p/1"], ["tile/8/0/000", "tile/8/1/000.p/1", "tile/8/0/001.p/44"]),
    (300, ["tile/8/0/001.p/9"], ["tile/8/0/001.p/44", "tile/8/1/000.p/1"]),
    (300, ["tile/8/1/000.p/1"], ["tile/8/0/001.p/44", "tile/8/1/000.p/1"]),
    (256, ["tile/8/0/000.p/7"], ["tile/8/0/000", "tile/8/1/000.p/1"]),
    (300, [], []),
    (0, [], []),
]


@pytest.mark.parametrize("size, wanted, plan", PLANS)
def test_what_is_missing(size, wanted, plan):
    tree = known(Log(size))
    missing = tree.missing(map(parse_tile_path, wanted))
    assert {tile.path for tile in missing} == set(plan)


def test_what_is_held_is_not_missing():
    log = Log(70_000)
    top = [Tile(8, 2, 0, 1), Tile(8, 1, 1, 17)]
    held = {tile.place: log.tile(tile) for tile in top}
    tree = known(log, held)
    # The tile above 257 is held, as wide as it has to be; so the edge need not be read.
    assert tree.missing([record(66_000)]) == {Tile(8, 0, 257, 256)}
    assert tree.missing([record(66_000), Tile(8, 1, 1, 2)]) == {Tile(8, 0, 257, 256)}
    # That of 7 is not, and only the edge vouches for it; what is held of the edge is taken.
    assert tree.missing([record(7)]) == {Tile(8, 0, 0, 256), Tile(8, 1, 0, 256)}
    # A partial tile takes all of the edge that is not held.
    assert tree.missing([record(69_999)]) == {Tile(8, 0, 273, 112)}
    tree = tree.grown({Tile(8, 0, 273, 112): log.tile(Tile(8, 0, 273, 112))})
    assert tree.missing([record(69_999), record(69_950), *top]) == frozenset()


def test_a_narrower_tile_that_is_held_is_enough_for_what_it_has():
    log = Log(300)
    tree = known(log, {(0, 0): log.tile(Tile(8, 0, 0, 100))})
    assert tree.missing([Tile(8, 0, 0, 100)]) == frozenset()
    assert Tile(8, 0, 0, 256) in tree.missing([Tile(8, 0, 0, 101)])


NOT_THERE = [
    (300, Tile(8, 0, 1, 45), "no tile/8/0/001.p/45 in a tree of size 300"),
    (300, Tile(8, 0, 2, 1), "no tile 0/2 in a tree of size 300"),
    (300, Tile(8, 2, 0, 1), "no tile 2/0 in a tree of size 300"),
    (300, Tile(8, -1, 0, 1), "no tile -1/0 in a tree of size 300"),
    (300, Tile(8, 0, -1, 256), "no tile 0/-1 in a tree of size 300"),
    (300, Tile(4, 0, 0, 1), "no tile of height 8: tile/4/0/000.p/1"),
    (0, Tile(8, 0, 0, 1), "no tile 0/0 in a tree of size 0"),
    (300, Tile(8, 0, MAX_SIZE, 1), "no tile 0/9223372036854775807 in a tree of size 300"),
]


@pytest.mark.parametrize("size, tile, reason", NOT_THERE)
def test_what_a_tree_has_not_is_an_error(size, tile, reason):
    with pytest.raises(TreeError) as caught:
        known(Log(size)).missing([tile])
    assert caught.value.reason == reason


def test_a_tile_that_is_narrower_than_in_the_tree_is_not_taken():
    # Its data is right, but nothing in the tree has the hash of so much of it.
    log = Log(300)
    narrow = Tile(8, 0, 0, 5)
    edge = {tile: log.tile(tile) for tile in tiles_for_tree(8, 300)}
    with pytest.raises(TreeError, match="tile/8/0/000.p/5 is not of a tree of size 300"):
        known(log).grown(edge | {narrow: log.tile(narrow)})


def test_a_tile_without_the_one_above_is_not_taken():
    log = Log(300)
    with pytest.raises(TreeError):
        known(log).grown({Tile(8, 0, 0, 256): log.tile(Tile(8, 0, 0, 256))})


def test_a_part_of_the_edge_is_not_taken():
    log = Log(300)
    for tile in tiles_for_tree(8, 300):
        with pytest.raises(TreeError):
            known(log).grown({tile: log.tile(tile)})


def test_tiles_of_another_log_are_refused_as_a_whole():
    log, other = Log(300), Log(300, (0, OTHER))
    tree = known(log)
    with pytest.raises(TreeError, match="inconsistent tile"):
        tree.grown({tile: other.tile(tile) for tile in tree.missing([record(7)])})


def test_what_is_not_known_is_not_read():
    tree = known(Log(300))
    with pytest.raises(TreeError, match="0 bytes instead of 32 or more"):
        tree.record_hash(0)
    with pytest.raises(TreeError):
        tree.tree_hash(300)
    assert tree.tree_hash(0) == EMPTY_HASH
