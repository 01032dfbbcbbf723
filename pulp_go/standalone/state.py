"""The state of a home: which processes run for it now (`state.json`).

It is written at each start of a process, before the next one starts, so that whatever becomes of
`up`, the next command finds what it has started.
"""

import dataclasses
import json
import signal
from dataclasses import dataclass, field
from typing import Any, Literal

from pulp_go.standalone import processes
from pulp_go.standalone.home import Home, garbage, read_object, write_private
from pulp_go.standalone.processes import Process

POSTGRES = "postgres"

_POSTGRES_ENDING = [(signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 2.0)]
_WORKER_ENDING = [(signal.SIGTERM, 3.0), (signal.SIGINT, 3.0), (signal.SIGKILL, 2.0)]
_ENDING = [(signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0)]


def _ending(name: str) -> list[tuple[signal.Signals, float]]:
    """Return which signals end a process of this name, each with the seconds to wait.

    PostgreSQL takes SIGINT as its fast mode, SIGQUIT as immediate
    (https://www.postgresql.org/docs/current/server-shutdown.html). A pulpcore worker waits for
    its task without bound after SIGTERM; after SIGINT it fails the task once TASK_GRACE_INTERVAL
    is over, which our settings make 0.
    """
    if name == POSTGRES:
        return _POSTGRES_ENDING
    return _WORKER_ENDING if name.startswith("worker-") else _ENDING


@dataclass(slots=True)
class State:
    """What runs for a home.

    Attributes:
        run: the mark of its processes, another one for each `up`; "" when nothing was started.
        ready: whether all of them have answered.
        supervisor: the `up` that stays in the foreground, if one does.
        processes: by name: postgres, api, content, worker-1, ...
    """

    run: str = ""
    ready: bool = False
    supervisor: Process | None = None
    processes: dict[str, Process] = field(default_factory=dict)

    def states(self) -> dict[str, Literal["up", "ended"]]:
        """Return by name whether a process is there."""
        return {
            name: "up" if process.is_alive() else "ended"
            for name, process in self.processes.items()
        }

    def exit_code(self) -> int:
        """Return the exit status of `status`: 0 all is up, 3 nothing is, 1 something is."""
        states = set(self.states().values())
        if "up" not in states:
            return 3
        return 0 if self.ready and states == {"up"} else 1

    def end_processes(self) -> None:
        """End all processes: PostgreSQL last, since the others take leave of it."""
        others = {n: p for n, p in self.processes.items() if n != POSTGRES}
        processes.end({process: _ending(name) for name, process in others.items()})
        processes.end_orphans(self.run)
        if POSTGRES in self.processes:
            processes.end({self.processes[POSTGRES]: _ending(POSTGRES)})

    def end_supervisor(self, patience: float = 30.0) -> None:
        """Have the `up` in the foreground end all, and wait for that."""
        if self.supervisor is not None and self.supervisor.is_alive():
            processes.end({self.supervisor: [(signal.SIGTERM, patience), (signal.SIGKILL, 2.0)]})


def load(home: Home) -> State:
    """Return the state that a home remembers; an empty one if it remembers none.

    Raises:
        StandaloneError: `state.json` cannot be read. What runs is unknown then.
    """
    value = read_object(home.state)
    if value is None:
        return State()
    try:
        return _from_json(value)
    except (KeyError, TypeError, ValueError) as error:
        raise garbage(home.state) from error


def _from_json(value: dict[str, Any]) -> State:
    """Return the state in a JSON object; any exception says that it is none."""
    if not isinstance(value["run"], str) or not isinstance(value["ready"], bool):
        raise TypeError("run is a string, ready a boolean")
    supervisor = value["supervisor"]
    return State(
        run=value["run"],
        ready=value["ready"],
        supervisor=None if supervisor is None else _process(supervisor),
        processes={name: _process(process) for name, process in dict(value["processes"]).items()},
    )


def _process(value: dict[str, Any]) -> Process:
    """Return the process in a JSON object. A pid below 2 would be init, a group or everyone."""
    process = Process(**value)
    if type(process.pid) is not int or process.pid < 2 or not isinstance(process.started, str):
        raise TypeError("pid is a number above 1, started a string")
    return process


def save(home: Home, state: State) -> None:
    """Remember a state."""
    write_private(home.state, json.dumps(dataclasses.asdict(state), indent=1) + "\n")


def forget(home: Home) -> None:
    """Remember that nothing runs."""
    home.info.unlink(missing_ok=True)
    home.cli.unlink(missing_ok=True)
    home.state.unlink(missing_ok=True)
