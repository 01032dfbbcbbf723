"""One unit per module version, refusals with both hashes, and history that outlives its subject."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulpcore.plugin.models import Artifact, Domain, Repository
from pulpcore.plugin.util import get_domain, set_domain

from pulp_go.app.exceptions import HeldVersionError
from pulp_go.app.history import Arrival, Evidence, Finding, Sighting
from pulp_go.app.models import GoRepository
from pulp_go.app.moduleversion import ModuleVersion, units_of
from pulp_go.app.rivals import Settled, settle
from pulp_go.gomod import semver
from pulp_go.tests.unit.app.modules import CHANGED, CHANGED_H1, ONE, ONE_H1, kept

ZIP, OTHER, NONE = "h1:zip", "h1:other", ""
MOD, OTHER_MOD = "h1:mod", "h1:othermod"
SETTLED = [
    # held (h1, go_mod_h1, info), new, what happens, what happens where replacement is allowed
    ((ZIP, MOD, b"i"), (ZIP, MOD, b"j"), "KEEP", "KEEP"),
    ((ZIP, MOD, b""), (ZIP, MOD, b"i"), "REPLACE", "REPLACE"),
    ((ZIP, MOD, b"i"), (ZIP, MOD, b""), "KEEP", "KEEP"),
    ((ZIP, MOD, b"i"), (OTHER, MOD, b"i"), "REFUSE", "REPLACE"),
    ((ZIP, MOD, b"i"), (ZIP, OTHER_MOD, b"i"), "REFUSE", "REPLACE"),
    ((NONE, MOD, b"i"), (ZIP, MOD, b"i"), "REPLACE", "REPLACE"),
    ((ZIP, MOD, b"i"), (NONE, MOD, b"i"), "KEEP", "KEEP"),
    ((NONE, MOD, b"i"), (NONE, OTHER_MOD, b"i"), "REFUSE", "REPLACE"),
    ((NONE, MOD, b"i"), (ZIP, OTHER_MOD, b"i"), "REFUSE", "REPLACE"),
]


def unit(h1, go_mod_h1, info):
    return SimpleNamespace(h1=h1, go_mod_h1=go_mod_h1, info=info)


@pytest.mark.parametrize("held, new, outcome, allowed", SETTLED)
def test_two_units_of_one_module_version_are_settled(held, new, outcome, allowed):
    assert settle(unit(*held), unit(*new)) is Settled[outcome]
    assert settle(unit(*held), unit(*new), allow_replacement=True) is Settled[allowed]


@pytest.fixture
def repository(db):
    return GoRepository.objects.create(name="r")


def add(repository, *units):
    pks = [unit.pk for unit in units]
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk__in=pks))
    return repository.versions.complete().latest()


def held(repository):
    return list(units_of(repository.versions.complete().latest()))


def test_another_h1_is_refused_with_both_hashes_and_nothing_is_added(repository, tmp_path):
    one, changed = kept(tmp_path, ONE), kept(tmp_path, CHANGED)
    add(repository, one)
    with pytest.raises(HeldVersionError) as refusal:
        add(repository, changed)
    assert ONE_H1 in str(refusal.value) and CHANGED_H1 in str(refusal.value)
    assert str(refusal.value).startswith("[GO0007] example.com/one@v1.0.0 is held with")
    assert held(repository) == [one]
    assert repository.versions.complete().latest().number == 1


def test_a_copy_from_another_repository_is_refused_alike(repository, tmp_path):
    one, changed = kept(tmp_path, ONE), kept(tmp_path, CHANGED)
    other = add(GoRepository.objects.create(name="other"), changed)
    add(repository, one)
    with pytest.raises(HeldVersionError), repository.new_version() as version:
        version.add_content(units_of(other))
    assert held(repository) == [one]


def test_a_swap_at_one_stroke_is_refused_and_a_removal_is_not(repository, tmp_path):
    one, changed = kept(tmp_path, ONE), kept(tmp_path, CHANGED)
    add(repository, one)
    with pytest.raises(HeldVersionError), repository.new_version() as version:
        version.remove_content(ModuleVersion.objects.filter(pk=one.pk))
        version.add_content(ModuleVersion.objects.filter(pk=changed.pk))
    assert held(repository) == [one]
    with repository.new_version() as version:
        version.remove_content(ModuleVersion.objects.filter(pk=one.pk))
    assert held(repository) == []


def test_another_repository_s_version_as_a_base_is_refused_alike(repository, tmp_path):
    one, changed = kept(tmp_path, ONE), kept(tmp_path, CHANGED)
    other = add(GoRepository.objects.create(name="other"), changed)
    add(repository, one)
    with pytest.raises(HeldVersionError), repository.new_version(base_version=other):
        pass
    assert held(repository) == [one]


def test_two_that_come_together_are_refused_even_where_replacement_is_allowed(repository, tmp_path):
    repository.allow_replacement = True
    repository.save()
    with pytest.raises(HeldVersionError):
        add(repository, kept(tmp_path, ONE), kept(tmp_path, CHANGED))
    assert held(repository) == []


def test_replacement_can_be_allowed(repository, tmp_path):
    repository.allow_replacement = True
    repository.save()
    changed = kept(tmp_path, CHANGED)
    add(repository, kept(tmp_path, ONE))
    version = add(repository, changed)
    assert held(repository) == [changed]
    assert [version.number, version.count()] == [2, 1]


def test_a_zip_takes_the_place_of_the_go_mod_alone_and_never_the_reverse(repository, tmp_path):
    alone, whole = kept(tmp_path), kept(tmp_path, ONE)
    add(repository, alone)
    add(repository, whole)
    assert held(repository) == [whole]
    assert add(repository, alone).number == 2
    assert held(repository) == [whole]


def test_a_missing_info_is_filled_in_and_a_held_one_stays(repository, tmp_path):
    without, whole = kept(tmp_path, ONE, info=b""), kept(tmp_path, ONE)
    other = kept(tmp_path, ONE, info=b'{"Version":"v1.0.0"}')
    add(repository, without)
    add(repository, whole)
    assert held(repository) == [whole]
    assert add(repository, other).number == 2
    assert held(repository) == [whole]


def test_old_versions_stay_as_they_were(repository, tmp_path):
    alone, whole = kept(tmp_path), kept(tmp_path, ONE)
    first, second = add(repository, alone), add(repository, whole)
    assert list(units_of(first)) == [alone]
    assert list(units_of(second)) == [whole]


def test_what_nobody_noted_is_a_copy_in_the_version_it_came_with(repository, tmp_path):
    one = kept(tmp_path, ONE)
    add(repository, one)
    arrival = Arrival.objects.get()
    assert (arrival.source, arrival.number, arrival.repository_name) == ("copy", 1, "r")
    assert (arrival.module, arrival.version, arrival.h1) == ("example.com/one", "v1.0.0", ONE_H1)
    assert (arrival.content, arrival.repository) == (one, repository)


def test_two_repositories_share_one_zip_and_have_an_arrival_each(repository, tmp_path):
    other = GoRepository.objects.create(name="other")
    one, again = kept(tmp_path, ONE), kept(tmp_path, ONE)
    add(repository, one)
    add(other, again)
    assert (one, Artifact.objects.count()) == (again, 1)
    names = Arrival.objects.order_by("at").values_list("repository_name", "number", "content")
    assert list(names) == [("r", 1, one.pk), ("other", 1, one.pk)]


def test_two_domains_have_a_zip_and_an_arrival_each(repository, tmp_path):
    add(repository, kept(tmp_path, ONE))
    default = get_domain()
    place = {"storage_class": default.storage_class}
    place |= {"storage_settings": {"location": settings.MEDIA_ROOT}}
    set_domain(Domain.objects.create(name="second", **place))
    try:
        add(GoRepository.objects.create(name="r"), kept(tmp_path, ONE))
        second = get_domain().pk
    finally:
        set_domain(default)
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (2, 2)
    domains = Arrival.objects.order_by("at").values_list("domain", flat=True)
    assert list(domains) == [default.pk, second]


def test_a_refused_version_leaves_no_arrival(repository, tmp_path):
    add(repository, kept(tmp_path, ONE))
    with pytest.raises(HeldVersionError):
        add(repository, kept(tmp_path, CHANGED))
    assert Arrival.objects.count() == 1


def test_arrivals_that_an_interrupted_version_left_behind_are_dropped(repository, tmp_path):
    one = kept(tmp_path, ONE)
    Arrival.record(
        repository, repository.new_version(), "upload", ModuleVersion.objects.filter(pk=one.pk)
    )
    add(repository, one)
    assert [arrival.source for arrival in Arrival.objects.all()] == ["copy"]


def test_history_outlives_unit_and_repository(repository, tmp_path):
    one = kept(tmp_path, ONE)
    plain = {"module": "example.com/one", "version": "v1.0.0"}
    add(repository, one)
    Evidence.objects.create(content=one, h1=ONE_H1, go_mod_h1="", database="gosum", **plain)
    Finding.objects.create(repository=repository, kind="drift", held={}, seen={}, **plain)
    Sighting.objects.create(**plain)
    Repository.objects.get(pk=repository.pk).cast().delete()
    one.delete()
    assert not ModuleVersion.objects.exists()
    arrival = Arrival.objects.get()
    assert (arrival.content, arrival.repository, arrival.repository_name) == (None, None, "r")
    assert (arrival.module, arrival.h1) == ("example.com/one", ONE_H1)
    assert Evidence.objects.get().h1 == ONE_H1
    assert (Finding.objects.get().repository, Sighting.objects.count()) == (None, 1)


def test_the_database_orders_versions_as_go_does(db):
    versions = [
        "v0.0.0-20200101000000-abcdefabcdef",
        "v1.0.0-rc.1",
        "v1.0.0-rc.2",
        "v1.0.0-rc.10",
        "v1.0.0",
        "v1.2.0",
        "v1.10.0",
        "v2.0.0+incompatible",
        "v10.0.0+incompatible",
    ]
    for version in reversed(versions):
        ModuleVersion.objects.create(
            module="m", version=version, version_key=semver.sort_key(version), info=b"", go_mod=b""
        )
    ordered = ModuleVersion.objects.order_by("version_key").values_list("version", flat=True)
    assert list(ordered) == versions


def test_no_statement_of_a_new_version_looks_for_units_that_it_does_not_name(repository, tmp_path):
    with CaptureQueriesContext(connection) as queries:
        add(repository, kept(tmp_path, ONE, info=b""))
        add(repository, kept(tmp_path, ONE))
    ours = [query["sql"] for query in queries if '"go_' in query["sql"]]
    assert ours
    assert [sql for sql in ours if "EXISTS" in sql] == []
