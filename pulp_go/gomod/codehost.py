"""A code host: what the rules of modules have to know of a repository under version control.

The rules (`coderepo`) read a repository through the interface `CodeHost` alone. So they need no
program and no network, and a test runs them on a repository in memory. `pulp_go.git.host` is the
implementation for git.

Names are those of git: a *ref* is `HEAD`, `refs/heads/<branch>` or `refs/tags/<tag>`; an *id* is
the name of an object in lower-case hex, 40 digits or, in a repository with SHA-256, 64. Names that
are no UTF-8 hold surrogates (`surrogateescape`).

https://pkg.go.dev/cmd/go/internal/modfetch/codehost
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Mode = Literal["regular", "symlink"]

_SHORT_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        id: Its id.
        time: When it was committed, in UTC and whole seconds.
    """

    id: str
    time: datetime

    @property
    def short(self) -> str:
        """Return the digits of the id that stand in pseudo-versions."""
        return self.id[:_SHORT_DIGITS]


class TreeFile(NamedTuple):
    """One file of the tree of a commit.

    Attributes:
        path: Relative to the directory that was asked for, with "/" between elements.
        blob: The id of its content; that of a symbolic link is the path that it leads to.
        size: The bytes of its content.
        mode: What kind of file it is; executable files are regular.
    """

    path: str
    blob: str
    size: int
    mode: Mode


class CodeHost(Protocol):
    """A repository.

    It stays as it is while it is in use: what moves it makes another one. Whatever fails on its
    side raises `CodeHostError`. Directories are given by their path, the root by "".
    """

    @property
    def url(self) -> str:
        """Return where the repository is, as the origin of a version says it; no credentials."""
        ...

    def refs(self) -> Mapping[str, str]:
        """Return the id that each ref leads to: `HEAD`, branches and tags, no other ones.

        Annotated tags are followed to what they are about, however many there are in a row. That
        is a commit, but a tag may lead to a tree or a blob, too. A `HEAD` that leads to a branch
        without commits is absent.
        """
        ...

    def commit(self, object_id: str) -> Commit | None:
        """Return the commit of this id, or None if the object is no commit."""
        ...

    def find(self, prefix: str) -> list[str]:
        """Return ids that begin with `prefix`, 7 to 64 digits of lower-case hex, two at most.

        They are those of commits that can be reached from the refs; others do not count.
        """
        ...

    def ancestors_among(self, commit_id: str, candidates: Collection[str]) -> set[str]:
        """Return which of `candidates`, ids, are this commit or one of its ancestors.

        The commit is one that can be reached from the refs. The candidates need not be commits.
        """
        ...

    def read_file(self, commit_id: str, path: str) -> bytes | None:
        """Return the content of a file in the tree of a commit; None if no file is there.

        A symbolic link is a file, its content the path that it leads to; it is not followed. What
        is too large to be read raises `FileTooLargeError`, a CodeHostError.
        """
        ...

    def file(self, commit_id: str, path: str) -> TreeFile | None:
        """Return the file at `path`, with this path, in the tree of a commit, or None."""
        ...

    def list_files(self, commit_id: str, directory: str) -> list[TreeFile]:
        """Return all files below a directory of the tree of a commit, in git's order.

        Submodules are not listed, nor is anything where there is no such directory.
        """
        ...
