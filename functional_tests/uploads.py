"""Uploads as any HTTP client sends them: forms with a file, and chunks.

https://www.rfc-editor.org/rfc/rfc7578
"""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace

TIMEOUT = 300
BOUNDARY = "boundary-of-the-parts"
PIECE = 1 << 20
SYNCHRONOUS = "content/go/modules/upload/"
ASYNCHRONOUS = "content/go/modules/"


@dataclass(frozen=True)
class Reply:
    """An answer of the API.

    Attributes:
        status: Its status.
        body: What its JSON says; the text itself where it is none.
    """

    status: int
    body: Any


class Uploader:
    """A user of the API in the domain of a workspace.

    Attributes:
        pulp: The workspace.
    """

    def __init__(self, live: LivePulp, pulp: Workspace) -> None:
        info = json.loads((live.home / "info.json").read_text())
        pair = f"{info['username']}:{info['password']}".encode()
        self.pulp = pulp
        self._authorization = "Basic " + base64.b64encode(pair).decode()
        self._host = urlsplit(live.api).netloc

    def upload(self, data: bytes | BinaryIO | None = None, **fields: Any) -> Reply:
        """Upload a zip and wait for the answer."""
        return self.form("POST", self.pulp.context.api_path + SYNCHRONOUS, data, fields)

    def start(self, data: bytes | BinaryIO | None = None, **fields: Any) -> Reply:
        """Upload a zip for a task."""
        return self.form("POST", self.pulp.context.api_path + ASYNCHRONOUS, data, fields)

    def finish(self, data: bytes | BinaryIO | None = None, **fields: Any) -> dict[str, Any]:
        """Upload a zip for a task, and return that as it ended."""
        reply = self.start(data, **fields)
        assert reply.status == 202, reply
        return self.pulp.finished(reply.body["task"])

    def new_upload(self, size: int) -> str:
        """Return the href of a new chunked upload of so many bytes."""
        reply = self.form("POST", self.pulp.context.api_path + "uploads/", None, {"size": size})
        assert reply.status == 201, reply
        return str(reply.body["pulp_href"])

    def chunk(self, href: str, data: bytes, start: int, end: int) -> None:
        """Send the bytes from `start` up to `end` of a chunked upload of `data`."""
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
        reply = self.form("PUT", href, data[start:end], {}, headers)
        assert reply.status == 200, reply

    def form(
        self,
        method: str,
        path: str,
        data: bytes | BinaryIO | None,
        fields: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a form, and `data` as its file."""
        head, tail = parts({name: as_text(fields[name]) for name in fields}, data is not None)
        size = len(data) if isinstance(data, bytes) else data.seek(0, 2) if data else 0
        connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT)
        try:
            connection.request(
                method,
                path,
                body=pieces(head, data, tail),
                headers={
                    "Authorization": self._authorization,
                    "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                    "Content-Length": str(len(head) + size + len(tail)),
                    **(headers or {}),
                },
            )
            response = connection.getresponse()
            text = response.read().decode()
            is_json = "json" in response.headers.get("Content-Type", "")
            return Reply(response.status, json.loads(text) if is_json else text)
        finally:
            connection.close()


def as_text(value: Any) -> str:
    """Return a value as a form has it: what is no text, as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def parts(fields: Mapping[str, str], has_file: bool) -> tuple[bytes, bytes]:
    """Return what stands before and behind the bytes of the file in a form."""
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    if has_file:
        name = 'name="file"; filename="module.zip"'
        head += f"--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n\r\n"
    end = f"--{BOUNDARY}--\r\n"
    return head.encode(), (f"\r\n{end}" if has_file else end).encode()


def pieces(head: bytes, data: bytes | BinaryIO | None, tail: bytes) -> Iterator[bytes]:
    """Yield the body of a form."""
    yield head
    if isinstance(data, bytes):
        yield data
    elif data:
        data.seek(0)
        while piece := data.read(PIECE):
            yield piece
    yield tail
