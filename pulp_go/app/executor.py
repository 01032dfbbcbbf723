"""Where units of work run: one function, `run`, that gives each unit's result.

Here they run in the process that asks: downloads on one event loop, hashing in its threads, the
database on the calling thread.
"""

import asyncio
from collections import Counter

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings

from pulp_go.app.units import Upstreams, ingest_module

# Seconds between two words of progress.
INTERVAL = 1.0


def run(units, progress):
    """Do units of work and return their results, in the order in which they are done.

    Args:
        units: The units, as `units.ingest_module` takes them; any iterable.
        progress: Called on this thread from time to time and at the end, with what was counted so
            far: a mapping of `planned`, `downloaded`, `verified` and `failed` to numbers.

    Returns:
        A list of what `units.ingest_module` returns.
    """
    return async_to_sync(run_inline)(units, progress)


async def run_inline(units, progress):
    """Do units of work on this event loop, a bounded number at once."""
    results = []
    counts = Counter()
    waiting = iter(units)

    async def work(upstreams):
        for unit in waiting:
            results.append(await ingest_module(unit, upstreams, counts))

    teller = asyncio.create_task(tell(counts, progress))
    try:
        async with Upstreams() as upstreams, asyncio.TaskGroup() as group:
            for _ in range(settings.GO_SYNC_CONCURRENCY):
                group.create_task(work(upstreams))
    finally:
        teller.cancel()
    await sync_to_async(progress)(counts)
    return results


async def tell(counts, progress):
    """Pass on what was counted so far, again and again."""
    while True:
        await asyncio.sleep(INTERVAL)
        await sync_to_async(progress)(dict(counts))
