"""Zips that stayed upstream: from where they come, what is refused, what is left behind."""

import logging
from pathlib import Path

import pytest
from django.conf import settings

from pulpcore.plugin.models import Artifact, ContentArtifact, RemoteArtifact

from pulp_go.app import executor, ingest, keeping
from pulp_go.app.deferred import unit_of
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.keeping import Source
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.gomod import dirhash
from pulp_go.tests.unit.app.modules import (
    CHANGED,
    CHANGED_H1,
    GO_MOD_H1,
    INFO,
    NAME,
    ONE,
    ONE_H1,
    PATH,
    kept,
    module_zip,
    pinned,
)

HERE = {"path": "", "size": 0, "failed": None, "is_late": False}


@pytest.fixture
def remote(db, upstream):
    """A remote that leaves zips upstream."""
    return GoRemote.objects.create(
        name="lazy", url=upstream.url, max_retries=0, policy="on_demand", sumdb="off"
    )


@pytest.fixture
def left(remote, upstream):
    """A unit whose zip is upstream."""
    upstream.says(f"{PATH}.zip", module_zip(ONE))
    return pinned(remote)


def fetch(unit):
    """Return what came of fetching the zip of a unit, to be kept."""
    return executor.Inline(lambda counts: None).run([unit_of(unit, keep=True)])[0]


def nothing_is_kept():
    return (
        not Artifact.objects.exists()
        and not ContentArtifact.objects.filter(artifact__isnull=False).exists()
        and not list(Path(settings.WORKING_DIRECTORY).iterdir())
    )


def test_it_comes_from_its_remote_and_is_kept(left, upstream):
    assert fetch(left) == HERE | {"size": len(module_zip(ONE))}
    assert keeping.zip_like(left).file.read() == module_zip(ONE)
    assert upstream.log == [f"{PATH}.zip"]
    assert not list(Path(settings.WORKING_DIRECTORY).iterdir())


def test_what_is_here_is_not_asked_for(left, upstream):
    fetch(left)
    assert fetch(left) == HERE
    assert len(upstream.log) == 1


def test_what_another_unit_has_is_not_asked_for(left, upstream, tmp_path):
    kept(tmp_path, ONE, info=b"")
    ContentArtifact.objects.filter(content=left).update(artifact=None)
    assert (fetch(left), upstream.log) == (HERE, [])
    assert ContentArtifact.objects.get(content=left).artifact == Artifact.objects.get()


def failing(*replies):
    return [(reply if isinstance(reply, tuple) else (200, {}, reply)) for reply in replies]


WRONG = [
    ("other", module_zip(CHANGED), "GO0006", logging.ERROR),
    ("no zip", b"<html>please log in</html>", "GO0005", logging.ERROR),
    ("empty", b"", "GO0005", logging.ERROR),
    ("other module", module_zip(ONE, "example.com/two"), "GO0005", logging.ERROR),
    ("gone", (404, {}, b""), "GO0002", logging.WARNING),
    ("gone for good", (410, {}, b""), "GO0002", logging.WARNING),
    ("denied", (403, {}, b""), "GO0003", logging.WARNING),
    ("broken", (500, {}, b""), "GO0003", logging.WARNING),
    ("cut", (200, {"Content-Length": "9999"}, b"PK"), "GO0004", logging.WARNING),
]


@pytest.mark.parametrize(("what", "reply", "code", "level"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_not_the_zip_is_not_kept(left, upstream, caplog, what, reply, code, level):
    upstream.says(f"{PATH}.zip", reply, module_zip(ONE))
    result = fetch(left)
    assert (result["failed"][:3], result["path"], result["is_late"]) == ([*NAME, code], "", False)
    assert nothing_is_kept()
    [record] = [one for one in caplog.records if one.name == "pulp_go.app.deferred"]
    assert record.levelno == level
    assert ONE_H1 in record.getMessage() and GO_MOD_H1 in record.getMessage()
    assert fetch(left)["failed"] is None


def test_a_wrong_zip_is_logged_with_both_hashes_on_one_line(left, upstream, caplog):
    upstream.says(f"{PATH}.zip", module_zip(CHANGED))
    fetch(left)
    [record] = [one for one in caplog.records if one.name == "pulp_go.app.deferred"]
    text = record.getMessage()
    assert f"expected {ONE_H1}, got {CHANGED_H1}" in text
    assert "remote lazy" in text and "example.com/one@v1.0.0" in text and "\n" not in text


def test_a_go_mod_that_the_zip_contradicts_is_seen(remote, upstream):
    upstream.says(f"{PATH}.zip", module_zip(ONE))
    go_mod = b"module example.com/one\n"
    wanted = Wanted(*NAME, h1=ONE_H1, go_mod_h1=dirhash.hash_go_mod(go_mod))
    verified = ingest.verify(wanted, Files(INFO, go_mod))
    [unit] = keeping.keep([verified], Source(remote, remote.url))
    assert fetch(unit)["failed"][2] == "GO0006"
    assert nothing_is_kept()


def test_a_slow_upstream_is_late(left, upstream):
    upstream.says(f"{PATH}.zip", (200, {"Content-Length": "9999"}, b"PK"))
    GoRemote.objects.update(total_timeout=0.0001)
    result = fetch(left)
    assert (result["failed"][2], result["is_late"]) == ("GO0003", True)


ELSEWHERE = ["https://goproxy.example", "/elsewhere", "x"]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_remote_that_has_moved_is_not_asked(left, upstream, url):
    moved = url if "://" in url else upstream.url + url
    GoRemote.objects.update(url=moved)
    assert fetch(left)["failed"] == [*NAME, "GO0017", "no remote is left that has the zip"]
    assert upstream.log == []


def test_a_slash_at_the_end_is_no_other_place(left, upstream):
    GoRemote.objects.update(url=f"{upstream.url}/")
    assert fetch(left)["failed"] is None


def test_without_a_remote_there_is_no_source(left):
    GoRemote.objects.all().delete()
    assert fetch(left)["failed"][2] == "GO0017"
    ModuleVersion.objects.all().delete()
    assert fetch(left)["failed"][2] == "GO0017"


def test_the_next_remote_is_asked_if_one_has_it_not(left, upstream):
    other = GoRemote.objects.create(
        name="other", url=f"{upstream.url}/other", max_retries=0, policy="on_demand", sumdb="off"
    )
    pinned(other)
    upstream.says(f"other/{PATH}.zip", (404, {}, b""))
    assert fetch(left)["failed"] is None
    # What said it last is asked first.
    assert upstream.log == [f"other/{PATH}.zip", f"{PATH}.zip"]
    noted = RemoteArtifact.objects.exclude(sha256=None).get()
    assert noted.remote.name == "lazy"


def test_a_full_disk_is_no_fault_of_the_upstream(left, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "keep_zip", full)
    assert fetch(left)["failed"][2:] == ["GO0010", "[Errno 28] No space left on device"]
    assert nothing_is_kept()
