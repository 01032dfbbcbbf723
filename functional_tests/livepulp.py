"""A live Pulp as its users see it: the two URLs and the password that `pulp-go up` wrote."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Self

from pulp_glue.common.authentication import BasicAuthProvider
from pulp_glue.common.context import PulpContext

from functional_tests.certificates import Certificate

TIMEOUT = 300
MIRRORS = "go-git"
PULP_GO = Path(sys.executable).parent / "pulp-go"


def repositories_of(home: Path) -> Path:
    """Return where the git repositories of tests are, which a Pulp may read as files."""
    return home / "repositories"


class LivePulp:
    """A Pulp that runs: where it is, and pulp-glue's context for it.

    Attributes:
        home: The directory that `pulp-go up` made.
        goes_on: Whether it was there before the tests, and stays.
        pids: Its processes by name.
        api: The URL of its REST API's host, without a path.
        certificate: The authority that its https is trusted by; None: those of this machine.
        context: For the default domain.
    """

    def __init__(
        self, home: Path, *, goes_on: bool = False, certificate: Path | None = None
    ) -> None:
        info = json.loads((home / "info.json").read_text())
        self.home = home
        self.goes_on = goes_on
        self.certificate = certificate
        self.pids: dict[str, int] = info["pids"]
        self.api: str = info["api"]
        self.context = self.as_user(info["username"], info["password"])

    def as_user(self, username: str, password: str) -> PulpContext:
        """Return a context of the default domain for another user."""
        return PulpContext(
            api_root="/pulp/",
            verify_ssl=str(self.certificate) if self.certificate else None,
            api_kwargs={
                "base_url": self.api,
                "auth_provider": BasicAuthProvider(username, password),
                "refresh_cache": True,  # another Pulp may have been at this address
            },
            timeout=TIMEOUT,
        )

    @classmethod
    def start(
        cls, home: Path, settings: Path | None = None, tls: Certificate | None = None
    ) -> Self:
        """Start a Pulp in `home` with the settings of a file on top of `pulp-go`'s own.

        With `tls` it speaks https alone, the API too.

        Raises:
            RuntimeError: It did not start; the text is what `pulp-go` said.
        """
        extra = [] if settings is None else ["--settings", str(settings)]
        if tls:
            extra += ["--tls-cert", str(tls.chain), "--tls-key", str(tls.key)]
        pulp_go("up", "--home", str(home), "--detach", *extra)
        return cls(home, certificate=tls.chain if tls else None)

    def end(self) -> None:
        """End every process of this Pulp."""
        pulp_go("down", "--home", str(self.home))

    def status(self) -> int:
        """Return the exit status of `pulp-go status`: 0 all is up, 3 nothing is, 1 something is."""
        command = [PULP_GO, "status", "--home", str(self.home)]
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT).returncode

    def spooled(self) -> list[str]:
        """Return the files that lie where tasks and uploads work: none while no task runs."""
        work = self.home / "pulp" / "tmp"
        files = [path.relative_to(work) for path in work.rglob("*") if path.is_file()]
        return sorted(str(path) for path in files if path.parts[0] != MIRRORS)

    def mirrors(self) -> set[Path]:
        """Return the mirrors of git repositories, which stay from sync to sync."""
        return {path.parent for path in (self.home / "pulp" / "tmp" / MIRRORS).glob("*/lock")}

    def in_domain(self, name: str) -> PulpContext:
        """Return the context of a domain; the API's document is read once for all of them."""
        self.context.api  # noqa: B018  (reads the document)
        context = copy.copy(self.context)
        context.pulp_domain = name
        return context


def pulp_go(*arguments: str) -> str:
    """Run the `pulp-go` beside this Python and return what it printed.

    Raises:
        RuntimeError: It failed.
    """
    process = subprocess.run([PULP_GO, *arguments], capture_output=True, text=True, timeout=TIMEOUT)
    if process.returncode:
        raise RuntimeError(f"pulp-go {arguments[0]}: {process.stdout}{process.stderr}")
    return process.stdout
