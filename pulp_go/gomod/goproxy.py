"""The GOPROXY protocol: which request a URL path is, and what its replies say.

    <module>/@v/list             -> List      the tagged versions, one a line
    <module>/@latest             -> Latest    as .info
    <module>/@v/<version>.<ext>  -> File      ext is info (JSON), mod (go.mod) or zip

Every other path is no request of the protocol. Paths are escaped (`module.escape_path`) on the wire
and nowhere else: this module unescapes what arrives and escapes what is asked for. `.info` may also
be asked for a branch or a revision; `.mod` and `.zip` only for a canonical version of the module.

Success is status 200. 404 and 410 mean that there is no such thing and let a client go on to the
next proxy; every other status is a failure, which says nothing about the version.

A list is lines whose first field is a version and whose second may be a time. Clients drop what is
no version and what is a pseudo-version, and sort for themselves. An .info is an object with the
canonical `Version`, the `Time` of its commit (RFC 3339) and its `Origin`, read as Go's
encoding/json does: keys in any case, the last of equal keys, null as absent, unknown keys ignored.

Left out: the year 0, which Go's calendar has and Python's has not; and text with a NUL in an
origin, which Go takes and a database does not.

https://go.dev/ref/mod#goproxy-protocol
"""

import codecs
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pulp_go.gomod import modfile, pseudo, semver, unicode_tables
from pulp_go.gomod import module as module_rules
from pulp_go.gomod.errors import (
    EscapeError,
    GoModError,
    InvalidInfoError,
    InvalidPathError,
    InvalidRequestError,
    InvalidVersionError,
    ModFileError,
)

Extension = Literal["info", "mod", "zip"]

# https://pkg.go.dev/cmd/go/internal/modfetch/codehost#Origin
_ORIGIN_FIELDS = ("VCS", "URL", "Subdir", "Hash", "TagPrefix", "TagSum", "Ref", "RepoSum")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
# The zero value of Go's time.Time, which stands for "no time".
_ZERO_TIME = datetime(1, 1, 1, tzinfo=UTC)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INCOMPATIBLE = "+incompatible"
_MAX_ERROR_LINES = 8
_MAX_ERROR_BYTES = _MAX_ERROR_LINES * 81


@dataclass(frozen=True, slots=True)
class List:
    """The tagged versions of a module."""

    module: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The .info of the latest version of a module."""

    module: str


@dataclass(frozen=True, slots=True)
class File:
    """One of the three files of a module version; for `info` the version may be a query."""

    module: str
    version: str
    extension: Extension


Request = List | Latest | File


@dataclass(frozen=True, slots=True)
class Info:
    """What an .info says.

    Attributes:
        version: The version, as it was given.
        time: When its commit was made, in UTC; None where it is not told.
        origin: Where it came from: those of Go's fields (`VCS`, `URL`, `Hash`, ...) that are
            neither absent nor empty; None where there is no origin.
    """

    version: str
    time: datetime | None
    origin: dict[str, str] | None


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


def parse(url_path: str) -> Request:
    """Return the request that `url_path` is.

    Args:
        url_path: The path below the base URL, without slash in front; percent-decoded (a "+" is a
            plus sign) and still escaped with "!".

    Raises:
        InvalidRequestError: `url_path` is no request of the protocol, or holds a path or a version
            that could not exist.
    """
    escaped_module, at, rest = url_path.partition("/@")
    if not at:
        raise InvalidRequestError(url_path, "missing /@v/ or /@latest")
    try:
        module = module_rules.unescape_path(escaped_module)
        match rest:
            case "latest":
                return Latest(module)
            case "v/list":
                return List(module)
            case _:
                return _parse_file(url_path, module, rest)
    except (EscapeError, InvalidVersionError) as error:
        raise InvalidRequestError(url_path, str(error)) from None


def list_path(module: str) -> str:
    """Return the URL path, relative and escaped, of the list of `module`.

    Raises:
        InvalidPathError: `module` is no module path.
    """
    return f"{module_rules.escape_path(module)}/@v/list"


def latest_path(module: str) -> str:
    """Return the URL path, relative and escaped, of the latest version's .info of `module`.

    Raises:
        InvalidPathError: `module` is no module path.
    """
    return f"{module_rules.escape_path(module)}/@latest"


def file_path(module: str, version: str, extension: Extension) -> str:
    """Return the URL path, relative and escaped, of a file of a module version.

    Raises:
        InvalidPathError: `module` is no module path.
        InvalidVersionError: `version` cannot stand in a URL.
    """
    escaped_version = module_rules.escape_version(version)
    return f"{module_rules.escape_path(module)}/@v/{escaped_version}.{extension}"


def parse_info(data: bytes) -> Info:
    """Return what the bytes of an .info say.

    Raises:
        InvalidInfoError: They are no JSON object, a field that Go knows is not of its type, the
            time is not in RFC 3339 or in no calendar, or there is no `Version`.
    """
    fields = _known_fields(_load_json(data), ("Version", "Time", "Origin"))
    version = _text(fields.get("Version"), "Version")
    if not version:
        raise InvalidInfoError("no Version")
    return Info(version, _info_time(fields.get("Time")), _info_origin(fields.get("Origin")))


def check_info(data: bytes, module: str, version: str) -> Info:
    """Return what the bytes of an .info say, having checked that they answer what was asked.

    Args:
        data: The bytes.
        module: The path of the module.
        version: The version, or the query, that was asked for; "latest" for `@latest`.

    Raises:
        InvalidInfoError: As `parse_info`; or `version` is a canonical version of `module` and the
            .info has another one; or `version` is a query and the .info has none that is canonical.
    """
    info = parse_info(data)
    # The text of an error is shown and stored; that of a foreign version may be long.
    shown = repr(info.version[:100])
    if _is_canonical(module, version):
        if info.version != version:
            raise InvalidInfoError(f"version {shown} of {module} instead of requested {version!r}")
        return info
    try:
        module_rules.check_canonical(module, info.version)
    except (InvalidPathError, InvalidVersionError) as error:
        raise InvalidInfoError(f"version {shown} of {module}: {error.reason}") from None
    return info


def format_info(version: str, time: datetime | None, origin: Mapping[str, str] | None) -> bytes:
    """Return the bytes of an .info, as `go` writes them.

    Args:
        version: The canonical version.
        time: When its commit was made, aware of its time zone; left out where None.
        origin: Where it came from, by Go's names of fields; others and empty ones are left out.
    """
    fields: dict[str, object] = {"Version": version}
    if time is not None:
        fields["Time"] = _format_time(time)
    if origin:
        fields["Origin"] = {name: origin[name] for name in _ORIGIN_FIELDS if origin.get(name)}
    return json.dumps(fields, separators=(",", ":")).encode()


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
        if semver.is_valid(version) and _is_canonical(module, version):
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


def is_not_found(status: int) -> bool:
    """Report whether the HTTP status `status` says that there is no such module or version."""
    return status in (404, 410)


def error_text(body: bytes, content_type: str | None) -> str:
    """Return what `go` would show of the body of an error, or "" if it would show nothing.

    It shows plain text in UTF-8 without control characters: up to its first blank line, at most 8
    lines and 648 bytes. A line that goes beyond is cut here, where `go` says "too long" instead.
    `content_type` is the header's value, or None where there is none.
    """
    if not _is_plain_text(content_type):
        return ""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(body[:_MAX_ERROR_BYTES], final=len(body) <= _MAX_ERROR_BYTES)
    except UnicodeDecodeError:
        return ""
    if not all(map(_is_shown, text)):
        return ""
    lines = [line.rstrip() for line in text.split("\n")]
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join(lines[: min(end, _MAX_ERROR_LINES)])


def _parse_file(url_path: str, module: str, rest: str) -> File:
    escaped_version, dot, extension = rest.removeprefix("v/").rpartition(".")
    match extension:
        case "info" | "mod" | "zip" if rest.startswith("v/") and dot and escaped_version:
            version = module_rules.unescape_version(escaped_version)
            if extension != "info":
                module_rules.check_canonical(module, version)
            return File(module, version, extension)
    raise InvalidRequestError(url_path, "expected /@v/<version>.info, .mod or .zip")


def _is_canonical(module: str, version: str) -> bool:
    try:
        module_rules.check_canonical(module, version)
    except GoModError:
        return False
    return True


# What `_load_json` makes of an object: its pairs in their order, because keys may be given twice.
_Pairs = tuple[tuple[str, object], ...]


def _load_json(data: bytes) -> _Pairs:
    text = data.decode("utf-8", "replace")
    try:
        # Numbers only have to be told from strings, however many digits they have.
        value = json.loads(
            text,
            object_pairs_hook=tuple,
            parse_int=bool,
            parse_float=bool,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise InvalidInfoError(f"no JSON: {error}") from None
    except RecursionError:
        raise InvalidInfoError("no JSON: exceeded max depth") from None
    return _pairs(value, "the .info")


def _refuse_constant(name: str) -> None:
    raise InvalidInfoError(f"no JSON: invalid number {name}")


def _pairs(value: object, what: str) -> _Pairs:
    # Arrays are lists; of what JSON has only objects are tuples here.
    if not isinstance(value, tuple):
        raise InvalidInfoError(f"{what} is no object")
    return value


def _known_fields(pairs: _Pairs, names: Sequence[str]) -> dict[str, object]:
    """Return the values of the fields of these names; the last of equal ones, null as absent."""
    by_folded_name = {name.casefold(): name for name in names}
    known = ((by_folded_name.get(key.casefold()), value) for key, value in pairs)
    return {name: value for name, value in known if name is not None and value is not None}


def _text(value: object, name: str) -> str:
    """Return the text of a field, as Go reads it: a stray surrogate becomes U+FFFD."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInfoError(f"{name} is no string")
    return _SURROGATE.sub("\ufffd", value)


def _info_time(value: object) -> datetime | None:
    if value is None:
        return None
    time = _parse_time(_text(value, "Time"))
    if time is None:
        raise InvalidInfoError("Time is not in RFC 3339")
    return None if time == _ZERO_TIME else time


def _info_origin(value: object) -> dict[str, str] | None:
    if value is None:
        return None
    fields = _known_fields(_pairs(value, "Origin"), _ORIGIN_FIELDS)
    origin = {name: _text(field, f"Origin.{name}") for name, field in fields.items()}
    if any("\0" in text for text in origin.values()):
        raise InvalidInfoError("NUL in Origin")
    return {name: text for name, text in origin.items() if text}


def _list_time(fields: list[bytes]) -> datetime | None:
    return _parse_time(fields[0].decode("ascii", "replace")) if fields else None


def _parse_time(text: str) -> datetime | None:
    """Return the time that `text` is in RFC 3339, in UTC, or None if it is none.

    https://pkg.go.dev/time#Time.UnmarshalJSON
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _format_time(time: datetime) -> str:
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}Z"


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
        return _ZERO_TIME


def _retracts(data: bytes) -> tuple[modfile.Retract, ...]:
    try:
        return modfile.parse_lax(data, "go.mod").retracts
    except ModFileError:
        return ()


def _is_plain_text(content_type: str | None) -> bool:
    media_type, *parameters = (content_type or "").lower().split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charsets = [value.strip().strip('"') for name, _, value in pairs if name.strip() == "charset"]
    return media_type.strip() == "text/plain" and set(charsets) <= {"utf-8", "us-ascii", ""}


def _is_shown(char: str) -> bool:
    # Python counts the separators of ASCII (U+001C to U+001F) as space, Go does not.
    return unicode_tables.is_print(char) or (char.isspace() and not "\x1c" <= char <= "\x1f")
