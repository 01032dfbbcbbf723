"""pulpcore's content handler gets a lazy answer for every path, and never goes its own ways."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from asgiref.sync import async_to_sync

from pulpcore.plugin.content import Handler

from pulp_go.app import serving
from pulp_go.app.answers import Answer, Fetched, Miss, Unasked
from pulp_go.app.lazy import FETCHES, FORWARDS, LazyAnswer, end_fetching, fetching
from pulp_go.app.models import GoDistribution, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.tests.unit.app.modules import ONE, PATH, kept

STOCK_WAYS = [
    "list_directory",
    "_serve_content_artifact",
    "_stream_content_artifact",
    "_stream_remote_artifact",
]
PATHS = ["", "example.com/", "example.com/one/@v/", f"{PATH}.zip", f"{PATH}.mod", "index.html"]


@pytest.mark.parametrize("below", PATHS)
def test_pulpcore_s_own_ways_are_never_reached(db, tmp_path, monkeypatch, below):
    repository = GoRepository.objects.create(name="r")
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk=kept(tmp_path, ONE).pk))
    GoDistribution.objects.create(name="d", base_path="d", repository=repository)
    for way in STOCK_WAYS:
        monkeypatch.setattr(Handler, way, None)
    request = make_mocked_request("GET", f"/pulp/content/d/{below}")
    response = async_to_sync(Handler()._match_and_stream)(f"d/{below}", request)
    assert isinstance(response, LazyAnswer)


def ask(answer, method="GET", headers=None, fetches=None, forwards=None):
    """Return what a client gets when `serving.answer` says `answer`: status, headers, bytes.

    `answer` may be a function of its arguments; `fetches` and `forwards` stand for the app's own.
    """

    async def call():
        async def handler(request):
            return LazyAnswer(SimpleNamespace(content_guard_id=None), "path")

        app = web.Application()
        app[FETCHES], app[FORWARDS] = fetches, forwards
        app.router.add_get("/path", handler)
        async with TestClient(TestServer(app)) as client:
            response = await client.request(method, "/path", headers=headers)
            return response.status, response.headers, await response.read()

    with pytest.MonkeyPatch.context() as patch:
        says = answer if callable(answer) else lambda *arguments: answer
        patch.setattr(serving, "answer", says)
        return asyncio.run(call())


class Stored:
    """An artifact whose file lies at a path, or is no local file."""

    def __init__(self, path, local=True):
        self.path = path
        self.local = local
        self.file = self

    def open(self):
        raw = open(self.path, "rb")  # noqa: SIM115 (the answer closes it)
        return SimpleNamespace(file=raw if self.local else raw.raw, close=raw.close)


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("size", [0, 1, 700_000])
def test_a_file_is_sent_from_start_to_end(tmp_path, local, size):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (tmp_path / "zip").write_bytes(data)
    headers = {"Content-Length": str(size), "Content-Type": "application/zip"}
    answer = Answer(200, headers, artifact=Stored(tmp_path / "zip", local), length=size)
    status, sent, body = ask(answer)
    assert (status, body == data, sent["Content-Length"]) == (200, True, str(size))


@pytest.mark.parametrize("local", [True, False])
def test_a_part_is_sent(tmp_path, local):
    (tmp_path / "zip").write_bytes(b"0123456789")
    headers = {"Content-Length": "3", "Content-Range": "bytes 4-6/10"}
    answer = Answer(206, headers, artifact=Stored(tmp_path / "zip", local), start=4, length=3)
    assert ask(answer)[::2] == (206, b"456")


def test_head_has_the_headers_and_no_body(tmp_path):
    (tmp_path / "zip").write_bytes(b"0123456789")
    answer = Answer(200, {"Content-Length": "10"}, artifact=Stored(tmp_path / "zip"), length=10)
    status, headers, body = ask(answer, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "10", b"")
    status, headers, body = ask(Answer(404, {"Content-Length": "3"}, b"no\n"), "HEAD")
    assert (status, headers["Content-Length"], body) == (404, "3", b"")


def test_a_file_that_vanished_is_502(tmp_path):
    answer = Answer(200, {"Content-Length": "10"}, artifact=Stored(tmp_path / "gone"), length=10)
    status, headers, body = ask(answer)
    assert (status, body) == (502, b"the zip of path is not in storage\n")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("local", [True, False])
def test_a_file_that_is_too_short_is_no_whole_reply(tmp_path, local):
    (tmp_path / "zip").write_bytes(b"01234")
    answer = Answer(
        200, {"Content-Length": "10"}, artifact=Stored(tmp_path / "zip", local), length=10
    )
    with pytest.raises(ClientPayloadError):
        ask(answer)


def test_304_has_no_body():
    status, headers, body = ask(Answer(304, {"ETag": '"h"'}))
    assert (status, headers["ETag"], body) == (304, '"h"', b"")


class Fetching:
    """Fetches that give one `Fetched`, and note who is still reading."""

    def __init__(self, fetched):
        self.given = fetched
        self.misses = []
        self.readers = 0

    @asynccontextmanager
    async def fetched(self, miss):
        self.misses.append(miss)
        self.readers += 1
        yield self.given
        self.readers -= 1


def test_a_miss_is_fetched_and_asked_for_again(tmp_path):
    (tmp_path / "zip").write_bytes(b"0123456789")
    fetches = Fetching(Fetched(str(tmp_path / "zip"), 10))
    miss = Miss(200, unit=object())

    def says(distribution, path, method, headers, fetched):
        if fetched is None:
            return miss
        assert (path, method, fetched, fetches.readers) == ("path", "GET", fetches.given, 1)
        return Answer(200, {"Content-Length": "10"}, path=fetched.path, length=fetched.size)

    assert ask(says, fetches=fetches)[::2] == (200, b"0123456789")
    assert (fetches.misses, fetches.readers) == ([miss], 0)


def test_a_miss_that_is_not_to_be_had_is_said(tmp_path):
    fetches = Fetching(Fetched(code="GO0006"))

    def says(distribution, path, method, headers, fetched):
        return Answer(502, {"Content-Length": "3"}, b"no\n") if fetched else Miss(200)

    assert ask(says, fetches=fetches)[::2] == (502, b"no\n")


class Forwarding:
    """Forwards that give one `Fetched`, and note what they were asked."""

    def __init__(self):
        self.unasked = []

    async def asked(self, unasked):
        self.unasked.append(unasked)
        return Fetched(code="GO0012")


@pytest.mark.parametrize("method, body", [("GET", b"no\n"), ("HEAD", b"")])
def test_what_is_unasked_is_asked_and_looked_for_again(method, body):
    forwards = Forwarding()
    unasked = Unasked(502)

    def says(distribution, path, method, headers, fetched):
        if fetched is None:
            return unasked
        assert (path, fetched.code) == ("path", "GO0012")
        return Answer(404, {"Content-Length": "3"}, b"no\n")

    status, _, came = ask(says, method, forwards=forwards)
    assert (status, came, forwards.unasked) == (404, body, [unasked])


def test_an_app_fetches_from_its_start_to_its_end():
    async def run():
        app = web.Application()
        app.cleanup_ctx.append(fetching)
        app.on_shutdown.append(end_fetching)
        async with TestServer(app):
            return app[FETCHES]._tasks

    assert asyncio.run(run()) == set()
