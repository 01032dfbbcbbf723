"""Loose objects: their heads, their content in pieces, and files that are damaged."""

import zlib

import pytest

from pulp_go.git import loose

ID = "ab" + "c" * 38


def write(objects, content, cut=None):
    """Write what a loose object inflates to, or the first bytes of the file."""
    path = objects / ID[:2] / ID[2:]
    path.parent.mkdir()
    path.write_bytes(zlib.compress(content)[:cut])
    return objects


@pytest.mark.parametrize("content", [b"", b"one\n", "١".encode(), b"x" * 1_000_000])
def test_a_blob_in_pieces(tmp_path, content):
    found = loose.find(write(tmp_path, b"blob %d\0%b" % (len(content), content)), ID)
    assert (found.kind, found.size) == ("blob", len(content))
    pieces = list(found.pieces())
    assert b"".join(pieces) == content and max(map(len, pieces)) <= 256 << 10


def test_what_is_not_there(tmp_path):
    assert loose.find(tmp_path, ID) is None


@pytest.mark.parametrize(
    "head", [b"", b"blob", b"blob 3", b"blob -3\0abc", b"blob 03\0abc", b"3\0abc"]
)
def test_no_head(tmp_path, head):
    with pytest.raises(ValueError, match="no head"):
        loose.find(write(tmp_path, head), ID)


@pytest.mark.parametrize(
    ("content", "cut", "reason"),
    [
        (b"blob 3\0ab", None, "not of its size"),
        (b"blob 3\0abcd", None, "not of its size"),
        (b"blob 3000\0" + b"abc" * 1000, -3, "ends early"),
    ],
)
def test_what_is_damaged(tmp_path, content, cut, reason):
    found = loose.find(write(tmp_path, content, cut), ID)
    with pytest.raises(ValueError, match=reason):
        list(found.pieces())


def test_no_object(tmp_path):
    path = tmp_path / ID[:2] / ID[2:]
    path.parent.mkdir()
    path.write_bytes(b"nothing")
    with pytest.raises(zlib.error):
        loose.find(tmp_path, ID)
