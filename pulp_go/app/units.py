"""The units of work of a sync: one module with the versions that are wanted of it.

A unit takes and returns only JSON, may be done twice, needs no lock and no task, and sets domain
and correlation id itself: so it can run anywhere that sees the database and the storage. What
it leaves behind is complete and verified, or nothing.
"""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from uuid import uuid4

from django_guid import set_guid

from pulpcore.plugin.models import Artifact
from pulpcore.plugin.util import set_domain

from pulp_go.app import checksums, ingest
from pulp_go.app.exceptions import BadModuleError, ForkError, GoError, StopError
from pulp_go.app.holding import serves
from pulp_go.app.ingest import Files
from pulp_go.app.resolving import resolve
from pulp_go.gomod.errors import GoModError

# A zip may name what is wrong in it with 64 KiB; a report is for people.
MAX_REASON = 1000


class Report:
    """What came of one unit.

    Attributes:
        module: The module path.
        selected: The versions that were wanted, once the queries were answered.
        listed: Whether the queries were answered.
        added: The primary keys of the module versions that are there now, held before or not.
        failed: `[module, version, code, reason]` of each that is not.
        drifted: `[module, version, commit, commit]` of each tag that is elsewhere now than the
            commit whose files are held.
        counts: How many were `planned`, `downloaded`, `verified` and `failed`.
        fingerprint: What `resolving.fingerprint` says of the unit and the upstream's answers.
        stop: Why the whole sync has to stop, as JSON, or None.
        is_complete: Whether there is nothing to ask for again: no failure, every `.info` held.
    """

    def __init__(self, module, progress):
        self.module = module
        self.selected = []
        self.listed = True
        self.added = []
        self.failed = []
        self.drifted = []
        self.counts = Counter()
        self.fingerprint = ""
        self.stop = None
        self.is_complete = True
        self._progress = progress

    def count(self, what, number=1):
        """Add to a count, here and for whoever watches."""
        self.counts[what] += number
        self._progress[what] += number

    def add(self, unit):
        """Note that a unit is there."""
        self.added.append(str(unit.pk))
        if not unit.info:
            self.is_complete = False

    def fail(self, version, error):
        """Note why a version (or a query, where no version is known) did not come."""
        reason = ingest.storable(error.reason[:MAX_REASON])
        self.failed.append([self.module, version, error.error_code, reason])
        self.is_complete = False
        self.count("failed")

    def halt(self, error):
        """Note why the whole sync has to stop."""
        self.is_complete = False
        self.stop = {"code": error.error_code, "reason": ingest.storable(error.reason)}
        if isinstance(error, ForkError):
            fork = {"database": error.database, "held": error.held, "seen": error.seen}
            self.stop["fork"] = ingest.storable(fork)

    def is_unchanged(self, unit):
        """Report whether everything of a unit is as it was at the last sync."""
        return self.is_complete and self.fingerprint == unit["fingerprint"]

    def json(self):
        """Return the result of the unit."""
        return {
            "module": self.module,
            "selected": self.selected,
            "listed": self.listed,
            "added": self.added,
            "failed": self.failed,
            "drifted": self.drifted,
            "counts": self.counts,
            "fingerprint": self.fingerprint if self.is_complete else "",
            "stop": self.stop,
        }


async def enter(unit, supplies):
    """Set domain and correlation id of a unit, and return its `Supply`."""
    set_domain(await supplies.domain(unit["domain"]))
    set_guid(unit["correlation_id"])
    return await supplies.of(unit["remote"], unit["repository"])


async def ingest_module(unit, supplies, progress):
    """Bring the wanted versions of one module into the domain.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys), `module`,
            `versions` (a list of `[version, zip, h1, go_mod_h1]`), `queries` (a list of texts),
            `excludes` (words), `mirror`, and `fingerprint`: that of the last sync if the repository
            is as it was then, else "".
        supplies: The `Supplies` of this event loop.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        `{"module", "selected": [version], "listed": bool, "added": [pk], "failed": [[module,
        version, code, reason]], "drifted": [[module, version, commit, commit]], "counts": {...},
        "fingerprint", "stop": {"code", "reason", "fork": {"database", "held", "seen"}} or None}`.
        With the fingerprint that was given nothing was looked at, and nothing is in `added`.
    """
    supply = await enter(unit, supplies)
    report = Report(unit["module"], progress)
    wanted = await resolve(unit, supply.upstream, report)
    report.selected = [one.version for one in wanted]
    if report.is_unchanged(unit):
        report.count("skipped")
        return report.json()
    report.count("planned", len(wanted))
    held = await supply.find(wanted)
    proven = await supply.proven([one.unit for one in held.values()])
    async with asyncio.TaskGroup() as group:
        for one in wanted:
            work = ingest_version(one, held.get(one.version), proven, supply, supplies, report)
            group.create_task(work)
    return report.json()


async def ingest_version(wanted, held, proven, supply, supplies, report):
    """Bring one module version, unless a held one serves; note what came of it."""
    async with supplies.slots:
        try:
            if not (held and held.unit.pk in proven):
                wanted = await vouched(wanted, supply)
            if held and serves(held, wanted):
                report.add(await refresh(wanted, held, supply, report))
            else:
                report.add(await fetch(wanted, supply, supplies, report))
        except* StopError as errors:
            report.halt(first_of(errors))
        except* GoError as errors:
            report.fail(wanted.version, first_of(errors))


async def vouched(wanted, supply):
    """Return a `Wanted` with the hashes that the checksum database has, if one is asked."""
    if not checksums.is_asked(supply.upstream.remote, wanted.module):
        return wanted
    return await supply.checksums.vouch(wanted)


async def refresh(wanted, held, supply, report):
    """Return the unit of a `Held`; one without `.info` is asked for, in case it turned up."""
    unit = held.unit
    if seen := supply.upstream.moved(unit):
        report.drifted.append([unit.module, unit.version, unit.origin["Hash"], seen])
    if not unit.info and (info := await supply.upstream.info(wanted.module, wanted.version)):
        unit = await supply.complete((unit, info))
    return await supply.renew((unit, wanted))


async def fetch(wanted, supply, supplies, report):
    """Return the unit of a module version, fetched and verified."""
    async with download(wanted, supply.upstream, supplies) as files:
        report.count("downloaded")
        verified = await asyncio.to_thread(ingest.verify, wanted, files)
        report.count("verified")
        return await supply.keep((verified, wanted))


@asynccontextmanager
async def download(wanted, upstream, supplies):
    """Give the `Files` of a module version; its zip, checked and hashed, is gone at the end."""
    ingest.check_name(wanted)
    name = (wanted.module, wanted.version)
    is_wanted = wanted.zip and not defers(wanted, upstream.remote)
    path = supplies.spool / f"{uuid4()}.zip" if is_wanted else None
    try:
        async with asyncio.TaskGroup() as group:
            info = group.create_task(upstream.info(*name))
            go_mod = group.create_task(known_go_mod(wanted, upstream, supplies))
            facts = path and group.create_task(download_zip(name, upstream, supplies, path))
        zipped = (str(path), facts.result()) if path else ()
        yield Files(info.result(), go_mod.result(), *zipped)
    finally:
        if path:
            path.unlink(missing_ok=True)


def defers(wanted, remote):
    """Report whether a zip stays upstream until somebody asks for it; `deferred` fetches it."""
    return remote.policy != remote.IMMEDIATE and ingest.is_pinned(wanted)


async def known_go_mod(wanted, upstream, supplies):
    """Return the go.mod of a module version, which the module graph may have read already."""
    known = supplies.go_mods.take((wanted.module, wanted.version))
    return await upstream.go_mod(wanted.module, wanted.version) if known is None else known


async def download_zip(name, upstream, supplies, path):
    """Return the `Facts` of a zip that is downloaded to `path`.

    Raises:
        BadModuleError: `go` would refuse it.
    """
    if facts := await upstream.zip(*name, path):
        return facts
    try:
        return await supplies.hashers.examine(path, *name, Artifact.DIGEST_FIELDS)
    except GoModError as error:
        raise BadModuleError(f"{'@'.join(name)}: {error}") from error


def first_of(errors):
    """Return the first error of a group, however deep."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
