"""Semantic versions as Go reads and orders them.

    "v" MAJOR [ "." MINOR [ "." PATCH [ "-" PRERELEASE ] [ "+" BUILD ] ] ]

The `v` is mandatory. `v1` and `v1.2` are shorthands of `v1.0.0` and `v1.2.0` and bear neither
pre-release nor build. Numbers have no leading zeros and any length; so have the identifiers of a
pre-release that are numbers, while those of a build may begin with zeros.

Order is semver's precedence, in which the build does not count: numbers by value, a pre-release
below its release, numeric identifiers below others, the shorter of two lists of identifiers below
the longer that it begins. Every string that is no version is below every version, and equal to
every other such string.

https://pkg.go.dev/golang.org/x/mod/semver, https://semver.org/spec/v2.0.0.html#spec-item-11
"""

import re
from typing import NamedTuple

from pulp_go.gomod import digits

_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRERELEASE_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD_IDENTIFIER = r"[0-9A-Za-z-]+"
_VERSION = re.compile(
    rf"v({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})"
    rf"(-{_PRERELEASE_IDENTIFIER}(?:\.{_PRERELEASE_IDENTIFIER})*)?"
    rf"(\+{_BUILD_IDENTIFIER}(?:\.{_BUILD_IDENTIFIER})*)?)?)?",
    re.ASCII,
)

# An identifier of a pre-release: whether it is not a number, then what it compares as.
_Identifier = tuple[bool, digits.Value]
# Whether it is a version at all, the three numbers, whether it is a release, the pre-release.
_Precedence = tuple[bool, tuple[digits.Value, ...], bool, tuple[_Identifier, ...]]

_BELOW_ALL: _Precedence = (False, (), False, ())


class _Parsed(NamedTuple):
    major: str
    minor: str
    patch: str
    prerelease: str
    build: str


def is_valid(v: str) -> bool:
    """Report whether `v` is a version, possibly a shorthand."""
    return _VERSION.fullmatch(v) is not None


def canonical(v: str) -> str:
    """Return `v` with its shorthand filled up and its build cut off, or "" if it is invalid."""
    parsed = _parse(v)
    if parsed is None:
        return ""
    return f"v{parsed.major}.{parsed.minor}.{parsed.patch}{parsed.prerelease}"


def major(v: str) -> str:
    """Return the major version, as `v2` of `v2.1.0`, or "" if `v` is invalid."""
    parsed = _parse(v)
    return "" if parsed is None else f"v{parsed.major}"


def major_minor(v: str) -> str:
    """Return major and minor version, as `v2.1` of `v2.1.0`, or "" if `v` is invalid."""
    parsed = _parse(v)
    return "" if parsed is None else f"v{parsed.major}.{parsed.minor}"


def prerelease(v: str) -> str:
    """Return the pre-release with its hyphen, as `-rc.1`, or "" if `v` has none or is invalid."""
    parsed = _parse(v)
    return "" if parsed is None else parsed.prerelease


def build(v: str) -> str:
    """Return the build with its plus sign, as `+meta`, or "" if `v` has none or is invalid."""
    parsed = _parse(v)
    return "" if parsed is None else parsed.build


def compare(v: str, w: str) -> int:
    """Return -1, 0 or +1 as `v` is below, equal to or above `w` in precedence.

    Two versions that differ in their build, or as shorthand and full form, are equal; so are two
    strings that are no versions.
    """
    a, b = _precedence(v), _precedence(w)
    return (a > b) - (a < b)


def sort_key(v: str) -> str:
    """Return a text that sorts by code point as Go's `semver.Sort` sorts versions.

    That is by precedence, and by the bytes of the whole string where this is equal; strings that
    are no versions come first. The text is printable ASCII, so the order is that of a database
    column of collation "C", too. Its parts delimit themselves: a number is preceded by its length,
    an identifier ended by a character below all that it may hold, the pre-release likewise, and
    a release has in the place of the pre-release what is above all of them.
    """
    parsed = _parse(v)
    if parsed is None:
        return "!" + v.encode("utf-8", "surrogatepass").hex()
    numbers = "".join(map(_number_key, (parsed.major, parsed.minor, parsed.patch)))
    if not parsed.prerelease:
        return f"{numbers}~{v}"
    identifiers = map(_identifier_key, parsed.prerelease[1:].split("."))
    return f"{numbers}{''.join(identifiers)}!{v}"


def _parse(v: str) -> _Parsed | None:
    match = _VERSION.fullmatch(v)
    if match is None:
        return None
    major, minor, patch, prerelease, build = match.groups()
    return _Parsed(major, minor or "0", patch or "0", prerelease or "", build or "")


def _precedence(v: str) -> _Precedence:
    parsed = _parse(v)
    if parsed is None:
        return _BELOW_ALL
    numbers = tuple(map(digits.value, (parsed.major, parsed.minor, parsed.patch)))
    if not parsed.prerelease:
        return True, numbers, True, ()
    return True, numbers, False, tuple(map(_identifier, parsed.prerelease[1:].split(".")))


def _identifier(text: str) -> _Identifier:
    return (False, digits.value(text)) if text.isdigit() else (True, (0, text))


def _number_key(number: str) -> str:
    length = str(len(number))
    # The letter says how many digits the length has: nothing holds 10**26 digits.
    return f"{chr(ord('`') + len(length))}{length}{number}"


def _identifier_key(text: str) -> str:
    return f"0{_number_key(text)}" if text.isdigit() else f"1{text},"
