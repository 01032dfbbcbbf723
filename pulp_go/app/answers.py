"""What is sent back: status, headers, body or file, and what a request's conditions leave of it."""

import hashlib
import re
from dataclasses import dataclass, field, replace

from django.core.files import File

from pulpcore.plugin.models import Artifact

from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.gomod import sumdbserver


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    Attributes:
        status: The HTTP status.
        headers: The headers, `Content-Length` among them.
        body: The body, unless a file is sent.
        artifact: The stored file whose bytes are the body, or None.
        path: The path of the file whose bytes are the body if it is none that is stored, or "".
        start: The first byte of the file to send.
        length: How many bytes of the file to send.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    artifact: Artifact | None = None
    path: str = ""
    start: int = 0
    length: int = 0

    @property
    def has_file(self):
        """Whether the body is that of a file."""
        return bool(self.artifact or self.path)

    def open(self):
        """Return the file, open.

        Raises:
            OSError: It is not there.
        """
        return File(open(self.path, "rb")) if self.path else self.artifact.file.open()


@dataclass(frozen=True, slots=True)
class Miss(Answer):
    """What would be the answer if the zip were here, but it has to be fetched first.

    Attributes:
        unit: The module version.
        keep: Whether the zip will be kept.
    """

    unit: ModuleVersion | None = None
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Unasked(Answer):
    """What is the answer unless a checksum database can be asked, through a remote.

    Attributes:
        remote: The remote.
        request: What it has to be asked for.
    """

    remote: GoRemote | None = None
    request: sumdbserver.Request | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a `Miss`, or of an `Unasked`.

    Attributes:
        path: Where a zip is spooled that is not kept, else "".
        size: Its size.
        code: The code of the error, or "".
        is_late: Whether there is none because every upstream took too long.
    """

    path: str = ""
    size: int = 0
    code: str = ""
    is_late: bool = False


class RefusalError(Exception):
    """There is no content to send, but a status and a reason.

    Attributes:
        status: The HTTP status.
        reason: The text that `go` shows.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


def mutable(body, content_type):
    """Return an answer that must be asked for anew each time."""
    return Answer(200, described(body, content_type, "no-cache"), body)


def described(body, content_type, cache_control):
    """Return the headers of a body whose hash is its strong ETag."""
    return {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Cache-Control": cache_control,
    }


def conditional(full, headers):
    """Return what a request's conditions leave of a whole answer: 200, 206, 304 or 416.

    https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions
    """
    if full.status != 200:
        return full
    etag = full.headers["ETag"]
    if matches(headers.get("If-None-Match"), etag):
        return Answer(304, {"ETag": etag, "Cache-Control": full.headers["Cache-Control"]})
    wanted = headers.get("Range")
    if not full.has_file or not wanted or headers.get("If-Range", etag) != etag:
        return full
    return partial(full, wanted)


def matches(if_none_match, etag):
    """Report whether an `If-None-Match` header names `etag`, weakly or not, or anything."""
    if not if_none_match:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


BYTE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))", re.ASCII)


def partial(full, wanted):
    """Return the part of a file that a `Range` header names; several ranges are the whole.

    https://www.rfc-editor.org/rfc/rfc9110#name-range
    """
    match = BYTE_RANGE.fullmatch(wanted.strip())
    if match is None:
        return full
    size = full.length
    first, last, suffix = (int(part) if part else None for part in match.groups())
    start = max(0, size - suffix) if first is None else first
    end = size if last is None else min(size, last + 1)
    if start >= end:
        unmet = {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        return full if last is not None and last < start else Answer(416, unmet)
    part = {
        "Content-Range": f"bytes {start}-{end - 1}/{size}",
        "Content-Length": str(end - start),
    }
    headers = full.headers | part
    return replace(full, status=206, headers=headers, start=start, length=end - start)
