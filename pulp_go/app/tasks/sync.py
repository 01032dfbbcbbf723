"""Sync: plan the units of work, have them done, change the repository by one new version.

The task holds the repository; the units hold nothing. What they bring is complete before the
version is opened, and the version is opened only if there is something to add or to remove.
"""

import json
from dataclasses import dataclass, field

from django.db import transaction

from pulpcore.plugin.models import Remote, Task
from pulpcore.plugin.util import get_current_authenticated_user

from pulp_go.app import executor
from pulp_go.app.batches import batches
from pulp_go.app.exceptions import (
    BadModuleError,
    HeldVersionError,
    MachineError,
    SyncFailedError,
    UpstreamNotFoundError,
)
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.history import Arrival
from pulp_go.app.models import GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.resolving import fingerprint
from pulp_go.app.synced import LastSync
from pulp_go.app.tasks.planning import plan, read_refs
from pulp_go.app.tasks.progress import Progress
from pulp_go.app.tasks.settling import latest_version, note_drift, settle_all, unwanted
from pulp_go.app.tasks.trusting import Trusted, fill
from pulp_go.app.units import first_of
from pulp_go.gomod import mainmodules

MOST_LISTED = 1000
# What fails for these reasons fails again as long as no ref moves.
LASTING = {one.error_code for one in (BadModuleError, HeldVersionError, UpstreamNotFoundError)}
# Adding costs with the repository's size, each time; PostgreSQL takes 65,535 parameters at most.
ADD_BATCH = 50_000


def synchronize(remote_pk, repository_pk, mirror=False, optimize=True, strict=False):
    """Bring into a repository what a remote selects.

    Args:
        remote_pk: The primary key of the `GoRemote` or the `GoGitRemote`.
        repository_pk: The primary key of the `GoRepository`.
        mirror: Whether what is held and not selected is removed.
        optimize: Whether a module is skipped that is as it was at the last sync.
        strict: Whether one failure leaves the repository as it was.

    Returns:
        `{"added": n, "removed": n, "failed": [[module, version, code, reason]], "failed_count": n,
        "toolchains": [name]}`, with the first 1,000 failures; from git repositories with
        `"drifted": [[module, version, commit, commit]]` too, see `units.Report`.

    Raises:
        SelectionInvalidError: The remote selects nothing, or what cannot be understood.
        SyncFailedError: Nothing was achieved, or something failed and `strict` is set.
        SyncStoppedError: There is no checksum database where one should be, or it has forked.
        MachineError: What came could not be written.
    """
    remote = Remote.objects.get(pk=remote_pk).cast()
    repository = GoRepository.objects.get(pk=repository_pk)
    before = Before.of(repository, remote, optimize)
    trusted = Trusted.of(remote)
    with Progress() as progress:
        run = Runner(progress)
        refs = read_refs(remote, repository, run, mirror)
        if refs and refs == before.refs and not (strict and before.last.summary["failed"]):
            return before.last.summary
        made = plan(remote, repository, before.last, run, mirror, refs)
        outcome = run_units(made, before, remote, run)
        if outcome.stop:
            raise trusted.stopped(repository, outcome.stop)
        fill(repository, remote, run)
        new, refused = settle_all(repository, outcome.pks)
        outcome.refuse(refused)
        gone = removable(repository, made, before, outcome) if mirror else []
        progress({"failed": len(outcome.failed)})
        if outcome.failed and (strict or not (outcome.achieved or gone)):
            report = json.dumps(summary(remote, outcome))
            raise SyncFailedError(f"nothing was added: {report}")
        change(repository, remote, new, gone)
        note_drift(repository, outcome.drifted)
        if new or gone or not before.is_as(made, outcome) or refs != before.refs:
            remember(repository, remote, made, outcome, refs)
        progress({"added": len(new), "removed": len(gone)})
    return summary(remote, outcome) | {"added": len(new), "removed": len(gone)}


@dataclass(frozen=True)
class Before:
    """How the last sync left things.

    Attributes:
        last: The `LastSync`, or None.
        plan: The digest of what it planned, or "".
        fingerprints: Of each module of which everything is still as it left it.
        refs: The digest of the git repositories and of all that was wanted of them, or "".
    """

    last: LastSync | None = None
    plan: str = ""
    fingerprints: dict = field(default_factory=dict)
    refs: str = ""

    @classmethod
    def of(cls, repository, remote, optimize):
        """Return how the last sync of a repository from a remote left things."""
        last = LastSync.objects.filter(repository=repository, remote=remote).first()
        if not (last and optimize):
            return cls()
        if last.repository_version_id != latest_version(repository).pk:
            return cls(last)
        return cls(last, last.plan, last.fingerprints(), last.refs)

    def is_as(self, made, outcome):
        """Report whether this sync would leave behind just the same."""
        left = outcome.fingerprints_of(made)
        return self.fingerprints == left and self.plan == outcome.plan_of(made)


@dataclass
class Outcome:
    """What came of the units of work.

    Attributes:
        pks: The primary keys of the module versions that came, held before or not.
        failed: `[module, version, code, reason]` of what did not.
        selected: The versions that were wanted of each module that was looked at.
        kept: The modules that were skipped, or of which nothing could be found out.
        fingerprints: Of each module of which everything came.
        refused: How many of `failed` the repository refused.
        drifted: `[module, version, commit, commit]` of each tag that has moved.
        stop: Why the sync has to stop, as a unit says it, or None.
    """

    pks: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    selected: dict = field(default_factory=dict)
    kept: set = field(default_factory=set)
    fingerprints: dict = field(default_factory=dict)
    refused: int = 0
    drifted: list = field(default_factory=list)
    stop: dict | None = None

    @property
    def achieved(self):
        """Whether anything came, or is as it was."""
        return len(self.pks) > self.refused or bool(self.fingerprints)

    def plan_of(self, made):
        """Return the digest of what was planned, or "" if not all of it came."""
        return "" if self.failed else made.digest

    def fingerprints_of(self, made):
        """Return the fingerprints that the next sync may go by: none if removal was withheld."""
        return self.fingerprints if made.is_whole else {}

    def add(self, result, before):
        """Take the result of a unit of work."""
        path = result["module"]
        self.pks += result["added"]
        self.failed += result["failed"]
        self.drifted += result["drifted"]
        self.selected[path] = set(result["selected"])
        self.stop = self.stop or result["stop"]
        if result["fingerprint"]:
            self.fingerprints[path] = result["fingerprint"]
        if not result["listed"] or before.fingerprints.get(path) == result["fingerprint"]:
            self.kept.add(path)

    def skip(self, unit):
        """Take a unit that was not looked at."""
        self.fingerprints[unit["module"]] = unit["fingerprint"]
        self.kept.add(unit["module"])

    def refuse(self, refused):
        """Take what the repository refused."""
        self.failed = once(self.failed + refused)
        self.refused = len(refused)
        for path, *_ in refused:
            self.fingerprints.pop(path, None)


def once(failed):
    """Return failures in order, one for each module version: graph and unit may meet the same."""
    return sorted({tuple(row[:2]): row for row in failed}.values())


class Runner:
    """Runs units of work, wherever they run.

    Args:
        progress: What shows how far they are.
    """

    def __init__(self, progress):
        self._executor = executor.Inline(progress)
        self.count = self._executor.count

    def __call__(self, units):
        """Return the results of units.

        Raises:
            MachineError: What came could not be written.
        """
        try:
            return self._executor.run(units)
        except* OSError as errors:
            raise MachineError(str(first_of(errors))) from errors


def run_units(made, before, remote, run):
    """Have the units of a plan done, without those that are as they were; return the `Outcome`."""
    outcome = Outcome(failed=list(made.failed))
    waiting = []
    for unit in made.units:
        unit["fingerprint"] = before.fingerprints.get(unit["module"], "")
        # Without a query nothing has to be asked to know it.
        if not unit["queries"] and unit["fingerprint"] == fingerprint(remote, unit):
            outcome.skip(unit)
        else:
            waiting.append(unit)
    run.count("skipped", len(outcome.kept))
    for result in run(waiting):
        outcome.add(result, before)
    return outcome


def removable(repository, made, before, outcome):
    """Return the primary keys that a mirror has no more."""
    is_as_it_was = made.digest and made.digest == before.plan
    if not made.is_whole or (is_as_it_was and not outcome.pks and not outcome.failed):
        return []
    stays = staying(made, outcome)
    return [pk for pk, *_ in unwanted(repository, stays)]


def staying(made, outcome):
    """Return what reports whether a module version stays in a mirror."""
    failed = {(path, version) for path, version, *_ in outcome.failed}

    def stays(path, version):
        return (
            version in outcome.selected.get(path, ())
            or path in outcome.kept
            or (path, version) in failed
            or made.wants_all_names_of(path)
        )

    return stays


def change(repository, remote, new, gone):
    """Add and remove units in one new repository version; nothing for no units."""
    if not (new or gone):
        return
    user = get_current_authenticated_user()
    is_git = isinstance(remote, GoGitRemote)
    source = Arrival.Source.GIT if is_git else Arrival.Source.SYNC
    origin = {
        "remote": remote.name,
        "user": user.username if user else "",
        "task": Task.current_id(),
    }
    with transaction.atomic(), repository.new_version() as version:
        for batch in batches(gone, ADD_BATCH):
            version.remove_content(ModuleVersion.objects.filter(pk__in=batch))
        for batch in batches(new, ADD_BATCH):
            version.add_content(ModuleVersion.objects.filter(pk__in=batch))
        for batch in batches(new):
            units = ModuleVersion.objects.filter(pk__in=batch)
            Arrival.record(repository, version, source, units, **origin)


def remember(repository, remote, made, outcome, refs):
    """Leave behind what the next sync may skip."""
    lasting = all(code in LASTING for _, _, code, _ in outcome.failed)
    left = {
        "refs": refs if lasting else "",
        "summary": summary(remote, outcome),
        "repository_version": latest_version(repository),
        "plan": outcome.plan_of(made),
        "graph": made.graph,
        "closure": made.closure if made.graph else [],
    }
    with transaction.atomic():
        last, _ = LastSync.objects.update_or_create(
            repository=repository, remote=remote, defaults=left
        )
        last.remember(outcome.fingerprints_of(made))


def summary(remote, outcome):
    """Return what a sync that changes nothing says of itself."""
    said = {
        "added": 0,
        "removed": 0,
        "failed": outcome.failed[:MOST_LISTED],
        "failed_count": len(outcome.failed),
        "toolchains": mainmodules.toolchains(remote.go_mods, remote.go_work),
    }
    is_git = isinstance(remote, GoGitRemote)
    return said | {"drifted": outcome.drifted[:MOST_LISTED]} if is_git else said
