"""What is known of a signed tree: tiles that its hash vouches for.

A signature vouches for the hash of a tree, and for nothing else that a database or a proxy in
between sends. So **every** tile is authenticated before a hash in it is believed:

* the partial tiles of the right edge together, since the hash of the tree is made of them,
* each full tile by the hash that the tile above it has for it, which is known or authenticated too.

What to fetch is planned with this in mind: a tile is never asked for without what authenticates it.
A batch of tiles is known as a whole or not at all. (A client that skipped the check of some tiles,
those appended after the right edge, could be shown a forged record: CVE-2026-56865.)

https://research.swtch.com/tlog#tiling_a_log
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping

from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.tiles import (
    Tile,
    check_length,
    cut,
    hash_from_tile,
    tile_for_hash,
    tile_hash,
    tile_in_tree,
    tiles_for_tree,
)
from pulp_go.gomod.tlog import EMPTY_HASH, HASH_SIZE, Tree, fold, stored_hash_index

HEIGHT = 8
"""The height of the tiles of every checksum database."""

Place = tuple[int, int]
"""The level and the number of a tile."""


class KnownTree:
    """A signed tree and the tiles that are known of it.

    Attributes:
        tree: The tree.
        tiles: By their places, the widest known data of the tiles.
        height: The height of the tiles.
    """

    def __init__(
        self, tree: Tree, tiles: MutableMapping[Place, bytes], height: int = HEIGHT
    ) -> None:
        self.tree = tree
        self.tiles = tiles
        self.height = height

    def holds(self, tile: Tile) -> bool:
        """Report whether `tile` is known in its width."""
        return len(self.tiles.get(tile.place, b"")) >= tile.width * HASH_SIZE

    def read(self, tile: Tile) -> bytes:
        """Return the data of a tile, in its width.

        Raises:
            TreeError: So much of it is not known.
        """
        return cut(self.tiles.get(tile.place, b""), tile.width)

    def missing(self, wanted: Iterable[Tile]) -> frozenset[Tile]:
        """Return the tiles to fetch, in the widths that they have in the tree, to know `wanted`.

        Args:
            wanted: Tiles, as narrow as they may be.

        Raises:
            TreeError: The tree has not all of `wanted`.
        """
        missing: set[Tile] = set()
        for tile in wanted:
            missing.update(self._way_up(tile, missing))
        if any(tile != tile.full for tile in missing):
            missing.update(tile for tile in self._edge() if not self.holds(tile))
        return frozenset(missing)

    def grown(self, tiles: Mapping[Tile, bytes]) -> "KnownTree":
        """Return what is known with these tiles, all of which are authenticated here.

        This one stays as it was.

        Args:
            tiles: What `missing` has asked for.

        Raises:
            TreeError: One of them has not its length, not its width in the tree, or not the data
                that the tree has.
        """
        for tile, data in tiles.items():
            check_length(tile, data)
            if tile != tile_in_tree(*tile[:3], self.tree.size):
                raise TreeError(f"{tile.path} is not of a tree of size {self.tree.size}")
        fresh = {tile.place: data for tile, data in tiles.items()}
        grown = KnownTree(self.tree, ChainMap(fresh, self.tiles), self.height)
        if not all(map(grown._is_as_above, tiles)):
            raise TreeError("downloaded inconsistent tile")
        if any(tile != tile.full for tile in tiles):
            grown._check_edge()
        return grown

    def tree_hash(self, size: int) -> bytes:
        """Return the hash of the first `size` records.

        Raises:
            TreeError: A tile for it is not known.
        """
        tiles = tiles_for_tree(self.height, size)
        hashes = [hash_ for tile in tiles for hash_ in _perfect_hashes(self.read(tile))]
        return fold(hashes) if hashes else EMPTY_HASH

    def record_hash(self, number: int) -> bytes:
        """Return the hash of record `number`.

        Raises:
            TreeError: Its tile is not known.
        """
        tile = tile_for_hash(self.height, 0, number)
        return hash_from_tile(tile, self.read(tile), stored_hash_index(0, number))

    def _way_up(self, tile: Tile, planned: set[Tile]) -> Iterator[Tile]:
        """Return the tile and those above, up to one that is known, planned or on the edge."""
        if tile.height != self.height:
            raise TreeError(f"no tile of height {self.height}: {tile.path}")
        while not self.holds(tile):
            widest = tile_in_tree(*tile[:3], self.tree.size)
            if widest.width < tile.width:
                raise TreeError(f"no {tile.path} in a tree of size {self.tree.size}")
            if widest in planned:
                return
            yield widest
            if widest != widest.full:
                return
            tile = _above(widest)

    def _edge(self) -> list[Tile]:
        return tiles_for_tree(self.height, self.tree.size)

    def _is_as_above(self, tile: Tile) -> bool:
        """Report whether a tile is what the tile above says of it; one of the edge has none."""
        if tile != tile.full:
            return True
        above = self.read(_above(tile))
        return tile_hash(self.tiles[tile.place]) == above[-HASH_SIZE:]

    def _check_edge(self) -> None:
        if self.tree_hash(self.tree.size) != self.tree.hash:
            raise TreeError("downloaded inconsistent tile")


def _above(tile: Tile) -> Tile:
    """Return the tile, as narrow as it may be, whose last hash is that of a full tile."""
    return tile_for_hash(tile.height, (tile.level + 1) * tile.height, tile.n)


def _perfect_hashes(data: bytes) -> Iterator[bytes]:
    """Return the hash of each perfect tree that the hashes of a tile make up, the largest first."""
    start = 0
    while start < len(data):
        hashes = (len(data) - start) // HASH_SIZE
        end = start + (HASH_SIZE << (hashes.bit_length() - 1))
        yield tile_hash(data[start:end])
        start = end
