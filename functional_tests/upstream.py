"""A GOPROXY of our own on loopback, which logs what it is asked and can go wrong in any way.

It refuses HEAD with 405, as some upstreams do, so that no test passes by a method that `go` never
uses, unless a test wants it answered. `python -m http.server` would not do: escapes, faults and
the log are the point. An index feed is there if the tree has one, and is given page by page.
"""

import json
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote

from functional_tests.certificates import write_certificate
from functional_tests.moduletree import INDEX, ModuleTree

MOST_STALL = 120
CONTENT_TYPES = {
    "info": "application/json",
    "@latest": "application/json",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class Fault:
    """How one answer differs from what the tree holds.

    Attributes:
        status: The status; of another one than 200 the body is `body` or a line that says so.
        body: The body, or None for the tree's.
        headers: Headers in place of, or beside, the ones that would be sent.
        declared: What Content-Length says, or None for the truth.
        sent: How many bytes are sent before the connection is closed, or None for all.
        stall: Whether the answer waits for `Upstream.release`.
        reset: Whether the connection is reset in place of an answer.
        delay: Seconds of silence before the answer.
        pause: Seconds of silence in the middle of the body.
        drip: Seconds between each two bytes of the body.
    """

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    sent: int | None = None
    stall: bool = False
    reset: bool = False
    delay: float = 0.0
    pause: float = 0.0
    drip: float = 0.0


@dataclass(frozen=True)
class Request:
    """One request as it arrived.

    Attributes:
        path: The path without its leading slash, percent-decoded, still bang-escaped.
        query: What follows its question mark, or "".
        headers: Its headers, names in lower case.
        at: When, on the monotonic clock.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    at: float


class Upstream:
    """The server, its tree, its faults and its log.

    Attributes:
        tree: What it serves.
        url: Its base URL, without a trailing slash.
        requests: All requests in their order.
        certificate: With TLS: its self-signed certificate as PEM, else "".
        answers_head: Whether HEAD is answered, and not 405.
        most_entries: How many entries of the index feed it gives at most, whatever it is asked for.
    """

    def __init__(self, *, tls: bool = False) -> None:
        self.tree = ModuleTree()
        self.requests: list[Request] = []
        self.answers_head = False
        self.most_entries = 2000
        self.certificate = ""
        self._faults: dict[str, list[Fault]] = {}
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.upstream = self
        if tls:
            self.certificate = _wrap(self._server)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def fault(self, path: str, *faults: Fault) -> None:
        """Answer the next requests of `path` by these, one each; the last one stays."""
        self._faults[path] = list(faults)

    def mend(self, path: str) -> None:
        """Answer `path` as the tree has it again."""
        del self._faults[path]

    def mend_all(self) -> None:
        """Answer every path as the tree has it again."""
        self._faults.clear()

    def paths(self) -> list[str]:
        """Return the paths that were asked, sorted, each as often as it was."""
        return sorted(request.path for request in self.requests)

    def asked(self, path: str) -> list[Request]:
        """Return the requests of one path."""
        return [request for request in self.requests if request.path == path]

    def next_fault(self, path: str) -> Fault:
        """Return how the next answer of `path` is to be, for the server itself."""
        faults = self._faults.get(path)
        if not faults:
            found = self.body(path) is not None
            return Fault() if found else Fault(404, b"not found: no such file\n")
        return faults.pop(0) if len(faults) > 1 else faults[0]

    def body(self, path: str) -> bytes | None:
        """Return what is served at a path, None for nothing."""
        return self.tree.files.get(path)

    def release(self) -> None:
        """Give the answers that were stalled, now and from now on."""
        self._released.set()

    def wait(self, seconds: float) -> None:
        """Be silent for so long, or until `release`, for the server itself."""
        if seconds:
            self._released.wait(seconds)

    def wait_released(self) -> None:
        """Wait until `release`, for the server itself."""
        self._released.wait(MOST_STALL)


@contextmanager
def unreachable() -> Iterator[str]:
    """Give a URL on loopback at which nothing listens: the port is held, but not listening."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    upstream: Upstream

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up, which stalls and TLS faults make them do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second would wait for the answer to the first.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        path = self._log()
        upstream = self.server.upstream
        fault = upstream.next_fault(path)
        if fault.stall:
            upstream.wait_released()
        upstream.wait(fault.delay)
        if fault.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
        else:
            self._answer(path, fault)

    def do_HEAD(self) -> None:
        if self.server.upstream.answers_head:
            self.do_GET()
        else:
            self._log()
            self.send_error(405)

    def _log(self) -> str:
        path, _, query = self.path.partition("?")
        path = unquote(path).removeprefix("/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, time.monotonic())
        self.server.upstream.requests.append(request)
        return path

    def _answer(self, path: str, fault: Fault) -> None:
        body = fault.body
        if body is None:
            held = self._held(path)
            body = held if fault.status == 200 else f"the fault {fault.status}\n".encode()
        declared = len(body) if fault.declared is None else fault.declared
        headers = {"Content-Type": _content_type(path, fault.status)}
        headers |= {"Content-Length": str(declared)} | dict(fault.headers)
        self.send_response(fault.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send(body[: fault.sent], fault)
        if declared != len(body) or fault.sent is not None:
            self.close_connection = True

    def _held(self, path: str) -> bytes:
        upstream = self.server.upstream
        held = upstream.body(path) or b""
        return _page(held, self.path, upstream.most_entries) if path == INDEX else held

    def _send(self, body: bytes, fault: Fault) -> None:
        upstream = self.server.upstream
        half = len(body) // 2 if fault.pause else 0
        self.wfile.write(body[:half])
        self.wfile.flush()
        upstream.wait(fault.pause)
        step = 1 if fault.drip else len(body)
        for at in range(half, len(body), step or 1):
            self.wfile.write(body[at : at + step])
            upstream.wait(fault.drip)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the log is `Upstream.requests`."""


def _content_type(path: str, status: int) -> str:
    kind = path.rpartition("/")[2].rpartition(".")[2]
    return CONTENT_TYPES.get(kind if status == 200 else "", "text/plain; charset=utf-8")


def _page(feed: bytes, url: str, most: int) -> bytes:
    """Return the lines of a feed that `url` asks for, from a time on that is in it itself."""
    asked = parse_qs(url.partition("?")[2])
    since, limit = asked.get("since", [""])[0], int(asked.get("limit", ["2000"])[0])
    lines = [
        line
        for line in feed.splitlines(keepends=True)
        if str(json.loads(line)["Timestamp"]) >= since
    ]
    return b"".join(lines[: min(limit, most)])


def _wrap(server: _Server) -> str:
    """Make `server` speak TLS with a certificate that nobody trusts, and return it as PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        certificate = write_certificate(Path(directory))
        context.load_cert_chain(certificate.chain, certificate.key)
        text = certificate.chain.read_text()
    # The handshake belongs to the connection's own thread: one that fails must not end accept().
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return text
