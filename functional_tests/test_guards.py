"""Guarded distributions: 401 and 403, alike for every path, and how soon a right is lost."""

import re
import time
import uuid
from base64 import b64encode

import pytest
from pulp_glue.core.context import (
    PulpCompositeContentGuardContext,
    PulpHeaderContentGuardContext,
)

from functional_tests.contentclient import fetch
from functional_tests.moduletree import file_path, latest_path, list_path
from functional_tests.people import DOWNLOADER, Person, credentials, may_not, rbac_guard
from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain
from pulp_go.cli.contexts import PulpGoDistributionContext

MODULE = "corp.example.com/secret"
MISSING = "corp.example.com/none"
HELD = [
    list_path(MODULE),
    latest_path(MODULE),
    *(file_path(MODULE, "v1.0.0", extension) for extension in ("info", "mod", "zip")),
]
NOT_HELD = [
    "",
    "-/cached-only/",
    "index",
    "index.html",
    "corp.example.com",
    "corp.example.com/secret/@v/",
    list_path(MISSING),
    latest_path(MISSING),
    file_path(MODULE, "v1.0.1", "info"),
    file_path(MODULE, "v1.0.1", "mod"),
    file_path(MISSING, "v1.0.0", "zip"),
    file_path(MODULE, "main", "info"),
    "sumdb/sum.golang.org/supported",
    "sumdb/sum.golang.org/lookup/corp.example.com/secret@v1.0.0",
    "sumdb/sum.golang.org/tile/8/0/000",
    "sumdb/sum.golang.org/latest",
    "%00",
    "%0A",
    "%FF",
    "%D9%A1/@v/list",
    "../",
    "a" * 2000,
]
WINDOW = 1.0  # seconds in which a user who has lost a right may still have it: docs/user/guards.md
CHALLENGE = 'Basic realm="Pulp", charset="UTF-8"'


class Guarded:
    """A module behind a guard that lets `reader` pass and `stranger` not.

    Attributes:
        url: The distribution's URL.
        guard: Its content guard.
    """

    def __init__(self, live, pulp, upstream):
        upstream.tree.add(MODULE, "v1.0.0")
        self.pulp = pulp
        self.reader, self.stranger = Person(live, pulp), Person(live, pulp)
        self.repository = pulp.synced(upstream, MODULE)
        self.guard = rbac_guard(pulp, self.reader)
        self.url = pulp.distribution(repository=self.repository, content_guard=self.guard)

    def statuses(self, headers=None, paths=(*HELD, *NOT_HELD), method="GET"):
        """Return the statuses that are answered, each once."""
        return {fetch(self.url + path, method, headers).status for path in paths}

    def reads(self, person):
        """Return the status of the module's list for a person."""
        return fetch(self.url + HELD[0], headers=person.headers).status


@pytest.fixture(scope="module")
def guarded(live_pulp):
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        yield Guarded(live_pulp, pulp, upstream)


@pytest.fixture
def one(live_pulp, pulp, upstream):
    """A `Guarded` that a test may change."""
    return Guarded(live_pulp, pulp, upstream)


INVALID = [
    {},
    {"Authorization": ""},
    {"Authorization": "Basic"},
    {"Authorization": "Basic x"},
    {"Authorization": "Bearer token"},
    {"Authorization": "Basic " + b64encode(b"no colon").decode()},
    credentials("nobody", "nothing"),
    credentials("a\0b", "x"),
    credentials("", ""),
]


@pytest.mark.parametrize("headers", INVALID)
def test_without_valid_credentials_every_path_is_401(guarded, headers):
    assert guarded.statuses(headers) == {401}


def test_a_wrong_password_is_401(guarded):
    wrong = guarded.reader.password
    for password in ("", wrong.upper(), wrong + "\n", wrong + "١", wrong[:-1]):
        assert guarded.statuses(credentials(guarded.reader.name, password), HELD[:2]) == {401}


def test_a_user_without_the_right_gets_403_for_every_path(guarded):
    assert guarded.statuses(guarded.stranger.headers) == {403}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_user_with_the_right_gets_what_there_is(guarded, method):
    headers = guarded.reader.headers
    assert [fetch(guarded.url + path, method, headers).status for path in HELD] == [200] * 5
    assert guarded.statuses(headers, NOT_HELD, method) == {404}


def test_the_answers_tell_nothing_of_the_path(guarded):
    """They are the same to the byte but for the date."""
    for headers in ({}, guarded.stranger.headers):
        replies = [fetch(guarded.url + path, headers=headers) for path in (*HELD, *NOT_HELD)]
        seen = {
            (reply.body, *(item for item in sorted(reply.headers.items()) if item[0] != "date"))
            for reply in replies
        }
        assert len(seen) == 1


def test_401_asks_for_credentials_and_403_does_not(guarded):
    asked = fetch(guarded.url + HELD[0])
    assert (asked.status, asked.headers["www-authenticate"]) == (401, CHALLENGE)
    refused = fetch(guarded.url + HELD[0], headers=guarded.stranger.headers)
    assert (refused.status, "www-authenticate" in refused.headers) == (403, False)


def test_the_base_path_without_a_slash_is_guarded_too(guarded):
    base = guarded.url.rstrip("/")
    assert fetch(base).status == 401
    assert fetch(base, headers=guarded.stranger.headers).status == 403


@pytest.mark.parametrize("path", [*HELD, *NOT_HELD[:3]])
def test_no_shared_cache_keeps_an_answer(guarded, path):
    words = [
        fetch(guarded.url + path, headers=headers).headers["cache-control"]
        for headers in (guarded.reader.headers, guarded.stranger.headers, {})
    ]
    assert words[0].split(", ")[0] == "private"
    assert words[1:] == ["no-store", "no-store"]


def test_conditions_and_ranges_are_those_of_open_ones(guarded):
    headers = guarded.reader.headers
    whole = fetch(guarded.url + HELD[4], headers=headers)
    part = fetch(guarded.url + HELD[4], headers=headers | {"Range": "bytes=1-3"})
    assert (part.status, part.body) == (206, whole.body[1:4])
    assert part.headers["cache-control"].startswith("private")
    same = fetch(guarded.url + HELD[4], headers=headers | {"If-None-Match": whole.headers["etag"]})
    assert (same.status, same.headers["cache-control"][:7]) == (304, "private")


def test_two_users_read_different_distributions(one, live_pulp, pulp):
    other = pulp.distribution(
        repository=one.repository, content_guard=rbac_guard(pulp, one.stranger)
    )
    assert [one.reads(one.reader), one.reads(one.stranger)] == [200, 403]
    theirs = [
        fetch(other + HELD[0], headers=each.headers).status for each in (one.reader, one.stranger)
    ]
    assert theirs == [403, 200]


def test_another_domain_is_another_place(guarded, elsewhere):
    """The same base path elsewhere has no guard, and the guard here does not reach there."""
    base_path = guarded.url.rstrip("/").rpartition("/")[2]
    open_url = elsewhere.distribution(base_path=base_path, repository=elsewhere.repository())
    assert fetch(open_url + HELD[0]).status == 404
    assert fetch(guarded.url + HELD[0]).status == 401


def test_an_open_distribution_is_as_before(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    url = pulp.distribution(repository=pulp.synced(upstream, MODULE))
    assert [fetch(url + path).status for path in HELD] == [200] * 5
    assert fetch(url + HELD[4]).headers["cache-control"].startswith("public")
    assert fetch(url + HELD[4], headers=credentials("nobody", "nothing")).status == 200


def test_a_lost_right_is_gone_within_the_window(one):
    assert one.reads(one.reader) == 200
    may_not(one.reader, DOWNLOADER, one.guard)
    time.sleep(WINDOW)
    assert one.statuses(one.reader.headers) == {403}


def test_a_changed_password_counts_at_once(one):
    before = one.reader.headers
    assert one.reads(one.reader) == 200
    one.reader.change(password="quite another phrase")
    assert one.statuses(before, HELD) == {401}
    one.reader.password = "quite another phrase"
    assert one.statuses(one.reader.headers, HELD) == {200}


def test_a_password_that_was_wrong_is_right_at_once(one):
    coming = credentials(one.reader.name, "quite another phrase")
    assert one.statuses(coming, HELD[:1]) == {401}
    one.reader.change(password="quite another phrase")
    assert one.statuses(coming, HELD[:1]) == {200}


@pytest.mark.parametrize("fields", [{"is_active": False}, {"username": f"test-{uuid.uuid4().hex}"}])
def test_a_changed_user_is_out_at_once(one, fields):
    assert one.reads(one.reader) == 200
    one.reader.change(**fields)
    assert one.statuses(one.reader.headers) == {401}


def test_a_deleted_user_is_out_at_once(one):
    assert one.reads(one.reader) == 200
    one.reader.leave()
    assert one.statuses(one.reader.headers) == {401}


def test_a_guard_that_is_put_before_a_distribution_counts_at_once(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    url = pulp.distribution(repository=pulp.synced(upstream, MODULE))
    assert fetch(url + HELD[0]).status == 200
    distribution = PulpGoDistributionContext(
        pulp.context, entity={"base_path": url.rstrip("/").rpartition("/")[2]}
    )
    distribution.update(body={"content_guard": rbac_guard(pulp).pulp_href})
    assert fetch(url + HELD[0]).status == 401
    distribution.update(body={"content_guard": ""})
    assert fetch(url + HELD[0]).status == 200


def header_guard(pulp, **fields):
    guard = PulpHeaderContentGuardContext(pulp.context)
    name = f"test-{uuid.uuid4().hex}"
    guard.create({"name": name, "header_name": "X-Key", "header_value": "opened"} | fields)
    pulp.keep(guard)
    return guard


KEYS = [
    ({}, {401}),
    ({"X-Key": b64encode(b"shut").decode()}, {401}),
    ({"X-Key": b64encode(b"opened\n").decode()}, {401}),
    ({"X-Key": b64encode("١".encode()).decode()}, {401}),
    ({"X-Key": b64encode(b"\xff").decode()}, {401}),
    ({"X-Key": "a"}, {401}),
    ({"X-Key": b64encode(b"opened").decode()}, {200, 404}),
]


def test_a_header_guard(one, pulp):
    one.url = pulp.distribution(repository=one.repository, content_guard=header_guard(pulp))
    for headers, statuses in KEYS:
        assert one.statuses(headers) == statuses
        with_credentials = {403} if statuses == {401} else statuses
        assert one.statuses(headers | one.reader.headers) == with_credentials


def test_a_composite_guard_lets_pass_whom_one_of_its_guards_does(one, pulp):
    guard = PulpCompositeContentGuardContext(pulp.context)
    guards = [header_guard(pulp).pulp_href, one.guard.pulp_href]
    guard.create({"name": f"test-{uuid.uuid4().hex}", "guards": guards})
    pulp.keep(guard)
    one.url = pulp.distribution(repository=one.repository, content_guard=guard)
    assert one.statuses(one.reader.headers, HELD) == {200}
    assert one.statuses(one.stranger.headers) == {403}
    assert one.statuses({"X-Key": b64encode(b"opened").decode()}, HELD) == {200}
    assert one.statuses() == {401}


def test_no_secret_is_in_a_log(one, live_pulp):
    secrets = [one.reader.password, *one.reader.headers.values(), "wrong: phrasé"]
    one.statuses(one.reader.headers)
    one.statuses(credentials(one.reader.name, "wrong: phrasé"))
    logs = [path for path in live_pulp.home.rglob("*.log") if path.is_file()]
    assert logs
    for text in (path.read_text(errors="replace") for path in logs):
        assert [secret for secret in secrets if secret.removeprefix("Basic ") in text] == []
        assert not re.search(r"Basic [A-Za-z0-9+/]{8,}", text)
