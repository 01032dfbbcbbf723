"""A sync with nothing new asks for lists and for nothing else, and notices whatever is new."""

import pytest

from functional_tests.goprograms import CLI, LOG, WEB, put_modules
from functional_tests.moduletree import file_path, list_path
from functional_tests.upstream import Fault
from functional_tests.workspace import done

A, B = "example.com/a", "example.com/b"
OLD = f"module example.com/main\n\ngo 1.16\n\nrequire (\n\t{CLI} v1.0.0\n\t{WEB} v0.9.0\n)\n"


@pytest.fixture
def world(upstream):
    """An upstream with two versions of A, one of B, and the modules of programs."""
    put_modules(upstream.tree)
    for module, version in ((A, "v1.0.0"), (A, "v1.1.0"), (B, "v1.0.0")):
        upstream.tree.add(module, version)
    return upstream


def synced_again(pulp, upstream, repository, remote, **options):
    """Sync; return how much was added, how much was skipped, and what the upstream was asked."""
    upstream.requests.clear()
    task = pulp.sync(repository, remote, **options)
    assert task["result"]["failed"] == []
    return task["result"]["added"], done(task)["sync.skipped"], upstream.paths()


SELECTIONS = [
    ({"includes": [A, B]}, 2, [list_path(A), list_path(B)]),
    ({"includes": [f"{A}@>=v1.1.0", f"{B}@v1"]}, 2, [list_path(A), list_path(B)]),
    ({"includes": [f"{A}@latest"]}, 1, [list_path(A)]),
    ({"includes": [f"{A}@v1.0.0", f"{B}@v1.0.0"]}, 2, []),
    ({"includes": [A, f"{B}@v1.0.0"]}, 2, [list_path(A)]),
    ({"go_mods": [OLD]}, 4, []),
    ({"includes": [B], "go_mods": [OLD]}, 5, [list_path(B)]),
]


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(("fields", "modules", "asked"), SELECTIONS)
def test_nothing_new_costs_the_lists_alone(pulp, world, fields, modules, asked, mirror):
    repository = pulp.repository()
    remote = pulp.remote(world, **fields)
    assert pulp.sync(repository, remote, mirror=mirror)["result"]["failed"] == []
    again = synced_again(pulp, world, repository, remote, mirror=mirror)
    assert again == (0, modules, asked)
    assert pulp.number(repository) == 1


def test_without_optimize_everything_is_looked_at_and_nothing_downloaded(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, go_mods=[OLD])
    pulp.sync(repository, remote)
    again = synced_again(pulp, world, repository, remote, optimize=False)
    assert again == (0, 0, [list_path(A)])
    assert pulp.number(repository) == 1


def test_a_list_that_changed_is_noticed_and_the_others_are_skipped(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    pulp.sync(repository, remote)
    world.tree.add(A, "v1.2.0")
    added, skipped, asked = synced_again(pulp, world, repository, remote)
    assert (added, skipped) == (1, 1)
    files = [file_path(A, "v1.2.0", extension) for extension in ("info", "mod", "zip")]
    assert asked == sorted([list_path(A), list_path(B), *files])


@pytest.mark.parametrize("extension", ["mod", "zip"])
def test_a_module_with_a_failure_is_tried_again(pulp, world, extension):
    path = file_path(A, "v1.1.0", extension)
    world.fault(path, Fault(500), Fault(500), Fault())
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    for _ in range(2):
        assert pulp.sync(repository, remote)["result"]["failed_count"] == 1
    added, skipped, asked = synced_again(pulp, world, repository, remote)
    assert (added, skipped) == (1, 1)
    assert path in asked and file_path(A, "v1.0.0", "zip") not in asked


def test_a_list_that_failed_is_asked_for_again(pulp, world):
    world.fault(list_path(A), Fault(500), Fault())
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    assert pulp.sync(repository, remote)["result"]["failed_count"] == 1
    assert synced_again(pulp, world, repository, remote)[:2] == (2, 1)


def test_another_remote_has_everything_looked_at(pulp, world):
    repository = pulp.synced(world, A, B)
    other = pulp.remote(world, A, B)
    assert synced_again(pulp, world, repository, other) == (0, 0, [list_path(A), list_path(B)])


def test_another_url_has_everything_looked_at(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    pulp.sync(repository, remote)
    remote.update({"url": f"{world.url}/"})
    added, _, asked = synced_again(pulp, world, repository, remote)
    assert (added, asked) == (0, [list_path(A), list_path(B)])


def test_another_selection_of_a_module_is_looked_at(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, f"{A}@v1.0.0", B)
    pulp.sync(repository, remote)
    remote.update({"includes": [A, B]})
    added, skipped, asked = synced_again(pulp, world, repository, remote)
    assert (added, skipped) == (1, 1)
    files = [file_path(A, "v1.1.0", extension) for extension in ("info", "mod", "zip")]
    assert asked == sorted([list_path(A), list_path(B), *files])


def test_other_go_mods_are_looked_at(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, go_mods=[OLD])
    pulp.sync(repository, remote)
    text = f"module example.com/main\n\ngo 1.21\n\nrequire {LOG} v1.0.0\n"
    remote.update({"go_mods": [OLD, text]})
    added, _, asked = synced_again(pulp, world, repository, remote)
    # Of v1.0.0 the go.mod alone was wanted before.
    assert (added, file_path(LOG, "v1.0.0", "zip") in asked) == (1, True)
    assert not [path for path in asked if not path.startswith(f"{LOG}/@v/v1.0.0.")]


def test_what_was_removed_meanwhile_comes_back_without_a_download(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, f"{B}@v1.0.0", go_mods=[OLD])
    pulp.sync(repository, remote)
    before = pulp.held(repository)
    units = pulp.module_versions(module__in=[A, B, WEB])
    pulp.modify(repository, remove_content_units=[unit["pulp_href"] for unit in units])
    assert len(pulp.held(repository)) == len(before) - 4
    assert synced_again(pulp, world, repository, remote) == (4, 0, [list_path(A)])
    assert pulp.held(repository) == before


def test_what_was_added_meanwhile_goes_in_a_mirror(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A)
    pulp.sync(repository, remote, mirror=True)
    pulp.synced(world, B)
    (unit,) = pulp.module_versions(module=B)
    pulp.modify(repository, add_content_units=[unit["pulp_href"]])
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert (result["removed"], pulp.held(repository)) == (1, [f"{A}@v1.0.0", f"{A}@v1.1.0"])


def test_mirror_after_an_additive_sync_is_looked_at(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A)
    pulp.sync(repository, remote)
    world.tree.put(list_path(A), "v1.1.0\n")
    pulp.sync(repository, remote)
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert (result["removed"], pulp.held(repository)) == (1, [f"{A}@v1.1.0"])


def test_another_repository_has_everything_looked_at(pulp, world):
    remote = pulp.remote(world, A, B)
    pulp.sync(pulp.repository(), remote)
    second = pulp.repository()
    assert synced_again(pulp, world, second, remote) == (3, 0, [list_path(A), list_path(B)])
