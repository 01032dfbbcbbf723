"""The zip container: writing one, entry by entry, to a sink that need not be seekable.

    local header, name, content, descriptor                once per entry
    directory header, name                                 once per entry: the central directory
    [zip64 end record, zip64 locator]                      only for 65,535 entries and more
    end record

As `go` writes module zips: every content is deflated; its size and CRC are not known beforehand and
follow it in a descriptor; a name is UTF-8, and a flag says so unless it is ASCII; there are no
times, no modes and no extra fields. So nothing but names and contents gets in, and the same
entries give the same bytes as long as zlib stays the same. `zipreader` is the other direction.

A zip stays far below 4 GiB (its limit sees to that), so sizes and offsets need no zip64.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, https://pkg.go.dev/archive/zip
"""

import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from pulp_go.gomod.errors import InvalidZipError

# Signature, version needed, flags, method, time and date and CRC and sizes, length of the name.
_LOCAL = struct.Struct("<4sHHH16xH2x")
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


class ZipWriter:
    """Writes one zip. It is complete only after `finish`.

    Args:
        sink: Gets the bytes; its `write` takes all that it is given.
        limit: The most bytes that the zip may have; below 4 GiB, as every content must be.
    """

    def __init__(self, sink: BinaryIO, limit: int) -> None:
        self._sink = sink
        self._limit = limit
        self._size = 0
        self._directory: list[bytes] = []

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Write an entry. `content` comes in pieces, of which one at a time is held.

        Raises:
            InvalidZipError: The name has over 65,535 bytes, or the zip would exceed its limit.
        """
        raw_name = name.encode()
        if len(raw_name) > _MAX_NAME:
            raise InvalidZipError(f"name is too long (max {_MAX_NAME} bytes)", name)
        flags = _HAS_DESCRIPTOR if name.isascii() else _HAS_DESCRIPTOR | _UTF8
        offset = self._size
        self._write(_LOCAL.pack(b"PK\x03\x04", _VERSION, flags, _DEFLATED, len(raw_name)))
        self._write(raw_name)
        sizes = self._write_deflated(content)
        self._write(_DESCRIPTOR.pack(b"PK\x07\x08", *sizes))
        fixed = (b"PK\x01\x02", _VERSION, _VERSION, flags, _DEFLATED)
        self._directory.append(_DIRECTORY.pack(*fixed, *sizes, len(raw_name), offset) + raw_name)

    def finish(self) -> None:
        """Write the central directory and the end records. Nothing may be added afterwards.

        Raises:
            InvalidZipError: The zip would exceed its limit.
        """
        offset = self._size
        for header in self._directory:
            self._write(header)
        size, count = self._size - offset, len(self._directory)
        if count >= _IN_END64:
            self._write_end64(count, size, offset)
            count = _IN_END64
        self._write(_END.pack(b"PK\x05\x06", count, count, size, offset))

    def _write_deflated(self, content: Iterable[bytes]) -> tuple[int, int, int]:
        """Write `content` and return its CRC, its compressed size and its size."""
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        start = self._size
        crc, size = 0, 0
        for piece in content:
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            self._write(deflater.compress(piece))
        self._write(deflater.flush())
        return crc, self._size - start, size

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
