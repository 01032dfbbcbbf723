"""What is held already and may be reused: only what is known from a source to be trusted."""

from types import SimpleNamespace

import pytest

from pulpcore.plugin.models import ContentArtifact

from pulp_go.app import holding, keeping
from pulp_go.app.holding import Held
from pulp_go.app.ingest import Files, Wanted, verify
from pulp_go.app.keeping import Source
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.tests.unit.app.modules import (
    CHANGED,
    CHANGED_H1,
    GO_MOD,
    GO_MOD_H1,
    INFO,
    NAME,
    ONE,
    ONE_H1,
    examined,
    kept,
    module_zip,
    pinned,
)

URL = "https://goproxy.example"
ZIP, MOD, OTHER = "h1:zip", "h1:mod", "h1:other"
SERVES = [
    # held h1, in the repository, from the remote; wanted zip, h1, go_mod_h1; whether it serves
    (ZIP, True, False, True, "", "", True),
    (ZIP, False, True, True, "", "", True),
    (ZIP, False, False, True, "", "", False),
    (ZIP, False, False, True, ZIP, "", True),
    (ZIP, False, False, True, "", MOD, False),
    (ZIP, True, True, True, OTHER, "", False),
    (ZIP, True, True, True, ZIP, OTHER, False),
    ("", True, True, True, "", "", False),
    ("", True, False, False, "", "", True),
    ("", False, True, False, "", "", True),
    ("", False, False, False, "", MOD, True),
    ("", False, False, False, "", "", False),
    ("", True, True, False, "", OTHER, False),
    # A whole unit is in the way of nobody who wants the go.mod alone, and is no reason to add it.
    (ZIP, True, False, False, "", "", True),
    (ZIP, False, True, False, "", MOD, False),
]


@pytest.mark.parametrize("row", SERVES)
def test_what_serves(row):
    h1, in_repository, from_remote, zip, wanted_h1, wanted_go_mod_h1, expected = row
    held = Held(SimpleNamespace(h1=h1, go_mod_h1=MOD), in_repository, from_remote)
    wanted = Wanted(*NAME, zip, wanted_h1, wanted_go_mod_h1)
    assert holding.serves(held, wanted) is expected


TRUSTED = [
    (True, False, "", True),
    (False, True, "", True),
    (False, False, "", False),
    (False, False, MOD, True),
    (True, True, OTHER, False),
]


@pytest.mark.parametrize(("in_repository", "from_remote", "known", "expected"), TRUSTED)
def test_whose_go_mod_is_trusted(in_repository, from_remote, known, expected):
    held = Held(SimpleNamespace(go_mod_h1=MOD), in_repository, from_remote)
    assert holding.is_trusted(held, known) is expected


LAZY, EAGER = SimpleNamespace(policy="on_demand"), SimpleNamespace(policy="immediate")
ENOUGH = [
    # in the repository, from the remote, whole; wanted zip, h1; the remote; whether it is enough
    (False, False, True, True, "", EAGER, True),
    (True, True, False, True, ZIP, EAGER, False),
    (True, True, False, False, "", EAGER, True),
    (True, True, False, True, "", LAZY, True),
    (False, True, False, True, ZIP, LAZY, True),
    (False, True, False, True, "", LAZY, False),
    (True, False, False, True, ZIP, LAZY, False),
    (True, True, False, True, "", SimpleNamespace(policy="streamed"), True),
]


@pytest.mark.parametrize("row", ENOUGH)
def test_when_a_zip_may_stay_upstream(row):
    in_repository, from_remote, is_whole, zip, h1, remote, expected = row
    held = Held(SimpleNamespace(h1=ZIP), in_repository, from_remote, is_whole)
    assert holding.is_enough(held, Wanted(*NAME, zip, h1), remote) is expected


@pytest.fixture
def repository(db):
    return GoRepository.objects.create(name="r")


@pytest.fixture
def source(db):
    return Source(GoRemote.objects.create(name="m", url=URL), URL)


def brought(source, spool, files=ONE):
    """Return the unit of example.com/one@v1.0.0 that a source brought."""
    zipped = examined(spool, module_zip(files)) if files else ()
    wanted = Wanted(*NAME, zip=bool(files))
    [unit] = keeping.keep([verify(wanted, Files(INFO, GO_MOD, *zipped))], source)
    return unit


def found(source, repository, wanted):
    """Return the unit that serves for what is wanted, or None."""
    [by_version] = holding.find(source, repository.pk, [[wanted]])
    held = by_version.get(wanted.version)
    return held and held.unit


def test_of_two_the_one_of_the_repository_is_taken(repository, source, tmp_path):
    brought(source, tmp_path)
    ours = kept(tmp_path, ONE, info=b"")
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk=ours.pk))
    assert found(source, repository, Wanted(*NAME)) == ours


def test_of_two_from_a_remote_the_one_with_info_is_taken(repository, source, tmp_path):
    kept(tmp_path, ONE, info=b"")
    whole = kept(tmp_path, ONE)
    assert found(source, repository, Wanted(*NAME, h1=ONE_H1)) == whole


def test_what_another_remote_brought_serves_nobody(repository, source, tmp_path):
    brought(Source(GoRemote.objects.create(name="o", url=URL), URL), tmp_path)
    assert found(source, repository, Wanted(*NAME)) is None


def test_what_a_remote_brought_when_it_was_elsewhere_serves_no_more(repository, source, tmp_path):
    brought(source, tmp_path)
    assert found(Source(source.remote, f"{URL}.org"), repository, Wanted(*NAME)) is None


def test_a_unit_whose_zip_is_not_there_serves_nobody(repository, source, tmp_path):
    brought(source, tmp_path)
    ContentArtifact.objects.update(artifact=None)
    assert found(source, repository, Wanted(*NAME, h1=ONE_H1)) is None


def lazily(source):
    """Make the remote of a source leave zips upstream."""
    source.remote.policy = "on_demand"
    source.remote.save()


def test_a_zip_that_is_upstream_serves_while_its_remote_is_there(repository, source):
    unit = pinned(source.remote)
    wanted = Wanted(*NAME, h1=ONE_H1)
    assert found(source, repository, wanted) is None
    lazily(source)
    assert found(source, repository, wanted) == unit
    assert found(source, repository, Wanted(*NAME)) is None
    other = GoRemote.objects.create(name="o", url=URL, policy="on_demand")
    assert found(Source(other, URL), repository, wanted) is None
    assert found(Source(source.remote, f"{URL}.org"), repository, wanted) is None


def test_the_repository_s_own_pin_is_good_without_a_go_sum(repository, source):
    unit = pinned(source.remote)
    lazily(source)
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk=unit.pk))
    assert found(source, repository, Wanted(*NAME)) == unit


def test_of_two_the_one_whose_zip_is_here_is_taken(repository, source, tmp_path):
    lazily(source)
    pinned(source.remote, info=b'{"Version":"v1.0.0"}')
    ContentArtifact.objects.update(relative_path="elsewhere")  # so that it stays without
    whole = brought(source, tmp_path)
    assert found(source, repository, Wanted(*NAME, h1=ONE_H1)) == whole


def test_lists_are_answered_in_their_order(repository, source, tmp_path):
    unit = brought(source, tmp_path)
    other = Wanted("example.com/other", NAME[1])
    answers = holding.find(source, repository.pk, [[other], [Wanted(*NAME)], []])
    units = [{version: held.unit for version, held in one.items()} for one in answers]
    assert units == [{}, {NAME[1]: unit}, {}]


GO_MODS = [("", GO_MOD), (GO_MOD_H1, GO_MOD), (CHANGED_H1, None)]


@pytest.mark.parametrize(("known", "expected"), GO_MODS)
@pytest.mark.parametrize("files", [None, CHANGED])
def test_the_go_mod_that_a_remote_brought_is_known(
    repository, source, tmp_path, files, known, expected
):
    brought(source, tmp_path, files)
    wanted = [Wanted("example.com/other", NAME[1]), Wanted(*NAME, zip=False, go_mod_h1=known)]
    assert holding.find_go_mods(source, repository.pk, wanted) == [None, expected]
