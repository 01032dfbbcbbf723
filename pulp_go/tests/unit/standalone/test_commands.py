import shlex
import sys
from pathlib import Path

import pytest

from pulp_go.standalone import commands
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.home import Home
from pulp_go.standalone.options import Options

HOME = Home(Path("/home of a gopher"))
CALLER = {
    "PATH": "/bin",
    "https_proxy": "http://proxy.example",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel.example",
    "PULPIT": "kept",
    "PGHOST": "/of/libpq",
    "PGHOST\n": "kept",
    "PULP_SETTINGS": "/etc/pulp/settings.py",
    "PULP_DATABASES__default__HOST": "another",
    "PULP_GO_DATABASE": "postgresql://u:secret@h/n",
    "PULP_١\n": "",
    "INCLUDES_FOR_DYNACONF": "x.py",
    "DJANGO_SETTINGS_MODULE": "x",
    "GUNICORN_CMD_ARGS": "--bind :80",
}
KEPT = {
    "PATH": "/bin",
    "https_proxy": "http://proxy.example",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel.example",
    "PULPIT": "kept",
    "PGHOST\n": "kept",
    "PULP_SETTINGS": "/home of a gopher/settings.py",
    "PYTHONUNBUFFERED": "1",
    "PULPGO_RUN": "run-1",
}


def test_nothing_in_the_environment_leads_to_another_pulp():
    assert commands.environment(HOME, Options(), "run-1", CALLER) == KEPT


def test_libpq_has_its_variables_for_a_named_database():
    named = Options(database="postgresql://u@h/n")
    found = commands.environment(HOME, named, "run-1", CALLER)
    assert found == KEPT | {"PGHOST": "/of/libpq"}


def test_tls_is_told_by_the_environment():
    assert commands.tls_environment(Options()) == {}
    told = commands.tls_environment(Options(tls_cert="/a b/cert١", tls_key="/it's/key"))
    assert list(told) == ["GUNICORN_CMD_ARGS"]
    assert shlex.split(told["GUNICORN_CMD_ARGS"]) == [
        "--certfile", "/a b/cert١", "--keyfile", "/it's/key",
    ]  # fmt: skip


PRINTED = [
    ('Successfully set "admin" user\'s password to "aB3".\n', "aB3"),
    ('a warning about "x"\nSuccessfully set "admin" user\'s password to "aB3".\n', "aB3"),
]


@pytest.mark.parametrize(("printed", "password"), PRINTED)
def test_the_password_is_read(printed, password):
    assert commands.password(printed) == password


@pytest.mark.parametrize("printed", ["", "\n", 'to "a b"', 'to "١"', 'to "secret\n"'])
def test_a_password_that_is_not_there(printed):
    with pytest.raises(StandaloneError, match="printed no password$"):
        commands.password(printed)


NAMED = ["--name-template", "pulp-go-run-1-{pid}@{hostname}"]
COMMANDS = [
    (commands.migrate(), ["pulpcore-manager", "migrate", "--no-input"]),
    (
        commands.reset_admin_password(),
        ["pulpcore-manager", "reset-admin-password", "--random"],
    ),
    (
        commands.api(7, "run-1"),
        ["pulpcore-api", "--bind", "fd://7", "--workers", "1", "--graceful-timeout", "3"]
        + ["--no-control-socket", *NAMED],
    ),
    (
        commands.content(8, "run-1", 4),
        ["pulpcore-content", "--bind", "fd://8", "--workers", "4", "--graceful-timeout", "3"]
        + ["--no-control-socket", *NAMED],
    ),
    (commands.worker("run-1"), ["pulpcore-worker", *NAMED]),
]


@pytest.mark.parametrize(("command", "words"), COMMANDS)
def test_commands(command, words):
    program, *arguments = command
    assert [Path(program).name, *arguments] == words
    assert Path(program).is_absolute()


def test_a_command_that_is_not_installed_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(commands.sysconfig, "get_path", lambda _name: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    with pytest.raises(StandaloneError, match="pulpcore-worker is not installed in the environ"):
        commands.worker("run-1")
