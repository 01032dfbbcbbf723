"""A repository over ssh, by paramiko in this process.

The other choice was the program `ssh`: it wants the private key in a file, and the options on its
command line. Here the key stays in memory. The host must show a key that stands in the known hosts
that were given; nothing is learnt on the way, and nothing is read from the user's `~/.ssh`, from an
agent or from a configuration.

Known hosts are lines as OpenSSH writes them, with plain or hashed names. Certificates
(`@cert-authority`), `@revoked` and patterns in names are not understood, and trust nobody.

https://git-scm.com/docs/gitprotocol-pack#_ssh_transport
https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
"""

import io
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

import paramiko
from dulwich.client import SSHGitClient, SSHVendor
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from pulp_go.git.access import Access
from pulp_go.git.errors import AuthError, TroubleError, UntrustedHostError
from pulp_go.git.packets import checked

_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_PORT = 22
_USER = "git"

# paramiko logs what goes wrong in its threads, with the lines of the host; we raise it.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


def client(access: Access) -> SSHGitClient:
    """Return a client for the host of `access`."""
    return SSHGitClient(
        access.url.host,
        port=access.url.port,
        username=access.url.user or _USER,
        vendor=_Vendor(access),
        thin_packs=False,
        quiet=True,
    )


class _Vendor(SSHVendor):
    """Runs one command on the host of an access."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def run_command(  # type: ignore[override]  # The wrapper is of a process there.
        self,
        host: str,
        command: bytes,
        username: str | None = None,
        port: int | None = None,
        password: str | None = None,
        key_filename: str | None = None,
        ssh_command: str | None = None,
        protocol_version: int | None = None,
    ) -> "_Command":
        """Return the command, under way. Of the arguments, those of other vendors are unused."""
        access = self._access
        deadline = time.monotonic() + access.limits.total
        shell = paramiko.SSHClient()
        shell.set_missing_host_key_policy(_Unknown())
        _trust(shell.get_host_keys(), access.known_hosts)
        try:
            _connect(shell, access, host, username or _USER, port or _PORT)
            channel = _start(shell, access, command)
        except BaseException:
            shell.close()
            raise
        return _Command(shell, channel, deadline)


class _Command:
    """A command on another machine, as dulwich wants it: a pipe to it and one from it."""

    def __init__(
        self, shell: paramiko.SSHClient, channel: paramiko.Channel, deadline: float
    ) -> None:
        self._shell = shell
        self._channel = channel
        self._deadline = deadline
        self.stderr = channel.makefile_stderr("rb")

    def read(self, size: int) -> bytes:
        """Return `size` bytes, or fewer at the end."""
        pieces = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        return checked(b"".join(pieces))

    def _piece(self, size: int) -> bytes:
        if time.monotonic() > self._deadline:
            raise TroubleError("it took too long")
        try:
            return self._channel.recv(size)
        except TimeoutError:
            raise TroubleError("the host was silent for too long") from None

    def write(self, data: bytes) -> int:
        """Send all of `data`."""
        try:
            self._channel.sendall(data)
        except OSError:
            raise TroubleError("the host does not take what we send") from None
        return len(data)

    def can_read(self) -> bool:
        """Report whether a read would return at once."""
        return self._channel.recv_ready()

    def close(self) -> None:
        """End the command and the connection."""
        self._shell.close()


class _Unknown(paramiko.MissingHostKeyPolicy):
    """Believes no host that is not known."""

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        """Refuse."""
        raise UntrustedHostError("ssh: the known hosts have no key of this host")


def _connect(shell: paramiko.SSHClient, access: Access, host: str, user: str, port: int) -> None:
    """Connect and log in."""
    limits = access.limits
    key = _private_key(access.private_key)
    try:
        with socket.create_connection((host, port), limits.connect) as made:
            connection = made.dup()
    except OSError as error:
        raise TroubleError(
            f"the connection failed: {error.strerror or type(error).__name__}"
        ) from None
    try:
        shell.connect(
            host,
            port,
            user,
            pkey=key,
            allow_agent=False,
            look_for_keys=False,
            sock=connection,
            timeout=limits.connect,
            banner_timeout=limits.connect,
            auth_timeout=limits.connect,
            channel_timeout=limits.connect,
        )
    except paramiko.BadHostKeyException:
        raise UntrustedHostError(
            "ssh: the host shows another key than the known hosts have"
        ) from None
    except paramiko.AuthenticationException:
        raise AuthError("ssh: the host does not accept this user and key") from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TroubleError(f"ssh: {access.clean(str(error))}") from None


def _start(shell: paramiko.SSHClient, access: Access, command: bytes) -> paramiko.Channel:
    """Return the channel of `command`, which the host has begun."""
    transport = shell.get_transport()
    assert transport is not None
    try:
        with _ended_after(access.limits.read, transport):
            channel = transport.open_session(timeout=access.limits.read)
            channel.settimeout(access.limits.read)
            channel.set_environment_variable("GIT_PROTOCOL", "version=2")
            channel.exec_command(command)
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise TroubleError(f"ssh: {access.clean(str(error))}") from None
    return channel


@contextmanager
def _ended_after(seconds: float, transport: paramiko.Transport) -> Iterator[None]:
    """Close `transport` if what is done takes longer: paramiko waits for some answers for ever."""
    timer = Timer(seconds, transport.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _trust(keys: paramiko.HostKeys, known_hosts: str) -> None:
    """Add the keys of `known_hosts` to `keys`.

    Raises:
        UntrustedHostError: A line is broken.
    """
    for line in known_hosts.splitlines():
        if not line.strip() or line.strip().startswith(("#", "@")):
            continue
        try:
            entry = HostKeyEntry.from_line(line.strip())
        except (InvalidHostKey, paramiko.SSHException, ValueError):
            raise UntrustedHostError("ssh: a line of the known hosts is malformed") from None
        if entry is not None:
            for name in entry.hostnames:
                keys.add(name, entry.key.get_name(), entry.key)


def _private_key(text: str) -> paramiko.PKey:
    """Return the private key that `text` is.

    Raises:
        AuthError: It is none, or is locked with a passphrase.
    """
    for kind in _KEYS:
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"))
        except paramiko.PasswordRequiredException:
            raise AuthError("ssh: the private key has a passphrase") from None
        except (paramiko.SSHException, ValueError):
            continue
    raise AuthError("ssh: the private key cannot be read")
