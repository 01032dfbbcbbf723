"""The content of a zip's entries, each read as the central directory describes it.

Nothing of an entry is believed before it is compared: not more than one byte over its declared
size is ever inflated, and what comes out has the declared size and CRC, or is refused. Zip files
are written in `zipwriter`.

What inflates is an argument, a `Codec`: the module zlib, or one that does the same faster.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, https://pkg.go.dev/archive/zip
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipdirectory import LOCAL_SIZE, STORED, Entry

_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"

# Signature, then the lengths of name and extra.
_LOCAL = struct.Struct("<4s22xHH")
_HAS_DESCRIPTOR = 1 << 3

_CHUNK = 1 << 20
_RAW_DEFLATE = -15
"""No zlib header; a window of 32 KiB, the largest."""
_DESCRIPTOR_SIZE = 8
"""What is read of a descriptor: its signature, if any, and the CRC."""
_AROUND = LOCAL_SIZE + 512 + _DESCRIPTOR_SIZE
"""What is read beside the content of a small entry: room for all but very long names."""


class Inflater(Protocol):
    """One raw deflated stream; see `zlib.decompressobj`."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def unconsumed_tail(self) -> bytes:
        """What was given and not inflated, because of a limit."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return at most `max_length` bytes that `data` inflates to."""


class Codec(Protocol):
    """What inflates and sums: the module zlib, or one with the same functions."""

    @property
    def error(self) -> type[Exception]:
        """What `Inflater.decompress` raises for what is no deflated stream."""

    def decompressobj(self, wbits: int, /) -> Inflater:
        """Return what inflates one stream; `wbits` as in `zlib.decompressobj`."""

    def crc32(self, data: bytes, value: int, /) -> int:
        """Return the CRC of `data` behind what has the CRC `value`, or 0."""


def read_content(file: BinaryIO, entry: Entry, codec: Codec = zlib) -> Iterable[bytes]:
    """Return the content of `entry` in pieces of at most 1 MiB.

    `file` must not be moved by others in between. No more than one byte over the declared size
    is ever inflated. A directory, whose name ends in "/", has no content, whatever lies there.

    Raises:
        InvalidZipError: The content is not there, does not inflate, or is not what the central
            directory says of its size and CRC.
    """
    if entry.size <= _CHUNK and entry.compressed_size <= _CHUNK:
        content = _read_small(file, entry, codec)
        if content is not None:
            return (content,)
    return _read_in_pieces(file, entry, codec)


def _read_small(file: BinaryIO, entry: Entry, codec: Codec) -> bytes | None:
    """Return the content of `entry`, read and inflated at once, if all is as it should be.

    Nearly all entries are small and sound. None says that this one wants a closer look.
    """
    file.seek(entry.offset)
    data = file.read(_AROUND + entry.compressed_size)
    if len(data) < LOCAL_SIZE or entry.name.endswith("/"):
        return None
    signature, name_size, extra_size = _LOCAL.unpack_from(data)
    start = LOCAL_SIZE + name_size + extra_size
    end = start + entry.compressed_size
    descriptor = data[end : end + _DESCRIPTOR_SIZE]
    if signature != _LOCAL_SIGNATURE or len(descriptor) < _DESCRIPTOR_SIZE:
        return None
    packed = data[start:end]
    content = packed if entry.method == STORED else _inflate_at_once(packed, entry.size, codec)
    return content if _is_sound(content, descriptor, entry, codec) else None


def _inflate_at_once(packed: bytes, size: int, codec: Codec) -> bytes | None:
    """Return what `packed` inflates to, at most one byte over `size`, or None if it does not."""
    inflater = codec.decompressobj(_RAW_DEFLATE)
    try:
        content = inflater.decompress(packed, size + 1)
    except codec.error:
        return None
    return content if inflater.eof else None


def _is_sound(content: bytes | None, descriptor: bytes, entry: Entry, codec: Codec) -> bool:
    """Report whether `content` is what the directory, and what follows it, say of `entry`."""
    if content is None or len(content) != entry.size or codec.crc32(content, 0) != entry.crc:
        return False
    return not entry.flags & _HAS_DESCRIPTOR or _describes(descriptor, entry)


def _read_in_pieces(file: BinaryIO, entry: Entry, codec: Codec) -> Iterator[bytes]:
    """Return the content of any entry; errors say what is wrong with it."""
    start = _find_content(file, entry)
    if entry.name.endswith("/"):
        return
    file.seek(start)
    pieces = _copy(file, entry) if entry.method == STORED else _inflate(file, entry, codec)
    crc, size = 0, 0
    for piece in pieces:
        size += len(piece)
        if size > entry.size:
            raise InvalidZipError("content is larger than declared", entry.name)
        crc = codec.crc32(piece, crc)
        yield piece
    if size != entry.size:
        raise InvalidZipError("content is smaller than declared", entry.name)
    if crc != entry.crc:
        raise InvalidZipError("checksum error", entry.name)
    if entry.flags & _HAS_DESCRIPTOR:
        file.seek(start + entry.compressed_size)
        if not _describes(file.read(_DESCRIPTOR_SIZE), entry):
            raise InvalidZipError("checksum error in the data descriptor", entry.name)


def _find_content(file: BinaryIO, entry: Entry) -> int:
    """Return the offset of the content, behind the local header, its name and its extra."""
    file.seek(entry.offset)
    header = file.read(LOCAL_SIZE)
    if len(header) < LOCAL_SIZE or not header.startswith(_LOCAL_SIGNATURE):
        raise InvalidZipError("not a valid zip file: no local header", entry.name)
    _, name_size, extra_size = _LOCAL.unpack(header)
    return int(entry.offset + LOCAL_SIZE + name_size + extra_size)


def _copy(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Return the compressed bytes of `entry`; `file` stands before them."""
    left = entry.compressed_size
    while piece := file.read(min(left, _CHUNK)):
        left -= len(piece)
        yield piece


def _inflate(file: BinaryIO, entry: Entry, codec: Codec) -> Iterator[bytes]:
    """Return the inflated bytes of `entry`; `file` stands before the compressed ones.

    What follows the end of the deflated stream is skipped, as by `go`.
    """
    compressed = _copy(file, entry)
    inflater = codec.decompressobj(_RAW_DEFLATE)
    left = entry.size + 1
    # zlib takes a limit of 0 for none.
    while left and not inflater.eof:
        data = inflater.unconsumed_tail or next(compressed, b"")
        try:
            piece = inflater.decompress(data, min(left, _CHUNK))
        except codec.error as error:
            raise InvalidZipError(f"content does not inflate: {error}", entry.name) from None
        if not data and not piece:
            raise InvalidZipError("content is cut off", entry.name)
        left -= len(piece)
        yield piece


def _describes(descriptor: bytes, entry: Entry) -> bool:
    """Report whether what follows the content of `entry` gives its CRC.

    The signature before it is optional. The sizes after it are not looked at: some writers give
    them 4 bytes, others 8, and `go` does not look at them either.
    """
    crc = descriptor[4:] if descriptor.startswith(_DESCRIPTOR_SIGNATURE) else descriptor[:4]
    return crc == entry.crc.to_bytes(4, "little")
