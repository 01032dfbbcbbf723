"""The ways of a user who types `pulp go`, by the real `pulp`."""

import json
import random

import pytest

from functional_tests.moduletree import make_module_zip
from functional_tests.pulpcli import PulpCli

QUOTE, SAMPLER = "example.com/quote", "example.com/sampler"


@pytest.fixture(scope="session")
def cli_cache(tmp_path_factory):
    """Where `pulp` keeps the API's document."""
    return tmp_path_factory.mktemp("pulp-cache")


@pytest.fixture
def cli(tmp_path, live_pulp, pulp, cli_cache):
    """`pulp` as the administrator, in the test's own domain."""
    command = PulpCli(tmp_path, live_pulp, pulp.context.pulp_domain, cli_cache)
    yield command
    if live_pulp.goes_on:
        command.clean()


@pytest.fixture
def world(upstream):
    """An upstream with three module versions."""
    for name in (f"{QUOTE}@v1.0.0", f"{QUOTE}@v1.10.0", f"{SAMPLER}@v1.3.0"):
        upstream.tree.add(*name.split("@"))
    return upstream


@pytest.fixture
def mirror(cli, world):
    """A remote `up` and a repository `r` that takes what it selects."""
    cli.go(
        "remote", "create", "--name", "up", "--url", world.url, "--include", QUOTE, "--sumdb", "off"
    )
    cli.go("repository", "create", "--name", "r", "--remote", "up")
    return cli


def names(units):
    """Return `path@version` of each module version."""
    return [f"{unit['module']}@{unit['version']}" for unit in units]


def listed(cli, *filters):
    """Return the names of what `content list` prints."""
    return names(cli.go("content", "list", *filters))


def test_mirror_and_serve(mirror, go):
    plan = mirror.go("repository", "sync", "--repository", "r", "--dry-run")
    assert plan["comes_count"] == 2 and plan["dry_run"] is True
    assert listed(mirror) == []
    result = mirror.go("repository", "sync", "--repository", "r", "--strict")
    assert (result["added"], result["failed_count"]) == (2, 0)
    made = mirror.go(
        "distribution", "create", "--name", "d", "--base-path", "d", "--repository", "r"
    )
    assert listed(mirror, "--repository", "r") == [f"{QUOTE}@v1.0.0", f"{QUOTE}@v1.10.0"]
    versions = go(made["base_url"]).run("list", "-m", "-versions", QUOTE)
    assert versions.split() == [QUOTE, "v1.0.0", "v1.10.0"]
    mirror.go("distribution", "update", "--name", "d", "--version", "0")
    assert mirror.go("distribution", "show", "--name", "d")["repository"] is None
    mirror.go("distribution", "update", "--name", "d", "--repository", "r")
    assert mirror.go("distribution", "show", "--name", "d")["repository_version"] is None
    mirror.go("distribution", "update", "--name", "d", "--sumdb", "held")
    assert mirror.go("distribution", "show", "--name", "d")["sumdb"] == "held"
    mirror.go("distribution", "update", "--name", "d", "--sumdb", "")
    assert mirror.go("distribution", "show", "--name", "d")["sumdb"] is None


def test_a_remote_from_files(cli, world, tmp_path):
    (tmp_path / "go.mod").write_text(
        f"module example.com/main\n\ngo 1.21\n\nrequire {QUOTE} v1.0.0\n"
    )
    (tmp_path / "go.sum").write_text("")
    made = cli.go(
        "remote", "create", "--name", "up", "--url", world.url, "--sumdb", "off",
        "--go-mod", "go.mod", "--go-sum", "go.sum", "--exclude", "example.com/bad/*",
        "--username", "u", "--password", "a secret", "--header", "X-Token:another secret",
        "--max-retries", "1", "--total-timeout", "9.5",
    )  # fmt: skip
    assert made["go_mods"] == [(tmp_path / "go.mod").read_text()]
    assert (made["excludes"], made["max_retries"], made["total_timeout"]) == (
        ["example.com/bad/*"],
        1,
        9.5,
    )
    cli.go("remote", "update", "--name", "up", "--exclude", "", "--max-retries", "")
    changed = cli.go("remote", "show", "--name", "up")
    assert (changed["excludes"], changed["max_retries"]) == ([], None)
    assert changed["go_mods"] == made["go_mods"]
    cli.go("repository", "create", "--name", "r")
    result = cli.go("repository", "sync", "--repository", "r", "--remote", "up")
    assert (result["added"], result["failed_count"]) == (1, 0)


def test_no_secret_is_said(cli, world):
    said = cli.run(
        "go", "remote", "create", "--name", "up", "--url", world.url,
        "--username", "u", "--password", "a-secret", "--header", "X-Token:another-secret",
    )  # fmt: skip
    assert said.code == 0 and "a-secret" not in said.out + said.err
    assert "another-secret" not in said.err


def test_modify_and_versions(mirror):
    mirror.go("repository", "sync", "--repository", "r")
    old = f"{QUOTE}@v1.0.0"
    version = mirror.go("repository", "modify", "--repository", "r", "--remove", old)
    assert version["number"] == 2
    assert listed(mirror, "--repository", "r") == [f"{QUOTE}@v1.10.0"]
    assert listed(mirror, "--repository", "r", "--repository-version", "1", "--version", "v1.0.0") \
        == [old]  # fmt: skip
    assert listed(mirror, "--repository", "r", "--repository-version-removed", "2") == [old]
    mirror.go("repository", "modify", "--repository", "r", "--add", old)
    versions = mirror.go("repository", "version", "list", "--repository", "r")
    assert [version["number"] for version in versions] == [3, 2, 1, 0]
    shown = mirror.go("repository", "version", "show", "--repository", "r", "--version", "1")
    assert shown["content_summary"]["present"]["go.module"]["count"] == 2
    mirror.go("repository", "version", "repair", "--repository", "r")
    mirror.go("repository", "version", "destroy", "--repository", "r", "--version", "2")
    versions = mirror.go("repository", "version", "list", "--repository", "r")
    assert [version["number"] for version in versions] == [3, 1, 0]
    tasks = mirror.go("repository", "task", "list", "--repository", "r", "--name-contains", "sync")
    assert [task["state"] for task in tasks] == ["completed"]
    error = mirror.refused(
        "repository", "modify", "--repository", "r", "--remove", f"{QUOTE}@v7.0.0"
    )
    assert "Could not find module version" in error
    unit = mirror.go("content", "show", "--module", QUOTE, "--version", "v1.0.0")
    assert names([unit]) == [old]
    mirror.go("repository", "modify", "--repository", "r", "--remove", "*")
    assert listed(mirror, "--repository", "r") == []


def test_labels_lists_and_destruction(mirror):
    mirror.go("distribution", "create", "--name", "d", "--base-path", "d", "--repository", "r")
    mirror.go("remote", "label", "set", "--remote", "up", "--key", "team", "--value", "a")
    assert mirror.text("remote", "label", "show", "--name", "up", "--key", "team") == "a\n"
    (found,) = mirror.go("remote", "list", "--label-select", "team=a")
    assert found["name"] == "up"
    mirror.go("remote", "label", "unset", "--remote", "up", "--key", "team")
    assert mirror.go("remote", "role", "list", "--name", "up").keys() == {"roles"}
    for noun, name in (("distribution", "d"), ("repository", "r"), ("remote", "up")):
        mirror.go(noun, "label", "set", f"--{noun}", name, "--key", "team", "--value", "b")
        assert [each["name"] for each in mirror.go(noun, "list")] == [name]
        mirror.go(noun, "destroy", "--name", name)
        assert mirror.go(noun, "list") == []


def test_remotes_of_git_repositories(cli, tmp_path):
    (tmp_path / "deploy_key").write_text("a-secret\n")
    (tmp_path / "hosts").write_text("git.example ssh-ed25519 AAAA\n")
    said = cli.run(
        "go", "remote", "--type", "git", "create", "--name", "mono",
        "--url", "git@git.example:team/mono.git", "--path-prefix", "corp.example/mono",
        "--discover", "--include", "corp.example/mono@main", "--exclude", "corp.example/mono/old/*",
        "--module", "corp.example/tool=tools/tool", "--module", "corp.example/lint/v2=",
        "--private-key", "@deploy_key", "--known-hosts", "@hosts", "--max-retries", "1",
    )  # fmt: skip
    assert said.code == 0 and "a-secret" not in said.out + said.err
    made = json.loads(said.out)
    assert made["modules"] == {"corp.example/tool": "tools/tool", "corp.example/lint/v2": ""}
    assert made["known_hosts"] == "git.example ssh-ed25519 AAAA\n"
    assert {"name": "private_key", "is_set": True} in made["hidden_fields"]
    cli.go(
        "remote", "-t", "git", "update", "--name", "mono", "--module", "", "--include", "",
        "--private-key", "", "--known-hosts", "", "--max-retries", "",
    )  # fmt: skip
    shown = cli.go("remote", "-t", "git", "show", "--remote", "mono")
    assert {"name": "private_key", "is_set": False} in shown["hidden_fields"]
    assert (shown["modules"], shown["includes"], shown["known_hosts"]) == ({}, [], "")
    assert (shown["max_retries"], shown["discover"]) == (None, True)
    assert [each["name"] for each in cli.go("remote", "--type", "git", "list")] == ["mono"]
    assert cli.go("remote", "list") == []
    repository = cli.go("repository", "create", "--name", "r", "--remote", "git:mono")
    assert repository["remote"] == made["pulp_href"]
    assert "Could not find Go remote" in cli.refused(
        "repository", "sync", "--repository", "r", "--remote", "mono"
    )
    cli.go("repository", "update", "--name", "r", "--remote", made["pulp_href"])
    cli.go(
        "remote", "-t", "git", "label", "set", "--remote", "mono", "--key", "team", "--value", "a"
    )
    (found,) = cli.go("remote", "-t", "git", "list", "--label-select", "team=a")
    assert found["name"] == "mono"
    assert cli.go("remote", "-t", "git", "role", "list", "--name", "mono").keys() == {"roles"}
    cli.go("remote", "-t", "git", "destroy", "--name", "mono")
    assert cli.go("remote", "-t", "git", "list") == []


def test_a_failure_is_told(mirror, world):
    world.tree.remove(f"{QUOTE}/@v/v1.0.0.zip")
    said = mirror.run("go", "repository", "sync", "--repository", "r")
    assert said.code == 0 and "1 could not be had" in said.err
    assert [row[:2] for row in json.loads(said.out)["failed"]] == [[QUOTE, "v1.0.0"]]
    assert "GO0008" in mirror.refused("repository", "sync", "--repository", "r", "--strict")


GIT = ("remote", "--type", "git", "create", "--name", "x")
REFUSED = [
    ("remote", "create", "--name", "x", "--url", "ftp://x"),
    ("remote", "create", "--name", "x", "--url", "http://x", "--include", "rsc.io/quote@bad word"),
    ("remote", "create", "--name", "x", "--url", "http://x", "--go-sum", "not-there"),
    ("remote", "create", "--name", "x", "--url", "http://x", "--header", "no colon"),
    (*GIT, "--url", "git://git.example/x", "--path-prefix", "corp.example"),
    (*GIT, "--url", "https://u:secret@git.example/x", "--path-prefix", "corp.example"),
    (*GIT, "--url", "https://git.example/{repository}", "--path-prefix", "corp.example"),
    (*GIT, "--url", "https://git.example/x"),
    (*GIT, "--url", "https://git.example/x", "--module", "corp.example"),
    (*GIT, "--url", "https://git.example/x", "--module", "corp.example/x=../x"),
    (*GIT, "--url", "https://git.example/x", "--path-prefix", "x", "--private-key", "not-there"),
    ("repository", "sync", "--repository", "not-there"),
    ("repository", "modify", "--repository", "r", "--add", "no version"),
    ("distribution", "create", "--name", "x", "--base-path", "x", "--version", "1"),
    ("content", "show", "--module", "not/there"),
    ("setup", "not-there"),
]


def test_what_makes_no_sense_is_refused(cli):
    cli.go("repository", "create", "--name", "r")
    for command in REFUSED:
        said = cli.refused(*command)
        assert "Error: " in said and "secret" not in said


def test_setup_prints_what_go_takes(mirror):
    mirror.go("repository", "sync", "--repository", "r")
    made = mirror.go(
        "distribution", "create", "--name", "d", "--base-path", "d", "--repository", "r"
    )
    text = mirror.text("setup", "d", "--private", "example.com")
    assert text.splitlines() == [
        f"go env -w GOPROXY={made['base_url']}",
        "go env -w GONOPROXY=none",
        "go env -w GONOSUMDB=example.com",
    ]


@pytest.fixture
def source(tmp_path):
    """The sources of a module."""
    directory = tmp_path / "source"
    directory.mkdir()
    (directory / "go.mod").write_text("module example.com/mine\n\ngo 1.21\n")
    (directory / "mine.go").write_text("package mine\n\nconst Text = `hello`\n")
    return directory


@pytest.fixture
def team(cli):
    """A repository `team`, and the GOPROXY that serves it."""
    cli.go("repository", "create", "--name", "team")
    return cli.go(
        "distribution", "create", "--name", "team", "--base-path", "team", "--repository", "team"
    )["base_url"]


def test_publish_and_download(cli, source, team, go):
    here = ["publish", source, "--version", "v1.2.3", "--repository", "team"]
    plan = cli.go(*here, "--dry-run")
    assert plan["files"] == ["go.mod", "mine.go"] and listed(cli) == []
    unit = cli.go(*here, "--time", "2026-01-02T03:04:05Z", "--labels", '{"by": "me"}')
    assert names([unit]) == ["example.com/mine@v1.2.3"]
    assert (unit["h1"], unit["pulp_labels"]) == (plan["h1"], {"by": "me"})
    assert unit["time"].startswith("2026-01-02T03:04:05")
    downloaded = go(team).download("example.com/mine@v1.2.3")
    assert downloaded == {"example.com/mine@v1.2.3": plan["h1"]}
    assert cli.go(*here)["pulp_href"] == unit["pulp_href"]
    (source / "mine.go").write_text("package mine\n")
    assert "GO0007" in cli.refused(*here)
    assert listed(cli, "--repository", "team") == ["example.com/mine@v1.2.3"]
    cli.go(
        "content", "label", "set", "--module", "example.com/mine", "--version", "v1.2.3",
        "--key", "by", "--value", "you",
    )  # fmt: skip
    assert listed(cli, "--label-select", "by=you") == ["example.com/mine@v1.2.3"]


def test_publish_in_chunks(cli, source, team, go):
    (source / "noise").write_bytes(random.Random(1).randbytes(300_000))
    unit = cli.go(
        "publish", source, "--version", "v1.0.0", "--repository", "team", "--chunk-size", "100KB"
    )
    assert go(team).download("example.com/mine@v1.0.0") == {"example.com/mine@v1.0.0": unit["h1"]}


def test_upload_a_zip(cli, tmp_path):
    zip = make_module_zip(SAMPLER, "v1.3.0", {"go.mod": f"module {SAMPLER}\n"})
    (tmp_path / "sampler.zip").write_bytes(zip)
    unit = cli.go("content", "upload", "--file", "sampler.zip")
    assert names([unit]) == [f"{SAMPLER}@v1.3.0"]
    assert listed(cli, "--module", SAMPLER, "--version", "v1.3.0") == [f"{SAMPLER}@v1.3.0"]
    error = cli.refused("content", "upload", "--file", "sampler.zip", "--version", "v1.3.1")
    assert "v1.3.0" in error and "v1.3.1" in error
