"""The unit of work that fetches a zip which stayed upstream when its module version was synced.

Such a zip is pinned: the hash of its unit was known before anything of it came. Each remote that
had it is asked, the last one first that said so, at no other URL than below its own. What comes
is checked as at a sync, and is this zip or is thrown away.
"""

import logging
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django_guid import get_guid, set_guid

from pulpcore.plugin.models import Domain, RemoteArtifact
from pulpcore.plugin.util import set_domain

from pulp_go.app import ingest, keeping
from pulp_go.app.exceptions import (
    BadModuleError,
    GoError,
    HashMismatchError,
    MachineError,
    ZipUnavailableError,
)
from pulp_go.app.ingest import Files
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import BULKY, ModuleVersion
from pulp_go.app.units import MAX_REASON, download_zip
from pulp_go.gomod import dirhash

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a zip may be had.

    Attributes:
        remote: The remote.
        noted: The primary key of the RemoteArtifact that says so.
    """

    remote: GoRemote
    noted: UUID


@dataclass(frozen=True, slots=True)
class Deferred:
    """A unit, and where its zip is.

    Attributes:
        unit: The unit; None if there is none.
        is_here: Whether the zip is here already.
        places: Each `Place` that may have it.
    """

    unit: ModuleVersion | None = None
    is_here: bool = False
    places: list[Place] = field(default_factory=list)


def unit_of(module_version, keep):
    """Return the unit of work that fetches the zip of a module version.

    Args:
        module_version: The `ModuleVersion`.
        keep: Whether the zip is kept.
    """
    return {
        "kind": "zip",
        "domain": str(module_version._pulp_domain_id),
        "correlation_id": get_guid(),
        "unit": str(module_version.pk),
        "module": module_version.module,
        "version": module_version.version,
        "keep": keep,
    }


async def fetch_zip(unit, supplies, progress):
    """Fetch the zip of one module version, unless it is here.

    Args:
        unit: `domain`, `correlation_id`, `module`, `version`, `unit` (a primary key) and `keep`:
            whether the zip is kept. If not, it is left in the spool for whoever asked.
        supplies: The `Supplies` of this event loop.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        `{"path", "size", "failed": [module, version, code, reason] or None, "is_late"}`: the path
        of a zip that is not kept, else "", and its size; why there is none, and whether that is
        because every upstream took too long.
    """
    set_domain(await Domain.objects.aget(pk=unit["domain"]))
    set_guid(unit["correlation_id"])
    result = {"path": "", "size": 0, "failed": None, "is_late": False}
    deferred = await sync_to_async(look)(unit["unit"])
    if deferred.is_here:
        return result
    name = [unit["module"], unit["version"]]
    try:
        async with supplies.slots:
            came = await ask(deferred, supplies, unit["keep"])
    except TroubleError as trouble:
        progress["failed"] += 1
        return result | {"failed": [*name, *trouble.told()], "is_late": trouble.is_late()}
    progress["downloaded"] += 1
    return result | came


def look(pk):
    """Return the `Deferred` of a unit; a zip that another unit has is its own from then on."""
    unit = ModuleVersion.objects.filter(pk=pk).defer("info", *BULKY).first()
    if unit is None:
        return Deferred()
    if artifact := keeping.zip_like(unit):
        keeping.fill([(unit, artifact)])
        return Deferred(unit, is_here=True)
    rows = RemoteArtifact.objects.filter(content_artifact__content=unit)
    remotes = GoRemote.objects.in_bulk(rows.values_list("remote_id", flat=True))
    path = keeping.path_of(unit)
    places = [
        Place(remotes[row.remote_id], row.pk)
        for row in rows.order_by("-pulp_last_updated")
        if row.remote_id in remotes
        and row.url == f"{remotes[row.remote_id].url.rstrip('/')}/{path}"
    ]
    return Deferred(unit, places=places)


class TroubleError(Exception):
    """No place has given a zip.

    Attributes:
        errors: The `GoError` of each place.
    """

    def __init__(self, errors):
        super().__init__()
        self.errors = errors

    def told(self):
        """Return code and reason of the first error."""
        error = self.errors[0]
        return error.error_code, ingest.storable(error.reason[:MAX_REASON])

    def is_late(self):
        """Report whether every place took too long."""
        return all(isinstance(error.__cause__, TimeoutError) for error in self.errors)


async def ask(deferred, supplies, keep):
    """Return path and size of the zip from the first place that gives it.

    Raises:
        TroubleError: None does.
    """
    errors = []
    for place in deferred.places:
        try:
            return await take(deferred.unit, place, supplies, keep)
        except GoError as error:
            errors.append(error)
        except OSError as error:
            errors.append(MachineError(str(error)))
        note(deferred.unit, place, errors[-1])
    raise TroubleError(errors or [ZipUnavailableError("no remote is left that has the zip")])


def note(unit, place, error):
    """Log why a place gave no zip; as an error if what it gave is another one."""
    is_other = isinstance(error, HashMismatchError | BadModuleError)
    log.log(
        logging.ERROR if is_other else logging.WARNING,
        # What a stranger may have written stays on one line.
        "the zip of %s@%s, pinned to %s with go.mod %s, was not had from remote %s: %r",
        *(unit.module, unit.version, unit.h1, unit.go_mod_h1),
        *(place.remote.name, error.reason[:MAX_REASON]),
    )


async def take(unit, place, supplies, keep):
    """Return path and size of the zip from a place, "" for one that is kept.

    Raises:
        GoError: It has none, or another one.
        OSError: It cannot be written.
    """
    path, stays = supplies.spool / f"{uuid4()}.zip", False
    try:
        upstream = await supplies.upstream(place.remote)
        facts = await download_zip((unit.module, unit.version), upstream, supplies, path)
        check(unit, facts)
        if keep:
            artifact = ingest.artifact_of(Files(b"", b"", str(path), facts))
            await supplies.store(keeping.keep_zip, unit, artifact, place.noted)
        stays = not keep
        return {"path": str(path) if stays else "", "size": facts.size}
    finally:
        if not stays:
            path.unlink(missing_ok=True)


def check(unit, facts):
    """Check that a zip is the one that a unit is pinned to.

    Raises:
        HashMismatchError: It is another one.
    """
    name = f"{unit.module}@{unit.version}"
    ingest.expect(f"{name} zip", unit.h1, facts.h1)
    # With none in the zip, the go.mod is one whose own hash was known beforehand.
    if facts.go_mod is not None:
        go_mod_h1 = dirhash.hash_go_mod(facts.go_mod)
        ingest.expect(f"{name} go.mod in the zip", unit.go_mod_h1, go_mod_h1)
