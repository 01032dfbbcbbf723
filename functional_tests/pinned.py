"""A repository whose zips stayed upstream, pinned by a go.sum, and who asks for them.

The hashes were printed by `go mod download -json` of go1.26.8.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from functional_tests.contentclient import Reply, fetch
from functional_tests.killing import children, wait_until
from functional_tests.livepulp import LivePulp
from functional_tests.memory import PROC
from functional_tests.moduletree import file_path, make_module_zip
from functional_tests.upstream import Fault, Upstream
from functional_tests.workspace import Workspace

MODULE, VERSION = "example.com/quote", "v1.0.0"
GO_MOD = "module example.com/quote\n\ngo 1.21\n"
FILES = {"quote.go": 'package quote\n\nconst Word = "pinned"\n'}
CHANGED = {"go.mod": GO_MOD, "quote.go": 'package quote\n\nconst Word = "changed"\n'}
H1 = "h1:ZpoQ9mQat80+rhEx78zjyw4QafoZMhlgrJHroyDoVE4="
NEXT_H1 = "h1:PjlwQY07DJZCC+LaXRENG+16JUvPo4HzzOrFDgaGbto="
CHANGED_H1 = "h1:kPCyuGQRm8Kv0+Dxs9EYB37jyVPjB19sSOhc72tMQXk="
GO_MOD_H1 = "h1:XBba2NLpSL6dfGjlW41bC5KRe9vSgZFvHgoYc/GJTXI="
GO_SUM = f"{MODULE} v1.0.0 {H1}\n{MODULE} v1.0.0/go.mod {GO_MOD_H1}\n"
NEXT = f"{MODULE} v1.1.0 {NEXT_H1}\n{MODULE} v1.1.0/go.mod {GO_MOD_H1}\n"
ZIP = file_path(MODULE, VERSION, "zip")
NEXT_ZIP = file_path(MODULE, "v1.1.0", "zip")
WRONG = Fault(body=make_module_zip(MODULE, VERSION, CHANGED))
MANY = 8


class Mirror:
    """A repository whose zips are upstream, and a distribution of it.

    Attributes:
        upstream: The upstream, which has v1.0.0 and v1.1.0.
        remote: The remote, which pins one or both of them.
        url: The distribution's URL.
    """

    def __init__(
        self,
        pulp: Workspace,
        upstream: Upstream,
        policy: str = "on_demand",
        go_sum: str = GO_SUM,
        **fields: Any,
    ) -> None:
        for version in ("v1.0.0", "v1.1.0"):
            upstream.tree.add(MODULE, version, FILES, go_mod=GO_MOD)
        self.pulp, self.upstream = pulp, upstream
        self.remote = pulp.remote(upstream, policy=policy, go_sum=go_sum, **fields)
        self.repository = pulp.repository()
        self.url = pulp.distribution(repository=self.repository)
        task = self.sync()
        assert (task["state"], task["result"]["failed"]) == ("completed", []), task

    @property
    def zip(self) -> bytes:
        """The bytes that the upstream has."""
        return self.upstream.tree.files[ZIP]

    def sync(self, **options: Any) -> dict[str, Any]:
        """Sync, and return the task."""
        return self.pulp.sync(self.repository, self.remote, **options)

    def get(
        self, path: str = ZIP, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Return the reply at a path."""
        return fetch(self.url + path, method, headers)

    def asked(self) -> int:
        """Return how often the upstream was asked for the zip."""
        return len(self.upstream.asked(ZIP))

    def together(self, live: LivePulp, number: int = MANY) -> list[Reply]:
        """Return the replies to many who ask at once, while the upstream takes its time."""
        self.upstream.fault(ZIP, Fault(stall=True), Fault())
        with ThreadPoolExecutor(number) as threads:
            replies = [threads.submit(self.get) for _ in range(number)]
            wait_until(lambda: has_clients(live, number) and self.asked() > 0)
            self.upstream.release()
            return [reply.result() for reply in replies]


def clients(live: LivePulp) -> dict[int, int]:
    """Return how many clients each process of the content app has.

    https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
    """
    held = accepted(live)
    return {pid: len(held & sockets(pid)) for pid in children(live.pids["content"])}


def others(live: LivePulp) -> dict[int, int]:
    """Return how many sockets each process of the content app has that are no client's."""
    held = accepted(live)
    return {pid: len(sockets(pid) - held) for pid in children(live.pids["content"])}


def accepted(live: LivePulp) -> set[str]:
    """Return the sockets at the content app's address on which there is somebody."""
    content = json.loads((live.home / "info.json").read_text())["content"]
    port, established = f":{urlsplit(content).port:04X}", "01"
    rows = [line.split() for line in Path(PROC, "net", "tcp").read_text().splitlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == established}


def has_clients(live: LivePulp, number: int) -> bool:
    """Report whether the content app has so many clients."""
    return sum(clients(live).values()) == number


def sockets(pid: int) -> set[str]:
    """Return the sockets that a process has open."""
    found = set()
    for path in Path(PROC, str(pid), "fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(os.readlink(path))
    return {link for link in found if link.startswith("socket:")}


def leave(url: str, begun: Callable[[], Any]) -> socket.socket:
    """Return a connection on which a request was sent, once it has begun to be answered."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    wait_until(begun)
    return connection


def no_zip_waits(live: LivePulp) -> None:
    """Wait until no zip is left where fetches work."""
    wait_until(lambda: not [path for path in live.spooled() if path.endswith(".zip")])


def rest(live: LivePulp) -> None:
    """Wait until the content app has put away all that a fetch needs."""
    wait_until(lambda: live.spooled() == [])
