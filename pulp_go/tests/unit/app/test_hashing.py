import asyncio
import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync

from pulp_go.app import hashing, processes
from pulp_go.app.exceptions import BadModuleError
from pulp_go.app.hashing import Hashers
from pulp_go.gomod.errors import GoModError
from pulp_go.tests.unit.hasher.sample import ALGORITHMS, FACTS, MODULE, VERSION, write


@pytest.fixture
def good(tmp_path):
    """The path of a sound zip."""
    return write(tmp_path / "zip")


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, in order."""
    found = []
    start = processes.start

    async def noted(*args):
        found.append(await start(*args))
        return found[-1]

    monkeypatch.setattr(processes, "start", noted)
    return found


@pytest.fixture
def program(monkeypatch):
    """Return what has another program started: the text of a Python script, or None for ours."""
    start = processes.start

    def use(script):
        async def other(command, limit):
            return await start((sys.executable, "-c", script) if script else command, limit)

        monkeypatch.setattr(processes, "start", other)

    return use


def ask(hashers, path, module=MODULE):
    return hashers.examine(path, module, VERSION, ALGORITHMS)


async def alone(path, most=1):
    async with Hashers(most) as hashers:
        return await ask(hashers, path)


def ended(processes):
    """Return the status of each process, all of which are gone and reaped."""
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
    return [process.returncode for process in processes]


def test_facts(good, started):
    assert asyncio.run(alone(good)) == FACTS
    assert ended(started) == [0]


def test_in_the_loop_of_another_thread(good, started):
    assert async_to_sync(alone)(good) == FACTS
    assert ended(started) == [0]


def test_nothing_is_started_before_it_is_needed(started):
    async def nothing():
        async with Hashers():
            pass

    asyncio.run(nothing())
    assert started == []


def test_refusals_and_errors_of_the_file_leave_the_process(good, started):
    async def several():
        async with Hashers(1) as hashers:
            with pytest.raises(GoModError, match="does not have prefix"):
                await ask(hashers, good, "example.com/other")
            with pytest.raises(FileNotFoundError):
                await ask(hashers, f"{good}\n")
            return await ask(hashers, good)

    assert asyncio.run(several()) == FACTS
    assert ended(started) == [0]


def test_an_error_names_what_cannot_be_started(good, monkeypatch):
    async def refuse(*args, **kwargs):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    async def once():
        async with Hashers() as hashers:
            await ask(hashers, good)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    with pytest.raises(OSError, match="no process can be started: Resource"):
        asyncio.run(once())


@pytest.mark.parametrize(("most", "zips", "processes"), [(2, 6, 2), (3, 1, 1), (1, 3, 1)])
def test_no_more_processes_than_allowed(good, started, most, zips, processes):
    async def many():
        async with Hashers(most) as hashers:
            return await asyncio.gather(*(ask(hashers, good) for _ in range(zips)))

    assert asyncio.run(many()) == [FACTS] * zips
    assert ended(started) == [0] * processes


@pytest.mark.parametrize(("setting", "processes"), [(0, 2), (3, 3)])
def test_the_setting_or_the_usable_cores_say_how_many(
    good, started, monkeypatch, setting, processes
):
    monkeypatch.setattr(hashing, "settings", SimpleNamespace(GO_HASHERS=setting))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 7})

    async def many():
        async with Hashers() as hashers:
            await asyncio.gather(*(ask(hashers, good) for _ in range(4)))

    asyncio.run(many())
    assert len(started) == processes


def test_a_relative_path_is_one_of_this_process(good, monkeypatch):
    monkeypatch.chdir(Path(good).parent)
    assert asyncio.run(alone("zip")) == FACTS


def test_secrets_of_the_environment_stay_here(program, tmp_path, monkeypatch):
    monkeypatch.setenv("PULP_SECRET_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    told = tmp_path / "told"
    program(f"import os; open({str(told)!r}, 'w').write(' '.join(os.environ))")
    with pytest.raises(BadModuleError):
        asyncio.run(alone("/zip"))
    assert "PYTHONPATH" in told.read_text()
    assert "PULP" not in told.read_text()


def test_a_process_that_ends_is_replaced_once(good, started, program, tmp_path):
    program(
        "import os, runpy, sys\n"
        "try:\n"
        f"    os.mkdir({str(tmp_path / 'first')!r})\n"
        "except FileExistsError:\n"
        "    runpy.run_module('pulp_go.hasher', run_name='__main__')\n"
        "else:\n"
        "    sys.stdin.readline()\n"
        "    os._exit(9)\n"
    )
    assert asyncio.run(alone(good)) == FACTS
    assert ended(started)[1:] == [0]


ENDS = [
    ("raise SystemExit(9)", [9, 9]),
    ("import sys; sys.stdin.readline(); sys.exit(9)", [9, 9]),
    ("import sys; sys.stdin.readline(); print('{', end=''); sys.exit(9)", [9, 9]),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", [-9, -9]),
]


@pytest.mark.parametrize(("script", "statuses"), ENDS)
def test_a_process_that_ends_twice_is_an_error(good, started, program, script, statuses):
    program(script)
    with pytest.raises(BadModuleError, match="example.com/m@v1.0.0: the process .* ended twice"):
        asyncio.run(alone(good))
    # Their status is not told for certain: asyncio may find a process that it kills reaped.
    assert len(ended(started)) == 2


def test_idle_processes_that_ended_do_not_count(good, started):
    async def with_dead_ones():
        async with Hashers(2) as hashers:
            await asyncio.gather(ask(hashers, good), ask(hashers, good))
            for process in started:
                process.kill()
                await process.wait()
            return await ask(hashers, good)

    assert asyncio.run(with_dead_ones()) == FACTS
    assert ended(started) == [-9, -9, 0]


def test_the_next_one_does_not_get_the_answer_to_a_cancelled_request(
    good, started, program, tmp_path, monkeypatch
):
    asked = tmp_path / "asked"
    program(
        "import pathlib, sys, time\n"
        "sys.stdin.readline()\n"
        "print('{\"size\": 1,', flush=True, end='')\n"
        f"pathlib.Path({str(asked)!r}).touch()\n"
        "time.sleep(600)\n"
    )

    async def cancelled():
        async with Hashers(1) as hashers:
            task = asyncio.create_task(ask(hashers, good))
            while not asked.exists():
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            program(None)
            return await ask(hashers, good)

    assert asyncio.run(cancelled()) == FACTS
    assert ended(started) == [-9, 0]


STAYS = [
    ('print(\'{"refused": "all"}\', flush=True)', GoModError, "all", 1),
    ("os.close(1)", BadModuleError, "ended twice", 2),
]


@pytest.mark.parametrize(("script", "error", "reason", "count"), STAYS)
def test_one_that_does_not_end_is_killed(
    good, started, program, monkeypatch, script, error, reason, count
):
    monkeypatch.setattr(processes, "GRACE", 0)
    program(f"import os, sys, time; sys.stdin.readline(); {script}; time.sleep(600)")
    with pytest.raises(error, match=reason):
        asyncio.run(alone(good))
    assert ended(started) == [-9] * count


def test_a_group_that_fails_leaves_no_process(good, started):
    async def failing():
        async with Hashers(2) as hashers, asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(ask(hashers, good))
            group.create_task(ask(hashers, good, "example.com/other"))

    with pytest.raises(ExceptionGroup):
        asyncio.run(failing())
    ended(started)


def test_no_process_can_be_started(good, monkeypatch):
    monkeypatch.setattr(sys, "executable", f"{good}\n")
    with pytest.raises(OSError, match="No such file"):
        asyncio.run(alone(good))
