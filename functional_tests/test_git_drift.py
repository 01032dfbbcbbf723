"""Tags that move or go, and what cannot be a module version: the rest is not held up."""

import pytest

from functional_tests.contentclient import fetch
from functional_tests.gitrepos import GitRepo
from functional_tests.gitworld import go_mod
from functional_tests.moduletree import file_path
from functional_tests.workspace import report_of

MODULE = "corp.example/mod"
CODE = {"go.mod": go_mod(MODULE), "mod.go": "package mod\n"}
NOTHING = {
    "added": 0,
    "removed": 0,
    "failed": [],
    "failed_count": 0,
    "toolchains": [],
    "drifted": [],
}


@pytest.fixture
def repo(repositories):
    """A repository with two versions of a module."""
    made = GitRepo(repositories / "mod.git")
    made.commit(CODE, "v1.0.0")
    made.commit({"mod.go": "package mod\n\nconst One = 1\n"}, "v1.1.0")
    return made


def remote_of(pulp, repo, *includes, **fields):
    """Return a remote for a repository that is a file."""
    url = f"file://{repo.path}"
    return pulp.git_remote(url, path_prefix=MODULE, includes=list(includes), **fields)


@pytest.mark.case("C-58")
@pytest.mark.parametrize("mirror", [False, True])
def test_a_moved_tag_keeps_the_bytes_first_seen_and_is_told(pulp, go, repo, mirror):
    repository, remote = pulp.repository(), remote_of(pulp, repo)
    pulp.sync(repository, remote)
    base = pulp.distribution(repository=repository)
    first = go(base).download(f"{MODULE}@v1.0.0")
    held = repo.id("v1.0.0")
    seen = repo.commit({"mod.go": "package mod\n\nconst Forced = true\n"}, "v1.0.0")
    drifted = {"drifted": [[MODULE, "v1.0.0", held, seen]]}
    # It is told as long as it is so, and found once.
    for _ in range(2):
        task = pulp.sync(repository, remote, mirror=mirror)
        assert (task["state"], task["result"]) == ("completed", NOTHING | drifted)
    assert pulp.number(repository) == 1
    assert go(base).download(f"{MODULE}@v1.0.0") == first
    (finding,) = pulp.findings(repository)
    told = {name: finding[name] for name in ("kind", "module", "version", "held", "seen")}
    assert told == {
        "kind": "drift",
        "module": MODULE,
        "version": "v1.0.0",
        "held": {"commit": held},
        "seen": {"commit": seen},
    }
    # It goes back to where it was: there is nothing to tell any more.
    repo.tag("v1.0.0", held)
    assert pulp.sync(repository, remote)["result"] == NOTHING
    again = repo.commit({"mod.go": "package mod\n\nconst Forced = 2\n"}, "v1.0.0")
    pulp.sync(repository, remote)
    assert [row["seen"]["commit"] for row in pulp.findings(repository)] == [again, seen]


def test_a_deleted_tag_stays_and_a_mirror_lets_it_go(pulp, repo):
    repository, remote = pulp.repository(), remote_of(pulp, repo)
    pulp.sync(repository, remote)
    base = pulp.distribution(repository=repository)
    repo.remove("refs/tags/v1.0.0")
    assert pulp.sync(repository, remote)["result"] == NOTHING
    assert pulp.held(repository) == [f"{MODULE}@v1.0.0", f"{MODULE}@v1.1.0"]
    assert fetch(base + file_path(MODULE, "v1.0.0", "zip")).status == 200
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert result == NOTHING | {"removed": 1}
    assert pulp.held(repository) == [f"{MODULE}@v1.1.0"]
    assert fetch(base + file_path(MODULE, "v1.0.0", "zip")).status == 404


def test_a_repository_without_any_ref_left_loses_all_in_a_mirror(pulp, repo):
    repository, remote = pulp.repository(), remote_of(pulp, repo)
    pulp.sync(repository, remote)
    for ref in ("refs/tags/v1.0.0", "refs/tags/v1.1.0", "refs/heads/main"):
        repo.remove(ref)
    pulp.sync(repository, remote)
    assert pulp.held(repository) == [f"{MODULE}@v1.0.0", f"{MODULE}@v1.1.0"]
    assert pulp.sync(repository, remote, mirror=True)["result"] == NOTHING | {"removed": 2}
    assert pulp.held(repository) == []


UNCLOSED = go_mod(MODULE) + "require (\n"
LONG = "// {}\n".format("a" * (16 << 20))
# What is committed for v1.2.0, the code and a part of the reason; `go` does not make it either.
BROKEN = [
    pytest.param(
        {"Font.svg": "a", "font.svg": "b"},
        "GO0005",
        "case-insensitive file name collision",
        marks=pytest.mark.case("C-20"),
        id="twins",
    ),
    pytest.param(
        {"it's.go": "package mod\n"},
        "GO0005",
        "it's.go: ",
        marks=pytest.mark.case("C-21"),
        id="quote",
    ),
    pytest.param({"a/CON.go": "package a\n"}, "GO0005", "on Windows", id="device"),
    pytest.param({"go.mod": UNCLOSED}, "GO0005", "unterminated block", id="open"),
    pytest.param({"go.mod": "\0\n"}, "GO0002", "go.mod is missing module path", id="binary"),
    pytest.param({"go.mod": go_mod(MODULE) + LONG}, "GO0005", "go.mod: too large", id="large"),
]


@pytest.mark.parametrize(("files", "code", "reason"), BROKEN)
def test_what_cannot_be_made_is_skipped_with_its_reason(pulp, repo, files, code, reason):
    repo.commit(files, "v1.2.0")
    repo.commit({**dict.fromkeys(files), **CODE}, "v1.3.0")
    repository, remote = pulp.repository(), remote_of(pulp, repo)
    result = pulp.sync(repository, remote)["result"]
    ((module, version, its_code, its_reason),) = result["failed"]
    assert (module, version, its_code) == (MODULE, "v1.2.0", code)
    assert reason in its_reason
    assert (result["added"], result["failed_count"]) == (3, 1)
    held = [f"{MODULE}@{version}" for version in ("v1.0.0", "v1.1.0", "v1.3.0")]
    assert pulp.held(repository) == held
    # It is told again, and nothing is done for that; `strict` says it as a failure.
    again = pulp.sync(repository, remote)["result"]
    assert (again["added"], again["failed"]) == (0, result["failed"])
    task = pulp.sync(repository, remote, strict=True)
    assert (task["state"], report_of(task)["failed"]) == ("failed", result["failed"])


TIP, TAGGED = "07a0dc3a5b57", "28867c1d2921"
WRONG = {
    f"v1.1.1-0.20200101000000-{TIP}": "does not match version-control timestamp",
    f"v1.1.1-0.20231114221322-{TAGGED}": "tag (v1.1.0) found on revision",
    f"v1.1.1-0.20231114221323-{'0' * 12}": "unknown revision",
    f"v1.9.1-0.20231114221323-{TIP}": "preceding tag (v1.9.0) not found",
}


@pytest.mark.case("C-22")
def test_a_pseudo_version_that_is_not_that_of_its_commit_is_refused(pulp, repo):
    repo.commit({"mod.go": "package mod\n\nconst Two = 2\n"})
    good = f"{MODULE}@v1.1.1-0.20231114221323-{TIP}"
    words = [good, *(f"{MODULE}@{version}" for version in WRONG)]
    repository = pulp.repository()
    failed = pulp.sync(repository, remote_of(pulp, repo, *words))["result"]["failed"]
    assert pulp.held(repository) == [good]
    assert [version for _, version, *_ in failed] == list(WRONG)
    assert all(reason in row[3] for row, reason in zip(failed, WRONG.values(), strict=True)), failed


@pytest.mark.case("C-60")
def test_a_go_mod_that_declares_another_path_is_imported_and_go_names_both(pulp, go, repositories):
    repo = GitRepo(repositories / "vanity.git")
    repo.commit(
        {"sub/go.mod": go_mod("go.corp.example/sub"), "sub/sub.go": "package sub\n"}, "sub/v1.0.0"
    )
    remote = pulp.git_remote(
        f"file://{repo.path}",
        path_prefix="corp.example/vanity",
        includes=["corp.example/vanity/sub"],
    )
    repository = pulp.repository()
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    assert (unit["module"], unit["declares"]) == ("corp.example/vanity/sub", "go.corp.example/sub")
    user = go(pulp.distribution(repository=repository))
    user.write(go_mod=go_mod("example.com/main"))
    said = user.fail("get", "corp.example/vanity/sub")
    assert "go.corp.example/sub" in said and "corp.example/vanity/sub" in said
