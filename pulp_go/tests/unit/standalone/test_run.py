import json
import os
import signal
import stat
import subprocess
import sys
import tomllib

import pytest

from pulp_go.standalone import run as runs
from pulp_go.standalone import state
from pulp_go.standalone.errors import InterruptedStartError, StandaloneError
from pulp_go.standalone.interrupts import Interrupts
from pulp_go.standalone.processes import identify

LONG = 60.0


@pytest.fixture
def interrupts():
    return Interrupts()


@pytest.fixture
def run(place, interrupts):
    """A run whose processes end with the test."""
    run = runs.begin(place, interrupts, detached=True)
    yield run
    run.end()


def python(code):
    """Return the command that runs Python code."""
    return [sys.executable, "-c", code]


def start(run, name, code, **arguments):
    """Start a process that runs Python code."""
    return run.start(name, python(code), dict(os.environ), **arguments)


SLEEP = "import time; time.sleep(600)"
SAY = "import sys; print('out ١', flush=True); print('err', file=sys.stderr); sys.exit({code})"


def test_a_process_is_remembered_from_its_start(place, run):
    child = start(run, "api", SLEEP)
    held = state.load(place)
    assert held.run == run.state.run
    assert held.processes == {"api": identify(child.pid)}
    assert held.states() == {"api": "up"}
    assert os.getsid(child.pid) == child.pid
    assert (held.ready, held.supervisor) == (False, None)


def test_a_run_in_the_foreground_names_its_supervisor(place, interrupts):
    run = runs.begin(place, interrupts, detached=False)
    assert run.state.supervisor == identify(os.getpid())
    assert run.state.run != runs.begin(place, interrupts, detached=False).state.run


def test_end_ends_all_and_forgets(place, run):
    start(run, "api", SLEEP)
    start(run, "worker-1", SLEEP)
    run.end()
    assert run.state.states() == {"api": "ended", "worker-1": "ended"}
    assert state.load(place) == state.State()


def test_end_leaves_the_state_of_another_run(place, run, interrupts):
    start(run, "api", SLEEP)
    other = runs.begin(place, interrupts, detached=True)
    state.save(place, other.state)
    run.end()
    assert state.load(place) == other.state


def test_what_a_process_prints_is_in_its_log(place, run):
    start(run, "migrate", SAY.format(code=0))
    run.finish("migrate", LONG)
    log = place.log("migrate")
    assert log.read_text() == "out ١\nerr\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert state.load(place).processes == {}


def test_a_pipe_keeps_it_out_of_the_log(place, run):
    child = start(run, "reset", SAY.format(code=0), stdout=subprocess.PIPE)
    with child.stdout:
        run.finish("reset", LONG)
        assert child.stdout.read() == "out ١\n"
    assert place.log("reset").read_text() == "err\n"


def test_a_failure_tells_the_end_of_this_log_and_no_older_one(place, run):
    place.log("migrate").write_text("of an older run\n")
    child = start(run, "migrate", "print('\\n' * 99);" + SAY.format(code=3))
    with pytest.raises(StandaloneError) as caught:
        run.finish("migrate", LONG)
    head, *words = caught.value.message.splitlines()
    log = place.log("migrate")
    assert head == f"migrate (pid {child.pid}) ended: exit status 3; the end of {log}:"
    assert words == [""] * 10 + ["out ١", "err"]


def test_a_failure_without_a_word(place, run):
    place.log("migrate").write_text("of an older run\n")
    start(run, "migrate", "raise SystemExit(3)")
    with pytest.raises(StandaloneError, match=r"ended: exit status 3; .*:\n\(empty\)$"):
        run.finish("migrate", LONG)


def test_a_log_that_is_gone(place, run):
    start(run, "api", "raise SystemExit(3)").wait()
    place.log("api").unlink()
    with pytest.raises(StandaloneError, match=r"\(No such file or directory\)$"):
        run.check()


def test_a_process_that_dies_ends_a_wait_for_another(run):
    start(run, "api", SLEEP)
    os.kill(start(run, "content", SLEEP).pid, signal.SIGKILL)
    with pytest.raises(StandaloneError, match=r"content \(pid [0-9]+\) ended: signal 9; "):
        run.wait(lambda: "the API does not answer", LONG)


def test_a_wait_has_an_end(place, run):
    with pytest.raises(StandaloneError) as caught:
        run.wait(lambda: "the API does not answer", 0.0)
    log = place.log("*")
    assert caught.value.message == f"the API does not answer after 0 s: see {log}"


def test_a_wait_ends_when_nothing_is_missing(run):
    lacks = ["this", "that", ""]
    run.wait(lambda: lacks.pop(0), LONG)
    assert lacks == []


def test_an_interrupt_ends_a_wait_and_starts_nothing_more(run, interrupts):
    start(run, "api", SLEEP)
    interrupts.noted = signal.SIGTERM
    for action in (
        run.check,
        lambda: run.wait(lambda: "this", LONG),
        lambda: start(run, "content", SLEEP),
        lambda: run.finish("api", LONG),
    ):
        with pytest.raises(InterruptedStartError, match=r"interrupted \(SIGTERM\)") as caught:
            action()
        assert caught.value.exit_code == 130
    assert list(run.state.processes) == ["api"]


def test_a_program_that_is_not_there_is_named(run):
    with pytest.raises(StandaloneError, match="cannot start /none/such: No such file"):
        run.start("api", ["/none/such"], {})
    assert run.state.processes == {}


def test_a_log_that_cannot_be_written_is_named(place, run):
    place.log("api").mkdir()
    with pytest.raises(StandaloneError, match="cannot write .*/log/api.log: Is a directory"):
        start(run, "api", SLEEP)


def test_ready_is_told_to_the_home(place, run):
    start(run, "api", SLEEP)
    info = {"api": "http://127.0.0.1:1", "username": "admin", "password": "١"}
    run.be_ready(info)
    assert state.load(place).ready
    assert json.loads(place.info.read_text()) == info
    told = {"base_url": "http://127.0.0.1:1", "username": "admin", "password": "١"}
    assert tomllib.loads(place.cli.read_text()) == {"cli": told}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (place.info, place.cli)} == {0o600}


def test_who_has_died_is_not_ready(place, run):
    start(run, "api", "").wait()
    with pytest.raises(StandaloneError, match="ended: exit status 0"):
        run.be_ready({})
    assert not place.info.exists()


def test_supervise_ends_quietly_with_an_interrupt_and_loudly_with_a_death(run, interrupts):
    child = start(run, "api", SLEEP)
    interrupts.noted = signal.SIGINT
    run.supervise()
    interrupts.noted = None
    child.kill()
    with pytest.raises(StandaloneError, match="ended: signal 9"):
        run.supervise()
