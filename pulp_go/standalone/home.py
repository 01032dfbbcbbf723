"""The home: the one directory that holds all of a one-machine Pulp.

    secret_key       Django's SECRET_KEY
    database_key     the Fernet key of the database's encrypted fields
    options.json     what the last `up` that came to its end was given, kept for the next
    settings.py      pulpcore's settings, written anew by each `up`
    admin_password   the password that `up` has set for `admin`
    state.json       the processes that run now, with their start times
    info.json        what a client needs: URLs, user, password, pids; there while Pulp is up
    cli.toml         the same for the command line: pulp --config HOME/cli.toml go ...
    lock             held while `up` or `down` is at work
    log/             one file a process
    postgres/        the cluster, if no other database was named; postgres.lock guards it
    pulp/            pulpcore's DEPLOY_ROOT: media, assets, tmp

The home has mode 0700 and every file in it that holds a secret 0600. It may be moved while
nothing runs: no file of ours refers to it but those that `up` writes anew.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulp_go.standalone.errors import StandaloneError

# What a home may hold before its keys are made, after an `up` that was killed.
_BEFORE_KEYS = frozenset({"lock", "log", "pulp", "secret_key", "database_key.new"})


def write_private(path: Path, text: str) -> None:
    """Make `path` a file of mode 0600 that holds `text`, at once or not at all.

    Raises:
        StandaloneError: the file cannot be written.
    """
    new = path.with_name(path.name + ".new")
    try:
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise StandaloneError(f"cannot write {path}: {error.strerror}") from error


def read_text(path: Path) -> str | None:
    """Return the text of a file, or None if there is no such file.

    Raises:
        StandaloneError: the file cannot be read, or is no text.
    """
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StandaloneError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise garbage(path) from error


def read_object(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None if there is no such file.

    Raises:
        StandaloneError: the file cannot be read, or holds something else.
    """
    text = read_text(path)
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise garbage(path) from error
    if not isinstance(value, dict):
        raise garbage(path)
    return value


def garbage(path: Path) -> StandaloneError:
    """Return the error that says that a file of the home is not as pulp-go wrote it."""
    return StandaloneError(f"{path} is not what pulp-go wrote there: repair or remove it")


def make_directory(path: Path) -> None:
    """Make sure that `path` is a directory of mode 0700.

    Raises:
        StandaloneError: it cannot be made, or is something else.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except FileExistsError as error:
        raise StandaloneError(f"{path} is not a directory") from error
    except OSError as error:
        raise StandaloneError(f"cannot make {path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of a home.

    Attributes:
        path: the directory, absolute and free of symbolic links.
    """

    path: Path

    @property
    def options(self) -> Path:
        """What `up` was given."""
        return self.path / "options.json"

    @property
    def settings(self) -> Path:
        """What PULP_SETTINGS names."""
        return self.path / "settings.py"

    @property
    def secret_key(self) -> Path:
        """Django's SECRET_KEY."""
        return self.path / "secret_key"

    @property
    def database_key(self) -> Path:
        """What DB_ENCRYPTION_KEY names."""
        return self.path / "database_key"

    @property
    def admin_password(self) -> Path:
        """The password of `admin`."""
        return self.path / "admin_password"

    @property
    def state(self) -> Path:
        """The processes that run now."""
        return self.path / "state.json"

    @property
    def info(self) -> Path:
        """What a client needs."""
        return self.path / "info.json"

    @property
    def cli(self) -> Path:
        """What a client needs, as the configuration of `pulp`."""
        return self.path / "cli.toml"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.path / "postgres"

    @property
    def deploy_root(self) -> Path:
        """The DEPLOY_ROOT of pulpcore."""
        return self.path / "pulp"

    def log(self, name: str) -> Path:
        """Return the log file of a process."""
        return self.path / "log" / f"{name}.log"

    def exists(self) -> bool:
        """Report whether `up` has made this home."""
        return self.database_key.exists() or self.options.exists()


def find(directory: str) -> Home:
    """Return the home at `directory`, which need not exist.

    Raises:
        StandaloneError: no home may be there.
    """
    try:
        path = Path(directory).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise StandaloneError(f"{directory} cannot be a home: {error}") from error
    # dynaconf reads PULP_SETTINGS as a list with these separators and knows no quotes.
    if set(",;\n") & set(str(path)):
        raise StandaloneError(f"{path} cannot be a home: a comma, semicolon or newline is in it")
    return Home(path)


def make(home: Home) -> None:
    """Make the directory of a home.

    Raises:
        StandaloneError: it cannot be made, or is used for something else: it would be taken over.
    """
    try:
        names = {path.name for path in home.path.iterdir()}
    except FileNotFoundError:
        names = set()
    except OSError as error:
        raise StandaloneError(f"{home.path} cannot be a home: {error.strerror}") from error
    if not home.exists() and not names <= _BEFORE_KEYS:
        raise StandaloneError(f"{home.path} is not empty and not a home of pulp-go")
    make_directory(home.path)


def furnish(home: Home) -> None:
    """Make what is in a home from the beginning: directories, and keys on first use.

    Raises:
        StandaloneError: something cannot be made, or a key is lost.
    """
    for name in ("log", "pulp", "pulp/media", "pulp/assets", "pulp/tmp"):
        make_directory(home.path / name)
    if not home.exists():
        write_private(home.secret_key, secret_key())
        write_private(home.database_key, database_key())
    check_keys(home)


def secret_key() -> str:
    """Return a new SECRET_KEY."""
    return secrets.token_urlsafe(48)


def database_key() -> str:
    """Return a new Fernet key: 32 random bytes in URL-safe base64.

    https://github.com/fernet/spec/blob/master/Spec.md
    """
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def check_keys(home: Home) -> None:
    """Check that the keys which the database needs are there.

    Raises:
        StandaloneError: one is missing or no key. A new one would not do: what the old one
            has encrypted or signed would be lost without a word.
    """
    for path in (home.secret_key, home.database_key):
        if not (read_text(path) or "").strip():
            raise StandaloneError(f"{path} is missing or empty: restore it from a backup")
    try:
        key = base64.urlsafe_b64decode((read_text(home.database_key) or "").strip())
    except (binascii.Error, ValueError) as error:
        raise StandaloneError(f"{home.database_key} is not a Fernet key") from error
    if len(key) != 32:
        raise StandaloneError(f"{home.database_key} is not a Fernet key")


@contextmanager
def lock(home: Home) -> Iterator[None]:
    """Hold the home's lock, so that one `up` or `down` is at work in it.

    Raises:
        StandaloneError: another one is.
    """
    path = home.path / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StandaloneError(f"cannot write {path}: {error.strerror}") from error
    try:
        _take(descriptor, home)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, home: Home) -> None:
    """Take the lock and write our pid into it, for the message that the next one gets."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 32).decode(errors="replace").strip()
        raise StandaloneError(f"pulp-go (pid {holder}) is at work in {home.path}") from error
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    except OSError as error:
        raise StandaloneError(f"cannot write {home.path / 'lock'}: {error.strerror}") from error
