"""Database work of many coroutines, done together on one thread.

Whatever is asked for while a batch is at work is done in the next one. So a batch is as large as
the database is slow, and nobody waits for company.
"""

import asyncio

from asgiref.sync import sync_to_async

MOST = 100


class Batcher:
    """Does for many at once what each of them asked for.

    Args:
        work: A function of a list of items that returns a list with a result for each, in order.
        threaded: Makes a coroutine function of that.
    """

    def __init__(self, work, threaded=sync_to_async):
        self._work = threaded(work)
        self._waiting = []
        self._drain = None

    async def __call__(self, item):
        """Return the result for one item, or raise what its work raised."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._drain is None:
            self._drain = asyncio.create_task(self._empty())
        return await done

    async def _empty(self):
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._do(batch)
        finally:
            self._drain = None

    async def _do(self, batch):
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to who asked)
            await self._fail(batch, error)
            return
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)

    async def _fail(self, batch, error):
        """Pass an error on; of many items each is tried alone, as one may have spoilt it."""
        if len(batch) > 1:
            for pair in batch:
                await self._do([pair])
        elif not batch[0][1].done():
            batch[0][1].set_exception(error)
