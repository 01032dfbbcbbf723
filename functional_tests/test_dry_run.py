"""The plan before the act: what a sync would bring and take, told without doing it."""

import pytest

from functional_tests.goprograms import CLI, GONE, LOG, WEB, put_modules
from functional_tests.moduletree import file_path, list_path
from functional_tests.upstream import Fault
from functional_tests.workspace import report_of

A, B = "example.com/a", "example.com/b"
EVERYTHING = [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{B}@v1.0.0"]
OLD = (
    "module example.com/main\n\ngo 1.16\n\ntoolchain go1.22.1\n\n"
    f"require (\n\t{CLI} v1.0.0\n\t{WEB} v0.9.0\n)\n"
)


@pytest.fixture
def world(upstream):
    """An upstream with two versions of A and one of B, which says how large zips are."""
    for name in EVERYTHING:
        upstream.tree.add(*name.split("@"))
    upstream.answers_head = True
    return upstream


def size(upstream, module, version):
    """Return how many bytes the zip of a module version has."""
    return len(upstream.tree.files[file_path(module, version, "zip")])


def planned(pulp, repository, remote, **options):
    """Return what a dry run tells."""
    task = pulp.sync(repository, remote, dry_run=True, **options)
    assert task["state"] == "completed", task
    return task["result"]


def state(pulp, live_pulp, repository):
    """Return all that a dry run must not change."""
    versions = repository.show()["latest_version_href"]
    return versions, pulp.module_versions(), pulp.count_artifacts(), live_pulp.spooled()


def names(rows):
    """Return `path@version` of each row of a plan, sorted."""
    return sorted(f"{row[0]}@{row[1]}" for row in rows)


def test_the_plan_tells_each_version_with_its_size(pulp, world, live_pulp):
    repository, remote = pulp.repository(), pulp.remote(world, A, f"{B}@v1.0.0")
    before = state(pulp, live_pulp, repository)
    sizes = [size(world, *name.split("@")) for name in EVERYTHING]
    plan = planned(pulp, repository, remote)
    assert plan == {
        "dry_run": True,
        "comes": [
            [A, "v1.0.0", True, sizes[0]],
            [A, "v1.1.0", True, sizes[1]],
            [B, "v1.0.0", True, sizes[2]],
        ],
        "comes_count": 3,
        "comes_bytes": sum(sizes),
        "unknown_count": 0,
        "goes": [],
        "goes_count": 0,
        "failed": [],
        "failed_count": 0,
        "toolchains": [],
    }
    assert state(pulp, live_pulp, repository) == before
    zips = [request.method for request in world.requests if request.path.endswith(".zip")]
    assert zips == ["HEAD"] * 3


def test_an_upstream_that_refuses_head_says_no_size(pulp, world):
    world.answers_head = False
    plan = planned(pulp, pulp.repository(), pulp.remote(world, A))
    assert plan["comes"] == [[A, "v1.0.0", True, None], [A, "v1.1.0", True, None]]
    assert (plan["comes_bytes"], plan["unknown_count"], plan["failed"]) == (0, 2, [])


@pytest.mark.parametrize("fault", [Fault(403), Fault(500), Fault(reset=True)])
def test_a_size_that_the_upstream_does_not_say_is_no_failure(pulp, world, fault):
    world.fault(file_path(A, "v1.0.0", "zip"), fault)
    plan = planned(pulp, pulp.repository(), pulp.remote(world, A))
    known = size(world, A, "v1.1.0")
    assert plan["comes"] == [[A, "v1.0.0", True, None], [A, "v1.1.0", True, known]]
    assert (plan["comes_bytes"], plan["unknown_count"], plan["failed"]) == (known, 1, [])


def test_of_what_the_domain_holds_nothing_is_downloaded(pulp, world):
    first = pulp.remote(world, A)
    pulp.sync(pulp.repository(), first)
    plan = planned(pulp, pulp.repository(), first)
    assert plan["comes"] == [[A, "v1.0.0", True, 0], [A, "v1.1.0", True, 0]]
    assert (plan["comes_bytes"], plan["unknown_count"]) == (0, 0)


def test_where_nothing_is_new_nothing_comes(pulp, world, live_pulp):
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    pulp.sync(repository, remote)
    before = state(pulp, live_pulp, repository)
    world.requests.clear()
    plan = planned(pulp, repository, remote)
    assert (plan["comes"], plan["comes_count"], plan["goes"]) == ([], 0, [])
    assert world.paths() == [list_path(A), list_path(B)]
    assert state(pulp, live_pulp, repository) == before


def test_a_mirror_tells_what_goes(pulp, world, live_pulp):
    repository = pulp.synced(world, A, B)
    world.tree.add(A, "v1.2.0")
    remote = pulp.remote(world, f"{A}@>=v1.1.0")
    before = state(pulp, live_pulp, repository)
    plan = planned(pulp, repository, remote, mirror=True)
    assert plan["comes"] == [[A, "v1.2.0", True, size(world, A, "v1.2.0")]]
    assert (plan["goes"], plan["goes_count"]) == ([[A, "v1.0.0"], [B, "v1.0.0"]], 2)
    assert state(pulp, live_pulp, repository) == before
    assert planned(pulp, repository, remote)["goes"] == []


def test_what_cannot_be_told_does_not_go(pulp, world):
    repository = pulp.synced(world, A, B)
    world.fault(list_path(A), Fault(500))
    plan = planned(pulp, repository, pulp.remote(world, A, f"{B}@v1.0.0"), mirror=True)
    assert (plan["comes"], plan["goes"], plan["failed_count"]) == ([], [], 1)
    assert [row[:3] for row in plan["failed"]] == [[A, "all", "GO0003"]]


def test_a_sync_brings_what_the_plan_of_a_go_mod_told(pulp, world, live_pulp):
    put_modules(world.tree)
    repository = pulp.synced(world, A, f"{B}@v1.0.0")
    remote = pulp.remote(world, f"{A}@v1.1.0", go_mods=[OLD])
    before = state(pulp, live_pulp, repository)
    plan = planned(pulp, repository, remote, mirror=True)
    zips = {f"{row[0]}@{row[1]}" for row in plan["comes"] if row[2]}
    assert zips == {f"{CLI}@v1.0.0", f"{GONE}@v1.0.0", f"{LOG}@v1.2.0", f"{WEB}@v0.9.0"}
    assert [row[3] for row in plan["comes"] if not row[2]] == [0, 0, 0]
    assert names(plan["goes"]) == [f"{A}@v1.0.0", f"{B}@v1.0.0"]
    assert (plan["comes_count"], plan["toolchains"]) == (7, ["go1.22.1"])
    assert state(pulp, live_pulp, repository) == before
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert (result["added"], result["removed"], result["failed"]) == (7, 2, [])
    assert sorted(pulp.held(repository)) == sorted([f"{A}@v1.1.0", *names(plan["comes"])])


def test_a_plan_is_no_sync_that_the_next_could_skip(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    planned(pulp, repository, remote)
    assert pulp.sync(repository, remote)["result"]["added"] == 3


def test_failures_of_lists_and_go_mods_stand_in_the_plan(pulp, world):
    put_modules(world.tree)
    world.fault(file_path(CLI, "v0.9.0", "mod"), Fault(404))
    plan = planned(pulp, pulp.repository(), pulp.remote(world, A, "example.com/x", go_mods=[OLD]))
    failed = sorted(row[:3] for row in plan["failed"])
    assert failed == [[CLI, "v0.9.0", "GO0002"], ["example.com/x", "all", "GO0002"]]
    assert plan["failed_count"] == 2


def test_a_plan_of_nothing_but_failures_is_told_too(pulp, world):
    task = pulp.sync(pulp.repository(), pulp.remote(world, "example.com/x"), dry_run=True)
    assert report_of(task)["failed_count"] == 1
    assert [row[:3] for row in report_of(task)["failed"]] == [["example.com/x", "all", "GO0002"]]
