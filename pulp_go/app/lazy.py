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

CHUNK = 1 << 18


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
        answer = await sync_to_async(serving.answer)(
            self._distribution, self._path, request.method, request.headers
        )
        if answer.artifact is None:
            return await self._send(request, answer)
        try:
            file = await asyncio.to_thread(answer.artifact.file.open)
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
