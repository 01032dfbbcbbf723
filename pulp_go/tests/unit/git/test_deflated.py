import random
import zlib
from hashlib import sha256

import pytest

from pulp_go.git import deflated
from pulp_go.git.deflated import DeflatedContents

LARGE = random.Random(1).randbytes(3 << 20)
CONTENTS = [[], [b""], [b"package a\n"], [b"package ", b"", b"a\n"], [b"\x00\xff" * 1000], [LARGE]]


@pytest.fixture
def contents(tmp_path):
    contents = DeflatedContents(tmp_path, 1 << 30)
    yield contents
    contents.close()


def inflated(contents, content):
    pieces = [*contents.read(content)]
    assert all(len(piece) <= 1 << 20 for piece in pieces)
    packed = b"".join(pieces)
    assert len(packed) == content.deflated.packed_size
    return zlib.decompress(packed, wbits=-15)


def test_what_was_added_is_there(contents, tmp_path):
    for key, pieces in enumerate(CONTENTS):
        assert contents.get(key) is None
        contents.add(key, pieces)
    for key, pieces in enumerate(CONTENTS):
        whole, content = b"".join(pieces), contents.get(key)
        assert inflated(contents, content) == whole
        assert content.deflated.size == len(whole)
        assert content.deflated.crc == zlib.crc32(whole)
        assert content.sha256 == sha256(whole).hexdigest()
    assert not [*tmp_path.iterdir()]


def test_what_fails_leaves_nothing(contents):
    def pieces():
        yield LARGE
        raise ValueError

    with pytest.raises(ValueError):
        contents.add("a", pieces())
    assert contents.get("a") is None
    assert inflated(contents, contents.add("a", [b"a\n"])) == b"a\n"
    assert contents.get("a").offset == 0


def test_full(tmp_path):
    contents = DeflatedContents(tmp_path, 1)
    contents.add("a", [b"a"])
    assert contents.get("a")
    contents.add("b", [b"b"])
    assert contents.get("a") is None
    assert inflated(contents, contents.get("b")) == b"b"
    contents.close()


def test_many(tmp_path, monkeypatch):
    monkeypatch.setattr(deflated, "_MOST", 2)
    contents = DeflatedContents(tmp_path, 1 << 30)
    for key in "abc":
        contents.add(key, [key.encode()])
    assert [bool(contents.get(key)) for key in "abc"] == [False, False, True]
    contents.close()


@pytest.mark.parametrize("pieces", [[b"package a\n"], [LARGE]])
def test_a_file_that_was_cut_off(contents, pieces):
    content = contents.add("a", pieces)
    contents._file.truncate(content.deflated.packed_size - 1)
    with pytest.raises(OSError, match="cut off"):
        [*contents.read(content)]
