"""Hosts that show git repositories over ssh on loopback: OpenSSH's sshd, and a server of paramiko.

Both let one key in, and run git's own `git-upload-pack` for it.

https://git-scm.com/docs/gitprotocol-pack#_ssh_transport
"""

import getpass
import io
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from functional_tests.gitrepos import ENVIRONMENT

TIMEOUT = 30
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
PIECE = 1 << 16


@dataclass(frozen=True)
class SshHost:
    """A server that runs.

    Attributes:
        url: What stands before the path of a repository on this machine, which begins with "/".
        private_key: The key that it lets in.
        known_hosts: The line that tells it from others.
    """

    url: str
    private_key: str
    known_hosts: str

    def fields(self) -> dict[str, str]:
        """Return the fields of a remote that may come in."""
        return {"private_key": self.private_key, "known_hosts": self.known_hosts}


@dataclass(frozen=True)
class Key:
    """An Ed25519 key, as OpenSSH writes it.

    Attributes:
        private: The private key as PEM.
        public: The public key as one line.
    """

    private: str
    public: str


def new_key() -> Key:
    """Return a key that nobody had before."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return Key(private.decode(), public.decode())


def find_sshd() -> str | None:
    """Return OpenSSH's sshd, or None."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}:{SBIN}")


@contextmanager
def sshd(program: str, directory: Path) -> Iterator[SshHost]:
    """Run OpenSSH's sshd for the user of this process, with nothing of the machine's own."""
    host_key, user_key, port = new_key(), new_key(), free_port()
    directory.mkdir(mode=0o700)
    files = {"host": host_key.private, "authorized": user_key.public + "\n"}
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": directory / "host",
        "AuthorizedKeysFile": directory / "authorized",
        "PidFile": "none",
        "StrictModes": "no",
        "AcceptEnv": "GIT_PROTOCOL",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
    }
    files["config"] = "".join(f"{name} {value}\n" for name, value in options.items())
    for name, text in files.items():
        directory.joinpath(name).touch(mode=0o600)
        directory.joinpath(name).write_text(text)
    command = [program, "-D", "-e", "-f", str(directory / "config")]
    with directory.joinpath("log").open("w") as log, subprocess.Popen(command, stderr=log) as run:
        try:
            wait_for_port(port, run, directory / "log")
            yield host_at(getpass.getuser(), port, host_key, user_key)
        finally:
            run.terminate()


@contextmanager
def paramiko_host() -> Iterator[SshHost]:
    """Run a server of paramiko."""
    host_key, user_key = new_key(), new_key()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.host_key = paramiko.Ed25519Key.from_private_key(io.StringIO(host_key.private))
    server.user_key = paramiko.Ed25519Key.from_private_key(io.StringIO(user_key.private))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield host_at("git", server.server_address[1], host_key, user_key)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def host_at(user: str, port: int, host_key: Key, user_key: Key) -> SshHost:
    """Return the host that shows a key on a port of loopback."""
    line = f"[127.0.0.1]:{port} {host_key.public}\n"
    return SshHost(f"ssh://{user}@127.0.0.1:{port}", user_key.private, line)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process listens on a port.

    Raises:
        RuntimeError: It ends instead; the text is what it said.
    """
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"sshd: {log.read_text()}")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    host_key: paramiko.PKey
    user_key: paramiko.PKey

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Serve one connection until it ends."""
        transport = paramiko.Transport(self.request)
        transport.add_server_key(self.server.host_key)
        transport.start_server(server=_Shell(self.server.user_key))
        transport.join(TIMEOUT)


class _Shell(paramiko.ServerInterface):
    """Lets one key in, and knows one command."""

    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key
        self._environment: dict[str, str] = {}

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key == self._key else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_env_request(
        self, channel: paramiko.Channel, name: bytes, value: bytes
    ) -> bool:
        self._environment[name.decode()] = value.decode()
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        path = command.decode().removeprefix("git-upload-pack '").removesuffix("'")
        # The client is to hear first that the command has begun.
        timer = threading.Timer(0.05, upload_pack, (channel, path, self._environment))
        timer.daemon = True
        timer.start()
        return True


def upload_pack(channel: paramiko.Channel, path: str, environment: dict[str, str]) -> None:
    """Let a channel talk with `git upload-pack`."""
    process = subprocess.Popen(
        ["git", "upload-pack", path],
        env=ENVIRONMENT | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    threading.Thread(target=_feed, args=(channel, process), daemon=True).start()
    assert process.stdout is not None
    with suppress(OSError, EOFError):  # The client is gone.
        while piece := os.read(process.stdout.fileno(), PIECE):
            channel.sendall(piece)
        channel.send_exit_status(process.wait(TIMEOUT))
    process.stdout.close()
    channel.close()


def _feed(channel: paramiko.Channel, process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(OSError), process.stdin:
        while piece := channel.recv(PIECE):
            process.stdin.write(piece)
            process.stdin.flush()
