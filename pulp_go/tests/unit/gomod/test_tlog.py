"""Hashes and proofs of a transparency log. The hashes are of logs that x/mod's code has made."""

from base64 import b64decode, b64encode

import pytest

from pulp_go.gomod.errors import TreeError
from pulp_go.gomod.tlog import (
    MAX_SIZE,
    Record,
    Tree,
    check_record,
    check_tree,
    format_record,
    format_tree,
    parse_record,
    parse_tree,
    prove_record,
    prove_tree,
    record_hash,
    split_stored_hash_index,
    stored_hash_count,
    stored_hash_index,
    stored_hashes,
    tree_hash,
)

# The hashes of logs of 0 to 8 records "leaf 0", "leaf 1", ...
TREE_HASHES = [
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "G7l9zCFjXUfiZj79/QoXRobZjdcBNS3SzQbotD/T0wU=",
    "/F9riP+FVPdbsvnm85wxsZNtRLaSdu33sSBalVuXYeM=",
    "1Pksj7uJcg6ztVZ3x9fvrd/rENEaGoSguo8aIzN/qpU=",
    "T2MQhKFXxU9U/Psj/164ZQxLoWDClbsTqYMrEJ1SZ34=",
    "NBUVmC1lDiNSDb1U1/zwr6G3DMOhakEdRk3JwayWwwE=",
    "g2PDghzkHrtGIiEWpCzIPbp1OYSyPPyiaqrQpoZzNuo=",
    "WmH8K1T5z6cXdPJDIUPdQMbLKxGUf69lp9PaXLZRmcg=",
    "xcLIIO00L92ozolra5z1uMAKIcxLIHFMxuXTwFw1JAs=",
]
TREES = [Tree(size, b64decode(hash_)) for size, hash_ in enumerate(TREE_HASHES)]


class Stored:
    """The stored hashes of a log."""

    def __init__(self, size):
        self.hashes = []
        for n in range(size):
            self.hashes += stored_hashes(n, record_hash(b"leaf %d" % n), self.read)

    def read(self, indexes):
        return [self.hashes[index] for index in indexes]


LOG = Stored(8)


def test_the_hash_of_a_tree():
    assert [Tree(size, tree_hash(size, LOG.read)) for size in range(9)] == TREES


def test_the_hash_of_a_record():
    assert record_hash(b"leaf 0") == TREES[1].hash


INDEXES = [
    (0, 0, 0),
    (0, 1, 1),
    (1, 0, 2),
    (0, 2, 3),
    (0, 4, 7),
    (2, 1, 13),
    (3, 0, 14),
    (0, 8, 15),
    (0, 1 << 40, (2 << 40) - 1),
    (40, 0, (2 << 40) - 2),
]


@pytest.mark.parametrize("level, n, index", INDEXES)
def test_where_a_hash_is_stored(level, n, index):
    assert stored_hash_index(level, n) == index
    assert split_stored_hash_index(index) == (level, n)


@pytest.mark.parametrize("n, count", [(0, 0), (1, 1), (2, 3), (3, 4), (4, 7), (8, 15)])
def test_how_many_hashes_are_stored(n, count):
    assert stored_hash_count(n) == len(Stored(n).hashes) == count


def leaf(n):
    return record_hash(b"leaf %d" % n)


RECORDS = [(size, n) for size in range(1, 9) for n in range(size)]


@pytest.mark.parametrize("size, n", RECORDS)
def test_a_record_is_proven(size, n):
    proof = prove_record(size, n, LOG.read)
    check_record(proof, TREES[size], n, leaf(n))
    wrong = [
        (proof, TREES[size], n, leaf(n + 1)),
        (proof, Tree(size, TREES[size - 1].hash), n, leaf(n)),
        ([*proof, leaf(0)], TREES[size], n, leaf(n)),
        *((altered, TREES[size], n, leaf(n)) for altered in alterations(proof)),
    ]
    for case in wrong:
        with pytest.raises(TreeError, match="invalid transparency proof"):
            check_record(*case)


def alterations(proof):
    """Return proofs with one hash changed, cut or left out."""
    for at, hash_ in enumerate(proof):
        for other in ([hash_[:-1] + bytes([hash_[-1] ^ 1])], [hash_[:-1]], [hash_ + b"\n"], []):
            yield [*proof[:at], *other, *proof[at + 1 :]]


def test_the_proof_of_a_record():
    proof = [b64encode(hash_).decode() for hash_ in prove_record(3, 0, LOG.read)]
    assert proof == [
        "y1o86GLD4yHz999tJpBUnpNqjjdxNarp89afaR9UfVs=",
        "qze6NNHf4pAV3nF6bVdkqPsCnDp6D1tkuTtUNRiFv3w=",
    ]


@pytest.mark.parametrize(
    "size, old", [(size, old) for size in range(1, 9) for old in range(1, size)]
)
def test_an_older_tree_is_proven(size, old):
    proof = prove_tree(size, old, LOG.read)
    check_tree(proof, TREES[size], TREES[old])
    wrong = [
        (proof, TREES[size], Tree(old, TREES[0].hash)),
        (proof, Tree(size, TREES[0].hash), TREES[old]),
        ([*proof, leaf(0)], TREES[size], TREES[old]),
        *((altered, TREES[size], TREES[old]) for altered in alterations(proof)),
    ]
    for case in wrong:
        with pytest.raises(TreeError, match="invalid transparency proof"):
            check_tree(*case)


def test_a_tree_begins_with_itself():
    assert prove_tree(7, 7, LOG.read) == []
    check_tree([], TREES[7], TREES[7])
    with pytest.raises(TreeError):
        check_tree([], TREES[7], Tree(7, TREES[6].hash))


@pytest.mark.parametrize("size, n", [(0, 0), (3, 3), (3, -1), (-1, -2), (MAX_SIZE + 1, 0)])
def test_no_proof_of_a_record_that_is_not_there(size, n):
    with pytest.raises(TreeError, match=f"no record {n} in a tree of size {size}"):
        prove_record(size, n, LOG.read)
    with pytest.raises(TreeError):
        check_record([], Tree(size, leaf(0)), n, leaf(0))


@pytest.mark.parametrize("size, old", [(0, 0), (3, 4), (3, 0), (3, -1), (MAX_SIZE + 1, 1)])
def test_no_proof_of_a_tree_that_is_no_older_one(size, old):
    with pytest.raises(TreeError, match=f"no tree of size {old} in one of size {size}"):
        prove_tree(size, old, LOG.read)
    with pytest.raises(TreeError):
        check_tree([], Tree(size, leaf(0)), Tree(old, leaf(0)))


def test_proofs_of_the_largest_tree():
    hashes = [leaf(0)] * 200
    assert len(prove_record(MAX_SIZE, 0, lambda indexes: hashes[: len(indexes)])) == 63
    assert len(prove_tree(MAX_SIZE, 1, lambda indexes: hashes[: len(indexes)])) == 63


HASH = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0="
HEAD = f"go.sum database tree\n123456789012\n{HASH}\n"


@pytest.mark.parametrize("text", [HEAD, f"{HEAD}more", f"{HEAD}more\n\n١\n", f"{HEAD}\n"])
def test_the_text_of_a_tree(text):
    tree = parse_tree(text)
    assert tree == Tree(123456789012, b64decode(HASH))
    assert format_tree(tree) == HEAD


@pytest.mark.parametrize("size", [0, 1, MAX_SIZE])
def test_the_size_of_a_tree(size):
    assert parse_tree(HEAD.replace("123456789012", str(size))).size == size


NO_TREES = [
    "",
    "\n",
    HEAD.removesuffix("\n"),
    f"\n{HEAD}",
    f"not-{HEAD}",
    HEAD.replace("\n", "\r\n"),
    *(
        HEAD.replace("123456789012", size)
        for size in ("", "-1", "+1", "01", "0x1", "1 ", "١", "1_0")
    ),
    HEAD.replace("123456789012", "12\n"),
    HEAD.replace("123456789012", str(MAX_SIZE + 1)),
    HEAD.replace("123456789012", "9" * 5000),
    HEAD.replace("=", ""),
    HEAD.replace("=", "=="),
    HEAD.replace("Tsz", "Ts\n"),
    HEAD.replace("Tsz", "Ts١"),
    HEAD.replace("Bb0=", "BTOOBIG="),
    HEAD + "x" * 1_000_000,
]


@pytest.mark.parametrize("text", NO_TREES, ids=lambda text: repr(text[:60]))
def test_no_text_of_a_tree(text):
    with pytest.raises(TreeError, match="malformed tree note"):
        parse_tree(text)


RECORD_TEXTS = ["\n", "a\n", "a\nb\n", "\na\n", "١\n", "\x7f\n"]


@pytest.mark.parametrize("text", RECORD_TEXTS)
def test_a_record_is_formatted_and_parsed(text):
    data = format_record(Record(7, text))
    assert data == f"7\n{text}\n".encode()
    assert parse_record(data + b"\xff\n\nmore") == (Record(7, text), b"\xff\n\nmore")


@pytest.mark.parametrize(
    "text", ["", "a", "a\n\nb\n", "a\n\n", "\n\n", "a\tb\n", "a\r\n", "\0\n", "\udcff\n"]
)
def test_a_text_that_no_record_has(text):
    with pytest.raises(TreeError, match="malformed record data"):
        format_record(Record(7, text))


IDS = [
    (b"0", 0),
    (b"007", 7),
    (b"+7", 7),
    (b"-1", -1),
    (b"0" * 5000 + b"7", 7),
    (b"9223372036854775807", MAX_SIZE),
    (b"-9223372036854775808", -MAX_SIZE - 1),
]


@pytest.mark.parametrize("digits, number", IDS, ids=repr)
def test_the_id_of_a_record(digits, number):
    assert parse_record(digits + b"\na\n\n") == (Record(number, "a\n"), b"")


NO_RECORDS = [
    b"",
    b"\n",
    b"7",
    b"7\n",
    b"7\n\n",
    b"7\na\n",
    b"7\na",
    b"\na\n\n",
    b" 7\na\n\n",
    b"7 \na\n\n",
    b"0x7\na\n\n",
    b"1_0\na\n\n",
    b"--7\na\n\n",
    "١\na\n\n".encode(),
    b"7\r\na\n\n",
    b"7\na\tb\n\n",
    b"7\na\0\n\n",
    b"7\n\xff\n\n",
    b"7\n\xed\xa0\x80\n\n",
    b"9223372036854775808\na\n\n",
    b"-9223372036854775809\na\n\n",
    b"9" * 5000 + b"\na\n\n",
    b"0" * 5000 + b"x\na\n\n",
]


@pytest.mark.parametrize("data", NO_RECORDS, ids=lambda data: repr(data[:30]))
def test_no_record(data):
    with pytest.raises(TreeError, match="malformed record data"):
        parse_record(data)
