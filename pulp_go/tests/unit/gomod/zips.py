"""A writer of zips for tests, which can lie about everything that a zip says."""

import struct
import zlib
from dataclasses import dataclass

STORED = 0
DEFLATED = 8
IN_EXTRA = 0xFFFFFFFF


def deflate(data: bytes) -> bytes:
    """Return `data` as a raw deflated stream."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


@dataclass
class File:
    """One entry. What is None is written as it truly is.

    `packed` are the bytes that lie in the zip for `data`; `size`, `compressed_size`, `crc` and
    `offset` are what the central directory says; `descriptor` follows the content.
    """

    name: str | bytes
    data: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    packed: bytes | None = None
    size: int | None = None
    compressed_size: int | None = None
    crc: int | None = None
    offset: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    local_extra: bytes = b""
    signature: bytes = b"PK\x03\x04"
    descriptor: bytes = b""

    def __post_init__(self):
        if isinstance(self.name, str):
            self.name = self.name.encode()
        if self.packed is None:
            self.packed = self.data if self.method == STORED else deflate(self.data)
        if self.size is None:
            self.size = len(self.data)
        if self.compressed_size is None:
            self.compressed_size = len(self.packed)
        if self.crc is None:
            self.crc = zlib.crc32(self.data)

    def local(self) -> bytes:
        """Return the local header with the content behind it."""
        header = (
            self.signature + bytes(22) + struct.pack("<HH", len(self.name), len(self.local_extra))
        )
        return header + self.name + self.local_extra + self.packed + self.descriptor

    def header(self, offset: int) -> bytes:
        """Return the header in the central directory."""
        fixed = struct.pack(
            "<4s4xHH4xIIIHHH8xI",
            b"PK\x01\x02",
            self.flags,
            self.method,
            self.crc,
            self.compressed_size,
            self.size,
            len(self.name),
            len(self.extra),
            len(self.comment),
            offset if self.offset is None else self.offset,
        )
        return fixed + self.name + self.extra + self.comment


def end(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """Return an end record."""
    return struct.pack("<4s6xHIIH", b"PK\x05\x06", count, size, offset, len(comment)) + comment


def end64(count: int, size: int, offset: int) -> bytes:
    """Return a zip64 end record."""
    return struct.pack("<4sQ20xQQQ", b"PK\x06\x06", 44, count, size, offset)


def locator(offset: int) -> bytes:
    """Return what says where the zip64 end record is."""
    return struct.pack("<4s4xQ4x", b"PK\x06\x07", offset)


def content_and_directory(*files: File) -> tuple[bytes, bytes]:
    """Return what precedes the central directory, and the directory."""
    content, directory = b"", b""
    for file in files:
        directory += file.header(len(content))
        content += file.local()
    return content, directory


def build(*files: File, comment: bytes = b"") -> bytes:
    """Return a zip of `files`."""
    content, directory = content_and_directory(*files)
    return content + directory + end(len(files), len(directory), len(content), comment)


def build64(*files: File) -> bytes:
    """Return a zip of `files` with zip64 end records."""
    content, directory = content_and_directory(*files)
    record = len(content) + len(directory)
    return (
        content
        + directory
        + end64(len(files), len(directory), len(content))
        + locator(record)
        + end(0xFFFF, IN_EXTRA, IN_EXTRA)
    )
