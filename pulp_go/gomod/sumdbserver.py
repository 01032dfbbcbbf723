"""The checksum database: what it answers, and where its answers come from.

    supported                    a proxy only: that it serves this database
    latest                       the signed note of the newest tree
    lookup/<module>@<version>    the record of a module version, and a signed note of a tree with it
    tile/8/<L>/<N>[.p/<W>]       hashes
    tile/8/data/<N>[.p/<W>]      records

Paths are relative to the URL of the database, or to `<proxy>/sumdb/<name>/`; module and version are
escaped as for a proxy. The version never ends in `/go.mod`: a record has both hashes.

A look-up that names no version is a bad request; everything else that is not there is not found.
All answers of a store come with one note, that of its newest tree, since a client needs tiles for
each other tree that it is shown.

https://go.dev/ref/mod#checksum-database, https://pkg.go.dev/golang.org/x/mod/sumdb#Server
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pulp_go.gomod import module as module_rules
from pulp_go.gomod.errors import (
    EscapeError,
    InvalidLookupError,
    InvalidPathError,
    InvalidRequestError,
    InvalidVersionError,
    TreeError,
)
from pulp_go.gomod.knowntree import HEIGHT
from pulp_go.gomod.note import note_text
from pulp_go.gomod.tiles import DATA, Tile, parse_tile_path, tile_in_tree
from pulp_go.gomod.tlog import MAX_SIZE, Record, format_record, parse_tree

TEXT = "text/plain; charset=UTF-8"
BINARY = "application/octet-stream"

_MODULE_VERSION = re.compile(
    r"([^@]+)@(v[0-9]+\.[0-9]+\.[0-9]+(?:-[^@]*)?(?:\+incompatible)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Supported:
    """Whether the database is served here."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The signed note of the newest tree."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The record of a module version."""

    module: str
    version: str


@dataclass(frozen=True, slots=True)
class TileRequest:
    """A tile, of hashes or of records."""

    tile: Tile


Request = Supported | Latest | Lookup | TileRequest


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: The HTTP status: 200 or 404.
        content_type: The value of that header.
        body: The content.
    """

    status: int
    content_type: str
    body: bytes


class Store(Protocol):
    """Where a log is kept. A record, once there, never changes; the tree only grows."""

    def signed(self) -> bytes | None:
        """Return the signed note of the newest tree, None if there is none yet."""

    def find(self, module: str, version: str) -> Record | None:
        """Return the record of a module version, None if it is not held."""

    def records(self, start: int, n: int) -> Sequence[str] | None:
        """Return the texts of `n` records from number `start` on, None if one is not held."""

    def tile(self, tile: Tile) -> bytes | None:
        """Return the hashes of a tile, cut from any wider one; None if so many are not held."""


def parse_request(path: str) -> Request:
    """Return the request that `path` is.

    Args:
        path: The path below the URL of the database, without slash in front; percent-decoded and
            still escaped with "!".

    Raises:
        InvalidLookupError: It is a look-up that names no module version.
        InvalidRequestError: It is no other request of the protocol.
    """
    what, _, rest = path.partition("/")
    match what:
        case "supported" if path == what:
            return Supported()
        case "latest" if path == what:
            return Latest()
        case "lookup":
            return _parse_lookup(path, rest)
        case "tile":
            return _parse_tile(path)
    raise InvalidRequestError(path, "expected supported, latest, lookup/ or tile/")


def answer(store: Store, request: Request) -> Reply:
    """Return the answer to a request, from what `store` has."""
    match request:
        case Supported():
            return Reply(200, TEXT, b"")
        case Latest():
            return _reply(TEXT, store.signed())
        case Lookup(module, version):
            return _reply(TEXT, _look_up(store, module, version))
    if request.tile.level == DATA:
        return _reply(TEXT, _read_records(store, request.tile))
    return _reply(BINARY, store.tile(request.tile))


def _parse_lookup(path: str, rest: str) -> Lookup:
    match = _MODULE_VERSION.fullmatch(rest)
    if not match:
        raise InvalidLookupError(path, "invalid module@version syntax")
    try:
        module = module_rules.unescape_path(match[1])
        return Lookup(module, module_rules.unescape_version(match[2]))
    except (EscapeError, InvalidPathError, InvalidVersionError) as error:
        raise InvalidLookupError(path, error.reason) from None


def _parse_tile(path: str) -> TileRequest:
    """Return the request of a tile that some log may have."""
    try:
        tile = parse_tile_path(path)
        widest = tile_in_tree(HEIGHT, max(tile.level, 0), tile.n, MAX_SIZE)
    except TreeError as error:
        raise InvalidRequestError(path, error.reason) from None
    if tile.height != HEIGHT or tile.width > widest.width:
        raise InvalidRequestError(path, f"no tile of height {HEIGHT} in any tree")
    return TileRequest(tile)


def _look_up(store: Store, module: str, version: str) -> bytes | None:
    record = store.find(module, version)
    signed = store.signed()
    if record is None or signed is None or record.id >= parse_tree(note_text(signed)).size:
        return None
    return format_record(record) + signed


def _read_records(store: Store, tile: Tile) -> bytes | None:
    texts = store.records(tile.n << HEIGHT, tile.width)
    return None if texts is None else "".join(f"{text}\n" for text in texts).encode()


def _reply(content_type: str, body: bytes | None) -> Reply:
    if body is None:
        return Reply(404, TEXT, b"not found\n")
    return Reply(200, content_type, body)
