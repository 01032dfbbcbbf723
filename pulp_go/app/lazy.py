"""The response that answers when it is prepared: aiohttp's way into `serving.answer`.

pulpcore asks a distribution for a response before anything of the request can be seen. This one
is empty until aiohttp prepares it with the request at hand; then it sees method and headers, may
become a 304, and is of no kind that pulpcore's cache keeps (its key has neither).
"""

import asyncio
import io
from contextlib import suppress

from aiohttp import web
from asgiref.sync import sync_to_async

from pulp_go.app import serving
from pulp_go.app.answers import Miss, Unasked
from pulp_go.app.fetching import Fetches
from pulp_go.app.forwarding import Forwards

CHUNK = 1 << 18
FETCHES = web.AppKey("go-fetches", Fetches)
FORWARDS = web.AppKey("go-forwards", Forwards)


async def fetching(app):
    """Have an app fetch what is not here, from its start to its end: for `cleanup_ctx`.

    It starts in each process of its own, after the fork.
    """
    app[FETCHES] = Fetches.serving()
    app[FORWARDS] = Forwards()
    yield
    await app[FORWARDS].close()
    await app[FETCHES].close()


async def end_fetching(app):
    """End the fetches before those are waited for who wait for them: for `on_shutdown`.

    After that there may be no time left to put anything away.
    """
    await app[FETCHES].close()


class LazyAnswer(web.StreamResponse):
    """The answer of a distribution at a path, worked out in `prepare`.

    Args:
        distribution: The `GoDistribution`.
        path: The path below its base path, percent-decoded.
    """

    def __init__(self, distribution, path):
        super().__init__()
        self._distribution = distribution
        self._path = path

    async def prepare(self, request):
        """Answer the request, body and all."""
        answer = await self._ask(request)
        match answer:
            case Miss():
                async with request.app[FETCHES].fetched(answer) as fetched:
                    return await self._reply(request, await self._ask(request, fetched))
            case Unasked():
                asked = await request.app[FORWARDS].asked(answer)
                answer = await self._ask(request, asked)
        return await self._reply(request, answer)

    async def _ask(self, request, fetched=None):
        return await sync_to_async(serving.answer)(
            self._distribution, self._path, request.method, request.headers, fetched
        )

    async def _reply(self, request, answer):
        if not answer.has_file:
            return await self._send(request, answer)
        try:
            file = await asyncio.to_thread(answer.open)
        except OSError:
            lost = serving.refuse(serving.lost(self._path))
            return await self._send(request, serving.restrict(self._distribution, lost))
        try:
            return await self._send_file(request, answer, file.file)
        finally:
            await asyncio.to_thread(file.close)

    async def _begin(self, request, answer):
        self.set_status(answer.status)
        self.headers.update(answer.headers)
        return await super().prepare(request)

    async def _send(self, request, answer):
        writer = await self._begin(request, answer)
        if answer.body and request.method != "HEAD":
            await self.write(answer.body)
        return writer

    async def _send_file(self, request, answer, file):
        writer = await self._begin(request, answer)
        if request.method == "HEAD" or not answer.length:
            return writer
        sent = await self._copy(request, answer, file)
        if sent < answer.length:
            # The length is promised: a client must not take what is missing for what comes next.
            request.transport.abort()
        return writer

    async def _copy(self, request, answer, file):
        """Send the bytes, by the kernel from a local file; return how many were sent."""
        loop = asyncio.get_running_loop()
        if isinstance(file, io.BufferedReader):
            with suppress(NotImplementedError):
                return await loop.sendfile(request.transport, file, answer.start, answer.length)
        await asyncio.to_thread(file.seek, answer.start)
        sent = 0
        while chunk := await asyncio.to_thread(file.read, min(CHUNK, answer.length - sent)):
            await self.write(chunk)
            sent += len(chunk)
        return sent
