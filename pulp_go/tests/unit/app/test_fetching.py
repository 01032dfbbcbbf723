"""One fetch for all who ask: what each of them gets, and when nothing is left of it."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from pulp_go.app import fetching
from pulp_go.app.answers import Fetched, Miss
from pulp_go.app.fetching import Fetches

RESULT = {"path": "", "size": 9, "failed": None, "is_late": False}
FAILED = RESULT | {"size": 0, "failed": ["example.com/one", "v1.0.0", "GO0006", "why"]}


class Work:
    """A standby whose unit of work waits for a word, and a cluster in which all is quiet.

    Attributes:
        results: What the units of work return, or raise, one after the other.
        begun: The units of work.
        heard: What was heard from another process, or None.
        said: What was said to others.
        closed: What was closed.
    """

    def __init__(self, *results):
        self.results = list(results)
        self.begun = []
        self.heard = None
        self.said = []
        self.closed = []
        self.go_on = asyncio.Event()

    @asynccontextmanager
    async def at_work(self):
        yield self._do
        self.closed.append("work")

    async def _do(self, unit):
        self.begun.append(unit)
        await self.go_on.wait()
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    @asynccontextmanager
    async def turn(self, key):
        yield SimpleNamespace(heard=self.heard, say=self.said.append)

    async def close(self):
        self.closed.append("standby")


class Turns:
    """The cluster's half of a `Work`."""

    def __init__(self, work):
        self.turn = work.turn
        self.close = lambda: work.closed.append("cluster")


def miss(pk=1, keep=True):
    unit = SimpleNamespace(pk=pk, _pulp_domain_id=7, module="example.com/one", version="v1.0.0")
    return Miss(200, unit=unit, keep=keep)


def play(scene, *results):
    """Play a scene with a `Work` and its `Fetches`."""

    async def run():
        work = Work(*results)
        fetches = Fetches(work, Turns(work))
        try:
            return await asyncio.wait_for(scene(work, fetches), 10)
        finally:
            await fetches.close()

    return asyncio.run(run())


async def get(fetches, miss):
    async with fetches.fetched(miss) as came:
        return came


def together(fetches, *misses):
    return [asyncio.create_task(get(fetches, miss)) for miss in misses]


async def let_run():
    for _ in range(10):
        await asyncio.sleep(0)


def test_all_who_ask_get_what_came_of_one_fetch():
    async def scene(work, fetches):
        tasks = together(fetches, miss(), miss(), miss(2))
        await let_run()
        work.go_on.set()
        return [await task for task in tasks], [unit["unit"] for unit in work.begun]

    came, begun = play(scene, RESULT, RESULT)
    assert came == [Fetched(size=9)] * 3
    assert begun == ["1", "2"]


@pytest.mark.parametrize("keep", [True, False])
def test_who_asks_after_the_end_begins_anew(keep):
    async def scene(work, fetches):
        work.go_on.set()
        return [await get(fetches, miss(keep=keep)) for _ in range(2)]

    came = play(scene, FAILED, RESULT)
    assert came == [Fetched(code="GO0006"), Fetched(size=9)]


def test_a_unit_of_work_says_all_that_another_machine_needs():
    async def scene(work, fetches):
        work.go_on.set()
        await get(fetches, miss())
        return work.begun

    [unit] = play(scene, RESULT)
    assert {name: unit[name] for name in unit if name != "correlation_id"} == {
        "kind": "zip",
        "domain": "7",
        "unit": "1",
        "module": "example.com/one",
        "version": "v1.0.0",
        "keep": True,
    }


def test_a_client_that_leaves_ends_no_fetch():
    async def scene(work, fetches):
        one, other = together(fetches, miss(), miss())
        await let_run()
        one.cancel()
        await let_run()
        work.go_on.set()
        return await other, len(work.begun)

    assert play(scene, RESULT) == (Fetched(size=9), 1)


def test_a_fetch_that_all_have_left_is_done_all_the_same(tmp_path):
    (tmp_path / "zip").write_bytes(b"x")

    async def scene(work, fetches):
        [task] = together(fetches, miss(keep=False))
        await let_run()
        task.cancel()
        work.go_on.set()
        await let_run()
        return work.closed[:]

    assert play(scene, RESULT | {"path": str(tmp_path / "zip")}) == ["work"]
    assert not (tmp_path / "zip").exists()


def test_a_zip_that_is_not_kept_is_there_until_the_last_has_read_it(tmp_path):
    path = tmp_path / "zip"
    path.write_bytes(b"x")

    async def scene(work, fetches):
        work.go_on.set()
        async with fetches.fetched(miss(keep=False)) as first:
            async with fetches.fetched(miss(keep=False)) as second:
                pass
            await let_run()
            assert first is second
            assert (path.exists(), work.closed) == (True, [])
        await let_run()
        return path.exists(), work.closed[:], len(work.begun)

    assert play(scene, RESULT | {"path": str(path)}) == (False, ["work"], 1)


def test_others_are_told_of_a_failure_and_of_nothing_else():
    async def scene(work, fetches):
        work.go_on.set()
        for number in range(3):
            await get(fetches, miss(number))
        return work.said

    said = play(scene, RESULT, FAILED, FAILED | {"is_late": True})
    assert said == [{"code": "GO0006", "is_late": False}, {"code": "GO0006", "is_late": True}]


def test_what_is_heard_is_not_tried_again():
    async def scene(work, fetches):
        work.heard = {"code": "GO0003", "is_late": True}
        return await get(fetches, miss()), work.begun

    assert play(scene) == (Fetched(code="GO0003", is_late=True), [])


def test_an_error_belongs_to_all_who_asked_and_is_not_the_last_word():
    async def scene(work, fetches):
        work.go_on.set()
        tasks = together(fetches, miss(), miss())
        errors = await asyncio.gather(*tasks, return_exceptions=True)
        return [str(error) for error in errors], await get(fetches, miss())

    assert play(scene, ValueError("no database"), RESULT) == (
        ["no database"] * 2,
        Fetched(size=9),
    )


def test_the_end_of_the_process_ends_all_fetches(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "GRACE", 0.01)
    path = tmp_path / "zip"
    path.write_bytes(b"x")

    async def scene(work, fetches):
        work.go_on.set()
        async with fetches.fetched(miss(1, keep=False)):
            work.go_on.clear()
            [stuck] = together(fetches, miss(2))
            await let_run()
            await fetches.close()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        return work.closed[-2:], path.exists()

    assert play(scene, RESULT | {"path": str(path)}) == (["standby", "cluster"], False)
