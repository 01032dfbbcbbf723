"""The signed trees that a hostile upstream shows: older ones, larger ones, and forks.

A trusted tree only grows, and only to one that begins with it. What contradicts it stops the sync.
"""

import pytest

from functional_tests.sumdb import hashes_in, lookup_path, record_text
from functional_tests.sumdbworld import (
    FIRST,
    H1,
    LOOKUPS,
    NEW_TILES,
    NUMBERS,
    PRIVATE,
    SECOND,
    VERSION,
    A,
    B,
    C,
    D,
    codes,
    failed,
    grow,
    hashes,
    sync,
)
from functional_tests.upstream import Fault

MISMATCH, BAD_DATABASE, FORK = "GO0006", "GO0013", "GO0014"
LOOKUP_D = lookup_path(D, VERSION)
CHANGED = {"d.go": "package d // changed\n"}


@pytest.fixture
def repository(pulp, vouched):
    """A repository that holds the first two; their database's tree of 70,000 is trusted."""
    made = pulp.repository()
    assert sync(pulp, vouched, A, B, repository=made)["result"]["added"] == 2
    vouched.requests.clear()
    return made


@pytest.mark.case("C-1")
@pytest.mark.parametrize("path", NEW_TILES)
def test_each_forged_tile_of_a_larger_tree_is_refused(pulp, vouched, repository, path):
    grow(vouched)
    body = vouched.database.body(path)
    vouched.forge(path, bytes([body[0] ^ 1]) + body[1:])
    task = sync(pulp, vouched, D, repository=repository)
    assert codes(task) == {D: BAD_DATABASE}
    assert "downloaded inconsistent tile" in failed(task)[D][1]
    assert set(hashes(pulp)) == {A, B} and pulp.number(repository) == 1
    vouched.turn_honest()
    assert sync(pulp, vouched, D, repository=repository)["result"]["added"] == 1
    asked = vouched.asked_database()
    assert path in asked and set(asked) <= set(SECOND)


def honest_again(pulp, vouched, repository):
    """Check that trusted tree and tiles are as they were: the one for `C` is on the edge."""
    vouched.turn_honest()
    assert sync(pulp, vouched, C, repository=repository)["result"]["added"] == 1
    assert vouched.asked_database() == ["latest", LOOKUPS[2], "supported"]


def test_a_tree_that_went_back_does_not_take_the_trusted_one_along(pulp, vouched, repository):
    vouched.database.head = 69_000
    task = sync(pulp, vouched, C, repository=repository)
    assert codes(task) == {C: BAD_DATABASE}
    assert "cannot validate record 69990 in tree of size 69000" in failed(task)[C][1]
    assert pulp.number(repository) == 1
    vouched.database.head = None
    honest_again(pulp, vouched, repository)


def test_an_older_tree_of_the_same_log_is_fine(pulp, vouched):
    grow(vouched)
    repository = pulp.repository()
    sync(pulp, vouched, A, B, repository=repository)
    vouched.database.head = 70_000
    assert sync(pulp, vouched, C, repository=repository)["result"]["added"] == 1
    vouched.database.head = None
    vouched.turn_honest()
    assert sync(pulp, vouched, D, repository=repository)["result"]["added"] == 1
    assert vouched.asked_database() == ["latest", LOOKUP_D, "supported", "tile/8/0/276"]


def shows(size):
    """Return what makes a log show the tree of its first `size` records, of which it has enough."""

    def change(log):
        log.pad(size)
        log.head = size
        return log

    return change


# The record that differs, what is shown, and whether `latest` shows it or look-ups alone.
FORKS = [
    (100, 70_000, True),
    (69_999, 70_000, True),
    (100, 71_000, True),
    (69_999, 71_000, True),
    (100, 71_000, False),
    (100, 69_000, True),
    (100, 69_995, False),
]


@pytest.mark.parametrize("number, size, latest", FORKS)
def test_a_fork_stops_the_sync_and_shows_both_trees(
    pulp, vouched, repository, number, size, latest
):
    honest = vouched.database
    fork = vouched.database = shows(size)(honest.forked(number))
    if not latest:
        vouched.fault(f"{vouched.below}latest", Fault(404))
    task = sync(pulp, vouched, C, PRIVATE, repository=repository, no_sumdb=[PRIVATE])
    text = task["error"]["description"]
    assert task["state"] == "failed" and f"[{FORK}] SECURITY ERROR" in text
    assert honest.note().decode() in text and fork.note(size).decode() in text
    assert pulp.held(repository) == [f"{A}@{VERSION}", f"{B}@{VERSION}"]
    assert pulp.number(repository) == 1
    vouched.database = honest
    honest_again(pulp, vouched, repository)


def test_a_smaller_fork_whose_tiles_do_not_fit_the_trusted_tree_proves_nothing(
    pulp, vouched, repository
):
    honest = vouched.database
    # The record is in the tile of the right edge of the smaller tree, which is not held.
    vouched.database = shows(69_000)(honest.forked(68_900))
    task = sync(pulp, vouched, C, repository=repository)
    assert codes(task) == {C: BAD_DATABASE}
    assert pulp.number(repository) == 1
    vouched.database = honest
    honest_again(pulp, vouched, repository)


@pytest.mark.parametrize("late", [0, 1], ids=["honest-last", "fork-last"])
def test_a_fork_within_the_first_sync_leaves_nothing(pulp, vouched, late):
    honest = vouched.database
    fork = shows(71_000)(honest.forked(69_999))
    replies = [honest.body(LOOKUPS[0]), fork.body(LOOKUPS[1])]
    for path, body in zip(LOOKUPS, replies, strict=False):
        vouched.forge(path, body)
    vouched.fault(f"{vouched.below}{LOOKUPS[late]}", Fault(body=replies[late], delay=2))
    vouched.fault(f"{vouched.below}latest", Fault(404))
    for path in ("tile/8/0/277.p/88", "tile/8/1/001.p/21", "tile/8/0/273"):
        vouched.forge(path, fork.body(path))
    repository = pulp.repository()
    task = sync(pulp, vouched, A, B, repository=repository)
    text = task["error"]["description"]
    assert task["state"] == "failed" and f"[{FORK}]" in text
    assert honest.note().decode() in text and fork.note().decode() in text
    assert pulp.number(repository) == 0
    vouched.turn_honest()
    assert sync(pulp, vouched, A, B, C, repository=repository)["result"]["failed"] == []
    assert hashes(pulp) == {module: H1[module] for module in (A, B, C)}
    assert set(vouched.asked_database()) <= set(FIRST)


def test_what_a_fork_has_proven_is_believed_by_nobody(pulp, vouched, repository):
    grow(vouched)
    honest = vouched.database
    vouched.tree.add(D, VERSION, CHANGED)
    forged = record_text(D, VERSION, *hashes_in(vouched.tree, D, VERSION))
    vouched.database = shows(72_000)(honest.forked(NUMBERS[D], forged))
    vouched.fault(f"{vouched.below}latest", Fault(404))
    late = Fault(body=honest.body(LOOKUPS[2]), delay=2)
    vouched.fault(f"{vouched.below}{LOOKUPS[2]}", late)
    task = sync(pulp, vouched, C, D, repository=repository)
    assert task["state"] == "failed" and f"[{FORK}]" in task["error"]["description"]
    vouched.turn_honest(honest)
    # By the time of the second sync the tree with the number of the record is trusted.
    for _ in range(2):
        task = sync(pulp, vouched, C, D, repository=repository)
        assert codes(task) == {D: MISMATCH} and H1[D] in failed(task)[D][1]
    assert set(pulp.held(repository)) == {f"{module}@{VERSION}" for module in (A, B, C)}
