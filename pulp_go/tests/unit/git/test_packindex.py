"""Indexing packs: made by hand, by git, and by people who mean us no good."""

import hashlib
import io
import os
import zlib
from struct import pack as packed

import pytest
from dulwich.object_format import get_object_format
from dulwich.pack import load_pack_index_file

from pulp_go.git import packindex
from pulp_go.git.errors import TooLargeError, TroubleError
from pulp_go.tests.unit.git.gitservers import git, needs_git

SHA1 = get_object_format("sha1")
BLOB, BY_PLACE, BY_ID = 3, 6, 7
MOST = 1 << 20

# The ids that `git hash-object --stdin` prints for "hello\n" and "hello world\n".
HELLO = "ce013625030ba8dba906f756967f9e9ca394464a"
HELLO_WORLD = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
# "hello\n" made into "hello world\n": 6 bytes become 12; copy 5, insert 7.
TO_WORLD = b"\x06\x0c\x90\x05\x07 world\n"
# The reverse: 12 bytes become 6; copy 5, insert 1.
FROM_WORLD = b"\x0c\x06\x90\x05\x01\n"


def item(kind, content, size=None, base=b"", deflated=None):
    """Return an object as it stands in a pack."""
    size = len(content) if size is None else size
    head = [kind << 4 | size & 15]
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + base + (zlib.compress(content) if deflated is None else deflated)


def distance(number):
    """Return how far in front a base lies, as it stands in a pack."""
    digits = [number & 127]
    while number := number >> 7:
        number -= 1
        digits.insert(0, 128 | number & 127)
    return bytes(digits)


def pack(*items, count=None, checksum=None):
    body = b"PACK" + packed(">LL", 2, len(items) if count is None else count) + b"".join(items)
    return body + (hashlib.sha1(body).digest() if checksum is None else checksum)


@pytest.fixture
def index(tmp_path):
    def index(content, most=MOST):
        path = tmp_path / "a.pack"
        path.write_bytes(content)
        with path.open("rb") as file:
            return packindex.index_of(file, SHA1, most)

    return index


def ids(content):
    """Return what an index says, as dulwich reads it: ids and places."""
    with load_pack_index_file("a.idx", io.BytesIO(content), SHA1) as read:
        read.check()
        return {name.hex(): place for name, place, _ in read.iterentries()}


HELLO_ITEM = item(BLOB, b"hello\n")
WORLD_ITEM = item(BLOB, b"hello world\n")
ON_HELLO = bytes.fromhex(HELLO)
ON_WORLD = bytes.fromhex(HELLO_WORLD)
NEXT = 12 + len(HELLO_ITEM)

GOOD = {
    "none": (pack(), {}),
    "whole": (pack(HELLO_ITEM), {HELLO: 12}),
    "by place": (
        pack(HELLO_ITEM, item(BY_PLACE, TO_WORLD, base=distance(len(HELLO_ITEM)))),
        {HELLO: 12, HELLO_WORLD: NEXT},
    ),
    "by id": (
        pack(HELLO_ITEM, item(BY_ID, TO_WORLD, base=ON_HELLO)),
        {HELLO: 12, HELLO_WORLD: NEXT},
    ),
    "by id, the base behind": (
        pack(item(BY_ID, TO_WORLD, base=ON_HELLO), HELLO_ITEM),
        {HELLO_WORLD: 12, HELLO: 12 + len(item(BY_ID, TO_WORLD, base=ON_HELLO))},
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_index(index, name):
    content, wanted = GOOD[name]
    assert ids(index(content)) == wanted


def test_large_objects_are_not_held(index):
    content = os.urandom(300_000)
    name = hashlib.sha1(b"blob 300000\0" + content).hexdigest()
    assert ids(index(pack(item(BLOB, content)), most=10)) == {name: 12}
    zeros = hashlib.sha1(b"blob 5000000\0" + bytes(5_000_000)).hexdigest()
    assert ids(index(pack(item(BLOB, bytes(5_000_000))), most=10)) == {zeros: 12}


def test_places_beyond_two_gibibytes():
    entries = [(b"\0" * 20, 12, 1), (b"\1" * 20, 1 << 31, 2), (b"\xff" * 20, 5 << 31, 3)]
    content = packindex._version_2(entries) + bytes(20)
    content += hashlib.sha1(content).digest()
    assert ids(content) == {"00" * 20: 12, "01" * 20: 1 << 31, "ff" * 20: 5 << 31}


@needs_git
def test_the_index_is_that_of_git(index, tmp_path):
    git(tmp_path, "init", "-q", "--bare", "a.git")
    stream = []
    for number in range(40):
        lines = "".join(f"{line * (number % 7 + 1) % 97}\n" for line in range(400))
        stream.append(f"commit refs/heads/main\ncommitter C <c@d> {number} +0000\ndata 0\n")
        stream.append(f"M 644 inline d{number % 3}/f\ndata {len(lines)}\n{lines}\n")
    git(tmp_path / "a.git", "fast-import", "--quiet", stdin="".join(stream).encode())
    git(tmp_path / "a.git", "repack", "-adfq", "--depth=20", "--window=20")
    (path,) = (tmp_path / "a.git/objects/pack").glob("*.pack")
    assert index(path.read_bytes()) == path.with_suffix(".idx").read_bytes()
    git(tmp_path / "a.git", "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
    (path,) = (tmp_path / "a.git/objects/pack").glob("*.pack")
    assert index(path.read_bytes()) == path.with_suffix(".idx").read_bytes()


DAMAGED = {
    "nothing but a header": pack()[:12],
    "cut short": pack(HELLO_ITEM)[:-1],
    "another checksum": pack(HELLO_ITEM, checksum=bytes(20)),
    "fewer than promised": pack(HELLO_ITEM, count=2),
    "more than promised": pack(HELLO_ITEM, WORLD_ITEM, count=1),
    "garbage behind": pack(HELLO_ITEM, b"x", count=1),
    "the same twice": pack(HELLO_ITEM, HELLO_ITEM),
    "kind 0": pack(item(0, b"x")),
    "kind 5": pack(item(5, b"x")),
    "smaller than it says": pack(item(BLOB, b"x", size=2)),
    "larger than it says": pack(item(BLOB, b"xx", size=1)),
    "much larger than it says": pack(item(BLOB, bytes(1_000_000), size=1)),
    "not deflated": pack(item(BLOB, b"", deflated=b"\xff\xff\xff\xff")),
    "deflated, but not to its end": pack(item(BLOB, b"x", deflated=zlib.compress(b"x")[:-2])),
    "a checksum of deflate that is wrong": pack(
        item(BLOB, b"x", deflated=zlib.compress(b"x")[:-4] + b"1234")
    ),
    "a header without end": pack(b"\xbf" + b"\xff" * 8),
    "a base that is not there, by id": pack(item(BY_ID, TO_WORLD, base=ON_HELLO)),
    "a base that is not there, by place": pack(
        HELLO_ITEM, item(BY_PLACE, TO_WORLD, base=distance(3))
    ),
    "a base in front of the pack": pack(item(BY_PLACE, TO_WORLD, base=distance(5000))),
    "its own base": pack(item(BY_PLACE, TO_WORLD, base=distance(0))),
    "two bases of each other": pack(
        item(BY_ID, TO_WORLD, base=ON_WORLD), item(BY_ID, FROM_WORLD, base=ON_HELLO)
    ),
    "a base of another size": pack(WORLD_ITEM, item(BY_ID, TO_WORLD, base=ON_WORLD)),
    "a change that is empty": pack(HELLO_ITEM, item(BY_ID, b"", base=ON_HELLO)),
    "a change that is cut short": pack(HELLO_ITEM, item(BY_ID, TO_WORLD[:-1], base=ON_HELLO)),
    "a change without sizes": pack(HELLO_ITEM, item(BY_ID, b"\x86\x80", base=ON_HELLO)),
    "a change with an odd order": pack(HELLO_ITEM, item(BY_ID, b"\x06\x01\x00", base=ON_HELLO)),
    "a base of half an id": pack(item(BY_ID, b"", base=b"1234", deflated=b"")),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_packs_are_refused(index, name):
    with pytest.raises(TroubleError):
        index(DAMAGED[name])


def test_any_change_of_a_pack_is_seen(index):
    content = bytearray(GOOD["by place"][0])
    for place in range(len(content) - 20):
        changed = (
            bytes(content[:place]) + bytes([content[place] ^ 0x55]) + bytes(content[place + 1 :])
        )
        with pytest.raises(TroubleError):
            index(changed)
        # With a checksum that fits it is damaged still, or another pack: it never ends otherwise.
        try:
            ids(index(changed[:-20] + hashlib.sha1(changed[:-20]).digest()))
        except (TroubleError, TooLargeError):
            continue


def test_objects_that_would_have_to_be_held_and_are_too_large(index):
    on = item(BY_ID, TO_WORLD, base=ON_HELLO)
    assert index(pack(HELLO_ITEM, on), most=12)
    with pytest.raises(TooLargeError):
        index(pack(HELLO_ITEM, on), most=11)
    # 6 bytes become 2 ** 40, as is said, before any is made.
    bomb = b"\x06" + b"\x80" * 5 + b"\x20" + b"\x90\x06"
    with pytest.raises(TooLargeError):
        index(pack(HELLO_ITEM, item(BY_ID, bomb, base=ON_HELLO)))


HEADERS = [
    (b"PACK\0\0\0\2\0\0\0\0", 0),
    (b"PACK\0\0\0\3\0\1\0\2more", 65538),
]


@pytest.mark.parametrize(("content", "count"), HEADERS)
def test_object_count(content, count):
    assert packindex.object_count(io.BytesIO(content)) == count


@pytest.mark.parametrize(
    "content", [b"", b"PACK\0\0\0\2\0\0\0", b"PACK\0\0\0\4\0\0\0\1", b"pack\0\0\0\2\0\0\0\1"]
)
def test_object_count_of_no_pack(content):
    with pytest.raises(TroubleError):
        packindex.object_count(io.BytesIO(content))
