"""Asks a content app for exactly the path that it is given, which no HTTP library does."""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
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


def fetch(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    certificate: Path | None = None,
) -> Reply:
    """Ask for `url`, its path sent as it stands: no escaping, no cleaning, no redirect.

    Over https `certificate` is what the server's is trusted by.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT, context=context)
    try:
        connection.request(method, url.partition(parts.netloc)[2], headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names, response.read())
    finally:
        connection.close()
