r"""The words of a selection: a module path, or a glob of paths, and which of its versions.

    path                 all listed versions, pre-releases too; `path@all` is the same
    path@v1.2.3          this version, listed or not; a pseudo-version too
    path@latest          the one that `go` takes for the latest
    path@v1, path@v1.2   the listed releases of this major or minor version
    path@>=v1.7.0        the listed releases that compare so: > >= < <=; `v2` is read as `v2.0.0`
    path@main            the branch or the commit, where the source is a repository

The words after "@" are those of `go get`. Where `go get` takes one version of those that satisfy a
comparison or a prefix, these select **the set** of them. A set holds pre-releases only if its bound
has a pre-release, and never a pseudo-version; it holds retracted versions, which builds still use.
A branch names another commit tomorrow: of a GOPROXY, which does not say what it knew, none is
selected.

The path may be a glob as in GOPRIVATE, which matches every path that has a prefix of its form. A
path without one of `*?[\` is that module and no other, not even one below it.

The same words exclude, but there they decide about single versions, so that nothing slips through:
a comparison or prefix excludes every version that satisfies it by the order of semantic versions,
pre-releases and pseudo-versions too. `latest` excludes nothing.

https://go.dev/ref/mod#version-queries, https://go.dev/ref/mod#private-modules
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pulp_go.gomod import module as module_rules
from pulp_go.gomod import pathmatch, pseudo, semver
from pulp_go.gomod.errors import InvalidPathError, InvalidVersionError, SelectionError

Operator = Literal["<", "<=", ">", ">="]

# The longer first: a word that begins with "<=" begins with "<" too.
_COMPARES: Mapping[Operator, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_WILDCARD = re.compile(r"[*?\[\\]", re.ASCII)
# What may name a branch or a commit. A comparison begins with none of these.
_REVISION = re.compile(r"(?!-)(?!.*\.\.)[0-9A-Za-z_./+#%,=!~-]+", re.ASCII)
_GLOB = re.compile(r"[-._~0-9A-Za-z/*?\[\]^\\]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exact:
    """One version."""

    version: str

    def __str__(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class Latest:
    """The version that `go` takes for the latest: `versionlist.choose_latest`."""

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


@dataclass(frozen=True, slots=True)
class Revision:
    """The version of a branch or of a commit, as `go` finds it in a repository."""

    name: str

    def __str__(self) -> str:
        return self.name


Query = Exact | Latest | All | Comparison | Prefix | Revision


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


def parse_word(text: str, *, revisions: bool = False) -> Word:
    """Return the word that `text` is.

    Args:
        text: The text.
        revisions: Whether branches and commits may be named.

    Raises:
        SelectionError: The path is none, or a glob that matches none; or what follows the "@" is no
            query, or a version that is none of this module.
    """
    pattern, at, query = text.partition("@")
    if "@" in query:
        raise SelectionError(text, 'more than one "@"')
    word = Word(pattern, All())
    _check_pattern(text, word)
    if revisions and _is_revision(word, query):
        return replace(word, query=Revision(query))
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

    `Latest` selects none here: it depends on go.mods, see `versionlist.choose_latest`. Nor does a
    `Revision`, which stands in no list.
    """
    tagged = (version for version in listed if not pseudo.is_pseudo_version(version))
    selected = {version for version in tagged if _is_selected(query, version)}
    return tuple(sorted(selected, key=semver.sort_key))


def excludes_match(excludes: Iterable[Word], module: str, version: str) -> bool:
    """Report whether one of the words `excludes` excludes this module version."""
    return any(word.matches(module) and _satisfies(word.query, version) for word in excludes)


def may_select(module: str, query: Query) -> bool:
    """Report whether a version that `query` selects can belong to a module."""
    try:
        _parse_query("", Word(module, All()), str(query))
    except SelectionError:
        return False
    return True


def publishing_fault(module: str, version: str) -> str:
    """Return why no such module version can be published, or "" if one can."""
    try:
        module_rules.check_canonical(module, version)
    except InvalidPathError as error:
        return f"malformed module path: {error.reason}"
    except InvalidVersionError as error:
        return f"invalid version: {error.reason}"
    return ""


def _is_revision(word: Word, query: str) -> bool:
    """Report whether a query that is nothing else may be a branch or a commit of one module."""
    is_other = query in ("latest", "all") or semver.is_valid(query)
    return not (is_other or word.is_glob) and _REVISION.fullmatch(query) is not None


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
    if not word.is_glob and (fault := publishing_fault(word.pattern, version)):
        raise SelectionError(text, fault)
    return Exact(version)


def _is_selected(query: Query, version: str) -> bool:
    match query:
        case Latest() | Revision():
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
        case Latest() | Revision():
            return False
        case Comparison(op, bound):
            return _COMPARES[op](semver.compare(version, bound), 0)
    return query.prefix in (semver.major(version), semver.major_minor(version))
