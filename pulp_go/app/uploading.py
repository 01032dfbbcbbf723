"""A zip is enough: what an upload says beside it is checked, all the rest is derived from it.

    module, version    the first name in the zip begins with them
    .mod               the go.mod in its root, or the line that Go makes up
    .info              the version, and a time: the given one, else the newest in the zip, else now

Then it passes the one door, `ingest.verify`, like everything else. What a repository holds of the
same module version decides what becomes of it, before anything is stored.

docs/dev/learn/decisions/0009-uploads.md
"""

from dataclasses import dataclass, field
from datetime import datetime

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils.timezone import now

from pulpcore.plugin.models import Artifact, RepositoryContent, Task
from pulpcore.plugin.util import get_current_authenticated_user, get_domain_pk

from pulp_go.app import ingest, toolchains
from pulp_go.app.exceptions import BadModuleError, HeldVersionError
from pulp_go.app.hashing import Hashers
from pulp_go.app.history import Arrival
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.keeping import attach, held_keys, keep, keep_artifacts, key_of, note_proofs
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.rivals import Settled, held_beside, settle
from pulp_go.gomod import declared, infofile, modfile, zipname, ziptime
from pulp_go.gomod.errors import GoModError

# A zip may name what is wrong in it with 64 KiB; a reason is for people. In characters.
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What an upload says beside its zip.

    Attributes:
        module: The module path, or "" if the zip alone tells it.
        version: The version, or "" if the zip alone tells it.
        time: When the version was made, in ISO 8601, or "" if the zip or the clock tells it.
        overwrite: Whether it may replace other bytes in a repository that allows that.
        labels: Labels of the unit, if it is a new one.
    """

    module: str = ""
    version: str = ""
    time: str = ""
    overwrite: bool = True
    labels: dict = field(default_factory=dict)


def verify(path, said):
    """Return what may be kept of the zip at `path`, all else derived from it.

    Raises:
        BadModuleError: `go` would refuse it, or it is another module version than was said.
        OSError: The file cannot be read, or no process can be started that checks it.
    """
    try:
        return derive(path, said)
    except BadModuleError as error:
        # Names in it are the zip's, and PostgreSQL stores a task's error.
        raise BadModuleError(ingest.storable(shortened(error.reason))) from error


def shortened(reason):
    """Return a reason without its middle if it is long: the name comes first, the rule last."""
    half = MAX_REASON // 2
    return reason if len(reason) <= MAX_REASON else f"{reason[:half]} ... {reason[-half:]}"


def derive(path, said):
    """Return what may be kept of the zip at `path`; see `verify`."""
    wanted = wanted_of(path, said)
    ingest.check_name(wanted)
    try:
        facts = examine(path, wanted)
        if facts.go_mod is not None:
            declared.check_go_mod(wanted.module, wanted.version, facts.go_mod)
    except GoModError as error:
        raise BadModuleError(f"{wanted}: {error}") from error
    go_mod = modfile.synthesize(wanted.module) if facts.go_mod is None else facts.go_mod
    info = infofile.format_info(wanted.version, time_of(path, said), None)
    return ingest.verify(wanted, Files(info, go_mod, path, facts))


def wanted_of(path, said):
    """Return the `Wanted` that a zip is to be: what it says, and what was said if that agrees.

    Raises:
        BadModuleError: It is no zip, does not say it, or was said to be another.
    """
    try:
        with open(path, "rb") as file:
            module, version = zipname.module_version(file)
    except GoModError as error:
        raise BadModuleError(str(error)) from error
    wanted = Wanted(said.module or module, said.version or version)
    if (wanted.module, wanted.version) != (module, version):
        raise BadModuleError(f"{wanted}: the zip is that of {module}@{version}")
    return wanted


@async_to_sync
async def examine(path, wanted):
    """Return the `Facts` of a zip.

    It is one zip: a process that ends with it is started, in a request as in a task. There a
    hostile zip can take neither the memory nor the time of who asks, and nothing is left behind.

    Raises:
        GoModError: `go` would refuse it.
        OSError: The file cannot be read, or no process can be started.
    """
    async with Hashers(1) as hashers:
        return await hashers.examine(path, wanted.module, wanted.version, Artifact.DIGEST_FIELDS)


def time_of(path, said):
    """Return when an uploaded version was made; never later than now, unless that was said."""
    if said.time:
        return datetime.fromisoformat(said.time)
    moment = now().replace(microsecond=0)
    with open(path, "rb") as file:
        newest = ziptime.newest_time(file)
    return moment if newest is None else min(newest, moment)


def accept(verified, said, repository=None):
    """Return the unit of an upload: a new one, or the one that is held already.

    Without a time that was said, a unit of the domain with the same hashes is the same module
    version: to upload it again makes no other one.

    Args:
        verified: A `Verified`.
        said: The `Said`.
        repository: The `GoRepository` that it is for, or None.

    Raises:
        HeldVersionError: The repository holds the module version with other bytes.
        ToolchainUnverifiedError: It is a toolchain that no checksum database vouches for.
        HashMismatchError: It is one for which a database vouches with other hashes.
    """
    new = ModuleVersion(**verified.columns)
    proof = toolchains.check(new, repository)
    unit = repository and held_instead(repository, new, said.overwrite)
    if not (unit or said.time):
        unit = twin_of(new)
    if unit:
        unit.touch()
    else:
        unit = kept(verified, said.labels)
    restore(unit, verified.artifact)
    if proof:
        note_proofs([(unit, Wanted(unit.module, unit.version, proofs=(proof,)))])
    return unit


def kept(verified, labels):
    """Return the unit of what was verified; if it is a new one, it gets the labels."""
    is_new = key_of(verified) not in held_keys([verified])
    [unit] = keep([verified])
    if is_new and labels:
        unit.pulp_labels = labels
        unit.save(update_fields=["pulp_labels"])
    return unit


def restore(unit, artifact):
    """Put the zip of a held unit back if the storage lost it: nobody else may have these bytes.

    A unit whose zip is still upstream has it from then on.
    """
    if not unit.contentartifact_set.filter(artifact__isnull=False).exists():
        attach(unit, keep_artifacts([artifact])[artifact.sha256])
    held = Artifact.objects.filter(content_memberships__content=unit, sha256=artifact.sha256)
    for one in held:
        if not one.file.storage.exists(one.file.name):
            one.file = artifact.file.name
            one.save()


def held_instead(repository, new, overwrite=True):
    """Return the unit that the latest version of a repository keeps in place of `new`, or None.

    Raises:
        HeldVersionError: It holds the module version with other bytes, which stay.
    """
    held = held_beside(repository, [new])[0].get((new.module, new.version))
    if held is None or held.pk == new.pk:
        return held
    match settle(held, new, repository.allow_replacement and overwrite):
        case Settled.REFUSE:
            raise HeldVersionError(held, new)
        case Settled.KEEP:
            return held
    return None


def twin_of(new):
    """Return the oldest unit of the domain with the hashes of `new` and an `.info`, or None."""
    names = ("module", "version", "h1", "go_mod_h1")
    same = {name: getattr(new, name) for name in names}
    twins = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk(), **same)
    return twins.exclude(info=b"").order_by("pulp_created").first()


def holds(repository, unit):
    """Report whether the latest version of a repository holds this very unit."""
    return RepositoryContent.objects.filter(
        repository=repository, content_id=unit.pk, version_removed=None
    ).exists()


def add(repository, unit):
    """Add an accepted unit to a repository in a new version, unless it holds it.

    Returns:
        Whether there is a new version.
    """
    if holds(repository, unit):
        return False
    user = get_current_authenticated_user()
    origin = {"user": user.username if user else "", "task": Task.current_id()}
    units = ModuleVersion.objects.filter(pk=unit.pk)
    with transaction.atomic(), repository.new_version() as version:
        version.add_content(units)
        Arrival.record(repository, version, Arrival.Source.UPLOAD, units, **origin)
    return True
