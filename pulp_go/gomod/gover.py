"""Go versions, as in the `go` line of a go.mod: 1.21, 1.21rc1, 1.21.0.

    N | N.N | N.N.N | N.N<letters> | N.N<letters>N

Numbers are decimal without leading zeros and of any length, letters lower case; a patch release has
no pre-releases. There is no `v`, and the order is not that of semantic versions: the language
version 1.21 comes before its release candidates, and these before the release 1.21.0, so that "at
least 1.21" admits them. Up to 1.20 there was no such release, and 1.20rc1 comes before 1.20, which
is 1.20.0.

Strings that are no Go version come before all others.

https://go.dev/doc/toolchain#version, https://pkg.go.dev/cmd/go/internal/gover
"""

import re
from typing import NamedTuple

from pulp_go.gomod import digits

_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(
    rf"({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})|([a-z]+)({_NUMBER})?)?)?",
    re.ASCII,
)
_SUFFIX = re.compile(r"[ \t-]", re.ASCII)

SortKey = tuple[digits.Value, digits.Value, digits.Value, str, digits.Value]


class _Parsed(NamedTuple):
    major: str
    minor: str
    patch: str
    kind: str
    prerelease: str


_INVALID = _Parsed("", "", "", "", "")


def is_valid(v: str) -> bool:
    """Report whether `v` is a Go version."""
    return _VERSION.fullmatch(v) is not None


def is_lang(v: str) -> bool:
    """Report whether `v` is a language version as distinct from a release: 1.21, but not 1.20."""
    parsed = _parse(v)
    return parsed != _INVALID and not (parsed.patch or parsed.kind)


def is_prerelease(v: str) -> bool:
    """Report whether `v` is a pre-release, as 1.21rc1."""
    return _parse(v).kind != ""


def lang(v: str) -> str:
    """Return the language version of `v`, as 1.21 of 1.21rc1 and 1.21.3; "" if it is invalid."""
    parsed = _parse(v)
    if not parsed.minor or (parsed.major, parsed.minor) == ("1", "0"):
        return parsed.major
    return f"{parsed.major}.{parsed.minor}"


def prev(v: str) -> str:
    """Return the language version before that of `v`, as 1.20 of 1.21.3; "" if it is invalid."""
    parsed = _parse(v)
    if parsed.minor in ("", "0", "1"):
        return parsed.major
    return f"{parsed.major}.{digits.decrement(parsed.minor)}"


def compare(v: str, w: str) -> int:
    """Return -1, 0 or +1 as `v` is below, equal to or above `w`."""
    a, b = sort_key(v), sort_key(w)
    return (a > b) - (a < b)


def sort_key(v: str) -> SortKey:
    """Return what sorts as `compare` does."""
    major, minor, patch, kind, prerelease = _parse(v)
    number = digits.value
    return number(major), number(minor), number(patch), kind, number(prerelease)


def from_toolchain(name: str) -> str:
    """Return the Go version of a toolchain, as 1.21.3 of `go1.21.3-custom`; "" if it has none."""
    # With a separator in it, the name would be a path to the program.
    if not name.startswith("go") or "/" in name or "\\" in name:
        return ""
    version = _SUFFIX.split(name.removeprefix("go"), maxsplit=1)[0]
    return version if is_valid(version) else ""


def go_mod_lookup(go_mod: bytes, key: str) -> str:
    """Return what the first line `key` ("go" or "toolchain") says, or "" if there is none.

    The quick look of `go` at a go.mod that a newer Go may have written: it reads no other line, and
    is no parser (`modfile`).
    """
    word = key.encode()
    for line in go_mod.split(b"\n"):
        match line.split(maxsplit=1):
            case [first, rest] if first == word:
                return rest.partition(b"//")[0].strip().decode("utf-8", "replace")
    return ""


def _parse(v: str) -> _Parsed:
    match = _VERSION.fullmatch(v)
    if match is None:
        return _INVALID
    major, minor, patch, kind, prerelease = (group or "" for group in match.groups())
    if not minor:
        return _Parsed(major, "0", "0", "", "")
    # Before Go 1.21 a version without a patch number was the release itself.
    if not patch and not kind and digits.value(minor) < digits.value("21"):
        patch = "0"
    return _Parsed(major, minor, patch, kind, prerelease)
