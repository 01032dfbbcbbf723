"""The checksum database: what its client checks of an answer.

A look-up answers with a record and a signed tree that has it:

    <id>
    <module> <version> <hash of the zip>
    <module> <version>/go.mod <hash of the go.mod>
    <a blank line>
    <a signed note with the size and the hash of the tree>

The client trusts one tree, the newest that it has seen, and believes an answer if

1. the note is signed by the key of the database,
2. its tree begins with the trusted one, or the trusted one with it,
3. the tree has a record with this id and the hash of this text, by tiles that are authenticated,
   all of them: see `knowntree`.

Of the answer nothing but the text of the record is used. What the note says beyond its tree is no
part of a record, whatever it looks like (CVE-2026-56864). A record of another module than the one
asked for is genuine; it just says nothing about that one.

Two signed trees of which none begins with the other are a fork. No honest log can come to that, so
it is told with both notes as the evidence, and never passed over. A tile that does not fit proves
nothing: anybody on the way can have changed it.

Nothing here reads or waits: a check is a generator that yields the tiles that it needs and is sent
them. Several may be under way at once on one client.

https://go.dev/ref/mod#checksum-database, https://go.dev/design/25530-sumdb#checksum-database
"""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TypeVar

from pulp_go.gomod import module as module_rules
from pulp_go.gomod.errors import ForkError, NoteError, SumDBError, TreeError
from pulp_go.gomod.knowntree import HEIGHT, KnownTree, Place
from pulp_go.gomod.note import Verifier, open_note, parse_verifier
from pulp_go.gomod.tiles import Tile, check_length, tile_for_hash, tiles_for_tree
from pulp_go.gomod.tlog import (
    EMPTY_HASH,
    HASH_SIZE,
    Record,
    Tree,
    parse_record,
    parse_tree,
    record_hash,
)

SUM_GOLANG_ORG = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
"""The key of the database that `go` asks by default."""

TOOLCHAIN = "golang.org/toolchain"
"""The module whose versions are Go toolchains: whoever gets one runs it, so it is verified always.

https://go.dev/ref/mod#checksum-database
"""

T = TypeVar("T")
Reads = Generator[frozenset[Tile], Mapping[Tile, bytes], T]
"""A check that yields tiles, each time those it needs next, and is sent the data of all of them.

They may come from wherever it is quickest, a cache of tiles that were authenticated before
included; but see `Uncached`. A partial tile may be cut from a wider one.
"""


class Uncached(frozenset[Tile]):
    """Tiles that must come from the database now, not from a cache.

    What is known already contradicts a tree that the database has signed. Only its own tiles of
    that tree can show whether this is a fork.
    """


_KNOWN_DATABASES = {"sum.golang.org": SUM_GOLANG_ORG}
# A host, a port and a path: what a URL may be made of, without dots that lead elsewhere.
_DATABASE_NAME = re.compile(
    r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)*",
    re.ASCII,
)


class Client:
    """What one client knows of one database: the newest tree that it trusts, and tiles of that.

    Where a check fails, nothing has changed.
    """

    def __init__(
        self,
        verifier: Verifier,
        note: bytes | None = None,
        tiles: Mapping[Tile, bytes] | None = None,
    ) -> None:
        """Take up what was known before.

        Args:
            verifier: The key of the database.
            note: The signed note of the tree that is trusted; None before the first one.
            tiles: Tiles that were authenticated for this tree, for one that it begins with, or for
                one that begins with it.

        Raises:
            NoteError: `note` is not signed by the database.
            TreeError: `note` describes no tree, or a tile has not its length.
        """
        self._verifier = verifier
        self._note = b""
        self._known = KnownTree(Tree(0, EMPTY_HASH), {})
        self._new: dict[Place, bytes] = {}
        # Trees that the trusted one was shown to begin with: many answers come with the same one.
        self._beginnings: set[Tree] = set()
        if note:
            self._known = KnownTree(self._open(note), {})
            self._note = note
        for tile, data in (tiles or {}).items():
            check_length(tile, data)
        self._keep(tiles or {})
        self.take_new()

    @property
    def tree(self) -> Tree:
        """The newest trusted tree; one of size 0 before the first."""
        return self._known.tree

    @property
    def note(self) -> bytes:
        """The signed note of the trusted tree; b"" before the first."""
        return self._note

    @property
    def held(self) -> dict[Tile, bytes]:
        """All tiles that are authenticated, in the widest form known."""
        return _named(self._known.tiles)

    def take_new(self) -> dict[Tile, bytes]:
        """Return the tiles that were authenticated since the last call."""
        new, self._new = self._new, {}
        return _named(new)

    def merge(self, note: bytes) -> Reads[None]:
        """Check that a signed tree and the trusted one are of one log; trust the larger one.

        Args:
            note: The signed note.

        Raises:
            NoteError: It is not signed by the database.
            TreeError: It describes no tree, or a tile is not what the larger tree has.
            ForkError: None of the two trees begins with the other.
        """
        yield from self._accept(note, self._open(note), None)

    def lookup(self, module: str, version: str, body: bytes) -> Reads[Record]:
        """Check the answer to a look-up; return its record, the one part that may be believed.

        The tree that comes with it is merged as `merge` does.

        Args:
            module: The module path that was looked up.
            version: Its version.
            body: The answer.

        Raises:
            SumDBError: It is malformed, not signed by the database, its tree has no such record, or
                a tile is not what the tree has.
            ForkError: None of its tree and the trusted one begins with the other.
        """
        try:
            record, note = parse_record(body)
            tree = self._open(note)
            if not 0 <= record.id < tree.size:
                reason = f"cannot validate record {record.id} in tree of size {tree.size}"
                raise TreeError(reason)
            yield from self._accept(note, tree, record)
        except (NoteError, TreeError) as error:
            raise SumDBError(module, version, error.reason) from error
        return record

    def forget(self, tiles: Iterable[Tile]) -> None:
        """Forget tiles that are kept elsewhere; a check that needs one yields it again."""
        for tile in tiles:
            self._known.tiles.pop(tile.place, None)

    def read_tiles(self, tiles: Iterable[Tile]) -> Reads[dict[Tile, bytes]]:
        """Return the data of tiles of the trusted tree, in the widths that are asked for.

        Raises:
            TreeError: The tree has not all of them, or what comes is not what it has.
        """
        wanted = list(tiles)
        fetched: dict[Tile, bytes] = {}
        while missing := self._known.missing(wanted).difference(fetched):
            given = yield missing
            fetched |= {tile: given[tile] for tile in missing}
        read = {tile: fetched[tile] for tile in self._known.missing(wanted)}
        self._known.grown(read)
        self._keep(read)
        return {tile: self._known.read(tile) for tile in wanted}

    def needed_for(self, sizes: Iterable[int], ids: Iterable[int]) -> frozenset[Tile]:
        """Return the tiles that a client that knows nothing reads from the trusted tree.

        These are what must be kept to serve it.

        Args:
            sizes: Sizes of trees that it compares with the trusted one.
            ids: Numbers of the records that it looks up.

        Raises:
            TreeError: The trusted tree is smaller than that.
        """
        size = self.tree.size
        trees = (tile for each in (size, *sizes) for tile in tiles_for_tree(HEIGHT, each))
        records = (tile_for_hash(HEIGHT, 0, number) for number in ids)
        return KnownTree(self.tree, {}).missing((*trees, *records))

    def _open(self, note: bytes) -> Tree:
        if note and note == self._note:
            return self.tree
        return parse_tree(open_note(note, [self._verifier]).text)

    def _accept(self, note: bytes, tree: Tree, record: Record | None) -> Reads[None]:
        """Check a signed tree against the trusted one, and the record; trust the larger tree."""
        grown, tiles = yield from self._grow(note, tree, record)
        self._check_beginning(min(tree, self.tree), grown, note)
        if record and grown.record_hash(record.id) != record_hash(record.text.encode()):
            raise TreeError("cannot authenticate record data in server response")
        if tree.size > self.tree.size:
            self._note, self._known = note, KnownTree(tree, self._known.tiles)
        self._keep(tiles)

    def _check_beginning(self, smaller: Tree, larger: KnownTree, note: bytes) -> None:
        is_trusted = larger.tree == self.tree
        if smaller.size == larger.tree.size or (is_trusted and smaller in self._beginnings):
            return
        if larger.tree_hash(smaller.size) != smaller.hash:
            raise self._fork(note)
        if is_trusted:
            self._beginnings.add(smaller)

    def _grow(
        self, note: bytes, tree: Tree, record: Record | None
    ) -> Reads[tuple[KnownTree, dict[Tile, bytes]]]:
        """Return the larger tree with what the check of it takes, and the tiles that this adds.

        The trusted tree may have grown whenever this resumes, so each round plans anew. Where tiles
        do not fit a tree that is newer than the trusted one, those that were known before may be at
        fault, of another log than this tree: so all are read once more, from the database itself.
        """
        fetched: dict[Tile, bytes] = {}
        again = False
        while True:
            known, plan = self._plan(note, tree, record)
            missing = frozenset(
                tile for tile in plan.difference(fetched) if not self._known.holds(tile)
            )
            if not missing:
                held = {tile: self._known.read(tile) for tile in plan.difference(fetched)}
                tiles = held | {tile: fetched[tile] for tile in plan.intersection(fetched)}
                try:
                    return known.grown(tiles), tiles
                except TreeError:
                    if again or known is self._known or not self.tree.size:
                        raise
                again, missing = True, Uncached(plan)
            given = yield missing
            fetched |= {tile: given[tile] for tile in missing}

    def _plan(
        self, note: bytes, tree: Tree, record: Record | None
    ) -> tuple[KnownTree, frozenset[Tile]]:
        """Return the larger tree with what is known of it, and the tiles that a check takes."""
        trusted = self.tree
        wanted = [tile_for_hash(HEIGHT, 0, record.id)] if record else []
        if tree.size > trusted.size:
            # Nothing that the trusted tree vouches for is known of this one before it is shown to
            # begin with it. Its own edge is read in any case: it is what later checks begin at.
            wanted += tiles_for_tree(HEIGHT, tree.size) + tiles_for_tree(HEIGHT, trusted.size)
            known = KnownTree(tree, {})
            return known, known.missing(wanted)
        if tree.size == trusted.size and tree != trusted:
            raise self._fork(note)
        if tree.size < trusted.size and tree not in self._beginnings:
            wanted += tiles_for_tree(HEIGHT, tree.size)
        return self._known, self._known.missing(wanted)

    def _fork(self, note: bytes) -> ForkError:
        return ForkError(self._note.decode(), note.decode())

    def _keep(self, tiles: Mapping[Tile, bytes]) -> None:
        for tile, data in tiles.items():
            if not self._known.holds(tile):
                self._known.tiles[tile.place] = self._new[tile.place] = data


def run(check: Reads[T], read: Callable[[frozenset[Tile]], Mapping[Tile, bytes]]) -> T:
    """Return the result of a check whose tiles `read` has, for whoever need not wait for them.

    Raises:
        GoModError: The check fails, or `read` does.
    """
    try:
        wanted = next(check)
        while True:
            wanted = check.send(read(wanted))
    except StopIteration as end:
        result: T = end.value
        return result


def lookup_path(module: str, version: str) -> str:
    """Return the path of a look-up, relative to the URL of the database and escaped.

    Raises:
        InvalidPathError: `module` is no module path.
        InvalidVersionError: `version` cannot stand in a URL.
    """
    return f"lookup/{module_rules.escape_path(module)}@{module_rules.escape_version(version)}"


def hashes_in(text: str, module: str, version: str) -> tuple[str, str]:
    """Return what a record says of the zip and of the go.mod of a module version: `h1:` hashes.

    Args:
        text: The text of a record that was checked.
        module: The module path.
        version: The version.

    Returns:
        The two hashes, "" for what it does not say. The first line that fits counts, as for `go`.
    """
    lines = text.split("\n")
    return _first(lines, f"{module} {version} "), _first(lines, f"{module} {version}/go.mod ")


def parse_database(text: str) -> Verifier:
    """Return the key of the database that GOSUMDB names: a known name, or a key, without a URL.

    Raises:
        NoteError: It is no known name and no key, or its name could not be that of a host.
    """
    verifier = parse_verifier(_KNOWN_DATABASES.get(text, text))
    if not _DATABASE_NAME.fullmatch(verifier.name):
        raise NoteError(f"invalid sumdb name (must be host[/path]): {verifier.name}")
    return verifier


def _first(lines: Iterable[str], start: str) -> str:
    hashes = (line.removeprefix(start) for line in lines if line.startswith(f"{start}h1:"))
    return next(hashes, "")


def _named(tiles: Mapping[Place, bytes]) -> dict[Tile, bytes]:
    return {Tile(HEIGHT, *place, len(data) // HASH_SIZE): data for place, data in tiles.items()}
