import random
import zipfile
import zlib
from io import BytesIO

import pytest

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipdirectory import read_directory
from pulp_go.gomod.zipreader import read_content
from pulp_go.gomod.zipwriter import Deflated, ZipWriter

MIB = 1 << 20


class Pipe:
    """A sink that can do nothing but take bytes."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data


def write(*entries, limit=MIB):
    """Return a zip of `entries`, each a name and its content in pieces."""
    pipe = Pipe()
    writer = ZipWriter(pipe, limit)
    for name, content in entries:
        writer.add(name, content)
    writer.finish()
    return pipe.data


def write_deflated(*entries, limit=MIB):
    """Return a zip of `entries`, each a name and its content, deflated before."""
    pipe = Pipe()
    writer = ZipWriter(pipe, limit)
    for name, content in entries:
        packed = zlib.compress(content, wbits=-15)
        deflated = Deflated(zlib.crc32(content), len(packed), len(content))
        writer.add_deflated(name, deflated, (packed[:5], b"", packed[5:]))
    writer.finish()
    return pipe.data


def read(data):
    """Return the entries of a zip as our own reader sees them."""
    file = BytesIO(data)
    return [(entry.name, b"".join(read_content(file, entry))) for entry in [*read_directory(file)]]


ENTRIES = [
    ("m@v1.0.0/go.mod", b"module m\n"),
    ("m@v1.0.0/empty", b""),
    ("m@v1.0.0/a b/é.go", b"package a\r\n" * 1000),
    ("m@v1.0.0/a\n", b"\x00\xff"),
    ("m@v1.0.0/١", b"1"),
    ("m@v1.0.0/large", bytes(range(256)) * 8192),
]


def test_what_is_written_is_read():
    data = write(*((name, [content]) for name, content in ENTRIES))
    assert read(data) == ENTRIES
    with zipfile.ZipFile(BytesIO(data)) as zipped:
        assert zipped.testzip() is None
        assert [(name, zipped.read(name)) for name in zipped.namelist()] == ENTRIES


def test_nothing_but_names_and_contents_is_written():
    with zipfile.ZipFile(BytesIO(write(("a", [b"text"]), ("é", [b"text"])))) as zipped:
        found = [
            (info.flag_bits, info.compress_type, info.date_time, info.external_attr, info.extra)
            for info in zipped.infolist()
        ]
        versions = [(info.create_version, info.extract_version) for info in zipped.infolist()]
    assert found == [
        (0x008, 8, (1980, 0, 0, 0, 0, 0), 0, b""),
        (0x808, 8, (1980, 0, 0, 0, 0, 0), 0, b""),
    ]
    assert versions == [(20, 20), (20, 20)]


def test_local_header():
    data = write(("a/b", [b"text"]))
    assert data[:33] == (
        b"PK\x03\x04\x14\x00\x08\x00\x08\x00" + bytes(16) + b"\x03\x00\x00\x00" + b"a/b"
    )


def test_deflated_before():
    data = write_deflated(*ENTRIES)
    assert read(data) == ENTRIES
    with zipfile.ZipFile(BytesIO(data)) as zipped:
        assert zipped.testzip() is None
        assert [(name, zipped.read(name)) for name in zipped.namelist()] == ENTRIES
        assert {(info.flag_bits, info.extra) for info in zipped.infolist()} == {
            (0, b""),
            (0x800, b""),
        }


def test_local_header_of_what_was_deflated_before():
    data = write_deflated(("a", b"text"))
    assert data[:31] == (
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00"
        b"\xc7\xa7\x8b\x3b\x06\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00a"
    )
    assert data[37:41] == b"PK\x01\x02"


def test_limit_for_what_was_deflated_before():
    size = len(write_deflated(("a", b"text")))
    assert len(write_deflated(("a", b"text"), limit=size)) == size
    for limit in (0, 31, 36, 40, size - 1):
        with pytest.raises(InvalidZipError, match=f"zip file is too large .max {limit} bytes"):
            write_deflated(("a", b"text"), limit=limit)
    with pytest.raises(InvalidZipError, match="name is too long"):
        write_deflated(("a" * 65_536, b"text"))


def test_empty_zip():
    assert write() == b"PK\x05\x06" + bytes(18)


def test_pieces_do_not_show():
    whole = write(("a", [b"package a\n" * 100]))
    assert (
        read(whole)
        == read(write(("a", [b"package a\n"] * 100)))
        == read(write(("a", [b"", b"package a\n" * 60, b"", b"package a\n" * 40])))
    )


def test_same_entries_same_bytes():
    entries = [(name, [content]) for name, content in ENTRIES]
    assert write(*entries) == write(*entries)


def test_longest_name():
    longest = "é" * 32_767 + "a"
    assert read(write((longest, [b"text"]))) == [(longest, b"text")]
    with pytest.raises(InvalidZipError, match="name is too long") as caught:
        write((longest + "a", [b"text"]))
    assert caught.value.name == longest + "a"


def test_limit():
    size = len(write(("a", [b"text"])))
    assert len(write(("a", [b"text"]), limit=size)) == size
    for limit in (0, 30, 36, 40, size - 1):
        with pytest.raises(InvalidZipError, match=f"zip file is too large .max {limit} bytes"):
            write(("a", [b"text"]), limit=limit)


def test_content_is_taken_while_it_is_written():
    pipe = Pipe()
    generator = random.Random(1)

    def content():
        for _ in range(8):
            written = len(pipe.data)
            yield generator.randbytes(MIB)
            assert len(pipe.data) > written

    ZipWriter(pipe, 16 * MIB).add("a", content())


@pytest.mark.parametrize(
    ("count", "end"),
    [
        (65_534, b"PK\x05\x06\x00\x00\x00\x00\xfe\xff\xfe\xff"),
        (65_535, b"PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff"),
    ],
)
def test_many_entries(count, end):
    file = BytesIO()
    writer = ZipWriter(file, 64 * MIB)
    for _ in range(count):
        writer.add("a", [])
    writer.finish()
    data = file.getvalue()
    assert data[-22:-10] == end
    assert sum(1 for _ in read_directory(file)) == count
    with zipfile.ZipFile(file) as zipped:
        assert len(zipped.infolist()) == count
