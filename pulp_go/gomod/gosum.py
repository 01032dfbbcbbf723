"""go.sum: the hashes that `go` wants of the modules that it uses.

    <module> <version> <hash>           of the zip
    <module> <version>/go.mod <hash>    of the go.mod

A line has three fields with blanks between them, or none. A hash is `h1:` and the SHA-256 of the
dirhash in base64; hashes of other algorithms are kept and mean nothing. Lines are written in the
order of module path, version, and the zip before the go.mod.

A line with the hash of an empty go.mod is dropped: an early `go` wrote it by mistake.

https://go.dev/ref/mod#go-sum-files
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pulp_go.gomod import semver
from pulp_go.gomod.errors import GoSumError

_GO_MOD = "/go.mod"
_EMPTY_GO_MOD = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="
# 32 bytes in base64: 42 digits of 6 bits, one of which the last 2 bits are 0, and the padding.
_H1 = re.compile(r"h1:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", re.ASCII)
_OTHER_HASH = re.compile(r"(?!h1:)[0-9A-Za-z]+:[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class GoSumLine:
    """One line: what the zip, or the go.mod, of a module version hashes to.

    Attributes:
        module: The module path, as the line has it.
        version: The version, as the line has it, without `/go.mod`.
        is_go_mod: Whether the hash is that of the go.mod.
        hash: The hash with its algorithm, as `h1:...=`.
        number: Where the line stands in its text, counted from 1; 0 where it stands in none. Two
            lines that say the same are equal wherever they stand.
    """

    module: str
    version: str
    is_go_mod: bool
    hash: str
    number: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.module} {self.version}{_GO_MOD if self.is_go_mod else ''} {self.hash}"


def parse(text: str) -> list[GoSumLine]:
    """Return the lines of a go.sum in their order.

    Paths and versions are not checked.

    Raises:
        GoSumError: A line has not three fields, or its hash is malformed.
    """
    parsed = (_parse_line(number, line) for number, line in enumerate(text.split("\n"), start=1))
    return [line for line in parsed if line is not None]


def format(lines: Iterable[GoSumLine]) -> str:
    """Return the text of a go.sum of `lines`, in Go's order and each once.

    https://pkg.go.dev/golang.org/x/mod/module#Sort
    """
    return "".join(f"{line}\n" for line in sorted(set(lines), key=_sort_key))


def _parse_line(number: int, line: str) -> GoSumLine | None:
    fields = line.split()
    if not fields:
        return None
    if len(fields) != 3:
        raise GoSumError(number, line, f"wrong number of fields {len(fields)}")
    module, version, hash_ = fields
    if not _H1.fullmatch(hash_) and not _OTHER_HASH.fullmatch(hash_):
        raise GoSumError(number, line, "malformed hash")
    if hash_ == _EMPTY_GO_MOD:
        return None
    is_go_mod = version.endswith(_GO_MOD)
    return GoSumLine(module, version.removesuffix(_GO_MOD), is_go_mod, hash_, number)


def _sort_key(line: GoSumLine) -> tuple[str, str, bool, str]:
    return line.module, semver.sort_key(line.version), line.is_go_mod, line.hash
