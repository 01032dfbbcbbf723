"""Minimal version selection: which version of each module a program is built with.

A module version requires others, each at least at a version. From the main module on, everything
that is required is looked at, in every version in which it is required, and of each path the
highest of these versions is selected: never a newer one that nobody asked for. The selected module
versions are the build list.

Main modules have no version; they are above every version of their path, so what others require of
them changes nothing but adds those versions' own requirements. The version `none`, which `go get`
knows, is no requirement. The paths `go` and `toolchain` stand for the toolchain and have Go's own
versions; all others semantic ones.

Left out: upgrades, downgrades and minimal requirements (`upgrade`, `downgrade`, `req` in cmd/go),
which change a go.mod.

https://go.dev/ref/mod#minimal-version-selection, https://research.swtch.com/vgo-mvs
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from pulp_go.gomod import gover, semver

NONE = "none"
"""The version of a module that is not wanted."""


class ModuleVersion(NamedTuple):
    """A version of a module: a node of the graph. That of a main module is "".

    A tuple, since there are many.
    """

    path: str
    version: str

    def __str__(self) -> str:
        return f"{self.path}@{self.version}" if self.version else self.path


class Selected:
    """The highest version of each path of those required so far."""

    def __init__(self, targets: Iterable[ModuleVersion]) -> None:
        """Begin with the main modules `targets`."""
        self._versions: dict[str, str] = {}
        for target in targets:
            self.add(target)
        self._targets = tuple(self._versions)

    def __getitem__(self, path: str) -> str:
        """Return the version that is selected of a path, or "none"."""
        return self._versions.get(path, NONE)

    def __contains__(self, module_version: ModuleVersion) -> bool:
        """Report whether it is this version that is selected of its path."""
        return self._versions.get(module_version.path) == module_version.version

    def add(self, required: ModuleVersion) -> bool:
        """Select `required` if it is above what is selected; report whether it is."""
        path, version = required
        held = self._versions.get(path)
        if version == held:
            return False
        # Of two spellings of one version it is the longer, in whatever order they come.
        if held is not None and (compare(path, version, held), version) <= (0, held):
            return False
        self._versions[path] = version
        return True

    def build_list(self) -> tuple[ModuleVersion, ...]:
        """Return what is selected: the main modules in their order, then the others by path."""
        others = sorted(self._versions.keys() - self._targets)
        return tuple(
            ModuleVersion(path, self._versions[path]) for path in (*self._targets, *others)
        )


def compare(path: str, v: str, w: str) -> int:
    """Return -1, 0 or +1 as the version `v` of `path` is below, equal to or above `w`.

    https://pkg.go.dev/cmd/go/internal/gover#ModCompare
    """
    if "" in (v, w):
        return (v == "") - (w == "")
    match path:
        case "go":
            return gover.compare(v, w)
        case "toolchain":
            return gover.compare(_go_version(v), _go_version(w))
    return semver.compare(v, w)


def build_list(
    targets: Iterable[ModuleVersion], required: Callable[[str, str], Iterable[ModuleVersion]]
) -> tuple[ModuleVersion, ...]:
    """Return the build list of the main modules `targets`.

    Every module version that can be reached is asked for once. The time is linear in the number of
    requirements.

    https://pkg.go.dev/cmd/go/internal/mvs#BuildList

    Args:
        targets: The main modules.
        required: Returns what a path at a version requires; what it raises comes through.
    """
    reached = dict.fromkeys(targets)
    selected = Selected(reached)
    unread = list(reached)
    while unread:
        for requirement in required(*unread.pop()):
            if requirement.version != NONE and requirement not in reached:
                reached[requirement] = None
                selected.add(requirement)
                unread.append(requirement)
    return selected.build_list()


def _go_version(toolchain: str) -> str:
    return toolchain if gover.is_valid(toolchain) else gover.from_toolchain(toolchain)
