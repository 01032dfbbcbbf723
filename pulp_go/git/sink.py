"""A file whose digests are taken while it is written."""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO

_PIECE = 256 << 10
"""The bytes that go out at a time; all digests find them in the processor's cache."""


class Sink:
    """Takes what is written in small pieces to a file.

    Args:
        file: The file, whose `write` takes all that it is given.
        algorithms: The digests to take, as `hashlib` calls them.

    Attributes:
        size: The bytes that were written out.
    """

    def __init__(self, file: BinaryIO, algorithms: Iterable[str]) -> None:
        self.size = 0
        self._file = file
        self._digests = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
        self._waiting: list[bytes] = []
        self._held = 0

    def write(self, data: bytes) -> None:
        """Write `data`, now or later."""
        self._waiting.append(data)
        self._held += len(data)
        if self._held >= _PIECE:
            self.flush()

    def flush(self) -> None:
        """Write out what waits."""
        data = b"".join(self._waiting)
        self._file.write(data)
        for digest in self._digests.values():
            digest.update(data)
        self.size += len(data)
        self._waiting.clear()
        self._held = 0

    def digests(self) -> dict[str, str]:
        """Return the digests of what was written out, in hex, by algorithm."""
        return {algorithm: digest.hexdigest() for algorithm, digest in self._digests.items()}
