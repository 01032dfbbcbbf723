"""What `up` and `down` do, in order.

On first use most of the time goes to `migrate`, all of it in Django; the three apps and the
admin's password then start at the same time.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from pulp_go.standalone import (
    commands,
    databases,
    home,
    options,
    ports,
    postgres,
    probe,
    settings_file,
    state,
)
from pulp_go.standalone.home import Home
from pulp_go.standalone.interrupts import Interrupts
from pulp_go.standalone.options import Options
from pulp_go.standalone.run import Run, begin
from pulp_go.standalone.state import State

# Seconds after which something is taken to hang. Recovery of a big cluster, and a migration of
# big tables, take their time.
_POSTGRES_PATIENCE = 600.0
_MIGRATE_PATIENCE = 3600.0
_ANSWER_PATIENCE = 180.0


def say(text: str) -> None:
    """Tell the user how it goes."""
    click.echo(text, err=True)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    """Tell how long something took."""
    begin = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - begin:.1f} s")


def up(
    place: Home, given: Mapping[str, str | int | None], interrupts: Interrupts, detached: bool
) -> Run | None:
    """Have a home's Pulp run.

    Args:
        place: the home; made if it is none yet.
        given: the options by name, None for what was not given.
        interrupts: the signals that end the start.
        detached: whether the processes go on without us.

    Returns:
        The run that was started, all of it answering; None if one was there already.

    Raises:
        StandaloneError: it cannot be started. Nothing runs then.
    """
    home.make(place)
    with home.lock(place):
        held, kept = state.load(place), options.load(place)
        wanted = options.merge(kept, given)
        if held.exit_code() == 0:
            if wanted != kept:
                say("Pulp is up already: the options given take effect after `pulp-go down`")
            return None
        options.check(wanted)
        _end_rest(place, held)
        home.furnish(place)
        return _start(begin(place, interrupts, detached), kept, wanted)


def _end_rest(place: Home, held: State) -> None:
    """End what is left of a run that did not come up or did not stay up."""
    if held.exit_code() == 1:
        say(f"ending what is left of a former run: {', '.join(held.processes)}")
    held.end_supervisor()
    held.end_processes()
    state.forget(place)


def _start(run: Run, kept: Options, wanted: Options) -> Run:
    """Start all, or nothing."""
    try:
        with (
            ports.claim(wanted.host, wanted.api_port, "--api-port") as api,
            ports.claim(wanted.host, wanted.content_port, "--content-port") as content,
        ):
            taken = options.with_ports(wanted, ports.number(api), ports.number(content))
            _Start(run, kept, taken, api, content).all()
    except BaseException:
        run.end()
        raise
    return run


@dataclass(frozen=True, slots=True)
class _Start:
    """A start under way.

    Attributes:
        run: its processes.
        kept: the options of the last start, which say what is done already.
        options: with the ports of the sockets.
        api: the bound socket of the REST API.
        content: the bound socket of the content app.
    """

    run: Run
    kept: Options
    options: Options
    api: socket.socket
    content: socket.socket

    @property
    def home(self) -> Home:
        """The home that the processes run for."""
        return self.run.home

    @property
    def environment(self) -> dict[str, str]:
        """The environment of pulpcore's commands."""
        return commands.environment(self.home, self.options, self.run.state.run, os.environ)

    def all(self) -> None:
        """Start everything, wait for its answers, and tell the home."""
        self._provide_database()
        with _timed("migrate"):
            self.run.start("migrate", commands.migrate(), self.environment)
            self.run.finish("migrate", _MIGRATE_PATIENCE)
        with _timed("api, content, workers"):
            self._start_apps()
            password = self._admin_password()
            self.run.wait(self._missing, _ANSWER_PATIENCE)
        home.write_private(self.home.admin_password, password + "\n")
        options.save(self.home, self.options)
        self.run.be_ready(self._info(password))

    def _provide_database(self) -> None:
        """Write the settings, for the database that was named or for the home's own."""
        if self.options.database:
            database = databases.parse(self.options.database)
        else:
            with _timed("postgres"):
                database = self._start_postgres()
        settings_file.write(self.home, self.options, database)

    def _start_postgres(self) -> dict[str, Any]:
        """Start the home's own PostgreSQL, and return its entry of DATABASES."""
        cluster = postgres.of(self.home)
        postgres.make(cluster)
        postgres.make_socket_directory(cluster)
        with postgres.guard(cluster) as guard:
            arguments = cluster.arguments(cluster.directory) | {"pass_fds": [guard]}
            self.run.start(state.POSTGRES, cluster.command(), postgres.ENVIRONMENT, **arguments)
        lack = "PostgreSQL takes no connections"
        self.run.wait(lambda: "" if cluster.is_ready() else lack, _POSTGRES_PATIENCE)
        place = str(cluster.socket_directory)
        return databases.django(postgres.DATABASE, postgres.ROLE, "", place, postgres.PORT)

    def _start_apps(self) -> None:
        """Start the API, the content app and the workers."""
        mark, environment = self.run.state.run, self.environment
        serving = environment | commands.tls_environment(self.options)
        api, content = self.api.fileno(), self.content.fileno()
        self.run.start("api", commands.api(api, mark), serving, pass_fds=[api])
        content_command = commands.content(content, mark, self.options.content_workers)
        self.run.start("content", content_command, serving, pass_fds=[content])
        for number in range(1, self.options.workers + 1):
            self.run.start(f"worker-{number}", commands.worker(mark), environment)

    def _admin_password(self) -> str:
        """Return the password of `admin`, who is made on first use of a database."""
        known = home.read_text(self.home.admin_password)
        if known and known.strip() and self.options.database == self.kept.database:
            return known.strip()
        name, command = "reset-admin-password", commands.reset_admin_password()
        child = self.run.start(name, command, self.environment, stdout=subprocess.PIPE)
        assert child.stdout is not None  # what PIPE means
        with child.stdout:
            self.run.finish(name, _ANSWER_PATIENCE)
            return commands.password(child.stdout.read())

    def _missing(self) -> str:
        """Return what does not answer yet, or ""."""
        expected = probe.Expected(
            commands.name_prefix(self.run.state.run),
            self.options.workers,
            self.options.content_workers,
        )
        tls = bool(self.options.tls_cert)
        return probe.api(ports.reachable(self.api), tls, expected) or probe.content(
            ports.reachable(self.content), tls
        )

    def _info(self, password: str) -> dict[str, Any]:
        """Return what a client needs."""
        return {
            "api": self.options.api_url,
            "content": self.options.content_url,
            "username": "admin",
            "password": password,
            "pids": {name: process.pid for name, process in self.run.state.processes.items()},
        }


@contextmanager
def ending(run: Run) -> Iterator[None]:
    """End a run, whatever comes."""
    try:
        yield
    finally:
        run.end()


def down(place: Home) -> list[str]:
    """End all that runs for a home, and return the names of what did.

    Raises:
        StandaloneError: something does not end, or what runs is unknown.
    """
    if not place.exists():
        return []
    with home.lock(place):
        held = state.load(place)
        running = [name for name, is_up in held.states().items() if is_up == "up"]
        held.end_supervisor()
        held.end_processes()
        postgres.remove_socket_directory(place)
        state.forget(place)
    return running


def report(place: Home) -> tuple[str, int]:
    """Return what `status` prints, and its exit status."""
    held = state.load(place) if place.exists() else State()
    pids = {name: process.pid for name, process in held.processes.items()}
    info = (home.read_object(place.info) if held.ready else None) or {"pids": pids}
    info.pop("password", None)
    text = json.dumps(info | {"states": held.states()}, indent=1)
    return text, held.exit_code()
