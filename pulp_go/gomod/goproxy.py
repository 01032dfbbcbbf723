"""The GOPROXY protocol: which request a URL path is, and what the status of a reply says.

    <module>/@v/list             -> List      the tagged versions, one a line
    <module>/@latest             -> Latest    as .info
    <module>/@v/<version>.<ext>  -> File      ext is info (JSON), mod (go.mod) or zip

Every other path is no request of the protocol. Paths are escaped (`module.escape_path`) on the wire
and nowhere else: this module unescapes what arrives and escapes what is asked for. `.info` may also
be asked for a branch or a revision; `.mod` and `.zip` only for a canonical version of the module.

Success is status 200. 404 and 410 mean that there is no such thing and let a client go on to the
next proxy; every other status is a failure, which says nothing about the version.

What a list says is for `versionlist`, what an .info says for `infofile`.

https://go.dev/ref/mod#goproxy-protocol
"""

import codecs
from dataclasses import dataclass
from typing import Literal

from pulp_go.gomod import module as module_rules
from pulp_go.gomod import unicode_tables
from pulp_go.gomod.errors import (
    EscapeError,
    InvalidRequestError,
    InvalidVersionError,
)

Extension = Literal["info", "mod", "zip"]

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


def _is_plain_text(content_type: str | None) -> bool:
    media_type, *parameters = (content_type or "").lower().split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charsets = [value.strip().strip('"') for name, _, value in pairs if name.strip() == "charset"]
    return media_type.strip() == "text/plain" and set(charsets) <= {"utf-8", "us-ascii", ""}


def _is_shown(char: str) -> bool:
    # Python counts the separators of ASCII (U+001C to U+001F) as space, Go does not.
    return unicode_tables.is_print(char) or (char.isspace() and not "\x1c" <= char <= "\x1f")
