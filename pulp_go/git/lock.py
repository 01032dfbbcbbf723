"""One at a time: a lock between processes that ends with the process that holds it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulp_go.git.errors import MirrorBusyError

_POLL = 0.02


@contextmanager
def held(path: Path, *, shared: bool, wait: float) -> Iterator[None]:
    """Hold the lock of the file at `path`, which is made if need be, and note the time in it.

    Raises:
        MirrorBusyError: Somebody else holds it, and did for `wait` seconds.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, time.monotonic() + wait)
        os.utime(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, operation: int, deadline: float) -> None:
    """Take the lock of an open file until `deadline`."""
    while True:
        try:
            fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise MirrorBusyError("another process works on this mirror") from None
            time.sleep(_POLL)
        else:
            return
