import pytest

from pulp_go.git.graph import CommitGraph
from pulp_go.gomod.errors import CodeHostError

# a <- b <- d <- e, a <- c <- d, and f apart.
PARENTS = {"a": "", "b": "a", "c": "a", "d": "bc", "e": "d", "f": ""}


def graph(heads="ef", marked=""):
    return CommitGraph(heads, PARENTS.__getitem__, marked)


# Commit, candidates: its ancestors among them.
ANCESTORS = [
    ("a", "abcdef", "a"),
    ("b", "abcdef", "ab"),
    ("c", "abcdef", "ac"),
    ("d", "abcdef", "abcd"),
    ("e", "abcdef", "abcde"),
    ("f", "abcdef", "f"),
    ("e", "b", "b"),
    ("e", "f", ""),
    ("e", "xy", ""),
    ("e", "", ""),
]


@pytest.mark.parametrize("marked", ["", "a", "abcdef", "x"])
@pytest.mark.parametrize(("commit", "candidates", "found"), ANCESTORS)
def test_ancestors_among(commit, candidates, found, marked):
    assert graph(marked=marked).ancestors_among(commit, set(candidates)) == set(found)


def test_candidates_may_come_later():
    asked = graph()
    assert asked.ancestors_among("d", {"b"}) == {"b"}
    assert asked.ancestors_among("d", {"c", "f"}) == {"c"}
    assert asked.ancestors_among("e", {"b", "c", "d"}) == {"b", "c", "d"}


def test_only_what_the_heads_lead_to_is_there():
    asked = graph(heads="c")
    assert [commit in asked for commit in "abcdef"] == [True, False, True, False, False, False]
    assert asked.ids == ["a", "c"]


def test_each_commit_is_read_once():
    read = []

    def parents_of(commit):
        read.append(commit)
        return PARENTS[commit]

    CommitGraph("eedbf", parents_of)
    assert sorted(read) == ["a", "b", "c", "d", "e", "f"]


def test_find():
    ids = {"abc1": "", "abc2": "", "abd": "", "b": ""}
    asked = CommitGraph(ids, ids.__getitem__)
    assert asked.find("abc", 2) == ["abc1", "abc2"]
    assert asked.find("ab", 2) == ["abc1", "abc2"]
    assert asked.find("abc2", 2) == ["abc2"]
    assert asked.find("abe", 2) == []
    assert asked.find("c", 2) == []


def test_a_long_history_needs_no_deep_stack():
    count = 20_000
    asked = CommitGraph([count], lambda number: [number - 1] if number else [], [0])
    assert asked.ancestors_among(count, {0}) == {0}


def test_commits_that_are_their_own_ancestors():
    with pytest.raises(CodeHostError, match="commit [ab] is an ancestor of itself"):
        CommitGraph("c", {"c": "a", "a": "b", "b": "a"}.__getitem__)
