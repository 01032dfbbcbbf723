"""Tiles: the hashes of a log in files of a size that suits HTTP.

A tile of height H holds up to 2^H hashes, of which 2^H make the next higher one H levels above:

    tile/<H>/<L>/<NNN>           2^H hashes: those of level L*H from number N*2^H on
    tile/<H>/<L>/<NNN>.p/<W>     the first W of them, where the log does not reach further
    tile/<H>/data/<NNN>[.p/<W>]  the records instead: text and a blank line each, without their ids

N is written in groups of three digits, of which all but the last begin with "x": 1234067 is
x001/x234/067. Every tile has one spelling. A hash is 32 bytes, and a tile is nothing but its hashes
one behind the other: its first W hashes are the tile of width W.

The hashes of the levels between are computed. One within the tile needs only the first hashes of it
that are below, so a tile is named here with the width that is needed, or with the width that it has
in a tree of some size, where only the last tile of a level, on the right edge, may be partial.

https://pkg.go.dev/golang.org/x/mod/sumdb/tlog#Tile, https://research.swtch.com/tlog#tiling_a_log
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.tlog import (
    HASH_SIZE,
    MAX_SIZE,
    HashReader,
    split_stored_hash_index,
    stored_hash_index,
)

DATA = -1
"""The level of the tiles that hold records."""

_PATH = re.compile(
    r"tile/(?P<height>[1-9]|[12][0-9]|30)/(?P<level>data|0|[1-9][0-9]{0,18})/"
    r"(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,9}))?",
    re.ASCII,
)


class Tile(NamedTuple):
    """The name of a tile.

    Attributes:
        height: How many levels it spans, 1 to 30; 8 in every checksum database.
        level: Which tile level it is of, counted from 0 at the records' hashes; or `DATA`.
        n: Its number in its level.
        width: How many hashes, or records, it has: 1 to 2^height.
    """

    height: int
    level: int
    n: int
    width: int

    @property
    def path(self) -> str:
        """The path of its URL, relative to that of the database."""
        level = "data" if self.level == DATA else self.level
        partial = "" if self == self.full else f".p/{self.width}"
        return f"tile/{self.height}/{level}/{_format_number(self.n)}{partial}"

    @property
    def full(self) -> "Tile":
        """The same tile once it has all its hashes: what to ask for where a partial one is gone."""
        return self._replace(width=1 << self.height)

    @property
    def place(self) -> tuple[int, int]:
        """Its level and number, which stay the same while it grows."""
        return self.level, self.n


def parse_tile_path(path: str) -> Tile:
    """Return the tile that `path` names.

    Raises:
        TreeError: It is no tile's path, or not as it is spelled.
    """
    match = _PATH.fullmatch(path)
    if not match:
        raise TreeError(f"malformed tile path {path!r}")
    height = int(match["height"])
    level = DATA if match["level"] == "data" else int(match["level"])
    n = int(re.sub("[x/]", "", match["n"]))
    tile = Tile(height, level, n, int(match["width"] or 1 << height))
    if max(level, n) > MAX_SIZE or tile.width > 1 << height or tile.path != path:
        raise TreeError(f"malformed tile path {path!r}")
    return tile


def tile_for_hash(height: int, level: int, n: int) -> Tile:
    """Return the tile, as narrow as it may be, with the hash of perfect tree `n` of `level`."""
    tile_level, depth = divmod(level, height)
    end = (n + 1) << depth
    tile_n = (end - 1) >> height
    return Tile(height, tile_level, tile_n, end - (tile_n << height))


def tile_for_index(height: int, index: int) -> Tile:
    """Return the tile, as narrow as it may be, with the hash that is stored at `index`."""
    return tile_for_hash(height, *split_stored_hash_index(index))


def tile_in_tree(height: int, level: int, n: int, size: int) -> Tile:
    """Return the tile with the width that it has in a tree of `size` records.

    Raises:
        TreeError: Such a tree has no such tile.
    """
    if level < 0 or n < 0 or (n << height) >= (size >> (level * height)):
        raise TreeError(f"no tile {level}/{n} in a tree of size {size}")
    width = min(1 << height, (size >> (level * height)) - (n << height))
    return Tile(height, level, n, width)


def size_with(tile: Tile) -> int:
    """Return the size of the smallest tree that has a tile of hashes in its width."""
    return ((tile.n << tile.height) + tile.width) << (tile.level * tile.height)


def tiles_for_tree(height: int, size: int) -> list[Tile]:
    """Return the tiles, as narrow as they may be, that give the hash of a tree of `size` records.

    They are the partial tiles of its right edge, the highest one first. In a larger tree they are
    at the same places and may be wider.
    """
    levels = range((size.bit_length() - 1) // height, -1, -1)
    counts = ((level, size >> (level * height)) for level in levels)
    tiles = (tile_for_hash(height, level * height, count - 1) for level, count in counts)
    return [tile for tile in tiles if tile != tile.full]


def new_tiles(height: int, old_size: int, size: int) -> Iterator[Tile]:
    """Return the tiles of a tree of `size` records that one of `old_size` had not, or narrower.

    Of each tile it is the widest one; there are a little more than (size - old_size) / 2^height.
    """
    level = 0
    while size >> (level * height) > old_size >> (level * height):
        first = (old_size >> (level * height)) >> height
        last = ((size >> (level * height)) - 1) >> height
        for n in range(first, last + 1):
            yield tile_in_tree(height, level, n, size)
        level += 1


def read_tile_data(tile: Tile, read: HashReader) -> bytes:
    """Return the hashes of a tile, read from those that are stored."""
    start = tile.n << tile.height
    numbers = range(start, start + tile.width)
    return b"".join(read([stored_hash_index(tile.level * tile.height, n) for n in numbers]))


def tile_hash(data: bytes) -> bytes:
    """Return the hash above the hashes of `data`, whose number must be a power of two."""
    # The innermost loop of every check, hence not by way of `tlog.node_hash`.
    while len(data) > HASH_SIZE:
        pairs = range(0, len(data), 2 * HASH_SIZE)
        data = b"".join([sha256(b"\x01" + data[at : at + 64]).digest() for at in pairs])
    return data


def hash_from_tile(tile: Tile, data: bytes, index: int) -> bytes:
    """Return the hash that is stored at `index`, given a tile that holds it or what it is made of.

    Raises:
        TreeError: `data` has not the length of `tile`, or the hash is not to be had from it.
    """
    check_length(tile, data)
    level, _ = split_stored_hash_index(index)
    needed = tile_for_index(tile.height, index)
    if needed.place != tile.place or needed.width > tile.width:
        raise TreeError(f"no hash {index} in {tile.path}")
    end = needed.width * HASH_SIZE
    start = end - (HASH_SIZE << (level - tile.level * tile.height))
    return tile_hash(data[start:end])


def cut(data: bytes, width: int) -> bytes:
    """Return the first `width` hashes of a tile.

    Raises:
        TreeError: It has fewer.
    """
    if len(data) < width * HASH_SIZE:
        raise TreeError(f"tile has {len(data)} bytes instead of {width * HASH_SIZE} or more")
    return data[: width * HASH_SIZE]


def check_length(tile: Tile, data: bytes) -> None:
    """Check that `data` could be `tile`.

    Raises:
        TreeError: It has another length.
    """
    if len(data) != tile.width * HASH_SIZE:
        reason = f"{len(data)} bytes instead of {tile.width * HASH_SIZE}"
        raise TreeError(f"{tile.path} has {reason}")


def _format_number(n: int) -> str:
    digits = str(n)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
