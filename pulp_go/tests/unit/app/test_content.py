"""The gate: which requests it judges, how, and what it answers whatever guards do.

pulpcore swallows a ModuleNotFoundError of `pulp_go.app.content`: importing it here shows one.
"""

import asyncio
import base64
import logging
import threading
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import InterfaceError
from django.test import override_settings
from multidict import CIMultiDict

from pulpcore.plugin.content import app
from pulpcore.plugin.util import assign_role, get_default_domain, remove_role

from pulp_go.app import content, credentials
from pulp_go.app.content import Gate, Judgement, Permissions
from pulp_go.app.credentials import ColdError, Verdicts
from pulp_go.app.lazy import LazyAnswer
from pulp_go.app.models import GoDistribution
from pulp_go.tests.unit.app.test_credentials import Clock, basic

RBACContentGuard = apps.get_model("core", "RBACContentGuard")
HeaderContentGuard = apps.get_model("core", "HeaderContentGuard")
CompositeContentGuard = apps.get_model("core", "CompositeContentGuard")
DOWNLOADER = "core.rbaccontentguard_downloader"


class Asked(dict):
    """What aiohttp's request is to the gate."""

    def __init__(self, path, headers=None, domain=None):
        self.match_info = {"path": path} | ({"pulp_domain": domain} if domain else {})
        self.headers = CIMultiDict(headers or {})
        self.path = f"/pulp/content/{path}"
        self.method, self.cookies, self.charset, self.query = "GET", {}, None, {}
        self.scheme = "http"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(credentials, "VERDICTS", Verdicts())
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def rbac(db):
    """A distribution behind an RBAC guard, which alice may read and bob not."""
    users = {
        name: get_user_model().objects.create_user(name, password="x") for name in ("alice", "bob")
    }
    guard = RBACContentGuard.objects.create(name="g")
    assign_role(DOWNLOADER, users["alice"], guard)
    distribution = GoDistribution.objects.create(name="d", base_path="a/d", content_guard=guard)
    return SimpleNamespace(guard=guard, distribution=distribution, **users)


def look(path, name=None, gate=None, headers=None, **options):
    """Return the judgement on a request of a user."""
    sent = {"Authorization": basic(name, "x")} if name else {}
    return (gate or Gate()).look(Asked(path, sent | (headers or {}), **options), True)


def verdict(*arguments, **options):
    judgement = look(*arguments, **options)
    return judgement.permitted, judgement.known


def test_it_stands_first_in_pulpcore_s_content_app():
    assert app.middlewares[0] is content.guard


BELOW = [
    ("a/d", ""),
    ("a/d/", ""),
    ("a/d/x", "x"),
    ("a/d//x", "x"),
    ("a/d/example.com/one/@v/list", "example.com/one/@v/list"),
    ("a/d/sumdb/sum.golang.org/supported", "sumdb/sum.golang.org/supported"),
    ("a/d/\0", "\0"),
    ("a/d/\udcff/x", "\udcff/x"),
    ("a/d/\n", "\n"),
    ("a/d/١", "١"),
]
NOT_BELOW = ["a", "a/", "a/dd", "a/dd/x", "a/x", "/a/d/x", "//a/d/x", "x/a/d", "a/d\0/x", "a/d\n/x"]


@pytest.mark.parametrize(("path", "below"), BELOW)
def test_every_path_below_is_judged(rbac, path, below):
    assert look(path, "alice") == Judgement(rbac.distribution, below, True, True)
    assert verdict(path, "bob") == (False, True)
    assert verdict(path) == (False, False)


@pytest.mark.parametrize("path", NOT_BELOW)
def test_no_other_path_is_judged(rbac, path):
    assert look(path, "alice") is None


def test_without_a_guard_nothing_is_judged(rbac):
    GoDistribution.objects.update(content_guard=None)
    assert look("a/d/x") is None


def test_another_domain_has_its_own_paths(rbac):
    assert look("a/d/x", domain="elsewhere") is None
    assert verdict("a/d/x", domain="default") == (False, False)


WRONG = ["", "Basic x", "Basic ١", "Basic \udcff", basic("alice", "wrong"), basic("alice\0", "x")]


@pytest.mark.parametrize("header", [*WRONG, basic("alice\n", "x"), basic("alice", "x\n")])
def test_wrong_credentials_are_nobody_s(rbac, header):
    assert verdict("a/d/x", headers={"Authorization": header}) == (False, False)


def test_guards_see_what_pulpcore_would_show_them(rbac):
    request = Asked("a/d/x", {"Authorization": basic("alice", "x")})
    Gate().look(request, True)
    assert (request["user"], request["auth"]) == (rbac.alice, None)
    assert request["drf_request"].user == rbac.alice
    assert request["drf_request"].pulp_domain == get_default_domain()


def test_a_lost_right_is_lost_within_the_window(rbac):
    gate, clock = Gate(), Clock()
    gate._permissions = Permissions(clock)
    assert verdict("a/d/x", "alice", gate) == (True, True)
    remove_role(DOWNLOADER, rbac.alice, rbac.guard)
    clock.now += content.WINDOW
    assert verdict("a/d/x", "alice", gate) == (False, True)


def test_a_right_that_is_given_counts_at_once(rbac):
    gate = Gate()
    assert verdict("a/d/x", "bob", gate) == (False, True)
    assign_role(DOWNLOADER, rbac.bob, rbac.guard)
    assert verdict("a/d/x", "bob", gate) == (True, True)


def test_another_guard_counts_at_once(rbac):
    gate = Gate()
    assert verdict("a/d/x", "alice", gate) == (True, True)
    GoDistribution.objects.update(content_guard=RBACContentGuard.objects.create(name="other"))
    assert verdict("a/d/x", "alice", gate) == (False, True)


def test_a_permission_saves_the_guard_s_queries(rbac, monkeypatch):
    gate = Gate()
    look("a/d/x", "alice", gate)
    monkeypatch.setattr(RBACContentGuard, "permit", None)
    assert verdict("a/d/x", "alice", gate) == (True, True)


def test_many_permissions_are_bounded(monkeypatch):
    monkeypatch.setattr(content, "MOST", 2)
    permissions = Permissions(Clock())
    for number in range(5):
        permissions.keep(SimpleNamespace(pk=1), SimpleNamespace(pk=number))
    assert permissions.hold(SimpleNamespace(pk=1), SimpleNamespace(pk=4))
    assert len(permissions._until) <= 2


def encoded(data):
    return base64.b64encode(data).decode()


HEADERS = [
    ({"X-Key": encoded(b"opened")}, (True, False)),
    ({"X-Key": encoded(b"opened\n")}, (False, False)),
    ({"X-Key": encoded("١".encode())}, (False, False)),
    ({"X-Key": encoded(b"\xff")}, (False, False)),
    ({"X-Key": "opened"}, (False, False)),
    ({"X-Key": "١"}, (False, False)),
    ({"X-Key": "a"}, (False, False)),
    ({}, (False, False)),
    ({"Authorization": basic("alice", "x")}, (False, True)),
    ({"Authorization": basic("alice", "x"), "X-Key": encoded(b"opened")}, (True, True)),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_a_header_guard(rbac, headers, expected):
    guard = HeaderContentGuard.objects.create(name="h", header_name="X-Key", header_value="opened")
    GoDistribution.objects.update(content_guard=guard)
    assert verdict("a/d/x", headers=headers) == expected


FILTERED = [
    (b'{"who": "alice"}', (True, False)),
    (b'{"who": "bob"}', (False, False)),
    (b'{"who"', (False, False)),
    (b"[]", (False, False)),
    (b"", (False, False)),
    (b"\xff", (False, False)),
]


@pytest.mark.parametrize(("value", "expected"), FILTERED)
def test_a_header_guard_with_a_filter(rbac, value, expected):
    guard = HeaderContentGuard.objects.create(
        name="h", header_name="X-Key", header_value="alice", jq_filter=".who"
    )
    GoDistribution.objects.update(content_guard=guard)
    assert verdict("a/d/x", headers={"X-Key": encoded(value)}) == expected


def test_a_composite_guard(rbac):
    header = HeaderContentGuard.objects.create(name="h", header_name="X-Key", header_value="opened")
    guard = CompositeContentGuard.objects.create(name="c")
    guard.guards.set([header, rbac.guard])
    GoDistribution.objects.update(content_guard=guard)
    assert verdict("a/d/x", "alice") == (True, True)
    assert verdict("a/d/x", "bob") == (False, True)
    assert verdict("a/d/x", headers={"X-Key": encoded(b"opened")}) == (True, False)
    assert verdict("a/d/x") == (False, False)


def test_what_a_guard_cannot_read_is_refused_and_not_logged(rbac, caplog):
    guard = HeaderContentGuard.objects.create(name="h", header_name="X-Key", header_value="opened")
    GoDistribution.objects.update(content_guard=guard)
    with caplog.at_level(logging.DEBUG):
        verdict("a/d/x", "alice", headers={"X-Key": encoded(b"secret\xff")})
    assert "content guard h: UnicodeDecodeError" in caplog.text
    assert "secret" not in caplog.text and basic("alice", "x")[6:] not in caplog.text


def test_a_connection_that_the_database_closed_is_opened_again(monkeypatch):
    gate, calls = Gate(), []

    def judgement(request, hashing):
        calls.append(hashing)
        if len(calls) == 1:
            raise InterfaceError("connection already closed")

    monkeypatch.setattr(gate, "judgement", judgement)
    assert gate.look(None, False) is None
    assert calls == [False, False]


def test_cold_credentials_are_verified_once_for_all_and_off_the_loop(monkeypatch):
    """Ten requests come at once: one thread of the pool works, and the loop goes on meanwhile."""
    gate, threads, known = Gate(), [], set()
    release = threading.Event()

    def judgement(request, hashing):
        if not known and not hashing:
            raise ColdError(b"key")
        if hashing:
            threads.append(threading.current_thread().name)
            release.wait(60)
            known.add("alice")
        return "judged"

    monkeypatch.setattr(gate, "judgement", judgement)

    async def ask():
        asking = [asyncio.create_task(gate.judge(Asked("a/d/x"))) for _ in range(10)]
        while not threads and not any(task.done() for task in asking):
            await asyncio.sleep(0.001)
        release.set()
        return await asyncio.gather(*asking)

    assert async_to_sync(ask)() == ["judged"] * 10
    assert len(threads) == 1 and threads[0].startswith("pulp-go-hashing")
    assert not gate._locks


def through(judgement, method="GET", path="/pulp/content/a/d/x"):
    """Return status, headers and body of what the middleware makes of a judgement."""

    async def stock(request):
        return web.Response(text="stock")

    async def judge(request):
        return judgement

    async def call():
        inner = web.Application(middlewares=[content.guard])
        inner.router.add_get("/pulp/content/", stock)
        inner.router.add_get("/pulp/content/{path:.+}", stock)
        async with TestClient(TestServer(inner)) as client:
            response = await client.request(method, path)
            return response.status, response.headers, await response.text()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content.GATE, "judge", judge)
        return asyncio.run(call())


def refused(known):
    return Judgement(None, "x", False, known)


def test_nobody_is_asked_for_credentials():
    status, headers, body = through(refused(False))
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="Pulp", charset="UTF-8"')
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (headers["Cache-Control"], body) == (
        "no-store",
        "unauthorized: valid credentials are needed here\n",
    )


def test_a_user_without_the_right_is_not_asked_again():
    status, headers, body = through(refused(True))
    assert (status, "WWW-Authenticate" in headers) == (403, False)
    assert (headers["Cache-Control"], body) == (
        "no-store",
        "forbidden: this user has no right to read here\n",
    )


def test_head_is_refused_as_well():
    status, headers, body = through(refused(False), "HEAD")
    assert (status, headers["Content-Length"], body) == (401, "48", "")


def test_what_is_not_guarded_goes_pulpcore_s_way():
    assert through(None)[::2] == (200, "stock")


PLACES = [
    ("/pulp/content/d/x", False, ("default", "d/x")),
    ("/pulp/content/", False, ("default", "")),
    ("/pulp/content/d/\n", False, ("default", "d/\n")),
    ("/pulp/content/here/d/\n", True, ("here", "d/\n")),
    ("/pulp/content/here/d/١", True, ("here", "d/١")),
    ("/pulp/content/here", True, ("here", "")),
    ("/pulp/api/", False, None),
    ("/", True, None),
]


@pytest.mark.parametrize(("path", "domains", "expected"), PLACES)
def test_where_a_request_without_a_route_belongs(path, domains, expected):
    with override_settings(DOMAIN_ENABLED=domains):
        assert content.place(SimpleNamespace(match_info={}, path=path)) == expected


def test_without_a_route_whoever_is_permitted_goes_pulpcore_s_way():
    permitted = Judgement(None, "x", True, True)
    assert through(permitted, "POST")[0] == 405
    assert through(permitted, path="/pulp/content/a/d/%0A")[0] == 404
    assert through(refused(False), "POST")[0] == 401


def test_who_is_permitted_gets_the_distribution_s_answer():
    distribution = GoDistribution(name="d", base_path="a/d")
    judgement = Judgement(distribution, "x", True, True)

    async def judge(request):
        return judgement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content.GATE, "judge", judge)
        response = async_to_sync(content.guard)(Asked("a/d/x"), None)
    assert isinstance(response, LazyAnswer)
