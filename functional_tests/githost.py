"""A host of git repositories on loopback: git's own `git http-backend` behind a server of ours.

It logs what it is asked, and how many objects it has sent, and can go wrong in the ways of a host.

https://git-scm.com/docs/git-http-backend
"""

import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from functional_tests.gitrepos import ENVIRONMENT, TIMEOUT

MOST_HANG = 120
PACK = b"PACK\x00\x00\x00\x02"


@dataclass
class Asked:
    """One request, and what became of it.

    Attributes:
        what: "hello" for the greeting, "list" for the list of refs, "fetch" for objects.
        path: The path, without its leading slash.
        authorization: Its header of that name, or "".
        objects: How many objects the answer has.
    """

    what: str
    path: str
    authorization: str
    objects: int = 0


@dataclass
class Manners:
    """How a host answers from now on; everything is right unless it is said here.

    Attributes:
        status: The status of every answer, or 0.
        times: For how many answers that is so, or 0 for all.
        headers: What goes with that status.
        credentials: `user:password` that it wants, or "".
        cut: After how many bytes of an answer with objects the connection ends, or 0.
        hangs: The kind of request (`Asked.what`) in the middle of whose answer it falls silent.
        before_fetch: Called when objects are asked for the first time, before it looks for them.
    """

    status: int = 0
    times: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: str = ""
    cut: int = 0
    hangs: str = ""
    before_fetch: Callable[[], object] | None = None

    def next_status(self) -> int:
        """Return what the next answer must be, or 0."""
        status = self.status
        if self.times:
            self.times -= 1
            self.status = self.status if self.times else 0
        return status


class GitHost:
    """The server; a context manager.

    Attributes:
        root: The directory of the repositories that it serves.
        url: Its URL, which ends in a slash.
        asked: All requests in their order.
        manners: How it answers.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.asked: list[Asked] = []
        self.manners = Manners()
        self._let_go = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.host = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def whats(self) -> list[str]:
        """Return of each request what it asked for."""
        return [asked.what for asked in self.asked]

    def objects(self) -> int:
        """Return how many objects were sent."""
        return sum(asked.objects for asked in self.asked)

    def let_go(self) -> None:
        """End the answers in which it has fallen silent."""
        self._let_go.set()
        self._let_go = threading.Event()

    def hang(self) -> None:
        """Be silent until `let_go`, for the server itself."""
        self._let_go.wait(MOST_HANG)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    host: GitHost

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        host, manners = self.server.host, self.server.host.manners
        path = self.path.partition("?")[0].lstrip("/")
        asked = Asked(_what(body), path, self.headers.get("Authorization", ""))
        host.asked.append(asked)
        if status := manners.next_status():
            self._answer(status, manners.headers, b"the host says no\n")
        elif manners.credentials and asked.authorization != _basic(manners.credentials):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        else:
            if asked.what == "fetch" and (call := manners.before_fetch):
                manners.before_fetch = None
                call()
            self._backend(body, asked)

    def _backend(self, body: bytes, asked: Asked) -> None:
        status, headers, content = backend(self.server.host.root, self, body)
        at = content.find(PACK)
        if at >= 0:
            asked.objects = int.from_bytes(content[at + len(PACK) : at + len(PACK) + 4])
        self._answer(status, headers, content, asked.what)

    def _answer(
        self, status: int, headers: Mapping[str, str], content: bytes, what: str = ""
    ) -> None:
        host = self.server.host
        hangs = bool(what) and host.manners.hangs == what
        cut = host.manners.cut if what == "fetch" else 0
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2 if hangs else cut or None])
        self.wfile.flush()
        if hangs:
            host.hang()
        self.close_connection = self.close_connection or hangs or bool(cut)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the log is `GitHost.asked`."""


def backend(
    root: Path, request: BaseHTTPRequestHandler, body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body that `git http-backend` answers."""
    path, _, query = request.path.partition("?")
    variables = {
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": request.command,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
    }
    process = subprocess.run(
        ["git", "http-backend"],
        env=ENVIRONMENT | variables,
        input=body,
        capture_output=True,
        timeout=TIMEOUT,
    )
    head, _, content = process.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
    return int(headers.pop("Status", "200").split()[0]), headers, content


def _what(body: bytes) -> str:
    if not body:
        return "hello"
    return "list" if b"command=ls-refs" in body else "fetch"


def _basic(credentials: str) -> str:
    return f"Basic {b64encode(credentials.encode()).decode()}"
