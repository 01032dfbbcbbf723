"""The list of a module's versions, and which of them is the latest.

A list is lines whose first field is a version and whose second may be a time. Clients drop what is
no version and what is a pseudo-version, and sort for themselves.

https://go.dev/ref/mod#goproxy-protocol, https://go.dev/ref/mod#version-queries
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pulp_go.gomod import infofile, modfile, pseudo, semver
from pulp_go.gomod.errors import InvalidVersionError, ModFileError
from pulp_go.gomod.module import is_canonical

_INCOMPATIBLE = "+incompatible"


@dataclass(frozen=True, slots=True)
class ListReply:
    """What a list says about one module.

    Attributes:
        versions: The tagged versions, each once, in Go's order.
        pseudo_versions: The pseudo-versions, which no list should have, likewise.
        times: The times of those that were given one, in UTC.
        junk: How many lines that are not empty held no canonical version of the module.
    """

    versions: tuple[str, ...]
    pseudo_versions: tuple[str, ...]
    times: Mapping[str, datetime]
    junk: int


def parse_list(data: bytes, module: str) -> ListReply:
    """Return what the bytes of a list say about `module`; any bytes are a list."""
    times: dict[str, datetime | None] = {}
    junk = 0
    for line in io.BytesIO(data):
        fields = line.split(maxsplit=2)
        if not fields:
            continue
        version = fields[0].decode("ascii", "replace")
        # The cheaper test first: a page of HTML has many lines, none of them a version.
        if semver.is_valid(version) and is_canonical(module, version):
            times[version] = times.get(version) or _list_time(fields[1:2])
        else:
            junk += 1
    tagged, pseudo_versions = _in_order(times)
    known = {version: time for version, time in times.items() if time is not None}
    return ListReply(tuple(tagged), tuple(pseudo_versions), known, junk)


def format_list(versions: Iterable[str]) -> bytes:
    """Return the bytes of a list of `versions`, in the order given, without pseudo-versions."""
    tagged = (version for version in versions if not pseudo.is_pseudo_version(version))
    return "".join(f"{version}\n" for version in tagged).encode()


def choose_latest(
    module: str,
    versions: Iterable[str],
    go_mod: Callable[[str], bytes],
    times: Mapping[str, datetime] | None = None,
) -> str | None:
    """Return the latest of the versions of a module, as `go` would choose it.

    The highest release that is not retracted, else the highest such pre-release, else the newest
    pseudo-version. Retractions are those in the go.mod of the highest version, retracted or not.
    `+incompatible` versions do not count where the highest other version has a go.mod of its own.
    Where all that is tagged is retracted and there is no pseudo-version, the highest of the tagged
    is the answer all the same: `go` looks at retractions itself, other readers want an answer.

    The choice by the list comes first in `go` too, so this serves both sides: what a server answers
    for the versions that it has (a subset of them included), and which version `path@latest` is at
    an upstream by its list, where that has no `@latest`.

    Args:
        module: The path of the module.
        versions: Its canonical versions, pseudo-versions among them, in any order.
        go_mod: Gives the bytes of the go.mod of one of them. It is asked for at most three
            versions, and may raise: a caller that has to fetch them can do so and call again.
            A go.mod that does not parse retracts nothing.
        times: Times of pseudo-versions that go before the one that they name, as a list may have.

    Returns:
        One of `versions`, or None if there are none.

    https://go.dev/ref/mod#version-queries
    """
    tagged, pseudo_versions = _in_order(versions)
    top = _highest(_considered(module, tagged, go_mod))
    if top is None:
        return _newest(pseudo_versions, times or {})
    retracts = _retracts(go_mod(top))
    kept = [version for version in tagged if not modfile.is_retracted(retracts, version)]
    others = [version for version in pseudo_versions if not modfile.is_retracted(retracts, version)]
    chosen = _highest(_considered(module, kept, go_mod))
    return chosen or _newest(others, times or {}) or top


def _list_time(fields: list[bytes]) -> datetime | None:
    return infofile.parse_time(fields[0].decode("ascii", "replace")) if fields else None


def _in_order(versions: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return tagged versions and pseudo-versions, each once and in Go's order."""
    ordered = sorted(set(versions), key=semver.sort_key)
    pseudo_versions = [version for version in ordered if pseudo.is_pseudo_version(version)]
    tagged = [version for version in ordered if not pseudo.is_pseudo_version(version)]
    return tagged, pseudo_versions


def _considered(module: str, tagged: list[str], go_mod: Callable[[str], bytes]) -> list[str]:
    """Return `tagged` without the `+incompatible` ones, where these do not count.

    A go.mod in the highest compatible version says that the module has come to modules, and that
    higher majors have paths of their own: https://go.dev/issue/34165.
    """
    compatible = [version for version in tagged if not version.endswith(_INCOMPATIBLE)]
    if not compatible or len(compatible) == len(tagged):
        return tagged
    has_go_mod = go_mod(compatible[-1]) != modfile.synthesize(module)
    return compatible if has_go_mod else tagged


def _highest(versions: list[str]) -> str | None:
    """Return the last release of `versions`, which are in order, else the last pre-release."""
    releases = [version for version in versions if not semver.prerelease(version)]
    return next(reversed(releases or versions), None)


def _newest(pseudo_versions: list[str], times: Mapping[str, datetime]) -> str | None:
    def age(version: str) -> tuple[datetime, str]:
        return times.get(version) or _pseudo_time(version), semver.sort_key(version)

    return max(pseudo_versions, key=age, default=None)


def _pseudo_time(version: str) -> datetime:
    try:
        return pseudo.pseudo_version_time(version)
    except InvalidVersionError:
        return infofile.ZERO_TIME


def _retracts(data: bytes) -> tuple[modfile.Retract, ...]:
    try:
        return modfile.parse_lax(data, "go.mod").retracts
    except ModFileError:
        return ()
