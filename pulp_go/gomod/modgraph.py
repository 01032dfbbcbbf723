"""The module graph: which go.mods decide what a program is built with, and what is needed for it.

A go.mod that says `go 1.17` or higher lists all that its module needs to be built; an older one,
or one without a `go` line, lists only what the module imports itself. So of a new main module the
go.mods of the modules that it requires are read, and no more; but beneath every old module
everything is read, and everything at all if the main module is old. What is read takes part in the
selection of versions (`mvs`) with all of its requirements, also with those of which the go.mod is
not read. This is called graph pruning.

The main modules of a workspace make one graph: each is read with its own pruning. Where one of
them requires less than what is selected, the selected version is read as if the main module
required it, and so on from there, until nothing changes. `go mod tidy` and `go mod vendor` know no
workspaces: for them each module is a program of its own.

Of module versions that are read but not selected the go.mod alone is needed; of the build list the
zips too. No command needs all of it, and with it there is enough for each of `go build`, `vet`,
`test`, `list -m all`, `mod graph`, `mod download [all]`, `mod tidy` (if it changes nothing),
`mod vendor` and `mod verify`. `go mod tidy` of a main module at Go 1.17 also looks at what Go 1.16
would select, so there the go.mods of the whole graph are needed.

Nothing is fetched here. `Closure` says which go.mods are missing and is fed with them, in any order
and in as many batches as it takes; it is complete when none is missing.

Where we differ from Go: a go.mod that declares another path than the required one is read all the
same, where `go` fails. The go.mod of a directory that replaces a module is not known: it requires
nothing, unless a main module of the same path is given, for which it is taken then. The
pseudo-modules `go` and `toolchain`, which are never fetched, are no part of this graph.

https://go.dev/ref/mod#graph-pruning, https://go.dev/ref/mod#workspaces
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from pulp_go.gomod import gover, modfile, mvs
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.mainmodules import MainModules
from pulp_go.gomod.modfile import ModFile
from pulp_go.gomod.mvs import ModuleVersion


class _Reach(IntEnum):
    """How far the requirements of a module version are followed."""

    SELF = 1  # its go.mod is read
    NEXT = 2  # and the go.mods of what it requires
    ALL = 3  # and everything below


@dataclass(frozen=True, slots=True)
class GoMod:
    """What a graph needs of a go.mod.

    Attributes:
        is_complete: Whether it lists all that its module needs, so that the graph is pruned there.
        requires: The module versions that it requires.
    """

    is_complete: bool
    requires: tuple[ModuleVersion, ...]


_NO_GO_MOD = GoMod(is_complete=True, requires=())

Known = Callable[[ModuleVersion], GoMod | None]
"""Returns what a go.mod says, or None while it is missing."""


class ModuleGraph:
    """The graph of one main module."""

    def __init__(self, mains: MainModules, known: Known, *, is_pruned: bool = True) -> None:
        """Read what is known.

        Args:
            mains: The main module.
            known: Returns what the go.mods say; at the version "", those of directories.
            is_pruned: Whether the graph is pruned at all, as it is since Go 1.17.
        """
        self._mains = mains
        self._known = known
        self._own = {main: summary(mains.go_mod(main)) for main in mains.versions}
        self._selected = mvs.Selected(mains.versions)
        # Of replaced module versions it is the replacements that are read.
        self._reach: dict[ModuleVersion, _Reach] = {}
        self._missing: set[ModuleVersion] = set()
        reach = _Reach.NEXT if is_pruned else _Reach.ALL
        self._read((main, reach) for main in mains.versions)

    def build_list(self) -> tuple[ModuleVersion, ...]:
        """Return what `go list -m all` prints: the main modules, then the others by path.

        A replaced module version stands there itself. While go.mods are missing, this is what is
        selected so far.
        """
        return self._selected.build_list()

    def zips(self) -> set[ModuleVersion]:
        """Return the build list without main modules and directories, replacements in place."""
        return {each for each in map(self._mains.actual, self.build_list()) if each.version}

    def go_mods(self) -> set[ModuleVersion]:
        """Return what is read, without main modules and directories, replacements in place."""
        return {each for each in self._reach if each.version}

    def missing(self) -> set[ModuleVersion]:
        """Return those of `go_mods` that are not known."""
        return set(self._missing)

    def resume(self, known: ModuleVersion) -> set[ModuleVersion]:
        """Go on after a go.mod became known; return what is missing for it.

        Args:
            known: The module version; if it is not missing here, nothing happens.
        """
        if known not in self._missing:
            return set()
        self._missing.remove(known)
        return self._read([(known, self._reach.pop(known))])

    def _read(self, start: Iterable[tuple[ModuleVersion, _Reach]]) -> set[ModuleVersion]:
        """Read each module version as far as it reaches; return what is newly missing."""
        missing: set[ModuleVersion] = set()
        unread = list(start)
        while unread:
            actual, reach = unread.pop()
            if reach <= self._reach.get(actual, 0):
                continue
            self._reach[actual] = reach
            go_mod = self._go_mod(actual)
            if go_mod:
                unread.extend(self._below(go_mod, reach))
            elif actual not in self._missing:
                self._missing.add(actual)
                missing.add(actual)
        return missing

    def _go_mod(self, actual: ModuleVersion) -> GoMod | None:
        if actual.version:
            return self._known(actual)
        return self._own.get(actual) or self._known(actual) or _NO_GO_MOD

    def _below(self, go_mod: GoMod, reach: _Reach) -> Iterator[tuple[ModuleVersion, _Reach]]:
        """Select what `go_mod` requires; return what of it is read, and how far."""
        if not go_mod.is_complete:
            reach = _Reach.ALL
        below = _Reach.ALL if reach is _Reach.ALL else _Reach.SELF
        for requirement in self._requirements(go_mod):
            self._select(requirement)
            if reach is not _Reach.SELF:
                yield self._mains.actual(requirement), below

    def _requirements(self, go_mod: GoMod) -> Iterator[ModuleVersion]:
        return (each for each in go_mod.requires if not self._mains.excludes(each))

    def _select(self, requirement: ModuleVersion) -> bool:
        return self._selected.add(requirement)


class WorkspaceGraph(ModuleGraph):
    """The graph of the main modules of a workspace.

    https://pkg.go.dev/cmd/go/internal/modload, `readModGraph` with the pruning `workspace`.
    """

    def __init__(self, mains: MainModules, known: Known) -> None:
        """Read what is known."""
        # Which version of a path was last read as if a main module required it.
        self._followed = dict(mains.versions)
        # Of these, those whose requirements were not compared yet with what is selected.
        self._uncompared = list(mains.versions)
        # By path: which of them require the version that was selected when they were compared.
        self._satisfied: dict[str, list[ModuleVersion]] = {}
        # The paths of which a higher version was selected since the last comparison.
        self._raised: set[str] = set()
        super().__init__(mains, known)
        self._settle()

    def resume(self, known: ModuleVersion) -> set[ModuleVersion]:
        """Go on after a go.mod became known; return what is missing for it."""
        return super().resume(known) | self._settle()

    def _select(self, requirement: ModuleVersion) -> bool:
        is_raised = super()._select(requirement)
        if is_raised:
            self._raised.add(requirement.path)
        return is_raised

    def _settle(self) -> set[ModuleVersion]:
        """Follow what is selected above what is required; return what is newly missing.

        That can be told only while nothing is missing: so the answer does not depend on the order
        in which go.mods come.
        """
        missing: set[ModuleVersion] = set()
        while not self._missing and (self._raised or self._uncompared):
            paths = self._outdated()
            self._uncompared = [ModuleVersion(path, self._selected[path]) for path in paths]
            self._followed.update(self._uncompared)
            actual = map(self._mains.actual, self._uncompared)
            missing |= self._read((each, _Reach.NEXT) for each in actual)
        return missing

    def _outdated(self) -> set[str]:
        """Return the paths of which the selected version is to be followed."""
        raised, self._raised = self._raised, set()
        found = {path for path in raised if path in self._followed}
        for path in raised - found:
            if any(each in self._selected for each in self._satisfied.pop(path, ())):
                found.add(path)
        for module_version in self._uncompared:
            if module_version in self._selected:
                found.update(self._compare(module_version))
        return found

    def _compare(self, module_version: ModuleVersion) -> Iterator[str]:
        """Return the paths of which `module_version` requires less than what is selected."""
        # Nothing is missing while this is asked.
        go_mod = self._go_mod(self._mains.actual(module_version)) or _NO_GO_MOD
        for requirement in self._requirements(go_mod):
            if requirement.path in self._followed:
                continue
            if requirement in self._selected:
                self._satisfied.setdefault(requirement.path, []).append(module_version)
            else:
                yield requirement.path


class Closure:
    """All that some programs need, of modules that are fetched.

    Attributes:
        graphs: The graph of each program.
    """

    def __init__(self, programs: Iterable[MainModules]) -> None:
        """Begin with the main modules of each program."""
        programs = tuple(programs)
        # The same module versions are required from many go.mods: one object for each will do.
        self._names: dict[ModuleVersion, ModuleVersion] = {}
        self._known = {
            main: summary(mains.go_mod(main)) for mains in programs for main in mains.versions
        }
        self.graphs = tuple(
            WorkspaceGraph(mains, self._known.get)
            if mains.is_workspace
            else ModuleGraph(mains, self._known.get)
            for mains in programs
        )
        self._tidy_graphs = tuple(
            ModuleGraph(mains, self._known.get, is_pruned=False)
            for mains in programs
            if not mains.is_workspace and _is_first_pruned(mains)
        )
        self._missing = self._union(ModuleGraph.missing)

    def missing(self) -> set[ModuleVersion]:
        """Return the module versions of which the go.mod is to be fed next; none at the end."""
        return set(self._missing)

    def feed(self, path: str, version: str, go_mod: bytes) -> set[ModuleVersion]:
        """Take the go.mod of a module version; return which are missing now on its account.

        One that is not missing, or not yet, may be fed too; of two for one module version the first
        counts.

        Raises:
            ModFileError: It does not parse, or names no module, as a page of a proxy that wants a
                login does. It is missing still, and may be skipped.
        """
        name = f"{path}@{version}/go.mod"
        go_mod_file = modfile.parse_lax(go_mod, name)
        if not go_mod_file.module:
            raise ModFileError(name, 1, "missing module line")
        parsed = summary(go_mod_file)
        requires = tuple(self._names.setdefault(each, each) for each in parsed.requires)
        return self._learn(ModuleVersion(path, version), replace(parsed, requires=requires))

    def skip(self, path: str, version: str) -> set[ModuleVersion]:
        """Go on without the go.mod of a module version, as if it required nothing.

        What is only needed for its sake is not found then. Returns as `feed` does.
        """
        return self._learn(ModuleVersion(path, version), _NO_GO_MOD)

    def go_mods(self) -> set[ModuleVersion]:
        """Return the module versions of which the go.mod is needed, `zips` aside."""
        return self._union(ModuleGraph.go_mods)

    def zips(self) -> set[ModuleVersion]:
        """Return the module versions of which the zip is needed, and so .info and go.mod."""
        return set().union(*(graph.zips() for graph in self.graphs))

    def _learn(self, module_version: ModuleVersion, go_mod: GoMod) -> set[ModuleVersion]:
        self._known.setdefault(module_version, go_mod)
        self._missing.discard(module_version)
        # Another graph may miss it since before.
        missing = self._union(lambda graph: graph.resume(module_version)) - self._missing
        self._missing |= missing
        return missing

    def _union(self, of: Callable[[ModuleGraph], set[ModuleVersion]]) -> set[ModuleVersion]:
        return set().union(*map(of, (*self.graphs, *self._tidy_graphs)))


def summary(go_mod: ModFile) -> GoMod:
    """Return what a graph needs of `go_mod`."""
    requires = tuple(ModuleVersion(each.path, each.version) for each in go_mod.requires)
    return GoMod(_is_complete(go_mod.go), requires)


def _is_complete(go: str) -> bool:
    return gover.compare(go, "1.17") >= 0


def _is_first_pruned(mains: MainModules) -> bool:
    """Report whether `go mod tidy` looks at the unpruned graph too, as that of the Go before."""
    go = mains.go_mod(mains.versions[0]).go
    return _is_complete(go) and not _is_complete(gover.prev(go))
