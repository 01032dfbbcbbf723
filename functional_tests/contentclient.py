"""Asks a content app for exactly the path that it is given, which no HTTP library does."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 60


@dataclass(frozen=True)
class Reply:
    """An answer of the content app; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def fetch(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
    """Ask for `url`, its path sent as it stands: no escaping, no cleaning, no redirect."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request(method, url.partition(parts.netloc)[2], headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names, response.read())
    finally:
        connection.close()
