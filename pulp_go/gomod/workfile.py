"""go.work: which modules are worked on together.

    go 1.21.0
    use (
        ./cmd
        ./lib
    )
    replace example.com/other v1.2.3 => example.com/fork v1.2.4

The syntax is that of go.mod (`modsyntax`), and so are the directives `go`, `toolchain`, `godebug`
and `replace` (`directives`); `use` names the directory of a module. The latter three may stand in
blocks. Such a file is never published, so it is read strictly: every directive is known and well
formed. Whether the directories exist, and which modules lie there, is not known here.

https://go.dev/ref/mod#go-work-file, https://pkg.go.dev/golang.org/x/mod/modfile#ParseWork
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pulp_go.gomod import directives, modsyntax
from pulp_go.gomod.directives import DirectiveError
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modfile import Godebug, Replace
from pulp_go.gomod.modsyntax import Block, CommentBlock, Line, Statement

_BLOCKS = frozenset(("godebug", "use", "replace"))


@dataclass(frozen=True, slots=True)
class WorkFile:
    """What a go.work says. What it does not say is "" or ().

    Attributes:
        go: The version of the language, without "go".
        toolchain: The toolchain to use, with "go", or "default".
        uses: The directories of its modules, in the order of the file; duplicates are kept.
        replaces: They win over those of the modules.
        godebugs: In the order of the file.
    """

    go: str = ""
    toolchain: str = ""
    uses: tuple[str, ...] = ()
    replaces: tuple[Replace, ...] = ()
    godebugs: tuple[Godebug, ...] = ()


def parse(data: bytes, name: str = "go.work") -> WorkFile:
    """Return what a go.work says.

    https://pkg.go.dev/golang.org/x/mod/modfile#ParseWork

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        ModFileError: The syntax is wrong, or a directive is unknown, malformed or repeated.
    """
    reader = _Reader(name)
    for statement in modsyntax.parse(modsyntax.decode(data), name):
        reader.add(statement)
    return reader.result()


class _Reader:
    """Collects what the statements of one file say."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._go: str | None = None
        self._toolchain: str | None = None
        self._uses: list[str] = []
        self._replaces: list[Replace] = []
        self._godebugs: list[Godebug] = []

    def result(self) -> WorkFile:
        return WorkFile(
            go=self._go or "",
            toolchain=self._toolchain or "",
            uses=tuple(self._uses),
            replaces=tuple(self._replaces),
            godebugs=tuple(self._godebugs),
        )

    def add(self, statement: Statement) -> None:
        match statement:
            case CommentBlock():
                pass
            case Line(tokens=(verb, *arguments)):
                self._add_line(verb, arguments, statement.number)
            case Block(tokens=(verb,)) if verb in _BLOCKS:
                for line in statement.lines:
                    self._add_line(verb, line.tokens, line.number)
            case _:
                reason = f"unknown block type: {' '.join(statement.tokens)}"
                raise ModFileError(self._name, statement.number, reason)

    def _add_line(self, verb: str, arguments: Sequence[str], number: int) -> None:
        try:
            self._add(verb, arguments)
        except DirectiveError as error:
            raise ModFileError(self._name, number, f"{verb}: {error}") from None

    def _add(self, verb: str, arguments: Sequence[str]) -> None:
        match verb:
            case "go":
                version = directives.go_version(arguments, strict=True)
                self._go = directives.once(self._go, version)
            case "toolchain":
                self._toolchain = directives.once(self._toolchain, directives.toolchain(arguments))
            case "use":
                self._uses.append(directives.string(arguments))
            case "replace":
                self._replaces.append(Replace(*directives.replace(arguments)))
            case "godebug":
                self._godebugs.append(Godebug(*directives.godebug(arguments)))
            case _:
                raise DirectiveError("unknown directive")
