"""Pseudo-versions: versions that name a commit which has no tag of its own.

    vX.0.0-yyyymmddhhmmss-abcdefabcdef          no tagged version before the commit
    vX.Y.Z-pre.0.yyyymmddhhmmss-abcdefabcdef    the highest version before it is vX.Y.Z-pre
    vX.Y.(Z+1)-0.yyyymmddhhmmss-abcdefabcdef    the highest version before it is vX.Y.Z

The time is that of the committer in UTC, the revision the first 12 digits of the commit's hash.
So a pseudo-version sorts above the version that it is based on and below the next one. A build of
the base, as `+incompatible`, stands at the end. What is recognised is more than what `go` writes: a
revision is any run of ASCII letters and digits, and a time that no calendar has (month 13) is an
error of `pseudo_version_time` only.

Left out: the year 0, which Go's calendar has and Python's has not.

https://go.dev/ref/mod#pseudo-versions, https://pkg.go.dev/golang.org/x/mod/module#PseudoVersion
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from pulp_go.gomod import digits, semver
from pulp_go.gomod.errors import InvalidVersionError

_PSEUDO_VERSION = re.compile(
    r"v[0-9]+\.(?:0\.0-|[0-9]+\.[0-9]+-(?:[^+]*\.)?0\.)[0-9]{14}-[A-Za-z0-9]+"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)


class _Parts(NamedTuple):
    base: str
    timestamp: str
    revision: str
    build: str


def pseudo_version(major: str, older: str, time: datetime, revision: str) -> str:
    """Return the pseudo-version of a commit.

    Args:
        major: Its major version as `v2`, used where there is no `older`; "" is `v0`.
        older: The highest version before it, or "" (or no version at all) where there is none.
        time: When it was committed; aware of its time zone.
        revision: The first 12 digits of its hash.
    """
    segment = f"{_timestamp(time.astimezone(UTC))}-{revision}"
    base = semver.canonical(older)
    build = semver.build(older)
    if not base:
        return f"{major or 'v0'}.0.0-{segment}"
    if semver.prerelease(base):
        return f"{base}.0.{segment}{build}"
    major_minor, _, patch = base.rpartition(".")
    return f"{major_minor}.{digits.increment(patch)}-0.{segment}{build}"


def is_pseudo_version(v: str) -> bool:
    """Report whether `v` is a pseudo-version."""
    return v.count("-") >= 2 and semver.is_valid(v) and _PSEUDO_VERSION.fullmatch(v) is not None


def pseudo_version_time(v: str) -> datetime:
    """Return when the commit of the pseudo-version `v` was made, in UTC.

    Raises:
        InvalidVersionError: `v` is no pseudo-version, or its time is in no calendar.
    """
    timestamp = _parse(v).timestamp
    month, day, hour, minute, second = (int(timestamp[i : i + 2]) for i in range(4, 14, 2))
    try:
        return datetime(int(timestamp[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise InvalidVersionError(v, f"malformed time {timestamp!r}") from None


def pseudo_version_rev(v: str) -> str:
    """Return the revision of the pseudo-version `v`.

    Raises:
        InvalidVersionError: `v` is no pseudo-version.
    """
    return _parse(v).revision


def pseudo_version_base(v: str) -> str:
    """Return the version that the pseudo-version `v` is based on, or "" if there was none.

    Raises:
        InvalidVersionError: `v` is no pseudo-version, is based on none and bears a build, or would
            have a base below patch number 0.
    """
    parts = _parse(v)
    match semver.prerelease(parts.base):
        case "":
            if parts.build:
                raise InvalidVersionError(v, f"lacks base version, but has build {parts.build!r}")
            return ""
        case "-0":
            return _base_release(v, parts.base.removesuffix("-0")) + parts.build
        case _:
            return parts.base.removesuffix(".0") + parts.build


def _base_release(v: str, following: str) -> str:
    major_minor, _, patch = following.rpartition(".")
    before = digits.decrement(patch)
    if not before:
        raise InvalidVersionError(v, f"version before {following} would have negative patch number")
    return f"{major_minor}.{before}"


def _parse(v: str) -> _Parts:
    if not is_pseudo_version(v):
        raise InvalidVersionError(v, "not a pseudo-version")
    build = semver.build(v)
    rest, _, revision = v.removesuffix(build).rpartition("-")
    # The time is the last identifier of a pre-release (forms 2 and 3) or the whole of it (form 1).
    separator = "." if rest.rfind(".") > rest.rfind("-") else "-"
    base, _, timestamp = rest.rpartition(separator)
    return _Parts(base, timestamp, revision, build)


def _timestamp(time: datetime) -> str:
    # strftime leaves the zeros of a year before 1000 to the platform.
    return f"{time.year:04}{time:%m%d%H%M%S}"
