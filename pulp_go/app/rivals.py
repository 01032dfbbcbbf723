"""Units of one module version that meet in a repository: which stays, and which may not come.

Each look-up names its rows, by the batch. One statement for all would join tables that grow in the
very transaction: PostgreSQL plans it by what it last counted in them, which may have been nothing,
and it then takes minutes for some hundred rows.

docs/dev/learn/decisions/0008-look-ups-name-their-rows.md
"""

from enum import Enum
from itertools import chain

from pulpcore.plugin.models import RepositoryContent

from pulp_go.app.batches import BATCH, batches
from pulp_go.app.exceptions import HeldVersionError
from pulp_go.app.moduleversion import added_units, namesakes


class Settled(Enum):
    """What becomes of a unit whose module version the repository version holds already."""

    KEEP = "what is held stays"
    REPLACE = "the new one takes its place"
    REFUSE = "the two contradict each other"


def settle(held, new, allow_replacement=False):
    """Return what happens when `new` meets `held`, a unit of the same module version.

    A published module version never changes, so other hashes are refused. An empty `h1` is no
    other hash: it only says that no zip came with the go.mod. With equal hashes what is held
    stays, unless it has no `.info` and the new one has.
    """
    if held.go_mod_h1 != new.go_mod_h1 or (held.h1 and new.h1 and held.h1 != new.h1):
        return Settled.REPLACE if allow_replacement else Settled.REFUSE
    if bool(held.h1) != bool(new.h1):
        return Settled.REPLACE if new.h1 else Settled.KEEP
    return Settled.REPLACE if new.info and not held.info else Settled.KEEP


def held_beside(repository, units):
    """Return what the latest version of a repository holds of the module versions of `units`.

    Returns:
        The units by path and version, and the primary keys of those of `units` that are held.
    """
    alike = list(chain(*namesakes(units).values()))
    held = RepositoryContent.objects.filter(
        repository=repository, content__in=[unit.pk for unit in alike], version_removed=None
    )
    pks = set(held.values_list("content_id", flat=True))
    beside = {(unit.module, unit.version): unit for unit in alike if unit.pk in pks}
    return beside, pks.intersection(unit.pk for unit in units)


def refuse_swaps(version):
    """Refuse other bytes for a module version that is removed at the same stroke.

    Args:
        version: A repository version that is being made.

    Raises:
        HeldVersionError: A unit that is added contradicts one that is removed.
    """
    removed = RepositoryContent.objects.filter(version_removed=version)
    if not removed.exists():
        return
    for added, rivals in meetings(version):
        pks = [unit.pk for unit in chain(*rivals.values())]
        gone = set(removed.filter(content__in=pks).values_list("content_id", flat=True))
        for new in added:
            for held in rivals.get((new.module, new.version), ()):
                if held.pk in gone and settle(held, new) is Settled.REFUSE:
                    raise HeldVersionError(held, new)


def losers(version, allow_replacement):
    """Return the primary keys of the units of a repository version that give way to another.

    Args:
        version: A repository version that is being made.
        allow_replacement: Whether one that is added may replace one with other hashes.

    Raises:
        HeldVersionError: Two contradict each other.
    """
    found = set()
    for _, rivals in meetings(version):
        pks = [unit.pk for unit in chain(*rivals.values())]
        held = RepositoryContent.objects.filter(
            repository_id=version.repository_id, content__in=pks, version_removed=None
        )
        brought_by = dict(held.values_list("content_id", "version_added_id"))
        for units in rivals.values():
            here = [unit for unit in units if unit.pk in brought_by]
            new = {unit.pk for unit in here if brought_by[unit.pk] == version.pk}
            found.update(unit.pk for unit in giving_way(here, new, allow_replacement))
    return found


def giving_way(units, new, allow_replacement):
    """Yield all but one of the units of a module version; of those that are new, the older first.

    Of two that come together neither may replace the other.

    Raises:
        HeldVersionError: Two contradict each other.
    """
    order = sorted(units, key=lambda unit: (unit.pk in new, unit.pulp_created))
    best = order[0] if order else None
    for unit in order[1:]:
        match settle(best, unit, allow_replacement and best.pk not in new):
            case Settled.REFUSE:
                raise HeldVersionError(best, unit)
            case Settled.KEEP:
                yield unit
            case Settled.REPLACE:
                yield best
                best = unit


def meetings(version):
    """Yield what a repository version adds, by the batch, with the domain's rivals of it.

    Rivals are the units of a module version of which there are several, by path and version. So
    that a batch needs few of them, those of one module come together.
    """
    needed = ("module", "version", "h1", "go_mod_h1", "info")
    added = added_units(version).order_by("module").only(*needed)
    for batch in batches(added.iterator(chunk_size=BATCH)):
        rivals = {name: units for name, units in namesakes(batch).items() if len(units) > 1}
        if rivals:
            yield batch, rivals
