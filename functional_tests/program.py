"""A program in Go, and all that is done to one with `go`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functional_tests.goclient import Go

Command = tuple[str, ...]

# What the modules of a go.mod have to be enough for, each on an empty module cache.
COMMANDS: tuple[Command, ...] = (
    ("build", "./..."),
    ("vet", "./..."),
    ("test", "./..."),
    ("mod", "download"),
    ("mod", "download", "all"),
    ("mod", "tidy", "-diff"),
    ("list", "-m", "all"),
    ("mod", "graph"),
    ("mod", "verify"),
    ("mod", "vendor"),
)
# What these print tells times, and on another day another thing.
UNTOLD = ("test",)


@dataclass(frozen=True)
class Program:
    """A program, or the modules of a workspace.

    Attributes:
        name: What the tests call it.
        files: Its files by path: go.mod, sources, and go.work with several go.mods below it.
        mains: The directories of its main modules.
        build_list: What `go list -m all` prints after the main modules.
        more_zips: The `path@version` of zips that are needed beside those of the build list.
        twin: The program whose go.sum it shares; `go mod tidy` would change its own go.mod.
        gives_go_sum: Whether its go.sum is given to Pulp too.
        toolchains: What its `toolchain` lines say.
        commands: What is done to it.
    """

    name: str
    files: Mapping[str, str]
    mains: tuple[str, ...] = (".",)
    build_list: tuple[str, ...] = ()
    more_zips: tuple[str, ...] = ()
    twin: Program | None = None
    gives_go_sum: bool = False
    toolchains: tuple[str, ...] = ()
    commands: tuple[Command, ...] = COMMANDS

    def __str__(self) -> str:
        return self.name

    def go_mods(self) -> list[str]:
        """Return the go.mods of its main modules."""
        return [self.files[_below(main, "go.mod")] for main in self.mains]

    def remote_fields(self, go_sums: str) -> dict[str, object]:
        """Return the fields of a remote that wants all that this program needs.

        Args:
            go_sums: Its go.sums, of which nothing is said unless it gives them.
        """
        fields: dict[str, object] = {"go_mods": self.go_mods()}
        if "go.work" in self.files:
            fields["go_work"] = self.files["go.work"]
        if self.gives_go_sum:
            fields["go_sum"] = go_sums
        return fields

    def zips(self) -> set[str]:
        """Return the `path@version` of each zip that it needs: replacements in place."""
        actual = [line.rpartition(" => ")[2] for line in self.build_list]
        return {each.replace(" ", "@") for each in actual if " " in each} | {*self.more_zips}


def _below(directory: str, name: str) -> str:
    return name if directory == "." else f"{directory}/{name}"


def with_go_sums(author: Go, program: Program) -> dict[str, str]:
    """Return the files of a program, with each go.sum as an author's `go` writes it.

    Raises:
        GoError: `go` finds something missing.
        ValueError: `go mod tidy` changes a go.mod.
    """
    tidy = program.twin or program
    author.put(tidy.files)
    for main in tidy.mains:
        author.run("-C", main, "mod", "tidy")
    if "go.work" in tidy.files:
        author.run("mod", "download")
    if any(author.read(name) != text for name, text in tidy.files.items()):
        raise ValueError(f"{tidy} is not tidy")
    names = [*(_below(main, "go.sum") for main in tidy.mains), "go.work.sum"]
    sums = {name: author.read(name) for name in names if (author.work / name).exists()}
    return sums | dict(program.files)


def go_sums(files: Mapping[str, str]) -> str:
    """Return the lines of every go.sum among the files of a program, each once."""
    lines = {
        line
        for name, text in files.items()
        if name.endswith(".sum")
        for line in text.splitlines(keepends=True)
    }
    return "".join(sorted(lines))
