"""What came meets what a repository holds: what is added, what is refused, what goes."""

from pulp_go.app.batches import BATCH, batches
from pulp_go.app.exceptions import HeldVersionError
from pulp_go.app.history import Finding
from pulp_go.app.moduleversion import BULKY, ModuleVersion
from pulp_go.app.rivals import Settled, held_beside, settle


def latest_version(repository):
    """Return the latest complete version of a repository, without what grows with its size."""
    return repository.versions.complete().defer("content_ids").latest()


def settle_all(repository, pks):
    """Return the primary keys that a new version would add, and what the repository refuses.

    A refusal is a finding too: the upstream has other bytes than those once brought.
    """
    new, refused = [], []
    for batch in batches(pks):
        units = list(ModuleVersion.objects.filter(pk__in=batch).defer(*BULKY))
        held, there = held_beside(repository, units)
        for unit in units:
            if unit.pk in there:
                continue
            rival = held.get((unit.module, unit.version))
            outcome = settle(rival, unit, repository.allow_replacement) if rival else None
            if outcome is Settled.REFUSE:
                refused.append(refuse(repository, rival, unit))
            elif outcome is not Settled.KEEP:
                new.append(unit.pk)
    return new, refused


def note_drift(repository, drifted):
    """Note the tags that are elsewhere now than the commits whose files are held.

    Args:
        repository: The `GoRepository`.
        drifted: `[module, version, commit that is held, commit that was seen]` of each.
    """
    for module, version, held, seen in drifted:
        Finding.objects.get_or_create(
            repository=repository,
            kind=Finding.DRIFT,
            module=module,
            version=version,
            held={"commit": held},
            seen={"commit": seen},
            defaults={"repository_name": repository.name},
        )


def refuse(repository, held, new):
    """Note the contradiction of two units and return it as a failure."""
    error = HeldVersionError(held, new)
    Finding.objects.get_or_create(
        repository=repository,
        repository_name=repository.name,
        kind=Finding.DRIFT,
        module=new.module,
        version=new.version,
        held={"h1": held.h1, "go_mod_h1": held.go_mod_h1},
        seen={"h1": new.h1, "go_mod_h1": new.go_mod_h1},
    )
    return [new.module, new.version, error.error_code, error.reason]


def unwanted(repository, stays):
    """Yield the primary key, module and version of each unit held that does not stay.

    Args:
        repository: The repository, of which the latest version is meant.
        stays: Reports whether a module version, by path and version, stays.
    """
    held = ModuleVersion.objects.filter(
        version_memberships__repository=repository, version_memberships__version_removed=None
    ).values_list("pk", "module", "version")
    for pk, path, version in held.iterator(chunk_size=BATCH):
        if not stays(path, version):
            yield pk, path, version
