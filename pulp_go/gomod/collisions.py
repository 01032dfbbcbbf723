"""File names that a file system may confuse: which path may stand beside those before it.

Where case does not matter, `a/B.go` and `A/b.go` are one file, so a module may not hold both. In a
set of paths, in which a path implies all directories above it,

* no two different paths are equal after folding (`unicode_tables.fold`), be they of files or of
  directories;
* no path is both a file and a directory;
* no file comes twice. Directories may.

The paths are checked one by one, as Go does when it collects the files of a zip: of two that
collide, the first is fine and the second is at fault, with the innermost directory that collides
as the reason. A zip that is there already is at fault as a whole: `modzip` sorts its names, which
needs less memory than to know which one came first.

https://go.dev/ref/mod#zip-path-size-constraints
"""

from collections.abc import Sequence
from typing import NamedTuple

from pulp_go.gomod.unicode_tables import fold

_ROOM = 1 << 26
"""The most characters of all directories together that are written out."""


def are_apart(paths: Sequence[str]) -> bool:
    """Report whether these paths of files surely may stand beside each other.

    It is several times as fast as `Collisions`, which alone tells what is wrong, and in which
    order. Hostile names ("a/a/a/...") are left to it as well.
    """
    above = {""}
    room = _ROOM
    for directory in {path.rpartition("/")[0] for path in paths}:
        while directory not in above:
            above.add(directory)
            room -= len(directory)
            if room < 0:
                return False
            directory = directory.rpartition("/")[0]
    folded = set(map(fold, paths))
    folded_above = set(map(fold, above))
    is_spelled_one_way = len(folded) == len(paths) and len(folded_above) == len(above)
    return is_spelled_one_way and folded.isdisjoint(folded_above)


class _Held(NamedTuple):
    """What stands at a folded path: the number of its spelling, and the file that brought it."""

    spelling: int
    is_directory: bool
    file: str


class Collisions:
    """The paths of one module so far.

    Every path, be it spelled or folded, has a number, by the number of the directory above it and
    its last element. So the time for a path and the memory for what is new in it grow with its
    length, not with the square of that, as the texts of all directories above it would.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], int] = {}
        self._held: dict[int, _Held] = {}

    def check(self, path: str, *, is_directory: bool = False) -> str:
        """Return why `path` may not stand beside those before it, or "" after adding it to them.

        Args:
            path: A clean path, relative to the root of the module.
            is_directory: Whether it is the path of a directory.
        """
        folded = fold(path)
        spellings = self._prefixes(path)
        foldings = spellings if folded == path else self._prefixes(folded)
        for depth in range(len(foldings) - 1, -1, -1):
            found = _Held(spellings[depth], is_directory, path)
            held = self._held.setdefault(foldings[depth], found)
            if held is not found:
                reason = _fault(held, found, depth)
                if reason:
                    return reason
            is_directory = True
        return ""

    def _prefixes(self, path: str) -> list[int]:
        """Return the numbers of the directories above `path`, outermost first, and its own."""
        numbers = []
        number = 0
        for element in path.split("/"):
            number = self._numbers.setdefault((number, element), len(self._numbers) + 1)
            numbers.append(number)
        return numbers


def _fault(held: _Held, found: _Held, depth: int) -> str:
    if found.spelling != held.spelling:
        first, second = _prefix(held.file, depth), _prefix(found.file, depth)
        return f"case-insensitive file name collision: {first!r} and {second!r}"
    if found.is_directory != held.is_directory:
        return f"entry {_prefix(found.file, depth)!r} is both a file and a directory"
    if not found.is_directory:
        return f"multiple entries for file {found.file!r}"
    return ""


def _prefix(path: str, depth: int) -> str:
    return "/".join(path.split("/")[: depth + 1])
