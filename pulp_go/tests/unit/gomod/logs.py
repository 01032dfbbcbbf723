"""Logs to check clients against, and the driver of a client.

Long runs of equal records make logs of any size, whose hashes are computed as they are asked for;
nothing of the code under test computes them.
"""

from base64 import b64encode
from bisect import bisect_right
from functools import cache
from hashlib import sha256

from pulp_go.gomod.note import parse_signer, sign_note

# The public test key of cmd/go.
SIGNER_KEY = (
    "PRIVATE+KEY+localhost.localdev/sumdb+00000c67+AXu6+oaVaOYuQOFrf1V59JK1owcFlJcHwwXHDfDGxSPk"
)
SIGNER = parse_signer(SIGNER_KEY)
VERIFIER = SIGNER.verifier
TEXT = "example.com/one v1.0.0 h1:one=\nexample.com/one v1.0.0/go.mod h1:mod=\n"
OTHER = "example.com/one v1.0.0 h1:evil=\nexample.com/one v1.0.0/go.mod h1:evil=\n"


class Log:
    """A log whose records are all of one text, up to where another one begins.

    Attributes:
        size: How many records it has.
    """

    def __init__(self, size, *changes):
        """Make one of `size` records; a change is the number from which on there is a text."""
        self.size = size
        self._starts, self._texts = zip(*[(0, TEXT), *changes], strict=True)

    def text(self, number):
        return self._texts[bisect_right(self._starts, number) - 1]

    def hash(self, level, n):
        first, last = n << level, ((n + 1) << level) - 1
        if self.text(first) == self.text(last) and not self._changes(first, last):
            return perfect_hash(self.text(first), level)
        return node_hash(self.hash(level - 1, 2 * n), self.hash(level - 1, 2 * n + 1))

    def root(self, size):
        """Return the hash of the first `size` records."""
        levels = [level for level in range(size.bit_length()) if size >> level & 1]
        found = b""
        for level in levels:
            piece = self.hash(level, (size >> level) - 1)
            found = node_hash(piece, found) if found else piece
        return found or sha256().digest()

    def tile(self, tile):
        """Return the hashes of a tile."""
        numbers = range(tile.n << tile.height, (tile.n << tile.height) + tile.width)
        return b"".join(self.hash(tile.level * tile.height, number) for number in numbers)

    def note(self, size=None, extra=""):
        """Return the signed tree of the first `size` records, or of all."""
        size = self.size if size is None else size
        root = b64encode(self.root(size)).decode()
        return sign_note(f"go.sum database tree\n{size}\n{root}\n{extra}", [SIGNER])

    def lookup(self, number, size=None, text=None):
        """Return the answer to a look-up of a record, with a tree of `size` records."""
        text = self.text(number) if text is None else text
        return f"{number}\n{text}\n".encode() + self.note(size)

    def _changes(self, first, last):
        return any(first < start <= last for start in self._starts)


@cache
def perfect_hash(text, level):
    if level == 0:
        return sha256(b"\x00" + text.encode()).digest()
    below = perfect_hash(text, level - 1)
    return node_hash(below, below)


def node_hash(left, right):
    return sha256(b"\x01" + left + right).digest()


def drive(check, tile):
    """Return the outcome of a check, and the sets of tiles that it has asked for.

    Args:
        check: The generator.
        tile: Returns the data of a tile.
    """
    asked = []
    try:
        asked.append(next(check))
        while True:
            asked.append(check.send({each: tile(each) for each in asked[-1]}))
    except StopIteration as end:
        return end.value, asked
