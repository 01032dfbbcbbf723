"""The refs of a bare repository in two files: all of them in `packed-refs`, and `HEAD`.

`packed-refs` is replaced as a whole, so that all refs move at once. It says nothing of what the
tags are on: that is for the objects to say.

https://git-scm.com/docs/git-pack-refs
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pulp_go.git import durable
from pulp_go.git.errors import CorruptError
from pulp_go.git.listing import Listing, raw, text

_PACKED = "packed-refs"
_HEAD = "HEAD"
_SYMBOLIC = b"ref: "
# No ref that is kept has this name.
_NOWHERE = b"ref: refs/nowhere\n"
# dulwich takes a file without a line for damaged.
_NO_REFS = b"# pack-refs with:\n"
_LINE = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) (refs/[^\n]+)")


def write_refs(repository: Path, listing: Listing) -> None:
    """Let `repository` have the refs of `listing` and no others."""
    packed = {raw(name): raw(value) for name, value in listing.refs.items() if name != _HEAD}
    lines = [b"%s %s\n" % (packed[name], name) for name in sorted(packed)]
    durable.write(repository / _HEAD, _head(listing))
    durable.write(repository / _PACKED, b"".join(lines) or _NO_REFS)


def read_refs(repository: Path) -> tuple[Mapping[str, str], str]:
    """Return the refs of `repository` as a listing has them, and the branch that HEAD is.

    Raises:
        CorruptError: The files do not say what `write_refs` writes.
    """
    try:
        lines = (repository / _PACKED).read_bytes().removeprefix(_NO_REFS).split(b"\n")
        head = (repository / _HEAD).read_bytes()
    except OSError:
        raise CorruptError("the refs of the mirror cannot be read") from None
    matches = [_LINE.fullmatch(line) for line in lines[:-1]]
    if lines[-1] or not head.endswith(b"\n"):
        raise CorruptError("the refs of the mirror are cut off")
    refs = {text(match[2]): text(match[1]) for match in matches if match}
    if len(refs) != len(matches):
        raise CorruptError("the refs of the mirror are damaged")
    return _with_head(refs, head)


def _head(listing: Listing) -> bytes:
    """Return the content of `HEAD`."""
    if listing.head:
        return _SYMBOLIC + raw(listing.head) + b"\n"
    if _HEAD in listing.refs:
        return raw(listing.refs[_HEAD]) + b"\n"
    return _NOWHERE


def _with_head(refs: Mapping[str, str], head: bytes) -> tuple[Mapping[str, str], str]:
    """Return `refs` with what `head`, the content of `HEAD`, adds to them; and its branch."""
    if head == _NOWHERE:
        return refs, ""
    if not head.startswith(_SYMBOLIC):
        return {**refs, _HEAD: text(head[:-1])}, ""
    branch = text(head[len(_SYMBOLIC) : -1])
    if branch not in refs:
        raise CorruptError("the HEAD of the mirror leads nowhere")
    return {**refs, _HEAD: refs[branch]}, branch
