"""Which module versions are wanted: what words, the lines of a go.sum and module graphs add up to.

A word wants single versions, or a list to select from (`versionquery`). A plain line of a go.sum
wants the zip, one of a go.mod only the go.mod; both with the hash that it has. A graph wants go.mod
files, and some zips.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from pulp_go.gomod import semver
from pulp_go.gomod.errors import GoSumError, SelectionError
from pulp_go.gomod.gosum import GoSumLine
from pulp_go.gomod.versionquery import (
    All,
    Exact,
    Latest,
    Query,
    Word,
    excludes_match,
    expand,
    may_select,
    publishing_fault,
)


@dataclass(frozen=True, slots=True)
class WantedVersion:
    """One version that is wanted, whatever the list says.

    Attributes:
        version: The canonical version.
        zip: Whether the zip is wanted, or only .info and .mod.
        h1: What the zip must hash to; "" where nothing is known.
        go_mod_h1: What the go.mod must hash to; "" where nothing is known.
    """

    version: str
    zip: bool
    h1: str = ""
    go_mod_h1: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of one module.

    Attributes:
        module: Its path.
        versions: The versions that need no list, in Go's order.
        queries: What selects from its list, each once.
    """

    module: str
    versions: tuple[WantedVersion, ...] = ()
    queries: tuple[Query, ...] = ()

    @property
    def needs_list(self) -> bool:
        """Whether its list has to be asked for."""
        return bool(self.queries)

    @property
    def needs_latest(self) -> bool:
        """Whether its latest version has to be found out."""
        return Latest() in self.queries

    def adding(self, selected: Iterable[str]) -> tuple[WantedVersion, ...]:
        """Return the wanted versions and the `selected` ones, of which the zips are wanted too.

        What is known of the hashes stays. The versions are in Go's order.
        """
        wanted = {version.version: version for version in self.versions}
        for version in selected:
            wanted[version] = replace(wanted.get(version, WantedVersion(version, True)), zip=True)
        return tuple(wanted[version] for version in sorted(wanted, key=semver.sort_key))


def plan(
    includes: Sequence[Word],
    excludes: Sequence[Word],
    go_sum: Sequence[GoSumLine],
    names: Collection[str] = (),
    graph: Iterable[tuple[str, str, bool]] = (),
) -> dict[str, Wanted]:
    """Return what is wanted of each module, by module path and in its order.

    Versions that are excluded are left out; of what a query selects they cannot be left out yet
    (`excludes_match`). A module of which all versions are excluded is not in the plan.

    Args:
        includes: Words that select.
        excludes: Words that exclude.
        go_sum: Lines whose module versions are wanted.
        names: The module paths over which a glob in `includes` expands. An exact version is then a
            query too, since not every module of the glob has it.
        graph: What is wanted besides: module path, version, and whether the zip is wanted.

    Raises:
        SelectionError: A glob in `includes` and no names; `latest` in `excludes`.
        GoSumError: A line that is no version of a module path; two hashes for one thing.
    """
    for word in excludes:
        if isinstance(word.query, Latest):
            raise SelectionError(f"{word.pattern}@latest", "latest is no set of versions")
    drafts = _Drafts(_Draft)
    for word in includes:
        _add_word(drafts, word, names)
    for line in go_sum:
        _add_line(drafts, line)
    for path, version, wants_zip in graph:
        _add_version(drafts[path], version, wants_zip)
    everything = [word for word in excludes if isinstance(word.query, All)]
    kept = (
        _finish(module, drafts[module], excludes)
        for module in sorted(drafts)
        if not any(word.matches(module) for word in everything)
    )
    return {wanted.module: wanted for wanted in kept if wanted.versions or wanted.queries}


@dataclass
class _Draft:
    versions: dict[str, WantedVersion] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)


# By module path, made when they are first asked for.
_Drafts = defaultdict[str, _Draft]


def _add_word(drafts: _Drafts, word: Word, names: Collection[str]) -> None:
    if word.is_glob:
        if not names:
            raise SelectionError(word.pattern, "a pattern needs names to expand over")
        for name in expand(word, names):
            if may_select(name, word.query):
                drafts[name].queries.append(word.query)
    elif isinstance(word.query, Exact):
        _add_version(drafts[word.pattern], word.query.version, wants_zip=True)
    else:
        drafts[word.pattern].queries.append(word.query)


def _add_version(draft: _Draft, version: str, wants_zip: bool) -> None:
    wanted = draft.versions.get(version, WantedVersion(version, zip=False))
    draft.versions[version] = replace(wanted, zip=wanted.zip or wants_zip)


def _add_line(drafts: _Drafts, line: GoSumLine) -> None:
    if fault := publishing_fault(line.module, line.version):
        raise GoSumError(line.number, str(line), fault)
    versions = drafts[line.module].versions
    wanted = versions.get(line.version, WantedVersion(line.version, zip=False))
    # Of a hash of another algorithm nothing is known here.
    h1 = line.hash if line.hash.startswith("h1:") else ""
    held = wanted.go_mod_h1 if line.is_go_mod else wanted.h1
    if h1 and held and h1 != held:
        raise GoSumError(line.number, str(line), f"another line has {held}")
    if line.is_go_mod:
        versions[line.version] = replace(wanted, go_mod_h1=h1 or held)
    else:
        versions[line.version] = replace(wanted, zip=True, h1=h1 or held)


def _finish(module: str, draft: _Draft, excludes: Sequence[Word]) -> Wanted:
    versions = tuple(
        draft.versions[version]
        for version in sorted(draft.versions, key=semver.sort_key)
        if not excludes_match(excludes, module, version)
    )
    return Wanted(module, versions, tuple(dict.fromkeys(draft.queries)))
