"""The client of a checksum database: what it believes, and what it reads for that."""

import pytest

from pulp_go.gomod.errors import (
    ForkError,
    InvalidPathError,
    InvalidVersionError,
    NoteError,
    SumDBError,
    TreeError,
)
from pulp_go.gomod.note import make_signer, sign_note
from pulp_go.gomod.sumdb import Client, Uncached, hashes_in, lookup_path, parse_database, run
from pulp_go.gomod.tiles import Tile, parse_tile_path, tiles_for_tree
from pulp_go.gomod.tlog import MAX_SIZE, Record, Tree
from pulp_go.tests.unit.gomod.logs import OTHER, SIGNER, TEXT, VERIFIER, Log, drive

ONE = "example.com/one", "v1.0.0"


def nothing(tile):
    raise AssertionError(f"{tile.path} was asked for")


def paths(asked):
    """Return the paths of each set of tiles that was asked for."""
    return [{tile.path for tile in tiles} for tiles in asked]


def finish(check, log, asked):
    """Return the outcome of a check that needs no more than what it has asked for."""
    try:
        check.send({tile: log.tile(tile) for tile in asked})
    except StopIteration as end:
        return end.value
    raise AssertionError("more was asked for")


def trusting(log, size=None):
    """Return a client that has merged a tree of `log`."""
    client = Client(VERIFIER)
    drive(client.merge(log.note(size)), log.tile)
    client.take_new()
    return client


def state(client):
    return client.tree, client.note, client.held


def test_a_client_knows_nothing_at_first():
    client = Client(VERIFIER)
    assert client.tree == Tree(0, Log(0).root(0))
    assert (client.note, client.held, client.take_new()) == (b"", {}, {})


def test_the_first_tree_is_trusted_once_its_edge_was_read():
    log = Log(300)
    client = Client(VERIFIER)
    _, asked = drive(client.merge(log.note()), log.tile)
    assert paths(asked) == [{"tile/8/1/000.p/1", "tile/8/0/001.p/44"}]
    assert (client.tree, client.note) == (Tree(300, log.root(300)), log.note())
    assert client.held == {tile: log.tile(tile) for tile in tiles_for_tree(8, 300)}
    assert client.take_new() == client.held
    assert client.take_new() == {}


def test_a_client_takes_up_what_was_known():
    log = Log(300)
    client = trusting(log)
    again = Client(VERIFIER, client.note, client.held)
    assert state(again) == state(client)
    assert again.take_new() == {}


def test_a_client_takes_up_nothing_that_is_malformed():
    log = Log(300)
    with pytest.raises(NoteError):
        Client(VERIFIER, log.note()[:-1])
    with pytest.raises(TreeError):
        Client(VERIFIER, sign_note("something else\n", [SIGNER]))
    with pytest.raises(TreeError, match="tile/8/0/000.p/2 has 32 bytes instead of 64"):
        Client(VERIFIER, log.note(), {Tile(8, 0, 0, 2): bytes(32)})


def test_a_look_up_is_proven_with_one_read():
    log = Log(300)
    client = Client(VERIFIER)
    record, asked = drive(client.lookup(*ONE, log.lookup(7)), log.tile)
    assert record == Record(7, TEXT)
    assert paths(asked) == [{"tile/8/0/000", "tile/8/0/001.p/44", "tile/8/1/000.p/1"}]
    assert client.tree.size == 300
    # And the next ones with none.
    for number in (8, 255, 256, 299):
        assert drive(client.lookup(*ONE, log.lookup(number)), nothing)[0].id == number


def test_of_an_older_tree_only_what_is_not_held_is_read():
    log = Log(70_000)
    client = trusting(log)
    _, asked = drive(client.merge(log.note(66_000)), log.tile)
    assert paths(asked) == [{"tile/8/0/257"}]
    for size in (66_000, 65_900, 65_536, 70_000, 69_999, 69_888, 0):
        assert drive(client.merge(log.note(size)), nothing)[1] == []
    assert client.tree.size == 70_000
    _, asked = drive(client.lookup(*ONE, log.lookup(65_535, 65_999)), log.tile)
    assert paths(asked) == [{"tile/8/0/255", "tile/8/1/000"}]


def test_of_a_newer_tree_only_what_is_not_held_is_read():
    log = Log(70_000)
    client = trusting(log, 65_850)
    _, asked = drive(client.merge(log.note(65_860)), log.tile)
    assert paths(asked) == [{"tile/8/0/257.p/68"}]
    # Where the older tree ended, the newer one has full tiles.
    _, asked = drive(client.lookup(*ONE, log.lookup(69_999)), log.tile)
    assert paths(asked) == [{"tile/8/0/257", "tile/8/0/273.p/112", "tile/8/1/001.p/17"}]
    assert (client.tree, client.note) == (Tree(70_000, log.root(70_000)), log.note())
    assert drive(client.merge(log.note(65_850)), nothing)[1] == []


def test_a_note_may_say_more_than_its_tree():
    log = Log(300)
    client = trusting(log)
    drive(client.merge(log.note(extra="more\n")), nothing)
    assert client.note == log.note()


NOT_SIGNED = [
    lambda log: b"",
    lambda log: b"\n",
    lambda log: log.note() + b"\n",
    lambda log: log.note().replace(b"\n300\n", b"\n200\n"),
    lambda log: sign_note("go.sum database tree\n", [make_signer(VERIFIER.name, bytes(32))]),
    lambda log: log.note().replace(b"\n300\n", "\n٣٠٠\n".encode()),
    lambda log: b"\xff" + log.note(),
]


@pytest.mark.parametrize("note", NOT_SIGNED)
def test_a_tree_that_is_not_signed_is_refused(note):
    log = Log(300)
    client = trusting(log, 200)
    before = state(client)
    with pytest.raises(NoteError):
        drive(client.merge(note(log)), nothing)
    with pytest.raises(SumDBError):
        drive(client.lookup(*ONE, f"7\n{TEXT}\n".encode() + note(log)), nothing)
    assert state(client) == before


def signed(text):
    return sign_note(text, [SIGNER])


BAD_ANSWERS = [
    (b"", "malformed record data"),
    (b"\n\n\n\n", "malformed record data"),
    (b"<html>not found</html>", "malformed record data"),
    (b"\0" * 100, "malformed record data"),
    (b"\xff\xfe\n\n", "malformed record data"),
    (f"7\n{TEXT}\n".encode(), "malformed note"),
    (b"9" * 5000 + f"\n{TEXT}\n".encode() + Log(300).note(), "malformed record data"),
    ("٧".encode() + Log(300).lookup(7)[1:], "malformed record data"),
    (Log(300).lookup(7).removesuffix(b"\n"), "malformed note"),
    (Log(300).lookup(-1, text=TEXT), "cannot validate record -1 in tree of size 300"),
    (Log(300).lookup(300), "cannot validate record 300 in tree of size 300"),
    (Log(300).lookup(MAX_SIZE), f"cannot validate record {MAX_SIZE} in tree of size 300"),
    (Log(300).lookup(0, 0), "cannot validate record 0 in tree of size 0"),
    (Log(300).lookup(7, text=OTHER), "cannot authenticate record data in server response"),
    (f"7\n{TEXT}\n".encode() + signed("no tree\n"), "malformed tree note"),
    (f"7\n{TEXT}\n".encode() + signed(f"go.sum database tree\n{1 << 63}\n"), "malformed tree note"),
    # A note of this key whose tree nobody can have.
    (
        f"7\n{TEXT}\n".encode() + signed(f"go.sum database tree\n{MAX_SIZE}\n{'A' * 43}=\n"),
        "downloaded inconsistent tile",
    ),
]


@pytest.mark.parametrize("body, reason", BAD_ANSWERS, ids=lambda value: repr(value[:40]))
def test_a_bad_answer_is_refused(body, reason):
    log = Log(MAX_SIZE)
    client = trusting(log, 300)
    drive(client.lookup(*ONE, log.lookup(7, 300)), log.tile)
    before = state(client)
    with pytest.raises(SumDBError) as caught:
        drive(client.lookup(*ONE, body), log.tile)
    assert (caught.value.module, caught.value.version, caught.value.reason) == (*ONE, reason)
    assert state(client) == before


FORGERIES = [
    lambda data: bytes([data[0] ^ 1]) + data[1:],
    lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    lambda data: Log(256, (0, OTHER)).hash(0, 0) * (len(data) // 32),
    lambda data: data[:-32],
    lambda data: data + b"\n",
    lambda data: b"",
]


@pytest.mark.case("C-1")
@pytest.mark.parametrize("forge", FORGERIES)
@pytest.mark.parametrize("trusted", [0, 5, 300, 65_536, 30_000_000, 40_000_123])
@pytest.mark.parametrize("text", [TEXT, OTHER])
def test_each_forged_tile_of_a_look_up_is_refused(forge, trusted, text):
    log = Log(40_000_123)
    body = log.lookup(10_000_000, text=text)
    before = state(trusting(log, trusted))
    asked = next(Client(VERIFIER, *before[1:]).lookup(*ONE, body))
    assert asked
    for forged in asked:
        client = Client(VERIFIER, *before[1:])

        def tile(each, forged=forged):
            return forge(log.tile(each)) if each == forged else log.tile(each)

        with pytest.raises(SumDBError):
            drive(client.lookup(*ONE, body), tile)
        assert (state(client), client.take_new()) == (before, {})


@pytest.mark.case("C-2")
def test_hash_lines_outside_the_record_are_never_returned():
    log = Log(300, (0, "example.com/other v1.0.0 h1:x=\n"))
    lines = "example.com/one v1.0.0 h1:evil=\nexample.com/one v1.0.0/go.mod h1:evil=\n"
    body = f"7\n{log.text(7)}\n".encode() + log.note(extra=lines)
    record, _ = drive(Client(VERIFIER).lookup(*ONE, body), log.tile)
    assert record.text == "example.com/other v1.0.0 h1:x=\n"
    assert hashes_in(record.text, *ONE) == ("", "")


# The sizes of the trusted tree and of one of a log that is another from record 100 on.
FORKS = [(300, 200), (300, 300), (300, 101), (200, 300), (300, 70_000), (70_000, 300), (1000, 0)]


@pytest.mark.parametrize("trusted, size", FORKS)
def test_a_fork_is_told_with_both_notes(trusted, size):
    log, other = Log(trusted), Log(size, (100, OTHER)) if size else Log(0)
    seen = other.note() if size else signed(f"go.sum database tree\n0\n{'A' * 43}=\n")
    client = trusting(log)
    before = state(client)
    with pytest.raises(ForkError) as caught:
        drive(client.merge(seen), (log if trusted > size else other).tile)
    assert (caught.value.held, caught.value.seen) == (log.note().decode(), seen.decode())
    assert str(caught.value).startswith("SECURITY ERROR: misbehavior of the checksum database")
    assert (state(client), client.take_new()) == (before, {})


@pytest.mark.parametrize("trusted", [300, 65_800])
def test_a_fork_is_told_by_a_look_up_too(trusted):
    other = Log(66_000, (100, OTHER))
    client = trusting(Log(trusted))
    with pytest.raises(ForkError):
        drive(client.lookup(*ONE, other.lookup(7)), other.tile)
    client = trusting(Log(70_000))
    with pytest.raises(ForkError):
        drive(client.lookup(*ONE, other.lookup(7)), Log(70_000).tile)


def test_a_fork_is_told_where_the_cache_says_otherwise():
    log, other = Log(65_800), Log(66_000, (100, OTHER))
    client = trusting(log)
    check = client.merge(other.note())
    first = next(check)
    assert {tile.path for tile in first} == {"tile/8/0/257.p/208"}
    # The upper edge is held, and is not that of the new tree: so nothing fits.
    second = check.send({tile: other.tile(tile) for tile in first})
    assert isinstance(second, Uncached)
    assert {tile.path for tile in second} == {
        "tile/8/2/000.p/1",
        "tile/8/1/001.p/1",
        "tile/8/0/257.p/208",
    }
    with pytest.raises(ForkError):
        check.send({tile: other.tile(tile) for tile in second})


def test_tiles_that_do_not_fit_prove_no_fork():
    log, other = Log(65_800), Log(66_000, (100, OTHER))
    client = trusting(log)
    asked = []

    def tile(each):
        asked.append(each)
        return log.tile(each)

    with pytest.raises(TreeError, match="downloaded inconsistent tile"):
        drive(client.merge(other.note()), tile)
    assert len(asked) == 1 + 3
    # At first there is nothing that could be at fault but what came.
    asked.clear()
    with pytest.raises(TreeError, match="downloaded inconsistent tile"):
        drive(Client(VERIFIER).merge(other.note()), tile)
    assert len(asked) == 3


def test_a_wrong_tile_in_a_cache_heals():
    log = Log(66_000)
    client = trusting(log, 65_800)
    check = client.merge(log.note())
    asked = check.send({tile: bytes(32 * tile.width) for tile in next(check)})
    assert isinstance(asked, Uncached)
    finish(check, log, asked)
    assert client.tree.size == 66_000


def test_what_was_held_vouches_for_no_newer_tree():
    """A tile of the trusted log must not make a fork look as if it began with that log."""
    log, other = Log(300), Log(600, (100, OTHER))
    client = Client(VERIFIER, log.note(200), {Tile(8, 0, 0, 256): log.tile(Tile(8, 0, 0, 256))})
    with pytest.raises(ForkError):
        drive(client.merge(other.note()), other.tile)
    assert client.tree.size == 200


def test_checks_may_be_under_way_at_once():
    log = Log(70_000)
    client = trusting(log, 300)
    smaller, larger = client.lookup(*ONE, log.lookup(5, 400)), client.lookup(*ONE, log.lookup(6))
    asked_by_smaller = next(smaller)
    assert {tile.path for tile in asked_by_smaller} == {"tile/8/0/000", "tile/8/0/001.p/144"}
    assert drive(larger, log.tile)[0].id == 6
    # The trusted tree has grown in between. What was fetched and is held by now is not asked again,
    # what the larger tree has wider is.
    assert finish(smaller, log, asked_by_smaller).id == 5
    assert client.tree.size == 70_000


def test_a_check_goes_on_in_the_tree_that_came_meanwhile():
    log = Log(70_000)
    client = trusting(log, 300)
    first = client.lookup(*ONE, log.lookup(1000, 2000))
    asked = next(first)
    assert {tile.path for tile in asked} == {
        "tile/8/0/001",
        "tile/8/0/003",
        "tile/8/0/007.p/208",
        "tile/8/1/000.p/7",
    }
    drive(client.merge(log.note()), log.tile)
    more = first.send({tile: log.tile(tile) for tile in asked})
    # Full tiles came already; one of the old tree's edge is wider now, and one is above.
    assert {tile.path for tile in more} == {"tile/8/0/007"}
    assert finish(first, log, more).id == 1000


def test_of_two_forks_under_way_the_first_one_is_trusted():
    log, other = Log(300), Log(400, (100, OTHER))
    client = Client(VERIFIER)
    one, two = client.merge(log.note()), client.merge(other.note())
    asked = next(two)
    drive(one, log.tile)
    given = {tile: other.tile(tile) for tile in asked}
    with pytest.raises(ForkError):
        asked = two.send(given)
        two.send({tile: other.tile(tile) for tile in asked})
    assert client.tree.size == 300


def test_tiles_are_read():
    log = Log(70_000)
    client = trusting(log)
    wanted = list(map(parse_tile_path, ["tile/8/0/007", "tile/8/0/257.p/5", "tile/8/1/001.p/2"]))
    tiles, asked = drive(client.read_tiles(wanted), log.tile)
    assert tiles == {tile: log.tile(tile) for tile in wanted}
    assert paths(asked) == [{"tile/8/0/007", "tile/8/0/257", "tile/8/1/000"}]
    assert paths([client.take_new()]) == paths(asked)
    assert drive(client.read_tiles(wanted), nothing)[1] == []
    assert drive(client.read_tiles([]), nothing) == ({}, [])


def test_tiles_are_read_while_the_tree_grows():
    log = Log(70_000)
    client = trusting(log, 300)
    wanted = [Tile(8, 0, 0, 256), Tile(8, 0, 1, 7)]
    reading = client.read_tiles(wanted)
    asked = next(reading)
    assert {tile.path for tile in asked} == {"tile/8/0/000"}
    drive(client.merge(log.note()), log.tile)
    assert finish(reading, log, asked) == {tile: log.tile(tile) for tile in wanted}


@pytest.mark.case("C-1")
def test_a_forged_tile_is_not_read():
    log = Log(70_000)
    client = trusting(log)
    before = state(client)
    for forged in ("tile/8/0/007", "tile/8/1/000"):

        def tile(each, forged=forged):
            return log.tile(each)[::-1] if each.path == forged else log.tile(each)

        with pytest.raises(TreeError):
            drive(client.read_tiles([Tile(8, 0, 7, 256)]), tile)
        assert state(client) == before


@pytest.mark.parametrize(
    "tile", [Tile(8, 0, 2, 1), Tile(8, 0, 1, 45), Tile(8, -1, 0, 1), Tile(4, 0, 0, 1)]
)
def test_a_tile_that_the_tree_has_not_is_not_read(tile):
    with pytest.raises(TreeError):
        drive(trusting(Log(300)).read_tiles([tile]), nothing)


NEEDED = [
    ([], [], ["tile/8/2/000.p/1", "tile/8/1/001.p/17", "tile/8/0/273.p/112"]),
    (
        [70_000, 65_536, 0],
        [69_999],
        ["tile/8/2/000.p/1", "tile/8/1/001.p/17", "tile/8/0/273.p/112"],
    ),
    (
        [300],
        [],
        [
            "tile/8/2/000.p/1",
            "tile/8/1/001.p/17",
            "tile/8/0/273.p/112",
            "tile/8/1/000",
            "tile/8/0/001",
        ],
    ),
    (
        [],
        [65_535, 65_280],
        [
            "tile/8/2/000.p/1",
            "tile/8/1/001.p/17",
            "tile/8/0/273.p/112",
            "tile/8/1/000",
            "tile/8/0/255",
        ],
    ),
]


@pytest.mark.parametrize("sizes, ids, needed", NEEDED)
def test_what_a_client_of_ours_will_read(sizes, ids, needed):
    client = trusting(Log(70_000))
    assert {tile.path for tile in client.needed_for(sizes, ids)} == set(needed)


@pytest.mark.parametrize(
    "sizes, ids", [([70_001], []), ([], [70_000]), ([], [-1]), ([MAX_SIZE], [])]
)
def test_no_client_of_ours_has_more_than_the_tree(sizes, ids):
    with pytest.raises(TreeError):
        trusting(Log(70_000)).needed_for(sizes, ids)


def test_an_empty_tree_needs_nothing():
    assert Client(VERIFIER).needed_for([0], []) == frozenset()


LOOKUP_PATHS = [
    ("example.com/one", "v1.0.0", "lookup/example.com/one@v1.0.0"),
    ("github.com/BurntSushi/toml", "v1.0.0-RC", "lookup/github.com/!burnt!sushi/toml@v1.0.0-!r!c"),
]


@pytest.mark.parametrize("module, version, path", LOOKUP_PATHS)
def test_the_path_of_a_look_up(module, version, path):
    assert lookup_path(module, version) == path


def test_no_path_of_a_look_up():
    for module in ("", "example.com/one\n", "example.com/../two", "١"):
        with pytest.raises(InvalidPathError):
            lookup_path(module, "v1.0.0")
    for version in ("", "v1.0.0/go.mod", "v1.0.0\n", "v1.0.0!"):
        with pytest.raises(InvalidVersionError):
            lookup_path("example.com/one", version)


HASHES = [
    (TEXT, ("h1:one=", "h1:mod=")),
    ("example.com/one v1.0.0/go.mod h1:mod=\n", ("", "h1:mod=")),
    ("example.com/one v1.0.0 h1:one=\n", ("h1:one=", "")),
    ("example.com/one v1.0.0 h2:two=\nexample.com/one v1.0.0 h1:one=\n", ("h1:one=", "")),
    ("example.com/one v1.0.0 h1:one=\nexample.com/one v1.0.0 h1:two=\n", ("h1:one=", "")),
    ("example.com/one v1.0.0  h1:one=\n", ("", "")),
    (" example.com/one v1.0.0 h1:one=\n", ("", "")),
    ("example.com/one/more v1.0.0 h1:one=\n", ("", "")),
    ("example.com/one v1.0.01 h1:one=\n", ("", "")),
    ("more example.com/one v1.0.0 h1:one=\n", ("", "")),
    ("example.com/one v1.0.0 h1:١=\n", ("h1:١=", "")),
    ("\n", ("", "")),
    ("", ("", "")),
]


@pytest.mark.parametrize("text, hashes", HASHES)
def test_the_hashes_in_a_record(text, hashes):
    assert hashes_in(text, *ONE) == hashes


def test_the_databases():
    name = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert parse_database("sum.golang.org").key == parse_database(name).key == name
    assert parse_database(VERIFIER.key) == VERIFIER


NAMES = ["localhost", "localhost:8080", "a.example/b/c", "a-b.example/.well-known/~c_d", "a/..b"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_database(name):
    assert parse_database(make_signer(name, bytes(32)).verifier.key).name == name


NO_DATABASES = [
    ("", "malformed verifier id"),
    ("off", "malformed verifier id"),
    ("sum.golang.org\n", "malformed verifier id"),
    (f"{VERIFIER.key} https://goproxy.example", "malformed verifier id"),
]
NO_NAMES = [
    "a/",
    "/a",
    "a//b",
    "a/../b",
    "a/.",
    "..",
    "a..b",
    "a?b",
    "a#b",
    "a%2fb",
    "u@a",
    "a:b",
    "١",
    "a\0",
]


@pytest.mark.parametrize("text, reason", NO_DATABASES)
def test_no_database(text, reason):
    with pytest.raises(NoteError) as caught:
        parse_database(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", NO_NAMES)
def test_no_name_of_a_database(name):
    with pytest.raises(NoteError, match="must be host"):
        parse_database(make_signer(name, bytes(32)).verifier.key)


def test_a_tree_that_was_shown_to_be_a_beginning_costs_nothing_again():
    log = Log(5000)
    client = trusting(log)
    _, asked = drive(client.merge(log.note(3000)), log.tile)
    assert len(asked) == 1
    client.forget(client.held)
    _, asked = drive(client.merge(log.note(3000)), log.tile)
    assert asked == []


def test_what_the_trusted_tree_begins_with_says_nothing_of_another_one():
    log, fork = Log(5000), Log(7000, (1000, OTHER))
    client = trusting(log)
    for size in (500, 3000, 4999):
        drive(client.merge(log.note(size)), log.tile)
    for size in (3000, 5000, 7000):
        with pytest.raises(ForkError):
            drive(client.merge(fork.note(size)), fork.tile)
    assert (client.tree.size, client.note) == (5000, log.note())


def test_a_check_whose_tiles_are_there_is_run():
    log = Log(5000, (7, OTHER))
    client = Client(VERIFIER)
    check = client.lookup("example.com/one", "v1.0.0", log.lookup(7))
    assert run(check, lambda tiles: {tile: log.tile(tile) for tile in tiles}).id == 7
