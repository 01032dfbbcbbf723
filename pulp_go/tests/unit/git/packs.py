"""Packs, entry by entry."""

import hashlib
import struct
import zlib

from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.pack import Pack, PackData

COMMIT, TREE, BLOB, TAG, OFS, REF = 1, 2, 3, 4, 6, 7


def varint(number, first_bits=7, high=0):
    """Return a number as packs write it: the last seven bits first, `first_bits` in the first."""
    head, number = number & (1 << first_bits) - 1, number >> first_bits
    data = [high | head]
    while number:
        data[-1] |= 0x80
        data.append(number & 0x7F)
        number >>= 7
    return bytes(data)


def distance(number):
    """Return how far before a delta its base is, as packs write it."""
    data = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        data.insert(0, 0x80 | number & 0x7F)
    return bytes(data)


def entry(kind, size, content, base=b""):
    return varint(size, 4, kind << 4) + base + zlib.compress(content)


def delta(base_size, content):
    """Return a delta that inserts all of `content`."""
    pieces = [content[at : at + 100] for at in range(0, len(content), 100)]
    inserts = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return varint(base_size) + varint(len(content)) + inserts


def packed(folder, entries):
    """Return a pack of `entries`, each a function of the offsets of those before."""
    data, offsets = struct.pack(">4sLL", b"PACK", 2, len(entries)), []
    for make in entries:
        offsets.append(len(data))
        data += make(offsets)
    path = folder / "pack-1.pack"
    path.write_bytes(data + hashlib.sha1(data).digest())
    with PackData(path, DEFAULT_OBJECT_FORMAT) as content:
        content.create_index(str(path.with_suffix(".idx")), version=2)
    return Pack(str(path.with_suffix("")), object_format=DEFAULT_OBJECT_FORMAT)
