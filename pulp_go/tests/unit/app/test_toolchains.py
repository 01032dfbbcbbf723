"""Toolchains that are uploaded: a checksum database vouches for them, or they do not come."""

import pytest

from pulp_go.app import toolchains
from pulp_go.app.exceptions import HashMismatchError, ToolchainUnverifiedError
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.tests.unit.app.checksumlogs import BELOW, GO_MOD_H1, H1, Source
from pulp_go.tests.unit.gomod.logs import VERIFIER

NAME = ("golang.org/toolchain", "v0.0.1-go1.21.0.linux-amd64")


@pytest.fixture
def repository(db, upstream):
    """A repository with a remote, whose database knows the toolchain."""
    source = Source(300, {NAME: 7})
    paths = ["supported", "latest", "lookup/{}@{}".format(*NAME)]
    paths += ["tile/8/0/000", "tile/8/0/001.p/44", "tile/8/1/000.p/1"]
    for path in paths:
        upstream.says(BELOW + path, source.answer(path))
    remote = GoRemote.objects.create(
        name="m", url=upstream.url, sumdb=VERIFIER.key, no_sumdb=["golang.org"], max_retries=0
    )
    return GoRepository.objects.create(name="r", remote=remote)


def toolchain(h1=H1, go_mod_h1=GO_MOD_H1):
    """Return an unsaved toolchain."""
    return ModuleVersion(module=NAME[0], version=NAME[1], h1=h1, go_mod_h1=go_mod_h1)


def test_one_that_is_known_comes_with_its_proof(repository):
    proof = toolchains.check(toolchain(), repository)
    assert (proof.database, proof.record, proof.h1) == (VERIFIER.name, 7, H1)


@pytest.mark.parametrize("hashes", [("h1:other", GO_MOD_H1), (H1, "h1:other")])
def test_another_one_is_refused_with_both_hashes(repository, hashes):
    with pytest.raises(HashMismatchError, match="h1:other"):
        toolchains.check(toolchain(*hashes), repository)


def test_one_that_nobody_knows_is_refused(repository):
    unknown = toolchain()
    unknown.version = "v0.0.1-go1.99.0.linux-amd64"
    with pytest.raises(ToolchainUnverifiedError, match="GO0012"):
        toolchains.check(unknown, repository)


def test_without_anybody_to_ask_it_is_refused(repository):
    GoRemote.objects.update(sumdb="off")
    without = GoRepository.objects.create(name="without")
    for where in (None, without, GoRepository.objects.get(pk=repository.pk)):
        with pytest.raises(ToolchainUnverifiedError, match="always verified"):
            toolchains.check(toolchain(), where)


def test_what_is_no_toolchain_may_pass():
    unit = ModuleVersion(module="golang.org/toolchainx", version="v1.0.0")
    assert toolchains.check(unit, None) is None
