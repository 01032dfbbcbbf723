"""What a sync plans, refuses and adds; the whole task is seen from outside in functional_tests."""

import json

import pytest
from django.http import QueryDict
from rest_framework.fields import empty

from pulp_go.app import executor
from pulp_go.app.exceptions import MachineError, SelectionInvalidError, SyncFailedError
from pulp_go.app.history import Arrival, Finding
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import units_of
from pulp_go.app.serializers import SyncSerializer
from pulp_go.app.tasks import preview, settling, sync
from pulp_go.tests.unit.app.executor_contract import serve_one
from pulp_go.tests.unit.app.modules import (
    CHANGED,
    CHANGED_H1,
    GO_MOD,
    GO_MOD_H1,
    INFO,
    ONE,
    ONE_H1,
    PATH,
    kept,
    module_zip,
)


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
    monkeypatch.setattr("pulp_go.app.tasks.dry_run.Progress", Told)
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
    assert synchronize(remote, repository) == {
        "added": 1,
        "removed": 0,
        "failed": [],
        "failed_count": 0,
        "toolchains": [],
    }
    assert told == {
        "planned": 1,
        "skipped": 0,
        "downloaded": 1,
        "verified": 1,
        "added": 1,
        "removed": 0,
        "failed": 0,
    }
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
    sync.change(repository, remote, [one.pk], [])
    new, refused = settling.settle_all(repository, [str(changed.pk), str(one.pk)])
    assert (new, [failure[:3] for failure in refused]) == (
        [],
        [["example.com/one", "v1.0.0", "GO0007"]],
    )
    assert ONE_H1 in refused[0][3] and CHANGED_H1 in refused[0][3]
    settling.settle_all(repository, [str(changed.pk)])
    finding = Finding.objects.get()
    assert (finding.kind, finding.module, finding.repository) == (
        "drift",
        "example.com/one",
        repository,
    )
    assert finding.held == {"h1": ONE_H1, "go_mod_h1": GO_MOD_H1}
    assert finding.seen == {"h1": CHANGED_H1, "go_mod_h1": GO_MOD_H1}


def test_a_refusal_alone_fails_the_sync(remote, repository, upstream, tmp_path, told):
    sync.change(repository, remote, [kept(tmp_path, CHANGED).pk], [])
    serve_one(upstream)
    select(remote, go_sum=f"example.com/one v1.0.0 {ONE_H1}\n")
    with pytest.raises(SyncFailedError, match="GO0007"):
        synchronize(remote, repository)


NOTHING = [
    ({}, "selects nothing"),
    ({"includes": ["example.com/one@"]}, "unknown query"),
    ({"go_mods": ["module x"], "go_work": "go 1.21\nuse ./a\nuse ./b\n"}, "uses 2 directories"),
    ({"go_mods": ["modul example.com/a\n"]}, "go.mod #1:1"),
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

    def run(self, units):
        raise error

    monkeypatch.setattr(executor.Inline, "run", run)
    with pytest.raises(MachineError, match="No space left on device"):
        synchronize(remote, repository)


def test_a_report_names_the_first_thousand_failures():
    report = sync.summary(GoRemote(), sync.Outcome(failed=[["m", "v", "GO0002", "no"]] * 1200))
    assert (len(report["failed"]), report["failed_count"]) == (1000, 1200)


def lists(upstream, *versions):
    """Let the upstream list versions of example.com/one, and have v1.0.0."""
    serve_one(upstream)
    upstream.says("example.com/one/@v/list", "".join(f"{v}\n" for v in versions).encode())


def names(repository):
    return sorted(f"{unit.module}@{unit.version}" for unit in held(repository))


def test_a_mirror_has_what_is_selected_and_nothing_else(remote, repository, upstream, told):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    upstream.says("example.com/one/@v/list", b"")
    assert synchronize(remote, repository)["removed"] == 0
    assert synchronize(remote, repository, mirror=True)["removed"] == 1
    assert names(repository) == []
    assert synchronize(remote, repository, mirror=True)["removed"] == 0
    assert repository.versions.count() == 3


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_module_whose_list_failed_keeps_everything(remote, repository, upstream, told, status):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    upstream.says("example.com/one/@v/list", (status, {}, b""))
    select(remote, includes=["example.com/one", "example.com/two@v1.0.0"])
    with pytest.raises(SyncFailedError):
        synchronize(remote, repository, mirror=True)
    assert names(repository) == ["example.com/one@v1.0.0"]


def test_an_unchanged_module_is_not_looked_at(remote, repository, upstream, told):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    upstream.log.clear()
    synchronize(remote, repository)
    assert (upstream.log, told["skipped"]) == (["example.com/one/@v/list"], 1)


CHANGES = [
    ("the selection", lambda remote, repository: select(remote, includes=["example.com/one@v1"])),
    ("the excludes", lambda remote, repository: select(remote, excludes=["example.com/two"])),
    ("the repository", lambda remote, repository: emptied(repository)),
]


def emptied(repository):
    repository.refresh_from_db()
    with repository.new_version() as version:
        version.remove_content(version.content)


@pytest.mark.parametrize("what, change", CHANGES)
def test_a_change_is_looked_at_and_nothing_is_fetched_again(
    remote, repository, upstream, told, what, change
):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    upstream.log.clear()
    change(remote, repository)
    synchronize(remote, repository)
    assert (upstream.log, told["skipped"]) == (["example.com/one/@v/list"], 0)
    assert names(repository) == ["example.com/one@v1.0.0"]


def test_explicit_versions_that_came_are_not_even_asked_for(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0"])
    synchronize(remote, repository)
    upstream.log.clear()
    synchronize(remote, repository)
    assert (upstream.log, told["skipped"]) == ([], 1)
    synchronize(remote, repository, optimize=False)
    assert (upstream.log, told["skipped"], told["planned"]) == ([], 0, 1)


def test_a_failure_is_tried_again(remote, repository, upstream, told):
    serve_one(upstream)
    upstream.says(f"{PATH}.zip", (500, {}, b""), module_zip(ONE))
    select(remote, includes=["example.com/one@v1.0.0"])
    with pytest.raises(SyncFailedError):
        synchronize(remote, repository)
    assert synchronize(remote, repository)["added"] == 1


PROGRAM = """module example.com/main

go 1.21

toolchain go1.22.0

require example.com/one v1.0.0
"""


def test_a_program_s_graph_is_wanted_and_read_once(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, go_mods=[PROGRAM])
    report = synchronize(remote, repository)
    assert (report["added"], report["toolchains"]) == (1, ["go1.22.0"])
    assert sorted(upstream.log) == [f"{PATH}.info", f"{PATH}.mod", f"{PATH}.zip"]
    assert synchronize(remote, repository)["added"] == 0
    assert len(upstream.log) == 3


def test_a_graph_that_could_not_be_read_removes_nothing(remote, repository, upstream, told):
    serve_one(upstream)
    select(remote, includes=["example.com/one@v1.0.0"])
    synchronize(remote, repository)
    select(remote, includes=[], go_mods=[PROGRAM.replace("/one", "/none")])
    with pytest.raises(SyncFailedError, match="GO0002"):
        synchronize(remote, repository, mirror=True)
    assert names(repository) == ["example.com/one@v1.0.0"]


FEED = b'{"Path":"example.com/one","Version":"v1.0.0","Timestamp":"2020-01-02T03:04:05Z"}\n'


def test_a_glob_expands_over_the_feed(remote, repository, upstream, told):
    lists(upstream, "v1.0.0")
    upstream.says("index?limit=2000", FEED)
    upstream.says("index?since=2020-01-02T03:04:05Z&limit=2000", FEED)
    select(remote, includes=["example.com/*@v1", "example.org/*"])
    report = synchronize(remote, repository)
    assert names(repository) == ["example.com/one@v1.0.0"]
    assert [failure[:3] for failure in report["failed"]] == [["example.org/*", "all", "GO0001"]]


def test_a_glob_expands_over_the_repository(remote, repository, upstream, told):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    select(remote, includes=["example.com/*"])
    assert synchronize(remote, repository)["failed"] == []
    assert upstream.log[-2:] == ["index?limit=2000", "example.com/one/@v/list"]


def test_without_the_feed_a_mirror_keeps_what_a_glob_matches(remote, repository, upstream, told):
    lists(upstream, "v1.0.0")
    select(remote, includes=["example.com/one"])
    synchronize(remote, repository)
    upstream.says("index?limit=2000", (500, {}, b""))
    upstream.says("example.com/one/@v/list", (404, {}, b""))
    select(remote, includes=["example.com/*"])
    with pytest.raises(SyncFailedError, match="GO0003"):
        synchronize(remote, repository, mirror=True)
    assert names(repository) == ["example.com/one@v1.0.0"]


def test_a_preview_says_what_would_come_and_go_and_changes_nothing(
    remote, repository, upstream, told, tmp_path
):
    lists(upstream, "v1.0.0")
    sync.change(repository, remote, [kept(tmp_path, ONE).pk], [])
    upstream.says("example.com/two/@v/list", b"v1.0.0\n")
    select(remote, includes=["example.com/two"])
    assert preview(str(remote.pk), str(repository.pk), mirror=True) == {
        "dry_run": True,
        "comes": [["example.com/two", "v1.0.0", True, None]],
        "comes_count": 1,
        "comes_bytes": 0,
        "unknown_count": 1,
        "goes": [["example.com/one", "v1.0.0"]],
        "goes_count": 1,
        "failed": [],
        "failed_count": 0,
        "toolchains": [],
    }
    assert preview(str(remote.pk), str(repository.pk))["goes"] == []
    assert repository.versions.count() == 2


def test_what_a_go_mod_needs_is_reused_after_an_interrupted_sync(
    remote, repository, upstream, told, monkeypatch
):
    upstream.says(f"{PATH}.info", INFO)
    upstream.says(f"{PATH}.mod", GO_MOD)
    select(remote, go_sum=f"example.com/one v1.0.0/go.mod {GO_MOD_H1}\n")
    with monkeypatch.context() as patch:
        patch.setattr(sync, "change", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            synchronize(remote, repository)
    upstream.log.clear()
    assert synchronize(remote, repository)["added"] == 1
    assert upstream.log == []


def test_a_form_that_has_no_optimize_does_not_switch_it_off():
    assert SyncSerializer().fields["optimize"].get_value(QueryDict("strict=true")) is empty
