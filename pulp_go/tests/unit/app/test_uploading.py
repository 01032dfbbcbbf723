"""Uploads: what is derived of a zip, and what it meets in a repository."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from pulpcore.plugin.models import Artifact

from pulp_go.app import uploading
from pulp_go.app.exceptions import BadModuleError, HeldVersionError
from pulp_go.app.history import Arrival
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.tasks import is_quick
from pulp_go.app.tasks.upload import MOST_AT_ONCE, add_accepted
from pulp_go.app.uploading import Said
from pulp_go.tests.unit.app.modules import (
    CHANGED,
    CHANGED_H1,
    GO_MOD,
    GO_MOD_H1,
    INFO,
    NAME,
    ONE,
    ONE_H1,
    kept,
    module_zip,
    pinned,
)
from pulp_go.tests.unit.gomod.zips import File, build

GIVEN = Said(time="2020-01-02T03:04:05+00:00")


@pytest.fixture
def repository(db):
    return GoRepository.objects.create(name="repository")


@pytest.fixture
def verified(tmp_path):
    """Return what verifies an upload of a zip, given as files or as bytes."""

    def verify(files, said=GIVEN, module="example.com/one", version="v1.0.0"):
        data = files if isinstance(files, bytes) else module_zip(files, module, version)
        path = tmp_path / f"{len(os.listdir(tmp_path))}.zip"
        path.write_bytes(data)
        return uploading.verify(str(path), said)

    return verify


def test_all_is_derived_from_the_zip(db, verified):
    columns = verified(ONE).columns
    assert (columns["module"], columns["version"]) == NAME
    assert (columns["h1"], columns["go_mod_h1"]) == (ONE_H1, GO_MOD_H1)
    assert columns["go_mod"] == GO_MOD
    assert columns["info"] == INFO


def test_without_go_mod_it_is_the_one_that_go_makes_up(db, verified):
    assert verified({"one.go": b"package one\n"}).columns["go_mod"] == b"module example.com/one\n"


def test_a_fork_may_keep_the_path_that_it_stands_in_for(db, verified):
    columns = verified({"go.mod": b"module example.com/other\n"}).columns
    assert columns["declares"] == "example.com/other"


def dated(year):
    """Return a module zip whose one file was changed at the beginning of a year."""
    data = bytearray(build(File("example.com/one@v1.0.0/one.go")))
    at = data.index(b"PK\x01\x02") + 14
    data[at : at + 2] = ((year - 1980) << 9 | 1 << 5 | 1).to_bytes(2, "little")
    return bytes(data)


TIMES = [
    (dated(2019), "2021-03-04T05:06:07.5+02:00", b'"2021-03-04T03:06:07.5Z"'),
    (dated(2019), "", b'"2019-01-01T00:00:00Z"'),
]


@pytest.mark.parametrize(("data", "given", "time"), TIMES)
def test_the_time_is_the_given_one_or_the_newest_in_the_zip(db, verified, data, given, time):
    assert (
        verified(data, Said(time=given)).columns["info"] == b'{"Version":"v1.0.0","Time":%s}' % time
    )


@pytest.mark.parametrize("year", [1980, 2107])
def test_without_a_time_and_with_one_that_lies_ahead_it_is_now(db, verified, year):
    before = now() - timedelta(seconds=1)
    time = verified(dated(year), Said()).columns["time"]
    assert before <= time <= now()
    assert time.microsecond == 0


REFUSED = [
    # the zip, what is said, words of the reason
    (b"", Said(), "not a valid zip file"),
    (b"no zip\n", Said(), "not a valid zip file"),
    (build(), Said(*NAME), "no file in the zip"),
    (build(File("one.go")), Said(*NAME), "does not have prefix"),
    (module_zip(ONE), Said(module="example.com/two"), "the zip is that of example.com/one@v1.0.0"),
    (module_zip(ONE), Said(version="v1.0.0\n"), "the zip is that of example.com/one@v1.0.0"),
    (module_zip(ONE), Said(version="v1.0.١"), "the zip is that of example.com/one@v1.0.0"),
    (module_zip(ONE, version="v2.0.0"), Said(), "should be v0 or v1, not v2"),
    (module_zip(ONE, version="v1.0"), Said(), "v1.0"),
    (module_zip(ONE, module="example.com/" + "a" * 1100), Said(), "at most 1024 characters"),
    (module_zip(ONE | {"ONE.go": b""}), Said(), "case-insensitive"),
    (module_zip({"go.mod": b"module example.com/one/v2\n"}), Said(), "its major version is not"),
    (module_zip({"go.mod": b"go 1.21\n"}), Said(), "go.mod declares no module path"),
    (module_zip({"go.mod": GO_MOD + b"require (\n"}), Said(), "go.mod:"),
]


@pytest.mark.parametrize(("data", "said", "words"), REFUSED)
def test_what_go_would_refuse_and_what_is_another_one(db, verified, data, said, words):
    with pytest.raises(BadModuleError) as error:
        verified(data, said)
    assert words in error.value.reason
    assert not Artifact.objects.exists()


@pytest.mark.parametrize("name", ["a\0b@v1.0.0/a.go", "a/" * 30_000 + "@v1.0.0/a.go"])
def test_a_reason_can_be_stored_and_read(db, verified, name):
    with pytest.raises(BadModuleError) as error:
        verified(build(File(name)))
    assert "\0" not in error.value.reason
    assert len(error.value.reason) <= 1005


def test_an_upload_comes_into_its_repository(repository, verified):
    unit = uploading.accept(verified(ONE), GIVEN, repository)
    assert uploading.add(repository, unit)
    [arrival] = Arrival.objects.all()
    assert (arrival.source, arrival.content_id, arrival.number) == ("upload", unit.pk, 1)
    assert uploading.holds(repository, unit)
    assert not uploading.add(repository, unit)
    assert repository.versions.count() == 2


def test_other_bytes_are_refused_before_anything_is_stored(repository, verified):
    uploading.add(repository, uploading.accept(verified(ONE), GIVEN, repository))
    with pytest.raises(HeldVersionError) as error:
        uploading.accept(verified(CHANGED), GIVEN, repository)
    assert ONE_H1 in error.value.reason and CHANGED_H1 in error.value.reason
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (1, 1)


def test_overwrite_is_needed_as_well_as_allowed(repository, verified):
    held = uploading.accept(verified(ONE), GIVEN, repository)
    uploading.add(repository, held)
    repository.allow_replacement = True
    repository.save()
    with pytest.raises(HeldVersionError):
        uploading.accept(verified(CHANGED), Said(overwrite=False), repository)
    unit = uploading.accept(verified(CHANGED), GIVEN, repository)
    uploading.add(repository, unit)
    assert uploading.holds(repository, unit) and not uploading.holds(repository, held)


def test_what_a_repository_holds_stays_where_only_the_time_differs(repository, verified):
    held = uploading.accept(verified(ONE), GIVEN, repository)
    uploading.add(repository, held)
    later = Said(time="2024-01-01T00:00:00+00:00")
    assert uploading.accept(verified(ONE, later), later, repository) == held
    assert ModuleVersion.objects.count() == 1


def test_without_a_given_time_the_same_hashes_are_the_same_unit(db, verified):
    unit = uploading.accept(verified(ONE), GIVEN)
    assert uploading.accept(verified(ONE, Said()), Said()) == unit
    later = Said(time="2024-01-01T00:00:00+00:00")
    other = uploading.accept(verified(ONE, later), later)
    assert other != unit
    assert other.time == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("said", [GIVEN, Said()])
def test_a_zip_that_the_storage_lost_is_put_back(db, verified, said):
    data = module_zip(ONE)
    unit = uploading.accept(verified(data), GIVEN)
    path = Path(Artifact.objects.get().file.path)
    path.unlink()
    assert uploading.accept(verified(data, said), said) == unit
    assert path.read_bytes() == data


def test_a_unit_without_info_is_no_twin(repository, verified, tmp_path):
    bare = kept(tmp_path, ONE, info=b"")
    uploading.add(repository, bare)
    unit = uploading.accept(verified(ONE, Said()), Said(), repository)
    assert unit != bare and unit.time
    uploading.add(repository, unit)
    assert uploading.holds(repository, unit) and not uploading.holds(repository, bare)


def test_labels_are_those_of_who_made_the_unit(db, verified):
    said = Said(time=GIVEN.time, labels={"team": "blue"})
    unit = uploading.accept(verified(ONE, said), said)
    other = Said(time=GIVEN.time, labels={"team": "red"})
    assert uploading.accept(verified(ONE, other), other) == unit
    assert ModuleVersion.objects.get().pulp_labels == {"team": "blue"}


def test_under_the_lock_it_is_looked_at_again(repository, verified):
    one, other = (uploading.accept(verified(files), GIVEN) for files in (ONE, CHANGED))
    assert add_accepted(one.pk, repository.pk, True)["added"]
    report = add_accepted(one.pk, repository.pk, True)
    assert report.pop("pulp_href").endswith(f"/content/go/modules/{one.pk}/")
    assert report == {
        "module": "example.com/one",
        "version": "v1.0.0",
        "h1": ONE_H1,
        "go_mod_h1": GO_MOD_H1,
        "added": False,
    }
    with pytest.raises(HeldVersionError):
        add_accepted(other.pk, repository.pk, True)


def test_in_a_large_repository_nobody_waits(repository, verified):
    uploading.add(repository, uploading.accept(verified(ONE), GIVEN))
    assert is_quick(repository)
    repository.versions.latest().counts.update(count=MOST_AT_ONCE + 1)
    assert not is_quick(repository)


def test_an_upload_brings_the_zip_that_a_sync_left_upstream(repository, verified):
    remote = GoRemote.objects.create(name="m", url="https://goproxy.example", policy="on_demand")
    unit = pinned(remote)
    add_accepted(unit.pk, repository.pk, True)
    assert uploading.accept(verified(ONE), GIVEN, repository) == unit
    assert Artifact.objects.get().content_memberships.get().content_id == unit.pk
