"""The one door: what passes, and what each refusal names."""

import pytest

from pulp_go.app import ingest
from pulp_go.app.exceptions import BadModuleError, BadReplyError, HashMismatchError
from pulp_go.app.ingest import Files, Wanted
from pulp_go.tests.unit.app.modules import (
    CHANGED_H1,
    GO_MOD,
    GO_MOD_H1,
    INFO,
    NAME,
    ONE,
    ONE_H1,
    examined,
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
]


@pytest.mark.parametrize("name, info, go_mod, files, known, error, words", REFUSED)
def test_what_contradicts_is_refused_by_name(
    tmp_path, name, info, go_mod, files, known, error, words
):
    wanted = Wanted(*NAME, **known)
    zipped = examined(tmp_path, module_zip(files))
    with pytest.raises(error) as refusal:
        ingest.verify(wanted, Files(info, go_mod, *zipped))
    assert words in refusal.value.reason
    assert "example.com/one@v1.0.0" in refusal.value.reason


def test_a_zip_that_is_pinned_need_not_come():
    wanted = Wanted(*NAME, h1=ONE_H1, go_mod_h1=GO_MOD_H1)
    verified = ingest.verify(wanted, Files(INFO, GO_MOD))
    assert (verified.columns["h1"], verified.artifact) == (ONE_H1, None)


PINNED = [
    (Wanted(*NAME, h1=ONE_H1, go_mod_h1=GO_MOD_H1), True),
    (Wanted(*NAME, h1=ONE_H1), False),
    (Wanted(*NAME, go_mod_h1=GO_MOD_H1), False),
    (Wanted(*NAME, zip=False, go_mod_h1=GO_MOD_H1), False),
]


@pytest.mark.parametrize(("wanted", "expected"), PINNED)
def test_only_what_both_hashes_are_known_of_is_pinned(wanted, expected):
    assert ingest.is_pinned(wanted) is expected


def test_a_zip_that_is_wanted_and_not_pinned_has_to_come():
    with pytest.raises(HashMismatchError):
        ingest.verify(Wanted(*NAME, h1=ONE_H1), Files(INFO, GO_MOD))


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


def test_a_go_mod_that_go_made_up_passes_with_a_zip_that_has_none(db, tmp_path):
    zipped = examined(tmp_path, module_zip(WITHOUT_GO_MOD))
    files = Files(INFO, b"module example.com/one\n", *zipped)
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
