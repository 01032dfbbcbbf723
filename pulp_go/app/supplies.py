"""What the units of work of one event loop share: upstreams, spool, hashing, database batches.

Each is opened when the first unit needs it, and closed with the loop.
"""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from pulpcore.plugin.models import Domain, Remote
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app import holding, keeping
from pulp_go.app.batcher import Batcher
from pulp_go.app.checksums import Checksums
from pulp_go.app.gitprocesses import GitProcesses
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.gitupstream import GitUpstream
from pulp_go.app.hashing import Hashers
from pulp_go.app.keeping import Source
from pulp_go.app.spool import spool
from pulp_go.app.upstream import Upstream

# What a module graph read of go.mod files, kept for the ingest: a large program's are 8 MiB.
MOST_GO_MODS = 32 << 20


class GoMods:
    """The go.mod files that a module graph has read and nobody has ingested yet, in memory."""

    def __init__(self):
        self._held = {}
        self._size = 0

    def put(self, name, go_mod):
        """Hold the bytes of a go.mod, unless there are too many."""
        if self._size + len(go_mod) <= MOST_GO_MODS:
            self._held[name] = go_mod
            self._size += len(go_mod)

    def take(self, name):
        """Return the bytes of a go.mod and forget them; None if they are not held."""
        go_mod = self._held.pop(name, None)
        self._size -= len(go_mod or b"")
        return go_mod


class Supply:
    """A remote as a source for one repository.

    Attributes:
        upstream: The `Upstream` or the `GitUpstream` of the remote.
        checksums: The `Checksums` of its checksum database.
        find: Returns for a list of `ingest.Wanted` each `holding.Held` that serves, by version.
        proven: Returns for a list of units those for which the database vouched before.
        find_go_mod: Returns the go.mod held of an `ingest.Wanted`, or None.
        keep: Returns the unit of an `ingest.Verified`, given with its `ingest.Wanted`.
        renew: Returns a held unit, given with its `ingest.Wanted`, and protects it.
        complete: Returns a unit like the one given, with the `.info` given with it.
    """

    def __init__(self, upstream, repository, checksums):
        self.upstream = upstream
        self.checksums = checksums
        source = Source(upstream.remote, upstream.url, upstream.has_files)
        self.find = Batcher(partial(holding.find, source, repository))
        self.proven = Batcher(partial(holding.proven, checksums.name))
        self.find_go_mod = Batcher(partial(holding.find_go_mods, source, repository))
        self.keep = Batcher(partial(keeping.keep_wanted, source))
        self.renew = Batcher(keeping.renew)
        self.complete = Batcher(keeping.with_infos)


class Supplies(AsyncExitStack):
    """What units share; an async context manager.

    Args:
        go_mods: The `GoMods` that were read before.
        storers: The threads that write into the storage; None: the one thread of the database.

    Attributes:
        go_mods: The same.
        slots: How many module versions may be in flight, each with its files spooled.
        hashers: The processes that check zips.
        git: The processes that know git.
        spool: The directory where files wait.
    """

    def __init__(self, go_mods, storers=None):
        super().__init__()
        self.go_mods = go_mods
        self._storers = storers
        self.slots = asyncio.Semaphore(settings.GO_SYNC_CONCURRENCY)
        self._opened = {}

    async def __aenter__(self):
        await super().__aenter__()
        # A thread: it looks for what killed processes left behind, which may be much.
        self.spool = await asyncio.to_thread(self.enter_context, spool())
        self.hashers = await self.enter_async_context(Hashers())
        self.git = await self.enter_async_context(GitProcesses())
        return self

    async def domain(self, pk):
        """Return a domain."""
        return await self._once(pk, Domain.objects.aget, pk=pk)

    async def of(self, remote, repository):
        """Return the `Supply` of a remote for a repository, both given by their primary keys."""
        return await self._once((remote, repository), self._open, remote, repository)

    async def _open(self, remote, repository):
        row = await Remote.objects.aget(pk=remote)
        upstream = await self.upstream(await sync_to_async(row.cast)())
        checksums = Checksums(upstream, get_domain_pk(), self.enter_async_context)
        return Supply(upstream, repository, checksums)

    async def upstream(self, remote):
        """Return the upstream of a remote, which is another one once the remote is changed."""
        is_git = isinstance(remote, GoGitRemote)
        opened = GitUpstream(remote, self.git) if is_git else Upstream(remote)
        key = remote.pk, remote.pulp_last_updated
        return await self._once(key, self.enter_async_context, opened)

    async def store(self, function, *args):
        """Have a function write into the storage, which may be slow."""
        if self._storers is None:
            return await sync_to_async(function)(*args)
        apart = sync_to_async(on_own_connection, thread_sensitive=False, executor=self._storers)
        return await apart(function, *args)

    async def _once(self, key, make, *args, **kwargs):
        if key not in self._opened:
            # The future is there before the first await: nothing is ever opened twice.
            self._opened[key] = asyncio.ensure_future(make(*args, **kwargs))
        try:
            return await self._opened[key]
        except BaseException:
            self._opened.pop(key, None)  # who asks next may have more luck
            raise


def on_own_connection(function, *args):
    """Run a function on a thread that has a connection to the database for this alone."""
    try:
        return function(*args)
    finally:
        connections.close_all()
