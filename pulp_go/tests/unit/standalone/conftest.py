"""A home, and small processes in place of big ones."""

import signal
import subprocess
import sys

import pytest

from pulp_go.standalone import home as homes
from pulp_go.standalone.processes import identify


@pytest.fixture
def place(tmp_path):
    """A furnished home."""
    place = homes.find(str(tmp_path / "home"))
    homes.make(place)
    homes.furnish(place)
    return place


@pytest.fixture
def sleeper():
    """Start processes that sleep; deaf to some signals if asked."""
    children = []

    def start(*deaf, env=None):
        ignore = "".join(f"signal.signal({number:d}, signal.SIG_IGN); " for number in deaf)
        code = f"import signal, time; {ignore}print(flush=True); time.sleep(600)"
        command = [sys.executable, "-c", code]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, start_new_session=True)
        children.append(child)
        child.stdout.readline()
        return identify(child.pid)

    yield start
    for child in children:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
