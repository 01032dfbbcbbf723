"""What a sync plans, refuses and adds; the whole task is seen from outside in functional_tests."""

import json

import pytest

from pulp_go.app import executor
from pulp_go.app.exceptions import SelectionInvalidError, StorageError, SyncFailedError
from pulp_go.app.models import Arrival, Finding, GoRemote, GoRepository, units_of
from pulp_go.app.tasks import sync
from pulp_go.tests.unit.app.executor_contract import serve_one
from pulp_go.tests.unit.app.modules import CHANGED, CHANGED_H1, GO_MOD_H1, ONE, ONE_H1, kept


@pytest.fixture
def remote(unit):
    return GoRemote.objects.get(pk=unit["remote"])


@pytest.fixture
def repository(unit):
    return GoRepository.objects.get(pk=unit["repository"])


@pytest.fixture
def told(monkeypatch):
    """What the progress reports were told; outside of a task there are none to save."""
    counts = {}

    class Told:
        def __enter__(self):
            return counts.update

        def __exit__(self, *exc_info):
            return None

    monkeypatch.setattr(sync, "Progress", Told)
    return counts


def synchronize(remote, repository, **options):
    return sync.synchronize(str(remote.pk), str(repository.pk), **options)


def select(remote, **fields):
    for name, value in fields.items():
        setattr(remote, name, value)
    remote.save()


def held(repository):
    return list(units_of(repository.versions.complete().latest()))


def test_a_sync_adds_what_came_with_its_arrivals(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0"])
    assert synchronize(remote, repository) == {"added": 1, "failed": [], "failed_count": 0}
    assert told == {"planned": 1, "downloaded": 1, "verified": 1, "added": 1, "failed": 0}
    arrival = Arrival.objects.get()
    assert (arrival.source, arrival.remote, arrival.number) == ("sync", "remote", 1)
    assert (arrival.h1, arrival.content) == (ONE_H1, held(repository)[0])


def test_a_second_sync_with_nothing_new_opens_no_version(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0"])
    synchronize(remote, repository)
    assert synchronize(remote, repository)["added"] == 0
    assert repository.versions.count() == 2
    assert len(upstream.log) == 3


def test_one_failure_does_not_harm_the_rest(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0", "example.com/none@v1.0.0"])
    report = synchronize(remote, repository)
    assert (report["added"], report["failed_count"]) == (1, 1)
    assert report["failed"][0][:3] == ["example.com/none", "v1.0.0", "GO0002"]


def test_strict_leaves_the_repository_as_it_was(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0", "example.com/none@v1.0.0"])
    with pytest.raises(SyncFailedError) as failure:
        synchronize(remote, repository, strict=True)
    report = json.loads(failure.value.reason.partition(": ")[2])
    assert (report["added"], report["failed_count"]) == (0, 1)
    assert repository.versions.count() == 1


def test_a_sync_that_achieved_nothing_fails_with_the_report(remote, repository, upstream, told):
    select(remote, includes=["example.com/none@v1.0.0"])
    with pytest.raises(SyncFailedError) as failure:
        synchronize(remote, repository)
    assert str(failure.value).startswith("[GO0008] nothing was added: {")


def test_other_bytes_for_a_held_version_are_refused_and_found(remote, repository, tmp_path, told):
    one, changed = kept(tmp_path, ONE), kept(tmp_path, CHANGED)
    sync.add(repository, remote, [one.pk])
    new, refused = sync.settle_all(repository, [str(changed.pk), str(one.pk)])
    assert (new, [failure[:3] for failure in refused]) == (
        [],
        [["example.com/one", "v1.0.0", "GO0007"]],
    )
    assert ONE_H1 in refused[0][3] and CHANGED_H1 in refused[0][3]
    sync.settle_all(repository, [str(changed.pk)])
    finding = Finding.objects.get()
    assert (finding.kind, finding.module, finding.repository) == (
        "drift",
        "example.com/one",
        repository,
    )
    assert finding.held == {"h1": ONE_H1, "go_mod_h1": GO_MOD_H1}
    assert finding.seen == {"h1": CHANGED_H1, "go_mod_h1": GO_MOD_H1}


def test_a_refusal_alone_fails_the_sync(remote, repository, upstream, tmp_path, told):
    sync.add(repository, remote, [kept(tmp_path, CHANGED).pk])
    serve_one(upstream)
    select(remote, go_sum=f"example.com/one v1.0.0 {ONE_H1}\n")
    with pytest.raises(SyncFailedError, match="GO0007"):
        synchronize(remote, repository)


NOTHING = [
    ({}, "selects nothing"),
    ({"includes": ["example.com/*"]}, "needs names to expand over"),
    ({"includes": ["example.com/one"], "excludes": ["example.com/one"]}, "selects nothing"),
    ({"go_sum": "example.com/one v1.0.0\n"}, "line 1"),
]


@pytest.mark.parametrize("fields, words", NOTHING)
def test_a_selection_that_cannot_be_is_said_before_any_request(
    remote, repository, upstream, told, fields, words
):
    select(remote, **fields)
    with pytest.raises(SelectionInvalidError, match=words):
        synchronize(remote, repository)
    assert upstream.log == []


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize("error", [FULL, ExceptionGroup("units", [ExceptionGroup("unit", [FULL])])])
def test_a_full_disk_is_named(remote, repository, told, monkeypatch, error):
    select(remote, includes=["example.com/one@v1.0.0"])

    def run(units, progress):
        raise error

    monkeypatch.setattr(executor, "run", run)
    with pytest.raises(StorageError, match="No space left on device"):
        synchronize(remote, repository)


def test_a_report_names_the_first_thousand_failures():
    report = sync.summary(0, [["m", "v", "GO0002", "no"]] * 1200)
    assert (len(report["failed"]), report["failed_count"]) == (1000, 1200)
