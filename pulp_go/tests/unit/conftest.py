"""What every unit test stands on: no network beyond loopback, and nothing of the user's Go."""

import ipaddress
import os
import signal
import socket

import pytest

# A shell's `&` and nohup have these ignored, and what the tests start would be deaf to them.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


def is_loopback(host):
    """Report whether `host`, a name or an address, is this machine itself."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {None, "", "localhost"}


def refuse_beyond_loopback(address):
    """Raise unless `address` is one of this machine: a path of a Unix socket, or loopback."""
    if isinstance(address, tuple) and not is_loopback(address[0]):
        raise AssertionError(f"a unit test went beyond loopback: {address[0]}")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    """Let sockets reach nothing but this machine; a name is not even looked up."""

    def guarded(method, position):
        def call(*arguments, **options):
            refuse_beyond_loopback(arguments[position])
            return method(*arguments, **options)

        return call

    def look_up(host, *arguments, **options):
        refuse_beyond_loopback((host,))
        return getaddrinfo(host, *arguments, **options)

    getaddrinfo = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect, 1))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex, 1))
    monkeypatch.setattr(socket.socket, "sendto", guarded(socket.socket.sendto, -1))


@pytest.fixture(autouse=True)
def no_go_environment(monkeypatch):
    """Take away what a user has set for `go`: GOPROXY, GOFLAGS, GOPRIVATE and the rest."""
    for name in [name for name in os.environ if name.startswith("GO")]:
        monkeypatch.delenv(name)
