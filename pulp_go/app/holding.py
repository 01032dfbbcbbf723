"""What the domain holds already and a sync may take as it is.

A unit may be reused if the repository holds it, if this remote brought it before, or if its hash
is the one known beforehand; never because another repository of the domain has it.

As in `rivals`, each look-up names its rows.
"""

from dataclasses import dataclass

from pulpcore.plugin.models import ContentArtifact, RemoteArtifact, RepositoryContent
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.batches import batches
from pulp_go.app.history import Evidence
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import BULKY, ModuleVersion
from pulp_go.app.synced import GoModSource


@dataclass(frozen=True, slots=True)
class Held:
    """A unit of the domain, and where it is known from.

    Attributes:
        unit: The unit.
        in_repository: Whether the repository holds it.
        from_remote: Whether the remote brought it, from the URL that it has now.
        is_whole: Whether its zip is there, if it has one, and has not stayed upstream.
    """

    unit: ModuleVersion
    in_repository: bool
    from_remote: bool
    is_whole: bool = True

    @property
    def rank(self):
        """Return what is the greater, the better it is to take this one of several."""
        return self.in_repository, bool(self.unit.info), self.is_whole


def find(source, repository, lists):
    """Return for each list of wanted module versions what serves for them, by version.

    Args:
        source: The `keeping.Source` that is synced from.
        repository: The primary key of the repository.
        lists: Lists of `ingest.Wanted`, each of one module.
    """
    wanted = {(one.module, one.version): one for names in lists for one in names}
    found = {}
    for held in candidates(source, repository, wanted, *BULKY):
        name = (held.unit.module, held.unit.version)
        if serves(held, wanted[name]) and is_enough(held, wanted[name], source.remote):
            found[name] = max(found.get(name, held), held, key=lambda one: one.rank)
    return [
        {one.version: found[name] for one in names if (name := (one.module, one.version)) in found}
        for names in lists
    ]


def find_go_mods(source, repository, names):
    """Return the go.mod held of each wanted module version, or None.

    Args:
        source: The `keeping.Source` that is synced from.
        repository: The primary key of the repository.
        names: `ingest.Wanted`, without the zip.
    """
    wanted = {(one.module, one.version): one for one in names}
    found = {}
    for held in candidates(source, repository, wanted, "info", *BULKY[1:]):
        name = (held.unit.module, held.unit.version)
        if is_trusted(held, wanted[name].go_mod_h1):
            found[name] = bytes(held.unit.go_mod)
    return [found.get((one.module, one.version)) for one in names]


def candidates(source, repository, names, *deferred):
    """Yield each `Held` of the module versions `names`, pairs of path and version."""
    units = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk()).defer(*deferred)
    units = units.filter(module__in={path for path, _ in names})
    for batch in batches({version for _, version in names}):
        found = units.filter(version__in=batch)
        for some in batches(one for one in found if (one.module, one.version) in names):
            yield from placed(some, source, repository)


def placed(units, source, repository):
    """Yield a `Held` for each of `units`."""
    pks = [unit.pk for unit in units]
    rows = ContentArtifact.objects.filter(content__in=pks)
    places = {
        unit: (pk, artifact)
        for unit, pk, artifact in rows.values_list("content_id", "pk", "artifact_id")
    }
    ours = pks_of(
        RepositoryContent.objects.filter(
            repository=repository, content__in=pks, version_removed=None
        )
    )
    brought = set(
        RemoteArtifact.objects.filter(
            content_artifact__in=[pk for pk, _ in places.values()],
            remote=source.remote,
            url__startswith=f"{source.url}/",
        ).values_list("content_artifact_id", flat=True)
    )
    told = pks_of(GoModSource.objects.filter(content__in=pks, remote=source.remote, url=source.url))
    for unit in units:
        place, artifact = places.get(unit.pk, (None, None))
        from_remote = unit.pk in told or place in brought
        yield Held(unit, unit.pk in ours, from_remote, bool(artifact or not unit.h1))


def pks_of(rows):
    """Return the primary keys of the units that rows speak of."""
    return set(rows.values_list("content_id", flat=True))


def serves(held, wanted):
    """Report whether a held unit is what is wanted, and known from a source to be trusted."""
    unit = held.unit
    if wanted.go_mod_h1 and unit.go_mod_h1 != wanted.go_mod_h1:
        return False
    if wanted.h1 and unit.h1 != wanted.h1:
        return False
    if wanted.zip:
        return bool(unit.h1) and bool(held.in_repository or held.from_remote or wanted.h1)
    return held.in_repository or (not unit.h1 and bool(held.from_remote or wanted.go_mod_h1))


def is_enough(held, wanted, remote):
    """Report whether the zip of a held unit is there, or may stay upstream.

    It may if this remote still has it. What pins it must be wanted, or be the repository's own: it
    may come from a go.sum that was wrong.
    """
    if held.is_whole or not wanted.zip:
        return True
    is_lazy = remote.policy != GoRemote.IMMEDIATE
    return is_lazy and held.from_remote and bool(held.in_repository or wanted.h1)


def is_trusted(held, go_mod_h1):
    """Report whether the go.mod of a held unit is known from a source to be trusted."""
    if go_mod_h1:
        return held.unit.go_mod_h1 == go_mod_h1
    return held.in_repository or held.from_remote


def proven(database, lists):
    """Return of each list of units the primary keys of those whose hashes a database has proven.

    Args:
        database: The name of the checksum database.
        lists: Lists of units.
    """
    units = [unit for some in lists for unit in some]
    known = Evidence.objects.filter(
        domain=get_domain_pk(),
        database=database,
        module__in={unit.module for unit in units},
        version__in={unit.version for unit in units},
    )
    hashes = set(known.values_list("module", "version", "go_mod_h1", "h1"))
    # Of a unit without a zip, what was proven of the zip does not matter.
    hashes |= {(*name, "") for *name, _ in hashes}
    return [{unit.pk for unit in some if hashes_of(unit) in hashes} for some in lists]


def hashes_of(unit):
    """Return what tells a unit from others of its domain, but for its `.info`."""
    return unit.module, unit.version, unit.go_mod_h1, unit.h1
