import socket

import pytest

from pulp_go.standalone import ports
from pulp_go.standalone.errors import StandaloneError


def test_a_free_port_is_taken_and_does_not_listen_yet():
    with ports.claim("127.0.0.1", 0, "--api-port") as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
        assert ports.number(bound) == bound.getsockname()[1] > 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(ports.reachable(bound), timeout=10)


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        message = rf"port {port} on 127.0.0.1 is in use \(--api-port, --host\)"
        with pytest.raises(StandaloneError, match=message):
            ports.claim("127.0.0.1", port, "--api-port")


WRONG = [
    ("127.0.0.2\n", "--host 127.0.0.2\n is not known: "),
    ("127.0.0.١.", "--host 127.0.0.١. is not known: "),
    ("a" * 300, "--host a+ is not known: "),
]


@pytest.mark.parametrize(("host", "message"), WRONG)
def test_a_host_that_is_not_known(monkeypatch, host, message):
    def unknown(host, *_arguments, **_options):
        host.encode("idna")
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StandaloneError, match=message):
        ports.claim(host, 0, "--api-port")


ERRORS = [
    (13, "port 80 on 127.0.0.1 may not be used by this user"),
    (99, "port 80 on 127.0.0.1 cannot be used: that is no address of this machine"),
    (105, "port 80 on 127.0.0.1 cannot be used: told so"),
]


@pytest.mark.parametrize(("number", "message"), ERRORS)
def test_why_a_port_cannot_be_used(monkeypatch, number, message):
    class Refusing(socket.socket):
        def bind(self, _address):
            raise OSError(number, "told so")

    monkeypatch.setattr(socket, "socket", Refusing)
    with pytest.raises(StandaloneError, match=message):
        ports.claim("127.0.0.1", 80, "--content-port")


def test_ipv4_is_preferred(monkeypatch):
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 7, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 7)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found)
    assert ports._resolve("localhost", 7) == (socket.AF_INET, ("127.0.0.1", 7))


REACHED = [
    (("0.0.0.0", 7), ("127.0.0.1", 7)),
    (("127.0.0.2", 7), ("127.0.0.2", 7)),
    (("::", 7, 0, 0), ("::1", 7)),
]


@pytest.mark.parametrize(("bound", "reached"), REACHED)
def test_a_wildcard_is_reached_on_loopback(bound, reached):
    class Bound:
        def getsockname(self):
            return bound

    assert ports.reachable(Bound()) == reached
