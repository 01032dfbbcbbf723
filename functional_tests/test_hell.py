"""A sync from the upstream of hell ends, what came is right, and its report names the rest.

The faults are drawn from a seed, which stands in the name of each test. PULP_GO_SEED repeats it.
What can have come is known from what the upstream answered, never from what the sync says.
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from functional_tests.contentclient import Reply, fetch
from functional_tests.hell import BAD_REPLY, JUNKY, NO_INFO, Answers, Hell, Wrong
from functional_tests.moduletree import ModuleTree, file_path, list_path
from functional_tests.workspace import new_domain

SEED = int(os.environ.get("PULP_GO_SEED") or random.SystemRandom().randrange(10**6))
RETRIES = 2
FETCHERS = 4
# In Go's order, which is neither that of their text nor that in which the lists have them.
VERSIONS = ("v0.9.0", "v1.0.0-rc.1", "v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0+incompatible")
NEVER = "v0.0.0-20240102030405-abcdef012345"
EXTENSIONS = ("info", "mod", "zip")
MANY = tuple(f"v1.{minor}.0" for minor in range(5000))
LAST = ("v1.9997.0", "v1.9998.0", "v1.9999.0")


@dataclass(frozen=True)
class Wish:
    """What is wanted of one module.

    Attributes:
        module: Its path.
        versions: The versions that its word means, in Go's order.
        query: What its word asks the list for, or "" if each version is named.
    """

    module: str
    versions: tuple[str, ...]
    query: str = ""

    def words(self) -> list[str]:
        """Return the words that select it."""
        return [f"{self.module}@{asked}" for asked in [self.query] if asked] or [
            f"{self.module}@{version}" for version in self.versions
        ]


Name = tuple[str, str]


@dataclass
class Sync:
    """One sync, and what was there after it.

    Attributes:
        task: As it ended.
        answers: What the upstream had answered.
        asked: The paths that were asked for.
        number: Of the repository version.
        units: The module versions of it, as the API has them.
        served: What the distribution answers, by path: each list, each file of what is listed.
    """

    task: dict[str, Any]
    answers: Answers
    asked: list[str]
    number: int
    units: list[dict[str, Any]]
    served: dict[str, Reply]

    @property
    def held(self) -> set[Name]:
        """The module versions that the repository holds."""
        return {(unit["module"], unit["version"]) for unit in self.units}


@dataclass
class Outcome:
    """All that is looked at: a sync through hell, one from the mended upstream, and one more."""

    wishes: list[Wish]
    tree: ModuleTree
    base: str
    first: Sync
    second: Sync
    third: Sync
    artifacts: int
    spooled: list[str]

    @property
    def wanted(self) -> set[Name]:
        """Every module version that is wanted."""
        return {(wish.module, version) for wish in self.wishes for version in wish.versions}


def add(tree: ModuleTree, draw: random.Random, module: str, versions: tuple[str, ...]) -> None:
    """Serve versions of a module, the smallest zip one of some bytes, the largest of 20 KB."""
    for version in versions:
        go_mod = "" if version.endswith("+incompatible") else None
        content = draw.randbytes(draw.choice([10, 100, 1000, 20_000]))
        tree.add(module, version, {"a.go": "package a\n", "data": content}, go_mod=go_mod)


def mix(tree: ModuleTree, draw: random.Random, module: str, lines: list[str]) -> None:
    """Give a module a list out of order, with empty lines and lines that come twice."""
    lines = [*lines, *lines[:2], *lines[-2:], f"{lines[0]} 2024-01-02T03:04:05Z", NEVER, ""]
    tree.put(list_path(module), "".join(f"{line}\n" for line in draw.sample(lines, len(lines))))


def many_modules(hell: Hell, draw: random.Random) -> list[Wish]:
    """Serve 300 versions of 50 modules, of which some are asked for by name and some by list."""
    wishes = []
    for number in range(50):
        module = f"example.com/{'Hell' if number % 2 else 'h'}/m{number}"
        add(hell.tree, draw, module, VERSIONS)
        mix(hell.tree, draw, module, list(VERSIONS))
        wishes.append(Wish(module, VERSIONS, "all" if number % 4 else ""))
    return wishes


def one_large_module(hell: Hell, draw: random.Random) -> list[Wish]:
    """Serve 5,000 versions in 10,000 lines and junk, and a few modules with long lists."""
    large = Wish("example.com/large", MANY, "all")
    add(hell.tree, draw, large.module, MANY)
    pseudo = [f"v0.0.0-2024{day:010}-abcdef012345" for day in range(101000000, 101002500)]
    mix(hell.tree, draw, large.module, [*MANY, *MANY[:2500], *pseudo])
    hell.always(list_path(large.module), JUNKY)
    wishes = [Wish(f"example.com/long{number}", LAST, f">={LAST[0]}") for number in range(10)]
    for wish in wishes:
        add(hell.tree, draw, wish.module, wish.versions)
        mix(hell.tree, draw, wish.module, [f"v1.{minor}.0" for minor in range(10_000)])
    return [large, *wishes]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(many_modules, id=f"seed{SEED}"),
        pytest.param(one_large_module, id=f"large-seed{SEED}", marks=pytest.mark.long),
    ],
)
def outcome(live_pulp, request) -> Iterator[Outcome]:
    """Three syncs: through hell, from the mended upstream, and one with nothing left to do."""
    with new_domain(live_pulp) as pulp, Hell(SEED) as hell:
        wishes = request.param(hell, random.Random(SEED))
        words = [word for wish in wishes for word in wish.words()]
        remote = pulp.remote(hell, *words, max_retries=RETRIES, sock_read_timeout=2)
        repository = pulp.repository()
        base = pulp.distribution(repository=repository)
        syncs: list[Sync] = []
        for _ in range(3):
            task = pulp.sync(repository, remote)
            print(f"seed {SEED}: {dict(hell.answers.kinds())}")
            units = pulp.module_versions(repository_version=pulp.latest(repository))
            seen = {
                path for sync in syncs for path, reply in sync.served.items() if reply.status == 200
            }
            served = serve(base, wishes, seen)
            number = pulp.number(repository)
            syncs.append(Sync(task, hell.answers, hell.paths(), number, units, served))
            hell.mend_all()
        artifacts, spooled = pulp.count_artifacts(), live_pulp.spooled()
        yield Outcome(wishes, hell.tree, base, *syncs, artifacts, spooled)


def serve(base: str, wishes: list[Wish], seen: set[str]) -> dict[str, Reply]:
    """Return what a distribution answers for each list, and each file of what is listed.

    Args:
        base: Its URL.
        wishes: The modules.
        seen: The files that need not be fetched, since they never change.
    """
    served = {path: fetch(base + path) for path in (list_path(wish.module) for wish in wishes)}
    listed = [(w.module, v) for w in wishes for v in versions_in(served[list_path(w.module)])]
    paths = [path for name in listed for path in files(name) if path not in seen]
    with ThreadPoolExecutor(FETCHERS) as pool:
        return served | dict(zip(paths, pool.map(lambda p: fetch(base + p), paths), strict=True))


def versions_in(reply: Reply) -> list[str]:
    """Return the versions in a list; none if there is no such list."""
    return reply.text.split() if reply.status == 200 else []


def files(name: Name) -> list[str]:
    """Return the paths of the files of a module version."""
    return [file_path(*name, extension) for extension in EXTENSIONS]


def failures(answers: Answers, name: Name) -> list[tuple[str, Wrong]]:
    """Return what kept the files of a module version from coming, with their paths."""
    found = [(path, answers.failure(path)) for path in files(name)]
    return [(path, wrong) for path, wrong in found if wrong]


def expected(outcome: Outcome) -> set[Name]:
    """Return the module versions that can have come in the first sync."""
    answers = outcome.first.answers
    lists = {w.module for w in outcome.wishes if w.query and answers.failure(list_path(w.module))}
    return {name for name in outcome.wanted if name[0] not in lists and not failures(answers, name)}


def rows(sync: Sync) -> dict[Name, str]:
    """Return the codes of a report by module and version, or query."""
    found = [(module, version) for module, version, *_ in sync.task["result"]["failed"]]
    assert len(set(found)) == len(found)
    return {(module, what): code for module, what, code, _ in sync.task["result"]["failed"]}


def junk(outcome: Outcome) -> set[Name]:
    """Return the lists of which lines were no versions, by module and query."""
    last = outcome.first.answers.last
    found = {wish: last(list_path(wish.module)) for wish in outcome.wishes if wish.query}
    return {(w.module, w.query) for w, wrong in found.items() if wrong and wrong.name == JUNKY}


def test_the_sync_ends_and_something_went_wrong(outcome):
    assert outcome.first.task["state"] == "completed", outcome.first.task
    result = outcome.first.task["result"]
    assert result["failed_count"] == len(result["failed"]) > 0
    assert (result["added"], outcome.first.number) == (len(outcome.first.held), 1)
    assert outcome.first.answers.kinds().total() > 50


def test_what_can_come_has_come(outcome):
    assert outcome.first.held == expected(outcome)


@pytest.mark.case("C-24")
def test_a_list_has_what_is_held_once_each_and_in_order(outcome):
    for sync in (outcome.first, outcome.second):
        for wish in outcome.wishes:
            held = [version for version in wish.versions if (wish.module, version) in sync.held]
            assert versions_in(sync.served[list_path(wish.module)]) == held


def test_what_is_listed_is_served_as_the_upstream_has_it(outcome):
    for sync in (outcome.first, outcome.second):
        for path, reply in sync.served.items():
            lost = outcome.first.answers.last(path)
            if lost and lost.name == NO_INFO and reply.status == 404:
                continue
            if not path.endswith("/@v/list"):
                assert (reply.status, reply.body) == (200, outcome.tree.files[path]), path


def test_the_report_names_the_rest_with_a_code_that_fits(outcome):
    answers, told = outcome.first.answers, rows(outcome.first)
    assert told.keys() == failed_names(outcome) | junk(outcome)
    for name, code in told.items():
        if name in junk(outcome):
            assert code == BAD_REPLY
            continue
        wrongs = [answers.failure(list_path(name[0]))] if name not in outcome.wanted else []
        fit = wrongs or [wrong for _, wrong in failures(answers, name)]
        assert code in set().union(*(wrong.codes for wrong in fit)), (name, fit)


def failed_names(outcome: Outcome) -> set[Name]:
    """Return what the report has to name: a module version, or a module with its query."""
    answers = outcome.first.answers
    lists = {(w.module, w.query) for w in outcome.wishes if w.query}
    lists = {name for name in lists if answers.failure(list_path(name[0]))}
    unknown = {module for module, _ in lists}
    missing = outcome.wanted - expected(outcome)
    return lists | {name for name in missing if name[0] not in unknown}


def test_trouble_that_passes_is_no_failure(outcome):
    answers = outcome.first.answers
    for name in outcome.wanted - outcome.first.held:
        paths = failures(answers, name) or failures_of_list(answers, name[0])
        assert any(not w.retried or answers.count(path) > RETRIES for path, w in paths), name


def failures_of_list(answers: Answers, module: str) -> list[tuple[str, Wrong]]:
    """Return what kept the list of a module from coming, with its path."""
    wrong = answers.failure(list_path(module))
    return [(list_path(module), wrong)] if wrong else []


@pytest.mark.case("C-23")
def test_the_next_sync_brings_the_rest_and_nothing_again(outcome):
    missing = outcome.wanted - outcome.first.held
    lists = {list_path(wish.module) for wish in outcome.wishes if wish.query}
    # An `.info` that was not there may be asked for again.
    infos = {path for path in outcome.tree.files if was_lost(outcome, path)}
    needed = lists | {path for name in missing for path in files(name)}
    assert outcome.second.task["state"] == "completed"
    assert rows(outcome.second) == {}
    assert outcome.second.held == outcome.wanted
    assert sorted(set(outcome.second.asked) - infos) == sorted(needed - infos)
    assert len(outcome.second.asked) == len(set(outcome.second.asked))


def was_lost(outcome: Outcome, path: str) -> bool:
    """Report whether a path is an `.info` that the upstream said it did not have."""
    lost = outcome.first.answers.last(path)
    return lost is not None and lost.name == NO_INFO


def test_the_sync_after_it_does_nothing(outcome):
    assert outcome.third.task["state"] == "completed"
    assert outcome.third.task["result"]["added"] == 0
    assert outcome.third.number == outcome.second.number == 2
    assert outcome.third.held == outcome.wanted
    assert not [path for path in outcome.third.asked if path.endswith(("mod", "zip"))]


def test_nothing_else_is_stored_after_it(outcome):
    assert outcome.artifacts == len(outcome.wanted)
    assert outcome.spooled == []


def test_go_reckons_the_hashes_that_the_rows_have(outcome, go):
    whole = [u for u in outcome.third.units if u["time"] is not None]
    whole = random.Random(SEED).sample(whole, 60)
    names = [f"{unit['module']}@{unit['version']}" for unit in whole]
    said = go(outcome.base).run_json("mod", "download", "-json", *names)
    assert len(said) == len(whole)
    got = {(row["Path"], row["Version"]): (row["Sum"], row["GoModSum"]) for row in said}
    assert got == {(u["module"], u["version"]): (u["h1"], u["go_mod_h1"]) for u in whole}
