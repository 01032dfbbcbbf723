"""The hash of a set of files that go.sum, `.ziphash` and the checksum database hold.

    h1:<base64 of SHA-256 of the summary>

The summary has one line a file, sorted by name as bytes: the SHA-256 of the content in hex, two
blanks, the name, a newline. So the hash covers names and contents alone: a zip may be packed
again without a change of its hash, and a name with a newline can not be hashed.

* A module zip: every entry counts under its full name (`<path>@<version>/<file>`), directory
  entries too, as empty files.
* A go.mod: one file of the name `go.mod`, whatever the module.

`h1` is the only algorithm there is. Directories on disk are not hashed here.

https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash, https://go.dev/ref/mod#go-sum-files
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO, Protocol

from pulp_go.gomod.errors import InvalidPathError

_CHUNK = 1 << 20


class Archive(Protocol):
    """What holds named contents and can be read once from end to end."""

    def contents(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Return the name and the content, in pieces, of every entry in any order."""


def hash1(names: Iterable[str], open_file: Callable[[str], BinaryIO]) -> str:
    """Return the `h1:` hash of the files `names`.

    Args:
        names: The names, in any order. One that is given twice counts twice.
        open_file: Returns a file of that name to read; it is closed here.

    Raises:
        InvalidPathError: A name contains a newline.
    """
    return _summarize((name, _read(open_file(name))) for name in names)


def hash_zip(archive: Archive) -> str:
    """Return the `h1:` hash of a module zip: the plain line of go.sum.

    Raises:
        InvalidPathError: A name contains a newline.
    """
    return _summarize(archive.contents())


def hash_digests(digests: Iterable[tuple[str, str]]) -> str:
    """Return the `h1:` hash of files of which the hashes are known.

    Args:
        digests: The name of each file, and the SHA-256 of its content in hex.

    Raises:
        InvalidPathError: A name contains a newline.
    """
    lines = []
    for name, digest in digests:
        if "\n" in name:
            raise InvalidPathError("file", name, "filenames with newlines are not supported")
        lines.append((name, f"{digest}  {name}\n"))
    # Python compares str by code point, which is the order of their UTF-8 bytes.
    lines.sort()
    summary = sha256("".join(line for _, line in lines).encode()).digest()
    return f"h1:{b64encode(summary).decode()}"


def hash_go_mod(data: bytes) -> str:
    """Return the `h1:` hash of the bytes of a go.mod: the `/go.mod` line of go.sum."""
    return hash1(["go.mod"], lambda _name: BytesIO(data))


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _summarize(contents: Iterable[tuple[str, Iterable[bytes]]]) -> str:
    return hash_digests((name, _digest(chunks)) for name, chunks in contents)


def _digest(chunks: Iterable[bytes]) -> str:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
