"""Git repositories are imported as `go` would take them, on each way to reach them."""

from contextlib import contextmanager

import pytest
from pulp_glue.common.exceptions import PulpHTTPError

from functional_tests.githost import GitHost, Manners
from functional_tests.gitrepos import GitRepo
from functional_tests.gitworld import H1, MAIN, OLD, QUOTE, S3, WORDS, Direct, go_mod, make_world
from functional_tests.moduletree import make_module_zip
from functional_tests.sshhost import find_sshd, paramiko_host, sshd
from functional_tests.uploads import Uploader

TAGGED = [
    f"{QUOTE}@v0.1.0",
    f"{QUOTE}@v1.0.0",
    f"{S3}@v0.1.0",
    f"{QUOTE}/v2@v2.0.0",
    f"{QUOTE}/v3@v3.0.0",
]
TEAM = "corp.example/team"


@contextmanager
def as_files(root, _):
    """Give the URL of a directory, and no field."""
    yield f"file://{root}", {}


@contextmanager
def over_http(root, _):
    """Serve a directory to who has a token."""
    with GitHost(root) as host:
        host.manners = Manners(credentials="deploy:the token")
        yield host.url.rstrip("/"), {"username": "deploy", "password": "the token"}


@contextmanager
def over_paramiko(root, _):
    """Serve a directory to who has a key."""
    with paramiko_host() as host:
        yield f"{host.url}{root}", host.fields()


@contextmanager
def over_sshd(root, tmp_path):
    """Serve a directory by OpenSSH."""
    if (program := find_sshd()) is None:
        pytest.skip("no `sshd` on this machine: install openssh-server")
    with sshd(program, tmp_path / "sshd") as host:
        yield f"{host.url}{root}", host.fields()


@pytest.mark.case("C-18")
@pytest.mark.case("C-19")
@pytest.mark.parametrize("way", [as_files, over_http, over_paramiko, over_sshd])
def test_what_is_imported_is_what_go_makes_itself(pulp, go, repositories, tmp_path, way):
    make_world(repositories)
    with way(repositories, tmp_path) as (url, fields):
        fields |= {"path_prefix": "corp.example", "path_elements": 1, "includes": WORDS}
        repository = pulp.repository()
        task = pulp.sync(repository, pulp.git_remote(f"{url}/{{repository}}", **fields))
    assert task["state"] == "completed", task
    assert (task["result"]["added"], task["result"]["failed"]) == (len(H1), [])
    assert pulp.held(repository) == list(H1)
    through_pulp = go(pulp.distribution(repository=repository)).download(*H1)
    assert through_pulp == Direct(go("direct"), repositories).download(*H1) == H1


@pytest.mark.case("C-59")
def test_no_go_on_the_server_has_to_be_as_new_as_the_module(pulp, repositories):
    repo = GitRepo(repositories / "new.git")
    repo.commit(
        {"go.mod": "module corp.example/new\n\ngo 1.999\n\ntoolchain go1.999.1\n"}, "v1.0.0"
    )
    remote = pulp.git_remote(f"file://{repo.path}", path_prefix="corp.example/new")
    repository = pulp.repository()
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    assert (unit["go_version"], unit["toolchain"]) == ("1.999", "go1.999.1")


def test_origin_says_where_a_version_comes_from(pulp, git_host, repositories):
    world = make_world(repositories)
    remote = pulp.git_remote(
        f"{git_host.url}quote.git", path_prefix=QUOTE, includes=[f"{S3}@v0.1.0"]
    )
    repository = pulp.repository()
    pulp.sync(repository, remote)
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    assert unit["origin"] == {
        "VCS": "git",
        "URL": f"{git_host.url}quote.git",
        "Subdir": "storage/s3",
        "Hash": world[QUOTE].id("storage/s3/v0.1.0"),
        "Ref": "refs/tags/storage/s3/v0.1.0",
    }


def imported(pulp, url, **fields):
    """Return what a repository holds after it was synced from a git remote without a failure."""
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.git_remote(url, **fields))
    assert task["state"] == "completed" and task["result"]["failed"] == [], task
    return pulp.held(repository)


def test_every_go_mod_at_head_and_at_each_tag_is_discovered(pulp, repositories):
    world = make_world(repositories)
    world[QUOTE].commit({"storage/s3/go.mod": None, "storage/s3/s3.go": None})
    url = f"file://{repositories}/quote.git"
    assert imported(pulp, url, path_prefix=QUOTE, discover=True) == TAGGED


def test_a_root_without_go_mod_is_discovered_and_vendor_and_testdata_are_not(pulp, repositories):
    make_world(repositories)
    url = f"file://{repositories}/old.git"
    held = imported(pulp, url, path_prefix=OLD, discover=True)
    assert held == [f"{OLD}@v1.0.0", f"{OLD}@v2.0.0+incompatible"]


CHOICES = [
    ({"includes": [f"{QUOTE}/storage/*"]}, [f"{S3}@v0.1.0"]),
    ({"includes": [f"{QUOTE}/*"], "excludes": [S3]}, TAGGED[3:]),
    ({"excludes": [f"{QUOTE}@<v1.0.0", f"{QUOTE}/v3"]}, [TAGGED[1], TAGGED[2], TAGGED[3]]),
    ({"includes": [f"{QUOTE}@latest", f"{QUOTE}@v0"]}, TAGGED[:2]),
]


@pytest.mark.parametrize(("words", "held"), CHOICES)
def test_words_choose_among_what_was_discovered(pulp, repositories, words, held):
    make_world(repositories)
    url = f"file://{repositories}/quote.git"
    assert imported(pulp, url, path_prefix=QUOTE, discover=True, **words) == held


def make_tools(root):
    """Make a repository with modules in directories, whose paths have nothing to do with those."""
    repo = GitRepo(root / "tools.git")
    repo.commit(
        {
            "cmd/lint/go.mod": go_mod("corp.example/lint"),
            "cmd/lint/main.go": "package main\n",
            "cmd/format/go.mod": go_mod("corp.example/format/v2"),
            "cmd/format/main.go": "package main\n",
        },
        "cmd/lint/v1.2.3",
        "cmd/format/v2.0.0",
        "v9.9.9",
    )
    return repo


@pytest.mark.case("C-57")
def test_a_mapping_says_where_modules_lie_and_nobody_is_asked_for_that(
    pulp, git_host, repositories
):
    make_tools(repositories)
    modules = {"corp.example/lint": "cmd/lint", "corp.example/format/v2": "cmd/format"}
    held = imported(pulp, f"{git_host.url}tools.git", modules=modules)
    assert held == ["corp.example/format/v2@v2.0.0", "corp.example/lint@v1.2.3"]
    paths = {asked.path for asked in git_host.asked}
    assert paths == {"tools.git/info/refs", "tools.git/git-upload-pack"}


@pytest.mark.case("C-55")
def test_a_whole_organisation_is_one_remote_and_each_repository_is_cloned_once(
    pulp, git_host, repositories
):
    for name in ("a", "b"):
        repo = GitRepo(repositories / "team" / f"{name}.git")
        path = f"{TEAM}/{name}"
        repo.commit(
            {"go.mod": go_mod(path), "sub/go.mod": go_mod(f"{path}/sub")}, "v1.0.0", "sub/v1.1.0"
        )
    held = imported(
        pulp,
        f"{git_host.url}{{repository}}.git",
        path_prefix="corp.example",
        path_elements=2,
        includes=[f"{TEAM}/a", f"{TEAM}/a/sub@latest", f"{TEAM}/b/sub@v1.1.0"],
    )
    assert held == [f"{TEAM}/a@v1.0.0", f"{TEAM}/a/sub@v1.1.0", f"{TEAM}/b/sub@v1.1.0"]
    fetched = [asked.path for asked in git_host.asked if asked.what == "fetch"]
    assert sorted(fetched) == ["team/a.git/git-upload-pack", "team/b.git/git-upload-pack"]


@pytest.mark.parametrize("words", [[], ["corp.example/*"], ["corp.example/team/*@latest"]])
def test_an_organisation_of_which_nothing_is_named_is_400(pulp, git_host, words):
    url = f"{git_host.url}{{repository}}.git"
    remote = pulp.git_remote(url, path_prefix="corp.example", path_elements=2, includes=words)
    with pytest.raises(PulpHTTPError, match="includes without a wildcard") as refused:
        pulp.sync(pulp.repository(), remote)
    assert refused.value.status_code == 400
    assert git_host.asked == []


def test_modules_are_enough_for_an_organisation(pulp, git_host, repositories):
    GitRepo(repositories / "team" / "a.git").commit(
        {"in/go.mod": go_mod(f"{TEAM}/a/tool")}, "in/v1.0.0"
    )
    held = imported(
        pulp,
        f"{git_host.url}{{repository}}.git",
        path_prefix="corp.example",
        path_elements=2,
        modules={f"{TEAM}/a/tool": "in"},
    )
    assert held == [f"{TEAM}/a/tool@v1.0.0"]


@pytest.mark.case("C-55")
def test_a_sync_without_news_asks_for_one_list_and_makes_no_version(pulp, git_host, repositories):
    make_world(repositories)
    remote = pulp.git_remote(f"{git_host.url}quote.git", path_prefix=QUOTE, discover=True)
    repository = pulp.repository()
    first = pulp.sync(repository, remote)["result"]
    assert first["added"] == len(TAGGED)
    for _ in range(2):
        git_host.asked.clear()
        again = pulp.sync(repository, remote)
        assert (again["state"], again["result"]) == ("completed", first | {"added": 0})
        assert git_host.whats() == ["list"]
    assert pulp.number(repository) == 1


@pytest.mark.case("C-55")
def test_a_new_tag_brings_its_own_objects_and_no_others(pulp, git_host, repositories):
    world = make_world(repositories)
    remote = pulp.git_remote(f"{git_host.url}quote.git", path_prefix=QUOTE)
    repository = pulp.repository()
    pulp.sync(repository, remote)
    assert (git_host.whats().count("fetch"), git_host.objects()) == (1, world[QUOTE].count())
    git_host.asked.clear()
    world[QUOTE].commit({"quote.go": "package quote // again\n"}, "v1.1.0")
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    # A commit, its tree and a file.
    assert (git_host.whats().count("fetch"), git_host.objects()) == (1, 3)
    git_host.asked.clear()
    world[QUOTE].tag("v1.2.0", "v1.1.0")
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    assert git_host.objects() == 0
    assert pulp.held(repository)[-2:] == [f"{QUOTE}@v1.1.0", f"{QUOTE}@v1.2.0"]


def test_a_branch_that_moves_brings_another_version(pulp, repositories):
    world = make_world(repositories)
    url, words = f"file://{repositories}/quote.git", [f"{QUOTE}@main"]
    remote = pulp.git_remote(url, path_prefix=QUOTE, includes=words)
    repository = pulp.repository()
    pulp.sync(repository, remote)
    world[QUOTE].commit({"quote.go": "package quote // again\n"})
    pulp.sync(repository, remote)
    before, after = pulp.held(repository)
    assert before == f"{QUOTE}@{MAIN}"
    assert after == f"{QUOTE}@v1.0.1-0.20231114221326-{world[QUOTE].id('main')[:12]}"
    world[QUOTE].tag("v1.0.1")
    pulp.sync(repository, remote, mirror=True)
    assert pulp.held(repository) == [f"{QUOTE}@v1.0.1"]


def test_mirrored_imported_and_uploaded_versions_live_side_by_side(
    pulp, go, upstream, repositories, live_pulp
):
    make_world(repositories)
    upstream.tree.add("example.com/a", "v1.0.0")
    repository = pulp.synced(upstream, "example.com/a@v1.0.0")
    remote = pulp.git_remote(f"file://{repositories}/old.git", path_prefix=OLD)
    pulp.sync(repository, remote)
    uploader = Uploader(live_pulp, pulp)
    files = {"go.mod": go_mod("corp.example/up"), "up.go": "package up\n"}
    data = make_module_zip("corp.example/up", "v1.0.0", files)
    assert uploader.finish(data, repository=repository.pulp_href)["state"] == "completed"
    names = ["corp.example/up@v1.0.0", "example.com/a@v1.0.0"]
    old = [f"{OLD}@v1.0.0", f"{OLD}@v2.0.0+incompatible"]
    assert pulp.held(repository) == [*old, *names]
    downloaded = go(pulp.distribution(repository=repository)).download(*old, *names)
    assert downloaded.keys() == {*old, *names}
    assert pulp.sync(repository, remote, mirror=True)["result"]["removed"] == 2
    assert pulp.held(repository) == old


def test_what_was_there_first_stays(pulp, repositories, live_pulp):
    make_world(repositories)
    uploader, repository = Uploader(live_pulp, pulp), pulp.repository()
    first = make_module_zip(OLD, "v1.0.0", {"old.go": "package other\n"})
    second = make_module_zip(OLD, "v2.0.0+incompatible", {"old.go": "package other\n"})
    uploader.finish(first, repository=repository.pulp_href)
    remote = pulp.git_remote(f"file://{repositories}/old.git", path_prefix=OLD)
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    task = uploader.finish(second, repository=repository.pulp_href)
    assert task["state"] == "failed" and "GO0007" in task["error"]["description"]
    held = pulp.module_versions(repository_version=pulp.latest(repository))
    assert [unit["origin"] and unit["origin"]["Ref"] for unit in held] == [None, "refs/tags/v2.0.0"]
