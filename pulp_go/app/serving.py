"""One answer to one request: what a distribution says at a path, with no framework in it.

    <module>/@v/list            the held versions, in semver order, no pseudo-versions
    <module>/@latest            the .info of the one that `go` would choose
    <module>/@v/<version>.info  the bytes of .info
    <module>/@v/<version>.mod   the bytes of go.mod
    <module>/@v/<version>.zip   the zip

A status code is part of the security: 404 lets a client go on to its next proxy, so it is said
only of what is not there, with the reason as text; with nothing to serve from the answer is 503,
with a file that storage lost 502. Whom a guard refuses gets 401 or 403 (`app.content`).

https://go.dev/ref/mod#goproxy-protocol
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings

from pulpcore.plugin.models import Artifact, RepositoryVersion
from pulpcore.plugin.util import get_artifact_url

from pulp_go.app.moduleversion import units_of
from pulp_go.gomod import goproxy
from pulp_go.gomod.errors import GoModError

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
ZIP = "application/zip"
FILE_SYSTEM = "pulpcore.app.models.storage.FileSystem"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The repository version that a distribution serves now.

    Attributes:
        domain_id: The primary key of the domain.
        repository_id: The primary key of the repository.
        number: The number of the version.
        guarded: Whether a content guard stands before it.
    """

    domain_id: UUID
    repository_id: UUID
    number: int
    guarded: bool

    def units(self, module):
        """Return the units of a module, as a queryset."""
        return units_of(self).filter(_pulp_domain_id=self.domain_id, module=module)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    Attributes:
        status: The HTTP status.
        headers: The headers, `Content-Length` among them.
        body: The body, unless a file is sent.
        artifact: The stored file whose bytes are the body, or None.
        start: The first byte of the file to send.
        length: How many bytes of the file to send.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    artifact: Artifact | None = None
    start: int = 0
    length: int = 0


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


def answer(distribution, path, method, headers):
    """Return the `Answer` to a request below a distribution's base path.

    Args:
        distribution: The `GoDistribution`; its guard has let the request pass.
        path: The path below the base path, percent-decoded once, without a leading slash.
        method: "GET" or "HEAD".
        headers: The request's headers, by name in any case.
    """
    try:
        pointer = pointer_of(distribution)
        full = respond(pointer, goproxy.parse(path), method)
    except GoModError as error:
        full = refuse(RefusalError(404, f"not found: {error}"))
    except RefusalError as refusal:
        full = refuse(refusal)
    return restrict(distribution, conditional(full, headers))


def restrict(distribution, answer):
    """Return an answer that no shared cache keeps, if the distribution is guarded."""
    if not distribution.content_guard_id or "Cache-Control" not in answer.headers:
        return answer
    cache_control = {"Cache-Control": private(answer.headers["Cache-Control"])}
    return replace(answer, headers=answer.headers | cache_control)


def private(cache_control):
    """Return a `Cache-Control` that speaks of the client's own cache alone.

    https://www.rfc-editor.org/rfc/rfc9111#name-private-2
    """
    words = [word.strip() for word in cache_control.split(",")]
    shared = ("public", "private", "s-maxage")
    return ", ".join(["private", *(word for word in words if not word.startswith(shared))])


def refuse(refusal):
    """Return the answer that has no content, the one place where a status is chosen for it."""
    body = f"{refusal.reason}\n".encode("utf-8", "replace")
    headers = {"Content-Type": TEXT, "Content-Length": str(len(body)), "Cache-Control": "no-cache"}
    return Answer(refusal.status, headers, body)


def unauthorized():
    """Return the answer that asks for credentials: the same for all paths, so it tells nothing.

    https://www.rfc-editor.org/rfc/rfc7617#section-2
    """
    answer = refuse(RefusalError(401, "unauthorized: valid credentials are needed here"))
    challenge = {"WWW-Authenticate": 'Basic realm="Pulp", charset="UTF-8"'}
    return replace(answer, headers=answer.headers | challenge | {"Cache-Control": "no-store"})


def forbidden():
    """Return the answer to a user without the right, the same for all paths."""
    answer = refuse(RefusalError(403, "forbidden: this user has no right to read here"))
    return replace(answer, headers=answer.headers | {"Cache-Control": "no-store"})


def pointer_of(distribution):
    """Return the `Pointer` of a distribution.

    Raises:
        RefusalError: It has nothing to serve from.
    """
    versions = RepositoryVersion.objects.filter(complete=True)
    if distribution.repository_version_id:
        versions = versions.filter(pk=distribution.repository_version_id)
    elif distribution.repository_id:
        versions = versions.filter(repository_id=distribution.repository_id).order_by("-number")
    else:
        raise RefusalError(503, f"distribution {distribution.name} has nothing to serve from")
    # Only these two columns: the row's array of content grows with the repository.
    row = versions.values_list("repository_id", "number").first()
    if row is None:
        raise RefusalError(503, f"distribution {distribution.name} has nothing to serve from")
    return Pointer(distribution.pulp_domain_id, *row, bool(distribution.content_guard_id))


def respond(pointer, request, method):
    """Return the whole answer to a request of the protocol.

    Raises:
        RefusalError: There is nothing to send.
    """
    match request:
        case goproxy.List(module):
            return mutable(goproxy.format_list(version_list(pointer, module)), TEXT)
        case goproxy.Latest(module):
            unit = latest(pointer, module)
            return mutable(info_of(unit), JSON)
        case goproxy.File(module, version, "info"):
            unit = find(pointer, module, version)
            return immutable(pointer, info_of(unit), JSON, unit.info_sha256)
        case goproxy.File(module, version, "mod"):
            unit = find(pointer, module, version)
            return immutable(pointer, bytes(unit.go_mod), TEXT, unit.go_mod_h1)
        case goproxy.File(module, version, _):
            return zip_answer(pointer, find(pointer, module, version), method)


def version_list(pointer, module):
    """Return the versions of a module that have a zip, in order; none if all lack one.

    Raises:
        RefusalError: Nothing of the module is held.
    """
    rows = list(pointer.units(module).order_by("version_key").values_list("version", "h1"))
    if not rows:
        raise RefusalError(404, f"not found: module {module} is not in this repository")
    return [version for version, h1 in rows if h1]


def latest(pointer, module):
    """Return the unit that `@latest` is.

    Raises:
        RefusalError: There is none.
    """
    versions = version_list(pointer, module)
    chosen = goproxy.choose_latest(
        module, versions, lambda version: bytes(find(pointer, module, version).go_mod)
    )
    if chosen is None:
        raise RefusalError(404, f"not found: no version of module {module} is held with its zip")
    return find(pointer, module, chosen)


def find(pointer, module, version):
    """Return the unit of a module version.

    Raises:
        RefusalError: It is not held.
    """
    unit = pointer.units(module).filter(version=version).first()
    if unit is None:
        raise RefusalError(404, f"not found: {module}@{version} is not in this repository")
    return unit


def info_of(unit):
    """Return the bytes of `.info`.

    Raises:
        RefusalError: The unit has none.
    """
    if not unit.info:
        raise RefusalError(404, f"not found: {unit.module}@{unit.version} is held without .info")
    return bytes(unit.info)


def zip_answer(pointer, unit, method):
    """Return the answer with the zip, or a redirect to the object storage that has it.

    Raises:
        RefusalError: The unit has no zip, or its zip is nowhere.
    """
    name = f"{unit.module}@{unit.version}"
    if not unit.h1:
        raise RefusalError(404, f"not found: only the go.mod of {name} is held, not its zip")
    artifact = Artifact.objects.filter(content_memberships__content=unit).first()
    if artifact is None:
        raise lost(name)
    headers = file_headers(pointer, ZIP, unit.h1)
    domain = artifact.pulp_domain
    if domain.redirect_to_object_storage and domain.storage_class != FILE_SYSTEM:
        # A signed URL is good for a while only: what points to it must not be kept.
        url = get_artifact_url(artifact, headers=headers, http_method=method)
        moved = {"Location": url, "Content-Length": "0", "Cache-Control": "no-cache"}
        return Answer(302, moved)
    headers |= {"Content-Length": str(artifact.size), "Accept-Ranges": "bytes"}
    return Answer(200, headers, artifact=artifact, length=artifact.size)


def lost(name):
    """Return the refusal for a zip that is held by name, but not by storage."""
    return RefusalError(502, f"the zip of {name} is not in storage")


def immutable(pointer, body, content_type, digest):
    """Return an answer that is the same for ever."""
    headers = file_headers(pointer, content_type, digest) | {"Content-Length": str(len(body))}
    return Answer(200, headers, body)


def file_headers(pointer, content_type, digest):
    """Return the headers of a file that never changes; its digest is its strong ETag."""
    cache = settings.GO_CACHE_CONTROL
    if pointer.guarded:  # an object storage says it too
        cache = private(cache)
    return {"Content-Type": content_type, "ETag": f'"{digest}"', "Cache-Control": cache}


def mutable(body, content_type):
    """Return an answer that must be asked for anew each time."""
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Cache-Control": "no-cache",
    }
    return Answer(200, headers, body)


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
    if full.artifact is None or not wanted or headers.get("If-Range", etag) != etag:
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
    return Answer(206, full.headers | part, artifact=full.artifact, start=start, length=end - start)
