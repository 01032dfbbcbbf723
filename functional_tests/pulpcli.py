"""The real `pulp` command, with a configuration of its own for one domain of a live Pulp."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functional_tests.livepulp import LivePulp

PULP = Path(sys.executable).parent / "pulp"
TIMEOUT = 300


@dataclass(frozen=True)
class Said:
    """What one run of `pulp` has said.

    Attributes:
        code: Its exit status.
        out: Its standard output.
        err: Its standard error: progress, warnings and errors.
    """

    code: int
    out: str
    err: str


class PulpCli:
    """`pulp` as one user of one domain, who has a configuration file and nothing else.

    The API's document is kept in `cache`, which many may share: Pulp takes seconds to make it.
    """

    def __init__(self, directory: Path, pulp: LivePulp, domain: str, cache: Path) -> None:
        info = json.loads((pulp.home / "info.json").read_text())
        self._directory = directory
        self._base_url: str = info["api"]
        self._domain = domain
        self._cache = cache
        self.configure(info["username"], info["password"])

    def configure(self, username: str, password: str) -> None:
        """Be this user from now on."""
        settings = {
            "base_url": self._base_url,
            "domain": self._domain,
            "username": username,
            "password": password,
        }
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
        path = self._directory / "cli.toml"
        path.write_text("[cli]\n" + "".join(lines))
        path.chmod(0o600)

    def run(self, *arguments: str | Path) -> Said:
        """Run `pulp` with these arguments, whatever becomes of it."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PULP_")}
        home = {"HOME": str(self._directory), "XDG_CACHE_HOME": str(self._cache)}
        process = subprocess.run(
            [PULP, "--config", self._directory / "cli.toml", *arguments],
            cwd=self._directory,
            env=kept | home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        return Said(process.returncode, process.stdout, process.stderr)

    def go(self, *arguments: str | Path) -> Any:
        """Run `pulp go` and return the JSON that it printed, None for none.

        Raises:
            RuntimeError: It failed.
        """
        out = self.text(*arguments)
        return json.loads(out) if out else None

    def text(self, *arguments: str | Path) -> str:
        """Run `pulp go` and return what it printed.

        Raises:
            RuntimeError: It failed.
        """
        said = self.run("go", *arguments)
        if said.code:
            raise RuntimeError(f"pulp go {' '.join(map(str, arguments))}: {said.err}")
        return said.out

    def refused(self, *arguments: str | Path) -> str:
        """Run `pulp go`, which must fail without a traceback, and return what it said of it."""
        said = self.run("go", *arguments)
        assert said.code != 0 and "Traceback" not in said.err, said
        return said.err

    def clean(self) -> None:
        """Destroy every distribution, repository and remote of the domain."""
        nouns = (("distribution",), ("repository",), ("remote",), ("remote", "--type", "git"))
        for noun in nouns:
            for entity in self.go(*noun, "list"):
                self.go(*noun, "destroy", "--href", entity["pulp_href"])
