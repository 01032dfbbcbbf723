"""The one door: what passes, what each refusal names, and that doing it twice is doing it once."""

import pytest

from pulpcore.plugin.models import Artifact, ContentArtifact

from pulp_go.app import ingest
from pulp_go.app.exceptions import BadModuleError, BadReplyError, HashMismatchError
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.models import Evidence, ModuleVersion, Sighting
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
)

WITHOUT_GO_MOD = {"one.go": b"package one\n"}
REFUSED = [
    # what is wrong, .info, .mod, files of the zip, what is known, the error, words of its reason
    ("html", b"<html>", GO_MOD, ONE, {}, BadReplyError, "invalid .info"),
    ("version", b'{"Version":"v1.0.1"}', GO_MOD, ONE, {}, BadReplyError, "v1.0.1"),
    ("lax", INFO, b"module (\n", ONE, {}, BadModuleError, "go.mod:"),
    ("differs", INFO, GO_MOD + b"//\n", ONE, {}, BadModuleError, "differs from the go.mod"),
    ("made up", INFO, GO_MOD, WITHOUT_GO_MOD, {}, BadModuleError, "differs from the go.mod"),
    ("h1", INFO, GO_MOD, ONE, {"h1": CHANGED_H1}, HashMismatchError, ONE_H1),
    ("go.mod h1", INFO, GO_MOD, ONE, {"go_mod_h1": ONE_H1}, HashMismatchError, GO_MOD_H1),
    ("twins", INFO, GO_MOD, {"go.mod": GO_MOD, "a": b"", "A": b""}, {}, BadModuleError, "case"),
    ("absolute", INFO, GO_MOD, {"/a": b""}, {}, BadModuleError, "/a"),
]


@pytest.mark.parametrize("name, info, go_mod, files, known, error, words", REFUSED)
def test_what_contradicts_is_refused_by_name(
    tmp_path, name, info, go_mod, files, known, error, words
):
    (tmp_path / "zip").write_bytes(module_zip(files))
    wanted = Wanted(*NAME, **known)
    with pytest.raises(error) as refusal:
        ingest.verify(wanted, Files(info, go_mod, str(tmp_path / "zip")))
    assert words in refusal.value.reason
    assert "example.com/one@v1.0.0" in refusal.value.reason


NAMES = [
    ("example.com/one", "v1.0"),
    ("example.com/one", "v1.0.0+meta"),
    ("example.com/one", "v2.0.0"),
    ("example.com/one", "v1.0.0\n"),
    ("example.com/../one", "v1.0.0"),
    ("/example.com/one", "v1.0.0"),
    ("example.com/one/v2", "v1.0.0"),
    ("example.com/" + "a" * 1100, "v1.0.0"),
    ("example.com/one", "v1.0.0-" + "a" * 300),
]


@pytest.mark.case("C-10")
@pytest.mark.parametrize("module, version", NAMES)
def test_odd_names_do_not_pass(module, version):
    with pytest.raises((BadModuleError, BadReplyError)):
        ingest.verify(Wanted(module, version, zip=False), Files(b"", GO_MOD))


def test_no_zip_is_refused_as_none(tmp_path):
    (tmp_path / "zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(BadModuleError):
        ingest.verify(Wanted(*NAME), Files(INFO, GO_MOD, str(tmp_path / "zip")))


def test_a_go_mod_that_go_made_up_passes_with_a_zip_that_has_none(db, tmp_path):
    (tmp_path / "zip").write_bytes(module_zip(WITHOUT_GO_MOD))
    files = Files(INFO, b"module example.com/one\n", str(tmp_path / "zip"))
    verified = ingest.verify(Wanted(*NAME), files)
    assert verified.columns["declares"] == "example.com/one"


def test_the_columns_say_what_the_files_say(tmp_path):
    go_mod = b"""// Deprecated: use two.
module example.com/other

go 1.21.3
toolchain go1.22.0
require example.com/b v1.1.0 // indirect
retract [v0.1.0, v0.2.0] // broken
"""
    columns = ingest.verify(Wanted(*NAME, zip=False), Files(INFO, go_mod)).columns
    said = {name: columns[name] for name in ("declares", "go_version", "toolchain", "deprecated")}
    assert said == {
        "declares": "example.com/other",
        "go_version": "1.21.3",
        "toolchain": "go1.22.0",
        "deprecated": "use two.",
    }
    assert columns["requires"] == [{"path": "example.com/b", "version": "v1.1.0", "indirect": True}]
    assert columns["retracts"] == [{"low": "v0.1.0", "high": "v0.2.0", "rationale": "broken"}]
    assert columns["time"].isoformat() == "2020-01-02T03:04:05+00:00"


def test_a_comment_that_many_retractions_share_does_not_grow_with_them():
    block = "".join(f"\tv1.0.{n}\n" for n in range(100))
    go_mod = f"module example.com/one\n\n// {'why ' * 10_000}\nretract (\n{block})\n".encode()
    retracts = ingest.go_mod_columns(go_mod)["retracts"]
    assert [len(retracts), retracts[99]["low"], retracts[99]["rationale"]] == [100, "v1.0.99", ""]
    assert sum(len(retract["rationale"]) for retract in retracts) == 65536


STORABLE = [
    ("plain", "plain"),
    ("nul\0", "nul\ufffd"),
    ("\ud800", "?"),
    ({"a\0": ["b\0", 1, None]}, {"a\ufffd": ["b\ufffd", 1, None]}),
]


@pytest.mark.parametrize("value, stored", STORABLE)
def test_text_that_the_database_refuses_is_replaced(value, stored):
    assert ingest.storable(value) == stored


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


def test_a_unit_without_zip_has_no_artifact(db, tmp_path):
    unit = kept(tmp_path)
    assert (unit.h1, unit.go_mod_h1) == ("", GO_MOD_H1)
    assert not ContentArtifact.objects.exists()


def test_an_info_that_turns_up_makes_a_unit_with_the_same_zip(db, tmp_path):
    without = kept(tmp_path, ONE, info=b"")
    whole = ingest.with_info(without, INFO)
    assert (without.time, bytes(whole.info), whole.h1) == (None, INFO, ONE_H1)
    assert [ca.artifact for ca in ContentArtifact.objects.all()] == [Artifact.objects.get()] * 2


def test_nothing_is_stored_of_what_is_refused(db, tmp_path):
    with pytest.raises(HashMismatchError):
        kept(tmp_path, ONE, h1=CHANGED_H1)
    with pytest.raises(BadModuleError):
        kept(tmp_path, {**CHANGED, "go.mod": b"module x\n"})
    assert (ModuleVersion.objects.count(), Artifact.objects.count()) == (0, 0)


def test_the_first_sighting_counts(db):
    ingest.note_sightings("example.com/one", ["v1.0.0", "v1.1.0"])
    first = Sighting.objects.get(version="v1.0.0").at
    ingest.note_sightings("example.com/one", ["v1.0.0", "v1.2.0", "v1.0.0-" + "a" * 300])
    assert Sighting.objects.get(version="v1.0.0").at == first
    assert sorted(Sighting.objects.values_list("version", flat=True)) == [
        "v1.0.0",
        "v1.1.0",
        "v1.2.0",
    ]


def test_a_go_sum_is_evidence_for_the_hashes_that_it_names(db, tmp_path):
    unit = kept(tmp_path, ONE)
    wanted = Wanted(*NAME, h1=ONE_H1)
    ingest.note_go_sum(unit, wanted)
    ingest.note_go_sum(unit, wanted)
    ingest.note_go_sum(unit, Wanted(*NAME))
    evidence = Evidence.objects.get()
    assert (evidence.database, evidence.h1, evidence.go_mod_h1) == ("gosum", ONE_H1, "")
    assert (evidence.content, evidence.record) == (unit, None)
