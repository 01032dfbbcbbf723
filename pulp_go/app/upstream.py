"""What a GOPROXY over HTTP says: one request, its time limits, its retries and its size limit.

What a reply *means* is `gomod.goproxy`'s; how it travels is here, on pulpcore's downloader,
which brings a remote's TLS, proxy, credentials, headers, concurrency and rate limit. Every
failure comes out as one of three: not there (404 and 410 only), trouble, or a reply that is no
answer. Texts name the URL that was asked, never a redirect's, which may carry a signature.
"""

import asyncio
import atexit
import random
from copy import copy
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from io import BytesIO

import aiohttp

from pulpcore.plugin.download import DownloaderFactory, HttpDownloader

from pulp_go.app.exceptions import (
    BadReplyError,
    GoError,
    UpstreamError,
    UpstreamNotFoundError,
)
from pulp_go.gomod import goproxy, index, infofile, modzip, versionlist
from pulp_go.gomod.errors import GoModError

CHUNK = 1 << 20
# `go` sets no limit for `.info` and lists; what is larger is no answer. A list has 100,000
# versions in 1 MiB.
MAX_INFO = 1 << 20
MAX_LIST = 4 << 20
MAX_ERROR_TEXT = 4 << 10
# A million module versions; the feed of all public ones has many more, and no sync wants those.
MOST_PAGES = 500
# A server that asks to wait longer than this is asked again by the next sync.
MAX_WAIT = 60.0
FIRST_WAIT = 0.5
SOCKET_TIMEOUT = 60.0
TOTAL_TIMEOUT = 3600.0


class Download(HttpDownloader):
    """One request whose body goes to `sink`, tried again after trouble.

    Attributes:
        sink: A binary file; emptied before each attempt.
        limit: The largest body that is an answer, in bytes.
        timeout: What each attempt may take.
        method: `GET` or `HEAD`.
        any_status: Whether the body is wanted whatever the status is.
        status: The status of the reply.
        length: What the reply said of its length, or "".
    """

    def __init__(self, url, sink, limit, timeout, method="GET", any_status=False, **kwargs):
        super().__init__(url, **kwargs)
        self.sink = sink
        self.limit = limit
        self.timeout = timeout
        self.method = method
        self.any_status = any_status
        self.status = 0
        self.length = ""

    async def run(self, extra_data=None):
        """Fetch, within the remote's concurrency.

        Raises:
            UpstreamNotFoundError: 404 or 410.
            UpstreamError: Unreachable, refused, or trouble that lasted.
            BadReplyError: Broken off, too large, no HTTP, or redirected away from https.
        """
        async with self.semaphore:
            for attempt in range(self.max_retries + 1):
                try:
                    return await self._run(extra_data)
                except UpstreamError as error:
                    wait = wait_before(attempt, error)
                    if attempt == self.max_retries or wait is None:
                        raise
                    await asyncio.sleep(wait)

    async def _run(self, extra_data=None):
        if self.download_throttler:
            await self.download_throttler.acquire()
        try:
            await self._attempt()
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
            raise BadReplyError(f"{self.url}: {describe(error)}", retry=True) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise UpstreamError(f"{self.url}: {describe(error)}", retry=True) from error

    async def _attempt(self):
        options = {"auth": self.auth, "proxy": self.proxy, "proxy_auth": self.proxy_auth}
        # A zip is not compressed twice, and the length is then that of the file.
        headers = {"Accept-Encoding": "identity"}
        async with self.session.request(
            self.method,
            self.url,
            timeout=self.timeout,
            headers=headers,
            read_bufsize=CHUNK,
            **options,
        ) as response:
            if self.url.startswith("https:") and response.url.scheme != "https":
                raise BadReplyError(f"{self.url}: redirected from https to {response.url.scheme}")
            self.status = response.status
            if self.status != 200 and not self.any_status:
                raise await self._refusal(response)
            self.length = response.headers.get("Content-Length", "")
            await self._receive(response)

    async def _refusal(self, response):
        body = await response.content.read(MAX_ERROR_TEXT)
        text = goproxy.error_text(body, response.headers.get("Content-Type"))
        reason = f"{self.url}: {response.status} {response.reason}{text and ': '}{text}"
        if goproxy.is_not_found(response.status):
            return UpstreamNotFoundError(reason)
        retry = response.status == 429 or response.status >= 500
        return UpstreamError(reason, retry, response.headers.get("Retry-After", ""))

    async def _receive(self, response):
        empty(self.sink)
        size, pieces, waiting = 0, [], 0
        async for piece in response.content.iter_any():
            size, waiting = size + len(piece), waiting + len(piece)
            if size > self.limit:
                raise BadReplyError(f"{self.url}: more than {self.limit} bytes")
            pieces.append(piece)
            if waiting >= CHUNK:
                await asyncio.to_thread(self.sink.writelines, pieces)
                pieces, waiting = [], 0
        # What is left is small: a thread would cost more than the write.
        self.sink.writelines(pieces)
        self.sink.flush()


class Downloads(DownloaderFactory):
    """The factory of downloads for one remote, that can be closed."""

    def __init__(self, remote):
        super().__init__(remote, downloader_overrides={"http": Download, "https": Download})

    async def close(self):
        """Close the connections; the factory itself would keep them until the process ends."""
        atexit.unregister(self._session_cleanup)
        await self._session.close()


class Upstream:
    """The GOPROXY of a remote; an async context manager, for one event loop.

    Args:
        remote: A `GoRemote`.

    Attributes:
        has_files: Whether each zip has a URL below `url`.
    """

    has_files = True

    def __init__(self, remote):
        self.remote = remote
        self.url = remote.url.rstrip("/")

    async def __aenter__(self):
        self._downloads = Downloads(self.remote)
        self._timeout = aiohttp.ClientTimeout(
            total=self.remote.total_timeout or TOTAL_TIMEOUT,
            connect=self.remote.connect_timeout,
            sock_connect=self.remote.sock_connect_timeout or SOCKET_TIMEOUT,
            sock_read=self.remote.sock_read_timeout or SOCKET_TIMEOUT,
        )
        return self

    async def __aexit__(self, *exc_info):
        await self._downloads.close()

    async def versions(self, module):
        """Return the `versionlist.ListReply` of a module's `@v/list`, and the SHA-256 of its bytes.

        Raises:
            BadReplyError: There are lines, and none of them is a version.
        """
        path = goproxy.list_path(module)
        body = await self.text(path, MAX_LIST)
        # A thread: a list of the largest size takes seconds to read.
        listed = await asyncio.to_thread(versionlist.parse_list, body, module)
        if listed.junk and not (listed.versions or listed.pseudo_versions):
            raise BadReplyError(f"{self.url}/{path}: no line is a version of this module")
        return listed, sha256(body).hexdigest()

    async def latest(self, module):
        """Return the version that `@latest` names.

        Raises:
            BadReplyError: It is no `.info`.
        """
        path = goproxy.latest_path(module)
        body = await self.text(path, MAX_INFO)
        try:
            return infofile.check_info(body, module, "latest").version
        except GoModError as error:
            raise BadReplyError(f"{self.url}/{path}: {error}") from error

    async def info(self, module, version):
        """Return the bytes of `.info`, or nothing where the upstream has none."""
        try:
            return await self.text(goproxy.file_path(module, version, "info"), MAX_INFO)
        except UpstreamNotFoundError:
            return b""

    async def go_mod(self, module, version):
        """Return the bytes of `.mod`."""
        return await self.text(goproxy.file_path(module, version, "mod"), modzip.MAX_GO_MOD)

    async def zip(self, module, version, path):
        """Write the zip to the file `path`, and return None: nothing is known of it."""
        with open(path, "wb") as sink:
            await self._get(goproxy.file_path(module, version, "zip"), sink, modzip.MAX_ZIP_FILE)

    def moved(self, unit):
        """Return where a held unit is now, "" for where it was: nobody tells that here."""
        return ""

    async def zip_size(self, module, version):
        """Return the size of the zip in bytes, or None where the upstream does not say.

        Some refuse HEAD, with any status: that says nothing about the zip.
        """
        path = goproxy.file_path(module, version, "zip")
        download = self._build(path, BytesIO(), 0, method="HEAD")
        download.max_retries = 0
        try:
            await download.run()
        except GoError:
            return None
        length = download.length
        return int(length) if length.isascii() and length.isdigit() else None

    async def index(self, since):
        """Return the `index.IndexEntry` list of a page of the upstream's feed.

        Raises:
            UpstreamNotFoundError: The upstream has no feed.
            BadReplyError: It is none.
        """
        path = index.page_path(since)
        body = await self.text(path, MAX_LIST)
        try:
            return await asyncio.to_thread(index.parse_page, body)
        except GoModError as error:
            raise BadReplyError(f"{self.url}/{path}: {error}") from error

    async def names(self):
        """Yield the paths of the modules in the upstream's feed, a set for each page of it.

        An upstream without a feed has none.

        Raises:
            UpstreamError: It does not end, or does not move on.
        """
        since = ""
        for _ in range(MOST_PAGES):
            try:
                entries = await self.index(since)
            except UpstreamNotFoundError:
                if since:
                    raise
                return
            yield {entry.path for entry in entries}
            if not entries or entries[-1].timestamp == since:
                if len(entries) >= index.LIMIT:
                    raise UpstreamError(f"{self.url}/index does not move on from {since}")
                return
            since = entries[-1].timestamp
        most = MOST_PAGES * index.LIMIT
        raise UpstreamError(f"{self.url}/index has more than {most} entries: name the modules")

    async def state(self):
        """Return "": nobody tells whether anything has changed here."""
        return ""

    async def text(self, path, limit):
        """Return the body at a path below the URL, of at most `limit` bytes."""
        sink = BytesIO()
        await self._get(path, sink, limit)
        return sink.getvalue()

    async def page(self, url, limit):
        """Return the status and the body, of at most `limit` bytes, at a URL anywhere."""
        sink = BytesIO()
        download = self._build_at(url, sink, limit, any_status=True)
        await download.run()
        return download.status, sink.getvalue()

    async def _get(self, path, sink, limit):
        await self._build(path, sink, limit).run()

    def _build(self, path, sink, limit, **options):
        return self._build_at(f"{self.url}/{path}", sink, limit, **options)

    def _build_at(self, url, sink, limit, **options):
        download = self._downloads.build(
            url, sink=sink, limit=limit, timeout=self._timeout, **options
        )
        # The factory reads 0 as "not set"; here it means one attempt.
        if self.remote.max_retries is not None:
            download.max_retries = self.remote.max_retries
        return download


def anonymous(remote, url):
    """Return a remote like `remote` for another server, which learns none of its secrets.

    How this site reaches others stays: its HTTP proxy, and whom it trusts.
    """
    other = copy(remote)
    other.url = url
    for name in ("username", "password", "headers", "client_cert", "client_key"):
        setattr(other, name, None)
    return other


def describe(error):
    """Return what aiohttp has to say of an error, without what it received."""
    if isinstance(error, aiohttp.TooManyRedirects):
        return "too many redirects"
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return text.partition("\n")[0] or type(error).__name__


def empty(sink):
    """Make `sink` an empty file again, for another attempt."""
    sink.seek(0)
    sink.truncate()


def wait_before(attempt, error):
    """Return the seconds to wait before the next attempt, or None if there should be none."""
    if not error.retry:
        return None
    asked = seconds_asked(error.retry_after)
    if asked is not None:
        return asked if asked <= MAX_WAIT else None
    return FIRST_WAIT * 2**attempt * random.uniform(0.5, 1.0)


def seconds_asked(retry_after):
    """Return the seconds that a `Retry-After` header asks for, or None if it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
