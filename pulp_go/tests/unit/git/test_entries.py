import hashlib
import random
import zlib

import pytest

from pulp_go.git.entries import Entries
from pulp_go.gomod.errors import FileTooLargeError
from pulp_go.tests.unit.git.packs import BLOB, OFS, REF, delta, distance, entry, packed, varint

SMALL = b"small\n"
LARGE = random.Random(8).randbytes(300_000)
FIRST = b"first delta\n" * 30
SECOND = b"second delta\n" * 3000
THIRD = b"third\n"


def blob_id(content):
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


@pytest.fixture
def entries(tmp_path):
    """Return the entries of a pack with deltas of both kinds, near to their bases and far."""
    pack = packed(
        tmp_path,
        [
            lambda offsets: entry(BLOB, len(SMALL), SMALL),
            lambda offsets: entry(BLOB, len(LARGE), LARGE),
            lambda offsets: over(OFS, FIRST, len(SMALL), distance(len_of(offsets, LARGE))),
            lambda offsets: over(REF, SECOND, len(FIRST), bytes.fromhex(blob_id(FIRST))),
            lambda offsets: over(OFS, THIRD, len(SECOND), distance(offsets[-1] - offsets[-2])),
        ],
    )
    opened = Entries([pack])
    yield opened
    opened.close()
    pack.close()


def over(kind, content, base_size, base):
    made = delta(base_size, content)
    return entry(kind, len(made), made, base)


def len_of(offsets, content):
    return offsets[-1] - offsets[0]


@pytest.mark.parametrize("content", [SMALL, LARGE, FIRST, SECOND, THIRD])
def test_what_a_pack_has(entries, content):
    name = blob_id(content)
    assert entries.size(name) == len(content)
    assert entries.kind(name) == BLOB
    assert entries.read(name) == (BLOB, content)
    kind, pieces = entries.pieces(name)
    assert (kind, b"".join(pieces)) == (BLOB, content)
    assert entries.read(name, len(content)) == (BLOB, content)
    with pytest.raises(FileTooLargeError) as caught:
        entries.read(name, len(content) - 1)
    assert (caught.value.name, caught.value.limit) == (name, len(content) - 1)


def test_what_no_pack_has(entries):
    name = blob_id(b"other")
    assert (entries.size(name), entries.kind(name)) == (None, None)
    assert (entries.read(name), entries.pieces(name)) == (None, None)


def test_no_packs():
    entries = Entries([])
    assert entries.kind(blob_id(SMALL)) is None
    entries.close()


def test_pieces_are_small(tmp_path):
    content = b"\0" * 1_000_000
    pack = packed(tmp_path, [lambda offsets: entry(BLOB, len(content), content)])
    entries = Entries([pack])
    _, pieces = entries.pieces(blob_id(content))
    lengths = [len(piece) for piece in pieces]
    assert sum(lengths) == 1_000_000
    assert max(lengths) == 256 << 10
    entries.close()
    pack.close()


class Index:
    """An index that knows of one object, at the beginning of the pack or behind it."""

    def object_offset(self, name):
        return 12


class Content:
    def __init__(self, path):
        self.path = path


class Damaged:
    """A pack of one entry that is not what it should be."""

    def __init__(self, folder, data):
        path = folder / "damaged.pack"
        path.write_bytes(b"PACK" + bytes(8) + data)
        self.index, self.data = Index(), Content(path)


NAME = "ab" * 20
ITSELF = entry(REF, 5, b"", bytes.fromhex(NAME))
# The entry of an object, and what of it cannot be told.
DAMAGE = [
    (b"", "size kind pieces"),
    (b"\xff\xff", "size kind pieces"),
    (entry(BLOB, 5, b"six\x00\x00\x00"), "pieces"),
    (entry(BLOB, 7, b"six\x00\x00\x00"), "pieces"),
    (entry(BLOB, 6, b"sixsix")[:-6], "pieces"),
    (entry(BLOB, 900_000, random.Random(8).randbytes(900_000))[:-300_000], "pieces"),
    (varint(6, 4, BLOB << 4) + b"no zlib", "pieces"),
    (ITSELF, "kind"),
    (entry(REF, 5, b"\x80", bytes.fromhex(NAME)), "size kind"),
    (entry(REF, 5, delta(3, LARGE), bytes.fromhex(NAME))[:24], "size kind"),
    (varint(5, 4, OFS << 4) + b"\x80", "size kind"),
]


@pytest.mark.parametrize(
    ("data", "what"), [(data, what) for data, unknown in DAMAGE for what in unknown.split()]
)
def test_damage(tmp_path, data, what):
    entries = Entries([Damaged(tmp_path, data)])
    with pytest.raises((ValueError, IndexError, zlib.error)):
        list(getattr(entries, what)(NAME)[1])
    entries.close()
