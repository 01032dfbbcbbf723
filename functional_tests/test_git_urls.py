"""Which URLs a remote of git repositories may have, and the templates that make them."""

import os

import pytest
from pulp_glue.common.exceptions import PulpHTTPError

from functional_tests.gitrepos import GitRepo
from functional_tests.gitworld import go_mod
from functional_tests.workspace import report_of

SECRET = "s3cret-t0ken"
USER = "a user name or password has no place in the URL"
REFUSED = [
    ("git://git.example/team/mod.git", "git:// is neither encrypted nor authenticated"),
    ("ext::sh -c id", "a space or an unprintable character"),
    ("ext::sh", "neither a URL with a scheme nor user@host:path"),
    ("fd::17", "neither a URL with a scheme nor user@host:path"),
    ("ftp://git.example/team/mod.git", "the scheme is none of https, http, ssh and file"),
    ("https+ext://git.example/mod.git", "the scheme is none of https, http, ssh and file"),
    ("/srv/git/mod.git", "neither a URL with a scheme nor user@host:path"),
    ("../mod.git", "neither a URL with a scheme nor user@host:path"),
    (f"https://{SECRET}@git.example/mod.git", USER),
    (f"https://deploy:{SECRET}@git.example/mod.git", USER),
    (f"http://{SECRET}@git.example/mod.git", USER),
    (f"https://git.example/mod.git?token={SECRET}", "has a query or a fragment"),
    (f"https://git.example/mod.git#{SECRET}", "has a query or a fragment"),
    (f"ssh://git:{SECRET}@git.example/mod.git", "a password has no place in the URL"),
    ("ssh://-oProxyCommand=id/mod.git", "the host begins with '-'"),
    ("git@-oProxyCommand=id:mod.git", "the host begins with '-'"),
    ("git@git.example:-mod.git", "the path begins with '-'"),
    ("https://git.example/../mod.git", "has '.' or '..' as an element"),
    ("https://git.example/%2e%2e/mod.git", "has '.' or '..' as an element"),
    ("https://git.example/mod\n.git", "a space or an unprintable character"),
    ("https://git.example/mod\u202e.git", "a space or an unprintable character"),
    ("https://git.example:٢٢/mod.git", "malformed port"),
    ("https://git.example", "names no repository"),
    ("file://elsewhere.example/srv/mod.git", "a file is on no other host"),
    ("file:///etc", "the path is not below one of ALLOWED_IMPORT_PATHS"),
    ("file:///srv/../etc/mod.git", "has '.' or '..' as an element"),
]


def refusal(make, *arguments, **fields):
    """Return what the API says of a request that it refuses with status 400."""
    with pytest.raises(PulpHTTPError) as refused:
        make(*arguments, **fields)
    assert refused.value.status_code == 400
    return str(refused.value)


def test_a_url_that_an_import_may_not_use_is_400_and_no_secret_is_repeated(pulp):
    for url, reason in REFUSED:
        said = refusal(pulp.git_remote, url, path_prefix="corp.example/mod")
        assert reason in said, url
        assert SECRET not in said


def test_an_update_is_checked_as_well(pulp):
    remote = pulp.git_remote("https://git.example/mod.git", path_prefix="corp.example/mod")
    for url, reason in REFUSED[::5]:
        said = refusal(remote.update, body={"url": url})
        assert reason in said and SECRET not in said
    assert remote.show()["url"] == "https://git.example/mod.git"


TAKEN = [
    "https://git.example/team/mod.git",
    "http://127.0.0.1:8080/mod",
    "ssh://git@git.example:2222/team/mod.git",
    "ssh://git.example/~/mod.git",
    "git@git.example:team/mod.git",
    "https://[::1]/mod.git",
]


def test_a_url_that_an_import_may_use_is_shown_as_it_was_given(pulp):
    for url in TAKEN:
        assert pulp.git_remote(url, path_prefix="corp.example/mod").entity["url"] == url


@pytest.fixture
def outside(repositories, tmp_path):
    """A repository outside of ALLOWED_IMPORT_PATHS."""
    repo = GitRepo(tmp_path / "outside.git")
    repo.commit({"go.mod": go_mod("corp.example/out")}, "v1.0.0")
    return repo


def test_a_file_has_to_lie_below_a_path_that_is_allowed(pulp, repositories, outside):
    beside = repositories.parent.with_name(repositories.parent.name + "-beside")
    (repositories / "out.git").symlink_to(outside.path)
    paths = [outside.path, beside / "mod.git", repositories.parent.parent, repositories / "out.git"]
    for path in paths:
        said = refusal(pulp.git_remote, f"file://{path}", path_prefix="corp.example/out")
        assert "ALLOWED_IMPORT_PATHS" in said, path
        assert str(path.resolve()) not in said
    for spelling in (f"file://localhost{repositories}/a.git", f"file://{repositories}/%61.git"):
        pulp.git_remote(spelling, path_prefix="corp.example/a")


def test_a_link_that_leads_out_later_is_not_followed_by_the_sync(pulp, repositories, outside):
    repo = GitRepo(repositories / "out.git")
    repo.commit({"go.mod": go_mod("corp.example/out")}, "v0.1.0")
    remote = pulp.git_remote(f"file://{repo.path}", path_prefix="corp.example/out")
    os.rename(repo.path, repositories / "moved.git")
    repo.path.symlink_to(outside.path)
    repository = pulp.repository()
    task = pulp.sync(repository, remote)
    assert task["state"] == "failed"
    assert "ALLOWED_IMPORT_PATHS" in task["error"]["description"]
    assert pulp.held(repository) == []


def test_each_url_that_comes_out_of_a_template_is_checked_again(pulp, repositories, outside):
    (repositories / "out").symlink_to(outside.path)
    GitRepo(repositories / "in").commit({"go.mod": go_mod("corp.example/in")}, "v1.0.0")
    url = f"file://{repositories}/{{repository}}"
    fields = {"path_prefix": "corp.example", "path_elements": 1}
    words = ["corp.example/in", "corp.example/out"]
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.git_remote(url, includes=words, **fields))
    assert report_of(task)["failed_count"] == 1, task
    ((module, _, code, reason),) = report_of(task)["failed"]
    assert (module, code) == ("corp.example/out", "GO0001")
    assert "ALLOWED_IMPORT_PATHS" in reason
    assert pulp.held(repository) == ["corp.example/in@v1.0.0"]


CONTRADICTIONS = [
    ("https://git.example/{repository}", {"path_prefix": "corp.example"}, "path_elements"),
    ("https://git.example/a", {"path_prefix": "a.example", "path_elements": 1}, "path_elements"),
    ("https://git.example/{repository}", {"path_elements": 1}, "path_prefix"),
    ("https://git.example/a", {}, "path_prefix"),
    ("https://git.example/a", {"discover": True}, "path_prefix"),
    ("https://git.example/a", {"modules": {"corp.example/a": "../a"}}, "modules"),
    ("https://git.example/a", {"modules": {"no path": "a"}}, "modules"),
    ("https://git.example/a", {"path_prefix": "corp.example/٢"}, "path_prefix"),
    ("https://git.example/a", {"path_prefix": "a.example", "includes": ["a.example@"]}, "includes"),
]


def test_fields_that_contradict_each_other_are_400_by_name(pulp):
    for url, fields, name in CONTRADICTIONS:
        assert f'"{name}"' in refusal(pulp.git_remote, url, **fields), fields
