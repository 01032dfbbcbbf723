"""Zips are checked and hashed in processes of their own, which one event loop keeps busy.

The loop's own process is busy with downloads and the database. Threads in it would wait for
Python's lock at every entry of a zip, and the loop for theirs.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

from django.conf import settings

from pulp_go.app.exceptions import BadModuleError
from pulp_go.hasher import wire

# -P: what lies in the directory where it is started can not stand in for a module.
COMMAND = (sys.executable, "-P", "-m", "pulp_go.hasher")

# What Python may need to start and to find this package. All else stays here: settings of Pulp may
# come from the environment, with keys and passwords, and the zips come from strangers.
ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")

# Seconds in which a process ends that has no more input, or gives no more output.
GRACE = 5


class Hashers:
    """Processes that examine zips, started when they are needed; for one event loop.

    It is an asynchronous context manager, and with it they end.

    Args:
        most: How many there may be; without it, GO_HASHERS says.
    """

    def __init__(self, most=0):
        self._slots = asyncio.Semaphore(most or settings.GO_HASHERS or usable_cores())
        self._idle = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await asyncio.gather(*map(end, self._idle))
        self._idle.clear()

    async def examine(self, path, module, version, algorithms):
        """Return the `Facts` of the zip at `path`; see `pulp_go.hasher.facts.examine`.

        Raises:
            GoModError: `go` would refuse the zip, or there is no such module version.
            OSError: The file cannot be read, or no process can be started.
            BadModuleError: A process ended over the zip, and so did another one. It may need
                more memory than there is.
        """
        # The processes do not share this one's directory.
        request = wire.Request(os.path.abspath(path), module, version, tuple(algorithms))
        line = wire.encode_request(request)
        async with self._slots:
            answer = await self._ask(self._waiting() or await start(), line)
            answer = answer or await self._ask(await start(), line)
        if not answer:
            raise BadModuleError(f"{module}@{version}: the process that checks zips ended twice")
        return wire.decode_answer(answer)

    def _waiting(self):
        """Return a process that waits for a request, or None."""
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        return None

    async def _ask(self, process, line):
        """Return the line that answers `line`, or b"" if the process ended instead."""
        try:
            process.stdin.write(line)
            answer = await process.stdout.readuntil()
        except asyncio.IncompleteReadError:
            await end(process)
            return b""
        except BaseException:
            # Cancelled: the next one who asks would get this answer.
            await kill(process)
            raise
        self._idle.append(process)
        return answer


def usable_cores():
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0))


async def start():
    """Return a new process that waits for requests."""
    known = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # A task's own directory goes with the task; "/" stays.
    options = {"cwd": "/", "env": known, "limit": wire.MAX_ANSWER}
    try:
        return await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE, **options)
    except OSError as error:
        # Without these words it would read like trouble with the zip's file.
        reason = f"no process can be started that checks zips: {error.strerror}"
        raise OSError(error.errno, reason) from error


async def end(process):
    """Let a process end; kill it if it does not."""
    process.stdin.close()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()
    finally:
        await kill(process)


async def kill(process):
    """Kill a process, unless it has ended."""
    process.stdin.close()
    if process.returncode is None:
        process.kill()
    await process.wait()
