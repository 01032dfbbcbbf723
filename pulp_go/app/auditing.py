"""The unit of work that checks what is held again: zips, go.mod files and proofs, offline.

A disk may flip a bit, a storage may lose a file, somebody may change a row. What a module version
was believed for is all here, so it can be shown again that it holds.

    the zip      is examined as at ingest; it has the h1 of its row, its go.mod, and each byte
                 that it came with
    go.mod       has the hash of its row
    proofs       `app.proofs`
"""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

from asgiref.sync import sync_to_async
from django_guid import set_guid

from pulpcore.plugin.models import ContentArtifact, Domain
from pulpcore.plugin.util import set_domain

from pulp_go.app import deferred, ingest, proofs
from pulp_go.app.exceptions import BadModuleError, GoError, MachineError
from pulp_go.app.moduleversion import BULKY, ModuleVersion
from pulp_go.app.spool import copy
from pulp_go.gomod import dirhash
from pulp_go.gomod.errors import GoModError

DIGESTS = ("sha256",)


async def audit(unit, supplies, progress):
    """Check some module versions again.

    Args:
        unit: `domain`, `correlation_id` and `units` (primary keys of module versions).
        supplies: The `Supplies` of this event loop.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        `{"failed": [[module, version, code, reason]], "zips": n, "proven": n}`: what does not hold,
        how many zips were read, and for how many module versions there is evidence.
    """
    set_domain(await Domain.objects.aget(pk=unit["domain"]))
    set_guid(unit["correlation_id"])
    units, zips, errors, proven = await sync_to_async(look)(unit["units"])
    held = await asyncio.gather(*(examine(one, zips, supplies) for one in units))
    failed = []
    for one, error in zip(units, held, strict=True):
        progress["verified"] += 1
        if error := error or errors.get(one.pk):
            progress["failed"] += 1
            row = [one.module, one.version, error.error_code, ingest.storable(error.reason)]
            failed.append(row)
    return {"failed": failed, "zips": len(zips), "proven": len(proven)}


def look(pks):
    """Return units, the artifacts of those that have a zip, and what their evidence comes to."""
    rows = ContentArtifact.objects.filter(content__in=pks, artifact__isnull=False)
    zips = {row.content_id: row.artifact for row in rows.select_related("artifact")}
    units = list(ModuleVersion.objects.filter(pk__in=pks).defer("info", *BULKY[1:]))
    return units, zips, *proofs.check_proofs(units)


async def examine(unit, zips, supplies):
    """Return the `GoError` that the files of a unit show, or None."""
    name = f"{unit.module}@{unit.version}"
    try:
        go_mod_h1 = dirhash.hash_go_mod(bytes(unit.go_mod))
        ingest.expect(f"{name} go.mod", unit.go_mod_h1, go_mod_h1)
        if unit.pk in zips:
            async with supplies.slots, on_disk(zips[unit.pk], supplies) as path:
                facts = await supplies.hashers.examine(path, unit.module, unit.version, DIGESTS)
            deferred.check(unit, facts)
            # Its h1 leaves out what `go` does not look at, such as times and modes.
            ingest.expect(f"{name} SHA-256", zips[unit.pk].sha256, facts.digests["sha256"])
    except GoError as error:
        return error
    except GoModError as error:
        return BadModuleError(f"{name}: {error}")
    except OSError as error:
        return MachineError(f"the zip of {name} cannot be read: {error}")
    return None


@asynccontextmanager
async def on_disk(artifact, supplies):
    """Give the path of a stored zip: its own, or that of a copy where the storage has no paths."""
    try:
        yield artifact.file.path
    except NotImplementedError:
        path = supplies.spool / f"{uuid4()}.zip"
        try:
            await asyncio.to_thread(fetch, artifact, path)
            yield str(path)
        finally:
            path.unlink(missing_ok=True)


def fetch(artifact, path):
    """Write a stored file to `path`."""
    with open(path, "xb") as target:
        copy(artifact.file, target)
