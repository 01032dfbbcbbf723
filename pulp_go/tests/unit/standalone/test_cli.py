import json

import pytest
from click.testing import CliRunner

from pulp_go.standalone import lifecycle, options, state
from pulp_go.standalone.cli import main
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.options import Options
from pulp_go.standalone.processes import Process
from pulp_go.standalone.state import State

GONE = Process(2**22 + 1, "never")
INFO = {"api": "http://h:1", "content": "http://h:2", "username": "admin"}


def pulp_go(command, place, *arguments):
    """Run a command in this process."""
    return CliRunner().invoke(main, [command, "--home", str(place.path), *arguments])


@pytest.fixture
def up(place, sleeper):
    """Make a home whose Pulp seems to be up."""
    held = State("run", True, None, {"postgres": sleeper(), "api": sleeper()})
    state.save(place, held)
    pids = {name: process.pid for name, process in held.processes.items()}
    place.info.write_text(json.dumps(INFO | {"password": "a-secret", "pids": pids}))
    return held


def test_status_is_info_without_the_password(place, up):
    result = pulp_go("status", place)
    assert result.exit_code == 0
    pids = {name: process.pid for name, process in up.processes.items()}
    states = {"postgres": "up", "api": "up"}
    assert json.loads(result.stdout) == INFO | {"pids": pids, "states": states}


def test_status_of_a_part(place, up):
    up.processes["api"] = GONE
    state.save(place, up)
    result = pulp_go("status", place)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["states"] == {"postgres": "up", "api": "ended"}


def test_status_of_a_start_under_way(place, up):
    up.ready = False
    state.save(place, up)
    result = pulp_go("status", place)
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"pids", "states"}


def test_status_of_nothing(place, tmp_path):
    for home in (place, lifecycle.home.find(str(tmp_path / "none"))):
        result = pulp_go("status", home)
        assert result.exit_code == 3
        assert json.loads(result.stdout) == {"pids": {}, "states": {}}


def test_up_while_up_is_status(place, up):
    options.save(place, Options())
    result = pulp_go("up", place)
    assert result.exit_code == 0
    assert result.stdout == pulp_go("status", place).stdout
    assert result.stderr == ""


def test_up_while_up_with_other_options_says_that_they_wait(place, up):
    options.save(place, Options())
    result = pulp_go("up", place, "--workers", "2")
    assert result.exit_code == 0
    assert "the options given take effect after `pulp-go down`" in result.stderr
    assert options.load(place) == Options()


def test_down(place, up):
    result = pulp_go("down", place)
    assert (result.exit_code, result.stdout) == (0, "ended: postgres, api\n")
    assert set(up.states().values()) == {"ended"}
    assert not place.state.exists()
    assert not place.info.exists()
    result = pulp_go("down", place)
    assert (result.exit_code, result.stdout) == (0, f"nothing runs in {place.path}\n")


def test_down_where_nothing_ever_was(tmp_path):
    place = lifecycle.home.find(str(tmp_path / "none"))
    result = pulp_go("down", place)
    assert (result.exit_code, result.stdout) == (0, f"nothing runs in {place.path}\n")
    assert not place.path.exists()


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_what_runs_is_unknown(place, command):
    place.state.write_text("\n")
    result = pulp_go(command, place)
    assert result.exit_code == 1
    message = "is not what pulp-go wrote there: repair or remove it"
    assert result.stderr == f"Error: {place.state} {message}\n"


def test_a_start_that_fails_keeps_nothing_and_ends_the_rest_of_a_former_one(place, up):
    up.processes["api"] = GONE
    state.save(place, up)
    options.save(place, Options(8080, 8081))
    place.path.joinpath("postgres").mkdir()
    result = pulp_go("up", place, "--workers", "2", "--host", "127.0.0.1")
    assert result.exit_code == 1
    assert "ending what is left of a former run: postgres, api\n" in result.stderr
    assert set(up.states().values()) == {"ended"}
    assert options.load(place) == Options(8080, 8081)
    assert not place.state.exists()


def test_wrong_options_change_nothing(place, up):
    up.ready = False
    state.save(place, up)
    result = pulp_go("up", place, "--tls-cert", "x")
    assert result.exit_code == 1
    assert set(up.states().values()) == {"up"}


ERRORS = [
    (OSError(28, "No space left on device"), "Error: No space left on device\n"),
    (OSError(28, "No space left on device", "/a"), "Error: /a: No space left on device\n"),
    (OSError("told so\n"), "Error: told so\n\n"),
    (StandaloneError("١"), "Error: ١\n"),
]


@pytest.mark.parametrize(("error", "message"), ERRORS)
def test_the_system_is_heard_without_a_traceback(place, monkeypatch, error, message):
    def fail(_place):
        raise error

    monkeypatch.setattr(lifecycle, "report", fail)
    result = pulp_go("status", place)
    assert result.exit_code == 1
    assert result.stderr == message


@pytest.mark.parametrize("arguments", [["--api-port", "65536"], ["--workers", "0"], ["--x"]])
def test_what_click_refuses(place, arguments):
    assert pulp_go("up", place, *arguments).exit_code == 2


def test_a_run_is_ended_whatever_comes():
    class Run:
        ended = False

        def end(self):
            self.ended = True

    run = Run()
    with pytest.raises(BrokenPipeError), lifecycle.ending(run):
        raise BrokenPipeError
    assert run.ended
