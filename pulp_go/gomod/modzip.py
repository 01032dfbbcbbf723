"""Module zips: the checks that a zip from elsewhere must pass.

Every entry is named `<path>@<version>/<file>`, path and version unescaped, and

* `<file>` is a valid file path (`module.check_file_path`), which leaves no `..`, no absolute
  path, no backslash and no name that Windows reserves;
* no two files, nor a file and a directory, nor the directories that names imply, are equal but
  for case: a file system may take one for the other (`unicode_tables.fold`);
* a file called `go.mod` in any case is the one in the root and is spelled `go.mod`: below the
  root it would begin another module, whose files belong to another zip;
* the zip is at most 500 MiB, and so are its files together; `go.mod` and `LICENSE` in the root
  are at most 16 MiB each.

Entries for directories are allowed, for the root too, and may come twice. An empty zip is valid.
Not looked at, as by `go`: modes (a symlink is extracted as a file), times, `vendor` directories
and `.hg_archival.txt`, which a zip that `go` makes would leave out.

Zips are made in `sourcetree`.

https://go.dev/ref/mod#zip-path-size-constraints,
https://pkg.go.dev/golang.org/x/mod/zip#CheckZip
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END
from itertools import pairwise
from typing import BinaryIO

from pulp_go.gomod.dirhash import hash_zip
from pulp_go.gomod.errors import InvalidPathError, InvalidVersionError, InvalidZipError
from pulp_go.gomod.module import canonical_version, check, check_file_path
from pulp_go.gomod.unicode_tables import fold
from pulp_go.gomod.zipdirectory import Entry, read_directory
from pulp_go.gomod.zipreader import Codec, read_content

MAX_ZIP_FILE = 500 << 20
"""The most bytes of a zip, and of its inflated files together."""
MAX_GO_MOD = 16 << 20
"""The most bytes of the go.mod in the root."""
MAX_LICENSE = 16 << 20
"""The most bytes of the LICENSE in the root."""


@dataclass(frozen=True, slots=True)
class CheckedZip:
    """A module zip whose names and declared sizes have passed the checks of `check_zip`.

    It reads `file`, which must stay open, and moves its position: one thread at a time.

    Attributes:
        file: The zip.
        prefix: `<path>@<version>/`, with which every name begins.
        entries: What the central directory lists, in its order.
        codec: What inflates its content.
    """

    file: BinaryIO
    prefix: str
    entries: tuple[Entry, ...]
    codec: Codec = zlib

    @property
    def names(self) -> tuple[str, ...]:
        """The full names of all entries, directories too, in the order of the directory."""
        return tuple(entry.name for entry in self.entries)

    @property
    def size(self) -> int:
        """The size of all files together once they are inflated, in bytes."""
        return sum(entry.size for entry in self.entries)

    def go_mod(self) -> bytes | None:
        """Return the go.mod in the root, at most 16 MiB, or None if there is none.

        Raises:
            InvalidZipError: Its content is not what the directory declares.
        """
        for entry in self.entries:
            if entry.name == self.prefix + "go.mod":
                return b"".join(read_content(self.file, entry, self.codec))
        return None

    def hash(self) -> str:
        """Return the `h1:` hash of the zip. Every entry is inflated once, 1 MiB at a time.

        Raises:
            InvalidZipError: The content of an entry is not what the directory declares.
        """
        return hash_zip(self)

    def contents(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Return the full name and the content, in pieces, of every entry as they lie in the file.

        The pieces of one entry must be taken before the next entry is asked for.

        Raises:
            InvalidZipError: The content of an entry is not what the directory declares.
        """
        for entry in sorted(self.entries, key=lambda entry: entry.offset):
            yield entry.name, read_content(self.file, entry, self.codec)


def check_zip(file: BinaryIO, module: str, version: str, codec: Codec = zlib) -> CheckedZip:
    """Return `file` as the zip of a module version; only its directory is read.

    Args:
        file: The zip.
        module: The module path.
        version: The version.
        codec: What will inflate its content.

    Raises:
        InvalidPathError: `module` is not a module path.
        InvalidVersionError: `version` is not a canonical version of this path.
        InvalidZipError: `file` is no zip, or one that `go` would refuse for this module version.
    """
    check_module_version(module, version)
    if file.seek(0, SEEK_END) > MAX_ZIP_FILE:
        raise InvalidZipError(f"module zip file is too large (max {MAX_ZIP_FILE} bytes)")
    prefix = f"{module}@{version}/"
    entries = []
    directories = {prefix.removesuffix("/")}
    size = 0
    for entry in read_directory(file):
        _check_entry(entry, prefix, directories)
        size += entry.size
        if size > MAX_ZIP_FILE:
            raise InvalidZipError(f"files are too large together (max {MAX_ZIP_FILE} bytes)")
        entries.append(entry)
    _check_collisions([entry.name for entry in entries])
    return CheckedZip(file, prefix, tuple(entries), codec)


def check_module_version(module: str, version: str) -> None:
    """Check that there may be a zip of this module version.

    Raises:
        InvalidPathError: `module` is not a module path.
        InvalidVersionError: `version` is not a canonical version of this path.
    """
    check(module, version)
    canonical = canonical_version(version)
    if canonical != version:
        raise InvalidVersionError(version, f"not canonical (should be {canonical!r})", module)


def _check_entry(entry: Entry, prefix: str, directories: set[str]) -> None:
    """Check what one entry tells of itself: its name and its size.

    `directories` are those in which entries that passed lie; the one of `entry` is added. Where
    it is there already, only the last element of the name is new.
    """
    directory, _, base = entry.name.rpartition("/")
    if directory in directories:
        if base:
            _check_path(entry, base)
    else:
        if not entry.name.startswith(prefix):
            raise InvalidZipError(f"path does not have prefix {prefix!r}", entry.name)
        _check_path(entry, entry.name.removeprefix(prefix).removesuffix("/"))
        directories.add(directory)
    if not base:
        if entry.size:
            # Go's reader refuses to open it, so such a zip has no hash.
            raise InvalidZipError("directory with content", entry.name)
    # Folding never changes the length.
    elif len(base) == len("go.mod") and fold(base) == "go.mod":
        _check_go_mod(entry, entry.name.removeprefix(prefix))
    elif base == "LICENSE" and entry.size > MAX_LICENSE and entry.name == f"{prefix}LICENSE":
        raise InvalidZipError(f"LICENSE file too large (max {MAX_LICENSE} bytes)", entry.name)


def _check_path(entry: Entry, path: str) -> None:
    try:
        check_file_path(path)
    except InvalidPathError as error:
        raise InvalidZipError(error.reason, entry.name) from None


def _check_go_mod(entry: Entry, name: str) -> None:
    if "/" in name:
        raise InvalidZipError("go.mod file not in module root directory", entry.name)
    if name != "go.mod":
        raise InvalidZipError("go.mod files must have lowercase names", entry.name)
    if entry.size > MAX_GO_MOD:
        raise InvalidZipError(f"go.mod file too large (max {MAX_GO_MOD} bytes)", entry.name)


def _check_collisions(names: Iterable[str]) -> None:
    """Check that no two names are equal but for case, or a file and a directory.

    In the order of their folded form, with "/" as the smallest character, all names below one
    directory stand together behind it. So it is enough to compare neighbours: no list of all
    directories is needed, which for hostile names ("a/a/a/...") would need the square of their
    length. Most neighbours lie in one directory, and are then fine if their folded forms differ.
    """
    ordered = sorted((fold(name).replace("/", "\0"), name) for name in names)
    for (folded, one), (other_folded, other) in pairwise(ordered):
        if folded == other_folded or one.rpartition("/")[0] != other.rpartition("/")[0]:
            _check_neighbours(one, other)


def _check_neighbours(one: str, other: str) -> None:
    """Check two names at the first character where they differ."""
    if one == other:
        if not one.endswith("/"):
            raise InvalidZipError("multiple entries for one file", one)
        return
    start = one.rfind("/", 0, _common_length(one, other)) + 1
    first, second = _element(one, start), _element(other, start)
    if first == second:
        raise InvalidZipError("entry is both a file and a directory", one)
    if fold(first) == fold(second):
        reason = f"case-insensitive file name collision: {first!r} and {second!r}"
        raise InvalidZipError(reason, other)


def _element(name: str, start: int) -> str:
    """Return the path element of `name` that begins at `start`."""
    end = name.find("/", start)
    return name[start:] if end < 0 else name[start:end]


def _common_length(one: str, other: str) -> int:
    """Return how many characters `one` and `other` have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
