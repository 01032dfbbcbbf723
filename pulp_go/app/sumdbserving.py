"""The checksum databases of a distribution: what is answered below `sumdb/`.

    sumdb/<name>/supported                    200, or 404: `go` asks the next proxy, or the database
    sumdb/<name>/latest                       the signed note of the trusted tree
    sumdb/<name>/lookup/<module>@<version>    a record, with that same note
    sumdb/<name>/tile/8/<L>/<N>[.p/<W>]       hashes; records of a whole tile where all are held

The field `sumdb` of the distribution says which there are:

    off      none
    held     every one of which the domain trusts a tree; what is not held is 404
    forward  that of the repository's remote; what is not held is `Unasked`: it is asked for through
             the remote, and then looked for again

By default it is `forward` where there is such a remote. Modules that its `no_sumdb` matches are
asked for nowhere. `supported` is 200 wherever the rest could be: 404 has `go` ask elsewhere, and
tell the names of its modules there.

https://go.dev/ref/mod#checksum-database
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from pulp_go.app.answers import Answer, RefusalError, Unasked, described, mutable
from pulp_go.app.checksums import is_asked
from pulp_go.app.exceptions import (
    ChecksumDatabaseError,
    ForkError,
    NoDatabaseError,
    UnknownVersionError,
    UpstreamError,
)
from pulp_go.app.models import GoRemote, SumDBMode
from pulp_go.app.sumdbs import OFF, ChecksumDatabase
from pulp_go.app.treestore import TreeStore
from pulp_go.gomod import sumdbserver
from pulp_go.gomod.sumdbserver import Latest, Lookup, Supported, TileRequest
from pulp_go.gomod.tiles import DATA

BELOW = "sumdb/"

# What a client is told; the log has the rest, and with it the addresses of the upstreams.
WHY_NOT = {
    "": "it is in a newer tree than the one that is trusted",
    UpstreamError.error_code: "it could not be asked, or would not say",
    NoDatabaseError.error_code: "the upstream does not serve it any more",
    ChecksumDatabaseError.error_code: "what came cannot be believed",
    ForkError.error_code: "it has signed two trees that contradict each other",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A checksum database, as a distribution serves it.

    Attributes:
        database: Its row, unsaved if the domain knows nothing of it yet.
        remote: The `GoRemote` through which it is asked for what is not held, or None.
        path: The path of the request below its URL.
    """

    database: ChecksumDatabase
    remote: GoRemote | None
    path: str

    @property
    def has_tree(self):
        """Whether the domain trusts a tree of it."""
        return self.database.size > 0


def respond(distribution, path, fetched):
    """Return the whole answer to a request below `sumdb/`, or an `Unasked`.

    Args:
        distribution: The `GoDistribution`.
        path: The path below its base path, percent-decoded.
        fetched: What came of the `Unasked` that was the answer before, or None.

    Raises:
        RefusalError: There is nothing to send.
        InvalidLookupError: It is a look-up that names no module version.
        InvalidRequestError: It is no other request of the protocol.
    """
    served = served_at(distribution, path.removeprefix(BELOW))
    if served is None:
        raise RefusalError(404, f"not found: no checksum database is served at {path}")
    request = sumdbserver.parse_request(served.path)
    if request != Supported() or served.has_tree:
        reply = sumdbserver.answer(TreeStore(served.database), request)
        if reply.status == 200:
            return complete(request, reply)
    if not may_ask(served, request):
        raise RefusalError(404, f"not found: {path} is not held")
    if fetched is None:
        return Unasked(502, remote=served.remote, request=request)
    return without(served, request, fetched)


def served_at(distribution, path):
    """Return the `Served` that a path below `sumdb/` lies in, None if there is none."""
    match distribution.sumdb:
        case SumDBMode.OFF:
            return None
        case SumDBMode.HELD:
            return held_at(distribution.pulp_domain_id, path)
    remote = remote_of(distribution)
    return remote and forwarded_at(remote, path)


def remote_of(distribution):
    """Return the remote of what a distribution serves if it names a database, else None.

    Raises:
        RefusalError: It has nothing to serve from.
    """
    if distribution.repository_version_id:
        wanted = Q(repository__versions=distribution.repository_version_id)
    elif distribution.repository_id:
        wanted = Q(repository=distribution.repository_id)
    else:
        # 404 would send `go` to the database itself, with the names of modules.
        raise RefusalError(503, f"distribution {distribution.name} has nothing to serve from")
    return GoRemote.objects.exclude(sumdb=OFF).filter(wanted).first()


def held_at(domain, path):
    """Return the `Served` of the database of a domain whose name a path begins with."""
    databases = ChecksumDatabase.objects.filter(pulp_domain_id=domain, size__gt=0)
    found = [database for database in databases if path.startswith(f"{database.name}/")]
    longest = max(found, key=lambda database: len(database.name), default=None)
    return longest and Served(longest, None, path.removeprefix(f"{longest.name}/"))


def forwarded_at(remote, path):
    """Return the `Served` of the database of a remote, None if the path is not below its name."""
    verifier = remote.database
    name, slash, below = path.partition(f"{verifier.name}/")
    if name or not slash:
        return None
    key = {
        "pulp_domain_id": remote.pulp_domain_id,
        "name": verifier.name,
        "key": verifier.key,
    }
    database = ChecksumDatabase.objects.filter(**key).first() or ChecksumDatabase(**key)
    return Served(database, remote, below)


def complete(request, reply):
    """Return the answer with a reply: tiles are the same for ever, the note of the tree is not."""
    match request:
        case TileRequest():
            headers = described(reply.body, reply.content_type, settings.GO_CACHE_CONTROL)
            return Answer(200, headers, reply.body)
    return mutable(reply.body, reply.content_type)


def may_ask(served, request):
    """Report whether what is not held may be asked for."""
    if served.remote is None:
        return False
    match request:
        case Lookup(module, _):
            return is_asked(served.remote, module)
        case TileRequest(tile):
            return tile.level != DATA  # `go` reads none
    return True


def without(served, request, fetched):
    """Return the answer to what was asked for and is not held yet.

    Raises:
        RefusalError: There is nothing to send.
    """
    name = served.database.name
    is_gone = fetched.code == NoDatabaseError.error_code and not served.has_tree
    match request:
        case Supported() if not is_gone:
            return mutable(b"", sumdbserver.TEXT)
        case Lookup(module, version) if fetched.code == UnknownVersionError.error_code:
            raise RefusalError(404, f"not found: {name} has no record of {module}@{version}")
        case Latest() | TileRequest() if not fetched.code:
            raise RefusalError(404, f"not found: {name} has no {served.path}")
    if is_gone:
        raise RefusalError(404, f"not found: the upstream does not serve {name}")
    why = WHY_NOT.get(fetched.code, "it could not be asked")
    status = 504 if fetched.is_late else 502
    raise RefusalError(status, f"{served.path} of {name} is not held: {why}")
