"""URLs of git repositories: which ones an import may name.

    https://host[:port]/path        http://host[:port]/path
    ssh://[user@]host[:port]/path   user@host:path
    file:///path

`git` itself takes many more spellings, and some of them run programs or talk to anybody who
answers (`ext::`, `git://`). These five are what an administrator needs, and each part is checked,
since a URL may be made from a template and parts of module paths:

- A host is an ASCII name or an address; it never begins with "-", which a program would read as an
  option.
- A user name is for ssh only. A password, and a token in the place of a user name, are refused:
  URLs are shown, logged and written into `Origin`.
- No path leaves its place: no "." or ".." as an element, percent-encoded or not.
- No unprintable character and no space, no query and no fragment. What is not ASCII must be
  percent-encoded for http, and is no matter for the others.

An error never holds the URL, which may hold a secret just then.

https://git-scm.com/docs/git-clone#_git_urls
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Literal
from urllib.parse import unquote

from pulp_go.gomod.errors import GitURLError

Scheme = Literal["https", "http", "ssh", "file"]

_SCHEMES: dict[str, Scheme] = {"https": "https", "http": "http", "ssh": "ssh", "file": "file"}
_SCP = re.compile(r"([^/@:]*)@(\[[^\]/]*\]|[^/:\[]*):(.*)", re.DOTALL)
_USER = re.compile(r"[A-Za-z0-9_.+~][A-Za-z0-9_.+~-]*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?", re.ASCII)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class GitURL:
    """A URL of a git repository, in its parts.

    Attributes:
        text: The URL as it was given.
        scheme: How the repository is reached; "ssh" for both spellings.
        user: The user name of ssh, or "".
        host: The host in lower case, an IPv6 address without its brackets; "" for a file.
        port: The port, or None for the usual one.
        path: What the server is asked for. Of http it is as it was given, percent-encoding and
            all; of ssh:// and file:// it is decoded; without a "/" in front, which only
            `user@host:path` can say, it is relative to the user's home.
    """

    text: str
    scheme: Scheme
    user: str
    host: str
    port: int | None
    path: str

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> GitURL:
    """Return the parts of the URL `text`.

    Raises:
        GitURLError: It is none of a git repository that an import may name.
    """
    if " " in text or not text.isprintable():
        raise GitURLError("contains a space or an unprintable character")
    if "\\" in text:
        raise GitURLError("contains a backslash")
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _scp(text)
    match _SCHEMES.get(scheme.lower()):
        case "file":
            return _file(text, rest)
        case "ssh":
            return _ssh(text, rest)
        case "https" | "http" as web:
            return _web(text, web, rest)
    if scheme.lower() == "git":
        raise GitURLError("git:// is neither encrypted nor authenticated")
    raise GitURLError("the scheme is none of https, http, ssh and file")


def _web(text: str, scheme: Scheme, rest: str) -> GitURL:
    """Return the parts of an http URL, of which `rest` is what follows the scheme."""
    authority, path = _split(rest)
    if "@" in authority:
        raise GitURLError("a user name or password has no place in the URL")
    if not path.isascii():
        raise GitURLError("what is not ASCII must be percent-encoded")
    _decoded(path)
    if not path.strip("/"):
        raise GitURLError("names no repository")
    return GitURL(text, scheme, "", *_host_and_port(authority), path)


def _ssh(text: str, rest: str) -> GitURL:
    """Return the parts of an ssh:// URL, of which `rest` is what follows the scheme."""
    authority, encoded = _split(rest)
    user, at, address = authority.rpartition("@")
    path = _decoded(encoded)
    if not path.strip("/"):
        raise GitURLError("names no repository")
    return GitURL(text, "ssh", _user(user) if at else "", *_host_and_port(address), path)


def _scp(text: str) -> GitURL:
    """Return the parts of `user@host:path`, whose path is not encoded."""
    match = _SCP.fullmatch(text)
    if match is None:
        raise GitURLError("neither a URL with a scheme nor user@host:path")
    user, host, path = match.groups()
    if path.startswith("-"):
        raise GitURLError("the path begins with '-'")
    _check_elements(path)
    if not path.strip("/"):
        raise GitURLError("names no repository")
    return GitURL(text, "ssh", _user(user), _host(host), None, path)


def _file(text: str, rest: str) -> GitURL:
    """Return the parts of a file:// URL, of which `rest` is what follows the scheme."""
    authority, encoded = _split(rest)
    if authority not in {"", "localhost"}:
        raise GitURLError("a file is on no other host: write file:///path")
    path = _decoded(encoded)
    if not path.strip("/"):
        raise GitURLError("names no repository")
    return GitURL(text, "file", "", "", None, path)


def _split(rest: str) -> tuple[str, str]:
    """Return the authority and the path, which begins with "/" if there is one."""
    if "?" in rest or "#" in rest:
        raise GitURLError("has a query or a fragment")
    authority, slash, path = rest.partition("/")
    return authority, slash + path


def _decoded(path: str) -> str:
    """Return a percent-encoded `path` as it is meant, once that is known to be harmless."""
    if _BAD_ESCAPE.search(path):
        raise GitURLError("'%' is not followed by two hexadecimal digits")
    try:
        decoded = unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise GitURLError("the percent-encoding is no UTF-8") from None
    if not decoded.isprintable():
        raise GitURLError("contains an encoded unprintable character")
    _check_elements(decoded)
    return decoded


def _check_elements(path: str) -> None:
    """Refuse a path that would lead elsewhere than it says."""
    if any(element in {".", ".."} for element in path.split("/")):
        raise GitURLError("the path has '.' or '..' as an element")


def _user(user: str) -> str:
    """Return `user` if it is a user name."""
    if ":" in user:
        raise GitURLError("a password has no place in the URL")
    if not _USER.fullmatch(user):
        raise GitURLError("malformed user name")
    return user


def _host_and_port(authority: str) -> tuple[str, int | None]:
    """Return the host and the port of `host[:port]`."""
    bracket = authority.rfind("]")
    colon = authority.find(":", bracket + 1)
    if colon < 0:
        return _host(authority), None
    host, port = authority[:colon], authority[colon + 1 :]
    if not _PORT.fullmatch(port) or int(port) > 65535:
        raise GitURLError("malformed port")
    return _host(host), int(port)


def _host(host: str) -> str:
    """Return `host` in lower case, an IPv6 address without its brackets."""
    if host.startswith("-"):
        raise GitURLError("the host begins with '-'")
    if host.startswith("["):
        return _address(host.removeprefix("[").removesuffix("]"))
    if not _HOST.fullmatch(host) or ".." in host:
        raise GitURLError("malformed host" if host else "has no host")
    return host.lower()


def _address(address: str) -> str:
    """Return an IPv6 address as it is usually written; one with a zone is of this machine only."""
    try:
        parsed = IPv6Address(address)
    except AddressValueError:
        raise GitURLError("malformed IPv6 address") from None
    if parsed.scope_id is not None:
        raise GitURLError("malformed IPv6 address")
    return str(parsed)
