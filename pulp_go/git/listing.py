"""What a host lists: its refs, as far as Go's rules look at them.

Those are HEAD, the branches and the tags (https://go.dev/ref/mod#vcs-version: "a commit must be
reachable from one of the branches or tags"). A host may hold many more, one for each pull request
for example; they are neither asked for nor kept.

git's names and ids are bytes; here they are texts, with what is no UTF-8 as half surrogates.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dulwich.refs import Ref

from pulp_go.git.errors import TroubleError

PREFIXES = (b"HEAD", b"refs/heads/", b"refs/tags/")
BRANCHES = "refs/heads/"

_FORMATS = {40: "sha1", 64: "sha256"}
_PEELED = b"^{}"
# git-check-ref-format(1); dulwich looks at one byte after the other, too slow for thousands.
_REF = re.compile(
    rb"refs/(?:heads|tags)"
    rb"(?:/(?!\.)(?:(?!\.\.|@\{|\.lock(?:/|\Z))[^\x00-\x20\x7f~^:?*\[\\/])+)+(?<!\.)"
)
_ID = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Listing:
    """The refs of a repository at one moment.

    Attributes:
        refs: The id that each ref has, "HEAD" among them if it leads anywhere.
        peeled: The id of what an annotated tag is on, for those tags of which the host says so.
        head: The branch that HEAD is, such as "refs/heads/main", or "" if it is none.
        object_format: "sha1" or "sha256".
    """

    refs: Mapping[str, str]
    peeled: Mapping[str, str]
    head: str
    object_format: str


def listing(found: Mapping[Ref, bytes | None]) -> Listing:
    """Return what a host has listed, but for the branch of HEAD.

    What is no ref by git's rules is left out.

    Raises:
        TroubleError: An id is none, or they are of several formats.
    """
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for name, value in found.items():
        bare = name.removesuffix(_PEELED)
        if value is None or not (bare == b"HEAD" or _REF.fullmatch(bare)):
            continue
        if not _ID.fullmatch(value):
            raise TroubleError("the host lists an id that is none")
        (refs if bare == name else peeled)[text(bare)] = value.decode("ascii")
    lengths = {len(value) for value in refs.values()} or {40}
    if len(lengths) > 1:
        raise TroubleError("the host lists ids of several formats")
    return Listing(refs, peeled, "", _FORMATS[lengths.pop()])


def with_head(listed: Listing, symrefs: Mapping[Ref, Ref]) -> Listing:
    """Return what a host has listed, and the branch that HEAD is if that is listed."""
    target = text(symrefs.get(Ref(b"HEAD"), b""))
    refs = listed.refs
    is_branch = target.startswith(BRANCHES) and target in refs and refs[target] == refs.get("HEAD")
    return replace(listed, head=target if is_branch else "")


def text(raw: bytes) -> str:
    """Return a name or an id of git's as text."""
    return raw.decode("utf-8", "surrogateescape")


def raw(text: str) -> bytes:
    """Return a name or an id as git has it."""
    return text.encode("utf-8", "surrogateescape")
