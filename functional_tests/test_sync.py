"""What a sync asks the upstream for, what it brings, and what its task says."""

import pytest
from pulp_glue.common.exceptions import PulpHTTPError

from functional_tests.moduletree import file_path, latest_path, list_path
from functional_tests.upstream import Fault
from functional_tests.workspace import report_of

MODULE = "example.com/a"
# Printed by `go mod download -json` of go1.26.8: the zip's and the go.mod's of MODULE at v1.0.0.
H1 = "h1:dBIFr6tN97WM6N1Ja6hj0/15m6oVasFyRbx28rB3R2I="
GO_MOD_H1 = "h1:DhNAN5ESgofBjUyC9S2g6VCJUhcIDhtNzG+3JuOOhyg="
OTHER_H1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
GO_FILE = {"a.go": 'package a\n\nfunc Hello() string { return "hello" }\n'}
LISTED = ("v1.10.0", "v1.0.0", "v1.2.0", "v1.2.0-rc.1", "v1.9.0", "v2.0.0+incompatible")


def files(module, version, *extensions):
    return sorted(file_path(module, version, extension) for extension in extensions)


def held(pulp, repository):
    found = pulp.module_versions(repository_version=pulp.latest(repository))
    return [(unit["module"], unit["version"]) for unit in found]


def done(task):
    return {report["code"]: report["done"] for report in task["progress_reports"]}


def test_explicit_versions_need_no_list_and_no_latest(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0", GO_FILE)
    upstream.tree.add(MODULE, "v1.1.0")
    upstream.fault(list_path(MODULE), Fault(403))
    upstream.fault(latest_path(MODULE), Fault(403))
    repository = pulp.synced(upstream, f"{MODULE}@v1.0.0")
    assert held(pulp, repository) == [(MODULE, "v1.0.0")]
    assert upstream.paths() == files(MODULE, "v1.0.0", "info", "mod", "zip")


@pytest.mark.case("C-54")
def test_an_upstream_that_refuses_head_is_never_sent_one(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0", GO_FILE)
    pulp.synced(upstream, MODULE)
    assert {request.method for request in upstream.requests} == {"GET"}


def test_a_module_version_has_every_column_of_its_files(pulp, upstream):
    go_mod = (
        "// Deprecated: use example.com/b.\nmodule example.com/a\n\ngo 1.21\n\n"
        "toolchain go1.22.0\n\nrequire example.com/c v1.2.3 // indirect\n\n"
        "retract v0.9.0 // it was wrong\n"
    )
    upstream.tree.add(MODULE, "v1.0.1", go_mod=go_mod)
    repository = pulp.synced(upstream, f"{MODULE}@v1.0.1")
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    expected = {
        "module": MODULE,
        "version": "v1.0.1",
        "time": "2024-01-02T03:04:05Z",
        "origin": None,
        "declares": MODULE,
        "go_version": "1.21",
        "toolchain": "go1.22.0",
        "deprecated": "use example.com/b.",
        "retracts": [{"low": "v0.9.0", "high": "v0.9.0", "rationale": "it was wrong"}],
        "requires": [{"path": "example.com/c", "version": "v1.2.3", "indirect": True}],
    }
    assert {name: unit[name] for name in expected} == expected


def test_go_sum_brings_what_each_line_is_for(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0", GO_FILE)
    upstream.tree.add("example.com/b", "v1.0.0", go_mod="module example.com/a\n\ngo 1.21\n")
    upstream.fault(list_path(MODULE), Fault(404))
    go_sum = (
        f"{MODULE} v1.0.0 {H1}\n{MODULE} v1.0.0/go.mod {GO_MOD_H1}\n"
        f"example.com/b v1.0.0/go.mod {GO_MOD_H1}\n"
    )
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(upstream, go_sum=go_sum))
    assert (task["result"]["added"], task["result"]["failed"]) == (2, [])
    units = pulp.module_versions(repository_version=pulp.latest(repository))
    assert [(unit["module"], unit["h1"], unit["go_mod_h1"]) for unit in units] == [
        (MODULE, H1, GO_MOD_H1),
        ("example.com/b", "", GO_MOD_H1),
    ]
    assert upstream.paths() == [
        *files(MODULE, "v1.0.0", "info", "mod", "zip"),
        *files("example.com/b", "v1.0.0", "info", "mod"),
    ]


def test_go_sum_needs_no_info(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0", GO_FILE)
    upstream.tree.remove(file_path(MODULE, "v1.0.0", "info"))
    repository = pulp.repository()
    remote = pulp.remote(upstream, go_sum=f"{MODULE} v1.0.0 {H1}\n")
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    assert (unit["h1"], unit["time"]) == (H1, None)


@pytest.mark.parametrize(
    ("line", "got"), [(f"{MODULE} v1.0.0", H1), (f"{MODULE} v1.0.0/go.mod", GO_MOD_H1)]
)
def test_another_hash_than_go_sum_says_is_refused_with_both(pulp, upstream, line, got):
    upstream.tree.add(MODULE, "v1.0.0", GO_FILE)
    upstream.tree.add("example.com/b", "v1.0.0")
    repository = pulp.repository()
    remote = pulp.remote(upstream, "example.com/b@v1.0.0", go_sum=f"{line} {OTHER_H1}\n")
    task = pulp.sync(repository, remote)
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (MODULE, "v1.0.0", "GO0006")
    assert OTHER_H1 in reason and got in reason
    assert [unit["module"] for unit in pulp.module_versions()] == ["example.com/b"]
    assert pulp.count_artifacts() == 1


LATEST = [
    (("v1.9.0", "v1.10.0", "v2.0.0+incompatible"), "v1.10.0"),
    (("v0.1.0-beta.2", "v0.1.0-beta.11"), "v0.1.0-beta.11"),
    (("v1.0.0", "v0.0.0-20240102030405-abcdef012345"), "v1.0.0"),
]


@pytest.mark.case("C-43")
@pytest.mark.parametrize(("versions", "latest"), LATEST)
def test_latest_is_the_version_that_go_chooses(pulp, upstream, versions, latest):
    for version in versions:
        upstream.tree.add(MODULE, version)
    repository = pulp.synced(upstream, f"{MODULE}@latest")
    assert held(pulp, repository) == [(MODULE, latest)]


def test_latest_of_a_module_without_tags_is_what_the_upstream_says(pulp, upstream):
    version = "v0.0.0-20240102030405-abcdef012345"
    upstream.tree.add(MODULE, version)
    info = upstream.tree.files[file_path(MODULE, version, "info")]
    upstream.tree.put(latest_path(MODULE), info)
    repository = pulp.synced(upstream, f"{MODULE}@latest")
    assert held(pulp, repository) == [(MODULE, version)]


def test_latest_is_not_a_retracted_version(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.tree.add(MODULE, "v1.1.0", go_mod=f"module {MODULE}\n\nretract v1.1.0\n")
    repository = pulp.synced(upstream, f"{MODULE}@latest")
    assert held(pulp, repository) == [(MODULE, "v1.0.0")]


SETS = [
    (MODULE, ["v1.0.0", "v1.2.0-rc.1", "v1.2.0", "v1.9.0", "v1.10.0", "v2.0.0+incompatible"]),
    (f"{MODULE}@>=v1.9.0", ["v1.9.0", "v1.10.0", "v2.0.0+incompatible"]),
    (f"{MODULE}@<v1.9.0", ["v1.0.0", "v1.2.0"]),
    (f"{MODULE}@<=v1.2.0-rc.1", ["v1.0.0", "v1.2.0-rc.1"]),
    (f"{MODULE}@v1.2", ["v1.2.0"]),
    (f"{MODULE}@v1", ["v1.0.0", "v1.2.0", "v1.9.0", "v1.10.0"]),
]


@pytest.mark.parametrize(("word", "versions"), SETS)
def test_a_word_may_select_a_set(pulp, upstream, word, versions):
    for version in LISTED:
        upstream.tree.add(MODULE, version, go_mod="")
    repository = pulp.synced(upstream, word)
    assert held(pulp, repository) == [(MODULE, version) for version in versions]


def test_excludes_take_away_from_every_include(pulp, upstream):
    for version in LISTED:
        upstream.tree.add(MODULE, version, go_mod="")
    upstream.tree.add("example.com/b", "v1.0.0")
    repository = pulp.repository()
    excludes = [f"{MODULE}@<v1.9.0", f"{MODULE}@v2.0.0+incompatible", "example.com/b"]
    remote = pulp.remote(upstream, f"{MODULE}@all", "example.com/b@v1.0.0", excludes=excludes)
    pulp.sync(repository, remote)
    assert (MODULE, "v1.9.0") in held(pulp, repository)
    assert (MODULE, "v1.10.0") in held(pulp, repository)
    assert not {(MODULE, "v1.0.0"), ("example.com/b", "v1.0.0")} & {*held(pulp, repository)}


def test_the_second_sync_makes_no_new_version_and_asks_for_the_list_alone(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.tree.add(MODULE, "v1.1.0")
    repository, remote = pulp.repository(), pulp.remote(upstream, MODULE)
    pulp.sync(repository, remote)
    upstream.requests.clear()
    task = pulp.sync(repository, remote)
    assert (task["state"], task["result"]["added"]) == ("completed", 0)
    assert pulp.number(repository) == 1
    assert upstream.paths() == [list_path(MODULE)]


def test_a_sync_adds_what_is_new_and_keeps_what_is_gone(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    repository, remote = pulp.repository(), pulp.remote(upstream, MODULE)
    pulp.sync(repository, remote)
    upstream.tree.add(MODULE, "v1.1.0")
    upstream.tree.put(list_path(MODULE), "v1.1.0\n")
    assert pulp.sync(repository, remote)["result"]["added"] == 1
    assert held(pulp, repository) == [(MODULE, "v1.0.0"), (MODULE, "v1.1.0")]
    assert pulp.number(repository) == 2


def test_progress_tells_each_phase(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.tree.add(MODULE, "v1.1.0")
    upstream.fault(file_path(MODULE, "v1.1.0", "zip"), Fault(500))
    task = pulp.sync(pulp.repository(), pulp.remote(upstream, MODULE))
    assert done(task) == {
        "sync.planned": 2,
        "sync.skipped": 0,
        "sync.downloaded": 1,
        "sync.verified": 1,
        "sync.added": 1,
        "sync.removed": 0,
        "sync.failed": 1,
    }
    assert {report["state"] for report in task["progress_reports"]} == {"completed"}


def test_progress_shows_while_the_sync_runs(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.tree.add(MODULE, "v1.1.0")
    upstream.fault(file_path(MODULE, "v1.1.0", "zip"), Fault(stall=True))
    repository, remote = pulp.repository(), pulp.remote(upstream, MODULE)
    href = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    task = pulp.once(href, lambda task: done(task).get("sync.verified") == 1)
    assert (task["state"], done(task)["sync.planned"]) == ("running", 2)
    upstream.release()
    assert pulp.finished(href)["result"]["added"] == 2


@pytest.mark.case("C-11")
def test_a_cancelled_sync_leaves_what_is_whole_for_the_next(pulp, upstream, live_pulp):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.tree.add(MODULE, "v1.1.0")
    upstream.fault(file_path(MODULE, "v1.1.0", "zip"), Fault(stall=True))
    repository, remote = pulp.repository(), pulp.remote(upstream, MODULE)
    href = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    pulp.once(href, lambda task: done(task).get("sync.verified") == 1)
    assert pulp.cancel(href)["state"] == "canceled"
    assert pulp.number(repository) == 0
    assert [unit["version"] for unit in pulp.module_versions()] == ["v1.0.0"]
    assert (pulp.count_artifacts(), live_pulp.spooled()) == (1, [])
    upstream.mend(file_path(MODULE, "v1.1.0", "zip"))
    assert pulp.sync(repository, remote)["result"]["added"] == 2
    assert len(upstream.asked(file_path(MODULE, "v1.0.0", "zip"))) == 1


def test_a_failed_module_version_leaves_the_others(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(upstream, f"{MODULE}@v1.0.0", f"{MODULE}@v1.0.9"))
    assert task["state"] == "completed"
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (MODULE, "v1.0.9", "GO0002")
    assert "404" in reason
    assert (task["result"]["added"], task["result"]["failed_count"]) == (1, 1)
    assert held(pulp, repository) == [(MODULE, "v1.0.0")]


def test_strict_adds_nothing_where_something_failed(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    repository = pulp.repository()
    remote = pulp.remote(upstream, f"{MODULE}@v1.0.0", f"{MODULE}@v1.0.9")
    task = pulp.sync(repository, remote, strict=True)
    assert task["state"] == "failed"
    assert "GO0008" in task["error"]["description"]
    report = report_of(task)
    assert (report["added"], report["failed_count"]) == (0, 1)
    assert [row[:3] for row in report["failed"]] == [[MODULE, "v1.0.9", "GO0002"]]
    assert pulp.number(repository) == 0


def test_a_sync_that_achieves_nothing_fails(pulp, upstream):
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(upstream, f"{MODULE}@v1.0.0"))
    assert task["state"] == "failed"
    assert "GO0008" in task["error"]["description"]
    assert [row[:3] for row in report_of(task)["failed"]] == [[MODULE, "v1.0.0", "GO0002"]]
    assert pulp.number(repository) == 0


def test_a_module_without_a_list_is_one_clear_error(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    upstream.fault(list_path("example.com/b"), Fault(403))
    task = pulp.sync(pulp.repository(), pulp.remote(upstream, MODULE, "example.com/b"))
    ((module, _, code, reason),) = task["result"]["failed"]
    assert (module, code) == ("example.com/b", "GO0003")
    assert "403" in reason
    assert task["result"]["added"] == 1


WRONG_WORDS = [
    "example.com/a@",
    "example.com/a@>=",
    "not a path@v1.0.0",
    "nodot/a",
    f"{MODULE}@v2\n",
]


@pytest.mark.parametrize("word", [*WRONG_WORDS, f"{MODULE}@v1.٢.0"])
def test_a_wrong_selection_is_400_with_the_word(pulp, upstream, word):
    with pytest.raises(PulpHTTPError) as refused:
        pulp.remote(upstream, "example.com/good@v1.0.0", word)
    assert refused.value.status_code == 400
    assert "includes" in str(refused.value)


@pytest.mark.parametrize(
    "line", ["example.com/a v1.0.0", f"{MODULE} v1.0.0 h1:short", f"{MODULE} latest {H1}"]
)
def test_a_wrong_go_sum_is_400_with_the_line(pulp, upstream, line):
    with pytest.raises(PulpHTTPError) as refused:
        pulp.remote(upstream, go_sum=f"{MODULE} v1.0.0 {H1}\n{line}\n")
    assert refused.value.status_code == 400
    assert "line 2" in str(refused.value)


def test_a_sync_without_any_selection_is_400(pulp, upstream):
    with pytest.raises(PulpHTTPError) as refused:
        pulp.sync(pulp.repository(), pulp.remote(upstream))
    assert refused.value.status_code == 400


def test_a_repository_has_a_remote_of_its_own(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    repository = pulp.repository(remote=pulp.remote(upstream, f"{MODULE}@v1.0.0"))
    result = pulp.act(repository, "sync", {})["result"]
    assert (result["added"], result["failed"]) == (1, [])
