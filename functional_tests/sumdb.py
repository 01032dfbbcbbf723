"""A checksum database of our own, of any size, and an upstream that serves it as a proxy does.

A log is as large as a test wants it: between the records that matter it is padded with others that
are all of one text, so a perfect tree of padding has one hash a level, and only the way up from
each other record is kept. Signed is what is asked for: an older tree, the same log with another
record in it (a fork), a look-up with a head of its own. What an honest database never answers is
put in its place by the faults of the upstream.

https://go.dev/ref/mod#checksum-database
"""

import copy
import io
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from typing import Self

from functional_tests.moduletree import ModuleTree, escape, file_path
from functional_tests.upstream import Fault, Upstream
from pulp_go.gomod.dirhash import hash1, hash_go_mod
from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.note import make_signer, sign_note
from pulp_go.gomod.tiles import Tile, parse_tile_path
from pulp_go.gomod.tlog import node_hash, record_hash, split_stored_hash_index, tree_hash

NAME = "sum.example.com"
SEED = bytes(range(32))
LEVELS = 40


def record_text(module: str, version: str, h1: str, go_mod_h1: str) -> str:
    """Return the record of a module version."""
    return f"{module} {version} {h1}\n{module} {version}/go.mod {go_mod_h1}\n"


PADDING = record_text("example.com/padding", "v1.0.0", "h1:padding", "h1:padding")
FORKED = record_text("example.com/forked", "v1.0.0", "h1:forked", "h1:forked")


class Database:
    """The log, its key, and which of its trees it shows.

    Args:
        name: The name in its key.
        seed: What the key is made of, 32 bytes.

    Attributes:
        name: The same.
        size: How many records it has.
        head: The size of the tree that answers come with; None: that of all records.
        heads: The same for single look-ups, by their paths.
        drops_partial: Whether a partial tile is gone once there is the full one.
    """

    def __init__(self, name: str = NAME, seed: bytes = SEED) -> None:
        self._signer = make_signer(name, seed)
        self.name = name
        self.size = 0
        self.head: int | None = None
        self.heads: dict[str, int] = {}
        self.drops_partial = False
        self._records: dict[str, tuple[int, str]] = {}
        self._hashes: dict[tuple[int, int], bytes] = {}

    @property
    def key(self) -> str:
        """Its verifier key, as GOSUMDB has it."""
        return self._signer.verifier.key

    def add(self, module: str, version: str, h1: str, go_mod_h1: str) -> int:
        """Append the record of a module version, and return its number."""
        number = self.size
        self.size += 1
        text = record_text(module, version, h1, go_mod_h1)
        self._records[lookup_path(module, version)] = number, text
        self._set(number, text)
        return number

    def pad(self, size: int) -> None:
        """Append records of nothing that matters, until there are `size` records."""
        self.size = max(self.size, size)

    def forked(self, number: int, text: str = FORKED) -> Self:
        """Return a log with the same key and the same records, but for this one."""
        fork = copy.deepcopy(self)
        for path, (held, _) in self._records.items():
            if held == number:
                fork._records[path] = number, text
        fork._set(number, text)
        return fork

    def number(self, path: str) -> int:
        """Return the number of the record that a look-up answers with."""
        return self._records[path][0]

    def record(self, path: str) -> bytes:
        """Return the record that a look-up answers with, as it is formatted there."""
        number, text = self._records[path]
        return f"{number}\n{text}\n".encode()

    def note(self, size: int | None = None, extension: str = "") -> bytes:
        """Return the signed tree of the first `size` records, or of all of them.

        Args:
            size: The size of the tree.
            extension: Further lines of its text.
        """
        size = self.size if size is None else size
        root = b64encode(tree_hash(size, self._stored)).decode()
        return self.sign(f"go.sum database tree\n{size}\n{root}\n{extension}")

    def sign(self, text: str) -> bytes:
        """Return the signed note of any text."""
        return sign_note(text, [self._signer])

    def tile(self, tile: Tile) -> bytes:
        """Return the hashes of a tile."""
        first = tile.n << tile.height
        level = tile.level * tile.height
        return b"".join(self._hash(level, n) for n in range(first, first + tile.width))

    def body(self, path: str) -> bytes | None:
        """Return what is answered at a path below the database's URL, None for nothing."""
        if path == "supported":
            return b""
        if path == "latest":
            return self.note(self.head)
        if path in self._records:
            return self.record(path) + self.note(self.heads.get(path, self.head))
        try:
            tile = parse_tile_path(path)
        except TreeError:
            return None
        return self.tile(tile) if self._has(tile) else None

    def _has(self, tile: Tile) -> bool:
        """Report whether a tile of hashes is there in this width."""
        if tile.level < 0:
            return False
        complete = self.size >> (tile.level * tile.height)
        end = tile.n << tile.height
        if tile != tile.full and self.drops_partial and complete >= end + tile.full.width:
            return False
        return complete >= end + tile.width

    def _set(self, number: int, text: str) -> None:
        """Give a record its text, and all trees above it their hashes."""
        self._hashes[0, number] = record_hash(text.encode())
        for level in range(1, LEVELS):
            n = number >> level
            below = self._hash(level - 1, 2 * n), self._hash(level - 1, 2 * n + 1)
            self._hashes[level, n] = node_hash(*below)

    def _hash(self, level: int, n: int) -> bytes:
        return self._hashes.get((level, n)) or padding_hash(level)

    def _stored(self, indexes: Sequence[int]) -> list[bytes]:
        return [self._hash(*split_stored_hash_index(index)) for index in indexes]


class SumDBUpstream(Upstream):
    """An upstream whose module versions a checksum database vouches for, which it serves, too.

    Attributes:
        database: The database, which may be another one at any time.
        is_host: Whether it is served as by its own host: at the root, and not below `sumdb/`.
    """

    def __init__(self, *, tls: bool = False) -> None:
        super().__init__(tls=tls)
        self.database = Database()
        self.is_host = False

    @property
    def below(self) -> str:
        """Where the database is: what its paths begin with."""
        return "" if self.is_host else f"sumdb/{self.database.name}/"

    def add(self, module: str, version: str, number: int | None = None) -> None:
        """Serve a module version and its record, which is appended, or has this number."""
        self.tree.add(module, version)
        hashes = hashes_in(self.tree, module, version)
        self.database.pad(self.database.size if number is None else number)
        self.database.add(module, version, *hashes)

    def forge(self, path: str, body: bytes | None) -> None:
        """Answer a path of the database by these bytes."""
        self.fault(f"{self.below}{path}", Fault(body=body))

    def turn_honest(self, database: Database | None = None) -> None:
        """Tell the truth, with another database if one is given, and forget what was asked."""
        self.database = database or self.database
        self.mend_all()
        self.requests.clear()

    def body(self, path: str) -> bytes | None:
        """Return what is served at a path, None for nothing."""
        if self.below and not path.startswith(self.below):
            return super().body(path)
        return self.database.body(path.removeprefix(self.below))

    def asked_database(self) -> list[str]:
        """Return what the database was asked for, sorted: paths below its URL."""
        paths = (path for path in self.paths() if path.startswith(self.below))
        return sorted(path.removeprefix(self.below) for path in paths)


def lookup_path(module: str, version: str) -> str:
    """Return the path of a look-up below a database's URL."""
    return f"lookup/{escape(module)}@{escape(version)}"


def hashes_in(tree: ModuleTree, module: str, version: str) -> tuple[str, str]:
    """Return the hashes of the zip and of the go.mod of a module version that a tree has."""
    data = tree.files[file_path(module, version, "zip")]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        h1 = hash1(archive.namelist(), lambda name: io.BytesIO(archive.read(name)))
    return h1, hash_go_mod(tree.files[file_path(module, version, "mod")])


@cache
def padding_hash(level: int) -> bytes:
    """Return the hash of a perfect tree of padding."""
    if not level:
        return record_hash(PADDING.encode())
    return node_hash(padding_hash(level - 1), padding_hash(level - 1))
