"""The objects in packs, and what the heads of their entries tell without inflating them.

An entry of a pack begins with its type and its size. That of a delta is the delta's own; how large
the object becomes stands, behind how large its base is, where the delta itself begins. Of which
kind it is, its base knows. So a few bytes tell both of an object of any size. What an entry says is
checked when it is inflated.

https://git-scm.com/docs/gitformat-pack
"""

import mmap
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from dulwich.objects import RawObjectID
from dulwich.pack import OFS_DELTA, REF_DELTA, Pack

from pulp_go.gomod.errors import FileTooLargeError

_MORE = 0x80  # set in each byte of a number but the last
_DELTA_HEAD = 20  # two numbers, of at most 63 bits each, seven to a byte
_PIECE = 256
_LARGE_PIECE = 256 << 10
_LONGEST_CHAIN = 10_000


class _Entry(NamedTuple):
    kind: int
    size: int
    base: tuple["_OpenPack", int] | str | None  # of a delta: where it is, or its id
    start: int  # of what is deflated


class _OpenPack(NamedTuple):
    pack: Pack
    content: mmap.mmap


class Entries:
    """The entries of the objects in some packs.

    The methods return None for an object that is in none of the packs. What dulwich, zlib and mmap
    raise for damaged files is passed on.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Open the files of `packs`. What opening them raises is passed on."""
        self._packs = [_OpenPack(pack, _mapped(pack)) for pack in packs]

    def close(self) -> None:
        """Close the files."""
        for opened in self._packs:
            opened.content.close()

    def read(self, object_id: str, limit: int | None = None) -> tuple[int, bytes] | None:
        """Return the type of an object, by its number in packs, and its content.

        Raises:
            FileTooLargeError: It has more than `limit` bytes; None is no limit.
        """
        found = self._find(object_id)
        if found is None:
            return None
        if limit is not None and _size(*found, len(object_id) // 2) > limit:
            raise FileTooLargeError(object_id, limit)
        pack, at = found[0].pack, found[1]
        kind, chunks = pack.resolve_object(at, *pack.data.get_object_at(at))
        return kind, b"".join(cast(list[bytes], chunks))

    def pieces(self, object_id: str) -> tuple[int, Iterator[bytes]] | None:
        """Return the type of an object, and its content in pieces.

        There is one piece at a time in memory, unless the object is a delta.
        """
        found = self._find(object_id)
        if found is None:
            return None
        entry = _entry(*found, len(object_id) // 2)
        if entry.base is None:
            return entry.kind, _inflated(found[0].content, entry)
        read = self.read(object_id)
        return read and (read[0], iter([read[1]]))

    def size(self, object_id: str) -> int | None:
        """Return the size of an object in bytes."""
        found = self._find(object_id)
        return None if found is None else _size(*found, len(object_id) // 2)

    def kind(self, object_id: str) -> int | None:
        """Return the type of an object, by its number in packs."""
        found = self._find(object_id)
        for _ in range(_LONGEST_CHAIN):
            if found is None:
                return None
            entry = _entry(*found, len(object_id) // 2)
            if entry.base is None:
                return entry.kind
            found = self._find(entry.base) if isinstance(entry.base, str) else entry.base
        raise ValueError("a delta is too far from its base")

    def _find(self, object_id: str) -> tuple[_OpenPack, int] | None:
        name = RawObjectID(bytes.fromhex(object_id))
        for opened in self._packs:
            try:
                return opened, opened.pack.index.object_offset(name)
            except KeyError:
                continue
        return None


def _mapped(pack: Pack) -> mmap.mmap:
    with open(pack.data.path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _size(opened: _OpenPack, offset: int, id_length: int) -> int:
    entry = _entry(opened, offset, id_length)
    return entry.size if entry.base is None else _target_size(opened.content, entry.start)


def _entry(opened: _OpenPack, offset: int, id_length: int) -> _Entry:
    content, at = opened.content, offset
    byte = content[at]
    kind, size, shift = byte >> 4 & 7, byte & 0xF, 4
    while byte & _MORE:
        at += 1
        byte = content[at]
        size |= (byte & 0x7F) << shift
        shift += 7
    at += 1
    if kind == OFS_DELTA:
        back, at = _distance(content, at)
        return _Entry(kind, size, (opened, offset - back), at)
    if kind == REF_DELTA:
        return _Entry(kind, size, content[at : at + id_length].hex(), at + id_length)
    return _Entry(kind, size, None, at)


def _distance(content: mmap.mmap, at: int) -> tuple[int, int]:
    """Return how far before its delta a base is, and where that number ends."""
    byte = content[at]
    distance = byte & 0x7F
    while byte & _MORE:
        at += 1
        byte = content[at]
        distance = (distance + 1 << 7) | byte & 0x7F
    return distance, at + 1


def _inflated(content: mmap.mmap, entry: _Entry) -> Iterator[bytes]:
    """Return the content of an entry that is no delta in pieces."""
    inflater = zlib.decompressobj()
    at, left = entry.start, entry.size
    while not inflater.eof:
        deflated = inflater.unconsumed_tail or content[at : at + _LARGE_PIECE]
        at += 0 if inflater.unconsumed_tail else len(deflated)
        piece = inflater.decompress(deflated, _LARGE_PIECE)
        left -= len(piece)
        if not deflated or left < 0:
            raise ValueError("an object is not of its size")
        yield piece
    if left:
        raise ValueError("an object is not of its size")


def _target_size(content: mmap.mmap, at: int) -> int:
    """Return the size of what the delta makes that is deflated at `at`."""
    inflater = zlib.decompressobj()
    head = b""
    while len(head) < _DELTA_HEAD and not inflater.eof:
        piece = content[at : at + _PIECE]
        if not piece:
            raise ValueError("the pack ends within an object")
        head += inflater.decompress(piece, _DELTA_HEAD - len(head))
        at += len(piece)
    numbers = iter(head)
    _number(numbers)
    return _number(numbers)


def _number(numbers: Iterable[int]) -> int:
    size = shift = 0
    for byte in numbers:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & _MORE:
            return size
    raise ValueError("a delta ends within its head")
