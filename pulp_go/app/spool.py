"""Where files wait for their verification: a directory for each process that downloads.

Its name is locked as long as the process lives. A process that was killed leaves its directory
behind, without a lock: whoever comes next removes it.

https://man7.org/linux/man-pages/man2/flock.2.html
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PREFIX = "go-"
LOCK = ".lock"
PIECE = 1 << 20


@contextmanager
def spool():
    """Give the path of a new directory, which is gone at the end; remove what others left.

    It lies in the working directory, from where storage can move files without a copy; in that of
    the task, which the worker removes, if there is one.
    """
    root, here = Path(settings.WORKING_DIRECTORY), Path.cwd()
    sweep(root)
    lock = claim(here if here.is_relative_to(root) else root)
    directory = directory_of(Path(lock.name))
    try:
        directory.mkdir(mode=0o700)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        Path(lock.name).unlink(missing_ok=True)
        lock.close()


def claim(root):
    """Return a new locked file, which stays open."""
    while True:
        handle, path = tempfile.mkstemp(LOCK, PREFIX, root)
        lock = open(path, closefd=True)  # noqa: SIM115 (its lock lasts as long as it is open)
        os.close(handle)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_there(lock):
            return lock
        lock.close()


def is_there(lock):
    """Report whether an open file still has its name: a sweep may have come before the lock."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name))
    except FileNotFoundError:
        return False


def sweep(root):
    """Remove the directories below `root` of processes that are gone."""
    for path in root.rglob(f"{PREFIX}*{LOCK}"):
        try:
            with open(path) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(directory_of(path), ignore_errors=True)
                path.unlink(missing_ok=True)
        except (BlockingIOError, FileNotFoundError):
            continue


def directory_of(lock):
    """Return the directory that belongs to the path of a lock."""
    return lock.with_suffix("")


def copy(stored, target):
    """Write a file of the storage to the open file `target`."""
    with stored.open("rb") as file:
        shutil.copyfileobj(file, target, PIECE)
