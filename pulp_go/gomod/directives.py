"""The directives that go.mod and go.work have in common: what the tokens behind a verb say.

    go 1.21.0
    toolchain go1.21.3
    godebug key=value
    replace path [version] => path version
    replace path [version] => ../directory

A string may stand in `"`, never in backquotes. What stands behind `go`, `toolchain` and `godebug`
is taken as it is, so quotes are wrong there. Versions become canonical and must fit the major of
their path. A replacement without a version is a directory: a path that begins as directories do
(`./`, `../`, `/`, `C:`), with one it is a module path.

https://go.dev/ref/mod#go-mod-file, https://go.dev/ref/mod#workspaces
"""

import re
from collections.abc import Sequence

from pulp_go.gomod import modsyntax
from pulp_go.gomod.errors import InvalidVersionError
from pulp_go.gomod.module import canonical_version, check_path_major, split_path_version

_GO_VERSION = re.compile(
    r"[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?", re.ASCII
)
_LAX_GO_VERSION = re.compile(r"v?([1-9][0-9]*\.(?:0|[1-9][0-9]*))[^0-9].*", re.ASCII)
_TOOLCHAIN = re.compile(r"default|go1(?:\..*)?", re.ASCII | re.DOTALL)
_DIRECTORY = re.compile(r"\.|\.\.|(?:\./|\.\./|/|\\|\.\\|\.\.\\|[A-Za-z]:).*", re.ASCII | re.DOTALL)
_QUOTES = frozenset("\"'`")


class DirectiveError(ValueError):
    """What is wrong with a directive, before its file and line are known."""


def once(held: str | None, value: str) -> str:
    """Return `value`, which a directive gives that may stand only once.

    Raises:
        DirectiveError: It stood already, and gave `held`.
    """
    if held is not None:
        raise DirectiveError("repeated statement")
    return value


def text(token: str) -> str:
    """Return what `token` stands for where strings are allowed.

    Raises:
        DirectiveError: It is no valid literal, or has a quote within.
    """
    if token.startswith('"'):
        unquoted = modsyntax.unquote(token)
        if unquoted is None:
            raise DirectiveError(f"invalid quoted string: {token}")
        return unquoted
    if not _QUOTES.isdisjoint(token):
        raise DirectiveError(f"unquoted string cannot contain quote: {token}")
    return token


def string(arguments: Sequence[str]) -> str:
    """Return the text of the only argument that there may be.

    Raises:
        DirectiveError: There are none or more, or it is no string.
    """
    if len(arguments) != 1:
        raise DirectiveError("expected one argument")
    return text(arguments[0])


def go_version(arguments: Sequence[str], *, strict: bool) -> str:
    """Return the version of `go`; if not `strict`, what follows its first two numbers is cut off.

    Raises:
        DirectiveError: It is not one argument that is such a version.
    """
    if len(arguments) != 1:
        raise DirectiveError("expected exactly one argument")
    if _GO_VERSION.fullmatch(arguments[0]):
        return arguments[0]
    lax = None if strict else _LAX_GO_VERSION.fullmatch(arguments[0])
    if not lax:
        raise DirectiveError(f"invalid go version {arguments[0]!r}: must match format 1.23")
    return lax[1]


def toolchain(arguments: Sequence[str]) -> str:
    """Return the name that `toolchain` gives.

    Raises:
        DirectiveError: It is not one argument that is such a name.
    """
    if len(arguments) != 1 or not _TOOLCHAIN.fullmatch(arguments[0]):
        raise DirectiveError("expected one argument of the form go1.23.0 or default")
    return arguments[0]


def godebug(arguments: Sequence[str]) -> tuple[str, str]:
    """Return the key and the value of `godebug`.

    Raises:
        DirectiveError: It is not one argument key=value, or there are quotes.
    """
    if len(arguments) != 1 or not _QUOTES.isdisjoint(arguments[0]):
        raise DirectiveError("expected one argument key=value without quotes")
    key, equals, value = arguments[0].partition("=")
    if not equals:
        raise DirectiveError("missing = in key=value")
    return key, value


def module_version(arguments: Sequence[str]) -> tuple[str, str]:
    """Return a path and the canonical form of a version that fits its major.

    Raises:
        DirectiveError: It is not a path and a version, or they do not fit.
    """
    if len(arguments) != 2:
        raise DirectiveError("expected module/path v1.2.3")
    path, version = text(arguments[0]), _version(arguments[1])
    try:
        check_path_major(version, _path_major(path))
    except InvalidVersionError as error:
        raise DirectiveError(str(error)) from None
    return path, version


def replace(arguments: Sequence[str]) -> tuple[str, str, str, str]:
    """Return the old path and version and the new ones; either version may be "".

    Raises:
        DirectiveError: It is not of one of the forms of `replace`.
    """
    match arguments:
        case [old_path, "=>", *new] if len(new) in (1, 2):
            old = (text(old_path), "")
            _path_major(old[0])
        case [_, _, "=>", *new] if len(new) in (1, 2):
            old = module_version(arguments[:2])
        case _:
            raise DirectiveError("expected module/path [v1.2.3] => other/module v1.4 or ../dir")
    return *old, *_replacement(new)


def _version(token: str) -> str:
    version = canonical_version(text(token))
    if not version:
        raise DirectiveError(f"invalid version {token!r}: must be of the form v1.2.3")
    return version


def _path_major(path: str) -> str:
    _, path_major, ok = split_path_version(path)
    if not ok:
        raise DirectiveError(f"invalid module path {path!r}")
    return path_major


def _replacement(arguments: Sequence[str]) -> tuple[str, str]:
    path = text(arguments[0])
    is_directory = bool(_DIRECTORY.fullmatch(path))
    if len(arguments) == 2:
        version = _version(arguments[1])
        if is_directory:
            raise DirectiveError(f"replacement directory {path!r} cannot have version")
        return path, version
    if not is_directory:
        raise DirectiveError(f"replacement {path!r} without version must be a directory")
    if "\\" in path:
        # Go refuses it everywhere but on Windows.
        raise DirectiveError(f"replacement {path!r} is a Windows path")
    return path, ""
