"""The zip container: writing one, entry by entry, to a sink that need not be seekable.

    local header, name, content, descriptor                once per entry
    directory header, name                                 once per entry: the central directory
    [zip64 end record, zip64 locator]                      only for 65,535 entries and more
    end record

As `go` writes module zips: every content is deflated; its size and CRC are not known beforehand and
follow it in a descriptor, unless it comes deflated already; a name is UTF-8, and a flag says so
unless it is ASCII; there are no times, no modes and no extra fields. So nothing but names and
contents gets in, and the same entries give the same bytes as long as zlib stays the same.
`zipreader` is the other direction.

A zip stays far below 4 GiB (its limit sees to that), so sizes and offsets need no zip64.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, https://pkg.go.dev/archive/zip
"""

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from pulp_go.gomod.errors import InvalidZipError

# Signature, version needed, flags, method, time and date and CRC and sizes, length of the name.
_LOCAL = struct.Struct("<4sHHH16xH2x")
# The same with CRC, compressed size and size behind time and date.
_LOCAL_KNOWN = struct.Struct("<4sHHH4xIIIH2x")
# Signature, CRC, compressed size, size.
_DESCRIPTOR = struct.Struct("<4sIII")
# Signature, version made by, version needed, flags, method, CRC, compressed size, size, length of
# the name, offset.
_DIRECTORY = struct.Struct("<4sHHHH4xIIIH12xI")
# Signature, number of entries twice, size of the directory, its offset.
_END = struct.Struct("<4s4xHHII2x")
# Signature, length of the rest, version made by, version needed, number of entries twice, size of
# the directory, its offset.
_END64 = struct.Struct("<4sQHH8xQQQQ")
# Signature, offset of the zip64 end record, number of files that the zip is split into.
_LOCATOR = struct.Struct("<4s4xQI")

_DEFLATED = 8
_HAS_DESCRIPTOR = 1 << 3
_UTF8 = 1 << 11
_VERSION = 20
_VERSION64 = 45
_MAX_NAME = 0xFFFF
_IN_END64 = 0xFFFF
"""The number of entries that says: look into the zip64 end record."""


class Deflated(NamedTuple):
    """What a zip tells of a content that is deflated.

    Attributes:
        crc: The CRC of the content.
        packed_size: Its size once it is deflated.
        size: Its size.
    """

    crc: int
    packed_size: int
    size: int


class Sink(Protocol):
    """Where a zip is written to."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


class ZipWriter:
    """Writes one zip. It is complete only after `finish`.

    Args:
        sink: Gets the bytes.
        limit: The most bytes that the zip may have; below 4 GiB, as every content must be.
    """

    def __init__(self, sink: Sink, limit: int) -> None:
        self._sink = sink
        self._limit = limit
        self._size = 0
        self._directory: list[bytes] = []

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Write an entry. `content` comes in pieces, of which one at a time is held.

        Raises:
            InvalidZipError: The name has over 65,535 bytes, or the zip would exceed its limit.
        """
        raw_name, flags = _encode(name)
        flags |= _HAS_DESCRIPTOR
        offset = self._size
        self._write(_LOCAL.pack(b"PK\x03\x04", _VERSION, flags, _DEFLATED, len(raw_name)))
        self._write(raw_name)
        deflated = self._write_deflated(content)
        self._write(_DESCRIPTOR.pack(b"PK\x07\x08", *deflated))
        self._list(raw_name, flags, deflated, offset)

    def add_deflated(self, name: str, deflated: Deflated, pieces: Iterable[bytes]) -> None:
        """Write an entry whose content was deflated before. What is told of it is believed.

        Args:
            name: The name.
            deflated: What to tell of the content.
            pieces: The content as one raw deflated stream, in pieces.

        Raises:
            InvalidZipError: The name has over 65,535 bytes, or the zip would exceed its limit.
        """
        raw_name, flags = _encode(name)
        offset = self._size
        fixed = (b"PK\x03\x04", _VERSION, flags, _DEFLATED)
        self._write(_LOCAL_KNOWN.pack(*fixed, *deflated, len(raw_name)) + raw_name)
        for piece in pieces:
            self._write(piece)
        self._list(raw_name, flags, deflated, offset)

    def finish(self) -> None:
        """Write the central directory and the end records. Nothing may be added afterwards.

        Raises:
            InvalidZipError: The zip would exceed its limit.
        """
        offset = self._size
        self._write(b"".join(self._directory))
        size, count = self._size - offset, len(self._directory)
        if count >= _IN_END64:
            self._write_end64(count, size, offset)
            count = _IN_END64
        self._write(_END.pack(b"PK\x05\x06", count, count, size, offset))

    def _list(self, raw_name: bytes, flags: int, deflated: Deflated, offset: int) -> None:
        """Keep what the central directory will say of the entry at `offset`."""
        fixed = (b"PK\x01\x02", _VERSION, _VERSION, flags, _DEFLATED)
        header = _DIRECTORY.pack(*fixed, *deflated, len(raw_name), offset)
        self._directory.append(header + raw_name)

    def _write_deflated(self, content: Iterable[bytes]) -> Deflated:
        """Write `content` and return what is to be told of it."""
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        start = self._size
        crc, size = 0, 0
        for piece in content:
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            self._write(deflater.compress(piece))
        self._write(deflater.flush())
        return Deflated(crc, self._size - start, size)

    def _write_end64(self, count: int, size: int, offset: int) -> None:
        record = self._size
        rest = _END64.size - 12
        fixed = (b"PK\x06\x06", rest, _VERSION64, _VERSION64)
        self._write(_END64.pack(*fixed, count, count, size, offset))
        self._write(_LOCATOR.pack(b"PK\x06\x07", record, 1))

    def _write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise InvalidZipError(f"zip file is too large (max {self._limit} bytes)")
        self._sink.write(data)


def _encode(name: str) -> tuple[bytes, int]:
    """Return the bytes of a name, and the flags that say which they are."""
    raw_name = name.encode()
    if len(raw_name) > _MAX_NAME:
        raise InvalidZipError(f"name is too long (max {_MAX_NAME} bytes)", name)
    return raw_name, 0 if name.isascii() else _UTF8
