"""Programs synced by their go.mods: then there is all that `go` asks for, and nothing else to ask.

Each program is judged by the real `go`: what it prints with the upstream as its GOPROXY, it has to
print with Pulp as its only one.
"""

import pytest

from functional_tests.goprograms import GO_1_16, GO_1_21, KINDS, PROGRAMS, put_modules
from functional_tests.program import UNTOLD, go_sums, with_go_sums
from functional_tests.upstream import Upstream


@pytest.fixture(scope="module")
def world():
    """An upstream with all the modules."""
    with Upstream() as upstream:
        put_modules(upstream.tree)
        yield upstream


def zips(pulp, repository):
    """Return `path@version` of each zip that a repository holds."""
    units = pulp.module_versions(repository_version=pulp.latest(repository))
    return {f"{unit['module']}@{unit['version']}" for unit in units if unit["h1"]}


def said(client, files, command):
    """Return what a `go` prints, or "" if another one would print something else."""
    client.put(files)
    answer = client.run(*command)
    return "" if command[0] in UNTOLD else answer


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_go_prints_what_it_prints_with_the_upstream(pulp, world, go, program):
    files = with_go_sums(go(world.url), program)
    repository = pulp.repository()
    remote = pulp.remote(world, **program.remote_fields(go_sums(files)))
    result = pulp.sync(repository, remote)["result"]
    assert (result["failed"], result["toolchains"]) == ([], list(program.toolchains))
    assert zips(pulp, repository) == program.zips()
    base = pulp.distribution(repository=repository)
    for command in program.commands:
        with_upstream = said(go(world.url), files, command)
        assert said(go(base), files, command) == with_upstream, command


def test_several_go_mods_are_enough_for_each(pulp, world, go):
    programs = (GO_1_16, KINDS, GO_1_21)
    repository = pulp.repository()
    go_mods = [text for program in programs for text in program.go_mods()]
    assert pulp.sync(repository, pulp.remote(world, go_mods=go_mods))["result"]["failed"] == []
    assert zips(pulp, repository) == {name for program in programs for name in program.zips()}
    base = pulp.distribution(repository=repository)
    for program in programs:
        files = with_go_sums(go(base), program)
        for command in (("test", "./..."), ("mod", "download", "all"), ("mod", "vendor")):
            said(go(base), files, command)


@pytest.mark.parametrize("program", [GO_1_16, GO_1_21, KINDS], ids=str)
def test_who_has_no_go_sum_gets_the_same(pulp, world, go, program):
    repository = pulp.repository()
    pulp.sync(repository, pulp.remote(world, go_mods=program.go_mods()))
    base = pulp.distribution(repository=repository)
    assert with_go_sums(go(base), program) == with_go_sums(go(world.url), program)
    user = go(base)
    user.put(program.files)
    user.run("build", "-mod=mod", "./...")
