"""Contents that are deflated and hashed once, for all zips that will hold them.

Most files of a version are those of the version before. So what becomes of a blob in a zip lies in
a file, one after the other, and where it lies in memory. The file has no name, so nothing is left
of it, whatever ends the process. When it has grown to its limit it is emptied: what comes next is
then made again.

Deflating is done once, but what it gives is written, hashed, stored and sent for every version. So
the level is not the fastest one; the best would take twice the time for 3 % less.
"""

import os
from collections.abc import Hashable, Iterable, Iterator
from hashlib import sha256
from tempfile import TemporaryFile
from typing import NamedTuple

from zlib_ng import zlib_ng

from pulp_go.gomod.zipwriter import Deflated

PIECE = 1 << 20
"""The most bytes of a content that are held at a time, where it comes in pieces."""

_LEVEL = 6
_RAW_DEFLATE = -15
_MOST = 500_000
"""The most contents whose places are kept, at some 300 bytes each."""


class Content(NamedTuple):
    """One content.

    Attributes:
        deflated: What a zip tells of it.
        sha256: Its SHA-256 in hex.
        offset: Where it lies in the file.
    """

    deflated: Deflated
    sha256: str
    offset: int


class DeflatedContents:
    """Deflated contents by keys.

    Args:
        directory: Where the file lies.
        limit: The bytes that the file may have before it is emptied: it has at most one content
            more.
    """

    def __init__(self, directory: str | os.PathLike[str], limit: int) -> None:
        self._file = TemporaryFile(buffering=0, dir=directory)  # noqa: SIM115
        self._descriptor = self._file.fileno()
        self._limit = limit
        self._end = 0
        self._contents: dict[Hashable, Content] = {}

    def close(self) -> None:
        """Give up the file."""
        self._file.close()

    def get(self, key: Hashable) -> Content | None:
        """Return the content that was added with `key`, or None; it is good until an `add`."""
        return self._contents.get(key)

    def add(self, key: Hashable, pieces: Iterable[bytes]) -> Content:
        """Return the content that `pieces` make, once it is kept. What they raise is passed on."""
        if self._end >= self._limit or len(self._contents) >= _MOST:
            self._contents.clear()
            self._file.truncate(0)
            self._end = 0
        deflater = zlib_ng.compressobj(_LEVEL, wbits=_RAW_DEFLATE)
        digest = sha256()
        crc, size, end = 0, 0, self._end
        for piece in pieces:
            crc = zlib_ng.crc32(piece, crc)
            digest.update(piece)
            size += len(piece)
            end = self._write(deflater.compress(piece), end)
        end = self._write(deflater.flush(), end)
        deflated = Deflated(crc, end - self._end, size)
        content = Content(deflated, digest.hexdigest(), self._end)
        self._contents[key] = content
        self._end = end
        return content

    def read(self, content: Content) -> Iterable[bytes]:
        """Return the deflated bytes of `content` in pieces."""
        size = content.deflated.packed_size
        if size <= PIECE:
            piece = os.pread(self._descriptor, size, content.offset)
            if len(piece) == size:
                return (piece,)
        return self._read_in_pieces(content)

    def _read_in_pieces(self, content: Content) -> Iterator[bytes]:
        at, end = content.offset, content.offset + content.deflated.packed_size
        while at < end:
            piece = os.pread(self._descriptor, min(PIECE, end - at), at)
            if not piece:
                raise OSError("the file of deflated contents was cut off")
            at += len(piece)
            yield piece

    def _write(self, data: bytes, at: int) -> int:
        """Write `data` to the file, and return where it ends."""
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, at)
            at += written
            view = view[written:]
        return at
