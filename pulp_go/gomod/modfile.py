"""go.mod: what the file of a module says.

    module example.com/m
    go 1.21.0
    require example.com/other v1.2.3 // indirect

The syntax is in `modsyntax`, what the tokens of a directive say in `directives`; here is the file.
It is read in two ways, as `go` does:

* strictly (`parse`), as the file of the main module: every directive is known and well formed;
* laxly (`parse_lax`), as the file of a module that somebody else published: only `module`, `go`,
  `require`, `retract` and `ignore` count, what a later Go may add is passed over, and so are
  intervals of `retract` that make no sense. A broken `require` is an error still: `go` refuses
  such a module version. `toolchain` is noted here as well, where it is well formed; Go passes
  over it.

Some comments have a meaning: `// indirect` behind a requirement; a paragraph above or behind
`module` that begins with `Deprecated:`; and the rationale above or behind a `retract`. A comment
above a block is that of each line in it that has none of its own.

Versions in `require`, `exclude` and `replace` become canonical and must fit the major of the path.
Those in `retract` are kept as they are. Whether the module's own path is valid is not checked.

`module_path` reads the path without the rest, as `go` does in zips and repositories: a file may
have a quick path and still not parse.

Where we differ from Go: text that is no UTF-8 (see `modsyntax`). go.work is read in `workfile`.

https://go.dev/ref/mod#go-mod-file, https://pkg.go.dev/golang.org/x/mod/modfile
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulp_go.gomod import directives, modsyntax, semver
from pulp_go.gomod.directives import DirectiveError
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modsyntax import SPACE, Block, CommentBlock, Line, Statement

_DEPRECATED = re.compile(r"(?:\A|\n\n)Deprecated: *(.*?)(?:\Z|\n\n)", re.ASCII | re.DOTALL)
_FIELD = re.compile(f"[^{SPACE}]+")

_BLOCKS = frozenset(
    ("module", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore")
)
_PUBLISHED = frozenset(("module", "go", "toolchain", "require", "retract", "ignore"))


@dataclass(frozen=True, slots=True)
class Require:
    """A module version that this one needs at least; indirect: for another module's sake."""

    path: str
    version: str
    indirect: bool


@dataclass(frozen=True, slots=True)
class Retract:
    """Versions of this module that should not be used, from `low` to `high` inclusive."""

    low: str
    high: str
    rationale: str


@dataclass(frozen=True, slots=True)
class Exclude:
    """A module version that is not to be used."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Where the content of a module version is taken from instead.

    An empty `old_version` means every version; an empty `new_version` that `new_path` is a
    directory.
    """

    old_path: str
    old_version: str
    new_path: str
    new_version: str


@dataclass(frozen=True, slots=True)
class Godebug:
    """A setting of the runtime."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class ModFile:
    """What a go.mod says. What it does not say is "" or ().

    Attributes:
        module: The path of the module.
        go: The version of the language, without "go".
        toolchain: The toolchain to use, with "go", or "default".
        deprecated: Why the module is deprecated.
        requires: In the order of the file, as are the others; duplicates are kept.
        tools: Import paths.
        ignores: Directories.
    """

    module: str = ""
    go: str = ""
    toolchain: str = ""
    deprecated: str = ""
    requires: tuple[Require, ...] = ()
    retracts: tuple[Retract, ...] = ()
    excludes: tuple[Exclude, ...] = ()
    replaces: tuple[Replace, ...] = ()
    tools: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    godebugs: tuple[Godebug, ...] = ()


def parse(data: bytes, name: str = "go.mod") -> ModFile:
    """Return what the go.mod of a main module says.

    https://pkg.go.dev/golang.org/x/mod/modfile#Parse

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        ModFileError: The syntax is wrong, or a directive is unknown, malformed or repeated.
    """
    return _Reader(name, strict=True).read(data)


def parse_lax(data: bytes, name: str = "go.mod") -> ModFile:
    """Return what the go.mod of a published module version says.

    https://pkg.go.dev/golang.org/x/mod/modfile#ParseLax

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        ModFileError: The syntax is wrong, or one of `module`, `go`, `require` and `ignore` is
            malformed or, the first two, repeated.
    """
    return _Reader(name, strict=False).read(data)


def module_path(data: bytes) -> str:
    """Return the path that the first `module` line of a go.mod declares, or "".

    Only this line is read, so the rest may be broken; a `module` block gives "(".

    https://pkg.go.dev/golang.org/x/mod/modfile#ModulePath
    """
    for line in modsyntax.decode(data).split("\n"):
        text = line.partition("//")[0].strip(SPACE)
        rest = text.removeprefix("module")
        path = rest.lstrip(SPACE)
        if rest != text and path not in ("", rest):
            return (modsyntax.unquote(path) or "") if path[0] in '"`' else path
    return ""


def synthesize(path: str) -> bytes:
    """Return the go.mod of a module that has none: `go` serves and hashes these bytes for it."""
    return f"module {modsyntax.auto_quote(path)}\n".encode()


def is_retracted(retracts: Iterable[Retract], version: str) -> bool:
    """Report whether `version` lies in one of the intervals `retracts`."""
    return any(
        semver.compare(retract.low, version) <= 0 <= semver.compare(retract.high, version)
        for retract in retracts
    )


class _Reader:
    """Collects what the statements of one file say."""

    def __init__(self, name: str, *, strict: bool) -> None:
        self._name = name
        self._strict = strict
        self._module: str | None = None
        self._go: str | None = None
        self._toolchain: str | None = None
        self._deprecated = ""
        self._requires: list[Require] = []
        self._retracts: list[Retract] = []
        self._excludes: list[Exclude] = []
        self._replaces: list[Replace] = []
        self._tools: list[str] = []
        self._ignores: list[str] = []
        self._godebugs: list[Godebug] = []

    def read(self, data: bytes) -> ModFile:
        """Return what `data` says, or raise ModFileError."""
        for statement in modsyntax.parse(modsyntax.decode(data), self._name):
            self._add_statement(statement)
        return ModFile(
            module=self._module or "",
            go=self._go or "",
            toolchain=self._toolchain or "",
            deprecated=self._deprecated,
            requires=tuple(self._requires),
            retracts=tuple(self._retracts),
            excludes=tuple(self._excludes),
            replaces=tuple(self._replaces),
            tools=tuple(self._tools),
            ignores=tuple(self._ignores),
            godebugs=tuple(self._godebugs),
        )

    def _add_statement(self, statement: Statement) -> None:
        match statement:
            case CommentBlock():
                pass
            case Line(tokens=(verb, *arguments)):
                self._add_line(verb, arguments, statement, "")
            case Block(tokens=(verb,)) if verb in _BLOCKS:
                # One text for all lines, however many inherit it.
                block_comment = _comment_text(statement.before)
                for line in statement.lines:
                    self._add_line(verb, line.tokens, line, block_comment)
            case _ if self._strict:
                reason = f"unknown block type: {' '.join(statement.tokens)}"
                raise ModFileError(self._name, statement.number, reason)

    def _add_line(
        self, verb: str, arguments: Sequence[str], line: Line, block_comment: str
    ) -> None:
        if not self._strict and verb not in _PUBLISHED:
            return
        try:
            self._add(verb, arguments, line, block_comment)
        except DirectiveError as error:
            raise ModFileError(self._name, line.number, f"{verb}: {error}") from None

    def _add(self, verb: str, arguments: Sequence[str], line: Line, block_comment: str) -> None:
        match verb:
            case "module":
                self._module = directives.once(self._module, directives.string(arguments))
                self._deprecated = _deprecation(_comment_of(line, block_comment))
            case "go":
                self._go = directives.once(
                    self._go, directives.go_version(arguments, strict=self._strict)
                )
            case "toolchain":
                self._add_toolchain(arguments)
            case "require":
                self._requires.append(_require(arguments, line))
            case "retract":
                self._add_retract(arguments, _comment_of(line, block_comment))
            case "exclude":
                self._excludes.append(Exclude(*directives.module_version(arguments)))
            case "replace":
                self._replaces.append(Replace(*directives.replace(arguments)))
            case "tool":
                self._tools.append(directives.string(arguments))
            case "ignore":
                self._ignores.append(directives.string(arguments))
            case "godebug":
                self._godebugs.append(Godebug(*directives.godebug(arguments)))
            case _:
                raise DirectiveError("unknown directive")

    def _add_toolchain(self, arguments: Sequence[str]) -> None:
        try:
            self._toolchain = directives.once(self._toolchain, directives.toolchain(arguments))
        except DirectiveError:
            if self._strict:
                raise

    def _add_retract(self, arguments: Sequence[str], comment: str) -> None:
        try:
            low, high, rest = _interval(arguments)
        except DirectiveError:
            if self._strict:
                raise
            return
        if rest and self._strict:
            raise DirectiveError(f"unexpected token after version: {rest[0]!r}")
        self._retracts.append(Retract(low, high, comment))


def _comment_of(line: Line, block_comment: str) -> str:
    """Return the text of the comments of `line`, or of its block if it has none at all."""
    comments = (*line.before, line.suffix) if line.suffix else line.before
    return _comment_text(comments) if comments else block_comment


def _comment_text(comments: Iterable[str]) -> str:
    return "\n".join(text.removeprefix("//").strip(SPACE) for text in comments if text)


def _deprecation(comment: str) -> str:
    found = _DEPRECATED.search(comment)
    return found[1] if found else ""


def _require(arguments: Sequence[str], line: Line) -> Require:
    path, version = directives.module_version(arguments)
    match _FIELD.findall(line.suffix.removeprefix("//")):
        case ["indirect"] | ["indirect;", _, *_]:
            return Require(path, version, indirect=True)
    return Require(path, version, indirect=False)


def _interval(arguments: Sequence[str]) -> tuple[str, str, Sequence[str]]:
    """Return the bounds of an interval and what follows it."""
    match arguments:
        case ["[", low, ",", high, "]", *rest]:
            return directives.text(low), directives.text(high), rest
        case [version, *rest] if version not in ("[", "("):
            return directives.text(version), directives.text(version), rest
    raise DirectiveError("expected '[' or version")
