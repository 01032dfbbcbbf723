"""What passed the door becomes rows: once, whole, and with what others made at the same moment."""

from pathlib import Path

import pytest
from django.db import IntegrityError

from pulpcore.plugin.models import Artifact, Content, ContentArtifact, RemoteArtifact

from pulp_go.app import ingest, keeping
from pulp_go.app.exceptions import BadModuleError, HashMismatchError
from pulp_go.app.history import Evidence, Sighting
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.keeping import Source
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.synced import GoModSource
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


def test_twice_is_once(db, tmp_path):
    one, again = kept(tmp_path, ONE), kept(tmp_path, ONE)
    assert one == again
    assert (Artifact.objects.count(), ContentArtifact.objects.count()) == (1, 1)
    artifact = ContentArtifact.objects.get()
    assert artifact.relative_path == "example.com/one/@v/v1.0.0.zip"
    assert artifact.artifact.file.read() == module_zip(ONE)


def test_another_info_is_another_unit_with_the_same_zip(db, tmp_path):
    one, other = kept(tmp_path, ONE), kept(tmp_path, ONE, info=b'{"Version":"v1.0.0"}')
    assert one != other
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (2, 1)


def test_half_a_file_in_the_place_of_a_zip_is_replaced(db, tmp_path):
    kept(tmp_path, ONE)
    [artifact] = Artifact.objects.all()
    Path(artifact.file.path).write_bytes(module_zip(ONE)[:-1])
    ContentArtifact.objects.all().delete()
    # Without the file, which a kill would have left without a row.
    Artifact.objects.all().delete()
    kept(tmp_path, ONE)
    assert Artifact.objects.get().file.read() == module_zip(ONE)


def test_a_unit_without_zip_has_no_artifact(db, tmp_path):
    unit = kept(tmp_path)
    assert (unit.h1, unit.go_mod_h1) == ("", GO_MOD_H1)
    assert not ContentArtifact.objects.exists()


def test_an_info_that_turns_up_makes_a_unit_with_the_same_zip(db, tmp_path):
    without = kept(tmp_path, ONE, info=b"")
    whole = keeping.with_info(without, INFO)
    assert (without.time, bytes(whole.info), whole.h1) == (None, INFO, ONE_H1)
    assert [ca.artifact for ca in ContentArtifact.objects.all()] == [Artifact.objects.get()] * 2


def test_nothing_is_stored_of_what_is_refused(db, tmp_path):
    with pytest.raises(HashMismatchError):
        kept(tmp_path, ONE, h1=CHANGED_H1)
    with pytest.raises(BadModuleError):
        kept(tmp_path, {**CHANGED, "go.mod": b"module x\n"})
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (0, 0)


def test_the_first_sighting_counts(db):
    keeping.note_sightings("example.com/one", ["v1.0.0", "v1.1.0"])
    first = Sighting.objects.get(version="v1.0.0").at
    keeping.note_sightings("example.com/one", ["v1.0.0", "v1.2.0", "v1.0.0-" + "a" * 300])
    assert Sighting.objects.get(version="v1.0.0").at == first
    assert sorted(Sighting.objects.values_list("version", flat=True)) == [
        "v1.0.0",
        "v1.1.0",
        "v1.2.0",
    ]


def test_a_go_sum_is_evidence_for_the_hashes_that_it_names(db, tmp_path):
    unit = kept(tmp_path, ONE)
    wanted = ingest.named_by_go_sum(*NAME, True, ONE_H1, "")
    keeping.note_proofs([(unit, wanted)])
    keeping.note_proofs([(unit, wanted)])
    keeping.note_proofs([(unit, Wanted(*NAME))])
    evidence = Evidence.objects.get()
    assert (evidence.database, evidence.h1, evidence.go_mod_h1) == ("gosum", ONE_H1, "")
    assert (evidence.content, evidence.record) == (unit, None)


@pytest.fixture
def source(db):
    """A remote as a source."""
    remote = GoRemote.objects.create(name="remote", url="https://goproxy.example")
    return Source(remote, "https://goproxy.example")


def verified(directory, files=None, info=INFO):
    """Return what the door says of example.com/one@v1.0.0."""
    directory.mkdir()
    zipped = examined(directory, module_zip(files)) if files else ()
    return ingest.verify(Wanted(*NAME, zip=bool(files)), Files(info, GO_MOD, *zipped))


def test_many_at_once_are_what_each_alone_is(source, tmp_path):
    batch = [
        verified(tmp_path / "a", ONE),
        verified(tmp_path / "b"),
        verified(tmp_path / "c", ONE),
        verified(tmp_path / "d", ONE, info=b""),
    ]
    units = keeping.keep(batch, source)
    assert [(unit.h1, bytes(unit.info)) for unit in units] == [
        (ONE_H1, INFO),
        ("", INFO),
        (ONE_H1, INFO),
        (ONE_H1, b""),
    ]
    assert units[0] == units[2]
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (3, 1)
    urls = RemoteArtifact.objects.values_list("url", flat=True)
    assert list(urls) == ["https://goproxy.example/example.com/one/@v/v1.0.0.zip"] * 2
    assert GoModSource.objects.get().content == units[1]
    whole = ModuleVersion.objects.get(pk=units[0].pk)
    assert (whole.pulp_type, whole.h1, whole.pulp_domain_id) == (
        "go.module",
        ONE_H1,
        whole._pulp_domain_id,
    )


def test_what_is_held_gets_another_source(source, tmp_path):
    [held] = keeping.keep([verified(tmp_path / "a", ONE)])
    [again] = keeping.keep([verified(tmp_path / "b", ONE)], source)
    assert held == again
    assert RemoteArtifact.objects.get().remote_id == source.remote.pk


def test_what_came_from_elsewhere_at_the_same_moment_is_got(source, tmp_path, monkeypatch):
    others = keeping.keep([verified(tmp_path / "other", ONE)])
    monkeypatch.setattr(keeping, "held_keys", lambda batch: set())
    units = keeping.keep([verified(tmp_path / "a", ONE), verified(tmp_path / "b")], source)
    assert (units[0], units[1].h1) == (others[0], "")
    assert (ModuleVersion.objects.count(), Content.objects.count()) == (2, 2)


def test_a_batch_that_fails_leaves_nothing(source, tmp_path, monkeypatch):
    def broken(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "note_sources", broken)
    with pytest.raises(OSError, match="No space left"):
        keeping.keep([verified(tmp_path / "a", ONE)], source)
    assert (ModuleVersion.objects.count(), ContentArtifact.objects.count()) == (0, 0)


def test_a_row_cannot_come_twice_behind_our_back(source, tmp_path):
    one = verified(tmp_path / "a")
    keeping.make([one], source)
    with pytest.raises(IntegrityError):
        keeping.make([one], source)


def zips():
    """Return the artifact that each place of a zip has, or None."""
    rows = ContentArtifact.objects.order_by("pulp_created")
    return list(rows.values_list("artifact__sha256", flat=True))


def test_a_zip_that_stays_upstream_has_a_place_and_a_source(source):
    unit = pinned(source.remote)
    place = ContentArtifact.objects.get()
    assert (unit.h1, place.artifact, place.content_id) == (ONE_H1, None, unit.pk)
    noted = RemoteArtifact.objects.get()
    assert noted.url == "https://goproxy.example/example.com/one/@v/v1.0.0.zip"
    assert (noted.size, noted.sha256, noted.content_artifact) == (None, None, place)
    assert not GoModSource.objects.exists()


def test_what_comes_as_pinned_again_is_the_same_unit(source, tmp_path):
    held = keeping.keep([verified(tmp_path / "a", ONE)])
    assert [pinned(source.remote)] == held == [pinned(source.remote)]
    assert RemoteArtifact.objects.get().remote_id == source.remote.pk
    assert zips() == [Artifact.objects.get().sha256]


def test_a_zip_that_comes_is_that_of_all_units_that_lack_it(source, tmp_path):
    units = [
        pinned(source.remote),
        pinned(source.remote, info=b""),
        pinned(source.remote, h1="h1:x"),
    ]
    keeping.keep([verified(tmp_path / "a", ONE)], source)
    digest = Artifact.objects.get().sha256
    assert zips() == [digest, digest, None]
    assert [keeping.zip_like(unit) for unit in units] == [*Artifact.objects.all()] * 2 + [None]


def test_a_new_unit_brings_the_zip_of_those_before(source, tmp_path):
    pinned(source.remote)
    [unit] = keeping.keep([verified(tmp_path / "a", ONE, info=b"")])
    assert zips() == [Artifact.objects.get().sha256] * 2
    assert bytes(unit.info) == b""


def test_an_info_that_turns_up_leaves_the_zip_upstream(source):
    whole = keeping.with_info(pinned(source.remote, info=b""), INFO)
    assert (bytes(whole.info), whole.h1, zips()) == (INFO, ONE_H1, [None, None])
    assert RemoteArtifact.objects.filter(content_artifact__content=whole).count() == 1


def test_a_zip_that_was_fetched_is_noted_where_it_came_from(source, tmp_path):
    unit = pinned(source.remote)
    artifact = verified(tmp_path / "a", ONE).artifact
    keeping.keep_zip(unit, artifact, RemoteArtifact.objects.get().pk)
    noted = RemoteArtifact.objects.get()
    assert (noted.size, noted.sha256) == (len(module_zip(ONE)), Artifact.objects.get().sha256)


def test_a_zip_for_a_unit_that_is_gone_is_nobodys(source, tmp_path):
    unit = pinned(source.remote)
    noted = RemoteArtifact.objects.get().pk
    ModuleVersion.objects.get().delete()
    keeping.keep_zip(unit, verified(tmp_path / "a", ONE).artifact, noted)
    assert (Artifact.objects.count(), ContentArtifact.objects.count()) == (1, 0)
