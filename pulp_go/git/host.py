"""A bare git repository on disk as a code host.

dulwich finds and inflates the objects; what they say is read here. Nothing of it is believed more
than needed, for the repository is somebody else's. A small tree may hold itself a thousand times
over, so the number of files is limited, as are the length of a path and the size of what is read
for its meaning.

What is asked again is kept: the refs, parsed trees, sizes of blobs. The graph of commits is walked
once, when a question needs it, and then answers for all tags. Versions that are tagged need it not.

https://git-scm.com/book/en/v2/Git-Internals-Git-Objects, https://git-scm.com/docs/gitrepository-layout
"""

import os
import re
import stat
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from dulwich.errors import ApplyDeltaError, ChecksumMismatch, FileFormatException, NotGitRepository
from dulwich.objects import ObjectID, parse_tree
from dulwich.pack import PackFileDisappeared, UnresolvedDeltas
from dulwich.repo import (
    InvalidWorktreeConfiguration,
    Repo,
    UnsupportedExtension,
    UnsupportedVersion,
)

from pulp_go.git import loose
from pulp_go.git.entries import Entries
from pulp_go.git.graph import CommitGraph
from pulp_go.git.loose import LooseObject
from pulp_go.gomod.codehost import Commit, Mode, TreeFile
from pulp_go.gomod.errors import CodeHostError, FileTooLargeError

MAX_FILES = 1_000_000
"""The most files that the tree of a commit may have."""

MAX_PATH = 65_535
"""The most characters that the path of a file may have: a zip has no room for more."""

MAX_READ = 16 << 20
"""The most bytes of a file, a commit, a tag or a tree that are read for their meaning."""

_COMMIT, _TREE, _BLOB, _TAG = 1, 2, 3, 4  # as packs number them
_NAMES = {_COMMIT: "commit", _TREE: "tree", _BLOB: "blob", _TAG: "tag"}
_KINDS = {name: kind for kind, name in _NAMES.items()}
_TREES_KEPT = 1 << 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = rb"([0-9a-f]{40}|[0-9a-f]{64})\n"
_TREE_LINE = re.compile(rb"tree " + _ID, re.ASCII)
_PARENT_LINES = re.compile(rb"tree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*+)", re.ASCII)
_TARGET_LINE = re.compile(rb"object " + _ID, re.ASCII)
_COMMITTER_LINE = re.compile(rb"\ncommitter [^\n]*> (-?[0-9]{1,12}) [-+][0-9]+\n", re.ASCII)

# What dulwich and what it stands on raise for files that are damaged or not there.
_DAMAGE = (
    ApplyDeltaError,
    AssertionError,
    ChecksumMismatch,
    EOFError,
    FileFormatException,
    InvalidWorktreeConfiguration,
    LookupError,
    NotGitRepository,
    OSError,
    PackFileDisappeared,
    UnresolvedDeltas,
    UnsupportedExtension,
    UnsupportedVersion,
    ValueError,
    struct.error,
    zlib.error,
)


class _Entry(NamedTuple):
    """One entry of a tree that is no submodule."""

    name: str
    object_id: str
    mode: Mode | None  # None for a directory


class Repository:
    """A bare repository: a `CodeHost`.

    Every method may raise CodeHostError: an object is missing or damaged, or no file can be read.
    """

    def __init__(self, path: str | os.PathLike[str], url: str) -> None:
        """Open the repository in the folder `path`, of which origins say that it is at `url`."""
        self._url = url
        if not os.path.isdir(os.path.join(path, "objects")):
            raise CodeHostError("no git repository")
        with _DamageOf("repository"):
            self._repo = Repo(os.fspath(path), bare=True)
            self._entries = Entries(self._repo.object_store.packs)
        self._tree = lru_cache(_TREES_KEPT)(self._load_tree)
        self._named = lru_cache(_TREES_KEPT)(self._find_named)
        self._sizes: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files of the repository."""
        self._entries.close()
        self._repo.close()

    @property
    def url(self) -> str:
        """Return where the repository is, as origins say it."""
        return self._url

    def refs(self) -> Mapping[str, str]:
        """Return the id that each ref leads to: `HEAD`, branches and tags."""
        return self._refs

    def commit(self, object_id: str) -> Commit | None:
        """Return the commit of this id, or None if the object is no commit."""
        if self._kind(object_id) != _COMMIT:
            return None
        return Commit(object_id, _time(self._read(object_id, _COMMIT), object_id))

    def find(self, prefix: str) -> list[str]:
        """Return ids of commits that begin with `prefix`, at most two."""
        return self._graph.find(prefix, most=2)

    def ancestors_among(self, commit_id: str, candidates: Collection[str]) -> set[str]:
        """Return which of `candidates` are this commit or one of its ancestors."""
        if commit_id not in self._graph:
            raise CodeHostError(f"no ref leads to commit {commit_id}")
        return self._graph.ancestors_among(commit_id, candidates)

    def read_file(self, commit_id: str, path: str) -> bytes | None:
        """Return the content of a file in the tree of a commit; None if no file is there.

        Raises:
            FileTooLargeError: It has more than `MAX_READ` bytes.
        """
        entry = self._at(commit_id, path)
        if entry is None or entry.mode is None:
            return None
        if self.blob_size(entry.object_id) > MAX_READ:
            raise FileTooLargeError(path, MAX_READ)
        return self.read_blob(entry.object_id)

    def file(self, commit_id: str, path: str) -> TreeFile | None:
        """Return the file at `path`, with this path, in the tree of a commit, or None."""
        entry = self._at(commit_id, path)
        if entry is None or entry.mode is None:
            return None
        return TreeFile(path, entry.object_id, self.blob_size(entry.object_id), entry.mode)

    def list_files(self, commit_id: str, directory: str) -> list[TreeFile]:
        """Return all files below a directory of the tree of a commit, in git's order.

        Raises:
            CodeHostError: There are more than `MAX_FILES`, or a path is longer than `MAX_PATH`.
        """
        top = self._at(commit_id, directory)
        files: list[TreeFile] = []
        stack = [("", iter(self._tree(top.object_id)))] if top and top.mode is None else []
        while stack:
            path, entries = stack[-1]
            for name, object_id, mode in entries:
                if mode is None:
                    stack.append((f"{path}{name}/", iter(self._tree(object_id))))
                    break
                size = self._sizes.get(object_id)
                size = self.blob_size(object_id) if size is None else size
                files.append(TreeFile(path + name, object_id, size, mode))
            else:
                stack.pop()
            if len(files) > MAX_FILES:
                raise CodeHostError(f"commit {commit_id} has more than {MAX_FILES} files")
            if len(path) > MAX_PATH:
                raise CodeHostError(f"commit {commit_id} has a path of more than {MAX_PATH}")
        return files

    def named(self, commit_id: str, name: str) -> list[TreeFile]:
        """Return the files of a commit with this name, wherever they lie, in any order.

        Trees that commits have in common are looked at once.

        Raises:
            CodeHostError: There are more than `MAX_FILES`, or a path is longer than `MAX_PATH`.
        """
        tree_id = _first(_TREE_LINE, self._read(commit_id, _COMMIT), commit_id)
        try:
            found = self._named(tree_id, name)
        except RecursionError:
            raise CodeHostError(f"too deep are the trees of commit {commit_id}") from None
        return [TreeFile(path, blob, self.blob_size(blob), mode) for path, blob, mode in found]

    def read_blob(self, blob_id: str) -> bytes:
        """Return the content of a blob, whatever its size: look at `blob_size` before."""
        return self._read(blob_id, _BLOB)

    def blob_pieces(self, blob_id: str) -> Iterator[bytes]:
        """Return the content of a blob in pieces.

        There is one piece at a time in memory, unless the blob is in a pack as a delta to another
        one: then both are held as a whole.
        """
        with _DamageOf(blob_id):
            found = self._entries.pieces(blob_id) or self._loose_pieces(blob_id)
            kind, pieces = found or (_BLOB, iter([self.read_blob(blob_id)]))
            if kind != _BLOB:
                raise CodeHostError(f"object {blob_id} is no blob")
            yield from pieces

    def blob_size(self, blob_id: str) -> int:
        """Return the size of a blob in bytes, without inflating it as a whole."""
        size = self._sizes.get(blob_id)
        if size is None:
            with _DamageOf(blob_id):
                size = self._entries.size(blob_id)
                if size is None and (found := self._loose(blob_id)):
                    size = found.size if found.kind == _NAMES[_BLOB] else None
            size = len(self._read(blob_id, _BLOB)) if size is None else size
            self._sizes[blob_id] = size
        return size

    def _loose_pieces(self, object_id: str) -> tuple[int, Iterator[bytes]] | None:
        found = self._loose(object_id)
        return None if found is None else (_KINDS.get(found.kind, 0), found.pieces())

    def _loose(self, object_id: str) -> LooseObject | None:
        return loose.find(Path(self._repo.object_store.path), object_id)

    @cached_property
    def _refs(self) -> dict[str, str]:
        with _DamageOf("refs"):
            return {
                _text(ref): self._peeled(found.decode())
                for ref, found in self._repo.refs.as_dict().items()
                if ref == b"HEAD" or ref.startswith((b"refs/heads/", b"refs/tags/"))
            }

    def _peeled(self, object_id: str) -> str:
        """Return the id that `object_id` leads to, along tags of tags."""
        while self._kind(object_id) == _TAG:
            object_id = _first(_TARGET_LINE, self._read(object_id, _TAG), object_id)
        return object_id

    @cached_property
    def _graph(self) -> CommitGraph:
        found = set(self._refs.values())
        commits = [object_id for object_id in found if self._kind(object_id) == _COMMIT]
        return CommitGraph(commits, self._parents, marked=commits)

    def _parents(self, commit_id: str) -> list[str]:
        lines = _PARENT_LINES.match(self._read(commit_id, _COMMIT))
        return lines[1].decode().replace("parent ", "").split() if lines else []

    def _at(self, commit_id: str, path: str) -> _Entry | None:
        """Return what is at `path` in the tree of a commit, or None."""
        tree_id = _first(_TREE_LINE, self._read(commit_id, _COMMIT), commit_id)
        entry: _Entry | None = _Entry("", tree_id, None)
        for name in path.split("/") if path else ():
            if entry is None or entry.mode is not None:
                return None
            entries = self._tree(entry.object_id)
            entry = next((entry for entry in entries if entry.name == name), None)
        return entry

    def _find_named(self, tree_id: str, name: str) -> tuple[tuple[str, str, Mode], ...]:
        """Return path, blob and mode of each file with this name below a tree."""
        found: list[tuple[str, str, Mode]] = []
        for entry in self._tree(tree_id):
            if entry.mode is None:
                for path, blob, mode in self._named(entry.object_id, name):
                    found.append((f"{entry.name}/{path}", blob, mode))
            elif entry.name == name:
                found.append((name, entry.object_id, entry.mode))
            # Each time, since a tree may hold one with many files many times over.
            if len(found) > MAX_FILES or (found and len(found[-1][0]) > MAX_PATH):
                raise CodeHostError(f"too many, or too deep, are the files below tree {tree_id}")
        return tuple(found)

    def _load_tree(self, tree_id: str) -> tuple[_Entry, ...]:
        content = self._read(tree_id, _TREE)
        with _DamageOf(tree_id):
            entries = [
                _Entry(_text(name), found.decode(), _mode(mode))
                for name, mode, found in parse_tree(content, len(tree_id) // 2)
                if stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)
            ]
        return tuple(entries)

    def _read(self, object_id: str, kind: int) -> bytes:
        """Return the content of an object that should be of this kind."""
        limit = None if kind == _BLOB else MAX_READ
        with _DamageOf(object_id):
            found, content = self._entries.read(object_id, limit) or self._read_loose(
                object_id, limit
            )
        if found != kind:
            raise CodeHostError(f"object {object_id} is no {_NAMES[kind]}")
        return content

    def _kind(self, object_id: str) -> int:
        with _DamageOf(object_id):
            kind = self._entries.kind(object_id)
            if kind is None and (found := self._loose(object_id)):
                kind = _KINDS.get(found.kind, 0)
            return self._elsewhere(object_id)[0] if kind is None else kind

    def _read_loose(self, object_id: str, limit: int | None) -> tuple[int, bytes]:
        found = self._loose(object_id)
        if found is None:
            return self._elsewhere(object_id)
        if limit is not None and found.size > limit:
            raise FileTooLargeError(object_id, limit)
        return _KINDS.get(found.kind, 0), b"".join(found.pieces())

    def _elsewhere(self, object_id: str) -> tuple[int, bytes]:
        """Return an object of a repository from which this one borrows (its alternates)."""
        return self._repo.object_store.get_raw(ObjectID(object_id.encode()))


class _DamageOf:
    """Turns whatever comes of damaged files into a CodeHostError about a name or an id."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if isinstance(error, _DAMAGE) and not isinstance(error, CodeHostError):
            # The text of the error may hold paths of this machine.
            reason = f"{self._what}: damaged or missing ({type(error).__name__})"
            raise CodeHostError(reason) from error


def _first(line: re.Pattern[bytes], content: bytes, object_id: str) -> str:
    """Return the id in the first line of an object."""
    found = line.match(content)
    if not found:
        raise CodeHostError(f"object {object_id} is malformed")
    return found[1].decode()


def _time(content: bytes, commit_id: str) -> datetime:
    """Return when a commit was committed."""
    head = content.partition(b"\n\n")[0] + b"\n"
    found = _COMMITTER_LINE.search(head)
    try:
        return _EPOCH + timedelta(seconds=int(found[1] if found else b"none"))
    except (ValueError, OverflowError):
        raise CodeHostError(f"commit {commit_id} has no time of a calendar") from None


def _mode(mode: int) -> Mode | None:
    if stat.S_ISDIR(mode):
        return None
    return "symlink" if stat.S_ISLNK(mode) else "regular"


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
