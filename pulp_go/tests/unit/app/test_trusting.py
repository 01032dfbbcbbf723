"""What a fork leaves behind, and which hashes are fetched for `full`."""

from types import SimpleNamespace

import pytest

from pulp_go.app.exceptions import SyncStoppedError
from pulp_go.app.history import Finding
from pulp_go.app.models import GoRemote, GoRepository, SumDBTiles
from pulp_go.app.sumdbs import ChecksumDatabase, HashTile
from pulp_go.app.tasks.trusting import Trusted, fill
from pulp_go.tests.unit.gomod.logs import VERIFIER

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
        database=ChecksumDatabase.objects.create(
            name=VERIFIER.name, key=VERIFIER.key, size=10, note=b"a note"
        ),
    )


def trusted():
    """Return size and note of the trusted tree."""
    row = ChecksumDatabase.objects.get()
    return row.size, bytes(row.note)


def test_a_fork_is_kept_and_what_it_was_trusted_for_is_not(place):
    before = Trusted.of(place.remote)
    ChecksumDatabase.objects.update(size=20, note=b"another")
    error = before.stopped(place.repository, FORK)
    assert isinstance(error, SyncStoppedError) and str(error) == "[GO0014] two trees"
    finding = Finding.objects.get()
    assert (finding.kind, finding.database) == ("fork", VERIFIER.name)
    assert (finding.held, finding.seen) == ({"note": "one"}, {"note": "two"})
    assert (finding.repository, finding.repository_name) == (place.repository, "r")
    assert trusted() == (10, b"a note")


def test_of_a_database_that_forks_at_once_nothing_is_trusted(place):
    ChecksumDatabase.objects.all().delete()
    before = Trusted.of(place.remote)
    ChecksumDatabase.objects.create(name=VERIFIER.name, key=VERIFIER.key, size=9, note=b"x")
    before.stopped(place.repository, FORK)
    assert trusted() == (0, b"")


def test_no_database_is_no_finding(place):
    error = Trusted.of(place.remote).stopped(place.repository, {"code": "GO0015", "reason": "none"})
    assert str(error) == "[GO0015] none" and not Finding.objects.exists()
    assert trusted() == (10, b"a note")


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
