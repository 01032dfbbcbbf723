"""Upload: one zip becomes a module version, and comes into a repository if one is named."""

from asgiref.sync import sync_to_async

from pulpcore.plugin.models import Artifact, CreatedResource, PulpTemporaryFile, Upload
from pulpcore.plugin.util import get_url

from pulp_go.app import uploading
from pulp_go.app.models import GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.tasks.settling import latest_version
from pulp_go.app.uploaded import on_disk
from pulp_go.app.uploading import Said

# Adding costs with the repository's size: this many units take about a second, and pulpcore gives
# what runs within a request five.
MOST_AT_ONCE = 20_000

SOURCES = {"file": PulpTemporaryFile, "upload": Upload, "artifact": Artifact}


def upload(kind, source_pk, said, repository_pk=None):
    """Make a module version of a zip.

    Args:
        kind: What the zip is: a key of `SOURCES`.
        source_pk: The primary key of it. A `file` and, once it is used, an `upload` are removed.
        said: The fields of a `Said`.
        repository_pk: The primary key of the `GoRepository` to add it to, or None.

    Returns:
        What `report` says of it.

    Raises:
        BadModuleError: `go` would refuse it, or it is another module version than was said.
        HeldVersionError: The repository holds the module version with other bytes.
        UploadIncompleteError: Chunks are missing.
        MachineError: What came could not be read or written.
    """
    source, said = SOURCES[kind].objects.get(pk=source_pk), Said(**said)
    with on_disk(source) as path:
        verified = uploading.verify(path, said)
        repository = GoRepository.objects.get(pk=repository_pk) if repository_pk else None
        unit = uploading.accept(verified, said, repository)
    CreatedResource.objects.create(content_object=unit)
    return report(unit, bool(repository) and uploading.add(repository, unit))


def is_quick(repository):
    """Report whether a unit is added to a repository so fast that a client may wait for it."""
    held = latest_version(repository).counts.filter(count_type="P")
    return sum(held.values_list("count", flat=True)) <= MOST_AT_ONCE


async def add_upload(unit_pk, repository_pk, overwrite):
    """Add a module version that was uploaded to a repository; see `add_accepted`."""
    return await sync_to_async(add_accepted)(unit_pk, repository_pk, overwrite)


def add_accepted(unit_pk, repository_pk, overwrite):
    """Add a module version that was uploaded to a repository, if that still may hold it.

    Args:
        unit_pk: The primary key of the unit.
        repository_pk: The primary key of the `GoRepository`.
        overwrite: Whether it may replace other bytes in a repository that allows that.

    Returns:
        What `report` says of it.

    Raises:
        HeldVersionError: The repository holds the module version with other bytes.
    """
    unit = ModuleVersion.objects.get(pk=unit_pk)
    repository = GoRepository.objects.get(pk=repository_pk)
    held = uploading.held_instead(repository, unit, overwrite)
    return report(held or unit, not held and uploading.add(repository, unit))


def report(unit, is_added):
    """Return what a task says of the module version that came."""
    names = ("module", "version", "h1", "go_mod_h1")
    fields = {name: getattr(unit, name) for name in names}
    return {"pulp_href": get_url(unit)} | fields | {"added": is_added}
