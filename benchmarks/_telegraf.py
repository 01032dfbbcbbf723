"""A real, large program's modules as a static GOPROXY: what `go mod download` leaves in its cache.

The program is Telegraf, whose go.mod names some 600 modules, 529 MiB of zips. The go command
itself brings them once; the `cache/download` of its module cache is then what a GOPROXY serves.

https://go.dev/ref/mod#module-cache
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functional_tests.goclient import Go, GoError
from functional_tests.moduletree import file_path

PROGRAM = "github.com/influxdata/telegraf"
VERSION = "v1.37.2"
LEAST_BYTES = 400 << 20


@dataclass(frozen=True)
class Program:
    """The program and the module versions that it needs.

    Attributes:
        directory: The directory that is a static GOPROXY.
        go_mod: The text of its go.mod.
        words: `path@version` of each module version, as `go mod download` takes them from go.mod.
    """

    directory: Path
    go_mod: str
    words: list[str]

    def file(self, word: str, extension: str = "zip") -> Path:
        """Return where a file of a module version lies."""
        return self.directory / file_path(*word.split("@"), extension)

    @property
    def zip_bytes(self) -> int:
        """How many bytes all the zips have."""
        return sum(self.file(word).stat().st_size for word in self.words)


def default_tree() -> Path:
    """Return where the tree is kept from one run to the next."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "pulp-go" / "telegraf"


def program_in(tree: Path, go: str, upstream: Callable[[], str]) -> Program:
    """Return the program of a tree, which is brought from the upstream unless it is whole.

    Args:
        tree: A module cache of our own.
        go: The go command.
        upstream: Returns the GOPROXY to fetch from; called only if something is missing.

    Raises:
        GoError: The go command failed.
    """
    try:
        return whole(tree, go)
    except (FileNotFoundError, GoError):
        print(f"fetching what {PROGRAM} needs into {tree}, which takes minutes", flush=True)
        fetch(tree, go, upstream())
        return whole(tree, go)


def whole(tree: Path, go: str) -> Program:
    """Return the program of a tree that has everything, as the go command finds.

    Raises:
        FileNotFoundError: Its go.mod or a zip is missing, or the zips are too few.
        GoError: Something else is missing.
    """
    directory = tree.absolute() / "cache" / "download"
    go_mod = (directory / file_path(PROGRAM, VERSION, "mod")).read_text()
    with tempfile.TemporaryDirectory(prefix="pulp-go-") as scratch:
        client = Go(Path(scratch), directory.as_uri(), Path(scratch) / "gocache", go)
        client.write(go_mod=go_mod)
        program = Program(directory, go_mod, sorted(client.download()))
    if program.zip_bytes < LEAST_BYTES:
        raise FileNotFoundError(f"{directory} has {program.zip_bytes >> 20} MiB of zips")
    return program


def fetch(tree: Path, go: str, upstream: str) -> None:
    """Bring into a module cache what the program needs, and drop what the go command extracts.

    Raises:
        GoError: It failed; what came stays, and need not come again.
    """
    tree.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pulp-go-") as work:
        environment = fetching(tree, upstream)
        run([go, "list", "-m", f"{PROGRAM}@{VERSION}"], work, environment)
        held = tree.absolute() / "cache" / "download" / file_path(PROGRAM, VERSION, "mod")
        shutil.copyfile(held, Path(work) / "go.mod")
        run([go, "mod", "download"], work, environment)
    for extracted in tree.iterdir():
        if extracted.name != "cache":
            shutil.rmtree(extracted)


def fetching(tree: Path, upstream: str) -> dict[str, str]:
    """Return an environment in which `go` fetches: the user's own, but for what is set of Go."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GO")}
    return kept | {
        "GOPROXY": upstream,
        "GOMODCACHE": str(tree.absolute()),
        "GOFLAGS": "-mod=mod -modcacherw",
        "GOSUMDB": "off",
        "GOTOOLCHAIN": "local",
        "GOENV": "off",
        "GOWORK": "off",
    }


def run(command: list[str], work: str, environment: dict[str, str]) -> None:
    """Run a go command.

    Raises:
        GoError: It failed.
    """
    process = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
    if process.returncode:
        raise GoError(f"{' '.join(command)}\n{process.stderr}")
