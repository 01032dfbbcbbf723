"""A checksum database of a realistic size, as the static files that a proxy serves of it.

It is like what a public proxy passes on of sum.golang.org, of which 36 of Telegraf's modules were
looked up. The database had 71,848,828 records, and the modules' numbers lay all over the first 49
million, so nearly each has a level-0 tile of its own. 30 of the answers came with one of 5 trees,
which had 66.3 to 66.4 million records; each of the other 6 with a tree that no other had, from 49.9
million on. A tree that is not the newest takes tiles of its own to check, two in such a log, so how
many there are matters as much as the number of records.

All records beside those of the modules have one text, and one hash on each level: whoever serves or
checks a tile is not spared anything by that.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks._telegraf import Program
from functional_tests.sumdb import Database, lookup_path
from pulp_go.gomod.dirhash import hash_go_mod
from pulp_go.gomod.tiles import Tile, tile_in_tree

LEAVES = 72_000_000
SHARED_HEADS = 5
# Of how many look-ups one has a tree of its own.
OWN_HEAD_OF = 6
SEED = 7
HEIGHT = 8
# Where records end and trees begin, and where the shared ones lie, as parts of all records.
OLDEST, SHARED_FROM, SHARED_TO, NEWEST = 0.69, 0.923, 0.924, 0.985


@dataclass(frozen=True)
class Served:
    """A database that lies in files.

    Attributes:
        key: Its verifier key.
        below: Where it is below the proxy's URL, with a slash at its end.
        heads: How many trees its look-ups come with.
    """

    key: str
    below: str
    heads: int


def default_heads(words: int) -> int:
    """Return how many trees the look-ups of so many module versions come with."""
    return SHARED_HEADS + words // OWN_HEAD_OF


@dataclass(frozen=True)
class Place:
    """Where a record is, and what its look-up shows.

    Attributes:
        number: The number of the record.
        head: The size of the tree that the answer comes with.
    """

    number: int
    head: int


def spread(words: list[str], leaves: int, heads: int) -> dict[str, Place]:
    """Return a place for each of `words`: records all over the older part of a log.

    Args:
        words: `path@version` of each module version.
        leaves: How many records there are.
        heads: How many trees the look-ups come with.
    """
    draw = random.Random(SEED)
    numbers = draw.sample(range(int(leaves * OLDEST)), len(words))
    near = range(int(leaves * SHARED_FROM), int(leaves * SHARED_TO))
    shared = draw.sample(near, min(heads, SHARED_HEADS))
    older = range(int(leaves * OLDEST), int(leaves * NEWEST))
    sizes = draw.sample(older, heads - len(shared))
    sizes += [draw.choice(shared) for _ in words[len(sizes) :]]
    draw.shuffle(sizes)
    return {word: Place(*place) for word, *place in zip(words, numbers, sizes, strict=False)}


def beside(places: dict[str, Place], words: list[str]) -> dict[str, Place]:
    """Return a place for each of `words` beside one of `places`: same tile, same tree."""
    return {
        word: Place(place.number ^ 1, place.head)
        for word, place in zip(words, places.values(), strict=False)
    }


def write_database(
    directory: Path, program: Program, name: str, places: dict[str, Place], leaves: int
) -> Served:
    """Write the files of a database.

    Args:
        directory: What is served.
        program: The program whose modules it vouches for.
        name: The name in its key.
        places: Where each module version's record is.
        leaves: How many records there are.
    """
    database = Database(name)
    for word, place in sorted(places.items(), key=lambda pair: pair[1].number):
        database.pad(place.number)
        database.add(*word.split("@"), *hashes_of(program, word))
        database.heads[lookup_path(*word.split("@"))] = place.head
    database.pad(leaves)
    below = f"sumdb/{name}/"
    for path in paths_of(database, [place.number for place in places.values()]):
        file = directory / below / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(database.body(path) or b"")
    return Served(database.key, below, len(set(database.heads.values())))


def hashes_of(program: Program, word: str) -> tuple[str, str]:
    """Return the hashes of a module version: of its zip, as the go command left it, and go.mod."""
    h1 = program.file(word, "ziphash").read_text().strip()
    return h1, hash_go_mod(program.file(word, "mod").read_bytes())


def paths_of(database: Database, numbers: list[int]) -> set[str]:
    """Return every path that a client may ask for, beside what it should not need."""
    tiles = set()
    for number in numbers:
        tiles.update(way_up(number, 0, database.size))
    for size in {database.size, *database.heads.values()}:
        for level in levels_of(size):
            tiles.update(way_up((size >> (level * HEIGHT)) - 1, level, database.size))
    return {"supported", "latest", *database.heads, *(tile.path for tile in tiles)}


def levels_of(size: int) -> range:
    """Return the tile levels of a tree."""
    return range((size.bit_length() - 1) // HEIGHT + 1)


def way_up(number: int, level: int, size: int) -> Iterator[Tile]:
    """Return the tile with a hash of a tile level, and all above it."""
    for above in range(level, levels_of(size).stop):
        number >>= HEIGHT
        if number << HEIGHT < size >> (above * HEIGHT):
            yield tile_in_tree(HEIGHT, above, number, size)
