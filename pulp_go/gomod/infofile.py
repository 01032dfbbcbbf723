"""The .info of a module version: which one it is, when its commit was made, where it came from.

    {"Version":"v1.2.3","Time":"2018-02-14T15:44:20Z","Origin":{"VCS":"git",...}}

An object with the canonical `Version`, the `Time` of its commit (RFC 3339) and its `Origin`, read
as Go's encoding/json does: keys in any case, the last of equal keys, null as absent, unknown keys
ignored.

Left out: the year 0, which Go's calendar has and Python's has not; and text with a NUL in an
origin, which Go takes and a database does not.

https://go.dev/ref/mod#goproxy-protocol
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pulp_go.gomod import module as module_rules
from pulp_go.gomod.errors import InvalidInfoError, InvalidPathError, InvalidVersionError

# https://pkg.go.dev/cmd/go/internal/modfetch/codehost#Origin
_ORIGIN_FIELDS = ("VCS", "URL", "Subdir", "Hash", "TagPrefix", "TagSum", "Ref", "RepoSum")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
ZERO_TIME = datetime(1, 1, 1, tzinfo=UTC)
"""The zero value of Go's time.Time, which stands for "no time"."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


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
    if module_rules.is_canonical(module, version):
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


def parse_time(text: str) -> datetime | None:
    """Return the time that `text` is in RFC 3339, in UTC, or None if it is none.

    https://pkg.go.dev/time#Time.UnmarshalJSON
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
    time = parse_time(_text(value, "Time"))
    if time is None:
        raise InvalidInfoError("Time is not in RFC 3339")
    return None if time == ZERO_TIME else time


def _info_origin(value: object) -> dict[str, str] | None:
    if value is None:
        return None
    fields = _known_fields(_pairs(value, "Origin"), _ORIGIN_FIELDS)
    origin = {name: _text(field, f"Origin.{name}") for name, field in fields.items()}
    if any("\0" in text for text in origin.values()):
        raise InvalidInfoError("NUL in Origin")
    return {name: text for name, text in origin.items() if text}


def _format_time(time: datetime) -> str:
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}Z"
