"""The whole way of a user: a copy of the sources, an empty home, and nothing typed but `make`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.demo import find_go, go_env, upstream_of

pytestmark = pytest.mark.accept

ROOT = Path(__file__).parents[1]
TIMEOUT = 3600
PRINTED = "text: Don't communicate by sharing memory, share memory by communicating."


class Clone:
    """A copy of what git would commit, with a home and an environment of its own.

    Attributes:
        path: Where it is.
    """

    def __init__(self, directory: Path, go: bool = True) -> None:
        self.path = directory / "clone"
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.path / name)
        (directory / "home").mkdir()
        self._environment = {"HOME": str(directory / "home"), "PATH": machine_path(go)}

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `make` with nothing on its standard input."""
        return subprocess.run(
            ["make", *words],
            cwd=self.path,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )

    def processes(self) -> list[str]:
        """Return the command lines of the processes that run out of the copy."""
        mine = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.path) in command:
                mine.append(command)
        return mine


def machine_path(go: bool) -> str:
    """Return the PATH without a virtual environment, and without `go` unless it is wanted."""
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    return os.pathsep.join(
        str(folder)
        for folder in folders
        if not (folder.parent / "pyvenv.cfg").exists() and (go or not (folder / "go").exists())
    )


@pytest.fixture
def place() -> Iterator[Path]:
    """A new directory that others may enter: root's PostgreSQL runs as another user."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-accept-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture
def upstream() -> str:
    """The upstream of this machine's own `go`, as a user would name it."""
    return f"UPSTREAM={upstream_of(go_env(find_go(), 'GOPROXY'))}"


def test_make_demo_and_again_and_down(place, upstream):
    clone = Clone(place)
    try:
        for _ in range(2):
            demo = clone.make("demo", upstream)
            assert demo.returncode == 0, demo.stdout + demo.stderr
            assert PRINTED in demo.stdout
            assert "go env -w GOPROXY=http://127.0.0.1:" in demo.stdout
            assert clone.processes()
    finally:
        down = clone.make("down")
    assert down.returncode == 0, down.stdout + down.stderr
    assert not clone.processes()


def test_make_demo_on_a_machine_without_go(place, upstream):
    clone = Clone(place, go=False)
    try:
        demo = clone.make("demo", upstream)
    finally:
        clone.make("down")
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert PRINTED in demo.stdout


def test_make_ci(place):
    clone = Clone(place)
    ci = clone.make("ci")
    assert ci.returncode == 0, ci.stdout + ci.stderr
    assert " passed" in ci.stdout.strip().splitlines()[-1]
    assert not clone.processes()
