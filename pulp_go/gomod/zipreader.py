"""The zip container: which entries a file lists, and the content of each one.

    local header, name, extra, content [, descriptor]      once per entry
    directory header, name, extra, comment                 once per entry: the central directory
    [zip64 end record, zip64 locator]
    end record, comment

The central directory alone says what is there: names, sizes and CRCs of the local headers are
not looked at, nor are modes, times and the flag that says how a name is encoded, because `go`
does not look at them either. A name is UTF-8, whatever the flag says, and is never cut at a NUL.

A file that two programs could read in two ways is refused, where `go` settles for one of them:
the directory must lie exactly before the end records, hold exactly the declared number of
entries and come after all content, and the last end record must end the file. Entries that
share their content (a "quoted" bomb) need more room than the file has and are refused as well.
So the work is bounded before anything is inflated: entries by the size of the file, their
content by what the directory declares, which is compared with what really comes out.

Only the methods "stored" and "deflated" exist here, as in `go`. Encrypted entries and files in
several parts do not. Zip files are written in `zipwriter`.

What inflates is an argument, a `Codec`: the module zlib, or one that does the same faster.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, https://pkg.go.dev/archive/zip
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from io import SEEK_END
from typing import BinaryIO, NamedTuple, Protocol

from pulp_go.gomod.errors import InvalidZipError

_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_DIRECTORY_SIGNATURE = b"PK\x01\x02"
_END_SIGNATURE = b"PK\x05\x06"
_END64_SIGNATURE = b"PK\x06\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"

# Signature, then the lengths of name and extra.
_LOCAL = struct.Struct("<4s22xHH")
# Signature, flags, method, CRC, compressed size, size, lengths of name, extra and comment, offset.
_DIRECTORY = struct.Struct("<4s4xHH4xIIIHHH8xI")
# Within it: the lengths of name, extra and comment.
_LENGTHS = struct.Struct("<HHH")
_LENGTHS_AT = 28
# Signature, number of entries, size of the directory, its offset, length of the comment.
_END = struct.Struct("<4s6xHIIH")
_END64 = struct.Struct("<4s28xQQQ")
# Signature, offset of the zip64 end record.
_LOCATOR = struct.Struct("<4s4xQ4x")
_EXTRA = struct.Struct("<HH")

MAX_DIRECTORY = 64 << 20
"""The most bytes of a central directory: half a million files. `go` sets no limit; whoever keeps
the entries to compare their names needs some ten times this."""
_MAX_COMMENT = 0xFFFF
_IN_EXTRA = 0xFFFFFFFF
"""A size or offset that stands in the zip64 extra field instead."""
_ZIP64_TAG = 1

_ENCRYPTED = 1 << 0
_HAS_DESCRIPTOR = 1 << 3
_STORED = 0
_DEFLATED = 8

_CHUNK = 1 << 20
_RAW_DEFLATE = -15
"""No zlib header; a window of 32 KiB, the largest."""
_DESCRIPTOR_SIZE = 8
"""What is read of a descriptor: its signature, if any, and the CRC."""
_AROUND = _LOCAL.size + 512 + _DESCRIPTOR_SIZE
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


class Entry(NamedTuple):
    """One entry as the central directory describes it. Sizes and offset are in bytes.

    A tuple, since a zip may list millions of them.
    """

    name: str
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    offset: int


class Header(NamedTuple):
    """One header of the central directory as it stands there.

    Attributes:
        fixed: Its part of fixed length.
        rest: Name, extra field and comment, one behind the other.
    """

    fixed: bytes
    rest: bytes

    @property
    def extra(self) -> bytes:
        """The extra field: records of a tag, a size and data."""
        name_size, extra_size, _ = _LENGTHS.unpack_from(self.fixed, _LENGTHS_AT)
        return self.rest[name_size : name_size + extra_size]


class _Directory(NamedTuple):
    """Where the central directory lies, in bytes, and how many entries it says it has."""

    offset: int
    size: int
    entries: int


def read_directory(file: BinaryIO) -> Iterator[Entry]:
    """Return the entries of the central directory of `file`, in its order.

    `file` must not be moved by others in between. Memory does not grow with the file.

    Raises:
        InvalidZipError: `file` is not a zip, or one that could be read in two ways.
    """
    directory = _find_directory(file, file.seek(0, SEEK_END))
    file.seek(directory.offset)
    room_for_content = directory.offset
    room_for_headers = directory.size
    for _ in range(directory.entries):
        header = _read_header(file)
        entry = _entry(header)
        room_for_headers -= len(header.fixed) + len(header.rest)
        needed = _LOCAL.size + entry.compressed_size
        room_for_content -= needed
        if room_for_content < 0 or entry.offset + needed > directory.offset:
            raise InvalidZipError("content overlaps other parts of the file", entry.name)
        yield entry
    if room_for_headers != 0:
        raise InvalidZipError("not a valid zip file: size of the central directory is wrong")


def read_headers(file: BinaryIO) -> Iterator[Header]:
    """Return the headers of the central directory of `file` as they stand there, in its order.

    Whether they make sense is what `read_directory` finds out.

    Raises:
        InvalidZipError: `file` has no central directory, or one that is cut off.
    """
    directory = _find_directory(file, file.seek(0, SEEK_END))
    file.seek(directory.offset)
    for _ in range(directory.entries):
        yield _read_header(file)


def _find_directory(file: BinaryIO, file_size: int) -> _Directory:
    """Return what the end records say of the central directory."""
    start = max(0, file_size - _END.size - _MAX_COMMENT)
    file.seek(start)
    tail = file.read(file_size - start)
    at = tail.rfind(_END_SIGNATURE, 0, max(0, len(tail) - _END.size + len(_END_SIGNATURE)))
    if at < 0:
        raise InvalidZipError("not a valid zip file: no end record")
    _, entries, size, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise InvalidZipError("not a valid zip file: data after the end record")
    directory, end = _Directory(offset, size, entries), start + at
    if entries == 0xFFFF or _IN_EXTRA in (size, offset):
        directory, end = _find_directory64(file, directory, end)
    if directory.offset + directory.size != end:
        raise InvalidZipError("not a valid zip file: central directory is not before its end")
    if directory.size > MAX_DIRECTORY:
        raise InvalidZipError(f"central directory is too large (max {MAX_DIRECTORY} bytes)")
    if directory.entries * _DIRECTORY.size > directory.size:
        raise InvalidZipError("not a valid zip file: impossible number of entries")
    return directory


def _find_directory64(file: BinaryIO, plain: _Directory, end: int) -> tuple[_Directory, int]:
    """Return what the zip64 end record says and where it lies; `plain` and `end` without one."""
    file.seek(max(0, end - _LOCATOR.size))
    locator = file.read(_LOCATOR.size)
    if end < _LOCATOR.size or not locator.startswith(_LOCATOR_SIGNATURE):
        # 65535 entries need no zip64.
        return plain, end
    _, record_offset = _LOCATOR.unpack(locator)
    if record_offset > end - _LOCATOR.size - _END64.size:
        raise InvalidZipError("not a valid zip file: zip64 end record out of place")
    file.seek(record_offset)
    signature, entries, size, offset = _END64.unpack(file.read(_END64.size))
    if signature != _END64_SIGNATURE:
        raise InvalidZipError("not a valid zip file: no zip64 end record")
    return _Directory(offset, size, entries), record_offset


def _read_header(file: BinaryIO) -> Header:
    """Return the header that comes next in the central directory."""
    fixed = file.read(_DIRECTORY.size)
    if len(fixed) < _DIRECTORY.size or not fixed.startswith(_DIRECTORY_SIGNATURE):
        raise InvalidZipError("not a valid zip file: bad header in the central directory")
    return Header(fixed, file.read(sum(_LENGTHS.unpack_from(fixed, _LENGTHS_AT))))


def _entry(header: Header) -> Entry:
    """Return the entry that a header of the central directory describes."""
    (_, flags, method, crc, compressed, size, name_size, _, _, offset) = _DIRECTORY.unpack(
        header.fixed
    )
    name = _decode(header.rest[:name_size])
    if _IN_EXTRA in (compressed, size, offset):
        size, compressed, offset = _from_extra(name, header.extra, (size, compressed, offset))
    entry = Entry(name, flags, method, crc, compressed, size, offset)
    _check_readable(entry)
    return entry


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InvalidZipError("name is not UTF-8", repr(raw)) from None


def _from_extra(name: str, extra: bytes, values: tuple[int, int, int]) -> Iterator[int]:
    """Return `values`, each one that says so replaced by the next one in the zip64 extra."""
    wide = find_extra(extra, _ZIP64_TAG)
    for value in values:
        if value == _IN_EXTRA:
            if len(wide) < 8:
                raise InvalidZipError("not a valid zip file: zip64 extra is missing", name)
            yield int.from_bytes(wide[:8], "little")
            wide = wide[8:]
        else:
            yield value


def find_extra(extra: bytes, wanted: int) -> bytes:
    """Return what the extra field has under the tag `wanted`, b"" if nothing."""
    while len(extra) >= _EXTRA.size:
        tag, size = _EXTRA.unpack_from(extra)
        if tag == wanted:
            return extra[_EXTRA.size : _EXTRA.size + size]
        extra = extra[_EXTRA.size + size :]
    return b""


def _check_readable(entry: Entry) -> None:
    if entry.flags & _ENCRYPTED:
        raise InvalidZipError("entry is encrypted", entry.name)
    if entry.method not in (_STORED, _DEFLATED):
        raise InvalidZipError(f"unsupported compression method {entry.method}", entry.name)


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
    if len(data) < _LOCAL.size or entry.name.endswith("/"):
        return None
    signature, name_size, extra_size = _LOCAL.unpack_from(data)
    start = _LOCAL.size + name_size + extra_size
    end = start + entry.compressed_size
    descriptor = data[end : end + _DESCRIPTOR_SIZE]
    if signature != _LOCAL_SIGNATURE or len(descriptor) < _DESCRIPTOR_SIZE:
        return None
    packed = data[start:end]
    content = packed if entry.method == _STORED else _inflate_at_once(packed, entry.size, codec)
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
    pieces = _copy(file, entry) if entry.method == _STORED else _inflate(file, entry, codec)
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
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
        raise InvalidZipError("not a valid zip file: no local header", entry.name)
    _, name_size, extra_size = _LOCAL.unpack(header)
    return int(entry.offset + _LOCAL.size + name_size + extra_size)


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
