"""Kills processes of a live Pulp, and knows which ones it has.

A pulpcore worker runs each task in a child of its own. `pulp-go` marks all that it starts by a
variable in the environment, which children inherit: so those are found that outlive their parent.
https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable

from functional_tests.livepulp import LivePulp
from functional_tests.memory import PARENT, PROC, read

PATIENCE = 120
GIT = b"pulp_go.git"


def parents() -> dict[int, int]:
    """Return the parent of each process of this machine that is alive; a zombie is not."""
    found = {}
    for path in PROC.glob("[0-9]*/status"):
        status = read(path)
        if (parent := PARENT.search(status)) and "State:\tZ" not in status:
            found[int(path.parent.name)] = int(parent[1])
    return found


def children(*pids: int) -> set[int]:
    """Return the processes that processes have started."""
    return {pid for pid, parent in parents().items() if parent in pids}


def below(*pids: int) -> set[int]:
    """Return all processes that processes have started, and those have started, and so on."""
    found, new = set[int](), children(*pids)
    while new:
        found |= new
        new = children(*new)
    return found


def kill_task(worker: int) -> None:
    """Kill the task of a worker, and wait until what the task had started has ended by itself."""
    task, rest = children(worker), below(worker)
    kill(*task)
    wait_until(lambda: not parents().keys() & rest)


def kill(*pids: int) -> None:
    """Kill processes, and wait until they are gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not parents().keys() & {*pids})


def strays(live: LivePulp) -> set[int]:
    """Return the processes of a Pulp that none of those started which it knows."""
    mark = f"PULPGO_RUN={json.loads((live.home / 'state.json').read_text())['run']}".encode()
    found = set()
    for path in PROC.glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                found.add(int(path.parent.name))
    own = {*live.pids.values()}
    return found - own - below(*own)


def git_processes(live: LivePulp) -> set[int]:
    """Return the processes of a Pulp that work on git repositories, strays too."""
    found = set()
    for pid in below(*live.pids.values()) | strays(live):
        with contextlib.suppress(OSError):
            if GIT in (PROC / str(pid) / "cmdline").read_bytes().split(b"\0"):
                found.add(pid)
    return found


def wait_until(reached: Callable[[], bool], interval: float = 0.02) -> None:
    """Wait until a condition holds; it is asked for again after so many seconds.

    Raises:
        TimeoutError: It does not come to it.
    """
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not after {PATIENCE} s")
        time.sleep(interval)
