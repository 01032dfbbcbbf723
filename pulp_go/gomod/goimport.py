"""From a module path to a repository, as `go` finds it without a proxy.

Some hosts are known: their paths say where the repository is (`static_repo_root`). Of all others
the page `https://<path>?go-get=1` is asked, whatever its status, for tags of the form

    <meta name="go-import" content="prefix vcs repo-root [subdirectory]">

in its head. The prefix is the import path of the root of the repository, and the path that was
asked for or above it. If it is above, the page of the prefix must have the same tag: so nobody
speaks for what is not theirs. The kind "mod" is no version control system but a module proxy, and
goes before the others of the same prefix.

https://go.dev/ref/mod#vcs-find
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.laxxml import Tag, tags

MOD = "mod"
"""The kind of a tag that names a module proxy."""

KINDS = frozenset(("git", "hg", "svn", "fossil", MOD))
"""The kinds of tags that `go` knows."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class MetaImport:
    """What one go-import tag says.

    Attributes:
        prefix: The import path of the root of the repository.
        vcs: The version control system, or "mod".
        repo_root: The URL of the repository, or of the module proxy.
        subdir: The directory of the repository that is its root for Go, or "".
    """

    prefix: str
    vcs: str
    repo_root: str
    subdir: str = ""


def page_url(import_path: str) -> str:
    """Return the URL of the page that tells where an import path is from."""
    return f"https://{import_path}?go-get=1"


def parse_meta(page: bytes, *, prefer_mod: bool) -> list[MetaImport]:
    """Return what the go-import tags in the head of `page` say, in their order.

    A head ends where the body begins; or where the page can no longer be read, after a first tag.

    Args:
        page: The bytes of the page.
        prefer_mod: Whether those of the kind "mod" come first, and hide the others of their prefix;
            else they are left out.

    Raises:
        GoImportError: The page cannot be read up to the first tag.
    """
    found: list[MetaImport] = []
    try:
        for tag in tags(page):
            if tag.name.lower() == ("head" if tag.is_end else "body"):
                break
            found += _said_by(tag)
    except GoImportError:
        if not found:
            raise
    proxies = [meta for meta in found if meta.vcs == MOD] if prefer_mod else []
    hidden = {meta.prefix for meta in proxies}
    return proxies + [meta for meta in found if meta.vcs != MOD and meta.prefix not in hidden]


def match_go_import(imports: Sequence[MetaImport], import_path: str) -> MetaImport:
    """Return the one of `imports`, as `parse_meta` returns them, that `import_path` is of.

    Raises:
        GoImportError: There is none, or more than one.
    """
    matches = [meta for meta in imports if has_path_prefix(import_path, meta.prefix)]
    if not matches:
        raise GoImportError(_mismatch(imports, import_path))
    first = matches[0]
    if any(first.vcs != MOD or other.vcs == MOD for other in matches[1:2]):
        raise GoImportError(f'multiple meta tags match import path "{import_path}"')
    return first


def check_meta_import(meta: MetaImport) -> None:
    """Check that `go` would go where a tag leads.

    Raises:
        GoImportError: It would not.
    """
    validate_repo_root(meta.repo_root)
    if meta.vcs not in KINDS:
        raise GoImportError(f'unknown vcs "{meta.vcs}"')
    if meta.subdir.startswith(("/", "-")):
        raise GoImportError(f'"{meta.subdir}" is no subdirectory of a repository')


def check_agreement(meta: MetaImport, at_prefix: MetaImport) -> None:
    """Check that the page of a prefix says the same as the page of a path below it.

    Raises:
        GoImportError: It does not.
    """
    if meta != at_prefix:
        raise GoImportError(f"pages of a path and of {meta.prefix} disagree about go-import")


def validate_repo_root(repo_root: str) -> None:
    """Check that a repository is named by a URL with a scheme, and by none of this machine.

    Raises:
        GoImportError: It is not.
    """
    scheme = _SCHEME.match(repo_root)
    if scheme is None or _CONTROL.search(repo_root):
        raise GoImportError(f'"{repo_root}" is no URL with a scheme')
    if scheme[0].lower() == "file":
        raise GoImportError("file scheme disallowed")


def has_path_prefix(path: str, prefix: str) -> bool:
    """Report whether `prefix` is `path` or its first elements."""
    return path == prefix or path.startswith(f"{prefix.removesuffix('/')}/")


def _said_by(tag: Tag) -> Iterable[MetaImport]:
    """Return what `tag` says if it is one of go-import."""
    if tag.is_end or tag.name.lower() != "meta" or _attribute(tag, "name") != "go-import":
        return ()
    fields = _attribute(tag, "content").split()
    return (MetaImport(*fields),) if len(fields) in {3, 4} else ()


def _attribute(tag: Tag, name: str) -> str:
    """Return the value of the first attribute of that name, or ""."""
    return next((value for found, value in tag.attributes if found.lower() == name), "")


def _mismatch(imports: Sequence[MetaImport], import_path: str) -> str:
    """Return why no tag is of `import_path`."""
    if not imports:
        return "no go-import meta tags"
    return ", ".join(
        f"meta tag {meta.prefix} did not match import path {import_path}" for meta in imports
    )
