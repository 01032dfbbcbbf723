"""Processes as the home remembers them: found again by pid and start time, and ended in order.

A pid alone names nothing: after a reboot, or simply later, it may be another process. So the
start time goes with it, and nothing is ever signalled whose start time differs. Linux tells it in
/proc/<pid>/stat in ticks since boot (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html),
which is unique together with the boot's id; elsewhere `ps -o lstart=` tells it in seconds.

pulpcore's processes carry the mark of their run in their environment and hand it on to their
children. So children that have outlived their parent are found, where /proc tells the environment.
PostgreSQL carries none: its children see to it themselves that they do not outlive it.
"""

import functools
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pulp_go.standalone.errors import StandaloneError

# The environment variable that is the mark. Not PULP_*: dynaconf reads those.
MARK = "PULPGO_RUN"

_PROC = Path("/proc")
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A process, or one that was.

    Attributes:
        pid: its number.
        started: when it started, in the terms of `start_time`.
    """

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Report whether this very process runs."""
        return bool(self.started) and start_time(self.pid) == self.started


def identify(pid: int) -> Process:
    """Return the process that has this pid now; one that is not alive if there is none."""
    return Process(pid, start_time(pid) or "")


def start_time(pid: int) -> str | None:
    """Return when the process `pid` started, or None if none runs (a zombie does not)."""
    if not _PROC.joinpath("self").exists():
        return _start_time_by_ps(pid)
    try:
        stat = _PROC.joinpath(str(pid), "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is a name in parentheses that may itself hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZXx" else f"{_boot()}:{fields[19]}"


def _start_time_by_ps(pid: int) -> str | None:
    """Return the start time as `ps` tells it, for systems without /proc."""
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    state, _, started = told.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


@functools.cache
def _boot() -> str:
    """Return what tells this boot from others."""
    try:
        return _PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@dataclass(slots=True)
class _Ending:
    """One process on its way out: the signals still to come, each with its patience."""

    process: Process
    steps: list[tuple[signal.Signals, float]]
    until: float = field(default=0.0)

    def goes_on(self, now: float) -> bool:
        """Report whether the process is still there, after sending what is due."""
        if not self.process.is_alive():
            return False
        if now >= self.until:
            if not self.steps:
                raise StandaloneError(f"process {self.process.pid} does not end")
            number, patience = self.steps.pop(0)
            _send(self.process.pid, number)
            self.until = now + patience
        return True


def _send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, unless it has just ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        raise StandaloneError(f"process {pid} belongs to another user") from error


def end(processes: Mapping[Process, Sequence[tuple[signal.Signals, float]]]) -> None:
    """End processes, all at a time.

    Args:
        processes: the signals for each, in order, each with the seconds to wait after it.

    Raises:
        StandaloneError: one is still there after its last signal, or belongs to another user.
    """
    endings = [_Ending(process, list(steps)) for process, steps in processes.items()]
    while endings:
        now = time.monotonic()
        endings = [ending for ending in endings if ending.goes_on(now)]
        if endings:
            time.sleep(_POLL)


def end_orphans(run: str) -> None:
    """Kill what carries a run's mark and has outlived its parent. Needs /proc; else does nothing.

    What comes here cannot be asked any more: those who would have ended it are gone.
    """
    end({orphan: [(signal.SIGKILL, 2.0)] for orphan in marked(run)})


def marked(run: str) -> Iterator[Process]:
    """Yield the processes that carry the mark of a run and may be looked at."""
    mark = f"{MARK}={run}".encode()
    for environ in _PROC.glob("[0-9]*/environ"):
        try:
            carries = mark in environ.read_bytes().split(b"\0")
        except OSError:
            continue
        if carries:
            yield identify(int(environ.parent.name))
