"""The git repositories of a remote, with the face of a GOPROXY (`upstream`).

Units of work ask both in the same words: which versions there are, and for the files of one. What
`go` would make of a repository is `gomod.coderepo`'s; here is which repository, where its mirror
lies, and that it is as the host has it now before anything is read.
"""

import asyncio
import hashlib
from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from pulpcore.plugin.models import Artifact

from pulp_go.app.exceptions import BadModuleError, SelectionInvalidError, UpstreamError
from pulp_go.app.gitdiscovery import Discovery
from pulp_go.app.gitprocesses import absolute, facts_of, raised
from pulp_go.app.gitremote import check_url
from pulp_go.app.upstream import SOCKET_TIMEOUT, TOTAL_TIMEOUT, wait_before
from pulp_go.git import asking
from pulp_go.gomod.errors import GoModError
from pulp_go.gomod.versionlist import ListReply

# What is remembered of single versions: their .info and go.mod.
MOST_STATS = 1000
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror that is as its host is now.

    Attributes:
        path: Where it is.
        state: A digest of its refs.
    """

    path: str
    state: str


class GitUpstream:
    """The git repositories of a remote; an async context manager, for one event loop.

    Args:
        remote: A `GoGitRemote`.
        processes: The `GitProcesses`.

    Attributes:
        url: What tells the remote's repositories from those that it had before.
        has_files: Whether each zip has a URL.
    """

    has_files = False

    def __init__(self, remote, processes):
        self.remote = remote
        self.url = remote.url.rstrip("/")
        self._processes = processes
        self._discovery = Discovery(remote)
        self._places = {}
        self._mirrors = {}
        self._stats = OrderedDict()
        self._commits = {}
        self._has_grown = False

    async def __aenter__(self):
        await self._discovery.__aenter__()
        return self

    async def __aexit__(self, *exc_info):
        await self._discovery.__aexit__(*exc_info)
        if self._has_grown:
            question = {"path": str(mirrors()), "keep": settings.GO_GIT_MIRRORS_BYTES}
            await self._processes.do("evict", url=self.url, **question)

    async def names(self):
        """Yield the paths of modules that are known here, as a set."""
        names = set(self.remote.modules)
        if self.remote.discover:
            mirror = await self._mirror(self.url)
            found = await self._ask("modules", mirror, self.url, root=self.remote.path_prefix)
            names.update(found["modules"])
        elif self.remote.path_prefix and not self.remote.is_many:
            names.add(self.remote.path_prefix)
        yield names

    async def state(self):
        """Return a digest of all refs, "" where it is not known which repositories there are.

        Raises:
            SelectionInvalidError: The URL is none that an import may use.
            UpstreamError: The host could not be asked, or would not say.
        """
        if self.remote.is_many:
            return ""
        question = self._question(self.url)
        try:
            # A thread: a process would take longer to start than all of this.
            return await asyncio.to_thread(asking.list_state, question)
        except GoModError as error:
            raise raised(error) from error

    async def versions(self, module):
        """Return the `ListReply` of a module's tags, and a digest of the repository's refs."""
        place, mirror = await self._find(module)
        reply = await self._ask("versions", mirror, place.repo, **place_of(module, place))
        self._commits[module] = dict(reply["versions"])
        listed = ListReply(tuple(self._commits[module]), (), {}, 0)
        return listed, mirror.state

    async def latest(self, module):
        """Return the version that `go` takes for the latest."""
        return (await self._stat(module, "latest"))["version"]

    async def revision(self, module, name):
        """Return the version of a branch or of a commit."""
        return (await self._stat(module, name))["version"]

    async def info(self, module, version):
        """Return the bytes of `.info`."""
        return (await self._exact(module, version))["info"].encode()

    async def go_mod(self, module, version):
        """Return the bytes of `.mod`."""
        return b64decode((await self._exact(module, version))["go_mod"])

    async def zip(self, module, version, path):
        """Make the zip, in the file `path`, and return its `Facts`."""
        place, mirror = await self._find(module)
        where = place_of(module, place) | {"query": version, "target": absolute(path)}
        algorithms = list(Artifact.DIGEST_FIELDS)
        answer = await self._ask("zip", mirror, place.repo, **where, algorithms=algorithms)
        return facts_of(answer)

    async def zip_size(self, module, version):
        """Return None: what a zip will have is not known before it is made."""
        return None

    def moved(self, unit):
        """Return the commit that the tag of a held unit is on now, "" for the one it was on."""
        now = self._commits.get(unit.module, {}).get(unit.version, "")
        held = (unit.origin or {}).get("Hash", "")
        return now if held and now != held else ""

    async def _exact(self, module, version):
        """Return what is known of a version.

        Raises:
            BadModuleError: The repository has another one in its place.
        """
        stat = await self._stat(module, version)
        if stat["version"] != version:
            raise BadModuleError(f"{module}@{version}: it is {stat['version']}")
        return stat

    async def _stat(self, module, query):
        """Return version, `.info` and go.mod of what a query names; asked once at a time."""
        key = module, query
        if key not in self._stats:
            self._stats[key] = asyncio.ensure_future(self._look(module, query))
            if len(self._stats) > MOST_STATS:
                self._stats.popitem(last=False)
        return await self._stats[key]

    async def _look(self, module, query):
        place, mirror = await self._find(module)
        where = place_of(module, place)
        return await self._ask("stat", mirror, place.repo, **where, query=query)

    async def _find(self, module):
        """Return the `RepoRoot` of a module, and the `Mirror` of its repository.

        Raises:
            SelectionInvalidError: Nothing says where the module lies.
        """
        if module not in self._places:
            self._places[module] = asyncio.ensure_future(self._place(module))
        place = await self._places[module]
        return place, await self._mirror(place.repo)

    async def _place(self, module):
        place = self.remote.roots.find(module)
        if place is None:
            raise SelectionInvalidError(f"nothing says in which repository {module} lies")
        return await self._discovery.find(module) if self.remote.go_import else place

    async def _ask(self, what, mirror, url, **question):
        known = {"path": mirror.path, "state": mirror.state, "url": url}
        return await self._processes.do(what, **known, **question)

    async def _mirror(self, url):
        """Return the `Mirror` of a repository, as its host is now; asked once."""
        if url not in self._mirrors:
            self._mirrors[url] = asyncio.ensure_future(self._update(url))
        return await self._mirrors[url]

    async def _update(self, url):
        """Bring a mirror up to date, after trouble again and again.

        Raises:
            SelectionInvalidError: The URL is none that an import may use.
        """
        question = self._question(url)
        retries = RETRIES if self.remote.max_retries is None else self.remote.max_retries
        for attempt in range(retries + 1):
            try:
                answer = await self._processes.do("update", **question)
                self._has_grown |= answer["received"] > 0
                return Mirror(question["path"], answer["state"])
            except UpstreamError as error:
                wait = wait_before(attempt, error)
                if attempt == retries or wait is None:
                    raise
                await asyncio.sleep(wait)

    def _question(self, url):
        """Return what is asked about the repository at a URL.

        Raises:
            SelectionInvalidError: The URL is none that an import may use.
        """
        try:
            check_url(url)
        except GoModError as error:
            raise SelectionInvalidError(f"remote {self.remote.name}: {error}") from error
        return {"path": self._path(url), "url": url, "access": access_of(self.remote)}

    def _path(self, url):
        """Return where the mirror lies: each remote has its own, since each sees what it may."""
        name = hashlib.sha256(f"{self.remote.pk} {url}".encode()).hexdigest()
        return str(mirrors() / name[:32])


def mirrors():
    """Return the directory of all mirrors on this machine."""
    return Path(settings.GO_GIT_MIRRORS or Path(settings.WORKING_DIRECTORY) / "go-git").absolute()


def place_of(module, place):
    """Return what a process has to know of where a module lies."""
    return {"module": module, "root": place.root, "subdir": place.subdir}


def access_of(remote):
    """Return what a process has to know to reach the repositories of a remote, as JSON."""
    names = ("private_key", "known_hosts", "ca_cert", "client_cert", "client_key")
    names += ("username", "proxy_url", "proxy_username", "proxy_password")
    headers = {name: value for one in remote.headers or () for name, value in one.items()}
    limits = {
        "connect": remote.connect_timeout or remote.sock_connect_timeout or SOCKET_TIMEOUT,
        "read": remote.sock_read_timeout or SOCKET_TIMEOUT,
        "total": remote.total_timeout or TOTAL_TIMEOUT,
    }
    access = {name: getattr(remote, name) or "" for name in names}
    return access | {
        "token": remote.password or "",
        "tls_validation": remote.tls_validation,
        "headers": headers,
        "limits": limits,
    }
