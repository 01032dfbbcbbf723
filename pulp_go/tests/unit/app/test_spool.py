"""Where files wait: gone at the end, and gone after a process that was killed."""

import fcntl
import multiprocessing
from pathlib import Path

from django.conf import settings

from pulp_go.app.spool import claim, is_there, spool, sweep

WORK = Path(settings.WORKING_DIRECTORY)


def left():
    return sorted(path.name for path in WORK.glob("go-*"))


def test_nothing_is_left_at_the_end():
    with spool() as directory:
        assert directory.parent == WORK
        (directory / "zip").write_bytes(b"PK")
        assert len(left()) == 2
    assert left() == []


def hold(ready):
    with spool() as directory:
        (directory / "zip").write_bytes(b"PK")
        ready.send(str(directory))
        ready.recv()


def test_a_killed_process_is_swept_and_a_living_one_is_not():
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=hold, args=(there,))
    process.start()
    directory = Path(here.recv())
    with spool():
        assert (directory / "zip").exists()
    process.kill()
    process.join()
    assert (directory / "zip").exists()
    with spool():
        assert not directory.exists()
    assert left() == []


def test_a_lock_that_a_sweep_took_away_is_noticed():
    lock = claim(WORK)
    assert is_there(lock)
    fcntl.flock(lock, fcntl.LOCK_UN)
    sweep(WORK)
    assert not is_there(lock)
    lock.close()
