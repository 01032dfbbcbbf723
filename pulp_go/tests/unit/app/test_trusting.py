"""How a trusted tree moves, what a fork leaves behind, and which hashes are fetched for `full`."""

from types import SimpleNamespace

import pytest

from pulp_go.app.exceptions import SyncStoppedError
from pulp_go.app.history import Finding
from pulp_go.app.models import GoRemote, GoRepository, SumDBTiles
from pulp_go.app.sumdbs import ChecksumDatabase, HashTile
from pulp_go.app.tasks.trusting import ATTEMPTS, fill, stopped, trust
from pulp_go.tests.unit.gomod.logs import VERIFIER

JOINED = {
    "database": VERIFIER.name,
    "from": 10,
    "size": 20,
    "note": "a note",
    "trouble": None,
    "stop": None,
}
FORK = {
    "code": "GO0014",
    "reason": "two trees",
    "fork": {"database": VERIFIER.name, "held": "one", "seen": "two"},
}


class Run:
    """Does units of work by saying what comes next.

    Attributes:
        units: The units that came.
    """

    def __init__(self, *results):
        self._results = list(results)
        self.units = []

    def __call__(self, units):
        self.units += units
        return [self._results.pop(0) if self._results else {"trouble": None} for _ in units]


@pytest.fixture
def place(db):
    """A repository, a remote with a database, and what the domain knows of that."""
    remote = GoRemote.objects.create(name="m", url="https://goproxy.example", sumdb=VERIFIER.key)
    return SimpleNamespace(
        repository=GoRepository.objects.create(name="r"),
        remote=remote,
        database=ChecksumDatabase.objects.create(name=VERIFIER.name, key=VERIFIER.key, size=10),
    )


def trusted():
    """Return size and note of the trusted tree."""
    row = ChecksumDatabase.objects.get()
    return row.size, bytes(row.note)


def test_a_larger_tree_is_trusted(place):
    run = Run(JOINED)
    trust(place.repository, place.remote, {"b", "a"}, run)
    assert trusted() == (20, b"a note")
    assert [unit["trees"] for unit in run.units] == [["a", "b"]]


def test_without_a_newer_tree_nothing_is_done(place):
    run = Run()
    trust(place.repository, place.remote, set(), run)
    assert run.units == [] and trusted() == (10, b"")


def test_who_was_overtaken_compares_again(place):
    place.database.size = 15
    place.database.save()
    run = Run(JOINED, JOINED | {"from": 15})
    trust(place.repository, place.remote, {"a"}, run)
    assert trusted() == (20, b"a note") and len(run.units) == 2


def test_who_is_always_overtaken_gives_up(place):
    run = Run(*[JOINED | {"from": 1}] * (ATTEMPTS + 1))
    trust(place.repository, place.remote, {"a"}, run)
    assert trusted() == (10, b"") and len(run.units) == ATTEMPTS


def test_trouble_leaves_the_tree_as_it_is(place, caplog):
    run = Run(JOINED | {"trouble": ["GO0003", "503 busy"]})
    trust(place.repository, place.remote, {"a"}, run)
    assert trusted() == (10, b"") and "503 busy" in caplog.text


def test_a_fork_stops_and_is_kept(place):
    with pytest.raises(SyncStoppedError, match="GO0014.*two trees"):
        trust(place.repository, place.remote, {"a"}, Run(JOINED | {"stop": FORK}))
    finding = Finding.objects.get()
    assert (finding.kind, finding.database) == ("fork", VERIFIER.name)
    assert (finding.held, finding.seen) == ({"note": "one"}, {"note": "two"})
    assert (finding.repository, finding.repository_name) == (place.repository, "r")
    assert trusted() == (10, b"")


def test_no_database_is_no_finding(place):
    error = stopped(place.repository, {"code": "GO0015", "reason": "none"})
    assert str(error) == "[GO0015] none" and not Finding.objects.exists()


def test_only_what_is_needed_is_fetched(place):
    ChecksumDatabase.objects.update(size=1000)
    run = Run()
    fill(place.repository, place.remote, run)
    assert run.units == []


def test_all_hashes_that_are_not_held_are_fetched(place):
    place.remote.sumdb_tiles = SumDBTiles.FULL
    ChecksumDatabase.objects.update(size=(258 << 8) + 5)
    for number, width in ((0, 256), (2, 200), (257, 256)):
        HashTile.objects.create(
            database=place.database, level=0, number=number, width=width, data=b""
        )
    run = Run()
    fill(place.repository, place.remote, run)
    assert [unit["tiles"] for unit in run.units] == [list(range(1, 256)), [256]]


def test_trouble_ends_the_fetching_of_hashes(place, caplog):
    place.remote.sumdb_tiles = SumDBTiles.FULL
    ChecksumDatabase.objects.update(size=600 << 16)
    run = Run({"trouble": ["GO0003", "503 busy"]})
    fill(place.repository, place.remote, run)
    assert len(run.units) == 20 and "503 busy" in caplog.text


def test_off_has_no_hashes(place):
    place.remote.sumdb, place.remote.sumdb_tiles = "off", SumDBTiles.FULL
    fill(place.repository, place.remote, Run())
