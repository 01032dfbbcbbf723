"""From a directory on disk to a module zip, and what is refused before anything is sent.

The `h1:` hash is the one that `go mod download` (Go 1.26) tells for a zip with these files.
"""

import io
import json
import os
from datetime import UTC, datetime

import pytest
from pulp_glue.common.exceptions import PulpException

from pulp_go.cli.contexts import PulpGoModuleContentContext
from pulp_go.gomod.dirhash import hash_zip
from pulp_go.gomod.modzip import check_zip

MODULE = "example.com/quote"
GO_MOD = f"module {MODULE}\n\ngo 1.21\n"
VERSION = "v1.2.3"


@pytest.fixture
def source(tmp_path):
    """A module with one Go file."""
    directory = tmp_path / "source"
    directory.mkdir()
    (directory / "go.mod").write_text(GO_MOD)
    (directory / "quote.go").write_text("package quote\n")
    return directory


@pytest.fixture
def publish(pulp, source):
    """Run `pulp go publish` on the sources."""

    def run(*words, version=VERSION):
        return pulp("publish", source, "--version", version, "--repository", "r", *words)

    return run


def put(directory, name, text=""):
    """Write a file below a directory."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_plan_tells_files_and_what_is_left_out(publish, source):
    put(source, ".git/config")
    put(source, "sub/go.mod", "module example.com/quote/sub\n")
    put(source, "sub/sub.go")
    put(source, "vendor/a.b/c/c.go")
    put(source, "testdata/_x", "1234")
    put(source, ".hidden/x")
    (source / "link").symlink_to("quote.go")
    (source / "outside").symlink_to("/")
    os.mkfifo(source / "pipe")
    result = publish("--dry-run")
    plan = json.loads(result.stdout)
    assert plan["files"] == [".hidden/x", "go.mod", "quote.go", "testdata/_x"]
    assert (plan["module"], plan["version"]) == (MODULE, VERSION)
    assert plan["size"] == len(GO_MOD) + 14 + 4
    assert plan["omitted"] == [
        [".git", "directory is a version control repository"],
        ["link", "not a regular file"],
        ["outside", "not a regular file"],
        ["pipe", "not a regular file"],
        ["sub", "directory is in another module"],
        ["vendor/a.b/c/c.go", "file is in vendor directory"],
    ]


def test_the_hash_is_that_of_the_files(publish):
    plan = json.loads(publish("--dry-run").stdout)
    assert plan["h1"] == "h1:rVSqX36fmwGiwWimTt3fVF4VWctd0cnnRsk9LMKhWKw="


@pytest.fixture
def taken(monkeypatch):
    """What an upload is given, in place of a Pulp; the answer tells the zip's own hash."""
    uploads = []

    def create(self, body, parameters=None, non_blocking=False):
        assert type(body["file"]) is io.BufferedReader  # which is all that pulp-glue sends
        zip = check_zip(body["file"], MODULE, VERSION)
        uploads.append(body | {"file": sorted(zip.names), "repository": self.repository_ctx})
        self._entity = {"module": MODULE, "version": VERSION, "h1": hash_zip(zip)}

    monkeypatch.setattr(PulpGoModuleContentContext, "create", create)
    return uploads


def test_the_zip_is_sent(publish, taken):
    result = publish("--time", "2026-01-02T03:04:05Z", "--labels", '{"a": "b"}')
    assert json.loads(result.stdout)["module"] == MODULE
    (upload,) = taken
    assert upload.pop("repository")._entity_lookup == {"name": "r"}
    assert upload == {
        "module": MODULE,
        "version": VERSION,
        "file": [f"{MODULE}@{VERSION}/{name}" for name in ("go.mod", "quote.go")],
        "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "pulp_labels": {"a": "b"},
        "chunk_size": None,
    }


TIMES = [
    ("2026-01-02", "2026-01-02T00:00:00+00:00"),
    ("2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"),
    ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05+00:00"),
]


@pytest.mark.parametrize(("text", "time"), TIMES)
def test_a_time_is_sent_in_utc(publish, taken, text, time):
    assert publish("--time", text).exit_code == 0
    assert taken[0]["time"].isoformat() == time


@pytest.mark.parametrize("text", ["", "now", "2026-01-02T03:04:05Z\n", "٢٠٢٦-01-02"])
def test_what_is_no_time_is_refused(publish, taken, text):
    assert publish("--time", text).exit_code == 2
    assert not taken


def test_another_hash_than_the_one_sent_is_an_error(publish, monkeypatch):
    def create(self, body, parameters=None, non_blocking=False):
        self._entity = {"h1": "h1:other"}

    monkeypatch.setattr(PulpGoModuleContentContext, "create", create)
    result = publish()
    assert result.exit_code == 1 and "h1:other" in result.stderr and not result.stdout


def test_what_pulp_refuses_is_told(publish, monkeypatch):
    def create(self, body, parameters=None, non_blocking=False):
        raise PulpException("GO0007 held")

    monkeypatch.setattr(PulpGoModuleContentContext, "create", create)
    result = publish()
    assert result.exit_code == 1 and "GO0007 held" in result.stderr


VERSIONS = ["", "1.2.3", "v1.2", "v2.0.0", "v1.2.3\n", "v1.2.٣", "v2.0.0+incompatible", "latest"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_that_go_would_refuse(publish, taken, version):
    result = publish(version=version)
    assert result.exit_code == 1 and result.stderr.startswith("Error: "), result.output
    assert not taken


FILES = [
    ("go.mod", "module\n", "go.mod:1"),
    ("go.mod", "go 1.21\n", "declares no module path"),
    ("go.mod", "module Example\n", "malformed module path"),
    ("aux.go", "", "aux.go: "),
    ("Quote.go", "", "case-insensitive"),
    ("sub\n.go", "", "sub\n.go"),
]


@pytest.mark.parametrize(("name", "text", "reason"), FILES)
def test_a_tree_that_go_would_refuse(publish, source, taken, name, text, reason):
    put(source, name, text)
    result = publish()
    assert result.exit_code == 1 and reason in result.stderr, result.output
    assert not taken


def test_a_tree_without_go_mod(publish, source, taken):
    (source / "go.mod").unlink()
    result = publish()
    assert result.exit_code == 1 and "go.mod: there is no such file" in result.stderr


def test_a_go_mod_that_is_a_link_is_none(publish, source, taken):
    (source / "go.mod").rename(source / "real")
    (source / "go.mod").symlink_to("real")
    assert "go.mod: there is no such file" in publish().stderr


def test_a_name_that_is_no_text(publish, source, taken):
    with open(os.fsencode(source) + b"/\xff.go", "wb"):
        pass
    result = publish()
    assert result.exit_code == 1 and result.stderr.startswith("Error: "), result.output


def test_many_faults_are_told_in_part(publish, source):
    for number in range(25):
        put(source, f"a{number}*.go")
    result = publish("--dry-run")
    assert len(result.stderr.splitlines()) == 21 and "... and 5 more" in result.stderr


def test_what_cannot_be_read_is_told(publish, source, monkeypatch):
    def refuse(path, mode="r"):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pulp_go.cli.sourcedir.open", refuse, raising=False)
    result = publish("--dry-run")
    assert result.exit_code == 1 and "go.mod: Permission denied" in result.stderr
