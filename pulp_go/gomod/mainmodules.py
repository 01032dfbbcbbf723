"""Main modules: those that are worked on, and what they decide about all others.

Only the go.mod of a main module, and the go.work of a workspace, may exclude and replace; in the
go.mod of a dependency both mean nothing.

* An excluded module version is no requirement, wherever it is required.
* A replaced one keeps its path and version in the graph, but go.mod and zip are those of the
  replacement: another module version, or a directory, which is nowhere to be fetched. A replacement
  of one version wins over that of all versions of a path, one in go.work over those in go.mod. Main
  modules themselves are not replaced; versions of them, which others require, may be.

There is one main module, or those of a workspace: the modules that a go.work uses. Within a
workspace the replacements of its modules count for all, and must agree; what does not can be
decided in go.work.

Where we differ from Go, which knows the directories: two replacements by directories agree always;
and a go.work may have a lower Go version than its modules, which `go` wants to be corrected.

https://go.dev/ref/mod#go-mod-file-replace, https://go.dev/ref/mod#go-mod-file-exclude,
https://go.dev/ref/mod#workspaces
"""

from collections.abc import Iterable, Sequence

from pulp_go.gomod import modfile, workfile
from pulp_go.gomod.errors import ModuleGraphError
from pulp_go.gomod.modfile import ModFile, Replace
from pulp_go.gomod.mvs import ModuleVersion
from pulp_go.gomod.workfile import WorkFile

_Replacements = dict[ModuleVersion, ModuleVersion]


class MainModules:
    """One main module, or those of a workspace.

    Attributes:
        versions: The modules, each at the version "", in the order of their files.
        is_workspace: Whether there is a go.work.
    """

    def __init__(self, go_mods: Sequence[ModFile], go_work: WorkFile | None = None) -> None:
        """Take the files, which have been read strictly.

        Args:
            go_mods: The go.mod of the module, or of each that `go_work` uses, in any order.
            go_work: The go.work of a workspace.

        Raises:
            ModuleGraphError: A file has no module path, or two have the same; there is another
                number of them than directories in `go_work`; two replacements contradict, or
                go.work replaces all versions of one of the modules.
        """
        _check_number(go_mods, go_work)
        self.is_workspace = go_work is not None
        self._go_mods = _by_version(go_mods)
        self.versions = tuple(self._go_mods)
        self._excluded = frozenset(
            ModuleVersion(each.path, each.version) for go_mod in go_mods for each in go_mod.excludes
        )
        self._of_work = _of_work(go_work, self._go_mods)
        self._of_modules = self._merge(go_mods)

    def go_mod(self, main: ModuleVersion) -> ModFile:
        """Return the go.mod of one of `versions`."""
        return self._go_mods[main]

    def excludes(self, module_version: ModuleVersion) -> bool:
        """Report whether a requirement of `module_version` is to be passed over."""
        return module_version in self._excluded

    def actual(self, module_version: ModuleVersion) -> ModuleVersion:
        """Return where the go.mod and the zip of `module_version` are taken from.

        At the version "" nothing is fetched: it is a main module, or a directory, which is named
        after the module that it replaces.
        """
        if not module_version.version:
            return module_version
        every = ModuleVersion(module_version.path, "")
        for replacements in (self._of_work, self._of_modules):
            for old in (module_version, every):
                if old in replacements:
                    new = replacements[old]
                    return new if new.version else every
        return module_version

    def _merge(self, go_mods: Iterable[ModFile]) -> _Replacements:
        """Return the replacements in the go.mods; one path may be decided in go.work instead."""
        decided = {old.path for old in self._of_work}
        merged: _Replacements = {}
        for go_mod in go_mods:
            for old, new in _replacements(go_mod.replaces).items():
                other = merged.setdefault(old, new)
                if old.path not in decided and _differ(other, new):
                    raise _conflict(old, other, new)
        return merged


def _check_number(go_mods: Sequence[ModFile], go_work: WorkFile | None) -> None:
    if go_work is None:
        wanted, why = 1, "there is no go.work"
    else:
        wanted = len(set(go_work.uses))
        why = f"go.work uses {wanted} directories"
    if len(go_mods) != wanted:
        raise ModuleGraphError("", f"{len(go_mods)} go.mod files are given, but {why}")


def _by_version(go_mods: Iterable[ModFile]) -> dict[ModuleVersion, ModFile]:
    found: dict[ModuleVersion, ModFile] = {}
    for go_mod in go_mods:
        if not go_mod.module:
            raise ModuleGraphError("", "no module declaration in go.mod")
        main = ModuleVersion(go_mod.module, "")
        if main in found:
            raise ModuleGraphError(go_mod.module, "appears multiple times in workspace")
        found[main] = go_mod
    return found


def _of_work(go_work: WorkFile | None, mains: Iterable[ModuleVersion]) -> _Replacements:
    replacements = _replacements(go_work.replaces) if go_work else {}
    for main in mains:
        if main in replacements:
            reason = "workspace module is replaced at all versions in the go.work file"
            raise ModuleGraphError(main.path, reason)
    return replacements


def _replacements(replaces: Iterable[Replace]) -> _Replacements:
    """Return the replacements of one file: of a path at "" are those of all its versions."""
    found: _Replacements = {}
    for replace in replaces:
        old = ModuleVersion(replace.old_path, replace.old_version)
        new = ModuleVersion(replace.new_path, replace.new_version)
        other = found.setdefault(old, new)
        if other != new:
            raise _conflict(old, other, new)
    return found


def _differ(one: ModuleVersion, other: ModuleVersion) -> bool:
    """Report whether two replacements of two files contradict each other for certain."""
    return one != other and bool(one.version or other.version)


def _conflict(old: ModuleVersion, one: ModuleVersion, other: ModuleVersion) -> ModuleGraphError:
    return ModuleGraphError(str(old), f"conflicting replacements: {one} and {other}")


def programs(go_mods: Sequence[str], go_work: str = "") -> list[MainModules]:
    """Return the programs that the texts of go.mod files describe, each with its main modules.

    With a go.work these are the workspace and each of its modules alone: `go mod tidy` and `go mod
    vendor` know no workspaces.

    Raises:
        ModFileError: A text does not parse; they are named "go.mod #1", "go.mod #2" and so on.
        ModuleGraphError: As `MainModules` does.
    """
    texts = enumerate(go_mods, start=1)
    parsed = [modfile.parse(text.encode(), f"go.mod #{number}") for number, text in texts]
    alone = [MainModules([go_mod]) for go_mod in parsed]
    if not go_work:
        return alone
    return [MainModules(parsed, workfile.parse(go_work.encode())), *alone]


def toolchains(go_mods: Sequence[str], go_work: str = "") -> list[str]:
    """Return the names in the toolchain lines of the texts, sorted.

    Raises:
        ModFileError: A text does not parse.
    """
    files: list[ModFile | WorkFile] = [modfile.parse(text.encode()) for text in go_mods]
    if go_work:
        files.append(workfile.parse(go_work.encode()))
    return sorted({file.toolchain for file in files} - {""})
