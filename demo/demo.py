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

PROGRAM = Path(__file__).parent / "program"
NAME = "demo"
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
    except DemoError as error:
        sys.exit(f"\nmake demo: {shortened(str(error))}")


def run(home: Path, upstream: str) -> None:
    """Run the demo's steps, each told before it begins.

    Raises:
        DemoError: A step failed.
    """
    go = find_go()
    upstream = upstream or upstream_of(go_env(go, "GOPROXY"))
    step(f"Starting a Pulp in {home} (the first time it takes a minute)")
    start_pulp(home)
    with tempfile.TemporaryDirectory(prefix="pulp-go-demo-") as cache:
        pulp = Pulp(home, cache)
        step(f"Mirroring the modules of {PROGRAM.name}/go.sum from {without_secrets(upstream)}")
        mirror(pulp, upstream)
        step("Serving them")
        goproxy = distribute(pulp)
    say(f"GOPROXY={goproxy}")
    step("Building the program with that GOPROXY alone and an empty module cache")
    say(build_and_run(go, goproxy))
    print(CLOSING.format(goproxy=goproxy, pulp=BIN / "pulp", home=home))


CLOSING = """
Pulp is running. To have `go` use it from now on:

    go env -w GOPROXY={goproxy}

(and to undo that: go env -u GOPROXY). The command line, which has made all this, and says more
about `go` by `setup demo`:

    {pulp} --config {home}/cli.toml go --help

`make down` ends Pulp, `make up` starts it again."""


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


def start_pulp(home: Path) -> None:
    """Start the Pulp of `home` unless it runs.

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


class Pulp:
    """The `pulp` command, for one home."""

    def __init__(self, home: Path, cache: str) -> None:
        self._command = [BIN / "pulp", "--config", home / "cli.toml", "go"]
        info = json.loads((home / "info.json").read_text())
        self._environment = os.environ | {"XDG_CACHE_HOME": cache}
        for name in ("no_proxy", "NO_PROXY"):  # no proxy of the user stands before this machine
            hosts = [os.environ.get(name), urlsplit(info["api"]).hostname]
            self._environment[name] = ",".join(filter(None, hosts))

    def __call__(self, *words: str | Path, stdin: str = "") -> Any:
        """Run `pulp go` and return the JSON that it prints, None for nothing.

        Raises:
            DemoError: It failed.
        """
        done = subprocess.run(
            [*self._command, *words],
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise DemoError(f"pulp go {words[0]} {words[1]} failed:\n{indent(done.stderr)}")
        return json.loads(done.stdout) if done.stdout else None

    def converge(self, noun: str, *options: str | Path, stdin: str = "") -> Any:
        """Make the demo's object of a kind, or bring the one that is there up to date."""
        verb = "update" if self(noun, "list", "--name", NAME) else "create"
        self(noun, verb, "--name", NAME, *options, stdin=stdin)
        return self(noun, "show", "--name", NAME)


def without_secrets(url: str) -> str:
    """Return a URL without its user name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def mirror(pulp: Pulp, upstream: str) -> None:
    """Sync the modules of the program's go.sum.

    Raises:
        DemoError: A module version could not be mirrored, or the sync failed as a whole.
    """
    user, password = credentials(upstream)
    options = ["--username", user, "--password", "-"] if user else []
    address = ("--url", without_secrets(upstream), "--go-sum", PROGRAM / "go.sum")
    pulp.converge("remote", *address, *options, stdin=password)
    pulp.converge("repository", "--remote", NAME)
    report(pulp("repository", "sync", "--repository", NAME))
    version = pulp("repository", "version", "show", "--repository", NAME)
    held = version["content_summary"]["present"]["go.module"]["count"]
    say(f"{held} module versions are in version {version['number']} of the repository")


def credentials(url: str) -> tuple[str, str]:
    """Return the user name and the password in a URL, "" for those that it lacks."""
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def report(result: Mapping[str, Any]) -> None:
    """Tell what a sync did.

    Raises:
        DemoError: It left out a module version.
    """
    if failed := result["failed"]:
        lines = [f"{module}@{version}: {reason}" for module, version, _, reason in failed]
        raise DemoError("could not mirror\n" + indent("\n".join(lines[:FAILURES_SHOWN])))
    say(f"{result['added']} module versions are new")


def distribute(pulp: Pulp) -> str:
    """Serve the repository and return the URL that is a GOPROXY for it."""
    options = ("--base-path", NAME, "--repository", NAME)
    base_url: str = pulp.converge("distribution", *options)["base_url"]
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
