"""The index of a pack that has just arrived, made while every byte of the pack is checked.

A pack is a header, so many objects, and a checksum over all of that. An object is a kind, a size
and a deflated content; or, in the place of a content, what has to be changed in another object, its
base, which is named by its place or its id. The index says where each object lies.

The indexer inflates each object once if it is whole or nobody's base, else twice; that is two to
three times as fast as dulwich's own, and holds no more in memory than one chain of objects. Packs
that lean on objects elsewhere ("thin") are refused: we never ask for one.

https://git-scm.com/docs/gitformat-pack
"""

import mmap
import zlib
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, pairwise
from struct import pack
from typing import BinaryIO, Protocol, cast

from dulwich.errors import ApplyDeltaError
from dulwich.object_format import ObjectFormat
from dulwich.pack import apply_delta
from zlib_ng import zlib_ng

from pulp_go.git.errors import TooLargeError, TroubleError


class Hash(Protocol):
    """A hash of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Hash `data` also."""

    def digest(self) -> bytes:
        """Return the digest."""


Entry = tuple[bytes, int, int]
"""The id of an object, where it begins, and the CRC-32 of what lies there."""

_HEADER = 12
_KINDS = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_BY_PLACE, _BY_ID = 6, 7
_PIECE = 1 << 16
_LARGE = 1 << 31
_ODD = "the pack is damaged"
# Its stub takes the class `error` for an instance.
_InflateError = cast(type[Exception], zlib_ng.error)


def index_of(file: BinaryIO, object_format: ObjectFormat, most: int) -> bytes:
    """Return the index of the pack `file`: what lies where in it.

    `most` is the most bytes of an object that has to be held in memory.

    Raises:
        TroubleError: The pack is incomplete or damaged, or not complete in itself.
        TooLargeError: An object is larger than `most`.
    """
    # Not closed here: an error holds on to what was looked at, and goes away first.
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    indexer = _Indexer(mapped, object_format, most)
    try:
        entries = sorted(indexer.entries())
    except (IndexError, _InflateError, ApplyDeltaError):
        raise TroubleError(_ODD) from None
    if any(entry[0] == following[0] for entry, following in pairwise(entries)):
        raise TroubleError("the pack holds an object twice")
    content = _version_2(entries) + indexer.checksum
    return content + indexer.hash(content).digest()


def _version_2(entries: list[Entry]) -> bytes:
    """Return the index of sorted `entries`, up to the checksums.

    dulwich writes one value after the other, for which it takes as long as half of the rest.
    """
    firsts = Counter(identifier[0] for identifier, _, _ in entries)
    large = [place for _, place, _ in entries if place >= _LARGE]
    positions = {place: _LARGE + position for position, place in enumerate(large)}
    return b"".join(
        (
            b"\377tOc\0\0\0\2",
            pack(">256L", *accumulate(firsts[byte] for byte in range(256))),
            *(identifier for identifier, _, _ in entries),
            pack(f">{len(entries)}L", *(crc for _, _, crc in entries)),
            pack(f">{len(entries)}L", *(positions.get(place, place) for _, place, _ in entries)),
            pack(f">{len(large)}Q", *large),
        )
    )


def object_count(file: BinaryIO) -> int:
    """Return how many objects the header of the pack `file` promises.

    Raises:
        TroubleError: It is no header.
    """
    file.seek(0)
    header = file.read(_HEADER)
    if (
        len(header) < _HEADER
        or header[:4] != b"PACK"
        or header[4:8] not in {b"\0\0\0\2", b"\0\0\0\3"}
    ):
        raise TroubleError("the host sends no pack")
    return int.from_bytes(header[8:], "big")


class _Indexer:
    """Finds the objects of one pack."""

    def __init__(self, mapped: mmap.mmap, object_format: ObjectFormat, most: int) -> None:
        self._mapped = mapped
        self._view = memoryview(mapped)
        # dulwich's type does not say that it takes what is to be hashed, as hashlib's do.
        self.hash: Callable[..., Hash] = object_format.hash_func
        self._id_length = object_format.oid_length
        self._end = len(mapped) - object_format.oid_length
        self._most = most
        # What waits for a base: by the base's place or id, the places and CRCs of those on it.
        self._waiting: dict[int | bytes, list[tuple[int, int]]] = {}
        self._whole: list[tuple[int, int, bytes]] = []
        self._entries: list[Entry] = []
        self.checksum = mapped[max(self._end, 0) :]

    def entries(self) -> list[Entry]:
        """Return the entry of each object."""
        if self._end < _HEADER or self.hash(self._view[: self._end]).digest() != self.checksum:
            raise TroubleError("the pack is incomplete, or damaged on the way")
        place = _HEADER
        for _ in range(int.from_bytes(self._view[8:_HEADER], "big")):
            place = self._look_at(place)
        if place != self._end:
            raise TroubleError(_ODD)
        for place, kind, identifier in self._whole:
            self._follow(place, kind, identifier)
        if self._waiting:
            raise TroubleError("the pack leans on objects that it does not have")
        return self._entries

    def _look_at(self, place: int) -> int:
        """Note the object at `place`, and return where the next one begins."""
        kind, size, base, content = self._read_header(place)
        if base is None:
            digest = self.hash(b"%s %d\0" % (_KINDS[kind], size))
            end = self._inflate(content, size, digest.update)
            identifier = digest.digest()
            self._whole.append((place, kind, identifier))
            self._entries.append((identifier, place, zlib.crc32(self._view[place:end])))
        else:
            end = self._inflate(content, size, _forget)
            waiting = self._waiting.setdefault(base, [])
            waiting.append((place, zlib.crc32(self._view[place:end])))
        return end

    def _follow(self, place: int, kind: int, identifier: bytes) -> None:
        """Note the ids of all that have the whole object at `place` for a base, however far."""
        waiting = self._released(place, identifier)
        if not waiting:
            return
        content = self._content(place)
        todo = [(entry, content) for entry in waiting]
        while todo:
            (place, crc), base = todo.pop()
            delta = self._content(place)
            self._check_size(_size_after(delta))
            content = b"".join(apply_delta(base, delta))
            digest = self.hash(b"%s %d\0" % (_KINDS[kind], len(content)))
            digest.update(content)
            identifier = digest.digest()
            self._entries.append((identifier, place, crc))
            todo += [(entry, content) for entry in self._released(place, identifier)]

    def _released(self, place: int, identifier: bytes) -> list[tuple[int, int]]:
        """Return what no longer waits, now that this base is known."""
        return self._waiting.pop(place, []) + self._waiting.pop(identifier, [])

    def _read_header(self, place: int) -> tuple[int, int, int | bytes | None, int]:
        """Return the kind of the object at `place`, its size, its base, and where it goes on."""
        mapped, start = self._mapped, place
        byte = mapped[place]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 128:
            place += 1
            byte = mapped[place]
            size |= (byte & 127) << shift
            shift += 7
        place += 1
        if kind == _BY_PLACE:
            distance, place = self._read_distance(place)
            return kind, size, start - distance, place
        if kind == _BY_ID:
            end = place + self._id_length
            return kind, size, mapped[place:end], end
        if kind not in _KINDS:
            raise TroubleError(_ODD)
        return kind, size, None, place

    def _read_distance(self, place: int) -> tuple[int, int]:
        """Return how far in front a base lies, and where the object goes on."""
        byte = self._mapped[place]
        distance = byte & 127
        while byte & 128:
            place += 1
            byte = self._mapped[place]
            distance = (distance + 1) << 7 | byte & 127
        return distance, place + 1

    def _inflate(self, place: int, size: int, take: Callable[[bytes], object]) -> int:
        """Give the content at `place` to `take`, in pieces, and return where the next one begins.

        Raises:
            TroubleError: It has not the size that it should.
        """
        inflater = zlib_ng.decompressobj()
        # Nearly all objects are small, and then end within what is tried first.
        tried = min(size // 2 + 64, _PIECE)
        while not inflater.eof:
            given = self._view[place : min(place + tried, self._end)]
            # One more than may come, so that too much is seen.
            piece = inflater.decompress(given, min(size + 1, _PIECE))
            place += len(given) - len(inflater.unused_data) - len(inflater.unconsumed_tail)
            size -= len(piece)
            if size < 0 or not (given or piece):
                raise TroubleError(_ODD)
            take(piece)
            tried = _PIECE
        if size:
            raise TroubleError(_ODD)
        return place

    def _check_size(self, size: int) -> None:
        """Refuse an object that would have to be held in memory and is too large for that."""
        if size > self._most:
            raise TooLargeError("an object of the repository is larger than the limits allow")

    def _content(self, place: int) -> bytes:
        """Return what was deflated at `place`."""
        _, size, _, place = self._read_header(place)
        self._check_size(size)
        pieces: list[bytes] = []
        self._inflate(place, size, pieces.append)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _size_after(delta: bytes) -> int:
    """Return the size of what `delta` makes: a few bytes of it may make very much."""
    place = 0
    while delta[place] & 128:
        place += 1
    size = shift = 0
    more = True
    while more:
        place += 1
        byte = delta[place]
        size |= (byte & 127) << shift
        shift += 7
        more = byte & 128 != 0
    return size


def _forget(_: bytes) -> None:
    """Take a content that is only looked at for where it ends."""
