"""A run: the processes that one `up` starts, from the first to the last.

Each is in the home's state before the next one starts. Whatever ends a start early, an error, a
process that dies, a signal, ends all of them.
"""

import dataclasses
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pulp_go.standalone import postgres, state
from pulp_go.standalone.errors import InterruptedStartError, StandaloneError
from pulp_go.standalone.home import Home, write_private
from pulp_go.standalone.interrupts import Interrupts
from pulp_go.standalone.processes import identify
from pulp_go.standalone.state import State

_POLL = 0.05
_TAIL_LINES = 12
_TAIL_BYTES = 8192


@dataclasses.dataclass(slots=True)
class Run:
    """The processes of one `up`.

    Attributes:
        home: for which home they run.
        interrupts: the signals that end a start.
        state: what the home remembers of them.
    """

    home: Home
    interrupts: Interrupts
    state: State
    _children: dict[str, subprocess.Popen[str]] = dataclasses.field(default_factory=dict)
    _log_starts: dict[str, int] = dataclasses.field(default_factory=dict)

    def start(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        **arguments: Any,
    ) -> subprocess.Popen[str]:
        """Start a process.

        Args:
            name: what it is called; its log is `log/<name>.log`.
            command: program and arguments, which everyone can see: no secret.
            environment: all of its environment.
            **arguments: more for `subprocess.Popen`.

        Raises:
            StandaloneError: it cannot be started, or an interrupt has come.
        """
        self._check_interrupts()
        with self._log(name) as log:
            standard: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            standard |= {"cwd": self.home.path, "start_new_session": True, "umask": 0o077}
            try:
                child = subprocess.Popen(
                    command, env=environment, text=True, **(standard | arguments)
                )
            except OSError as error:
                raise StandaloneError(f"cannot start {command[0]}: {error.strerror}") from error
        self._children[name] = child
        self.state.processes[name] = identify(child.pid)
        state.save(self.home, self.state)
        return child

    @contextmanager
    def _log(self, name: str) -> Iterator[int]:
        """Open a log to add to it, and note where this run begins in it."""
        path = self.home.log(name)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise StandaloneError(f"cannot write {path}: {error.strerror}") from error
        try:
            self._log_starts[name] = os.fstat(descriptor).st_size
            yield descriptor
        finally:
            os.close(descriptor)

    def finish(self, name: str, patience: float) -> None:
        """Wait until a process that does one thing has done it, and forget it.

        Raises:
            StandaloneError: it failed, does not come to its end, or the run is over (see `check`).
        """
        child = self._children.pop(name)
        self.wait(lambda: "" if child.poll() is not None else f"{name} goes on", patience)
        del self.state.processes[name]
        state.save(self.home, self.state)
        if child.returncode:
            raise self._death(name, child)

    def wait(self, missing: Callable[[], str], patience: float) -> None:
        """Wait until nothing is missing.

        Args:
            missing: what is, in words; "" when nothing is.
            patience: after how many seconds to give up.

        Raises:
            StandaloneError: something is still missing, or the run is over (see `check`).
        """
        until = time.monotonic() + patience
        while lack := missing():
            self.check()
            if time.monotonic() > until:
                raise StandaloneError(f"{lack} after {patience:.0f} s: see {self.home.log('*')}")
            time.sleep(_POLL)

    def check(self) -> None:
        """Check that the run goes on.

        Raises:
            InterruptedStartError: an interrupt has come.
            StandaloneError: a process has ended.
        """
        self._check_interrupts()
        for name, child in self._children.items():
            if child.poll() is not None:
                raise self._death(name, child)

    def _check_interrupts(self) -> None:
        """Check that no interrupt has come."""
        if self.interrupts.noted:
            raise InterruptedStartError(f"interrupted ({self.interrupts.noted.name})")

    def _death(self, name: str, child: subprocess.Popen[str]) -> StandaloneError:
        """Return the error that says how a process ended, and its last words."""
        how = f"exit status {child.returncode}"
        if child.returncode < 0:
            how = f"signal {-child.returncode}"
        log = self.home.log(name)
        words = _tail(log, self._log_starts[name])
        return StandaloneError(f"{name} (pid {child.pid}) ended: {how}; the end of {log}:\n{words}")

    def be_ready(self, info: dict[str, Any]) -> None:
        """Tell the home that all answers.

        Args:
            info: what a client needs.
        """
        self.check()
        self.state.ready = True
        state.save(self.home, self.state)
        write_private(self.home.cli, cli_settings(info))
        write_private(self.home.info, json.dumps(info, indent=1) + "\n")

    def supervise(self) -> None:
        """Wait until an interrupt comes.

        Raises:
            StandaloneError: a process has ended by itself.
        """
        with suppress(InterruptedStartError):
            while True:
                self.check()
                time.sleep(_POLL)

    def end(self) -> None:
        """End all processes, and have the home forget them unless another run is in its state."""
        self.state.end_processes()
        postgres.remove_socket_directory(self.home)
        for child in self._children.values():
            child.wait()
        if state.load(self.home).run == self.state.run:
            state.forget(self.home)


def begin(home: Home, interrupts: Interrupts, detached: bool) -> Run:
    """Return a run that has no process yet.

    Args:
        home: for which home it is.
        interrupts: the signals that end its start.
        detached: whether its processes go on without us.
    """
    supervisor = None if detached else identify(os.getpid())
    return Run(home, interrupts, State(run=secrets.token_hex(8), supervisor=supervisor))


def cli_settings(info: dict[str, Any]) -> str:
    """Return what `pulp` reads as its configuration.

    https://pulpproject.org/pulp-cli/docs/user/guides/configuration/
    """
    values = {"base_url": info["api"], "username": info["username"], "password": info["password"]}
    # What JSON makes of a string, TOML reads as the same one.
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
    return "[cli]\n" + "".join(lines)


def _tail(log: Path, start: int) -> str:
    """Return the last lines of a log, none from before the offset `start`."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(start, size - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"({error.strerror})"
    return "\n".join(text.splitlines()[-_TAIL_LINES:]) or "(empty)"
