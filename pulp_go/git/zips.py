"""Module zips made from a repository: each blob is read, hashed and deflated once for all versions.

The files of a version are those of a directory of a commit, as git writes them (`gomod.checkout`);
the rules for what goes in are those of `gomod.sourcetree`. Where the directory is not the root and
has no `LICENSE`, the one of the root is added as the blob it is.

A zip is written to the disk once, and its digests are taken on the way. Its `h1:` is the one that
`go` computes; its bytes are others, as those of each version of `go` are. The go.mod in it is
written by git as well, so it may have carriage returns that the `.mod` of the version has not.

Where we differ from Go: no zip is made where `.gitattributes` have over 4 MiB together, nor where a
file has an encoding for which `checkout` cannot do the same as git.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self

from pulp_go.git.deflated import Content, DeflatedContents
from pulp_go.git.sink import Sink
from pulp_go.gomod import dirhash, sourcetree
from pulp_go.gomod.checkout import Conversion, conversion, convert, may_convert
from pulp_go.gomod.codehost import TreeFile
from pulp_go.gomod.coderepo import Place
from pulp_go.gomod.errors import CheckoutError, CodeHostError, InvalidZipError
from pulp_go.gomod.gitattributes import MAX_FILE, Attributes
from pulp_go.gomod.modzip import MAX_GO_MOD, MAX_ZIP_FILE, check_module_version
from pulp_go.gomod.zipwriter import ZipWriter

MAX_ATTRIBUTES = 4 << 20
"""The most bytes of all `.gitattributes` of a version."""

_ATTRIBUTES = ".gitattributes"
_LARGE = 8 << 20
"""From this size on a blob is not held in memory as a whole."""


class Blobs(Protocol):
    """What is needed of a repository: see `pulp_go.git.host.Repository`."""

    def file(self, commit_id: str, path: str) -> TreeFile | None:
        """Return the file at `path` in the tree of a commit, or None."""
        ...

    def list_files(self, commit_id: str, directory: str) -> list[TreeFile]:
        """Return all files below a directory of the tree of a commit."""
        ...

    def read_blob(self, blob_id: str) -> bytes:
        """Return the content of a blob."""
        ...

    def blob_pieces(self, blob_id: str) -> Iterable[bytes]:
        """Return the content of a blob in pieces, without holding it as a whole where possible."""
        ...


@dataclass(frozen=True, slots=True)
class MadeZip:
    """What is known of a zip that was made.

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


class ZipMaker:
    """Makes zips of the versions of one repository. It is a context manager.

    Args:
        repository: Where the files come from.
        cache_dir: The directory in which deflated blobs are kept meanwhile.
        cache_limit: About how many bytes of them are.
    """

    def __init__(
        self, repository: Blobs, cache_dir: str | os.PathLike[str], cache_limit: int
    ) -> None:
        self._repository = repository
        self._contents = DeflatedContents(cache_dir, cache_limit)
        self._checkout = _Checkout({}, Attributes({}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is kept."""
        self._contents.close()

    def make(
        self,
        place: Place,
        module: str,
        version: str,
        sink_path: str | os.PathLike[str],
        algorithms: Iterable[str],
    ) -> MadeZip:
        """Make the zip of a module version and return what is known of it.

        Args:
            place: Where its files are.
            module: The path of the module.
            version: Its version, canonical.
            sink_path: The file to write, which is of no use after an error.
            algorithms: The digests to take of the file, as `hashlib` calls them.

        Raises:
            InvalidPathError: `module` is not a module path.
            InvalidVersionError: `version` is not a canonical version of this path.
            InvalidZipError: `go` would make no zip of these files, or we cannot make the same.
            CodeHostError: The repository cannot be read.
            OSError: The zip cannot be written.
        """
        check_module_version(module, version)
        files = self._repository.list_files(place.commit, place.directory)
        conversions = self._conversions(place, files)
        if place.license:
            # Whatever it is, its blob becomes a file.
            files = [*files, place.license._replace(path="LICENSE", mode="regular")]
        read = partial(self._read, conversions)
        valid = _valid(files, read)
        if conversions:
            valid = _valid([self._resized(file, conversions) for file in valid], read)
        go_mod = next((read(file) for file in valid if file.path == "go.mod"), None)
        with open(sink_path, "wb") as file:
            sink = Sink(file, algorithms)
            names = self._write(sink, f"{module}@{version}/", valid, conversions)
            sink.flush()
        return MadeZip(sink.size, sink.digests(), dirhash.hash_digests(names), go_mod)

    def _write(
        self,
        sink: Sink,
        prefix: str,
        files: Iterable[TreeFile],
        conversions: Mapping[str, Conversion],
    ) -> list[tuple[str, str]]:
        """Write the zip and return the name and the SHA-256 of each file in it."""
        writer = ZipWriter(sink, MAX_ZIP_FILE)
        names = []
        for file in files:
            content = self._content(file, conversions.get(file.path))
            name = prefix + file.path
            writer.add_deflated(name, content.deflated, self._contents.read(content))
            names.append((name, content.sha256))
        writer.finish()
        return names

    def _conversions(self, place: Place, files: Iterable[TreeFile]) -> dict[str, Conversion]:
        """Return what is done to those of `files` that git does not write as they are."""
        sources = {directory: file.blob for directory, file in self._sources(place, files)}
        if sources != self._checkout.sources:
            found = {
                directory: self._repository.read_blob(blob) for directory, blob in sources.items()
            }
            self._checkout = _Checkout(sources, Attributes(found))
        return self._checkout.conversions(place.directory, files)

    def _sources(self, place: Place, files: Iterable[TreeFile]) -> Iterator[tuple[str, TreeFile]]:
        """Return each `.gitattributes` for `files`, with the path of its directory.

        Those of the directories above count as well. A link is read as if it were a file.

        Raises:
            InvalidZipError: They are too large.
        """
        room = MAX_ATTRIBUTES
        for directory, file in self._attribute_files(place, files):
            if file.size >= MAX_FILE:
                continue
            room -= file.size
            if room < 0:
                reason = f"too large (max {MAX_ATTRIBUTES} bytes in all)"
                raise InvalidZipError(reason, _ATTRIBUTES)
            yield directory, file

    def _attribute_files(
        self, place: Place, files: Iterable[TreeFile]
    ) -> Iterator[tuple[str, TreeFile]]:
        directory = place.directory
        while directory:
            directory = directory.rpartition("/")[0]
            file = self._repository.file(place.commit, _join(directory, _ATTRIBUTES))
            if file:
                yield directory, file
        for file in files:
            if file.path.endswith(_ATTRIBUTES):
                directory, _, base = file.path.rpartition("/")
                if base == _ATTRIBUTES:
                    yield _join(place.directory, directory), file

    def _resized(self, file: TreeFile, conversions: Mapping[str, Conversion]) -> TreeFile:
        """Return `file` with the size that it has when it is written."""
        found = conversions.get(file.path)
        return file._replace(size=self._content(file, found).deflated.size) if found else file

    def _content(self, file: TreeFile, found: Conversion | None) -> Content:
        """Return what `file` becomes in a zip.

        Raises:
            InvalidZipError: It cannot be converted.
            CodeHostError: The repository cannot be read.
        """
        key = (file.blob, found) if found else file.blob
        content = self._contents.get(key)
        if content is None:
            content = self._contents.add(key, self._pieces(file, found))
            if not found and content.deflated.size != file.size:
                raise CodeHostError(f"blob {file.blob} has not the size that it declares")
        return content

    def _pieces(self, file: TreeFile, found: Conversion | None) -> Iterable[bytes]:
        if not found:
            if file.size >= _LARGE:
                return self._repository.blob_pieces(file.blob)
            return (self._repository.read_blob(file.blob),)
        try:
            return (convert(self._repository.read_blob(file.blob), file.blob, found),)
        except CheckoutError as error:
            raise InvalidZipError(error.reason, file.path) from None

    def _read(self, conversions: Mapping[str, Conversion], file: TreeFile) -> bytes:
        """Return the content of a go.mod as it will be in the zip; of too large a one, nothing."""
        if file.size > MAX_GO_MOD:
            return b""
        return b"".join(self._pieces(file, conversions.get(file.path)))


class _Checkout:
    """What is done to files by the attributes of one tree.

    Nearly all versions have the same attributes as the one before, so every path is held against
    their patterns once.

    Attributes:
        sources: The id of each `.gitattributes`, by the path of its directory.
    """

    def __init__(self, sources: Mapping[str, str], attributes: Attributes) -> None:
        self.sources = sources
        self._attributes = attributes
        self._may_convert = may_convert(attributes.settings)
        self._found: dict[str, Conversion | None] = {}

    def conversions(self, directory: str, files: Iterable[TreeFile]) -> dict[str, Conversion]:
        """Return what is done to those of `files`, in `directory`, to which anything is done.

        Raises:
            InvalidZipError: git would fail at one of them.
        """
        if not self._may_convert:
            return {}
        pairs = (
            (file.path, self._of(_join(directory, file.path)))
            for file in files
            if file.mode == "regular"
        )
        return {path: found for path, found in pairs if found}

    def _of(self, path: str) -> Conversion | None:
        if path not in self._found:
            try:
                self._found[path] = conversion(self._attributes.of(path))
            except CheckoutError as error:
                raise InvalidZipError(error.reason, path) from None
        return self._found[path]


def _valid(files: Sequence[TreeFile], read: Callable[[TreeFile], bytes]) -> tuple[TreeFile, ...]:
    """Return those of `files` that go into the zip.

    Raises:
        InvalidZipError: There is no zip of them.
    """
    checked = sourcetree.check_tree(files, read)
    error = checked.error()
    if error:
        raise error
    return checked.valid


def _join(directory: str, path: str) -> str:
    return f"{directory}/{path}" if directory and path else directory or path
