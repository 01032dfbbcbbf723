r"""Loose objects: each is a file of its own, deflated, with its type and its size in front.

    blob 12\0<12 bytes>

So a few bytes tell what it is, and its content can be read in pieces. Mirrors have packs only; a
repository in a directory of this machine may have both.

https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PIECE = 256 << 10
_HEAD = re.compile(rb"([a-z]+) (0|[1-9][0-9]{0,18})\0")
_MAX_HEAD = 32


class LooseObject:
    """One loose object; what reading it raises is passed on.

    Attributes:
        kind: Its type by its name, such as "blob".
        size: The bytes of its content.
    """

    def __init__(self, path: Path) -> None:
        """Read the head of the object in the file `path`."""
        self._path = path
        with path.open("rb") as file:
            head = zlib.decompressobj().decompress(file.read(_PIECE), _MAX_HEAD)
        found = _HEAD.match(head)
        if found is None:
            raise ValueError("a loose object has no head")
        self.kind, self.size = found[1].decode(), int(found[2])
        self._start = found.end()

    def pieces(self) -> Iterator[bytes]:
        """Return the content, of which one piece at a time is in memory."""
        left = self.size
        with self._path.open("rb") as file:
            for piece in _inflated(file, self._start):
                left -= len(piece)
                if left < 0:
                    raise ValueError("a loose object is not of its size")
                yield piece
        if left:
            raise ValueError("a loose object is not of its size")


def find(objects: Path, object_id: str) -> LooseObject | None:
    """Return a loose object of the directory `objects`, None if there is none of that id."""
    try:
        return LooseObject(objects / object_id[:2] / object_id[2:])
    except FileNotFoundError:
        return None


def _inflated(file: BinaryIO, skip: int) -> Iterator[bytes]:
    """Return what a file inflates to in pieces, without its first `skip` bytes."""
    inflater = zlib.decompressobj()
    while not inflater.eof:
        deflated = inflater.unconsumed_tail or file.read(_PIECE)
        piece = inflater.decompress(deflated, _PIECE)
        if not deflated:
            raise ValueError("a loose object ends early")
        yield piece[skip:]
        skip = max(0, skip - len(piece))
