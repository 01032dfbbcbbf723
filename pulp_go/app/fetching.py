"""Zips that are not here yet: one fetch for all who ask for the same one at the same time.

Whoever asks joins the fetch of this process. A zip that will be kept is fetched by one process of
all, see `cluster`; the others find it when it is their turn, or hear why there is none. A zip that
is not kept lies in the spool until the last one has read it who asked for it meanwhile.

A client that goes away ends no fetch: others may wait for it.
"""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from pulp_go.app.answers import Fetched
from pulp_go.app.cluster import Cluster
from pulp_go.app.deferred import unit_of
from pulp_go.app.executor import Standby

# Seconds that a fetch has left when the process is told to end.
GRACE = 0.5


class Fetch:
    """A fetch under way.

    Attributes:
        came: The future of what came of it.
        readers: How many wait for that, or use it.
        left: Set whenever one of them leaves.
    """

    def __init__(self):
        self.came = asyncio.get_running_loop().create_future()
        self.readers = 0
        self.left = asyncio.Event()


class Fetches:
    """The fetches of one event loop.

    Args:
        standby: The `executor.Standby` that does them.
        cluster: The `cluster.Cluster` of this process.
    """

    def __init__(self, standby, cluster):
        self._standby = standby
        self._cluster = cluster
        self._under_way = {}
        self._tasks = set()

    @classmethod
    def serving(cls):
        """Return those of a process that answers requests."""
        return cls(Standby.serving(), Cluster())

    @asynccontextmanager
    async def fetched(self, miss):
        """Give what came of fetching the zip that an `answers.Miss` is about."""
        fetch = self._under_way.get(miss.unit.pk) or self._begin(miss)
        fetch.readers += 1
        try:
            yield await asyncio.shield(fetch.came)
        finally:
            fetch.readers -= 1
            fetch.left.set()

    async def close(self):
        """End all fetches, soon, and what they use."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._standby.close()
        self._cluster.close()

    def _begin(self, miss):
        fetch = self._under_way[miss.unit.pk] = Fetch()
        task = asyncio.create_task(self._fetch(miss, fetch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return fetch

    async def _fetch(self, miss, fetch):
        try:
            async with self._standby.at_work() as work:
                came = await self._in_turn(miss, work)
                fetch.came.set_result(came)
                if came.path:
                    await until_read(fetch, came.path)
        except Exception as error:  # noqa: BLE001 (whatever it is, it belongs to who asked)
            fetch.came.set_exception(error)
        finally:
            # Whoever comes now is the first one of another fetch.
            del self._under_way[miss.unit.pk]
            fetch.came.cancel()

    async def _in_turn(self, miss, work):
        """Return the `Fetched` of a zip; one that will be kept is fetched in this one's turn."""
        unit = unit_of(miss.unit, miss.keep)
        if not miss.keep:
            return outcome(await work(unit))
        async with self._cluster.turn(str(miss.unit.pk)) as turn:
            if turn.heard:
                return Fetched(**turn.heard)
            came = outcome(await work(unit))
            if came.code:
                turn.say({"code": came.code, "is_late": came.is_late})
            return came


def outcome(result):
    """Return the `Fetched` that the result of a unit of work is."""
    code = result["failed"][2] if result["failed"] else ""
    return Fetched(result["path"], result["size"], code, result["is_late"])


async def until_read(fetch, path):
    """Wait until nobody reads what came, and remove its file at once."""
    try:
        while fetch.readers:
            fetch.left.clear()
            await fetch.left.wait()
    finally:
        Path(path).unlink(missing_ok=True)
