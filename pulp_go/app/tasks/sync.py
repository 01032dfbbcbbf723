"""Sync: plan the units of work, have them done, add what came in one repository version.

The task holds the repository; the units hold nothing. What they bring is complete before the
version is opened, and the version is opened only if there is something to add.
"""

import json
from contextlib import ExitStack

from django.db import transaction
from django.db.models import Exists
from django_guid import get_guid

from pulpcore.plugin.models import ProgressReport, Task
from pulpcore.plugin.util import get_current_authenticated_user, get_domain_pk

from pulp_go.app import executor
from pulp_go.app.exceptions import (
    HeldVersionError,
    SelectionInvalidError,
    StorageError,
    SyncFailedError,
)
from pulp_go.app.models import (
    Arrival,
    Finding,
    GoRemote,
    GoRepository,
    ModuleVersion,
    Settled,
    batches,
    memberships,
    settle,
    units_of,
)
from pulp_go.app.units import first_of
from pulp_go.gomod import gosum, selection
from pulp_go.gomod.errors import GoModError

MOST_FAILURES = 1000
# Adding costs with the repository's size, each time; PostgreSQL takes 65,535 parameters at most.
ADD_BATCH = 50_000
PHASES = {
    "planned": "Planning module versions",
    "downloaded": "Downloading module versions",
    "verified": "Verifying module versions",
    "added": "Adding module versions",
    "failed": "Failed module versions",
}


def synchronize(remote_pk, repository_pk, strict=False):
    """Bring into a repository what a remote selects.

    Args:
        remote_pk: The primary key of the `GoRemote`.
        repository_pk: The primary key of the `GoRepository`.
        strict: Whether one failure leaves the repository as it was.

    Returns:
        `{"added": n, "failed": [[module, version, code, reason]], "failed_count": n}`, with the
        first 1,000 failures.

    Raises:
        SelectionInvalidError: The remote selects nothing, or what cannot be understood.
        SyncFailedError: Nothing came, or something failed and `strict` is set.
        StorageError: What came could not be written.
    """
    remote = GoRemote.objects.get(pk=remote_pk)
    repository = GoRepository.objects.get(pk=repository_pk)
    units = plan_units(remote, repository)
    with Progress() as progress:
        pks, failed = run_units(units, progress)
        new, refused = settle_all(repository, pks)
        failed += refused
        progress({"failed": len(failed)})
        report = summary(0, failed)
        if failed and (strict or len(pks) == len(refused)):
            raise SyncFailedError(f"nothing was added: {json.dumps(report)}")
        add(repository, remote, new)
        progress({"added": len(new)})
    return summary(len(new), failed)


def plan_units(remote, repository):
    """Return the units of work of a sync, as `units.ingest_module` takes them.

    Raises:
        SelectionInvalidError: The remote selects nothing, or what cannot be understood.
    """
    try:
        plan = plan_of(remote.includes, remote.excludes, remote.go_sum)
    except GoModError as error:
        raise SelectionInvalidError(f"remote {remote.name}: {error}") from error
    if not plan:
        raise SelectionInvalidError(f"remote {remote.name} selects nothing")
    common = {
        "domain": str(get_domain_pk()),
        "correlation_id": get_guid(),
        "remote": str(remote.pk),
        "repository": str(repository.pk),
        "excludes": remote.excludes,
    }
    return [common | unit_of(wanted) for wanted in plan.values()]


def plan_of(includes, excludes, go_sum):
    """Return what a remote's fields select, by module: `gomod.selection.plan`.

    Raises:
        GoModError: A word or a line cannot be understood; it is named.
    """
    words = [selection.parse_word(text) for text in includes]
    without = [selection.parse_word(text) for text in excludes]
    return selection.plan(words, without, gosum.parse(go_sum))


def unit_of(wanted):
    """Return what a `selection.Wanted` adds to a unit of work."""
    versions = [[v.version, v.zip, v.h1, v.go_mod_h1] for v in wanted.versions]
    return {
        "module": wanted.module,
        "versions": versions,
        "queries": [str(query) for query in wanted.queries],
    }


def run_units(units, progress):
    """Have the units done; return the primary keys that came and the failures.

    Raises:
        StorageError: What came could not be written.
    """
    try:
        results = executor.run(units, progress)
    except* OSError as errors:
        raise StorageError(str(first_of(errors))) from errors
    pks = [pk for result in results for pk in result["added"]]
    failed = [failure for result in results for failure in result["failed"]]
    return pks, sorted(failed)


def settle_all(repository, pks):
    """Return the primary keys that a new version would add, and what the repository refuses.

    A refusal is a finding too: the upstream has other bytes than those once brought.
    """
    latest = repository.versions.complete().defer("content_ids").latest()
    new, refused = [], []
    for batch in batches(pks):
        units = ModuleVersion.objects.filter(pk__in=batch).exclude(Exists(memberships(latest)))
        units = list(units.defer("go_mod", "requires"))
        held = held_beside(latest, units)
        for unit in units:
            rival = held.get((unit.module, unit.version))
            outcome = settle(rival, unit, repository.allow_replacement) if rival else None
            if outcome is Settled.REFUSE:
                refused.append(refuse(repository, rival, unit))
            elif outcome is not Settled.KEEP:
                new.append(unit.pk)
    return new, refused


def held_beside(version, units):
    """Return the units that `version` holds of the same module versions, by those."""
    names = {"module__in": {u.module for u in units}, "version__in": {u.version for u in units}}
    rivals = units_of(version).filter(_pulp_domain=get_domain_pk(), **names)
    return {(u.module, u.version): u for u in rivals.defer("go_mod", "requires")}


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


def add(repository, remote, pks):
    """Add units in one new repository version, with their arrivals; nothing for no units."""
    if not pks:
        return
    user = get_current_authenticated_user()
    origin = {
        "remote": remote.name,
        "user": user.username if user else "",
        "task": Task.current_id(),
    }
    with transaction.atomic(), repository.new_version() as version:
        for batch in batches(pks, ADD_BATCH):
            version.add_content(ModuleVersion.objects.filter(pk__in=batch))
        for batch in batches(pks):
            units = ModuleVersion.objects.filter(pk__in=batch)
            Arrival.record(repository, version, Arrival.Source.SYNC, units, **origin)


def summary(added, failed):
    """Return what a sync says of itself."""
    return {"added": added, "failed": failed[:MOST_FAILURES], "failed_count": len(failed)}


class Progress(ExitStack):
    """One progress report per phase, of the current task."""

    def __enter__(self):
        super().__enter__()
        self._reports = {
            what: self.enter_context(ProgressReport(message=message, code=f"sync.{what}"))
            for what, message in PHASES.items()
        }
        return self

    def __call__(self, counts):
        """Show what was counted so far; the reports save themselves from time to time."""
        for what, number in counts.items():
            self._reports[what].done = number
            self._reports[what].save()
