"""What a GOPROXY may do to us over HTTP, and what each of it is called."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from pulp_go.app.exceptions import BadReplyError, UpstreamError, UpstreamNotFoundError
from pulp_go.app.upstream import Upstream, anonymous, seconds_asked, wait_before
from pulp_go.tests.unit.app.modules import GO_MOD, NAME, PATH

NOT_SET = [
    *("ca_cert", "client_key", "client_cert", "headers", "proxy_url", "username", "password"),
    *("rate_limit", "download_concurrency", "total_timeout", "connect_timeout"),
    *("sock_connect_timeout", "sock_read_timeout"),
]


def remote(url, **fields):
    """Return what of a remote the downloader reads."""
    nothing = dict.fromkeys(NOT_SET)
    constants = {"DEFAULT_DOWNLOAD_CONCURRENCY": 10, "DEFAULT_MAX_RETRIES": 3}
    own = {"url": url, "max_retries": 0, "tls_validation": True, "download_throttler": None}
    return SimpleNamespace(**nothing | constants | own | fields)


def ask(url, method, *arguments, **fields):
    """Call a method of an `Upstream` on an event loop of its own."""

    async def call():
        async with Upstream(remote(url, **fields)) as upstream:
            return await getattr(upstream, method)(*arguments)

    return asyncio.run(call())


SHORT = (200, {"Content-Length": "1000"}, b"module example.com/one\n")
REPLIES = [
    ((404, {}, b""), UpstreamNotFoundError, "404"),
    ((410, {"Content-Type": "text/plain"}, b"gone for good\n"), UpstreamNotFoundError, "for good"),
    ((401, {}, b""), UpstreamError, "401"),
    ((403, {"Content-Type": "text/plain"}, b"no entry\n"), UpstreamError, "no entry"),
    ((429, {}, b""), UpstreamError, "429"),
    ((500, {"Content-Type": "text/html"}, b"<secret>"), UpstreamError, "500"),
    ((204, {}, b""), UpstreamError, "204"),
    (SHORT, BadReplyError, "1000"),
]


@pytest.mark.parametrize("reply, error, words", REPLIES)
def test_each_refusal_has_its_name_and_its_reason(upstream, reply, error, words):
    upstream.says(f"{PATH}.mod", reply)
    with pytest.raises(error) as refusal:
        ask(upstream.url, "go_mod", *NAME)
    assert words in refusal.value.reason
    assert f"{upstream.url}/{PATH}.mod" in refusal.value.reason
    assert "secret" not in refusal.value.reason


RETRIED = [(429, 2), (500, 2), (503, 2), (403, 1), (404, 1)]


@pytest.mark.case("C-56")
@pytest.mark.parametrize("status, requests", RETRIED)
def test_only_trouble_is_asked_again(upstream, status, requests):
    upstream.says(f"{PATH}.mod", (status, {"Retry-After": "0"}, b""), (200, {}, GO_MOD))
    if requests == 1:
        with pytest.raises((UpstreamError, UpstreamNotFoundError)):
            ask(upstream.url, "go_mod", *NAME, max_retries=1)
    else:
        assert ask(upstream.url, "go_mod", *NAME, max_retries=1) == GO_MOD
    assert len(upstream.log) == requests


def test_an_attempt_that_broke_off_leaves_nothing_in_the_next(upstream, tmp_path):
    upstream.says(f"{PATH}.zip", (200, {"Content-Length": "9"}, b"broken"), (200, {}, b"PK"))
    ask(upstream.url, "zip", *NAME, str(tmp_path / "zip"), max_retries=1)
    assert (tmp_path / "zip").read_bytes() == b"PK"


def test_nobody_there_is_trouble():
    with pytest.raises(UpstreamError, match="Cannot connect"):
        ask("http://127.0.0.1:9", "go_mod", *NAME)


def test_a_body_over_the_limit_is_no_answer(upstream):
    upstream.says(f"{PATH}.mod", (200, {}, b" " * (17 << 20)))
    with pytest.raises(BadReplyError, match="more than 16777216 bytes"):
        ask(upstream.url, "go_mod", *NAME)


def test_a_reply_that_never_comes_is_trouble(upstream):
    upstream.says(f"{PATH}.mod", (200, {"Content-Length": "5", "Connection": "keep-alive"}, b""))
    with pytest.raises(UpstreamError):
        ask(upstream.url, "go_mod", *NAME, sock_read_timeout=0.2)


def test_a_missing_info_is_empty_and_a_missing_go_mod_is_not(upstream):
    assert ask(upstream.url, "info", *NAME) == b""
    with pytest.raises(UpstreamNotFoundError):
        ask(upstream.url, "go_mod", *NAME)


def test_latest_and_list_are_read_by_go_s_rules(upstream):
    upstream.says("example.com/!one/@latest", b'{"Version":"v1.2.0"}')
    upstream.says("example.com/!one/@v/list", b"v1.2.0\njunk\nv1.10.0 2020-01-02T03:04:05Z\n")
    assert ask(upstream.url + "/", "latest", "example.com/One") == "v1.2.0"
    listed, digest = ask(upstream.url, "versions", "example.com/One")
    assert set(listed.versions) == {"v1.2.0", "v1.10.0"}
    assert digest == hashlib.sha256(b"v1.2.0\njunk\nv1.10.0 2020-01-02T03:04:05Z\n").hexdigest()


def test_a_circle_of_redirects_is_no_answer(upstream):
    upstream.says(f"{PATH}.mod", (302, {"Location": f"/{PATH}.mod"}, b""))
    with pytest.raises(BadReplyError, match="too many redirects"):
        ask(upstream.url, "go_mod", *NAME)


def test_a_list_without_a_version_in_it_is_no_answer(upstream):
    upstream.says("example.com/one/@v/list", b"<html>\n<body>\n")
    with pytest.raises(BadReplyError, match="no line is a version"):
        ask(upstream.url, "versions", "example.com/one")


def test_a_latest_that_is_html_is_no_answer(upstream):
    upstream.says("example.com/one/@latest", b"<html>")
    with pytest.raises(BadReplyError, match="@latest"):
        ask(upstream.url, "latest", "example.com/one")


def test_credentials_are_sent_and_never_told(upstream):
    with pytest.raises(UpstreamNotFoundError) as refusal:
        ask(upstream.url, "go_mod", *NAME, username="joe", password="hunter2")
    assert "hunter2" not in str(refusal.value)


SECRETS = {
    "username": "joe",
    "password": "hunter2",
    "headers": [{"X-Token": "hunter2"}],
    "client_cert": "a certificate",
    "client_key": "hunter2",
}


def test_another_server_learns_no_secret_and_is_reached_in_the_same_way():
    way = {"proxy_url": "http://proxy.example:3128", "ca_cert": "an authority", "rate_limit": 5}
    known = remote("https://goproxy.example", tls_validation=False, **way, **SECRETS)
    other = anonymous(known, "https://sum.example.com")
    assert {name: getattr(other, name) for name in SECRETS} == dict.fromkeys(SECRETS)
    assert {name: getattr(other, name) for name in way} == way
    assert (other.url, other.tls_validation) == ("https://sum.example.com", False)
    assert {name: getattr(known, name) for name in SECRETS} == SECRETS
    assert known.url == "https://goproxy.example"


WAITS = [
    ("", None),
    ("5", 5.0),
    ("soon", None),
    ("\u0665", None),
    ("5\n", None),
    ("9" * 40, 999999999.0),
]


@pytest.mark.parametrize("header, seconds", WAITS)
def test_retry_after_in_seconds(header, seconds):
    assert seconds_asked(header) == seconds


def test_retry_after_as_a_date():
    assert 50 < seconds_asked(format_datetime(datetime.now(UTC) + timedelta(seconds=59), True)) < 60
    assert seconds_asked("Sat, 01 Jan 2000 00:00:00 GMT") == 0.0


def test_a_long_wait_is_not_waited():
    assert wait_before(0, UpstreamError("busy", retry=True, retry_after="3600")) is None
    assert wait_before(0, UpstreamError("busy", retry=True, retry_after="3")) == 3.0
    assert wait_before(0, UpstreamError("denied")) is None
    assert 0.2 < wait_before(0, UpstreamError("down", retry=True)) <= 0.5
    assert 1.0 <= wait_before(2, UpstreamError("down", retry=True)) <= 2.0
