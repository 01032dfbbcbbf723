r"""Which module versions are wanted: the words of a selection, and the plan that they make.

    path                 all listed versions, pre-releases too; `path@all` is the same
    path@v1.2.3          this version, listed or not; a pseudo-version too
    path@latest          the one that `go` takes for the latest
    path@v1, path@v1.2   the listed releases of this major or minor version
    path@>=v1.7.0        the listed releases that compare so: > >= < <=; `v2` is read as `v2.0.0`

The words after "@" are those of `go get`. Where `go get` takes one version of those that satisfy a
comparison or a prefix, these select **the set** of them. A set holds pre-releases only if its bound
has a pre-release, and never a pseudo-version; it holds retracted versions, which builds still use.
Branches and revisions are no words: they name another commit tomorrow.

The path may be a glob as in GOPRIVATE, which matches every path that has a prefix of its form. A
path without one of `*?[\` is that module and no other, not even one below it.

The same words exclude, but there they decide about single versions, so that nothing slips through:
a comparison or prefix excludes every version that satisfies it by the order of semantic versions,
pre-releases and pseudo-versions too. `latest` excludes nothing and is refused.

The lines of a go.sum add up with the words: a plain one wants the zip, one of a go.mod only the
go.mod; both with the hash that it has. What a module graph needs adds up with them too.

https://go.dev/ref/mod#version-queries, https://go.dev/ref/mod#private-modules
"""

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pulp_go.gomod import module as module_rules
from pulp_go.gomod import pathmatch, pseudo, semver
from pulp_go.gomod.errors import (
    GoSumError,
    InvalidPathError,
    InvalidVersionError,
    SelectionError,
)
from pulp_go.gomod.gosum import GoSumLine

Operator = Literal["<", "<=", ">", ">="]

# The longer first: a word that begins with "<=" begins with "<" too.
_COMPARES: Mapping[Operator, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_WILDCARD = re.compile(r"[*?\[\\]", re.ASCII)
_GLOB = re.compile(r"[-._~0-9A-Za-z/*?\[\]^\\]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exact:
    """One version."""

    version: str

    def __str__(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class Latest:
    """The version that `go` takes for the latest: `goproxy.choose_latest`."""

    def __str__(self) -> str:
        return "latest"


@dataclass(frozen=True, slots=True)
class All:
    """Every version."""

    def __str__(self) -> str:
        return "all"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The versions on one side of a bound, which is in canonical form."""

    op: Operator
    bound: str

    def __str__(self) -> str:
        return f"{self.op}{self.bound}"


@dataclass(frozen=True, slots=True)
class Prefix:
    """The versions of a major (`v1`) or minor (`v1.2`) version."""

    prefix: str

    def __str__(self) -> str:
        return self.prefix


Query = Exact | Latest | All | Comparison | Prefix


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a selection: a module path, or a glob of paths, and a query."""

    pattern: str
    query: Query

    @property
    def is_glob(self) -> bool:
        """Whether the path is a glob."""
        return _WILDCARD.search(self.pattern) is not None

    def matches(self, module: str) -> bool:
        """Report whether the word is about `module`."""
        if self.is_glob:
            return module_rules.match_prefix_patterns(self.pattern, module)
        return module == self.pattern


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


def parse_word(text: str) -> Word:
    """Return the word that `text` is.

    Raises:
        SelectionError: The path is none, or a glob that matches none; or what follows the "@" is no
            query, or a version that is none of this module.
    """
    pattern, at, query = text.partition("@")
    if "@" in query:
        raise SelectionError(text, 'more than one "@"')
    word = Word(pattern, All())
    _check_pattern(text, word)
    return replace(word, query=_parse_query(text, word, query)) if at else word


def expand(word: Word, names: Iterable[str]) -> Iterator[str]:
    """Yield those of `names` that are module paths and that `word` is about."""
    for name in filter(word.matches, names):
        try:
            module_rules.check_path(name)
        except InvalidPathError:
            continue
        yield name


def select(query: Query, listed: Iterable[str]) -> tuple[str, ...]:
    """Return which of the `listed` versions of a module `query` selects, each once, in Go's order.

    `Latest` selects none here: it depends on go.mods, see `goproxy.choose_latest`.
    """
    tagged = (version for version in listed if not pseudo.is_pseudo_version(version))
    selected = {version for version in tagged if _is_selected(query, version)}
    return tuple(sorted(selected, key=semver.sort_key))


def excludes_match(excludes: Iterable[Word], module: str, version: str) -> bool:
    """Report whether one of the words `excludes` excludes this module version."""
    return any(word.matches(module) and _satisfies(word.query, version) for word in excludes)


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


def _check_pattern(text: str, word: Word) -> None:
    if word.is_glob:
        if not _GLOB.fullmatch(word.pattern) or not pathmatch.is_valid(word.pattern):
            raise SelectionError(text, "malformed glob")
        return
    try:
        module_rules.check_path(word.pattern)
    except InvalidPathError as error:
        raise SelectionError(text, f"malformed module path: {error.reason}") from None


def _parse_query(text: str, word: Word, query: str) -> Query:
    if query == "latest":
        return Latest()
    if query == "all":
        return All()
    for op in _COMPARES:
        if query.startswith(op):
            return _parse_comparison(text, op, query.removeprefix(op))
    if not semver.is_valid(query):
        raise SelectionError(
            text,
            f"unknown query {query!r}: expected a version, a prefix such as v1 or v1.2, a "
            "comparison such as >=v1.7.0, latest or all; branches and revisions are not selected",
        )
    if query in (semver.major(query), semver.major_minor(query)):
        return _parse_prefix(text, word, query)
    return _parse_exact(text, word, query)


def _parse_comparison(text: str, op: Operator, bound: str) -> Comparison:
    if not semver.is_valid(bound):
        raise SelectionError(text, f"{bound!r} is not a semantic version")
    return Comparison(op, semver.canonical(bound))


def _parse_prefix(text: str, word: Word, prefix: str) -> Prefix:
    path_major = "" if word.is_glob else module_rules.split_path_version(word.pattern)[1]
    # Without suffix every major may have versions: +incompatible ones from v2 on.
    if path_major and not module_rules.match_path_major(prefix, path_major):
        raise SelectionError(text, f"no {prefix} version belongs to this module path")
    return Prefix(prefix)


def _parse_exact(text: str, word: Word, version: str) -> Exact:
    canonical = module_rules.canonical_version(version)
    if canonical != version:
        raise SelectionError(text, f"{version} is not canonical, the version is {canonical}")
    if not word.is_glob and (fault := _publishing_fault(word.pattern, version)):
        raise SelectionError(text, fault)
    return Exact(version)


def _may_have(module: str, query: Query) -> bool:
    """Report whether a version that `query` selects can belong to a module."""
    try:
        _parse_query("", Word(module, All()), str(query))
    except SelectionError:
        return False
    return True


def _publishing_fault(module: str, version: str) -> str:
    """Return why no such module version can be published, or "" if one can."""
    try:
        module_rules.check_canonical(module, version)
    except InvalidPathError as error:
        return f"malformed module path: {error.reason}"
    except InvalidVersionError as error:
        return f"invalid version: {error.reason}"
    return ""


def _is_selected(query: Query, version: str) -> bool:
    match query:
        case Latest():
            return False
        case Comparison(_, bound):
            wants_prereleases = semver.prerelease(bound) != ""
        case Prefix():
            wants_prereleases = False
        case _:
            wants_prereleases = True
    return _satisfies(query, version) and (wants_prereleases or not semver.prerelease(version))


def _satisfies(query: Query, version: str) -> bool:
    match query:
        case Exact(wanted):
            return version == wanted
        case All():
            return True
        case Latest():
            return False
        case Comparison(op, bound):
            return _COMPARES[op](semver.compare(version, bound), 0)
    return query.prefix in (semver.major(version), semver.major_minor(version))


def _add_word(drafts: _Drafts, word: Word, names: Collection[str]) -> None:
    if word.is_glob:
        if not names:
            raise SelectionError(word.pattern, "a pattern needs names to expand over")
        for name in expand(word, names):
            if _may_have(name, word.query):
                drafts[name].queries.append(word.query)
    elif isinstance(word.query, Exact):
        _add_version(drafts[word.pattern], word.query.version, wants_zip=True)
    else:
        drafts[word.pattern].queries.append(word.query)


def _add_version(draft: _Draft, version: str, wants_zip: bool) -> None:
    wanted = draft.versions.get(version, WantedVersion(version, zip=False))
    draft.versions[version] = replace(wanted, zip=wanted.zip or wants_zip)


def _add_line(drafts: _Drafts, line: GoSumLine) -> None:
    if fault := _publishing_fault(line.module, line.version):
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
