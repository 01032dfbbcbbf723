"""A hostile upstream lies about what a checksum database says: it is caught, and no lie stays.

After a refusal the same upstream turns honest. That the next sync then brings everything, and asks
again for what was forged, shows that no forged byte was kept.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from functional_tests.moduletree import file_path
from functional_tests.sumdb import Database, SumDBUpstream, lookup_path, record_text
from functional_tests.sumdbworld import (
    EDGE,
    FIRST,
    GO_MOD_H1,
    H1,
    LOOKUPS,
    NUMBERS,
    OTHER_H1,
    PRIVATE,
    VERSION,
    A,
    B,
    C,
    codes,
    failed,
    fill,
    hashes,
    sync,
)
from functional_tests.upstream import Fault
from functional_tests.workspace import Workspace, new_domain

TROUBLE, BAD_REPLY, MISMATCH, BAD_DATABASE = "GO0003", "GO0004", "GO0006", "GO0013"
INCONSISTENT = "downloaded inconsistent tile"
CHANGED = {"a.go": "package a // changed\n"}
# Printed by `go mod download -json` of go1.26.8.
CHANGED_H1 = "h1:4/cZ7N8XpazhgO02QZ7/vP6kFBKDvC07bPetPvSt93I="
GO_122_H1 = {
    B: "h1:sHCv0ITT4ovvl+IUqaMXhcQO0iWYW6fBo8r50/0bqsA=",
    C: "h1:slkmCTK66XZBf3CTta1WAoTNx6XLaBNrYJ6tHb7WT0g=",
}


def flip(upstream, path):
    """Flip one bit in the middle of a tile."""
    body = bytearray(upstream.database.body(path))
    body[len(body) // 2] ^= 1
    upstream.forge(path, bytes(body))


def comes_whole(pulp, upstream, repository, *asked):
    """Check that all comes now, with these paths asked for, and none twice."""
    task = sync(pulp, upstream, A, B, C, repository=repository)
    assert task["state"] == "completed" and task["result"]["failed"] == []
    assert hashes(pulp) == {module: H1[module] for module in (A, B, C)}
    assert len(pulp.held(repository)) == 3
    requests = upstream.asked_database()
    assert set(asked) <= set(requests) <= set(FIRST)
    assert len(set(requests)) == len(requests)


def holds_nothing(pulp, repository):
    """Check that a domain is as empty as at first."""
    assert pulp.module_versions() == [] and pulp.count_artifacts() == 0
    assert pulp.number(repository) == 0


TILES = [
    ("tile/8/0/003", {A}),
    ("tile/8/1/000", {A}),
    ("tile/8/0/257", {B}),
    *((path, {A, B, C}) for path in EDGE),
]


@pytest.mark.case("C-1")
@pytest.mark.parametrize("path, modules", TILES)
def test_each_forged_tile_of_a_sync_is_refused(pulp, vouched, path, modules):
    flip(vouched, path)
    repository = pulp.repository()
    task = sync(pulp, vouched, A, B, C, repository=repository)
    assert codes(task) == dict.fromkeys(modules, BAD_DATABASE)
    assert all(INCONSISTENT in reason for _, reason in failed(task).values())
    assert hashes(pulp) == {module: H1[module] for module in {A, B, C} - modules}
    vouched.turn_honest()
    comes_whole(pulp, vouched, repository, path)


FITTING = [("tile/8/0/003", "tile/8/1/000"), ("tile/8/0/003", "tile/8/1/000", *EDGE)]


@pytest.mark.case("C-1")
@pytest.mark.parametrize("tiles", FITTING, ids=["two", "all"])
def test_a_forged_record_whose_tiles_fit_it_is_refused(pulp, vouched, tiles):
    forged = record_text(A, VERSION, CHANGED_H1, GO_MOD_H1[A])
    fork = vouched.database.forked(NUMBERS[A], forged)
    vouched.forge(LOOKUPS[0], fork.record(LOOKUPS[0]) + vouched.database.note())
    for path in tiles:
        vouched.forge(path, fork.body(path))
    repository = pulp.repository()
    task = sync(pulp, vouched, A, repository=repository)
    assert codes(task) == {A: BAD_DATABASE} and INCONSISTENT in failed(task)[A][1]
    assert vouched.asked(file_path(A, VERSION, "zip")) == []
    holds_nothing(pulp, repository)
    vouched.turn_honest()
    comes_whole(pulp, vouched, repository, LOOKUPS[0], *tiles)


def answer(make):
    """Return what puts other bytes in the place of a look-up's answer.

    Args:
        make: Returns them, given the database and the path of the look-up.
    """
    return lambda upstream, path: upstream.forge(path, make(upstream.database, path))


def leaf(change):
    """Return what changes the tile with the record of a look-up."""

    def spoil(upstream, path):
        tile = f"tile/8/0/{upstream.database.number(path) >> 8:03}"
        upstream.forge(tile, change(upstream.database.body(tile)))

    return spoil


def forged_record(*, fits):
    """Return what forges the record of a look-up, and also its tile, so that it `fits`."""

    def spoil(upstream, path):
        module, _, version = path.removeprefix("lookup/").partition("@")
        number = upstream.database.number(path)
        fork = upstream.database.forked(number, record_text(module, version, OTHER_H1, OTHER_H1))
        upstream.forge(path, fork.record(path) + upstream.database.note())
        if fits:
            tile = f"tile/8/0/{number >> 8:03}"
            upstream.forge(tile, fork.body(tile))

    return spoil


def numbered(number):
    """Return what makes the true answer with another number for the record."""
    return answer(lambda log, path: b"%d\n%b" % (number, log.body(path).partition(b"\n")[2]))


def with_note(make):
    """Return what answers with the true record, and the note that `make` makes."""
    return answer(lambda log, path: log.record(path) + make(log))


def note_of_another_key(log):
    """Return a signed tree of this size by another key of this name."""
    other = Database(seed=bytes(32))
    other.pad(log.size)
    return other.note()


def missing_leaf(upstream, path):
    """Have no tile for the record of a look-up."""
    tile = f"tile/8/0/{upstream.database.number(path) >> 8:03}"
    upstream.fault(f"{upstream.below}{tile}", Fault(404))


SHORT_SIGNATURE = "\n\u2014 sum.example.com 4Go4EQ==\n".encode()
NO_HASH = "go.sum database tree\n70000\n"
NO_TREE = "go.sum database log\n70000\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
ROWS = [
    ("record", forged_record(fits=False), "cannot authenticate record data"),
    ("record-and-tile", forged_record(fits=True), INCONSISTENT),
    ("other-record", answer(lambda log, path: log.body(LOOKUPS[1])), "record 66000 of"),
    ("beyond", numbered(70_000), "cannot validate record 70000 in tree of size 70000"),
    ("far-beyond", numbered((1 << 63) - 1), "cannot validate record 9223372036854775807"),
    ("negative", numbered(-1), "cannot validate record -1"),
    ("no-number", numbered(1 << 63), "malformed record data"),
    ("other-number", numbered(66_000), "cannot authenticate record data"),
    ("other-size", with_note(lambda log: log.note().replace(b"70000", b"70001")), "signature"),
    ("other-key", with_note(note_of_another_key), "no verifiable signatures"),
    ("short-signature", with_note(lambda log: NO_TREE.encode() + SHORT_SIGNATURE), "malformed"),
    ("no-note", with_note(lambda log: b""), "malformed note"),
    ("no-tree", with_note(lambda log: log.sign(NO_TREE)), "malformed tree note"),
    ("no-hash", with_note(lambda log: log.sign(NO_HASH)), "malformed tree note"),
    ("empty", answer(lambda log, path: b""), "malformed record data"),
    ("html", answer(lambda log, path: b"<html>\n<body>\n"), "malformed record data"),
    ("latin", answer(lambda log, path: b"0\n\xff\n\n" + log.note()), "malformed record data"),
    ("short-tile", leaf(lambda body: body[:-32]), "8160 bytes instead of 8192"),
    ("long-tile", leaf(lambda body: body + body[:32]), "8224 bytes instead of 8192"),
    ("empty-tile", leaf(lambda body: b""), "0 bytes instead of 8192"),
    ("no-tile", missing_leaf, "404"),
]


@dataclass
class Outcome:
    """Two syncs: a first one, in which each row spoils one module version, and an honest one.

    Attributes:
        pulp: Where.
        first: The task of the first sync.
        zips: The zips that it asked for.
        held: The hashes that the domain held after it, by module path.
        second: The task of the honest sync.
        asked: What that asked of the database.
    """

    pulp: Workspace
    first: dict[str, Any]
    zips: list[str]
    held: dict[str, str]
    second: dict[str, Any]
    asked: list[str] = field(repr=False)


def module(name):
    """Return the module path of a row."""
    return f"example.com/{name}"


@pytest.fixture(scope="module")
def outcome(live_pulp):
    """The two syncs: each row's record has a tile of its own."""
    with new_domain(live_pulp) as pulp, SumDBUpstream() as upstream:
        names = [module(name) for name, *_ in ROWS]
        for number, name in enumerate(names):
            upstream.add(name, VERSION, number * 1000)
        fill(upstream)
        for name, (_, spoil, _) in zip(names, ROWS, strict=True):
            spoil(upstream, lookup_path(name, VERSION))
        repository = pulp.repository()
        first = sync(pulp, upstream, B, *names, repository=repository)
        zips = [path for path in upstream.paths() if path.endswith(".zip")]
        held = hashes(pulp)
        upstream.turn_honest()
        second = sync(pulp, upstream, B, *names, repository=repository)
        yield Outcome(pulp, first, zips, held, second, upstream.asked_database())


@pytest.mark.case("C-1")
@pytest.mark.parametrize("name, word", [(row[0], row[2]) for row in ROWS])
def test_an_answer_that_is_not_proven_is_refused(outcome, name, word):
    code, reason = failed(outcome.first)[module(name)]
    assert code == BAD_DATABASE and word in reason


def test_of_what_is_not_proven_nothing_is_fetched_and_nothing_kept(outcome):
    assert outcome.first["result"]["failed_count"] == len(ROWS)
    assert outcome.zips == [file_path(B, VERSION, "zip")]
    assert outcome.held == {B: H1[B]}


def test_the_truth_comes_after_the_lies(outcome):
    assert (outcome.second["result"]["added"], outcome.second["result"]["failed"]) == (
        len(ROWS),
        [],
    )
    lookups = sorted(lookup_path(module(name), VERSION) for name, *_ in ROWS)
    assert [path for path in outcome.asked if path.startswith("lookup/")] == lookups
    assert len(set(outcome.asked)) == len(outcome.asked)


def test_an_answer_without_end_is_cut_off(pulp, vouched):
    vouched.forge(LOOKUPS[0], b"\n" * ((1 << 20) + 1))
    task = sync(pulp, vouched, A)
    assert codes(task) == {A: BAD_REPLY}
    assert "more than 1048576 bytes" in failed(task)[A][1]


@pytest.mark.case("C-2")
def test_hashes_beside_the_record_are_not_read(pulp, vouched):
    for module, path, format_ in zip((A, B, C), LOOKUPS, ("%s", "\n%s", "0\n%s\n"), strict=True):
        lines = format_ % record_text(module, VERSION, OTHER_H1, OTHER_H1)
        vouched.forge(path, vouched.database.record(path) + vouched.database.note(extension=lines))
    assert sync(pulp, vouched, A, B, C)["result"]["added"] == 3
    assert hashes(pulp) == {module: H1[module] for module in (A, B, C)}


@pytest.mark.case("C-2")
def test_a_zip_for_which_only_lines_beside_a_record_vouch_is_refused(pulp, vouched):
    lines = record_text(A, VERSION, CHANGED_H1, GO_MOD_H1[A])
    other = vouched.database.record(LOOKUPS[1]) + vouched.database.note(extension=lines)
    vouched.forge(LOOKUPS[0], other)
    vouched.tree.add(A, VERSION, CHANGED)
    repository = pulp.repository()
    task = sync(pulp, vouched, A, repository=repository)
    assert codes(task) == {A: BAD_DATABASE} and "record 66000 of" in failed(task)[A][1]
    holds_nothing(pulp, repository)


@pytest.mark.case("C-17")
def test_files_with_other_hashes_are_refused(pulp, vouched):
    files = dict(vouched.tree.files)
    vouched.tree.add(A, VERSION, CHANGED)
    vouched.tree.put(file_path(B, VERSION, "mod"), f"module {B}\n\ngo 1.22\n")
    vouched.tree.add(C, VERSION, go_mod=f"module {C}\n\ngo 1.22\n")
    repository = pulp.repository()
    task = sync(pulp, vouched, A, B, C, repository=repository)
    expected = [
        (A, "zip", H1[A], CHANGED_H1),
        (B, "go.mod", GO_MOD_H1[B], GO_122_H1[B]),
        (C, "go.mod", GO_MOD_H1[C], GO_122_H1[C]),
    ]
    assert failed(task) == {
        module: (MISMATCH, f"{module}@{VERSION} {what}: expected {true}, got {got}")
        for module, what, true, got in expected
    }
    holds_nothing(pulp, repository)
    vouched.tree.files = files
    assert sync(pulp, vouched, A, B, C, repository=repository)["result"]["added"] == 3
    assert hashes(pulp) == {module: H1[module] for module in (A, B, C)}


def test_a_body_that_drips_is_given_up(pulp, vouched):
    vouched.add("example.com/good", VERSION)
    vouched.tree.add(PRIVATE, VERSION)
    dripping = [
        f"{vouched.below}{LOOKUPS[0]}",
        f"{vouched.below}tile/8/0/257",
        file_path(C, VERSION, "mod"),
        file_path(PRIVATE, VERSION, "zip"),
    ]
    for path in dripping:
        vouched.fault(path, Fault(drip=0.5))
    repository = pulp.repository()
    fields = {"repository": repository, "no_sumdb": [PRIVATE]}
    task = sync(pulp, vouched, A, B, C, PRIVATE, "example.com/good", total_timeout=3, **fields)
    assert codes(task) == dict.fromkeys((A, B, C, PRIVATE), TROUBLE)
    assert set(hashes(pulp)) == {"example.com/good"}
    vouched.turn_honest()
    again = sync(pulp, vouched, A, B, C, PRIVATE, **fields)
    assert (again["result"]["added"], again["result"]["failed"]) == (4, [])
