"""Repositories whose zips stayed upstream: fetch, sync, upload, modify."""

import pytest

from functional_tests.contentclient import fetch
from functional_tests.pinned import (
    CHANGED_H1,
    GO_SUM,
    H1,
    MODULE,
    NEXT,
    VERSION,
    WRONG,
    ZIP,
    Mirror,
    rest,
)
from functional_tests.pulpcli import PulpCli
from functional_tests.uploads import Uploader
from functional_tests.workspace import done, report_of


@pytest.fixture(scope="module", autouse=True)
def at_rest(live_pulp):
    """After the last test, what others look for is not there any more."""
    yield
    rest(live_pulp)


@pytest.fixture
def mirror(pulp, upstream):
    return Mirror(pulp, upstream)


def test_fetch_brings_what_is_missing_and_no_more(pulp, upstream):
    mirror = Mirror(pulp, upstream, "streamed", GO_SUM + NEXT)
    task = pulp.act(mirror.repository, "fetch", {})
    assert task["result"] == {"fetched": 2, "failed": [], "failed_count": 0}
    assert done(task) == {"fetch.planned": 2, "fetch.downloaded": 2, "fetch.failed": 0}
    assert (pulp.count_artifacts(), pulp.number(mirror.repository)) == (2, 1)
    again = pulp.act(
        mirror.repository, "fetch", {"repository_version": pulp.latest(mirror.repository)}
    )
    assert again["result"]["fetched"] == 0
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 1)


def test_fetch_fails_if_nothing_came(pulp, upstream):
    mirror = Mirror(pulp, upstream, go_sum=GO_SUM + NEXT)
    upstream.fault(ZIP, WRONG)
    task = pulp.act(mirror.repository, "fetch", {})
    assert (task["state"], task["result"]["fetched"]) == ("completed", 1)
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (MODULE, VERSION, "GO0006")
    assert H1 in reason and CHANGED_H1 in reason
    task = pulp.act(mirror.repository, "fetch", {})
    assert (task["state"], report_of(task)["failed_count"]) == ("failed", 1)


def test_fetch_is_of_the_version_that_is_named(pulp, upstream):
    mirror = Mirror(pulp, upstream)
    empty = f"{mirror.repository.pulp_href}versions/0/"
    assert pulp.act(mirror.repository, "fetch", {"repository_version": empty})["result"] == {
        "fetched": 0,
        "failed": [],
        "failed_count": 0,
    }
    assert mirror.asked() == 0


def test_fetch_by_the_command_line(live_pulp, pulp, mirror, tmp_path):
    cli = PulpCli(tmp_path, live_pulp, pulp.context.pulp_domain, tmp_path)
    name = mirror.repository.entity["name"]
    none = cli.go("repository", "fetch", "--repository", name, "--repository-version", "0")
    assert none["fetched"] == 0
    assert cli.go("repository", "fetch", "--repository", name)["fetched"] == 1
    remote = mirror.remote.entity["name"]
    cli.go("remote", "update", "--remote", remote, "--policy", "streamed")
    assert cli.go("remote", "show", "--remote", remote)["policy"] == "streamed"
    (unit,) = cli.go("content", "list", "--repository", name)
    assert unit["artifact"]


def test_another_repository_may_have_it_too(mirror, pulp):
    other = pulp.repository()
    (unit,) = pulp.module_versions()
    pulp.modify(other, add_content_units=[unit["pulp_href"]])
    url = pulp.distribution(repository=other)
    assert fetch(url + ZIP).body == mirror.zip
    assert (mirror.get().status, mirror.asked()) == (200, 1)


@pytest.mark.parametrize("same", [True, False])
def test_an_immediate_sync_fetches_what_is_missing(mirror, pulp, same):
    remote = mirror.remote
    if same:
        remote.update(body={"policy": "immediate"})
    else:
        remote = pulp.remote(mirror.upstream, go_sum=GO_SUM)
    task = pulp.sync(mirror.repository, remote)
    assert (task["result"]["added"], task["result"]["failed"]) == (0, [])
    assert (mirror.asked(), pulp.count_artifacts()) == (1, 1)
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 1)


def test_a_repository_keeps_to_what_pinned_it(mirror, pulp):
    """An immediate sync that knows no hash brings another zip, and it is refused."""
    mirror.upstream.tree.put(ZIP, WRONG.body)
    remote = pulp.remote(mirror.upstream, f"{MODULE}@{VERSION}")
    (failed,) = report_of(pulp.sync(mirror.repository, remote))["failed"]
    assert failed[2] == "GO0007" and H1 in failed[3] and CHANGED_H1 in failed[3]
    assert mirror.get().status == 502


def test_a_second_sync_asks_for_nothing(mirror):
    mirror.upstream.requests.clear()
    assert mirror.sync(optimize=False)["result"]["added"] == 0
    assert mirror.upstream.paths() == []


def test_without_a_known_hash_a_zip_comes_at_once(pulp, upstream):
    mirror = Mirror(pulp, upstream, go_sum=f"{MODULE} v1.0.0 {H1}\n")
    assert (mirror.asked(), pulp.count_artifacts()) == (1, 1)


def test_a_dry_run_says_that_nothing_will_be_downloaded(mirror, pulp):
    preview = pulp.sync(pulp.repository(), mirror.remote, dry_run=True)["result"]
    assert preview["comes"] == [[MODULE, VERSION, True, 0]]


def test_an_upload_brings_the_zip(live_pulp, mirror, pulp):
    reply = Uploader(live_pulp, pulp).upload(mirror.zip, repository=mirror.repository.pulp_href)
    assert reply.status == 201 and reply.body["artifact"]
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 0)
