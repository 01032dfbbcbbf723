from hashlib import sha256
from io import BytesIO

import pytest

from pulp_go.gomod import dirhash
from pulp_go.gomod.errors import InvalidPathError

# As x/mod's dirhash.Hash1 prints it.
HASHES = [
    ([], "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    (
        [("xyz", b"data for xyz"), ("abc", b"data for abc")],
        "h1:EP6WfDoQTSk9klnxcjriWJOGztueJUywHNmWeq+efB8=",
    ),
    (
        [("𐀀", b"6"), ("a/b", b"3"), ("a", b"1"), ("a-b", b"2"), ("\uffee", b"5"), ("é", b"4")],
        "h1:wZWwZSvez3in5Ked+Yryz313WRYoxJIdW0KJ3MT7a+8=",
    ),
    ([("a", b"x" * (3 << 20))], "h1:AhsJEPOTUzuE4A/Y3rguGPq7WrLztYYyc5Mzr5gbHnQ="),
    ([("a", b"1"), ("a", b"1")], "h1:0MO9ZWoxKP0sOaCMxCHNV88BP/3tFqTqPNFXaP2q5P8="),
]

GO_MODS = [
    (b"", "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="),
    (b"module example.com/m\n", "h1:flS2VctbRrTv+sBE+VKgxx6hlkMGPVz9MGOmzMYFg3k="),
    (b"module example.com/m\r\n", "h1:RaHUE4T2VlRzWLzPSTrd4kpWy1Ru+ewQer9Kqqox+UA="),
]


@pytest.mark.parametrize(("files", "expected"), HASHES)
def test_hash_digests(files, expected):
    digests = [(name, sha256(content).hexdigest()) for name, content in files]
    assert dirhash.hash_digests(digests) == expected
    assert dirhash.hash_digests(reversed(digests)) == expected


def test_hash_digests_of_a_name_with_a_newline():
    with pytest.raises(InvalidPathError, match="newlines"):
        dirhash.hash_digests([("a\n", sha256().hexdigest())])


class Archive:
    """An archive of these entries, each one in pieces of one byte."""

    def __init__(self, entries):
        self.entries = entries

    def contents(self):
        for name, content in self.entries:
            yield name, (bytes([byte]) for byte in content)


@pytest.mark.parametrize(("files", "h1"), HASHES)
def test_hash1(files, h1):
    opened = []

    def open_file(name):
        opened.append(BytesIO(dict(files)[name]))
        return opened[-1]

    assert dirhash.hash1([name for name, _ in files], open_file) == h1
    assert len(opened) == len(files)
    assert all(file.closed for file in opened)


@pytest.mark.parametrize(("files", "h1"), HASHES[:3])
def test_hash_zip(files, h1):
    assert dirhash.hash_zip(Archive(files)) == h1


@pytest.mark.parametrize(("data", "h1"), GO_MODS)
def test_hash_go_mod(data, h1):
    assert dirhash.hash_go_mod(data) == h1


@pytest.mark.parametrize("name", ["a\n", "\n", "a\nb"])
def test_newline_in_a_name(name):
    with pytest.raises(InvalidPathError, match="newlines"):
        dirhash.hash1([name], lambda _: BytesIO())
    with pytest.raises(InvalidPathError, match="newlines"):
        dirhash.hash_zip(Archive([(name, b"")]))
