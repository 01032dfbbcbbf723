"""Module paths and versions: which are valid, how they are escaped, which patterns match them.

A module path is elements joined by "/". An element is made of ASCII letters, digits and `-._~`,
neither begins nor ends with a dot, is no name that Windows reserves (`con`, `aux.txt`) and does
not look like a Windows short name (`foo~1`), because a module's files are to be extracted
anywhere. The first element is a host: lower case, with a dot in it. A last element `/vN` is the
major version, N from 2 on; `gopkg.in` has `.vN` in its place, N from 0 on, and always. Import paths
may hold `+` and elements that begin with a dot; paths of files most of ASCII, and every letter of
Unicode.

A version belongs to a path by its major: no suffix has v0 and v1, `/vN` and `.vN` have vN. A path
without suffix may also have `v2.0.0+incompatible`, which is from before modules or lacks a go.mod.

There are three strictnesses. `check` accepts what `go` accepts in a go.mod, `v1` and
`v1.0.0+meta` included. `canonical_version` is the form in which a version is stored and asked for.
`check_canonical` is what a *published* version satisfies: canonical, and `+incompatible` only where
the path admits no other spelling. `go`'s resolver for git refuses the rest, so no server has them.

Where case does not matter to a file system, `Azure` and `azure` are one file. So paths and versions
are escaped before they name a file or stand in a URL: "!" and the lower case for each capital.
The escaped form is used on the wire only, and never stored or compared.

Left out: `gopkg.in/x.v-unstable`, which Go takes for a valid path of which no version is valid.

https://go.dev/ref/mod#module-path, https://pkg.go.dev/golang.org/x/mod/module
"""

import re
from typing import Literal, NewType

from pulp_go.gomod import pathmatch, semver, unicode_tables
from pulp_go.gomod.errors import EscapeError, InvalidPathError, InvalidVersionError

EscapedPath = NewType("EscapedPath", str)
EscapedVersion = NewType("EscapedVersion", str)

_Kind = Literal["module", "import", "file"]

_INCOMPATIBLE = "+incompatible"
_HOST = re.compile(r"[-.0-9a-z]+", re.ASCII)
_MODULE_CHARACTERS = re.compile(r"[-._~0-9A-Za-z]+", re.ASCII)
_IMPORT_CHARACTERS = re.compile(r"[-._~0-9A-Za-z+]+", re.ASCII)
_FILE_CHARACTERS = re.compile(r"[0-9A-Za-z !#$%&()+,\-.=@\[\]^_{}~]+", re.ASCII)
_WINDOWS_NAMES = r"con|prn|aux|nul|com[1-9]|lpt[1-9]"
_WINDOWS_NAME = re.compile(_WINDOWS_NAMES, re.ASCII | re.IGNORECASE)
_WINDOWS_SHORT_NAME = re.compile(r".*~[0-9]+", re.ASCII)
_MAJOR_LIKE = re.compile(r"v[0-9.]+", re.ASCII)
_MAJOR = re.compile(r"v(?:[2-9]|[1-9][0-9]+)", re.ASCII)
_GOPKG_MAJOR = re.compile(r"v(?:0|[1-9][0-9]*(?:-unstable)?)", re.ASCII)
_CAPITAL = re.compile(r"[A-Z]", re.ASCII)
# A path of ASCII that breaks no rule for files, in one go; of the rest the rules are asked one by
# one. Possessive quantifiers (`++`, `*+`) keep the time linear in the length of any path.
_PLAIN_ELEMENT = rf"""
    (?! (?: {_WINDOWS_NAMES} ) (?: [./] | \Z ) )
    (?: \.*+ [0-9A-Za-z\ !\#$%&()+,\-=@\[\]^_{{}}~]++ )++
"""
_PLAIN_FILE_PATH = re.compile(
    f"{_PLAIN_ELEMENT} (?: / {_PLAIN_ELEMENT} )*+", re.ASCII | re.IGNORECASE | re.VERBOSE
)
_ESCAPED = re.compile(r"(?:[\x00-\x20\"-@\[-\x7f]|![a-z])*", re.ASCII)
_ESCAPED_CAPITAL = re.compile(r"!([a-z])", re.ASCII)


def check_path(path: str) -> None:
    """Check that `path` is a module path that can be downloaded.

    https://pkg.go.dev/golang.org/x/mod/module#CheckPath

    Raises:
        InvalidPathError: It is not, with the first rule that it breaks.
    """
    _check_elements("module", path)
    host = path.partition("/")[0]
    if "." not in host:
        raise InvalidPathError("module", path, "missing dot in first path element")
    if not _HOST.fullmatch(host):
        raise InvalidPathError("module", path, "invalid character in first path element")
    if not split_path_version(path)[2]:
        raise InvalidPathError("module", path, "invalid version")


def check_import_path(path: str) -> None:
    """Check that `path` is the import path of a Go package.

    https://pkg.go.dev/golang.org/x/mod/module#CheckImportPath

    Raises:
        InvalidPathError: It is not, with the first rule that it breaks.
    """
    _check_elements("import", path)


def check_file_path(path: str) -> None:
    """Check that `path` may name a file of a module, relative to its root.

    https://pkg.go.dev/golang.org/x/mod/module#CheckFilePath

    Raises:
        InvalidPathError: It may not, with the first rule that it breaks.
    """
    if not _PLAIN_FILE_PATH.fullmatch(path):
        _check_elements("file", path)


def check(path: str, version: str) -> None:
    """Check that `path` is a module path and `version` one of its versions, canonical or not.

    https://pkg.go.dev/golang.org/x/mod/module#Check

    Raises:
        InvalidPathError: `path` is no module path.
        InvalidVersionError: `version` is no version, or has another major than the path.
    """
    check_path(path)
    if not semver.is_valid(version):
        raise InvalidVersionError(version, "not a semantic version", path)
    path_major = split_path_version(path)[1]
    reason = _major_mismatch(version, path_major)
    if reason:
        raise InvalidVersionError(version, reason, path)


def check_canonical(path: str, version: str) -> None:
    """Check that `version` may be published as a version of the module `path`.

    https://go.dev/ref/mod#glos-canonical-version

    Raises:
        InvalidPathError: `path` is no module path.
        InvalidVersionError: `version` does not belong to `path`, is not in canonical form, or is
            `+incompatible` where the path has a suffix or the major version is 0 or 1.
    """
    check(path, version)
    canonical = canonical_version(version)
    if canonical != version:
        raise InvalidVersionError(version, f"not canonical, should be {canonical}", path)
    if not version.endswith(_INCOMPATIBLE):
        return
    if split_path_version(path)[1]:
        raise InvalidVersionError(version, "+incompatible suffix not allowed with this path", path)
    if semver.major(version) in ("v0", "v1"):
        raise InvalidVersionError(version, "+incompatible suffix not allowed: major is v0/v1", path)


def is_canonical(path: str, version: str) -> bool:
    """Report whether `check_canonical` accepts `version` for the module `path`."""
    try:
        check_canonical(path, version)
    except (InvalidPathError, InvalidVersionError):
        return False
    return True


def check_path_major(version: str, path_major: str) -> None:
    """Check that the major of `version` fits `path_major`, the suffix of a module path.

    https://pkg.go.dev/golang.org/x/mod/module#CheckPathMajor

    Raises:
        InvalidVersionError: It does not.
    """
    reason = _major_mismatch(version, path_major)
    if reason:
        raise InvalidVersionError(version, reason)


def match_path_major(version: str, path_major: str) -> bool:
    """Report whether the major of `version` fits `path_major`, the suffix of a module path."""
    return not _major_mismatch(version, path_major)


def split_path_version(path: str) -> tuple[str, str, bool]:
    """Return `path` without its major suffix, that suffix (`/v2`, `.v2`, ""), and whether it is ok.

    A path whose last element looks like a suffix but is none (`/v1`, `/v2.3`), or one at `gopkg.in`
    that lacks it, gives itself, "" and False. The prefix may be empty and is not checked.

    https://pkg.go.dev/golang.org/x/mod/module#SplitPathVersion
    """
    if path.startswith("gopkg.in/"):
        return _split_gopkg_in(path)
    prefix, slash, last = path.rpartition("/")
    if not slash or not _MAJOR_LIKE.fullmatch(last):
        return path, "", True
    if not _MAJOR.fullmatch(last):
        return path, "", False
    return prefix, f"/{last}", True


def canonical_version(version: str) -> str:
    """Return the form in which `version` is published, or "" if it is invalid.

    That is `semver.canonical`, but with the build `+incompatible` kept.

    https://pkg.go.dev/golang.org/x/mod/module#CanonicalVersion
    """
    canonical = semver.canonical(version)
    return canonical + _INCOMPATIBLE if semver.build(version) == _INCOMPATIBLE else canonical


def escape_path(path: str) -> EscapedPath:
    """Return `path` as it stands in URLs and names of files.

    https://pkg.go.dev/golang.org/x/mod/module#EscapePath

    Raises:
        InvalidPathError: `path` is no module path.
    """
    check_path(path)
    return EscapedPath(_escape(path))


def escape_version(version: str) -> EscapedVersion:
    """Return `version`, or a query such as the name of a branch, as it stands in URLs.

    https://pkg.go.dev/golang.org/x/mod/module#EscapeVersion

    Raises:
        InvalidVersionError: `version` could not name a file, holds "!" or is not ASCII.
    """
    if _element_fault("file", version) or "!" in version or not version.isascii():
        raise InvalidVersionError(version, "disallowed version string")
    return EscapedVersion(_escape(version))


def unescape_path(escaped: str) -> str:
    """Return the module path that `escaped` stands for.

    https://pkg.go.dev/golang.org/x/mod/module#UnescapePath

    Raises:
        EscapeError: `escaped` holds a capital or a stray "!", is not ASCII, or stands for what is
            no module path.
    """
    path = _unescape(escaped)
    try:
        check_path(path)
    except InvalidPathError as error:
        raise EscapeError(escaped, str(error)) from None
    return path


def unescape_version(escaped: str) -> str:
    """Return the version, or query, that `escaped` stands for.

    https://pkg.go.dev/golang.org/x/mod/module#UnescapeVersion

    Raises:
        EscapeError: `escaped` holds a capital or a stray "!", is not ASCII, or stands for what
            could not name a file.
    """
    version = _unescape(escaped)
    reason = _element_fault("file", version)
    if reason:
        raise EscapeError(escaped, reason)
    return version


def match_prefix_patterns(globs: str, target: str) -> bool:
    """Report whether a path prefix of `target` matches one of `globs`, a list with commas.

    So GOPRIVATE and its kin are read: a glob of n elements is matched with the first n elements of
    `target`. Empty globs match nothing, one slash at the end of a glob does not count.

    https://pkg.go.dev/golang.org/x/mod/module#MatchPrefixPatterns
    """
    patterns = (glob.removesuffix("/") for glob in globs.split(","))
    return any(_match_prefix(pattern, target) for pattern in patterns if pattern)


def _check_elements(kind: _Kind, path: str) -> None:
    reason = _path_fault(kind, path)
    if reason:
        raise InvalidPathError(kind, path, reason)


def _path_fault(kind: _Kind, path: str) -> str:
    """Return which rule `path` breaks as a whole or by its first bad element, or ""."""
    if not path:
        return "empty string"
    if re.search(r"[\ud800-\udfff]", path):
        return "invalid UTF-8"
    if path.startswith("-") and kind != "file":
        return "leading dash"
    if "//" in path:
        return "double slash"
    if path.endswith("/"):
        return "trailing slash"
    faults = (_element_fault(kind, element) for element in path.split("/"))
    return next(filter(None, faults), "")


def _element_fault(kind: _Kind, element: str) -> str:
    """Return which rule the path element `element` breaks, or ""."""
    if not element:
        return "empty path element"
    if not element.strip("."):
        return f"invalid path element {element!r}"
    if element.startswith(".") and kind == "module":
        return "leading dot in path element"
    if element.endswith("."):
        return "trailing dot in path element"
    return _character_fault(kind, element) or _windows_fault(kind, element)


def _character_fault(kind: _Kind, element: str) -> str:
    if kind == "file":
        fine = all(map(unicode_tables.is_letter, _FILE_CHARACTERS.sub("", element)))
    else:
        characters = _MODULE_CHARACTERS if kind == "module" else _IMPORT_CHARACTERS
        fine = characters.fullmatch(element) is not None
    return "" if fine else f"invalid character in path element {element!r}"


def _windows_fault(kind: _Kind, element: str) -> str:
    stem = element.partition(".")[0]
    if _WINDOWS_NAME.fullmatch(stem):
        return f"{stem!r} disallowed as path element component on Windows"
    # Short names are harmless in files: they cannot be taken for those of another module.
    if kind != "file" and _WINDOWS_SHORT_NAME.fullmatch(stem):
        return "trailing tilde and digits in path element"
    return ""


def _split_gopkg_in(path: str) -> tuple[str, str, bool]:
    prefix, dot, last = path.rpartition(".")
    if not _GOPKG_MAJOR.fullmatch(last):
        return path, "", False
    return prefix, f".{last}", True


def _major_mismatch(version: str, path_major: str) -> str:
    """Return what the major of `version` should be where it does not fit, or ""."""
    path_major = path_major.removesuffix("-unstable")
    major = semver.major(version)
    if not path_major:
        fits = major in ("v0", "v1") or semver.build(version) == _INCOMPATIBLE
    else:
        # The first `go` with modules gave v0.0.0 pseudo-versions to commits of .v1 paths.
        fits = major == path_major[1:] or (path_major == ".v1" and version.startswith("v0.0.0-"))
    return "" if fits else f"should be {path_major[1:] or 'v0 or v1'}, not {major}"


def _escape(text: str) -> str:
    return _CAPITAL.sub(lambda capital: f"!{capital[0].lower()}", text)


def _unescape(escaped: str) -> str:
    if not _ESCAPED.fullmatch(escaped):
        raise EscapeError(escaped, 'a capital, a "!" without a lower-case letter, or no ASCII')
    return _ESCAPED_CAPITAL.sub(lambda letter: letter[1].upper(), escaped)


def _match_prefix(glob: str, target: str) -> bool:
    elements = target.split("/")
    wanted = glob.count("/") + 1
    return len(elements) >= wanted and pathmatch.match(glob, "/".join(elements[:wanted]))
