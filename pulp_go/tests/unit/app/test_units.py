"""What a unit of work asks for, what it reuses, and what it says of what did not come."""

from pathlib import Path

import pytest
from django.conf import settings

from pulpcore.plugin.models import Artifact, RemoteArtifact

from pulp_go.app import executor
from pulp_go.app.history import Evidence, Sighting
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.tests.unit.app.executor_contract import serve_one, wanting
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


def do(unit):
    """Return the result of one unit."""
    return executor.Inline(lambda counts: None).run([unit])[0]


def files(*extensions, path=PATH):
    return {f"{path}.{extension}" for extension in extensions}


def test_an_explicit_version_asks_for_its_three_files_alone(unit, upstream):
    serve_one(upstream)
    do(wanting(unit, "example.com/one", "v1.0.0"))
    assert sorted(upstream.log) == sorted(files("info", "mod", "zip"))


def test_a_go_mod_line_asks_for_no_zip(unit, upstream):
    serve_one(upstream)
    row = ["v1.0.0", False, "", GO_MOD_H1]
    result = do(unit | {"module": "example.com/one", "versions": [row], "queries": []})
    assert sorted(upstream.log) == sorted(files("info", "mod"))
    assert ModuleVersion.objects.get(pk=result["added"][0]).h1 == ""
    evidence = Evidence.objects.get()
    assert (evidence.h1, evidence.go_mod_h1, evidence.database) == ("", GO_MOD_H1, "gosum")


LIST = b"v1.0.0\nv0.9.0\nv1.1.0-rc.1\njunk\n"
QUERIES = [
    ("latest", ["v1.0.0"]),
    ("all", ["v0.9.0", "v1.0.0", "v1.1.0-rc.1"]),
    (">=v1.0.0", ["v1.0.0"]),
    ("v0", ["v0.9.0"]),
]


@pytest.mark.parametrize("query, versions", QUERIES)
def test_a_query_is_answered_by_the_list(unit, upstream, query, versions):
    upstream.says("example.com/one/@v/list", LIST)
    upstream.says(f"{PATH}.mod", GO_MOD)
    result = do(wanting(unit, "example.com/one", queries=[query]))
    missing = {failure[1] for failure in result["failed"] if failure[2] == "GO0002"}
    assert missing == set(versions)
    junk = [failure for failure in result["failed"] if failure[2] == "GO0004"]
    assert [failure[1] for failure in junk] == [query]
    assert junk[0][3] == "1 lines of @v/list are no versions of example.com/one"
    seen = Sighting.objects.values_list("version", flat=True)
    assert sorted(seen) == ["v0.9.0", "v1.0.0", "v1.1.0-rc.1"]


def test_excluded_versions_are_not_selected(unit, upstream):
    upstream.says("example.com/one/@v/list", LIST)
    excludes = {"excludes": ["example.com/*@v0"]}
    result = do(wanting(unit, "example.com/one", queries=["all"]) | excludes)
    assert {failure[1] for failure in result["failed"]} == {"all", "v1.0.0", "v1.1.0-rc.1"}


def test_what_is_excluded_does_not_come_as_the_latest(unit, upstream):
    upstream.says("example.com/one/@v/list", b"v1.0.0\n")
    upstream.says("example.com/one/@latest", INFO)
    excludes = {"excludes": ["example.com/one@v1"]}
    result = do(wanting(unit, "example.com/one", queries=["latest"]) | excludes)
    assert (result["added"], result["failed"]) == ([], [])


def test_latest_of_a_module_without_tags_is_what_the_upstream_calls_latest(unit, upstream):
    pseudo = "v0.0.0-20200102030405-abcdefabcdef"
    path = f"example.com/one/@v/{pseudo}"
    info = b'{"Version":"v0.0.0-20200102030405-abcdefabcdef"}'
    upstream.says("example.com/one/@v/list", b"")
    upstream.says("example.com/one/@latest", info)
    upstream.says(f"{path}.info", info)
    upstream.says(f"{path}.mod", GO_MOD)
    upstream.says(f"{path}.zip", module_zip(ONE, version=pseudo))
    result = do(wanting(unit, "example.com/one", queries=["latest"]))
    assert ModuleVersion.objects.get(pk=result["added"][0]).version == pseudo


def test_latest_skips_what_the_highest_version_retracts(unit, upstream):
    upstream.says("example.com/one/@v/list", b"v1.0.0\nv1.0.1\n")
    retracting = b"module example.com/one\n\nretract v1.0.1\n"
    upstream.says("example.com/one/@v/v1.0.1.mod", retracting)
    result = do(wanting(unit, "example.com/one", queries=["latest"]))
    assert [failure[1] for failure in result["failed"]] == ["v1.0.0"]


def test_a_list_that_is_denied_is_the_module_s_one_failure(unit, upstream):
    upstream.says("example.com/one/@v/list", (403, {}, b""))
    result = do(wanting(unit, "example.com/one", queries=["all", "latest"]))
    assert [failure[:3] for failure in result["failed"]] == [
        ["example.com/one", "all, latest", "GO0003"]
    ]


def test_what_another_repository_holds_is_not_believed(unit, upstream, tmp_path):
    other = GoRepository.objects.create(name="other")
    poisoned = kept(tmp_path, CHANGED)
    with other.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk=poisoned.pk))
    serve_one(upstream)
    result = do(wanting(unit, "example.com/one", "v1.0.0"))
    assert ModuleVersion.objects.get(pk=result["added"][0]).h1 == ONE_H1


def test_what_a_go_sum_names_is_believed_wherever_it_is(unit, upstream, tmp_path):
    held = kept(tmp_path, CHANGED)
    row = ["v1.0.0", True, CHANGED_H1, ""]
    result = do(unit | {"module": "example.com/one", "versions": [row], "queries": []})
    assert (result["added"], upstream.log) == ([str(held.pk)], [])


def test_what_an_interrupted_sync_of_this_remote_left_is_reused(unit, upstream):
    serve_one(upstream)
    first = do(wanting(unit, "example.com/one", "v1.0.0"))
    upstream.log.clear()
    assert do(wanting(unit, "example.com/one", "v1.0.0"))["added"] == first["added"]
    assert upstream.log == []


def test_an_info_that_turned_up_is_fetched_and_nothing_else(unit, upstream):
    serve_one(upstream)
    upstream.says(f"{PATH}.info", (404, {}, b""), (404, {}, b""), INFO)
    wanted = wanting(unit, "example.com/one", "v1.0.0")
    without = do(wanted)["added"]
    assert do(wanted)["added"] == without
    upstream.log.clear()
    unit = ModuleVersion.objects.get(pk=do(wanted)["added"][0])
    assert (bytes(unit.info), unit.h1) == (INFO, ONE_H1)
    sources = RemoteArtifact.objects.values_list("url", flat=True)
    assert list(sources) == [f"{upstream.url}/{PATH}.zip"] * 2
    assert upstream.log == [f"{PATH}.info"]


def test_a_failure_leaves_neither_rows_nor_files(unit, upstream):
    serve_one(upstream)
    upstream.says(f"{PATH}.zip", b"PK broken")
    result = do(wanting(unit, "example.com/one", "v1.0.0"))
    assert [failure[2] for failure in result["failed"]] == ["GO0005"]
    assert not ModuleVersion.objects.exists()
    assert not list(Path(settings.WORKING_DIRECTORY).iterdir())
    upstream.says(f"{PATH}.zip", module_zip(ONE))
    assert do(wanting(unit, "example.com/one", "v1.0.0"))["failed"] == []


PINS = ["v1.0.0", True, ONE_H1, GO_MOD_H1]
LAZY = [("on_demand", PINS, ["info", "mod"]), ("streamed", PINS, ["info", "mod"])] + [
    ("on_demand", ["v1.0.0", True, h1, go_mod_h1], ["info", "mod", "zip"])
    for h1, go_mod_h1 in [("", ""), (ONE_H1, ""), ("", GO_MOD_H1)]
]


def one(unit, row):
    """Return a unit for one version of example.com/one."""
    return unit | {"module": "example.com/one", "versions": [row], "queries": []}


@pytest.mark.parametrize(("policy", "row", "asked"), LAZY)
def test_a_zip_stays_upstream_if_both_hashes_are_known(unit, upstream, policy, row, asked):
    serve_one(upstream)
    GoRemote.objects.update(policy=policy)
    result = do(one(unit, row))
    assert ModuleVersion.objects.get(pk=result["added"][0]).h1 == ONE_H1
    assert sorted(upstream.log) == sorted(files(*asked))
    assert Artifact.objects.count() == asked.count("zip")
    upstream.log.clear()
    assert do(one(unit, row))["added"] == result["added"]
    assert upstream.log == []


def test_an_immediate_sync_fetches_what_was_left_upstream(unit, upstream):
    serve_one(upstream)
    GoRemote.objects.update(policy="on_demand")
    left = do(one(unit, PINS))["added"]
    GoRemote.objects.update(policy="immediate")
    assert do(one(unit, PINS))["added"] == left
    assert upstream.log.count(f"{PATH}.zip") == 1
    assert (
        Artifact.objects.get().content_memberships.get().content_id
        == ModuleVersion.objects.get().pk
    )


def test_what_a_go_sum_has_another_hash_of_stays_out_later(unit, upstream):
    serve_one(upstream)
    GoRemote.objects.update(policy="on_demand")
    result = do(one(unit, ["v1.0.0", True, ONE_H1, CHANGED_H1]))
    assert [failure[2] for failure in result["failed"]] == ["GO0006"]
    assert not ModuleVersion.objects.exists()
