"""What a row and its artifact say of a module zip, once it is checked as `go` would.

The file is read twice, a piece at a time: once along its entries, which are inflated for the
`h1:`, and once from end to end for the digests of the file as a whole. It is not mapped into
memory, whose pages would count as the process's own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast

from zlib_ng import zlib_ng

from pulp_go.gomod import modzip
from pulp_go.gomod.zipreader import Codec

# Its stub takes the class `error` for an instance.
_CODEC = cast(Codec, zlib_ng)

# Small enough that all digests of a piece find it in the processor's cache.
_PIECE = 256 << 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a zip that passed all checks.

    Attributes:
        size: The bytes of the file.
        digests: The digests of the file in hex, by algorithm as `hashlib` calls it.
        h1: The `h1:` hash.
        go_mod: The go.mod in the root of the zip, or None if there is none.
    """

    size: int
    digests: dict[str, str]
    h1: str
    go_mod: bytes | None


def examine(path: str, module: str, version: str, algorithms: Iterable[str]) -> Facts:
    """Return the facts of the zip at `path`, which is to be the one of a module version.

    Raises:
        GoModError: `go` would refuse the zip, or there is no such module version.
        OSError: The file cannot be read.
    """
    with open(path, "rb", buffering=_PIECE) as file:
        checked = modzip.check_zip(file, module, version, _CODEC)
        go_mod, h1 = checked.go_mod(), checked.hash()
        digests = _digests(file, algorithms)
        return Facts(file.tell(), digests, h1, go_mod)


def _digests(file: BinaryIO, algorithms: Iterable[str]) -> dict[str, str]:
    """Return the digests of all of `file`, which then stands at its end."""
    digests = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
    file.seek(0)
    while piece := file.read(_PIECE):
        for digest in digests.values():
            digest.update(piece)
    return {algorithm: digest.hexdigest() for algorithm, digest in digests.items()}
