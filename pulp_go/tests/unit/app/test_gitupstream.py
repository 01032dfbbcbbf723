"""Git repositories with the face of a GOPROXY: what is asked of whom, and how often."""

import asyncio
from base64 import b64encode
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync

from pulp_go.app import gitprocesses, gitupstream
from pulp_go.app.exceptions import (
    BadModuleError,
    SelectionInvalidError,
    UpstreamError,
    UpstreamNotFoundError,
)
from pulp_go.app.gitprocesses import GitProcesses
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.gitupstream import GitUpstream
from pulp_go.git import errors
from pulp_go.gomod.errors import GoModError, RevisionError

# A remote finds out in which domain it is.
pytestmark = pytest.mark.usefixtures("db")
URL = "https://git.example.com/mono.git"
MODULE = "corp.example/mono"
GO_MOD = b"module corp.example/mono\n"
ANSWERS = {
    "update": {"state": "s1", "received": 5},
    "versions": {"versions": [["v1.0.0", "c0"], ["v1.1.0", "c1"]]},
    "stat": {"version": "v1.0.0", "info": "{}", "go_mod": b64encode(GO_MOD).decode()},
    "zip": {"size": 7, "digests": {"sha256": "00"}, "h1": "h1:x", "go_mod": None},
    "modules": {"modules": [MODULE, f"{MODULE}/sub"]},
    "evict": {"gone": []},
}


class Processes:
    """Answers from a table; notes what was asked.

    Attributes:
        asked: What was asked, in order.
        answers: Answers by what is asked, or errors to raise; a list is taken one by one.
    """

    def __init__(self, **answers):
        self.asked, self.answers = [], ANSWERS | answers

    async def do(self, what, **question):
        self.asked.append((what, question))
        await asyncio.sleep(0)
        answer = self.answers[what]
        answer = answer.pop(0) if isinstance(answer, list) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kinds(self):
        return [what for what, _ in self.asked]


def remote(**fields):
    return GoGitRemote(**{"name": "r", "url": URL, "path_prefix": MODULE} | fields)


def using(processes, row, work):
    """Return what `work` returns for an upstream."""

    async def call():
        async with GitUpstream(row, processes) as upstream:
            return await work(upstream)

    return async_to_sync(call)()


async def names_of(upstream):
    return [names async for names in upstream.names()]


def test_a_version_is_asked_for_once():
    processes = Processes()

    async def all_of_it(upstream):
        info = upstream.info(MODULE, "v1.0.0")
        go_mod = upstream.go_mod(MODULE, "v1.0.0")
        zip = upstream.zip(MODULE, "v1.0.0", "zip")
        return await asyncio.gather(info, go_mod, zip, upstream.versions(MODULE))

    info, go_mod, facts, (listed, digest) = using(processes, remote(), all_of_it)
    assert (info, go_mod, facts.h1, digest) == (b"{}", GO_MOD, "h1:x", "s1")
    assert listed.versions == ("v1.0.0", "v1.1.0")
    assert sorted(processes.kinds()) == ["evict", "stat", "update", "versions", "zip"]
    [zip] = [question for what, question in processes.asked if what == "zip"]
    assert zip["target"].startswith("/") and (zip["root"], zip["state"]) == (MODULE, "s1")


def test_secrets_go_to_the_update_alone():
    processes = Processes()
    row = remote(username="u", password="secret", private_key="k3y", known_hosts="h")
    using(processes, row, lambda upstream: upstream.info(MODULE, "v1.0.0"))
    for what, question in processes.asked:
        assert ("secret" in str(question)) is ("k3y" in str(question)) is (what == "update")


def test_each_remote_has_mirrors_of_its_own():
    paths = set()
    for row in (remote(), remote(name="other"), remote(name="third", url=f"{URL}x")):
        row.save()
        processes = Processes()
        using(processes, row, lambda upstream: upstream.info(MODULE, "v1.0.0"))
        paths.add(processes.asked[0][1]["path"])
    assert len(paths) == 3


def test_nothing_is_evicted_where_nothing_came():
    processes = Processes(update={"state": "s1", "received": 0})
    using(processes, remote(), lambda upstream: upstream.info(MODULE, "v1.0.0"))
    assert processes.kinds() == ["update", "stat"]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, {MODULE}),
        ({"discover": True}, {MODULE, f"{MODULE}/sub"}),
        ({"path_prefix": "", "modules": {"a.example/b": ""}}, {"a.example/b"}),
        ({"modules": {"a.example/b": ""}}, {"a.example/b", MODULE}),
        ({"url": "https://g.example/{repository}", "path_elements": 1}, set()),
    ],
)
def test_which_modules_are_known(fields, names):
    assert using(Processes(), remote(**fields), names_of) == [names]


def test_a_module_of_which_nothing_is_said():
    with pytest.raises(SelectionInvalidError, match="in which repository other.example/x lies"):
        using(Processes(), remote(), lambda upstream: upstream.versions("other.example/x"))


@pytest.mark.parametrize("url", ["git://g.example/{repository}", "file:///{repository}"])
def test_an_expanded_url_is_checked_again(url):
    row = remote(url=url, path_elements=1)
    with pytest.raises(SelectionInvalidError, match="invalid URL of a git repository"):
        using(Processes(), row, lambda upstream: upstream.versions(f"{MODULE}/x"))


def test_another_version_than_the_one_asked_for():
    with pytest.raises(BadModuleError, match="v1.0.1: it is v1.0.0"):
        using(Processes(), remote(), lambda upstream: upstream.info(MODULE, "v1.0.1"))


def test_revisions_and_the_latest_are_versions():
    async def both(upstream):
        return await upstream.revision(MODULE, "main"), await upstream.latest(MODULE)

    processes = Processes()
    assert using(processes, remote(), both) == ("v1.0.0", "v1.0.0")
    assert [question["query"] for what, question in processes.asked if what == "stat"] == [
        "main",
        "latest",
    ]


@pytest.mark.parametrize(
    ("version", "origin", "seen"),
    [
        ("v1.0.0", {"Hash": "c0"}, ""),
        ("v1.0.0", {"Hash": "c9"}, "c0"),
        ("v1.0.0", None, ""),
        ("v9.0.0", {"Hash": "c0"}, ""),
    ],
)
def test_a_tag_that_moved(version, origin, seen):
    unit = SimpleNamespace(module=MODULE, version=version, origin=origin)

    async def moved(upstream):
        await upstream.versions(MODULE)
        return upstream.moved(unit)

    assert using(Processes(), remote(), moved) == seen


TROUBLE = UpstreamError("busy", retry=True, retry_after="0")
UPDATED = ANSWERS["update"]


@pytest.mark.parametrize(
    ("retries", "answers", "asked"),
    [
        (None, [TROUBLE, TROUBLE, UPDATED], 3),
        (1, [TROUBLE, UPDATED], 2),
        (0, [TROUBLE], 1),
        (5, [UpstreamError("refused")], 1),
        (5, [UpstreamNotFoundError("gone")], 1),
    ],
)
def test_trouble_is_tried_again(retries, answers, asked):
    processes = Processes(update=list(answers))
    row = remote(max_retries=retries)
    if answers[-1] is UPDATED:
        using(processes, row, lambda upstream: upstream.versions(MODULE))
    else:
        with pytest.raises(type(answers[-1])):
            using(processes, row, lambda upstream: upstream.versions(MODULE))
    assert processes.kinds().count("update") == asked


def test_the_state_is_asked_without_a_process(monkeypatch):
    asked = []
    monkeypatch.setattr(gitupstream.asking, "list_state", lambda question: asked.append(question))
    processes = Processes()
    using(processes, remote(), lambda upstream: upstream.state())
    assert [question["url"] for question in asked] == [URL] and processes.asked == []
    many = remote(url="https://g.example/{repository}", path_elements=1)
    assert using(processes, many, lambda upstream: upstream.state()) == ""


def test_a_state_that_is_not_told(monkeypatch):
    def fail(question):
        raise errors.AuthError("no")

    monkeypatch.setattr(gitupstream.asking, "list_state", fail)
    with pytest.raises(UpstreamError, match="no"):
        using(Processes(), remote(), lambda upstream: upstream.state())


KINDS = [
    (errors.NotFoundError("gone"), UpstreamNotFoundError, False),
    (RevisionError("m", "v1", "none", is_not_found=True), UpstreamNotFoundError, False),
    (RevisionError("m", "v1", "bad", is_not_found=False), BadModuleError, False),
    (GoModError("bad"), BadModuleError, False),
    (errors.AuthError("no"), UpstreamError, False),
    (errors.RefusedError("no"), UpstreamError, False),
    (errors.TooLargeError("no"), UpstreamError, False),
    (errors.TroubleError("busy", 7), UpstreamError, True),
    (errors.RateLimitedError("busy", 7), UpstreamError, True),
    (errors.MirrorBusyError("busy"), UpstreamError, True),
    (OSError(28, "No space left", "/x"), OSError, False),
]


@pytest.mark.case("C-56")
@pytest.mark.parametrize(("error", "kind", "retry"), KINDS)
def test_each_error_is_one_of_ours(error, kind, retry):
    raised = gitprocesses.raised(error)
    assert type(raised) is kind and getattr(raised, "retry", False) is retry
    if retry and not isinstance(error, errors.MirrorBusyError):
        assert raised.retry_after == "7"


def test_a_real_process_is_asked(tmp_path):
    access = {"limits": {"connect": 5, "read": 5, "total": 60}}
    question = {"path": str(tmp_path / "m"), "url": f"file://{tmp_path}/none", "access": access}

    async def ask():
        async with GitProcesses() as processes:
            await processes.do("update", **question)

    with pytest.raises(UpstreamNotFoundError):
        async_to_sync(ask)()


def test_a_process_that_ends_twice(monkeypatch):
    async def nothing(self, line):
        return b""

    async def ask():
        async with GitProcesses() as processes:
            await processes.do("zip", url=URL)

    monkeypatch.setattr(GitProcesses, "ask", nothing)
    with pytest.raises(BadModuleError, match=f"zip of {URL}: the process ended twice"):
        async_to_sync(ask)()
