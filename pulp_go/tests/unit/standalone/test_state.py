import json
import signal
import stat

import pytest

from pulp_go.standalone import state
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.processes import Process
from pulp_go.standalone.state import State

GONE = Process(2**22 + 1, "never")  # above the greatest pid that Linux gives


def test_a_state_comes_back_as_it_was_saved(place):
    assert state.load(place) == State()
    held = State("run", True, GONE, {"postgres": GONE, "api": Process(7, "١\n")})
    state.save(place, held)
    assert state.load(place) == held
    assert stat.S_IMODE(place.state.stat().st_mode) == 0o600
    place.info.write_text("{}")
    state.forget(place)
    state.forget(place)
    assert state.load(place) == State()
    assert not place.info.exists()


def garbage(**changes):
    """Return the JSON object of a state with other values."""
    return {"run": "", "ready": False, "supervisor": None, "processes": {}} | changes


GARBAGE = [
    {},
    garbage(run=1),
    garbage(ready="yes"),
    garbage(supervisor=7),
    garbage(supervisor={"pid": 7}),
    garbage(processes=[1]),
    garbage(processes={"api": 7}),
    garbage(processes={"api": {"pid": "7\n", "started": "x"}}),
    garbage(processes={"api": {"pid": 7, "started": 1}}),
    garbage(processes={"api": {"pid": 7, "started": "x", "١": 1}}),
    garbage(processes={"api": {"pid": True, "started": "x"}}),
    garbage(processes={"api": {"pid": 1, "started": "x"}}),
    garbage(processes={"api": {"pid": 0, "started": "x"}}),
    garbage(processes={"api": {"pid": -1, "started": "x"}}),
]


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_is_named(place, value):
    place.state.write_text(json.dumps(value))
    with pytest.raises(StandaloneError, match="state.json is not what pulp-go wrote there"):
        state.load(place)


EXIT_CODES = [
    ([], True, 3),
    (["ended", "ended"], True, 3),
    (["up", "ended"], True, 1),
    (["up", "up"], False, 1),
    (["up", "up"], True, 0),
]


@pytest.mark.parametrize(("states", "ready", "code"), EXIT_CODES)
def test_exit_codes(sleeper, states, ready, code):
    processes = {
        f"worker-{number}": sleeper() if each == "up" else GONE
        for number, each in enumerate(states)
    }
    held = State("run", ready, None, processes)
    assert list(held.states().values()) == states
    assert held.exit_code() == code


def test_all_end_and_postgres_last(sleeper, monkeypatch):
    names = ["postgres", "api", "content", "worker-1"]
    held = State("run", True, None, {name: sleeper() for name in names})
    sent, kill = [], state.processes.os.kill
    by_pid = {process.pid: name for name, process in held.processes.items()}

    def note(pid, number):
        sent.append((by_pid[pid], number))
        kill(pid, signal.SIGKILL)

    monkeypatch.setattr(state.processes.os, "kill", note)
    held.end_processes()
    assert set(held.states().values()) == {"ended"}
    assert sent == [
        ("api", signal.SIGTERM),
        ("content", signal.SIGTERM),
        ("worker-1", signal.SIGTERM),
        ("postgres", signal.SIGINT),
    ]


def test_nothing_to_end():
    State().end_processes()
    State().end_supervisor()
    State(supervisor=GONE).end_supervisor()


def test_a_supervisor_is_asked_and_then_made_to_end(sleeper):
    for supervisor in (sleeper(), sleeper(signal.SIGTERM)):
        State(supervisor=supervisor).end_supervisor(patience=0.0)
        assert not supervisor.is_alive()


ENDINGS = [
    ("postgres", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]),
    ("worker-12", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]),
    ("api", [signal.SIGTERM, signal.SIGKILL]),
    ("migrate", [signal.SIGTERM, signal.SIGKILL]),
]


@pytest.mark.parametrize(("name", "signals"), ENDINGS)
def test_which_signals_end_what(name, signals):
    assert [number for number, _ in state._ending(name)] == signals
