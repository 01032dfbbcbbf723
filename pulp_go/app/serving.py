"""One answer to one request: what a distribution says at a path, with no framework in it.

    <module>/@v/list            the held versions, in semver order, no pseudo-versions
    <module>/@latest            the .info of the one that `go` would choose
    <module>/@v/<version>.info  the bytes of .info
    <module>/@v/<version>.mod   the bytes of go.mod
    <module>/@v/<version>.zip   the zip
    sumdb/<name>/...            a checksum database (`sumdbserving`)

A status code is part of the security: 404 lets a client go on to its next proxy, so it is said
only of what is not there, with the reason as text; with nothing to serve from the answer is 503.
A zip that is pinned and not here is a `Miss`: it has to be fetched, and then to be asked for again.
So is an `Unasked` of a checksum database. If that gives none it is 502, or 504 if it took too long,
as with a file that storage lost 502. Whom a guard refuses gets 401 or 403 (`app.content`).

https://go.dev/ref/mod#goproxy-protocol
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from pulpcore.plugin.models import Artifact, RemoteArtifact, RepositoryVersion
from pulpcore.plugin.util import get_artifact_url

from pulp_go.app import sumdbserving
from pulp_go.app.answers import Answer, Miss, RefusalError, conditional, mutable
from pulp_go.app.exceptions import (
    BadModuleError,
    BadReplyError,
    HashMismatchError,
    MachineError,
    UpstreamError,
    UpstreamNotFoundError,
    ZipUnavailableError,
)
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import units_of
from pulp_go.gomod import goproxy, versionlist
from pulp_go.gomod.errors import GoModError, InvalidLookupError

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


# What a client is told; the log has the rest, and with it the addresses of the upstreams.
WHY_UNAVAILABLE = {
    UpstreamNotFoundError.error_code: "its upstream does not have it",
    UpstreamError.error_code: "its upstream could not be asked, or would not say",
    BadReplyError.error_code: "its upstream answered with no such file",
    BadModuleError.error_code: "its upstream has another one, or none that is a module zip",
    HashMismatchError.error_code: "its upstream has another one",
    MachineError.error_code: "it could not be written",
    ZipUnavailableError.error_code: "no remote is left that has it",
}


def answer(distribution, path, method, headers, fetched=None):
    """Return the `Answer` to a request below a distribution's base path.

    Args:
        distribution: The `GoDistribution`; its guard has let the request pass.
        path: The path below the base path, percent-decoded once, without a leading slash.
        method: "GET" or "HEAD".
        headers: The request's headers, by name in any case.
        fetched: What came of the `Miss` or the `Unasked` that was the answer before, or None.
    """
    try:
        if path.startswith(sumdbserving.BELOW):
            full = sumdbserving.respond(distribution, path, fetched)
        else:
            full = respond(pointer_of(distribution), goproxy.parse(path), method, fetched)
    except InvalidLookupError as error:
        full = refuse(RefusalError(400, f"bad request: {error}"))
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


def respond(pointer, request, method, fetched):
    """Return the whole answer to a request of the protocol.

    Raises:
        RefusalError: There is nothing to send.
    """
    match request:
        case goproxy.List(module):
            return mutable(versionlist.format_list(version_list(pointer, module)), TEXT)
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
            return zip_answer(pointer, find(pointer, module, version), method, fetched)


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
    chosen = versionlist.choose_latest(
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


def zip_answer(pointer, unit, method, fetched):
    """Return the answer with the zip, or a redirect to the object storage that has it, or a `Miss`.

    Raises:
        RefusalError: The unit has no zip, or its zip is nowhere.
    """
    name = f"{unit.module}@{unit.version}"
    if not unit.h1:
        raise RefusalError(404, f"not found: only the go.mod of {name} is held, not its zip")
    headers = file_headers(pointer, ZIP, unit.h1)
    artifact = Artifact.objects.filter(content_memberships__content=unit).first()
    if artifact:
        return stored_answer(artifact, headers, method)
    if fetched is None:
        return miss(unit, headers)
    if not fetched.path:
        raise unavailable(name, fetched)
    return Answer(200, sized(headers, fetched.size), path=fetched.path, length=fetched.size)


def miss(unit, headers):
    """Return the `Miss` of a unit whose zip is not here."""
    noted = RemoteArtifact.objects.filter(content_artifact__content=unit)
    keep = noted.exclude(remote__policy=GoRemote.STREAMED).exists()
    return Miss(200, headers, unit=unit, keep=keep)


def unavailable(name, fetched):
    """Return the refusal for a zip that could not be fetched."""
    why = WHY_UNAVAILABLE.get(fetched.code, "it could not be had")
    error = ZipUnavailableError(f"the zip of {name} is not here: {why}", fetched.is_late)
    return RefusalError(error.http_status_code, str(error))


def stored_answer(artifact, headers, method):
    """Return the answer with a stored zip, or a redirect to the object storage that has it."""
    domain = artifact.pulp_domain
    if domain.redirect_to_object_storage and domain.storage_class != FILE_SYSTEM:
        # A signed URL is good for a while only: what points to it must not be kept.
        url = get_artifact_url(artifact, headers=headers, http_method=method)
        moved = {"Location": url, "Content-Length": "0", "Cache-Control": "no-cache"}
        return Answer(302, moved)
    return Answer(200, sized(headers, artifact.size), artifact=artifact, length=artifact.size)


def sized(headers, size):
    """Return the headers of a file of this size, any part of which may be asked for."""
    return headers | {"Content-Length": str(size), "Accept-Ranges": "bytes"}


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
