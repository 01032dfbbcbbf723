"""The executors: units that are planned, and single ones while a process serves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from pulp_go.app import executor, supplies
from pulp_go.app.executor import Standby
from pulp_go.app.models import GoRemote
from pulp_go.tests.unit.app.executor_contract import CONTRACT


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_inline(rule, unit, upstream):
    rule(executor.Inline, unit, upstream)


@pytest.fixture
def opened(monkeypatch):
    """What was opened, each a directory; `KINDS` has a unit of work that leaves a file there."""
    made = []

    async def leave(unit, supplies, progress):
        await asyncio.sleep(0)
        path = supplies.spool / unit["name"]
        path.write_text("x")
        made.append(supplies)
        return str(path)

    monkeypatch.setitem(executor.KINDS, "leave", leave)
    return made


def spooled():
    return sorted(path.name for path in Path(settings.WORKING_DIRECTORY).rglob("*.zip"))


def test_what_units_share_is_there_as_long_as_it_is_needed(monkeypatch, opened):
    monkeypatch.setattr(executor, "IDLE", 0.01)

    async def scene():
        standby = Standby()
        async with standby.at_work() as one, standby.at_work() as two:
            await asyncio.gather(
                one({"kind": "leave", "name": "1.zip"}), two({"kind": "leave", "name": "2.zip"})
            )
            await asyncio.sleep(0.05)
            assert spooled() == ["1.zip", "2.zip"]
        await asyncio.sleep(0.2)
        assert list(Path(settings.WORKING_DIRECTORY).iterdir()) == []
        async with standby.at_work() as again:
            await again({"kind": "leave", "name": "3.zip"})
        await standby.close()
        assert list(Path(settings.WORKING_DIRECTORY).iterdir()) == []

    asyncio.run(scene())
    assert opened[0] is opened[1] is not opened[2]


def test_what_could_not_be_opened_is_tried_again(monkeypatch, opened):
    def full():
        raise OSError(28, "No space left on device")

    async def scene():
        standby = Standby()
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
            patch.setattr(supplies, "spool", full)
            async with standby.at_work():
                pass
        async with standby.at_work() as work:
            await work({"kind": "leave", "name": "1.zip"})
        await standby.close()

    asyncio.run(scene())
    assert len(opened) == 1


def test_to_close_what_was_never_opened_is_nothing():
    asyncio.run(Standby.serving().close())


def test_the_storage_is_written_by_threads_of_its_own(database, unit, upstream):
    """Each with a connection of its own, which is closed."""

    def look(number):
        connection = supplies.connections["default"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [number])
            return cursor.fetchone()[0], connection.connection

    async def scene():
        with ThreadPoolExecutor(1) as threads:
            async with supplies.Supplies(supplies.GoMods(), threads) as apart:
                return await apart.store(look, 1)

    number, connection = async_to_sync(scene)()
    assert number == 1
    assert connection.closed
    assert connection is not supplies.connections["default"].connection


def test_a_remote_that_is_changed_is_opened_anew(unit):
    remote = GoRemote.objects.get()

    async def scene():
        async with supplies.Supplies(supplies.GoMods()) as shared:
            first = await shared.upstream(remote)
            same = await shared.upstream(remote)
            await remote.asave()
            return first is same, first is await shared.upstream(remote)

    assert async_to_sync(scene)() == (True, False)
