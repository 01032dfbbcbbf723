import os
import signal
import subprocess
import sys

import pytest

from pulp_go.standalone import processes
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.processes import MARK, Process, identify

LONG = 60.0
NOW = 0.0


def test_a_process_is_itself_and_no_other_with_its_pid(sleeper):
    process = sleeper()
    assert process.is_alive()
    assert process == identify(process.pid)
    assert not Process(process.pid, "another time").is_alive()
    assert not Process(process.pid, "").is_alive()


def test_what_has_ended_is_not_alive_even_as_a_zombie():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not identify(child.pid).is_alive()
    child.wait()
    assert processes.start_time(child.pid) is None


def test_a_name_with_parentheses_and_spaces_hides_no_field(tmp_path, monkeypatch):
    (tmp_path / "self").mkdir()
    (tmp_path / "7").mkdir()
    fields = " ".join(str(number) for number in range(4, 30))
    (tmp_path / "7" / "stat").write_text(f"7 (a) Z (b\n١) S {fields}\n")
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    processes._boot.cache_clear()
    try:
        assert processes.start_time(7) == ":22"
        (tmp_path / "7" / "stat").write_text(f"7 (a) Z {fields}\n")
        assert processes.start_time(7) is None
        assert processes.start_time(8) is None
    finally:
        processes._boot.cache_clear()


def test_without_proc_ps_is_asked(tmp_path, monkeypatch, sleeper):
    pid = sleeper().pid
    monkeypatch.setattr(processes, "_PROC", tmp_path / "none")
    process = identify(pid)
    assert process.is_alive()
    processes.end({process: [(signal.SIGKILL, LONG)]})
    assert processes.start_time(pid) is None


def test_end_is_polite_first(sleeper):
    process = sleeper()
    processes.end({process: [(signal.SIGTERM, LONG), (signal.SIGKILL, LONG)]})
    assert not process.is_alive()
    assert os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_status == signal.SIGTERM


def test_end_goes_on_to_what_cannot_be_ignored(sleeper):
    deaf, other = sleeper(signal.SIGTERM, signal.SIGINT), sleeper()
    steps = [(signal.SIGTERM, NOW), (signal.SIGINT, NOW), (signal.SIGKILL, LONG)]
    processes.end({deaf: steps, other: [(signal.SIGTERM, LONG)]})
    assert not deaf.is_alive()
    assert not other.is_alive()
    assert len(steps) == 3


def test_what_does_not_end_is_named(sleeper):
    deaf = sleeper(signal.SIGTERM)
    with pytest.raises(StandaloneError, match=f"process {deaf.pid} does not end"):
        processes.end({deaf: [(signal.SIGTERM, NOW)]})


def test_another_process_with_the_pid_is_left_alone(sleeper):
    process = sleeper()
    processes.end({Process(process.pid, "another time"): [(signal.SIGKILL, LONG)]})
    assert process.is_alive()


def test_a_process_of_another_user_is_named(sleeper, monkeypatch):
    def refuse(_pid, _number):
        raise PermissionError

    process = sleeper()
    message = f"process {process.pid} belongs to another user"
    with monkeypatch.context() as patch, pytest.raises(StandaloneError, match=message):
        patch.setattr(os, "kill", refuse)
        processes.end({process: [(signal.SIGTERM, LONG)]})


def test_a_process_that_ends_between_look_and_signal_is_fine(sleeper, monkeypatch):
    def too_late(pid, _number):
        kill(pid, signal.SIGKILL)
        raise ProcessLookupError

    kill, process = os.kill, sleeper()
    monkeypatch.setattr(os, "kill", too_late)
    processes.end({process: [(signal.SIGTERM, LONG)]})
    assert not process.is_alive()


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="orphans need /proc")
def test_orphans_are_found_by_the_mark_of_their_run(sleeper):
    orphan = sleeper(signal.SIGTERM, env=os.environ | {MARK: "run-1"})
    other = sleeper(env=os.environ | {MARK: "run-11"})
    assert list(processes.marked("run-1")) == [orphan]
    processes.end_orphans("run-1")
    assert not orphan.is_alive()
    assert other.is_alive()
