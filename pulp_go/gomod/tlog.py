"""Transparency logs: records that are only added, and hashes that prove it.

The records of a log are the leaves of a binary tree; its hash stands for all of them:

    hash of a record     SHA-256 of 0 and its bytes
    hash of a node       SHA-256 of 1, the hash on the left and the hash on the right
    hash of no record    SHA-256 of nothing

The left side of a tree of n records has as many as the largest power of two below n. So each tree
consists of perfect trees of 2^level records. Such a tree is named by its level and its number
there, and its hash never changes while the log grows.

These hashes can be kept in one list, to which each record adds its own hash and that of every
perfect tree that it completes; `stored_hash_index` is a place in it. What reads hashes takes a
`HashReader` over such a list.

A record proof shows that a record is in a tree: the hashes of the sides that the way from the
record to the top leaves out. A tree proof shows that a tree begins with an older one.

    go.sum database tree        the text of a signed tree, which may go on
    <number of records>
    <base64 of the hash>

    <id>                        a formatted record: ids count from 0
    <text of the record>        lines, of which none is blank
    <a blank line>

https://www.rfc-editor.org/rfc/rfc6962#section-2.1, https://pkg.go.dev/golang.org/x/mod/sumdb/tlog
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

from pulp_go.gomod.errors import TreeError

HASH_SIZE = 32
EMPTY_HASH = sha256().digest()
"""The hash of a tree without records."""
MAX_SIZE = (1 << 63) - 1
"""The most records of a tree: Go counts them with an int64."""

HashReader = Callable[[Sequence[int]], Sequence[bytes]]
"""Returns the hashes at these places of the list of stored hashes, in the same order."""

_MAX_TREE_TEXT = 1_000_000
_TREE = re.compile(
    r"go\.sum database tree\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n.*", re.ASCII | re.DOTALL
)
# As Go's ParseInt has it, with a sign and leading zeros.
_ID = re.compile(rb"([+-]?)0*([0-9]{1,19})", re.ASCII)
# A control character, a surrogate, a blank line, or no newline at the end.
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]|\n\n|(?<!\n)\Z")

# The records from the first number up to, not including, the second.
_Range = tuple[int, int]


class Tree(NamedTuple):
    """The state of a log.

    Attributes:
        size: How many records it has.
        hash: The hash of all of them, 32 bytes.
    """

    size: int
    hash: bytes


class Record(NamedTuple):
    """One record of a log.

    Attributes:
        id: Its number, counted from 0.
        text: What it says: lines, each with its newline and none of them blank.
    """

    id: int
    text: str


def record_hash(data: bytes) -> bytes:
    """Return the hash of a record, given its bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of the tree that perfect trees of these hashes, ever smaller, make up."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes))


def stored_hash_index(level: int, n: int) -> int:
    """Return where the hash of perfect tree number `n` of `level` stands among the stored ones."""
    last_record = ((n + 1) << level) - 1
    return stored_hash_count(last_record) + level


def split_stored_hash_index(index: int) -> tuple[int, int]:
    """Return the level and the number of the perfect tree whose hash is stored at `index`."""
    # A record adds nearly two hashes, so its number is a little above half of the index.
    record = index // 2
    while stored_hash_count(record + 1) <= index:
        record += 1
    level = index - stored_hash_count(record)
    return level, record >> level


def stored_hash_count(n: int) -> int:
    """Return how many hashes are stored for a log of `n` records."""
    return 2 * n - n.bit_count()


def stored_hashes(n: int, hash_of_record: bytes, read: HashReader) -> list[bytes]:
    """Return the hashes that record number `n` adds to the stored ones, in their order.

    Args:
        n: The number of the record, which is how many there are before it.
        hash_of_record: Its hash.
        read: Gives the hashes that are stored already.
    """
    levels = range((n + 1 & -(n + 1)).bit_length() - 1)
    indexes = [stored_hash_index(level, (n >> level) - 1) for level in levels]
    hashes = [hash_of_record]
    for _, left in zip(indexes, read(indexes), strict=True):
        hashes.append(node_hash(left, hashes[-1]))
    return hashes


def tree_hash(size: int, read: HashReader) -> bytes:
    """Return the hash of the tree of the first `size` records."""
    return _hashes([(0, size)], read)[0] if size else EMPTY_HASH


def prove_record(size: int, n: int, read: HashReader) -> list[bytes]:
    """Return the proof that a tree of `size` records has the record number `n`.

    Raises:
        TreeError: It has not.
    """
    return _hashes(_record_path(size, n), read)


def check_record(proof: Sequence[bytes], tree: Tree, n: int, hash_of_record: bytes) -> None:
    """Check the proof that `tree` has a record of this hash as its number `n`.

    Raises:
        TreeError: The proof does not show it.
    """
    path = _record_path(tree.size, n)
    _check_shape(proof, path)
    found = hash_of_record
    for (start, _), other in zip(path, proof, strict=True):
        found = node_hash(other, found) if start < n else node_hash(found, other)
    if found != tree.hash:
        raise TreeError("invalid transparency proof")


def prove_tree(size: int, old_size: int, read: HashReader) -> list[bytes]:
    """Return the proof that a tree of `size` records begins with its first `old_size` ones.

    Raises:
        TreeError: `old_size` is not between 1 and `size`.
    """
    return _hashes(_tree_path(size, old_size), read)


def check_tree(proof: Sequence[bytes], tree: Tree, old: Tree) -> None:
    """Check the proof that `tree` begins with the records of `old`.

    Raises:
        TreeError: The proof does not show it.
    """
    path = _tree_path(tree.size, old.size)
    _check_shape(proof, path)
    steps = list(zip(path, proof, strict=True))
    # The way begins at a perfect tree inside of the old one, or at the old one itself.
    inside = steps and path[0][0] < old.size
    old_found = found = steps.pop(0)[1] if inside else old.hash
    for (start, _), other in steps:
        if start < old.size:
            old_found = node_hash(other, old_found)
            found = node_hash(other, found)
        else:
            found = node_hash(found, other)
    if (old_found, found) != (old.hash, tree.hash):
        raise TreeError("invalid transparency proof")


def parse_tree(text: str) -> Tree:
    """Return the tree that the text of a note describes.

    Raises:
        TreeError: It is no such text.
    """
    match = _TREE.fullmatch(text) if len(text) <= _MAX_TREE_TEXT else None
    if not match or int(match[1]) > MAX_SIZE:
        raise TreeError("malformed tree note")
    return Tree(int(match[1]), b64decode(match[2]))


def format_tree(tree: Tree) -> str:
    """Return the text of a note that describes `tree`."""
    return f"go.sum database tree\n{tree.size}\n{b64encode(tree.hash).decode()}\n"


def parse_record(data: bytes) -> tuple[Record, bytes]:
    """Return the formatted record that `data` begins with, and what follows it.

    The id is any number of 64 bits, a negative one included: whether there is such a record is for
    the tree to say.

    Raises:
        TreeError: `data` does not begin with a formatted record.
    """
    first_line, _, below = data.partition(b"\n")
    text, blank_line, rest = below.partition(b"\n\n")
    match = _ID.fullmatch(first_line)
    if not match or not blank_line:
        raise TreeError("malformed record data")
    number = int(match[1] + match[2])
    if not -MAX_SIZE - 1 <= number <= MAX_SIZE:
        raise TreeError("malformed record data")
    try:
        record = Record(number, f"{text.decode()}\n")
    except UnicodeDecodeError:
        raise TreeError("malformed record data") from None
    _check_record_text(record.text)
    return record, rest


def format_record(record: Record) -> bytes:
    """Return the formatted record: its id, its text and a blank line.

    Raises:
        TreeError: Its text is none that a record may have.
    """
    _check_record_text(record.text)
    return f"{record.id}\n{record.text}\n".encode()


def _check_record_text(text: str) -> None:
    if _UNFIT.search(text):
        raise TreeError("malformed record data")


def _largest_power_below(n: int) -> int:
    return 1 << ((n - 1).bit_length() - 1)


def _record_path(size: int, n: int) -> list[_Range]:
    """Return the sides that the way from record number `n` to the top leaves out, from below."""
    if not 0 <= n < size <= MAX_SIZE:
        raise TreeError(f"no record {n} in a tree of size {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if n < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def _tree_path(size: int, old_size: int) -> list[_Range]:
    """Return the sides beside the right edge of the old tree, from below.

    The first one is where the way begins, unless that is the whole old tree.
    """
    if not 1 <= old_size <= size <= MAX_SIZE:
        raise TreeError(f"no tree of size {old_size} in one of size {size}")
    path = []
    start, end = 0, size
    while old_size < end:
        middle = start + _largest_power_below(end - start)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [(start, end), *path[::-1]] if start else path[::-1]


def _check_shape(proof: Sequence[bytes], path: Sequence[_Range]) -> None:
    if len(proof) != len(path) or any(len(hash_) != HASH_SIZE for hash_ in proof):
        raise TreeError("invalid transparency proof")


def _hashes(ranges: Iterable[_Range], read: HashReader) -> list[bytes]:
    """Return the hash of each of `ranges`, all read at once."""
    indexes = [[stored_hash_index(*tree) for tree in _perfect_trees(*range_)] for range_ in ranges]
    flat = [index for group in indexes for index in group]
    stored = dict(zip(flat, read(flat), strict=True))
    return [fold([stored[index] for index in group]) for group in indexes]


def _perfect_trees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the level and the number of each perfect tree of a range, from left to right."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level
