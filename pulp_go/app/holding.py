"""What the domain holds already and a sync may take as it is.

A unit may be reused if the repository holds it, if this remote brought it before, or if its hash
is the one known beforehand; never because another repository of the domain has it.
"""

from django.db.models import Exists, OuterRef, Q

from pulpcore.plugin.models import ContentArtifact, RemoteArtifact, RepositoryContent
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.batches import batches
from pulp_go.app.models import ModuleVersion
from pulp_go.app.synced import GoModSource

BULKY = ("go_mod", "requires", "retracts")


def find(source, repository, lists):
    """Return for each list of wanted module versions the held units that serve, by version.

    Args:
        source: The `keeping.Source` that is synced from.
        repository: The primary key of the repository.
        lists: Lists of `ingest.Wanted`, each of one module.
    """
    wanted = {(one.module, one.version): one for names in lists for one in names}
    found = {}
    for held in candidates(source, repository, wanted, *BULKY):
        name = (held.module, held.version)
        if name in wanted and serves(held, wanted[name]):
            best = found.setdefault(name, held)
            if (held.in_repository, bool(held.info)) > (best.in_repository, bool(best.info)):
                found[name] = held
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
    held = {
        (unit.module, unit.version): bytes(unit.go_mod)
        for unit in candidates(source, repository, wanted, "info", *BULKY[1:])
        if (one := wanted.get((unit.module, unit.version)))
        and (not one.go_mod_h1 or one.go_mod_h1 == unit.go_mod_h1)
        and (unit.in_repository or unit.from_remote or one.go_mod_h1)
    }
    return [held.get((one.module, one.version)) for one in names]


def candidates(source, repository, names, *deferred):
    """Yield the domain's units of module versions, each with where it is known from."""
    units = annotated(source, repository).filter(module__in={path for path, _ in names})
    for batch in batches({version for _, version in names}):
        yield from units.filter(version__in=batch).defer(*deferred)


def annotated(source, repository):
    """Return the complete units of the domain, each with where it is known from."""
    unit = OuterRef("pk")
    zips = ContentArtifact.objects.filter(content=unit, artifact__isnull=False)
    ours = RepositoryContent.objects.filter(
        content=unit, repository=repository, version_removed__isnull=True
    )
    brought = RemoteArtifact.objects.filter(
        content_artifact__content=unit, remote=source.remote, url__startswith=f"{source.url}/"
    )
    told = GoModSource.objects.filter(content=unit, remote=source.remote, url=source.url)
    units = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk())
    return units.filter(Q(h1="") | Exists(zips)).annotate(
        in_repository=Exists(ours), from_remote=Exists(brought) | Exists(told)
    )


def serves(held, wanted):
    """Report whether a held unit is what is wanted, and known from a source to be trusted."""
    if wanted.go_mod_h1 and held.go_mod_h1 != wanted.go_mod_h1:
        return False
    if wanted.h1 and held.h1 != wanted.h1:
        return False
    if wanted.zip:
        return bool(held.h1) and bool(held.in_repository or held.from_remote or wanted.h1)
    return bool(held.in_repository or (not held.h1 and (held.from_remote or wanted.go_mod_h1)))
