"""The fences around the unit tests hold."""

import os
import socket

import pytest

# Addresses that are documented to belong to nobody, RFC 5737 and RFC 3849.
BEYOND = [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0), ("proxy.example", 80), ("١.0.0.1", 80)]


@pytest.mark.parametrize("address", BEYOND)
def test_connecting_beyond_loopback_is_refused(address):
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(AssertionError, match="beyond loopback"):
        client.connect(address)
    with pytest.raises(AssertionError, match="beyond loopback"):
        socket.create_connection(address[:2])


def test_sending_beyond_loopback_is_refused():
    refused = pytest.raises(AssertionError, match="beyond loopback")
    with socket.socket(type=socket.SOCK_DGRAM) as client, refused:
        client.sendto(b"", BEYOND[0])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_reached(host):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1])) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"


def test_nothing_of_the_users_go_is_left():
    assert not [name for name in os.environ if name.startswith("GO")]
