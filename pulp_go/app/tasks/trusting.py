"""What a sync makes of the signed trees that its units of work have seen.

A trusted tree moves to a larger one that was shown to begin with it, here and where questions of
clients are forwarded (`forwarding`), never in a unit of work. Two trees that contradict each other
are kept as a finding, and nothing is added.

docs/dev/learn/decisions/0012-checksum-databases.md
"""

import logging

from pulp_go.app.batches import batches
from pulp_go.app.exceptions import SyncStoppedError
from pulp_go.app.history import Finding
from pulp_go.app.models import SumDBTiles
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.tasks.planning import common_to_units
from pulp_go.gomod.knowntree import HEIGHT

log = logging.getLogger(__name__)

# Units of work, of which each brings up to 256 tiles at the bottom and the one above them.
FILLED_AT_ONCE = 20
# Each further attempt means that another sync has moved the tree meanwhile.
ATTEMPTS = 5


def trust(repository, remote, notes, run):
    """Have the domain trust the newest of the trees that units of work have seen.

    Where that cannot be shown now, the tree stays as it is: only what is newer than it is not
    looked up from here before the next sync.

    Args:
        repository: The `GoRepository` that is synced.
        remote: The `GoRemote`.
        notes: Signed notes.
        run: Does units of work.

    Raises:
        SyncStoppedError: Two of the trees contradict each other.
    """
    unit = common_to_units(remote, repository) | {"kind": "trees", "trees": sorted(notes)}
    for _ in range(ATTEMPTS if notes else 0):
        [joined] = run([unit])
        if joined["stop"]:
            raise stopped(repository, joined["stop"])
        if joined["trouble"]:
            log.warning("the trusted tree of %s stays: %s", remote.sumdb, joined["trouble"][1])
            return
        if advance(remote, joined):
            return


def fill(repository, remote, run):
    """Hold all hash tiles of the trusted tree, if that is what the remote wants.

    A sync that is cut short is gone on with by the next one.

    Args:
        repository: The `GoRepository` that is synced.
        remote: The `GoRemote`.
        run: Does units of work.
    """
    if remote.sumdb_tiles != SumDBTiles.FULL or not remote.database:
        return
    common = common_to_units(remote, repository) | {"kind": "tiles"}
    for results in map(run, batches(units_to_fill(remote, common), FILLED_AT_ONCE)):
        for trouble in filter(None, (one["trouble"] for one in results)):
            log.warning("not all hashes of %s are held: %s", remote.database.name, trouble[1])
            return


def units_to_fill(remote, common):
    """Yield the units of work that bring the full tiles at the bottom that are not held."""
    known = ChecksumDatabase.objects.filter(pulp_domain=remote.pulp_domain)
    database = known.filter(name=remote.database.name).first()
    full = (database.size if database else 0) >> HEIGHT
    for start in range(0, full, 1 << HEIGHT):
        end = min(start + (1 << HEIGHT), full)
        held = database.tiles.filter(level=0, number__gte=start, number__lt=end)
        numbers = set(range(start, end)) - set(
            held.filter(width=1 << HEIGHT).values_list("number", flat=True)
        )
        if numbers:
            yield common | {"tiles": sorted(numbers)}


def advance(remote, joined):
    """Trust a larger tree, unless another one is trusted by now; report whether it is."""
    held = ChecksumDatabase.objects.filter(
        pulp_domain=remote.pulp_domain, name=joined["database"], size=joined["from"]
    )
    return bool(held.update(size=joined["size"], note=joined["note"].encode()))


def stopped(repository, stop):
    """Return the error that a unit of work has stopped with; a fork is noted as a finding.

    Args:
        repository: The `GoRepository` that is synced.
        stop: The `stop` of the unit's result.
    """
    if fork := stop.get("fork"):
        Finding.note_fork(repository.pulp_domain_id, fork, repository)
    return SyncStoppedError(stop["code"], stop["reason"])
