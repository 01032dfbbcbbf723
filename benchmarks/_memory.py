"""The memory of a worker while it syncs: its own, and that of all processes that it has.

The worker runs each task in a child of its own, which may have children in turn. One that had many
pages in common with its parent would count them twice, so what all have together is the sum of
their proportional set sizes. https://www.kernel.org/doc/html/latest/filesystems/proc.html

To look costs the machine as much as some work does: nothing is timed that is watched.
"""

import re
import threading
from typing import Self

from functional_tests.memory import PARENT, PEAK, PROC, read

INTERVAL = 0.1
PROPORTIONAL = re.compile(r"^Pss:\s+([0-9]+) kB$", re.MULTILINE)
TASK = 1  # how many steps below the worker its task is


class TreeMemory:
    """Watches a worker and all below it, as a context manager.

    Attributes:
        worker: The most bytes that the worker, or the process of its task, had resident.
        largest: The most that any one process had, those below the task's included.
        together: The most that all of them had at once.
    """

    def __init__(self, pid: int) -> None:
        self.worker = self.largest = self.together = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        together = 0
        for pid, (depth, peak) in tree(self._pid).items():
            together += proportional(pid)
            self.largest = max(self.largest, peak)
            if depth <= TASK:
                self.worker = max(self.worker, peak)
        self.together = max(self.together, together)


def tree(pid: int) -> dict[int, tuple[int, int]]:
    """Return a process and all below it by pid: how many steps below, and its peak in bytes."""
    statuses = {int(path.parent.name): read(path) for path in PROC.glob("[0-9]*/status")}
    children: dict[int, list[int]] = {}
    for child, status in statuses.items():
        if parent := PARENT.search(status):
            children.setdefault(int(parent[1]), []).append(child)
    found, waiting = {}, [(pid, 0)]
    while waiting:
        member, depth = waiting.pop()
        waiting += [(child, depth + 1) for child in children.get(member, [])]
        peak = PEAK.search(statuses.get(member, ""))
        found[member] = (depth, int(peak[1]) << 10 if peak else 0)
    return found


def proportional(pid: int) -> int:
    """Return the proportional set size of a process in bytes; 0 of one that is gone."""
    size = PROPORTIONAL.search(read(PROC / str(pid) / "smaps_rollup"))
    return int(size[1]) << 10 if size else 0
