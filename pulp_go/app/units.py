"""The units of work of a sync: one module with the versions that are wanted of it.

A unit takes and returns only JSON, may be done twice, needs no lock and no task, and sets domain
and correlation id itself: so it can run anywhere that sees the database and the storage. What
it leaves behind is complete and verified, or nothing.
"""

import asyncio
import os.path
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django_guid import set_guid

from pulpcore.plugin.models import ContentArtifact, Domain, RemoteArtifact, RepositoryContent
from pulpcore.plugin.util import get_domain_pk, set_domain

from pulp_go.app import ingest
from pulp_go.app.exceptions import BadReplyError, GoError, UpstreamNotFoundError
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.models import GoRemote, ModuleVersion, batches
from pulp_go.app.upstream import Upstream
from pulp_go.gomod import goproxy, selection

# A zip may name what is wrong in it with 64 KiB; a report is for people.
MAX_REASON = 1000


class Upstreams(AsyncExitStack):
    """The upstreams that the units of one event loop share, each opened once.

    Attributes:
        slots: How many module versions may be in flight, each with its files spooled.
    """

    def __init__(self):
        super().__init__()
        self.slots = asyncio.Semaphore(settings.GO_SYNC_CONCURRENCY)
        self._opened = {}

    async def of(self, remote_pk):
        """Return the upstream of a remote."""
        if remote_pk not in self._opened:
            # The future is there before the first await: two units never open the same one.
            self._opened[remote_pk] = asyncio.ensure_future(self._open(remote_pk))
        return await self._opened[remote_pk]

    async def _open(self, remote_pk):
        return await self.enter_async_context(Upstream(await GoRemote.objects.aget(pk=remote_pk)))


class Report:
    """What came of one unit.

    Attributes:
        module: The module path.
        added: The primary keys of the module versions that are there now, held before or not.
        failed: `[module, version, code, reason]` of each that is not.
        counts: How many were `planned`, `downloaded`, `verified` and `failed`.
    """

    def __init__(self, module, progress):
        self.module = module
        self.added = []
        self.failed = []
        self.counts = Counter()
        self._progress = progress

    def count(self, what, number=1):
        """Add to a count, here and for whoever watches."""
        self.counts[what] += number
        self._progress[what] += number

    def fail(self, version, error):
        """Note why a version (or a query, where no version is known) did not come."""
        reason = ingest.storable(error.reason[:MAX_REASON])
        self.failed.append([self.module, version, error.error_code, reason])
        self.count("failed")

    def json(self):
        """Return the result of the unit."""
        return {"added": self.added, "failed": self.failed, "counts": self.counts}


async def ingest_module(unit, upstreams, progress):
    """Bring the wanted versions of one module into the domain.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys), `module`,
            `versions` (a list of `[version, zip, h1, go_mod_h1]`), `queries` (a list of texts)
            and `excludes` (words).
        upstreams: The `Upstreams` of this event loop.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        `{"added": [pk], "failed": [[module, version, code, reason]], "counts": {...}}`.
    """
    set_domain(await Domain.objects.aget(pk=unit["domain"]))
    set_guid(unit["correlation_id"])
    upstream = await upstreams.of(unit["remote"])
    report = Report(unit["module"], progress)
    wanted = await resolve(unit, upstream, report)
    report.count("planned", len(wanted))
    held = await sync_to_async(reusable)(unit, upstream, wanted)
    async with asyncio.TaskGroup() as group:
        for one in wanted:
            work = ingest_version(one, held.get(one.version), upstream, report, upstreams.slots)
            group.create_task(work)
    return report.json()


async def resolve(unit, upstream, report):
    """Return every `Wanted` of a unit, its queries answered by the upstream's list."""
    path = unit["module"]
    wanted = {version: Wanted(path, version, *rest) for version, *rest in unit["versions"]}
    if unit["queries"]:
        for version in await listed_versions(unit, upstream, report):
            wanted.setdefault(version, Wanted(path, version))
    return list(wanted.values())


async def listed_versions(unit, upstream, report):
    """Return the versions that the queries of a unit select."""
    path, asked = unit["module"], ", ".join(unit["queries"])
    excludes = [selection.parse_word(text) for text in unit["excludes"]]

    def allowed(versions):
        return [v for v in versions if not selection.excludes_match(excludes, path, v)]

    chosen = set()
    try:
        listed = await upstream.versions(path)
        await sync_to_async(ingest.note_sightings)(path, listed.versions)
        if listed.junk:
            lines = f"{listed.junk} lines of @v/list are no versions of {path}"
            report.fail(asked, BadReplyError(lines))
        tagged = allowed(listed.versions)
        for text in unit["queries"]:
            chosen.update(await answer_query(path, text, tagged, listed, upstream))
    except GoError as error:
        report.fail(asked, error)
    # What `@latest` names need not stand in the list.
    return sorted(allowed(chosen))


async def answer_query(path, text, tagged, listed, upstream):
    """Return the versions that one query selects among the tagged ones, or the latest of none."""
    query = selection.parse_word(f"{path}@{text}").query
    if query != selection.Latest():
        return selection.select(query, tagged)
    if not tagged:
        return [await untagged_latest(path, listed, upstream)]
    return [await tagged_latest(path, tagged, upstream)]


async def tagged_latest(path, versions, upstream):
    """Return the latest of a list, as `go` chooses it; the go.mod files it reads are fetched."""
    known = {}
    while True:
        try:
            return goproxy.choose_latest(path, versions, known.__getitem__)
        except KeyError as missing:
            version = missing.args[0]
            known[version] = await upstream.go_mod(path, version)


async def untagged_latest(path, listed, upstream):
    """Return the latest of a module without tags: what `@latest` says, else the newest listed.

    Raises:
        UpstreamNotFoundError: There is neither.
    """
    try:
        return await upstream.latest(path)
    except UpstreamNotFoundError:
        newest = goproxy.choose_latest(path, listed.pseudo_versions, lambda _: b"", listed.times)
        if newest is None:
            raise
        return newest


async def ingest_version(wanted, held, upstream, report, slots):
    """Bring one module version, unless a held one serves; note what came of it."""
    async with slots:
        try:
            unit = await (
                refresh(wanted, held, upstream) if held else fetch(wanted, upstream, report)
            )
            await sync_to_async(ingest.note_go_sum)(unit, wanted)
            report.added.append(str(unit.pk))
        except* GoError as errors:
            report.fail(wanted.version, first_of(errors))


async def refresh(wanted, held, upstream):
    """Return a held unit; one without `.info` is asked for again, in case it turned up."""
    if not held.info and (info := await upstream.info(wanted.module, wanted.version)):
        return await sync_to_async(ingest.with_info)(held, info)
    await sync_to_async(held.touch)()
    return held


async def fetch(wanted, upstream, report):
    """Return the unit of a module version, fetched and verified."""
    with tempfile.TemporaryDirectory(dir=spool_directory(), prefix="go-") as spool:
        files = await download(wanted, upstream, spool)
        report.count("downloaded")
        verified = await asyncio.to_thread(ingest.verify, wanted, files)
        report.count("verified")
        url = upstream.zip_url(wanted.module, wanted.version)
        unit = await sync_to_async(ingest.keep)(verified, upstream.remote, url)
    await sync_to_async(ingest.note_sightings)(wanted.module, [wanted.version])
    return unit


def spool_directory():
    """Return where files wait for their verification: a task's own directory, in a task.

    The worker removes that one, whatever ended the task.
    """
    here = Path.cwd()
    return here if here.is_relative_to(settings.WORKING_DIRECTORY) else settings.WORKING_DIRECTORY


async def download(wanted, upstream, spool):
    """Return the `Files` of a module version, its zip below the directory `spool`."""
    ingest.check_name(wanted)
    name = (wanted.module, wanted.version)
    zip_path = os.path.join(spool, "zip") if wanted.zip else ""
    async with asyncio.TaskGroup() as group:
        info = group.create_task(upstream.info(*name))
        go_mod = group.create_task(upstream.go_mod(*name))
        if zip_path:
            group.create_task(upstream.zip(*name, zip_path))
    return Files(info.result(), go_mod.result(), zip_path)


def first_of(errors):
    """Return the first error of a group, however deep."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors


def reusable(unit, upstream, wanted):
    """Return the held units that serve for `wanted`, by version.

    A unit may be reused if the repository holds it, if this remote brought it before, or if its
    hash is the one known beforehand; never because another repository of the domain has it.
    """
    found = {}
    by_version = {one.version: one for one in wanted}
    for batch in batches(by_version):
        for held in candidates(unit, upstream).filter(version__in=batch):
            if serves(held, by_version[held.version]):
                best = found.setdefault(held.version, held)
                if (held.in_repository, bool(held.info)) > (best.in_repository, bool(best.info)):
                    found[held.version] = held
    return found


def candidates(unit, upstream):
    """Return the module's units in this domain, each with where it is known from."""
    zips = ContentArtifact.objects.filter(content=OuterRef("pk"), artifact__isnull=False)
    ours = RepositoryContent.objects.filter(
        content=OuterRef("pk"), repository=unit["repository"], version_removed__isnull=True
    )
    sources = RemoteArtifact.objects.filter(
        content_artifact__content=OuterRef("pk"),
        remote=unit["remote"],
        url__startswith=f"{upstream.url}/",
    )
    units = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk(), module=unit["module"])
    return (
        units.defer("go_mod", "requires", "retracts")
        .filter(Q(h1="") | Exists(zips))
        .annotate(in_repository=Exists(ours), from_remote=Exists(sources))
    )


def serves(held, wanted):
    """Report whether a held unit is what is wanted, and known from a source to be trusted."""
    if wanted.go_mod_h1 and held.go_mod_h1 != wanted.go_mod_h1:
        return False
    if wanted.h1 and held.h1 != wanted.h1:
        return False
    if wanted.zip:
        return bool(held.h1) and bool(held.in_repository or held.from_remote or wanted.h1)
    return bool(held.in_repository or (not held.h1 and wanted.go_mod_h1))
