"""Where a repository is by the word of the host of a module path."""

import pytest
from asgiref.sync import async_to_sync

from pulp_go.app import gitdiscovery
from pulp_go.app.exceptions import BadReplyError, SelectionInvalidError
from pulp_go.app.gitdiscovery import Discovery
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.gomod.reporoots import RepoRoot

GIT = "https://git.example/mono"
# A remote finds out in which domain it is.
pytestmark = pytest.mark.usefixtures("db")


def meta(prefix="corp.example/mono", vcs="git", repo=GIT, subdir=""):
    return f'<meta name="go-import" content="{prefix} {vcs} {repo} {subdir}">'.encode()


def find(module, pages, monkeypatch):
    """Return what a discovery finds, and the pages that it asked for."""
    asked = []

    async def page(self, url, limit):
        asked.append(url)
        return pages.get(url.removeprefix("https://").removesuffix("?go-get=1"), (404, b"none"))

    remote = GoGitRemote(name="r", url="https://corp.example")

    async def call():
        async with Discovery(remote) as discovery:
            return await discovery.find(module)

    monkeypatch.setattr(gitdiscovery.Upstream, "page", page)
    return async_to_sync(call)(), asked


FOUND = [
    ("corp.example/mono", {"corp.example/mono": (200, meta())}, "corp.example/mono", ""),
    ("corp.example/mono", {"corp.example/mono": (404, meta())}, "corp.example/mono", ""),
    (
        "corp.example/mono/a/v2",
        {"corp.example/mono/a/v2": (200, meta()), "corp.example/mono": (200, meta())},
        "corp.example/mono",
        "",
    ),
    (
        "corp.example/mono",
        {"corp.example/mono": (200, meta(subdir="go"))},
        "corp.example/mono",
        "go",
    ),
]


@pytest.mark.parametrize(("module", "pages", "root", "subdir"), FOUND)
def test_a_page_says_it(module, pages, root, subdir, monkeypatch):
    place, asked = find(module, pages, monkeypatch)
    assert place == RepoRoot(GIT, root, subdir)
    assert asked == [f"https://{path}?go-get=1" for path in pages]


@pytest.mark.parametrize(
    ("module", "repo", "root"),
    [
        ("github.com/o/r/sub/v2", "https://github.com/o/r", "github.com/o/r"),
        ("host.example/x.git/sub", "https://host.example/x", "host.example/x.git"),
    ],
)
def test_a_path_that_says_it_is_asked_for_nothing(module, repo, root, monkeypatch):
    assert find(module, {}, monkeypatch) == (RepoRoot(repo, root), [])


OTHER = meta(repo="https://evil.example/x")
FAULTS = [
    ({}, BadReplyError, "404: no go-import meta tags"),
    ({"corp.example/mono/a": (200, b"<p>")}, BadReplyError, "200: no go-import meta tags"),
    ({"corp.example/mono/a": (200, meta("other.example"))}, BadReplyError, "did not match"),
    (
        {"corp.example/mono/a": (200, meta()), "corp.example/mono": (200, OTHER)},
        BadReplyError,
        "disagree about go-import",
    ),
    (
        {"corp.example/mono/a": (200, meta("corp.example/mono/a", "hg"))},
        SelectionInvalidError,
        "hg",
    ),
    (
        {"corp.example/mono/a": (200, meta("corp.example/mono/a", "mod"))},
        SelectionInvalidError,
        "mod",
    ),
    (
        {"corp.example/mono/a": (200, meta("corp.example/mono/a", repo="file:///etc"))},
        BadReplyError,
        "file scheme disallowed",
    ),
    (
        {"corp.example/mono/a": (200, meta("corp.example/mono/a", repo="http://127.0.0.1/x"))},
        SelectionInvalidError,
        "leads back to this Pulp",
    ),
]


@pytest.mark.case("C-9")
@pytest.mark.case("C-60")
@pytest.mark.parametrize(("pages", "kind", "reason"), FAULTS)
def test_what_is_not_followed(pages, kind, reason, monkeypatch):
    with pytest.raises(kind, match=reason):
        find("corp.example/mono/a", pages, monkeypatch)


def test_a_host_that_is_this_pulp_is_not_asked(monkeypatch):
    monkeypatch.setattr(gitdiscovery.settings, "CONTENT_ORIGIN", "https://corp.example")
    with pytest.raises(SelectionInvalidError, match="leads back"):
        find("corp.example/mono", {}, monkeypatch)


def test_known_hosts_have_no_other_systems(monkeypatch):
    with pytest.raises(SelectionInvalidError, match="no git repository"):
        find("host.example/x.svn", {}, monkeypatch)
    with pytest.raises(BadReplyError, match="invalid github.com import path"):
        find("github.com/o", {}, monkeypatch)
