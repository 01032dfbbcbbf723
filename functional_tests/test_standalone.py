"""`pulp-go` as its users see it: the command, the home it leaves on disk, and its processes.

Pulp is started for real, a few times on one home: only the first start migrates a database.
"""

import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from functional_tests.certificates import Certificate, write_certificate

PULP_GO = Path(sys.executable).parent / "pulp-go"
PATIENCE = 300

# pulpcore would obey the first, were it not kept from it; libpq the second.
ELSEWHERE = {"PULP_SECRET_KEY": "elsewhere", "PULP_CONTENT_ORIGIN": "http://x", "PGHOST": "/none"}

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are in /proc")


def pulp_go(
    command: str, home: Path, *arguments: str | Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `pulp-go` to its end, with variables in its environment."""
    return subprocess.run(
        [PULP_GO, command, "--home", home, *arguments],
        env=os.environ | ELSEWHERE | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextlib.contextmanager
def foreground(home: Path, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Start an `up` that stays, and see to it that it ends."""
    command = [PULP_GO, "up", "--home", home, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(condition: Any) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


def told(home: Path) -> dict[str, Any]:
    """Return what `info.json` says."""
    return json.loads((home / "info.json").read_text())


def left_behind(home: Path) -> list[str]:
    """Return the processes that work in a home, or whose command or environment names it."""
    name, found = os.fsencode(home), []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            cmdline = (process / "cmdline").read_bytes()
            works_in = os.fsencode((process / "cwd").readlink())
            if name in cmdline or name in works_in or name in (process / "environ").read_bytes():
                found.append(cmdline.replace(b"\0", b" ").decode(errors="replace"))
    return found


def told_state(home: Path) -> dict[str, Any]:
    """Return the processes that the home remembers."""
    return json.loads((home / "state.json").read_text())["processes"]


def get(url: str, path: str, password: str = "", cafile: Path | None = None) -> tuple[int, bytes]:
    """Return status and body of a GET, as `admin` if a password is given."""
    headers = {}
    if password:
        headers["Authorization"] = (
            f"Basic {base64.b64encode(f'admin:{password}'.encode()).decode()}"
        )
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=cafile)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=60, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A directory with a short name: the path of a socket is limited."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def made(scratch: Path) -> Iterator[Path]:
    """A home in which Pulp has been started."""
    home = scratch / "home"
    (scratch / "own.py").write_text('DATABASES["default"]["CONN_MAX_AGE"] = 7\nPAGE = 1\n')
    try:
        first = pulp_go("up", home, "--detach", "--settings", scratch / "own.py")
        assert first.returncode == 0, first.stderr
        yield home
    finally:
        pulp_go("down", home)


@pytest.fixture
def up(made: Path) -> Path:
    """The home, with Pulp up."""
    if pulp_go("status", made).returncode != 0:
        assert pulp_go("up", made, "--detach").returncode == 0
    return made


@pytest.fixture
def ended(made: Path) -> Path:
    """The home, with Pulp down."""
    assert pulp_go("down", made).returncode == 0
    assert not left_behind(made)
    return made


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist."""
    home = tmp_path / "new"
    yield home
    pulp_go("down", home)


@pytest.fixture(scope="module")
def certificate(scratch: Path) -> Certificate:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    return write_certificate(scratch)


def test_what_up_says_is_there_answers(up):
    info = told(up)
    status, body = get(info["api"], "/pulp/api/v3/status/")
    assert status == 200
    assert json.loads(body)["content_settings"]["content_origin"] == info["content"]
    assert get(info["api"], "/pulp/api/v3/users/", info["password"])[0] == 200
    assert get(info["api"], "/pulp/api/v3/users/", "another")[0] == 401
    assert get(info["content"], "/pulp/content/")[0] == 200


def test_info_names_the_processes(up):
    assert set(told(up)) == {"api", "content", "username", "password", "pids"}
    assert list(told(up)["pids"]) == ["postgres", "api", "content", "worker-1"]


def test_the_command_line_is_configured(up, tmp_path):
    command = [Path(sys.executable).parent / "pulp", "--config", up / "cli.toml", "user", "list"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert [user["username"] for user in json.loads(said.stdout)] == ["admin"]


def test_nobody_else_can_read_the_home(up):
    assert stat.S_IMODE(up.stat().st_mode) == 0o700
    secrets = {"info.json", "cli.toml", "settings.py", "admin_password"}
    secrets |= {"secret_key", "database_key"}
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in up.iterdir()}
    assert secrets <= set(modes)
    assert {mode for name, mode in modes.items() if (up / name).is_file()} == {0o600}


@needs_proc
def test_the_password_is_in_no_command_environment_or_log(up):
    password = told(up)["password"].encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            assert password not in (process / "cmdline").read_bytes()
            assert password not in (process / "environ").read_bytes()
    for log in (up / "log").iterdir():
        assert password not in log.read_bytes(), log


def test_status_says_what_is_up_without_the_password(up):
    result = pulp_go("status", up)
    assert result.returncode == 0
    info = told(up)
    password = info.pop("password")
    assert password not in result.stdout
    assert json.loads(result.stdout) == info | {"states": dict.fromkeys(info["pids"], "up")}


def test_up_twice_is_status(up):
    again = pulp_go("up", up)
    assert again.returncode == 0
    assert again.stdout == pulp_go("status", up).stdout
    assert "take effect after" in pulp_go("up", up, "--workers", "2").stderr


def test_the_users_settings_come_after_ours(up):
    settings = subprocess.run(
        [PULP_GO.with_name("pulpcore-manager"), "diffsettings"],
        env=os.environ | {"PULP_SETTINGS": str(up / "settings.py")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'CONN_MAX_AGE': 7" in settings
    assert "PAGE = 1" in settings
    assert "ANALYTICS = False" in settings


@needs_proc
def test_a_home_moves_even_to_a_path_too_long_for_a_socket_and_keeps_what_it_had(up):
    before, moved = told(up), up.parent / ("long" * 30)
    assert pulp_go("down", up).returncode == 0
    up.rename(moved)
    try:
        result = pulp_go("up", moved, "--detach")
        assert result.returncode == 0, result.stderr
        after = told(moved)
        assert before.pop("pids") != after.pop("pids")
        assert before == after
        assert get(after["api"], "/pulp/api/v3/users/", after["password"])[0] == 200
        assert pulp_go("down", moved).returncode == 0
        assert not left_behind(moved)
    finally:
        pulp_go("down", moved)
        moved.rename(up)


@needs_proc
def test_staying_with_tls_until_it_is_ended(ended, certificate):
    cert, files = certificate.chain, ["--tls-cert", certificate.chain, "--tls-key", certificate.key]
    with foreground(ended, *files, "--workers", "2") as process:
        wait_for(lambda: (ended / "info.json").exists() or process.poll() is not None)
        info = told(ended)
        assert info["content"].startswith("https://127.0.0.1:")
        assert list(info["pids"])[-2:] == ["worker-1", "worker-2"]
        assert get(info["content"], "/pulp/content/", cafile=cert)[0] == 200
        assert info["api"].startswith("https://127.0.0.1:")
        assert get(info["api"], "/pulp/api/v3/users/", info["password"], cafile=cert)[0] == 200
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0
    assert info["content"] in output
    assert not left_behind(ended)
    # An empty text takes an option back.
    taken = pulp_go("up", ended, "--detach", "--tls-cert", "", "--tls-key", "", "--workers", "1")
    assert taken.returncode == 0
    for name in ("api", "content"):
        assert told(ended)[name] == info[name].replace("https://", "http://")


@needs_proc
def test_some_up_is_1_and_none_after_a_reboot(up):
    pids = told(up)["pids"]
    os.kill(pids["worker-1"], signal.SIGKILL)
    wait_for(lambda: pulp_go("status", up).returncode == 1)
    assert json.loads(pulp_go("status", up).stdout)["states"]["worker-1"] == "ended"
    for pid in set(pids.values()) - {pids["worker-1"]}:
        os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: not left_behind(up))
    assert pulp_go("status", up).returncode == 3
    # The pid that PostgreSQL left behind may be another process by now.
    (up / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{up}/postgres\n0\n5432\n")
    again = pulp_go("up", up, "--detach")
    assert again.returncode == 0, again.stderr


@needs_proc
def test_a_named_database(up, new):
    place = quote(str(up / "postgres"), safe="")
    url = f"postgresql://pulp:a-secret@/pulp?host={place}&port=5432"
    result = pulp_go("up", new, "--detach", PULP_GO_DATABASE=url)
    assert result.returncode == 0, result.stderr
    info = told(new)
    assert list(info["pids"]) == ["api", "content", "worker-1"]
    assert get(info["api"], "/pulp/api/v3/users/", info["password"])[0] == 200
    assert "a-secret" not in result.stdout + result.stderr + pulp_go("status", new).stdout
    assert pulp_go("down", new).returncode == 0
    assert not left_behind(new)
    assert pulp_go("status", up).returncode == 0
    # There is one admin for both homes, whose password is now the other's: have it set anew.
    assert pulp_go("down", up).returncode == 0
    (up / "admin_password").unlink()


@needs_proc
def test_down_ends_all_of_it(up):
    ended = pulp_go("down", up)
    assert (ended.returncode, ended.stdout) == (0, "ended: postgres, api, content, worker-1\n")
    assert not left_behind(up)
    assert not (up / "info.json").exists() and not (up / "cli.toml").exists()
    assert pulp_go("status", up).returncode == 3
    again = pulp_go("down", up)
    assert (again.returncode, again.stdout) == (0, f"nothing runs in {up}\n")


@needs_proc
def test_two_ups_at_once_and_a_down_from_elsewhere(ended):
    with foreground(ended) as first:
        wait_for((ended / "state.json").exists)
        second = pulp_go("up", ended, "--detach")
        assert second.returncode == 1
        assert f"pulp-go (pid {first.pid}) is at work in {ended}" in second.stderr
        wait_for(lambda: (ended / "info.json").exists() or first.poll() is not None)
        assert pulp_go("down", ended).returncode == 0
        assert first.wait(PATIENCE) == 0
    assert not left_behind(ended)


@needs_proc
def test_an_up_that_stays_ends_all_when_postgres_dies(ended):
    with foreground(ended) as process:
        wait_for(lambda: (ended / "info.json").exists() or process.poll() is not None)
        os.kill(told(ended)["pids"]["postgres"], signal.SIGKILL)
        output = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1
    assert "Error: postgres (pid " in output
    assert "ended: signal 9" in output
    assert not left_behind(ended)
    assert pulp_go("status", ended).returncode == 3


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(ended, number):
    with foreground(ended, "--detach") as process:
        wait_for(lambda: (ended / "state.json").exists() and "migrate" in told_state(ended))
        process.send_signal(number)
        output = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 130
    assert f"Error: interrupted ({number.name})" in output
    assert not left_behind(ended)


@pytest.fixture
def port() -> Iterator[int]:
    """A port in use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("option", ["--api-port", "--content-port"])
def test_a_port_in_use(new, port, option):
    result = pulp_go("up", new, "--detach", option, str(port))
    assert result.returncode == 1
    assert result.stderr == (f"Error: port {port} on 127.0.0.1 is in use ({option}, --host)\n")
    assert not left_behind(new)


REFUSED = [
    (["--api-port", "9", "--content-port", "9"], "--api-port and --content-port are both 9"),
    (["--host", "192.0.2.1"], "port 0 on 192.0.2.1 cannot be used"),
    (["--host", "no such host"], "--host 'no such host' is neither a name nor an address"),
    (["--tls-cert", "/none/cert.pem"], "--tls-cert and --tls-key go together"),
    (
        ["--tls-cert", "/none/cert.pem", "--tls-key", "/none/key.pem"],
        "/none/cert.pem: No such file",
    ),
    (
        ["--tls-cert", "/dev/null", "--tls-key", "/dev/null"],
        "--tls-cert /dev/null holds no certificates in PEM",
    ),
    (["--settings", "/none/own.py"], "--settings /none/own.py: No such file"),
    (["--database", "mysql://u:a-secret@h/n"], "--database is not of the form postgresql://"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_cannot_be_is_refused_at_once(new, arguments, message):
    result = pulp_go("up", new, "--detach", *arguments)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert "a-secret" not in result.stderr
    assert not left_behind(new)
    assert not (new / "postgres").exists()


def test_a_database_that_cannot_be_reached(new, port):
    url = f"postgresql://pulp:a-secret@127.0.0.1:{port + 1 if port < 65535 else 1}/pulp"
    result = pulp_go("up", new, "--detach", PULP_GO_DATABASE=url)
    assert result.returncode == 1
    assert "Error: migrate (pid " in result.stderr
    assert "connection failed: " in result.stderr
    assert "a-secret" not in result.stderr
    assert not left_behind(new)


def test_settings_that_fail(ended, tmp_path):
    (tmp_path / "own.py").write_text("ONE = 1\nTWO = open('/none/such')\n")
    result = pulp_go("up", ended, "--detach", "--settings", tmp_path / "own.py")
    assert result.returncode == 1
    assert "own.py: [Errno 2] No such file or directory: '/none/such'" in result.stderr
    assert not left_behind(ended)


GARBAGE = [
    ("state.json", "[", "state.json is not what pulp-go wrote there"),
    ("state.json", '{"processes": {"api": {"pid": 1, "started": "x"}}}', "state.json is not what"),
    ("options.json", '{"api_port": "8080"}', "options.json is not what pulp-go wrote there"),
    ("options.json", "\x00", "options.json is not what pulp-go wrote there"),
    ("database_key", "x", "database_key is not a Fernet key"),
    ("secret_key", "", "secret_key is missing or empty"),
    ("postgres/PG_VERSION", "12\n", "is of PostgreSQL 12, installed is "),
    ("postgres/PG_VERSION", "", "holds no cluster: PG_VERSION is not in it"),
    ("postgres/global/pg_control", "x", "ended: "),
]


@pytest.mark.parametrize(("name", "text", "message"), GARBAGE)
def test_garbage_in_a_home(ended, name, text, message):
    path, kept = ended / name, (ended / name).with_suffix(".kept")
    with contextlib.suppress(FileNotFoundError):
        path.rename(kept)
    try:
        path.write_text(text)
        if name.startswith("postgres/"):
            shutil.copystat(kept, path)
            shutil.chown(path, kept.stat().st_uid, kept.stat().st_gid)
        result = pulp_go("up", ended, "--detach")
    finally:
        path.unlink()
        with contextlib.suppress(FileNotFoundError):
            kept.rename(path)
    assert result.returncode == 1
    assert "Error: " in result.stderr and "Traceback" not in result.stderr
    assert message in result.stderr
    assert not left_behind(ended)


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        for command in ("up", "down", "status"):
            result = pulp_go(command, home)
            assert result.returncode == {"up": 1, "down": 0, "status": 3}[command]
            assert "Traceback" not in result.stderr
        assert "cannot be a home: Not a directory" in pulp_go("up", home).stderr


def test_a_directory_of_somebody_else_stays_as_it_is(tmp_path):
    (tmp_path / "settings.py").write_text("MINE = 1\n")
    tmp_path.chmod(0o755)
    result = pulp_go("up", tmp_path)
    assert result.returncode == 1
    assert result.stderr == f"Error: {tmp_path} is not empty and not a home of pulp-go\n"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.py"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
