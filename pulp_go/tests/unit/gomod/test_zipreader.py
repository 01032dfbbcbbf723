import random
import struct
import zlib
from io import BytesIO

import pytest
from zlib_ng import zlib_ng

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipdirectory import Entry, read_directory
from pulp_go.gomod.zipreader import read_content
from pulp_go.tests.unit.gomod.zips import (
    IN_EXTRA,
    STORED,
    File,
    build,
    build64,
    content_and_directory,
    deflate,
    end,
    end64,
    locator,
)

ENCRYPTED = 1
HAS_DESCRIPTOR = 8
MIB = 1 << 20
A = File("a", b"text")
PLAIN = build(A)


def wide(*values, tag=1):
    return struct.pack(f"<HH{len(values)}Q", tag, 8 * len(values), *values)


def entries(data):
    return list(read_directory(BytesIO(data)))


def contents(data, codec=zlib):
    file = BytesIO(data)
    return {entry.name: b"".join(read_content(file, entry, codec)) for entry in entries(data)}


CODECS = pytest.mark.parametrize("codec", [zlib, zlib_ng], ids=["zlib", "zlib-ng"])


READABLE = [
    ("no entries", build(), {}),
    ("deflated", PLAIN, {"a": b"text"}),
    ("stored", build(File("a", b"text", method=STORED)), {"a": b"text"}),
    ("empty files", build(File("a"), File("b", method=STORED)), {"a": b"", "b": b""}),
    ("directory", build(File("a/", packed=b"\xff", crc=1)), {"a/": b""}),
    ("any name", build(File("a\n"), File("١"), File("a\0b")), {"a\n": b"", "١": b"", "a\0b": b""}),
    ("name without UTF-8 flag", build(File("é".encode())), {"é": b""}),
    ("comment", build(A, comment=b"by hand"), {"a": b"text"}),
    ("longest comment", build(A, comment=b"c" * 0xFFFF), {"a": b"text"}),
    (
        "comment that begins like an end record",
        build(A, comment=b"PK\x05\x06"),
        {"a": b"text"},
    ),
    (
        "extra and comment of an entry",
        build(File("a", b"text", extra=wide(7, tag=9), comment=b"c", local_extra=b"longer"), A),
        {"a": b"text"},
    ),
    ("long local extra", build(File("a", b"text", local_extra=bytes(0xFFFF))), {"a": b"text"}),
    ("zip64", build64(A, File("b", b"more")), {"a": b"text", "b": b"more"}),
    (
        "zip64 sizes and offset",
        build(
            File(
                "a",
                b"text",
                size=IN_EXTRA,
                compressed_size=IN_EXTRA,
                offset=IN_EXTRA,
                extra=wide(1, tag=9) + wide(4, len(deflate(b"text")), 0),
            )
        ),
        {"a": b"text"},
    ),
    (
        "zip64 size alone",
        build(File("a", b"text", size=IN_EXTRA, extra=wide(4))),
        {"a": b"text"},
    ),
    (
        "descriptor",
        build(
            File(
                "a",
                b"text",
                flags=HAS_DESCRIPTOR,
                descriptor=b"PK\x07\x08" + bytes.fromhex("c7a78b3b") + bytes(8),
            )
        ),
        {"a": b"text"},
    ),
    (
        "descriptor without signature",
        build(
            File(
                "a", b"text", flags=HAS_DESCRIPTOR, descriptor=bytes.fromhex("c7a78b3b") + bytes(8)
            )
        ),
        {"a": b"text"},
    ),
    (
        "descriptor, large",
        build(
            File(
                "a",
                bytes(MIB + 1),
                flags=HAS_DESCRIPTOR,
                descriptor=b"PK\x07\x08" + bytes.fromhex("288ba4c6") + bytes(8),
            )
        ),
        {"a": bytes(MIB + 1)},
    ),
    (
        "something behind the deflated stream",
        build(File("a", b"text", packed=deflate(b"text") + b"unread")),
        {"a": b"text"},
    ),
    (
        "more than one piece",
        build(File("a", b"0123456789abcdef" * (3 * MIB // 16 + 1))),
        {"a": b"0123456789abcdef" * (3 * MIB // 16 + 1)},
    ),
    (
        "more than one piece, stored",
        build(File("a", b"0123456789abcdef" * (2 * MIB // 16 + 1), method=STORED)),
        {"a": b"0123456789abcdef" * (2 * MIB // 16 + 1)},
    ),
]


@pytest.mark.parametrize(("data", "expected"), [pytest.param(*row, id=id) for id, *row in READABLE])
@CODECS
def test_readable(data, expected, codec):
    assert contents(data, codec) == expected


def test_entry_is_what_the_directory_says():
    first = File("a", b"text", method=STORED, flags=HAS_DESCRIPTOR, crc=7)
    assert entries(build(first, File("b", b"x", size=9, method=STORED))) == [
        Entry("a", HAS_DESCRIPTOR, STORED, 7, 4, 4, 0),
        Entry("b", 0, STORED, 0x8CDC1683, 1, 9, 35),
    ]


def test_65535_entries_need_no_zip64():
    content, directory = content_and_directory(A)
    directory *= 0xFFFF
    content *= 0xFFFF
    data = content + directory + end(0xFFFF, len(directory), len(content))
    assert len(entries(data)) == 0xFFFF


def test_a_directory_has_a_limit(tmp_path):
    size = (64 << 20) + 1
    with open(tmp_path / "sparse", "w+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(end(1, size, 0))
        with pytest.raises(InvalidZipError, match="central directory is too large"):
            next(iter(read_directory(file)))


def test_pieces_are_small():
    file = BytesIO(build(File("a", bytes(3 * MIB))))
    (entry,) = read_directory(file)
    assert [len(piece) for piece in read_content(file, entry)] == [MIB, MIB, MIB]


CONTENT, DIRECTORY = content_and_directory(A)
DIRECTORY_END = len(CONTENT) + len(DIRECTORY)
LONG_CONTENT, LONG_DIRECTORY = content_and_directory(File("a" * 45))
END = end(1, len(DIRECTORY), len(CONTENT))
END64 = end64(1, len(DIRECTORY), len(CONTENT))
IN_END64 = end(0xFFFF, IN_EXTRA, IN_EXTRA)

NOT_READABLE = [
    ("nothing", b"", "no end record"),
    ("a page", b"<html>not found</html>\n" * 9, "no end record"),
    ("cut off", PLAIN[:-1], "no end record"),
    ("data behind", PLAIN + b"\n", "data after the end record"),
    ("comment cut off", build(A, comment=b"by hand")[:-1], "data after the end record"),
    (
        "end record in the comment",
        build(A, comment=end(0, 0, 0) + b"..."),
        "data after the end record",
    ),
    (
        "end record of another zip in the comment",
        build(A, comment=end(0, 0, 0)),
        "central directory is not before its end",
    ),
    ("data before", b"#!/bin/sh\n" + PLAIN, "central directory is not before its end"),
    ("data between", CONTENT + DIRECTORY + b"gap" + END, "central directory is not before"),
    ("offset beyond the file", end(0, 0, 99), "central directory is not before its end"),
    (
        "impossible number of entries",
        CONTENT + DIRECTORY + end(2, len(DIRECTORY), len(CONTENT)),
        "impossible number of entries",
    ),
    (
        "more entries than declared",
        CONTENT * 2 + DIRECTORY * 2 + end(1, 2 * len(DIRECTORY), 2 * len(CONTENT)),
        "size of the central directory is wrong",
    ),
    (
        "fewer entries than declared",
        CONTENT + DIRECTORY + bytes(46) + end(2, len(DIRECTORY) + 46, len(CONTENT)),
        "bad header in the central directory",
    ),
    (
        "header cut off by the end of the file",
        LONG_CONTENT + LONG_DIRECTORY + b"P" + end(2, 92, len(LONG_CONTENT)),
        "bad header in the central directory",
    ),
    ("zip64 without locator", CONTENT + DIRECTORY + END64 + IN_END64, "is not before its end"),
    ("zip64 with nothing before", IN_END64, "is not before its end"),
    (
        "zip64 end record beyond the file",
        CONTENT + DIRECTORY + END64 + locator(1 << 63) + IN_END64,
        "zip64 end record out of place",
    ),
    (
        "no zip64 end record there",
        CONTENT + DIRECTORY + END64 + locator(DIRECTORY_END - 1) + IN_END64,
        "no zip64 end record",
    ),
    (
        "impossible number of entries in zip64",
        CONTENT
        + DIRECTORY
        + end64(1 << 63, len(DIRECTORY), len(CONTENT))
        + locator(DIRECTORY_END)
        + IN_END64,
        "impossible number of entries",
    ),
    ("zip64 extra missing", build(File("a", size=IN_EXTRA)), "zip64 extra is missing"),
    ("zip64 extra short", build(File("a", size=IN_EXTRA, extra=wide())), "zip64 extra is missing"),
    (
        "zip64 extra cut off",
        build(File("a", size=IN_EXTRA, extra=wide(4)[:-1])),
        "zip64 extra is missing",
    ),
    (
        "offset beyond the directory in zip64",
        build(File("a", offset=IN_EXTRA, extra=wide(1 << 63))),
        "content overlaps other parts",
    ),
    ("name is not UTF-8", build(File(b"caf\xe9")), "name is not UTF-8"),
    ("name has half a surrogate", build(File(b"\xed\xa0\x80")), "name is not UTF-8"),
    ("encrypted", build(File("a", flags=ENCRYPTED)), "entry is encrypted"),
    ("other method", build(File("a", method=12, packed=b"")), "unsupported compression method 12"),
    (
        "two entries with the same content",
        CONTENT + DIRECTORY * 2 + end(2, 2 * len(DIRECTORY), len(CONTENT)),
        "content overlaps other parts",
    ),
    (
        "compressed size beyond the directory",
        build(File("a", compressed_size=1 << 20)),
        "content overlaps other parts",
    ),
]


@pytest.mark.parametrize(
    ("data", "reason"), [pytest.param(*row, id=id) for id, *row in NOT_READABLE]
)
def test_not_readable(data, reason):
    with pytest.raises(InvalidZipError, match=reason):
        entries(data)


# Every one passes the checks of the directory.
LARGE = bytes(MIB + 1)
NO_CONTENT = [
    ("no local header", File("a", signature=b"PK\x03\x05"), "no local header"),
    ("no deflated stream", File("a", b"text", packed=b"\xff" * 9), "does not inflate"),
    ("stream cut off", File("a", b"text", packed=deflate(b"text")[:-1]), "cut off"),
    ("larger than declared", File("a", b"text", size=3), "larger than declared"),
    ("larger than nothing", File("a", b"text", size=0), "larger than declared"),
    ("larger, stored", File("a", b"text", size=3, method=STORED), "larger than declared"),
    ("smaller than declared", File("a", b"text", size=5), "smaller than declared"),
    ("smaller, stored", File("a", b"text", size=5, method=STORED), "smaller than declared"),
    ("wrong CRC", File("a", b"text", crc=1), "checksum error"),
    ("wrong CRC of nothing", File("a", crc=1), "checksum error"),
    ("no deflated stream, large", File("a", LARGE, packed=b"\xff" * 9), "does not inflate"),
    ("stream cut off, large", File("a", LARGE, packed=deflate(LARGE)[:-1]), "cut off"),
    ("wrong CRC, large", File("a", LARGE, crc=1), "checksum error"),
    (
        "wrong CRC in the descriptor",
        File("a", b"text", flags=HAS_DESCRIPTOR, descriptor=b"PK\x07\x08" + bytes(12)),
        "checksum error in the data descriptor",
    ),
]


@pytest.mark.parametrize(("file", "reason"), [pytest.param(*row, id=id) for id, *row in NO_CONTENT])
@CODECS
def test_no_content(file, reason, codec):
    with pytest.raises(InvalidZipError, match=reason):
        contents(build(file), codec)


def test_local_header_cut_off_by_the_end_of_the_file():
    with pytest.raises(InvalidZipError, match="no local header"):
        list(read_content(BytesIO(b"PK\x03\x04"), Entry("a", 0, STORED, 0, 0, 0, 0)))


@CODECS
def test_bomb_is_inflated_up_to_the_declared_size_alone(codec):
    bomb = File("a", bytes(64 * MIB), size=2 * MIB)
    file = BytesIO(build(bomb))
    (entry,) = read_directory(file)
    inflated = 0
    with pytest.raises(InvalidZipError, match="larger than declared"):
        for piece in read_content(file, entry, codec):
            inflated += len(piece)
    assert inflated == 2 * MIB


class Spied:
    """The module zlib, with a note of the most bytes that were inflated at once."""

    error, crc32 = zlib.error, zlib.crc32
    most = 0

    def decompressobj(self, wbits):
        self.inflater = zlib.decompressobj(wbits)
        return self

    def decompress(self, data, max_length):
        piece = self.inflater.decompress(data, max_length)
        self.most = max(self.most, len(piece))
        return piece

    def __getattr__(self, name):
        return getattr(self.inflater, name)


def test_small_bomb_is_inflated_up_to_the_declared_size_alone():
    spied = Spied()
    with pytest.raises(InvalidZipError, match="larger than declared"):
        contents(build(File("a", bytes(64 * MIB), size=9)), spied)
    assert spied.most == 10


def outcome(data, codec):
    try:
        return contents(data, codec)
    except InvalidZipError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(4))
def test_codecs_agree_on_any_stream(seed):
    generator = random.Random(seed)
    for _ in range(500):
        data = generator.choices(b"abc\n", k=generator.randrange(200))
        packed = bytearray(deflate(bytes(data)))
        for _ in range(generator.randrange(3)):
            packed[generator.randrange(len(packed))] ^= 1 << generator.randrange(8)
        cut = generator.choice([len(packed), generator.randrange(len(packed))])
        zip_file = build(File("a", bytes(data), packed=bytes(packed[:cut])))
        assert outcome(zip_file, zlib) == outcome(zip_file, zlib_ng)
