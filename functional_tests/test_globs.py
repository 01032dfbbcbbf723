"""Includes with a glob: over which names they expand, and what happens where there are none."""

from urllib.parse import parse_qs

import pytest

from functional_tests.moduletree import INDEX, list_path
from functional_tests.upstream import Fault

A, B = "example.com/team/a", "example.com/team/b"
BELOW = "example.com/team/a/v2"
OTHER = "example.com/other/c"
TEAM = "example.com/team/*"
EVERYTHING = (
    (A, "v1.0.0"),
    (A, "v1.1.0"),
    (B, "v1.0.0"),
    (BELOW, "v2.0.0"),
    (OTHER, "v1.0.0"),
    (OTHER, "v1.1.0"),
)


@pytest.fixture
def world(upstream):
    """An upstream with modules of two teams, and without a feed."""
    for module, version in EVERYTHING:
        upstream.tree.add(module, version)
    return upstream


@pytest.fixture
def feed(world):
    """The same with a feed in pages of three, where a time is that of two entries."""
    world.most_entries = 3
    for at, (module, version) in enumerate(EVERYTHING):
        world.tree.announce(module, version, f"2024-01-02T03:04:0{(at + 1) // 2}.123456Z")
    return world


WORDS = [
    (TEAM, [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{BELOW}@v2.0.0", f"{B}@v1.0.0"]),
    (f"{TEAM}@>v1.0.0", [f"{A}@v1.1.0", f"{BELOW}@v2.0.0"]),
    (f"{TEAM}@v1.0.0", [f"{A}@v1.0.0", f"{B}@v1.0.0"]),
    (f"{TEAM}@latest", [f"{A}@v1.1.0", f"{BELOW}@v2.0.0", f"{B}@v1.0.0"]),
    (f"{TEAM}@v1", [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{B}@v1.0.0"]),
    (f"{TEAM}@v2", [f"{BELOW}@v2.0.0"]),
    ("example.com/*/c@v1.0", [f"{OTHER}@v1.0.0"]),
    ("example.com/team/[^a]", [f"{B}@v1.0.0"]),
]


@pytest.mark.parametrize(("word", "held"), WORDS)
def test_a_glob_expands_over_the_feed(pulp, feed, word, held):
    repository = pulp.repository()
    result = pulp.sync(repository, pulp.remote(feed, word))["result"]
    assert (result["failed"], pulp.held(repository)) == ([], held)


def test_the_feed_is_read_to_its_end_page_by_page(pulp, feed):
    pulp.sync(pulp.repository(), pulp.remote(feed, TEAM))
    times = [parse_qs(page.query).get("since", [""])[0] for page in feed.asked(INDEX)]
    assert times[:2] == ["", "2024-01-02T03:04:01.123456Z"]
    assert (times, len(times)) == (sorted(times), len(set(times)))
    assert times[-1] == "2024-01-02T03:04:03.123456Z"
    assert not feed.asked(list_path(OTHER))


def test_no_feed_is_asked_without_a_glob(pulp, feed):
    pulp.sync(pulp.repository(), pulp.remote(feed, A, excludes=["example.com/team/a/*"]))
    assert not feed.asked(INDEX)


def test_a_new_name_of_the_feed_is_noticed(pulp, world):
    world.tree.announce(A, "v1.0.0", "2024-01-02T03:04:05Z")
    repository, remote = pulp.repository(), pulp.remote(world, TEAM)
    pulp.sync(repository, remote)
    world.tree.announce(B, "v1.0.0", "2024-01-02T03:04:06Z")
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{B}@v1.0.0"]


def test_excludes_count_for_globs(pulp, feed):
    repository = pulp.repository()
    excludes = ["example.com/team/b", f"{TEAM}@<v1.1.0"]
    result = pulp.sync(repository, pulp.remote(feed, TEAM, excludes=excludes))["result"]
    assert result["failed"] == []
    assert pulp.held(repository) == [f"{A}@v1.1.0", f"{BELOW}@v2.0.0"]
    assert not feed.asked(list_path(B))


def test_without_a_feed_a_glob_expands_over_what_the_repository_holds(pulp, world):
    repository = pulp.synced(world, f"{A}@v1.0.0", f"{OTHER}@v1.0.0")
    result = pulp.sync(repository, pulp.remote(world, TEAM))["result"]
    assert (result["added"], result["failed"]) == (1, [])
    assert pulp.held(repository) == [f"{OTHER}@v1.0.0", f"{A}@v1.0.0", f"{A}@v1.1.0"]


def test_names_of_feed_and_repository_add_up(pulp, world):
    repository = pulp.synced(world, f"{A}@v1.0.0")
    world.tree.announce(B, "v1.0.0", "2024-01-02T03:04:05Z")
    pulp.sync(repository, pulp.remote(world, TEAM))
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{B}@v1.0.0"]


@pytest.mark.parametrize(("word", "query"), [(f"{TEAM}@>=v1.1.0", ">=v1.1.0"), (TEAM, "all")])
def test_a_glob_without_names_is_a_failure_that_says_so(pulp, world, word, query):
    repository = pulp.repository()
    result = pulp.sync(repository, pulp.remote(world, word, f"{OTHER}@v1.0.0"))["result"]
    ((module, version, code, reason),) = result["failed"]
    assert (module, version, code) == (TEAM, query, "GO0001")
    assert "name" in reason
    assert pulp.held(repository) == [f"{OTHER}@v1.0.0"]


def test_a_glob_that_no_name_of_the_feed_matches_is_a_failure(pulp, feed):
    remote = pulp.remote(feed, "example.com/nobody/*", f"{OTHER}@v1.0.0")
    result = pulp.sync(pulp.repository(), remote)["result"]
    assert [row[:3] for row in result["failed"]] == [["example.com/nobody/*", "all", "GO0001"]]


FEEDS = [
    (Fault(500), "GO0003"),
    (Fault(403), "GO0003"),
    (Fault(reset=True), "GO0003"),
    (Fault(body=b"<html>please log in</html>\n"), "GO0004"),
    (Fault(body=b'{"Path":"example.com/team/b","Version":1}\n'), "GO0004"),
]


@pytest.mark.parametrize(("fault", "code"), FEEDS)
def test_where_the_feed_fails_the_names_of_the_repository_are_used(pulp, feed, fault, code):
    repository = pulp.synced(feed, f"{A}@v1.0.0")
    feed.fault(INDEX, fault)
    result = pulp.sync(repository, pulp.remote(feed, TEAM))["result"]
    ((_, _, got, reason),) = result["failed"]
    assert got == code and "/index" in reason
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0"]


def test_where_the_feed_fails_mirror_removes_nothing_that_the_glob_matches(pulp, feed):
    repository = pulp.synced(feed, TEAM)
    feed.fault(INDEX, Fault(), Fault(500))
    result = pulp.sync(repository, pulp.remote(feed, TEAM), mirror=True)["result"]
    assert (result["added"], result["removed"], result["failed_count"]) == (0, 0, 1)
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{BELOW}@v2.0.0", f"{B}@v1.0.0"]


def test_mirror_removes_what_no_glob_matches(pulp, feed):
    repository = pulp.synced(feed, TEAM, OTHER)
    result = pulp.sync(repository, pulp.remote(feed, TEAM), mirror=True)["result"]
    assert (result["removed"], result["failed"]) == (2, [])
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{BELOW}@v2.0.0", f"{B}@v1.0.0"]


NO_NAMES = ["../../etc", "example.com/team/A b", "example.com/team/b\n", "example.com/team/\u0661"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_in_the_feed_that_is_no_module_path_is_never_asked_for(pulp, world, name):
    world.tree.announce(name, "v1.0.0", "2024-01-02T03:04:04Z")
    world.tree.announce(A, "v1.0.0", "2024-01-02T03:04:05Z")
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(world, TEAM))
    assert (task["state"], task["result"]["added"]) == ("completed", 2)
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0"]
    assert {path.partition("/@v/")[0] for path in world.paths()} == {INDEX, A}
