"""What a sync makes of the trees of a checksum database, apart from what is looked up in them.

Two signed trees that contradict each other are kept as a finding, nothing is added, and what was
trusted since the sync began is trusted no more: one of the two trees is a lie, and nobody knows
which.

docs/dev/learn/decisions/0012-checksum-databases.md
"""

import logging
from dataclasses import dataclass

from pulp_go.app.batches import batches
from pulp_go.app.exceptions import SyncStoppedError
from pulp_go.app.history import Finding
from pulp_go.app.models import SumDBTiles
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.tasks.planning import common_to_units
from pulp_go.app.treestore import TreeStore
from pulp_go.gomod.knowntree import HEIGHT

log = logging.getLogger(__name__)

# Units of work, of which each brings up to 256 tiles at the bottom and the one above them.
FILLED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Trusted:
    """The tree that a domain trusts when a sync begins.

    Attributes:
        size: The size of the tree, 0 for none.
        note: Its signed note.
    """

    size: int = 0
    note: bytes = b""

    @classmethod
    def of(cls, remote):
        """Return the tree of the checksum database of a remote."""
        database = known_database(remote)
        return cls(database.size, bytes(database.note)) if database else cls()

    def stopped(self, repository, stop):
        """Return the error that a unit of work has stopped with; of a fork nothing is believed.

        Args:
            repository: The `GoRepository` that is synced.
            stop: The `stop` of the unit's result.
        """
        if fork := stop.get("fork"):
            domain = repository.pulp_domain_id
            Finding.note_fork(domain, fork, repository)
            known = ChecksumDatabase.objects.get(pulp_domain=domain, name=fork["database"])
            TreeStore(known).retreat(self.size, self.note)
        return SyncStoppedError(stop["code"], stop["reason"])


def known_database(remote):
    """Return the `ChecksumDatabase` of a remote, None if the domain does not know it."""
    verifier = remote.database
    known = ChecksumDatabase.objects.filter(pulp_domain=remote.pulp_domain_id)
    return verifier and known.filter(name=verifier.name).first()


def fill(repository, remote, run):
    """Hold all hash tiles of the trusted tree, if that is what the remote wants.

    A sync that is cut short is gone on with by the next one.

    Args:
        repository: The `GoRepository` that is synced.
        remote: The `GoRemote`.
        run: Does units of work.
    """
    if not remote.database or remote.sumdb_tiles != SumDBTiles.FULL:
        return
    common = common_to_units(remote, repository) | {"kind": "tiles"}
    for results in map(run, batches(units_to_fill(remote, common), FILLED_AT_ONCE)):
        for trouble in filter(None, (one["trouble"] for one in results)):
            log.warning("not all hashes of %s are held: %s", remote.database.name, trouble[1])
            return


def units_to_fill(remote, common):
    """Yield the units of work that bring the full tiles at the bottom that are not held."""
    database = known_database(remote)
    full = (database.size if database else 0) >> HEIGHT
    for start in range(0, full, 1 << HEIGHT):
        end = min(start + (1 << HEIGHT), full)
        held = database.tiles.filter(level=0, number__gte=start, number__lt=end)
        numbers = set(range(start, end)) - set(
            held.filter(width=1 << HEIGHT).values_list("number", flat=True)
        )
        if numbers:
            yield common | {"tiles": sorted(numbers)}
