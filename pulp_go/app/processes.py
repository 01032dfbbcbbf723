"""Programs of ours that answer a line with a line, in processes that one event loop keeps busy.

The loop's own process is busy with downloads and the database. Threads in it would wait for
Python's lock, and the loop for theirs. A process that hangs or grows can be killed alone.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

# What Python may need to start and to find this package. All else stays here: settings of Pulp may
# come from the environment, with keys and passwords, and what the processes read from strangers.
ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")

# Seconds in which a process ends that has no more input, or gives no more output.
GRACE = 5


class Processes:
    """Processes of one program, started when they are needed; for one event loop.

    It is an asynchronous context manager, and with it they end.

    Args:
        program: The program, as `python -m` takes it.
        most: How many there may be; 0 for one a core.
        limit: More bytes than an answer has.
    """

    def __init__(self, program, most, limit):
        # -P: what lies in the directory where it is started can not stand in for a module.
        self.command = (sys.executable, "-P", "-m", program)
        self._slots = asyncio.Semaphore(most or usable_cores())
        self._limit = limit
        self._idle = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await asyncio.gather(*map(end, self._idle))
        self._idle.clear()

    async def ask(self, line):
        """Return the line that answers `line`; b"" if a process ended instead, and so another.

        Raises:
            OSError: No process can be started.
        """
        async with self._slots:
            answer = await self._ask(self._waiting() or await self._start(), line)
            return answer or await self._ask(await self._start(), line)

    async def _start(self):
        return await start(self.command, self._limit)

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


async def start(command, limit):
    """Return a new process that waits for requests.

    Args:
        command: The command.
        limit: More bytes than an answer has.
    """
    known = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # A task's own directory goes with the task; "/" stays.
    options = {"cwd": "/", "env": known, "limit": limit}
    try:
        return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, **options)
    except OSError as error:
        # Without these words it would read like trouble with a file that is worked on.
        reason = f"no process can be started: {error.strerror}"
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
