"""Fetch all: what a task brings of a repository version whose zips are upstream."""

import json

import pytest
from rest_framework.exceptions import ValidationError

from pulpcore.plugin.models import Artifact

from pulp_go.app.exceptions import SyncFailedError
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.serializers import OfVersionSerializer
from pulp_go.app.tasks import fetch_all
from pulp_go.app.tasks.fetch import deferred_of
from pulp_go.tests.unit.app.modules import ONE, PATH, kept, module_zip, pinned


@pytest.fixture
def told(monkeypatch):
    """What the progress reports were told; outside of a task there are none to save."""
    counts = {}

    class Told:
        def __init__(self, phases):
            counts.update(dict.fromkeys(phases, 0))

        def __enter__(self):
            return counts.update

        def __exit__(self, *exc_info):
            return None

    monkeypatch.setattr("pulp_go.app.tasks.fetch.Progress", Told)
    return counts


@pytest.fixture
def version(unit):
    """A repository version with a unit whose zip is upstream; there is another unit like it."""
    remote = GoRemote.objects.get()
    GoRemote.objects.update(policy="streamed")
    pinned(remote, h1="h1:other")
    return hold("r", pinned(remote))


def hold(name, unit):
    """Return the version of a new repository with one unit."""
    repository = GoRepository.objects.create(name=name)
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk=unit.pk))
    return repository.versions.complete().latest()


def test_every_zip_comes_and_is_kept_whatever_the_policy_is(version, upstream, told):
    upstream.says(f"{PATH}.zip", module_zip(ONE))
    assert fetch_all(str(version.pk)) == {"fetched": 1, "failed": [], "failed_count": 0}
    assert told == {"planned": 1, "downloaded": 1, "failed": 0}
    assert Artifact.objects.get().file.read() == module_zip(ONE)
    assert fetch_all(str(version.pk)) == {"fetched": 0, "failed": [], "failed_count": 0}
    assert upstream.log == [f"{PATH}.zip"]


def test_it_fails_if_nothing_came(version, upstream, told):
    with pytest.raises(SyncFailedError) as error:
        fetch_all(str(version.pk))
    text = error.value.reason
    report = json.loads(text[text.index("{") :])
    assert (report["fetched"], report["failed_count"]) == (0, 1)
    assert report["failed"][0][:3] == ["example.com/one", "v1.0.0", "GO0002"]
    assert told == {"planned": 1, "downloaded": 0, "failed": 1}


def test_only_what_is_pinned_and_not_here_is_asked_for(unit, tmp_path):
    assert not deferred_of(hold("without", kept(tmp_path))).exists()
    assert not deferred_of(hold("whole", kept(tmp_path, ONE))).exists()


def test_a_version_of_another_repository_is_refused(version):
    other = GoRepository.objects.create(name="other")
    serializer = OfVersionSerializer(other, data={})
    assert serializer.is_valid(raise_exception=True)
    assert serializer.validated_data["repository_version"].repository_id == other.pk
    with pytest.raises(ValidationError, match="no version of other"):
        OfVersionSerializer(other).validate({"repository_version": version})
