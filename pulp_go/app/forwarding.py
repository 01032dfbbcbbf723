"""Checksum databases on behalf of clients: what is not held is asked for through a remote.

What comes is checked and kept as at a sync (`checksums`), so that it can be looked for again where
all answers come from.

The same question is asked once at a time. Questions that follow one another closely are a `Talk`:
where the database is, its newest tree and the tiles above are found out once. After trouble
another one begins, from what the domain knows.
"""

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager

from asgiref.sync import sync_to_async

from pulp_go.app.answers import Fetched
from pulp_go.app.checksums import Checksums
from pulp_go.app.exceptions import (
    ChecksumDatabaseError,
    ForkError,
    GoError,
    UnknownVersionError,
)
from pulp_go.app.history import Finding
from pulp_go.app.ingest import Wanted
from pulp_go.app.upstream import Upstream
from pulp_go.gomod.sumdbserver import Latest, Lookup, Supported, TileRequest

log = logging.getLogger(__name__)

# For how many seconds a talk goes on without a question.
IDLE = 10.0
# So many questions are a talk: the tree that it began with is old then.
MOST = 500


class Talk:
    """Questions to the database of a remote that share what was found out for the first one.

    Args:
        remote: The `GoRemote`.
        forget: Called with this when it is closed.
    """

    def __init__(self, remote, forget):
        self._remote = remote
        self._version = version_of(remote)
        self._forget = forget
        self._stack = AsyncExitStack()
        self._opened = asyncio.ensure_future(self._open())
        self._asking = 0
        self._asked = 0
        self._timer = None
        self._closing = None
        self._is_over = False

    def takes(self, remote):
        """Report whether a question through a remote, as it is now, belongs here."""
        return not self._is_over and self._version == version_of(remote)

    @asynccontextmanager
    async def question(self):
        """Give the `Checksums`; after an error the talk is over."""
        self._asking += 1
        self._asked += 1
        if self._timer:
            self._timer.cancel()
        try:
            yield await self._opened
        except BaseException:
            self._is_over = True
            raise
        finally:
            self._asking -= 1
            self._go_on()

    def end(self):
        """Let the talk be over, and return the future of its being closed."""
        self._is_over = True
        self._go_on()
        return self._closing

    def _go_on(self):
        """Close with the last question, or wait for another one."""
        self._is_over |= self._asked >= MOST
        if self._asking or self._closing:
            return
        if self._is_over:
            self._closing = asyncio.create_task(self._close())
        else:
            self._timer = asyncio.get_running_loop().call_later(IDLE, self.end)

    async def _open(self):
        upstream = await self._stack.enter_async_context(Upstream(self._remote))
        domain = self._remote.pulp_domain_id
        return Checksums(upstream, domain, self._stack.enter_async_context)

    async def _close(self):
        try:
            await self._stack.aclose()
        finally:
            self._forget(self)


class Forwards:
    """The questions of one event loop to checksum databases."""

    def __init__(self):
        self._talks = set()
        self._under_way = {}

    async def asked(self, unasked):
        """Ask what an `answers.Unasked` is about, and return the `Fetched` that came of it.

        A client that goes away ends no question: others may wait for its answer.
        """
        remote = unasked.remote
        key = version_of(remote), unasked.request
        if key not in self._under_way:
            task = self._under_way[key] = asyncio.create_task(self._ask(remote, unasked.request))
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(self._under_way[key])

    async def close(self):
        """End all questions and talks."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(talk.end() for talk in self._talks))

    async def _ask(self, remote, request):
        try:
            async with self._talk(remote).question() as checksums:
                return await outcome(checksums, request)
        except GoError as error:
            await note(remote, request, error)
            is_late = isinstance(error.__cause__, TimeoutError)
            return Fetched(code=error.error_code, is_late=is_late)

    def _talk(self, remote):
        """Return the `Talk` for a question through a remote."""
        for talk in self._talks:
            if talk.takes(remote):
                return talk
        talk = Talk(remote, self._talks.discard)
        self._talks.add(talk)
        return talk


def version_of(remote):
    """Return what is another value once a remote is changed."""
    return remote.pk, remote.pulp_last_updated


async def outcome(checksums, request):
    """Return the `Fetched` of a question that the database has answered.

    Raises:
        GoError: It has not, or its answer cannot be believed.
    """
    try:
        await bring(checksums, request)
    except UnknownVersionError as error:
        return Fetched(code=error.error_code)
    return Fetched()


async def bring(checksums, request):
    """Have what is asked for kept, and the tree trusted that has it.

    Raises:
        GoError: It does not come.
    """
    match request:
        case Supported():
            await checksums.locate()
        case Latest():
            await checksums.renew()
        case Lookup(module, version):
            await checksums.vouch(Wanted(module, version))
        case TileRequest(tile):
            await checksums.bring(tile)


async def note(remote, request, error):
    """Log why a question has no answer; a fork is kept as a finding."""
    is_evil = isinstance(error, ChecksumDatabaseError | ForkError)
    # What a stranger may have written stays on one line.
    text = "the checksum database %s, asked through remote %s for %s: %r"
    level = logging.ERROR if is_evil else logging.WARNING
    log.log(level, text, remote.sumdb, remote.name, request, error.reason)
    if isinstance(error, ForkError):
        fork = {"database": error.database, "held": error.held, "seen": error.seen}
        await sync_to_async(Finding.note_fork)(remote.pulp_domain_id, fork)
