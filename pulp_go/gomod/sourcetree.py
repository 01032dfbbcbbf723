"""The source tree of a module: which of its files go into the module zip, and making the zip.

The tree is everything below the directory of the module. A file of it is *valid* and goes in, is
*omitted*, or is *invalid*: then there is no zip. The first rule that fits decides:

 1. its path is not clean ("a//b", "a/../b") or not relative: invalid;
 2. it is in a vendored package (`vendoring`): omitted;
 3. it is in another module, one directory of its path but the root having a regular file that is
    called go.mod in any case: omitted;
 4. it is `.hg_archival.txt` in the root: omitted;
 5. its path is no path of a file (`module.check_file_path`), or it is a go.mod in the root in
    other than lower case: invalid;
 6. its path collides with one before it, omitted by the rules below or not (`collisions`): invalid;
 7. it is a symbolic link, or for another reason not a regular file: omitted;
 8. it is a go.mod or LICENSE in the root of more than 16 MiB: invalid.

The valid files may have 500 MiB together. So one bad name spoils a version, even that of a
symbolic link, but anything goes in vendored packages and other modules. Nothing else is special:
`.gitignore`, `testdata`, `_x` and directories that begin with a dot go in.

Which packages are vendored depends on the language version in the root's go.mod, if this parses.
A directory on disk is read by rules of its own before (`treewalk`).

Where we differ from Go: a go.mod in the root of a directory on disk that is a symbolic link is not
read for its language version, as it is in no other tree; a zip of more than 500 MiB is not
written, since no `go` would read it.

https://go.dev/ref/mod#zip-path-size-constraints, https://pkg.go.dev/golang.org/x/mod/zip
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Generic, Literal, NamedTuple, Protocol, TypeVar

from pulp_go.gomod import modfile
from pulp_go.gomod.collisions import Collisions, are_apart
from pulp_go.gomod.errors import InvalidPathError, InvalidZipError, ModFileError
from pulp_go.gomod.module import check_file_path
from pulp_go.gomod.modzip import MAX_GO_MOD, MAX_LICENSE, MAX_ZIP_FILE, check_module_version
from pulp_go.gomod.unicode_tables import fold
from pulp_go.gomod.vendoring import is_vendored_package
from pulp_go.gomod.zipwriter import ZipWriter

Mode = Literal["regular", "directory", "symlink", "other"]

_CHUNK = 1 << 20
_ELEMENT = r"(?!\.\.?(?:/|\Z))[^/]++"
# Possessive quantifiers (`++`, `*+`) keep the time linear in the length of any path.
_CLEAN = re.compile(
    rf"[./] | /?{_ELEMENT}(?:/{_ELEMENT})*+ | \.\.(?:/\.\.(?=/|\Z))*+(?:/{_ELEMENT})*+",
    re.ASCII | re.VERBOSE,
)


class TreeFile(Protocol):
    """What the rules look at of a file, but for the go.mod in the root; see `SourceFile`."""

    @property
    def path(self) -> str:
        """Its path relative to the root of the module."""

    @property
    def size(self) -> int:
        """Its declared size in bytes."""

    @property
    def mode(self) -> Mode:
        """What kind of file it is."""


F = TypeVar("F", bound=TreeFile)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source tree.

    Attributes:
        path: Relative to the root of the module, with "/" between elements. Bytes that are not
            UTF-8 are surrogates (`surrogateescape`), and make the path invalid.
        open: Returns the content to read; it is closed here. Only called for regular files.
        size: Its declared size in bytes.
        mode: What kind of file it is; a link is not followed.
    """

    path: str
    open: Callable[[], BinaryIO]
    size: int
    mode: Mode = "regular"


class FileError(NamedTuple):
    """Why a file, or a directory, does not go into the zip."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedFiles(Generic[F]):
    """What becomes of the files of a source tree.

    Attributes:
        valid: Those that go into the zip, in the order given.
        omitted: Those that do not.
        invalid: Those that may not be there. Of a path that comes twice, `omitted` and `invalid`
            have the first case only.
        size_error: That the files are too large together, or "".
    """

    valid: tuple[F, ...]
    omitted: tuple[FileError, ...]
    invalid: tuple[FileError, ...]
    size_error: str

    def error(self) -> InvalidZipError | None:
        """Return why there is no zip of these files, or None if there is one."""
        if self.size_error:
            return InvalidZipError(self.size_error)
        if self.invalid:
            return InvalidZipError(self.invalid[0].reason, self.invalid[0].path)
        return None


def check_files(files: Sequence[SourceFile]) -> CheckedFiles[SourceFile]:
    """Return which of `files`, a source tree, go into the zip. Only the root's go.mod is read.

    What `open` raises is passed on.

    https://pkg.go.dev/golang.org/x/mod/zip#CheckFiles
    """
    return check_tree(files, lambda file: b"".join(_read(file, MAX_GO_MOD)))


def check_tree(files: Sequence[F], read_go_mod: Callable[[F], bytes]) -> CheckedFiles[F]:
    """Return which of `files`, a source tree, go into the zip.

    Nearly all trees are without fault, and that is found out faster than what is wrong.

    Args:
        files: The files.
        read_go_mod: Returns the content of the go.mod in the root, at most 16 MiB of it. It is
            called for this file only, and what it raises is passed on.
    """
    tree = _Tree(files, read_go_mod)
    return _check_at_once(tree, files) or _check_one_by_one(tree, files)


def _check_at_once(tree: "_Tree", files: Sequence[F]) -> CheckedFiles[F] | None:
    """Return what becomes of `files` if none of them is invalid, or None if one may be."""
    valid: list[F] = []
    omitted: dict[str, str] = {}
    paths: list[str] = []
    for file in files:
        reason = tree.foreign(file)
        if reason:
            if _unclean(file):
                return None
        else:
            paths.append(file.path)
            reason = _irregular(file)
        if reason:
            omitted.setdefault(file.path, reason)
        else:
            valid.append(file)
    if any(file.mode == "directory" for file in files) or not _are_fine(paths):
        return None
    if any(map(tree.oversized, valid)) or tree.size_error():
        return None
    return CheckedFiles(tuple(valid), _errors(omitted), (), "")


def _are_fine(paths: Sequence[str]) -> bool:
    """Report whether surely all of `paths` may be those of files of one module.

    What `check_file_path` lets pass is clean and relative.
    """
    try:
        for path in paths:
            check_file_path(path)
    except InvalidPathError:
        return False
    return are_apart(paths) and not any(map(_is_misspelled, paths))


def _check_one_by_one(tree: "_Tree", files: Sequence[F]) -> CheckedFiles[F]:
    """Return what becomes of `files`, each with the first rule that fits it."""
    tree.restart()
    valid: list[F] = []
    omitted: dict[str, str] = {}
    invalid: dict[str, str] = {}
    rules = (
        (_unclean, invalid),
        (tree.foreign, omitted),
        (tree.misnamed, invalid),
        (_irregular, omitted),
        (tree.oversized, invalid),
    )
    for file in files:
        for rule, found in rules:
            reason = rule(file)
            if reason:
                if file.path not in omitted and file.path not in invalid:
                    found[file.path] = reason
                break
        else:
            valid.append(file)
    return CheckedFiles(tuple(valid), _errors(omitted), _errors(invalid), tree.size_error())


def create(sink: BinaryIO, module: str, version: str, files: Sequence[SourceFile]) -> None:
    """Write the zip of a module version to `sink`.

    The same files in the same order give the same bytes as long as zlib stays the same; the hash
    stays the same in any order. What `check_files` finds is found before anything is written. What
    `open` and `sink` raise is passed on.

    https://pkg.go.dev/golang.org/x/mod/zip#Create

    Args:
        sink: Gets the zip. It need not be seekable; what it got is of no use after an error.
        module: The path of the module, unescaped.
        version: Its canonical version.
        files: The source tree.

    Raises:
        InvalidPathError: `module` is not a module path.
        InvalidVersionError: `version` is not a canonical version of this path.
        InvalidZipError: There is no zip of these files, a file has more bytes than it declares, a
            path is too long for a zip, or the zip is too large.
    """
    check_module_version(module, version)
    checked = check_files(files)
    error = checked.error()
    if error:
        raise error
    writer = ZipWriter(sink, MAX_ZIP_FILE)
    for file in checked.valid:
        writer.add(f"{module}@{version}/{file.path}", _content(file))
    writer.finish()


class _Tree:
    """What the rules for one file have to know of the others."""

    def __init__(self, files: Iterable[F], read_go_mod: Callable[[F], bytes]) -> None:
        self._go_version = ""
        self.restart()
        modules = set()
        for file in files:
            # Folding never changes the length.
            if fold(file.path[-6:]) != "go.mod" or file.mode != "regular":
                continue
            directory, _, base = file.path.rpartition("/")
            if directory and len(base) == len("go.mod"):
                modules.add(directory + "/")
            elif file.path == "go.mod":
                self._go_version = _go_version(read_go_mod(file))
        self._modules = _outermost(modules)

    def restart(self) -> None:
        """Forget the files that `misnamed` and `oversized` were asked about."""
        self._collisions = Collisions()
        self._size = 0

    def foreign(self, file: TreeFile) -> str:
        """Return why `file` is no file of this module, or ""."""
        if is_vendored_package(file.path, self._go_version):
            return "file is in vendor directory"
        if self._is_in_submodule(file.path):
            return "file is in another module"
        if file.path == ".hg_archival.txt":
            return "file is inserted by 'hg archive' and is always omitted"
        return ""

    def misnamed(self, file: TreeFile) -> str:
        """Return why no file of a module may have this path, or ""."""
        try:
            check_file_path(file.path)
        except InvalidPathError as error:
            return error.reason
        if _is_misspelled(file.path):
            return "go.mod files must have lowercase names"
        return self._collisions.check(file.path, is_directory=file.mode == "directory")

    def oversized(self, file: TreeFile) -> str:
        """Return that `file` is too large, or "", and count its size."""
        self._size += file.size
        if file.path == "go.mod" and file.size > MAX_GO_MOD:
            return f"go.mod file too large (max size is {MAX_GO_MOD} bytes)"
        if file.path == "LICENSE" and file.size > MAX_LICENSE:
            return f"LICENSE file too large (max size is {MAX_LICENSE} bytes)"
        return ""

    def size_error(self) -> str:
        """Return that the files counted so far are too large together, or ""."""
        if self._size > MAX_ZIP_FILE:
            return f"module source tree too large (max size is {MAX_ZIP_FILE} bytes)"
        return ""

    def _is_in_submodule(self, path: str) -> bool:
        """Report whether one of the other modules' directories begins `path`.

        None of them begins another one, so only the last one that sorts before `path` can.
        """
        at = bisect_right(self._modules, path)
        return at > 0 and path.startswith(self._modules[at - 1])


def _outermost(directories: Iterable[str]) -> list[str]:
    """Return those of `directories`, which end in "/", that lie in no other one, sorted."""
    outermost: list[str] = []
    for directory in sorted(directories):
        if not outermost or not directory.startswith(outermost[-1]):
            outermost.append(directory)
    return outermost


def _go_version(data: bytes) -> str:
    """Return the Go version that a go.mod declares, or "" if it does not, or does not parse."""
    try:
        return modfile.parse_lax(data).go
    except ModFileError:
        return ""


def _is_misspelled(path: str) -> bool:
    """Report whether `path` is a go.mod in the root in other than lower case."""
    return len(path) == len("go.mod") and path != "go.mod" and fold(path) == "go.mod"


def _unclean(file: TreeFile) -> str:
    if not _CLEAN.fullmatch(file.path):
        return "file path is not clean"
    return "file path is not relative" if file.path.startswith("/") else ""


def _irregular(file: TreeFile) -> str:
    match file.mode:
        case "regular":
            return ""
        case "symlink":
            return "file is a symbolic link"
        case _:
            return "not a regular file"


def _errors(reasons: dict[str, str]) -> tuple[FileError, ...]:
    return tuple(FileError(path, reason) for path, reason in reasons.items())


def _content(file: SourceFile) -> Iterator[bytes]:
    """Return the content of `file` in pieces, and fail when it is larger than declared."""
    size = 0
    for piece in _read(file, file.size + 1):
        size += len(piece)
        if size > file.size:
            raise InvalidZipError("file is larger than declared size", file.path)
        yield piece


def _read(file: SourceFile, limit: int) -> Iterator[bytes]:
    """Return at most `limit` bytes of `file` in pieces of at most 1 MiB."""
    with file.open() as content:
        while piece := content.read(min(limit, _CHUNK)):
            limit -= len(piece)
            yield piece
