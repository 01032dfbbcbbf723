"""Where units of work run: `Inline.run` gives each unit's result.

Here they run in the process that asks: downloads on one event loop, hashing in processes beside
it, the database on the calling thread.
"""

import asyncio
from collections import Counter

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from pulp_go.app.graph import read_graph
from pulp_go.app.names import read_names
from pulp_go.app.supplies import GoMods, Supplies
from pulp_go.app.survey import survey_module
from pulp_go.app.units import ingest_module

# Seconds between two words of progress.
INTERVAL = 1.0

KINDS = {
    "graph": read_graph,
    "names": read_names,
    "module": ingest_module,
    "survey": survey_module,
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

        Args:
            units: The units, each with its `kind`, as the functions of `KINDS` take them.
        """
        return async_to_sync(self._run)(units) if units else []

    async def _run(self, units):
        results = []
        waiting = iter(units)

        async def work(supplies):
            for unit in waiting:
                results.append(await KINDS[unit["kind"]](unit, supplies, self._counts))

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
