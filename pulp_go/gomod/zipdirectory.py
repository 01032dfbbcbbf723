"""The central directory of a zip: which entries a file lists, and where each one lies.

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
content by what the directory declares.

Only the methods "stored" and "deflated" exist here, as in `go`. Encrypted entries and files in
several parts do not. What the entries contain is read in `zipreader`.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, https://pkg.go.dev/archive/zip
"""

import struct
from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO, NamedTuple

from pulp_go.gomod.errors import InvalidZipError

_DIRECTORY_SIGNATURE = b"PK\x01\x02"
_END_SIGNATURE = b"PK\x05\x06"
_END64_SIGNATURE = b"PK\x06\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"

LOCAL_SIZE = 30
"""The bytes of a local header before the name."""
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

STORED = 0
DEFLATED = 8
_ENCRYPTED = 1 << 0


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
        needed = LOCAL_SIZE + entry.compressed_size
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
    if entry.method not in (STORED, DEFLATED):
        raise InvalidZipError(f"unsupported compression method {entry.method}", entry.name)
