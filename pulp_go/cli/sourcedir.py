"""A directory on disk as the source tree of a module.

What goes into a module zip is told in `gomod.treewalk` and `gomod.sourcetree`; here the disk is
read for them. No symbolic link is followed.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pulp_go.gomod import sourcetree
from pulp_go.gomod.declared import check_go_mod
from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.modfile import parse_lax
from pulp_go.gomod.module import check_canonical
from pulp_go.gomod.modzip import MAX_GO_MOD, check_zip
from pulp_go.gomod.sourcetree import CheckedFiles, FileError, Mode, SourceFile
from pulp_go.gomod.treewalk import list_files_in_dir


@dataclass(frozen=True, slots=True)
class Sources:
    """What a directory holds for the zip of one of its versions.

    Attributes:
        module: The path that its go.mod declares.
        checked: What becomes of its files.
        skipped: What was not even looked into, such as the directories of version control.
    """

    module: str
    checked: CheckedFiles[SourceFile]
    skipped: tuple[FileError, ...]

    @property
    def omitted(self) -> tuple[FileError, ...]:
        """What of the directory does not go into the zip, and why."""
        return (*self.skipped, *self.checked.omitted)

    def faults(self) -> list[str]:
        """Return why there is no zip of these files, a line for each fault."""
        size = [self.checked.size_error] if self.checked.size_error else []
        return size + [f"{path}: {reason}" for path, reason in self.checked.invalid]

    def write_zip(self, sink: BinaryIO, version: str) -> str:
        """Write the zip of a version, as `go` makes it, and return its `h1:` hash.

        What was written is read again and checked, as Pulp and `go` will.

        Raises:
            GoModError: There can be no such zip.
            OSError: A file could not be read, or `sink` not be written.
        """
        sourcetree.create(sink, self.module, version, self.checked.valid)
        return check_zip(sink, self.module, version).hash()


def read(directory: Path, version: str) -> Sources:
    """Return the sources in `directory`, which are to become `version`.

    Raises:
        GoModError: Its go.mod is none or is missing, or the version is none of this module.
        OSError: Something could not be read.
    """
    files, skipped = list_files_in_dir(partial(_read_dir, directory))
    module = _module(files, version)
    return Sources(module, sourcetree.check_files(files), tuple(skipped))


def _module(files: list[SourceFile], version: str) -> str:
    """Return the module path that the root's go.mod declares, if `version` may be one of it."""
    go_mod = next((file for file in files if file.path == "go.mod"), None)
    if go_mod is None:
        raise InvalidZipError("there is no such file", "go.mod")
    with go_mod.open() as content:
        text = content.read(MAX_GO_MOD + 1)
    module = parse_lax(text).module
    check_go_mod(module, version, text)
    check_canonical(module, version)
    return module


def _read_dir(root: Path, directory: str) -> Iterator[SourceFile]:
    """Yield what is in a directory, given by its path below `root`."""
    with os.scandir(root / directory) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            path = f"{directory}/{entry.name}" if directory else entry.name
            yield SourceFile(path, partial(_open, entry.path), status.st_size, _mode(status))


def _open(path: str) -> BinaryIO:
    return open(path, "rb")


def _mode(status: os.stat_result) -> Mode:
    if stat.S_ISREG(status.st_mode):
        return "regular"
    if stat.S_ISDIR(status.st_mode):
        return "directory"
    return "symlink" if stat.S_ISLNK(status.st_mode) else "other"
