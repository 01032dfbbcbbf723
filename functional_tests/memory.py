"""The memory that the processes of a Pulp take, as Linux tells it of every process.

A pulpcore worker runs each task in a child of its own, which is gone with the task. So the whole
tree is watched while the task runs. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
"""

import re
import threading
from pathlib import Path
from typing import Self

INTERVAL = 0.05
PEAK = re.compile(r"^VmHWM:\s+([0-9]+) kB$", re.MULTILINE)
PARENT = re.compile(r"^PPid:\s+([0-9]+)$", re.MULTILINE)
PROC = Path("/proc")


class PeakMemory:
    """Watches a process and all below it, as a context manager.

    Attributes:
        bytes: The most that any one process of them had resident.
    """

    def __init__(self, pid: int) -> None:
        self.bytes = 0
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
        while True:
            self.bytes = max(self.bytes, *peaks(self._pid))
            if self._ended.wait(INTERVAL):
                return


def peaks(pid: int) -> list[int]:
    """Return the peaks of a process and of all below it, in bytes; 0 for one without memory."""
    statuses = {int(path.parent.name): read(path) for path in PROC.glob("[0-9]*/status")}
    children: dict[int, list[int]] = {}
    for child, status in statuses.items():
        if parent := PARENT.search(status):
            children.setdefault(int(parent[1]), []).append(child)
    tree, found = [pid], [0]
    while tree:
        member = tree.pop()
        tree += children.get(member, [])
        if peak := PEAK.search(statuses.get(member, "")):
            found.append(int(peak[1]) << 10)
    return found


def read(path: Path) -> str:
    """Return the text of a status, or "" of a process that is gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
