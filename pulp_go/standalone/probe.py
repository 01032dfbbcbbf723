"""Whether the API and the content app really answer.

http.client, not urllib: a proxy that the environment names has no part in it.
"""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any

STATUS_PATH = "/pulp/api/v3/status/"

# Seconds for one answer. The first one takes some: the app loads its URLs for it.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be online.

    Attributes:
        prefix: how the names of this run's processes begin in Pulp's status. A process that was
            killed stays online there until its time is over, so numbers alone tell nothing.
        workers: the task workers.
        content_workers: the processes of the content app.
    """

    prefix: str
    workers: int
    content_workers: int


def api(address: tuple[str, int], tls: bool, expected: Expected) -> str:
    """Return why the API is not ready, or "" if it is and sees all that is expected."""
    connection = _connection(address, tls)
    try:
        connection.request("GET", STATUS_PATH)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"the API does not answer: {error}"
    finally:
        connection.close()
    if answer.status != 200:
        return f"the API answers {answer.status} to {STATUS_PATH}"
    return judge(body, expected)


def judge(body: bytes, expected: Expected) -> str:
    """Return what is missing in an answer to `STATUS_PATH`, or ""."""
    try:
        status = json.loads(body)
        if not status["database_connection"]["connected"]:
            return "the API has no connection to the database"
        workers = _online(status["online_workers"], expected.prefix)
        content = _online(status["online_content_apps"], expected.prefix)
    except (ValueError, KeyError, TypeError):
        return f"the API answers something else than Pulp's status to {STATUS_PATH}"
    if content < expected.content_workers:
        return f"{content} of {expected.content_workers} processes of the content app are online"
    if workers < expected.workers:
        return f"{workers} of {expected.workers} workers are online"
    return ""


def _online(apps: list[dict[str, Any]], prefix: str) -> int:
    """Return how many of the apps in a status are of this run."""
    return sum(app["name"].startswith(prefix) for app in apps)


def content(address: tuple[str, int], tls: bool) -> str:
    """Return why the content app does not answer, or "" if it does, whatever it says."""
    connection = _connection(address, tls)
    try:
        connection.request("GET", "/pulp/content/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        return f"the content app does not answer: {error}"
    finally:
        connection.close()
    return ""


def _connection(address: tuple[str, int], tls: bool) -> http.client.HTTPConnection:
    """Return a connection; its certificate is not looked at, since no secret goes there."""
    if not tls:
        return http.client.HTTPConnection(*address, timeout=_PATIENCE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(*address, timeout=_PATIENCE, context=context)
