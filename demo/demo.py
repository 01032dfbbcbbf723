"""From nothing to `go build` through Pulp: start one, mirror what a program needs, build it.

Everything is kept in the Pulp's home, so a second run finds it there and brings it up to date.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pulp_glue.common.authentication import BasicAuthProvider
from pulp_glue.common.context import PulpContext
from pulp_glue.common.exceptions import PulpException

from pulp_go.cli.contexts import (
    PulpGoDistributionContext,
    PulpGoRemoteContext,
    PulpGoRepositoryContext,
    PulpGoRepositoryVersionContext,
)

PROGRAM = Path(__file__).parent / "program"
NAME = "demo"
SYNC_TIMEOUT = 1800
BIN = Path(sys.executable).parent
FAILURES_SHOWN = 10
ERROR_SHOWN = 800  # characters: a task that failed as a whole names every module version


class DemoError(Exception):
    """What stops the demo, as the user reads it."""


def main() -> None:
    """Run the demo and leave its Pulp running."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the Pulp's directory")
    parser.add_argument("--upstream", default="", help="the GOPROXY to mirror from")
    arguments = parser.parse_args()
    try:
        run(arguments.home, arguments.upstream)
    except (DemoError, PulpException) as error:
        sys.exit(f"\nmake demo: {shortened(str(error))}")


def run(home: Path, upstream: str) -> None:
    """Run the demo's steps, each told before it begins.

    Raises:
        DemoError: A step failed.
        PulpException: Pulp refused something.
    """
    go = find_go()
    upstream = upstream or upstream_of(go_env(go, "GOPROXY"))
    step(f"Starting a Pulp in {home} (the first time it takes a minute)")
    info = start_pulp(home)
    context = connect(info)
    step(f"Mirroring the modules of {PROGRAM.name}/go.sum from {without_secrets(upstream)}")
    repository = mirror(context, upstream)
    step("Serving them")
    goproxy = distribute(context, repository)
    say(f"GOPROXY={goproxy}")
    step("Building the program with that GOPROXY alone and an empty module cache")
    say(build_and_run(go, goproxy))
    print(CLOSING.format(goproxy=goproxy, api=info["api"], user=info["username"], home=home))


CLOSING = """
Pulp is running. To use it from now on:

    go env -w GOPROXY={goproxy}

Its API is at {api}/pulp/api/v3/ (user {user}; the password is in {home}/info.json).
`make down` ends it, `make up` starts it again. To undo the line above: go env -u GOPROXY"""


def step(text: str) -> None:
    """Tell what is done next."""
    print(f"\n==> {text}", flush=True)


def say(text: str) -> None:
    """Tell a detail of the step, one line or more."""
    print(indent(text.rstrip()), flush=True)


def indent(text: str) -> str:
    """Return `text` as a detail of the step."""
    return "".join(f"    {line}" for line in text.splitlines(keepends=True))


def shortened(text: str) -> str:
    """Return `text`, or its beginning if it is long."""
    return text if len(text) <= ERROR_SHOWN else f"{text[:ERROR_SHOWN]} ..."


def find_go() -> str:
    """Return the `go` command: the one beside this Python, or the first on the PATH.

    Raises:
        DemoError: There is none.
    """
    if command := shutil.which("go", path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"):
        return command
    raise DemoError("there is no `go` on this machine; `make venv` installs one into .venv")


def go_env(go: str, name: str) -> str:
    """Return what the user's own `go` is set to.

    Raises:
        DemoError: `go` does not start.
    """
    try:
        return subprocess.run(
            [go, "env", name], cwd=PROGRAM, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", None) or error
        raise DemoError(f"`go env {name}` failed: {detail}") from error


def upstream_of(goproxy: str) -> str:
    """Return the first http or https entry of a GOPROXY list.

    Raises:
        DemoError: There is none to mirror from.
    """
    for entry in re.split("[,|]", goproxy):
        if entry.strip().startswith(("https://", "http://")):
            return entry.strip()
    raise DemoError(
        f"your GOPROXY is {goproxy!r}, which names no proxy to mirror from.\n"
        "Name one: make demo UPSTREAM=https://goproxy.example"
    )


def start_pulp(home: Path) -> dict[str, Any]:
    """Start the Pulp of `home` unless it runs, and return what its info.json says.

    Raises:
        DemoError: It did not start; `pulp-go` has said why.
    """
    process = subprocess.run(
        [BIN / "pulp-go", "up", "--home", home, "--detach"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    if process.returncode:
        raise DemoError(f"Pulp did not start; its logs are below {home}")
    info: dict[str, Any] = json.loads((home / "info.json").read_text())
    return info


def connect(info: Mapping[str, Any]) -> PulpContext:
    """Return a context for a Pulp on this machine, which no proxy of the user stands before."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(
            filter(None, [os.environ.get(name), urlsplit(info["api"]).hostname])
        )
    return PulpContext(
        api_root="/pulp/",
        api_kwargs={
            "base_url": info["api"],
            "auth_provider": BasicAuthProvider(info["username"], info["password"]),
            "refresh_cache": True,  # another version of the plugin may have run at this address
        },
        timeout=SYNC_TIMEOUT,
    )


def without_secrets(url: str) -> str:
    """Return a URL without its user name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def mirror(context: PulpContext, upstream: str) -> str:
    """Sync the modules of the program's go.sum and return the repository's href.

    Raises:
        DemoError: A module version could not be mirrored.
        PulpException: The sync failed as a whole.
    """
    parts = urlsplit(upstream)
    remote = PulpGoRemoteContext(context, entity={"name": NAME})
    remote.converge(
        {
            "url": without_secrets(upstream),
            "go_sum": (PROGRAM / "go.sum").read_text(),
            "policy": "immediate",
        }
        | ({"username": unquote(parts.username)} if parts.username else {})
        | ({"password": unquote(parts.password)} if parts.password else {})
    )
    repository = PulpGoRepositoryContext(context, entity={"name": NAME})
    repository.converge({"remote": remote.pulp_href})
    report(repository.sync())
    latest = repository.show()["latest_version_href"]
    version = PulpGoRepositoryVersionContext(context, repository, latest).entity
    held = version["content_summary"]["present"]["go.module"]["count"]
    say(f"{held} module versions are in version {version['number']} of the repository")
    return repository.pulp_href


def report(result: Mapping[str, Any]) -> None:
    """Tell what a sync did.

    Raises:
        DemoError: It left out a module version.
    """
    if failed := result["failed"]:
        lines = [f"{module}@{version}: {reason}" for module, version, _, reason in failed]
        raise DemoError("could not mirror\n" + indent("\n".join(lines[:FAILURES_SHOWN])))
    say(f"{result['added']} module versions are new")


def distribute(context: PulpContext, repository: str) -> str:
    """Serve a repository and return the URL that is a GOPROXY for it."""
    distribution = PulpGoDistributionContext(context, entity={"name": NAME})
    distribution.converge({"base_path": NAME, "repository": repository})
    base_url: str = distribution.show()["base_url"]
    return base_url


def build_and_run(go: str, goproxy: str) -> str:
    """Build the program, everything fetched anew through `goproxy`, and return what it prints.

    Raises:
        DemoError: It did not build or did not run.
    """
    with tempfile.TemporaryDirectory(prefix="pulp-go-demo-") as scratch:
        program = Path(scratch) / "program"
        kept = {name: text for name, text in os.environ.items() if not name.startswith("GO")}
        environment = {"HOME": scratch} | kept
        environment |= {
            "GOPROXY": goproxy,
            "GOENV": "off",  # nothing of what the user set with `go env -w`
            "GOFLAGS": "-modcacherw -buildvcs=false",
            "GOMODCACHE": f"{scratch}/modcache",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
        }
        for command in ([go, "build", "-o", str(program), "."], [str(program)]):
            done = subprocess.run(
                command,
                cwd=PROGRAM,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise DemoError(f"{Path(command[0]).name} failed:\n{indent(done.stderr)}")
        return done.stdout


if __name__ == "__main__":
    main()
