"""Where units of work run: `Inline.run` gives each unit's result, `Standby` that of a single one.

Here they run in the process that asks: downloads on one event loop, hashing in processes beside
it, the database on the calling thread.
"""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from pulp_go.app.auditing import audit
from pulp_go.app.deferred import fetch_zip
from pulp_go.app.graph import read_graph
from pulp_go.app.names import read_names
from pulp_go.app.refs import read_state
from pulp_go.app.supplies import GoMods, Supplies
from pulp_go.app.survey import survey_module
from pulp_go.app.trees import fill_tiles
from pulp_go.app.units import ingest_module
from pulp_go.app.vouching import vouch

# Seconds between two words of progress.
INTERVAL = 1.0
# For how many seconds what units share stays open without one: the next request may be near.
IDLE = 10.0
STORERS = 2

KINDS = {
    "graph": read_graph,
    "names": read_names,
    "state": read_state,
    "module": ingest_module,
    "survey": survey_module,
    "tiles": fill_tiles,
    "vouch": vouch,
    "zip": fetch_zip,
    "audit": audit,
}


class Inline:
    """Does units of work in this process.

    Args:
        progress: Called on this thread from time to time and at the end of each run, with what was
            counted so far: a mapping of `planned`, `skipped`, `downloaded`, `verified` and `failed`
            to numbers.
    """

    def __init__(self, progress):
        self._progress = progress
        self._counts = Counter()
        self._go_mods = GoMods()

    def count(self, what, number):
        """Add to a count what is done without a unit."""
        self._counts[what] += number
        self._progress(self._counts)

    def run(self, units):
        """Do units of work and return their results, in the order in which they are done.

        With the first result that says `stop`, no further unit is begun.

        Args:
            units: The units, each with its `kind`, as the functions of `KINDS` take them.
        """
        return async_to_sync(self._run)(units) if units else []

    async def _run(self, units):
        results = []
        waiting = iter(units)

        async def work(supplies):
            nonlocal waiting
            for unit in waiting:
                result = await KINDS[unit["kind"]](unit, supplies, self._counts)
                results.append(result)
                if result.get("stop"):
                    waiting = iter(())

        teller = asyncio.create_task(self._tell())
        try:
            async with Supplies(self._go_mods) as supplies, asyncio.TaskGroup() as group:
                for _ in range(settings.GO_SYNC_CONCURRENCY):
                    group.create_task(work(supplies))
        finally:
            teller.cancel()
        await sync_to_async(self._progress)(self._counts)
        return results

    async def _tell(self):
        """Pass on what was counted so far, again and again."""
        while True:
            await asyncio.sleep(INTERVAL)
            await sync_to_async(self._progress)(dict(self._counts))


class Standby:
    """Does single units of work whenever one comes, on the event loop of whoever asks.

    What they share is opened for the first one, and closed when there was none for `IDLE` seconds:
    a process that only waits for requests has no others that wait with it.

    Args:
        storers: The threads that write into the storage; None: the one thread of the database.
    """

    def __init__(self, storers=None):
        self._storers = storers
        self._opened = None
        self._at_work = 0
        self._timer = None
        self._closing = None

    @classmethod
    def serving(cls):
        """Return one for a process whose thread of the database has requests to answer."""
        return cls(ThreadPoolExecutor(STORERS, "pulp-go-storing"))

    @asynccontextmanager
    async def at_work(self):
        """Give a coroutine function that returns a unit's result; meanwhile its files stay."""
        self._at_work += 1
        if self._timer:
            self._timer.cancel()
        try:
            yield partial(self._do, await self._open())
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._timer = asyncio.get_running_loop().call_later(IDLE, self._retire)

    async def close(self):
        """Close what is open; nothing may be at work."""
        if self._timer:
            self._timer.cancel()
        self._retire()
        if self._closing:
            await self._closing
        if self._storers:
            self._storers.shutdown(wait=False)

    async def _open(self):
        """Return the `Supplies`, opened once for all who want them at the same time."""
        if self._opened is None:
            supplies = Supplies(GoMods(), self._storers)
            self._opened = asyncio.ensure_future(supplies.__aenter__())
        opened = self._opened
        try:
            return await asyncio.shield(opened)
        except OSError:
            if self._opened is opened:
                self._opened = None
            raise

    def _retire(self):
        """Close what is open, in a task of its own."""
        if self._opened:
            self._closing = asyncio.create_task(close(self._opened))
            self._opened = None

    async def _do(self, supplies, unit):
        return await KINDS[unit["kind"]](unit, supplies, Counter())


async def close(opened):
    """Close the `Supplies` that a future gives."""
    supplies = await opened
    await supplies.aclose()
