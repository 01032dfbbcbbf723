"""pulpcore's own commands, as they are run for a home.

They come from the environment of this Python. They are told what to do by PULP_SETTINGS alone;
what else could tell them is taken out of the environment: PULP_* (dynaconf puts them above any
file: those of another Pulp on this machine would send us to its database), other settings of
dynaconf, Django and gunicorn, and, for the home's own cluster, libpq's PG*. All other variables
pass, proxies and OpenTelemetry's among them.
"""

import re
import shlex
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.home import Home
from pulp_go.standalone.options import Options
from pulp_go.standalone.processes import MARK

_OTHERS = re.compile(r"PULP_.*|.*_FOR_DYNACONF|DJANGO_SETTINGS_MODULE|GUNICORN_CMD_ARGS", re.S)
_LIBPQ = re.compile(r"PG[A-Z]+", re.ASCII)

# The end of what `pulpcore-manager reset-admin-password --random` prints: the user is quoted too.
_PASSWORD = re.compile(r'.*"([0-9A-Za-z]+)"[^"]*', re.ASCII | re.DOTALL)

# Seconds for the requests and downloads under way when Pulp is ended.
_GRACE = "3"


def environment(
    home: Home, options: Options, run: str, caller: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of pulpcore's commands.

    Args:
        home: for which they run.
        options: what `up` was given.
        run: the mark of the run, by which their children are found.
        caller: our own environment.
    """
    kept = {
        name: value
        for name, value in caller.items()
        if not _OTHERS.fullmatch(name) and (options.database or not _LIBPQ.fullmatch(name))
    }
    own = {"PULP_SETTINGS": str(home.settings), "PYTHONUNBUFFERED": "1", MARK: run}
    return kept | own


def tls_environment(options: Options) -> dict[str, str]:
    """Return what the two apps' environment has more: pulpcore's commands have no TLS option.

    They are gunicorn's, whose options this variable takes where the command does not.
    https://docs.gunicorn.org/en/stable/configure.html
    """
    if not options.tls_cert:
        return {}
    arguments = ["--certfile", options.tls_cert, "--keyfile", options.tls_key]
    return {"GUNICORN_CMD_ARGS": shlex.join(arguments)}


def migrate() -> list[str]:
    """Return the command that makes or updates the tables."""
    return [_script("pulpcore-manager"), "migrate", "--no-input"]


def reset_admin_password() -> list[str]:
    """Return the command that gives `admin` a random password and prints it.

    The other ways are to name it in the command, where everyone sees it, or on a terminal.
    """
    return [_script("pulpcore-manager"), "reset-admin-password", "--random"]


def password(printed: str) -> str:
    """Return the password in what `reset_admin_password` has printed.

    Raises:
        StandaloneError: there is none.
    """
    found = _PASSWORD.fullmatch(printed)
    if found is None:
        raise StandaloneError("pulpcore-manager reset-admin-password printed no password")
    return found[1]


def name_prefix(run: str) -> str:
    """Return how the names of a run's processes begin in Pulp's status.

    pulpcore's own names are pid and host. In a container these come again after a restart, and an
    app refuses to start whose name is still taken by one that was killed.
    """
    return f"pulp-go-{run}-"


def api(descriptor: int, run: str) -> list[str]:
    """Return the command of the REST API, for a bound socket."""
    return [_script("pulpcore-api"), *_gunicorn(descriptor, 1), *_named(run)]


def content(descriptor: int, run: str, workers: int) -> list[str]:
    """Return the command of the content app, for a bound socket."""
    return [_script("pulpcore-content"), *_gunicorn(descriptor, workers), *_named(run)]


def worker(run: str) -> list[str]:
    """Return the command of a task worker."""
    return [_script("pulpcore-worker"), *_named(run)]


def _gunicorn(descriptor: int, workers: int) -> list[str]:
    """Return the options of an app.

    gunicorn's control socket has one path for all that a user runs: it is left out.
    """
    options = ["--bind", f"fd://{descriptor}", "--workers", str(workers)]
    return [*options, "--graceful-timeout", _GRACE, "--no-control-socket"]


def _named(run: str) -> list[str]:
    """Return the option that names a process in Pulp's status."""
    return ["--name-template", name_prefix(run) + "{pid}@{hostname}"]


def _script(name: str) -> str:
    """Return the path of one of pulpcore's commands.

    Raises:
        StandaloneError: it is not installed beside this Python.
    """
    for directory in (sysconfig.get_path("scripts"), Path(sys.executable).parent):
        path = Path(directory) / name
        if path.exists():
            return str(path)
    raise StandaloneError(f"{name} is not installed in the environment of {sys.executable}")
