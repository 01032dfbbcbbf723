"""Verdicts on credentials: what is hashed, what is remembered, and what makes it be forgotten."""

import base64
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import override_settings
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed

from pulp_go.app import credentials
from pulp_go.app.credentials import ColdError, RememberedBasic, Verdicts, identify, name_in


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Counting(BasicAuthentication):
    """Verifies as Pulp does, and counts how often."""

    def __init__(self):
        self.calls = 0

    def authenticate(self, request):
        self.calls += 1
        return super().authenticate(request)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def asked(header):
    """Return Django's request with an Authorization header."""
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = header
    return request


@pytest.fixture
def alice(db):
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield get_user_model().objects.create_user("alice", password="pass phrase a")


@pytest.fixture
def memory(alice):
    """What asks: the stock authentication, the clock, and a function that asks as alice."""
    clock, stock = Clock(), Counting()
    verdicts = Verdicts(clock)

    def ask(password="pass phrase a", hashing=True, name="alice"):
        return RememberedBasic(stock, verdicts, hashing).authenticate(asked(basic(name, password)))

    return SimpleNamespace(clock=clock, stock=stock, verdicts=verdicts, ask=ask)


def test_good_credentials_are_hashed_once(memory, alice):
    assert [memory.ask()[0].pk for _ in range(3)] == [alice.pk] * 3
    assert memory.stock.calls == 1


def test_bad_credentials_are_hashed_once(memory):
    for _ in range(3):
        with pytest.raises(AuthenticationFailed):
            memory.ask("pass phrase b")
    assert memory.stock.calls == 1


def test_nothing_is_hashed_where_that_is_not_allowed(memory):
    with pytest.raises(ColdError):
        memory.ask(hashing=False)
    assert memory.stock.calls == 0
    memory.ask()
    assert memory.ask(hashing=False)[0].username == "alice"


def test_a_verdict_is_good_for_the_ttl(memory):
    memory.ask()
    memory.clock.now += 59
    memory.ask(hashing=False)
    memory.clock.now += 1
    with pytest.raises(ColdError):
        memory.ask(hashing=False)


@pytest.mark.parametrize("password", ["pass phrase a", "pass phrase b"])
def test_without_a_ttl_nothing_is_remembered(memory, password):
    with override_settings(GO_CREDENTIALS_TTL=0):
        for _ in range(2):
            with (
                pytest.raises(AuthenticationFailed)
                if password == "pass phrase b"
                else override_settings()
            ):
                memory.ask(password)
    assert memory.stock.calls == 2


def change_password(alice):
    alice.set_password("pass phrase b")
    alice.save()


def deactivate(alice):
    alice.is_active = False
    alice.save()


def rename(alice):
    alice.username = "alice2"
    alice.save()


@pytest.mark.parametrize("change", [change_password, deactivate, rename, lambda a: a.delete()])
def test_a_user_who_changes_is_out_with_the_next_request(memory, alice, change):
    memory.ask()
    change(alice)
    with pytest.raises(AuthenticationFailed):
        memory.ask()


def test_a_password_that_has_become_right_is_right_with_the_next_request(memory, alice):
    with pytest.raises(AuthenticationFailed):
        memory.ask("pass phrase b")
    change_password(alice)
    assert memory.ask("pass phrase b")[0].pk == alice.pk


def test_a_user_who_comes_is_known_with_the_next_request(memory):
    with pytest.raises(AuthenticationFailed):
        memory.ask("c3", name="carol")
    carol = get_user_model().objects.create_user("carol", password="c3")
    assert memory.ask("c3", name="carol")[0].pk == carol.pk


def test_a_row_that_changes_meanwhile_is_not_what_the_verdict_rests_on(memory, alice):
    """The password becomes the one that was sent while that is being found to be wrong."""
    stock = memory.stock.authenticate

    def slow(request):
        try:
            return stock(request)
        finally:
            change_password(alice)

    memory.stock.authenticate = slow
    with pytest.raises(AuthenticationFailed):
        memory.ask("pass phrase b")
    memory.stock.authenticate = stock
    assert memory.ask("pass phrase b")[0].pk == alice.pk


def test_what_else_changes_in_the_row_is_seen(memory, alice):
    memory.ask()
    get_user_model().objects.update(is_superuser=True)
    assert memory.ask(hashing=False)[0].is_superuser


def test_the_one_used_last_is_remembered_longest(alice):
    verdicts = Verdicts(Clock(), most=2)
    for key in (b"1", b"2"):
        verdicts.keep(key, True, {"pk": alice.pk}, b"")
    verdicts.recall(b"1")
    verdicts.keep(b"3", True, {"pk": alice.pk}, b"")
    assert [verdicts.recall(key) is not None for key in (b"1", b"2", b"3")] == [True, False, True]


def test_neither_header_nor_password_nor_name_is_held(memory, alice):
    memory.ask()
    held = repr(vars(memory.verdicts))
    secrets = (
        "pass phrase a",
        "alice",
        alice.password,
        basic("alice", "pass phrase a"),
        basic("alice", "pass phrase a")[6:],
    )
    assert [text for text in secrets if text in held] == []


def test_two_processes_seal_differently():
    assert Verdicts().seal(b"x") != Verdicts().seal(b"x")


NAMES = [
    (b"Basic " + base64.b64encode(b"alice:a:1"), "alice"),
    (b"basic " + base64.b64encode(b"alice:"), "alice"),
    (b"Basic " + base64.b64encode("jürgen:x".encode()), "jürgen"),
    (b"Basic " + base64.b64encode(b"j\xfcrgen:x"), "jürgen"),
    (b"Basic " + base64.b64encode(b"alice\n:x"), "alice\n"),
    (b"Basic " + base64.b64encode("١:x".encode()), "١"),
    (b"Basic " + base64.b64encode(b"alice"), None),
    (b"Basic x", None),
    (b"Basic", None),
    (b"Basic a b", None),
    (b"Bearer " + base64.b64encode(b"alice:pass phrase a"), None),
    (b"", None),
]


@pytest.mark.parametrize(("header", "name"), NAMES)
def test_the_name_in_a_header(header, name):
    assert name_in(header) == name


NOBODY = [
    "",
    "Basic",
    "Basic x",
    "Basic a b",
    "Bearer token",
    "Basic " + base64.b64encode(b"alice").decode(),
    basic("alice\0", "pass phrase a"),
    basic("alice", "a1\0"),
    basic("alice\n", "pass phrase a"),
    basic("alice", "١"),
    basic("", ""),
    "Basic \udcff",
    "Basic ١",
]


@pytest.mark.parametrize("header", NOBODY)
def test_what_is_no_credentials_is_nobody_s(alice, header):
    request = identify(asked(header), hashing=True)
    assert not request.user.is_authenticated
    assert request.auth is None


def test_a_user_is_identified(alice, monkeypatch):
    monkeypatch.setattr(credentials, "VERDICTS", Verdicts())
    request = identify(asked(basic("alice", "pass phrase a")), hashing=True)
    assert request.user.pk == alice.pk


def test_other_authentications_come_in_their_order(alice, monkeypatch):
    class Badge:
        def authenticate(self, request):
            return (alice, "badge") if request.META.get("HTTP_BADGE") else None

    classes = [Badge, BasicAuthentication]
    monkeypatch.setattr(credentials.APIView, "authentication_classes", classes)
    request = asked(basic("alice", "wrong"))
    request.META["HTTP_BADGE"] = "1"
    found = identify(request, hashing=False)
    assert (found.user.pk, found.auth) == (alice.pk, "badge")
