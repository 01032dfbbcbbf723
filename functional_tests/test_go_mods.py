"""Remotes that want what go.mods need: which texts are refused, and what happens where it fails."""

import pytest
from pulp_glue.common.exceptions import PulpHTTPError

from functional_tests.goprograms import CLI, GONE, LOG, NEAR, WEB, put_modules
from functional_tests.moduletree import file_path
from functional_tests.upstream import Fault
from functional_tests.workspace import report_of

OTHER_H1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
# Printed by `go mod download -json` of go1.26.8: the go.mod's of LOG at v1.2.0.
LOG_GO_MOD_H1 = "h1:liXD0KNuhItcYQoq+I3awt6Mgy3bf8yP61wfohFKQVA="
MAIN = "module example.com/main\n\ngo 1.21\n"
# Reads all of the graph below CLI and WEB, as Go 1.16 does.
OLD = f"""\
module example.com/main

go 1.16

require (
	{CLI} v1.0.0
	{WEB} v0.9.0
)
"""
OLD_CLOSURE = [
    f"{CLI}@v0.9.0",
    f"{CLI}@v1.0.0",
    f"{GONE}@v1.0.0",
    f"{LOG}@v1.0.0",
    f"{LOG}@v1.1.0",
    f"{LOG}@v1.2.0",
    f"{WEB}@v0.9.0",
]
OLD_ZIPS = [f"{CLI}@v1.0.0", f"{GONE}@v1.0.0", f"{LOG}@v1.2.0", f"{WEB}@v0.9.0"]

REFUSED = [
    ({"go_mods": [f"{MAIN}\nrequire {LOG}\n"]}, ("go_mods", ":5:")),
    ({"go_mods": [MAIN, f"{MAIN}\n\nrequire {LOG} v1.2.\u0660\n"]}, ("go_mods", ":6:")),
    ({"go_mods": [f"{MAIN}\nrequire {LOG} master\n"]}, ("go_mods", ":5:")),
    ({"go_mods": ["go 1.21\n"]}, ("no module declaration in go.mod",)),
    ({"go_mods": ["\n"]}, ("no module declaration in go.mod",)),
    ({"go_mods": [MAIN], "go_work": "go 1.21\n\nuse ./a ./b\n"}, ("go_work", ":3:")),
    ({"go_mods": [MAIN], "go_work": "go 1.21\n\nuse ./a\nuse ./b\n"}, ("1 go.mod", "2 dir")),
    ({"go_work": "go 1.21\n\nuse ./a\n"}, ("0 go.mod", "go.work")),
    ({"go_mods": [MAIN], "go_sum": "example.com/a v1.0.0\n"}, ("go_sum", "line 1")),
]


@pytest.mark.parametrize(("fields", "said"), REFUSED)
def test_a_text_that_go_would_refuse_is_400_with_its_line(pulp, upstream, fields, said):
    with pytest.raises(PulpHTTPError) as refused:
        pulp.remote(upstream, **fields)
    assert refused.value.status_code == 400
    assert all(part in str(refused.value) for part in said), str(refused.value)


@pytest.fixture
def world(upstream):
    """An upstream with all the modules."""
    put_modules(upstream.tree)
    return upstream


def zips(pulp, repository):
    units = pulp.module_versions(repository_version=pulp.latest(repository))
    return [f"{unit['module']}@{unit['version']}" for unit in units if unit["h1"]]


def test_of_what_loses_the_go_mod_comes_alone(pulp, world):
    repository = pulp.repository()
    result = pulp.sync(repository, pulp.remote(world, go_mods=[OLD]))["result"]
    assert result == {"added": 7, "removed": 0, "failed": [], "failed_count": 0, "toolchains": []}
    assert pulp.held(repository) == OLD_CLOSURE
    assert zips(pulp, repository) == OLD_ZIPS
    assert not [path for path in world.paths() if path.endswith(("/list", "@latest"))]
    assert len(world.paths()) == len(set(world.paths()))


def test_a_module_that_is_a_directory_is_not_asked_for(pulp, world):
    text = f"{MAIN}\nrequire {NEAR} v1.0.0\n\nrequire {LOG} v1.0.0\n\nreplace {NEAR} => ../near\n"
    repository = pulp.repository()
    result = pulp.sync(repository, pulp.remote(world, go_mods=[text]))["result"]
    assert result["failed"] == []
    assert pulp.held(repository) == [f"{LOG}@v1.0.0"]
    assert not [path for path in world.paths() if path.startswith(NEAR)]


def test_toolchain_lines_are_told_each_once(pulp, world):
    texts = [
        f"module example.com/one\n\ngo 1.21\n\ntoolchain go1.22.1\n\nrequire {LOG} v1.0.0\n",
        "module example.com/two\n\ngo 1.21\n\ntoolchain go1.23.4\n",
        "module example.com/three\n\ngo 1.21\n\ntoolchain go1.22.1\n",
    ]
    task = pulp.sync(pulp.repository(), pulp.remote(world, go_mods=texts))
    assert sorted(task["result"]["toolchains"]) == ["go1.22.1", "go1.23.4"]


def test_go_mods_add_up_with_words_and_a_go_sum(pulp, world):
    go_sum = f"{LOG} v1.2.0/go.mod {LOG_GO_MOD_H1}\n"
    text = f"{MAIN}\nrequire {LOG} v1.0.0\n"
    remote = pulp.remote(world, f"{GONE}@v1.0.0", go_mods=[text], go_sum=go_sum)
    repository = pulp.repository()
    assert pulp.sync(repository, remote)["result"]["failed"] == []
    assert pulp.held(repository) == [f"{GONE}@v1.0.0", f"{LOG}@v1.0.0", f"{LOG}@v1.2.0"]
    assert zips(pulp, repository) == [f"{GONE}@v1.0.0", f"{LOG}@v1.0.0"]


def test_a_go_mod_that_the_upstream_has_not_leaves_the_rest(pulp, world):
    world.tree.remove(file_path(CLI, "v0.9.0", "mod"))
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(world, go_mods=[OLD]))
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (CLI, "v0.9.0", "GO0002")
    assert "404" in reason
    assert task["result"]["failed_count"] == 1
    assert pulp.held(repository) == [
        f"{CLI}@v1.0.0",
        f"{LOG}@v1.1.0",
        f"{LOG}@v1.2.0",
        f"{WEB}@v0.9.0",
    ]


GO_MODS = [
    (Fault(500), "GO0003", "500"),
    (Fault(body=b"<html>\n"), "GO0005", "missing module line"),
    (Fault(body=b"module a\n\nrequire b\n"), "GO0005", ":3:"),
]


@pytest.mark.parametrize(("fault", "code", "said"), GO_MODS)
def test_a_go_mod_that_cannot_be_read_is_one_failure(pulp, world, fault, code, said):
    world.fault(file_path(GONE, "v1.0.0", "mod"), fault)
    task = pulp.sync(pulp.repository(), pulp.remote(world, go_mods=[OLD]))
    ((module, version, got, reason),) = task["result"]["failed"]
    assert (module, version, got) == (GONE, "v1.0.0", code)
    assert said in reason
    world.mend(file_path(GONE, "v1.0.0", "mod"))


def test_the_next_sync_brings_what_failed(pulp, world):
    world.fault(file_path(CLI, "v0.9.0", "mod"), Fault(500), Fault())
    repository, remote = pulp.repository(), pulp.remote(world, go_mods=[OLD])
    assert pulp.sync(repository, remote)["result"]["failed_count"] == 1
    assert pulp.sync(repository, remote)["result"]["failed"] == []
    assert pulp.held(repository) == OLD_CLOSURE
    zip_paths = [path for path in world.paths() if path.endswith(".zip")]
    assert len(zip_paths) == len(set(zip_paths)) == len(OLD_ZIPS)


def test_strict_adds_nothing_where_a_go_mod_failed(pulp, world):
    world.tree.remove(file_path(CLI, "v0.9.0", "mod"))
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(world, go_mods=[OLD]), strict=True)
    assert (task["state"], pulp.number(repository)) == ("failed", 0)
    assert [row[:3] for row in report_of(task)["failed"]] == [[CLI, "v0.9.0", "GO0002"]]


@pytest.mark.parametrize("line", [f"{LOG} v1.2.0/go.mod", f"{LOG} v1.2.0"])
def test_another_hash_than_the_go_sum_says_is_refused(pulp, world, line):
    remote = pulp.remote(world, go_mods=[OLD], go_sum=f"{line} {OTHER_H1}\n")
    repository = pulp.repository()
    task = pulp.sync(repository, remote)
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (LOG, "v1.2.0", "GO0006")
    assert OTHER_H1 in reason
    assert f"{WEB}@v0.9.0" in pulp.held(repository)
    assert f"{LOG}@v1.2.0" not in pulp.held(repository)
    units = pulp.module_versions(module=LOG, version="v1.2.0")
    assert units == []


@pytest.mark.parametrize("word", [f"{LOG}@v1.2.0", LOG, "example.com/old/l*", f"{LOG}@>v1.1.0"])
def test_excludes_take_away_from_a_graph(pulp, world, word):
    repository = pulp.repository()
    result = pulp.sync(repository, pulp.remote(world, go_mods=[OLD], excludes=[word]))["result"]
    assert result["failed"] == []
    assert f"{LOG}@v1.2.0" not in pulp.held(repository)
    assert f"{WEB}@v0.9.0" in pulp.held(repository)
    assert not world.asked(file_path(LOG, "v1.2.0", "mod"))
