"""Where the repository of an import path is, as far as the path itself says so.

A few hosts are known to `go`; and a path with an element that ends in `.git`, `.hg`, `.svn` or
`.fossil` names its repository on any host. Everything else is for the page of the path to say
(`goimport`): that includes gitlab.com, gopkg.in and golang.org.

https://go.dev/ref/mod#vcs-find
"""

import re
from dataclasses import dataclass

from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.goimport import has_path_prefix

_ELEMENT = r"[A-Za-z0-9_.\-]+"
_BELOW = rf"(?:/{_ELEMENT})*"


@dataclass(frozen=True, slots=True)
class KnownRoot:
    """A repository that a path names.

    Attributes:
        root: The import path of its root.
        vcs: The version control system: "git", "hg", "svn" or "fossil".
        repo: The URL of the repository. Of a host that is not known it is the first that `go`
            tries; others of its schemes may follow.
    """

    root: str
    vcs: str
    repo: str


@dataclass(frozen=True, slots=True)
class _Host:
    """A host that is known: how its paths begin, which of them are right, and what it serves."""

    prefix: str
    path: re.Pattern[str]
    vcs: str = "git"
    checks_suffix: bool = False


def _host(prefix: str, rest: str, vcs: str = "git", *, checks_suffix: bool = False) -> _Host:
    path = re.compile(rf"({re.escape(prefix)}/{rest}){_BELOW}", re.ASCII)
    return _Host(prefix, path, vcs, checks_suffix)


_HOSTS = (
    _host("github.com", rf"{_ELEMENT}/{_ELEMENT}", checks_suffix=True),
    _host("bitbucket.org", rf"{_ELEMENT}/{_ELEMENT}", checks_suffix=True),
    _host("hub.jazz.net/git", rf"[a-z0-9]+/{_ELEMENT}"),
    _host("git.apache.org", r"[a-z0-9_.\-]+\.git"),
    _host("git.openstack.org", rf"{_ELEMENT}/{_ELEMENT}"),
    _host("chiselapp.com", rf"user/[A-Za-z0-9]+/repository/{_ELEMENT}", "fossil"),
)
_SUFFIXES = (".bzr", ".fossil", ".git", ".hg", ".svn")
_ANYWHERE = re.compile(
    r"([a-z0-9.\-]+\.[a-z0-9.\-]+(?::[0-9]+)?(?:/~?[A-Za-z0-9_.\-]+)+?)\.(fossil|git|hg|svn)"
    r"(?:/~?[A-Za-z0-9_.\-]+)*",
    re.ASCII,
)


def static_repo_root(import_path: str) -> KnownRoot | None:
    """Return the repository that `import_path` names by itself, or None if it is not known.

    Raises:
        GoImportError: The host is known, and has no such paths.
    """
    for scheme in ("http:", "https:"):
        if import_path.startswith(scheme):
            raise GoImportError(f'"{scheme}//" not allowed in import path')
    for host in _HOSTS:
        if has_path_prefix(import_path, host.prefix):
            return _on(host, import_path)
    found = _ANYWHERE.fullmatch(import_path)
    if found is None:
        return None
    return KnownRoot(f"{found[1]}.{found[2]}", found[2], f"https://{found[1]}")


def _on(host: _Host, import_path: str) -> KnownRoot:
    """Return the repository that a path on a known host names."""
    found = host.path.fullmatch(import_path)
    if found is None:
        raise GoImportError(f'invalid {host.prefix} import path "{import_path}"')
    if host.checks_suffix and found[1].endswith(_SUFFIXES):
        raise GoImportError(f"invalid version control suffix in {host.prefix}/ path")
    return KnownRoot(found[1], host.vcs, f"https://{found[1]}")
