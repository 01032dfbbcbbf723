"""The ports that the two apps listen on.

They are bound here, before anything is started, and handed to gunicorn as descriptors. So a port
in use is found at once, and nobody takes a free port between its choice and its use. They do not
listen yet: a client is refused until gunicorn does.
"""

import errno
import socket
from typing import Any

from pulp_go.standalone.errors import StandaloneError

_REASONS = {
    errno.EADDRINUSE: "is in use",
    errno.EACCES: "may not be used by this user",
    errno.EADDRNOTAVAIL: "cannot be used: that is no address of this machine",
}


def claim(host: str, port: int, option: str) -> socket.socket:
    """Return a TCP socket that is bound to `host` and `port`, a free port if that is 0.

    Args:
        host: a name or address.
        port: the number, or 0.
        option: the option that names the port, for the message.

    Raises:
        StandaloneError: the port is in use or not allowed, or the host is not this machine.
    """
    family, address = _resolve(host, port)
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Else the connections of the last run keep the port for a minute.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        reason = _REASONS.get(error.errno or 0, f"cannot be used: {error.strerror}")
        raise StandaloneError(f"port {port} on {host} {reason} ({option}, --host)") from error
    return bound


def _resolve(host: str, port: int) -> tuple[int, Any]:
    """Return the family and address of a host, an IPv4 one if it has any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise StandaloneError(f"--host {host} is not known: {error}") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, address


def number(bound: socket.socket) -> int:
    """Return the port of a socket."""
    port: int = bound.getsockname()[1]
    return port


def reachable(bound: socket.socket) -> tuple[str, int]:
    """Return the address and port under which this machine reaches a socket."""
    host, port = bound.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port
