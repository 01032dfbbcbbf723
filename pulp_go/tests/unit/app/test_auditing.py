"""What is found when something that is held is no longer what it was."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync

from pulpcore.plugin.models import Artifact, RepositoryVersion
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app import executor, keeping
from pulp_go.app.ingest import Proof, Wanted
from pulp_go.app.models import GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.sumdbs import ChecksumDatabase, ChecksumRecord, HashTile
from pulp_go.app.tasks.verify import unit_of, verify_version
from pulp_go.tests.unit.app.checksumlogs import Source
from pulp_go.tests.unit.app.modules import (
    CHANGED,
    CHANGED_H1,
    GO_MOD_H1,
    NAME,
    ONE,
    ONE_H1,
    kept,
    module_zip,
    pinned,
)
from pulp_go.tests.unit.gomod.logs import VERIFIER

SIZE, NUMBER = 70_000, 66_000


@pytest.fixture
def unit_held(db, tmp_path):
    """example.com/one@v1.0.0, whose zip is here."""
    return kept(tmp_path, ONE)


@pytest.fixture
def proven(unit_held):
    """The same, proven by a checksum database of which everything is kept."""
    source = Source(SIZE, {NAME: NUMBER}, hashes=(ONE_H1, GO_MOD_H1))

    async def vouch():
        return await source.checksums(get_domain_pk()).vouch(Wanted(*NAME))

    keeping.note_proofs([(unit_held, async_to_sync(vouch)())])
    return unit_held


def audited(unit):
    """Return what is found about a unit."""
    return executor.Inline(lambda counts: None).run([unit_of([unit.pk])])[0]


def failure(unit):
    """Return code and reason of the one failure that is found."""
    [[module, version, code, reason]] = audited(unit)["failed"]
    assert (module, version) == NAME
    return code, reason


def path_of(unit):
    """Return where the zip of a unit lies."""
    return Path(Artifact.objects.get(content_memberships__content=unit).file.path)


def test_what_is_as_it_was_has_nothing_to_tell(unit_held):
    assert audited(unit_held) == {"failed": [], "zips": 1, "proven": 0}


def test_a_zip_that_is_upstream_is_not_read(unit):
    remote = GoRemote.objects.get(pk=unit["remote"])
    remote.policy = "on_demand"
    assert audited(pinned(remote)) == {"failed": [], "zips": 0, "proven": 0}


def test_a_flipped_bit_of_a_zip_is_found(unit_held):
    path = path_of(unit_held)
    data = path.read_bytes()
    place = data.index(b"package one")
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    code, reason = failure(unit_held)
    assert code == "GO0005" and "checksum error" in reason


def test_every_bit_of_a_zip_counts(unit_held):
    path = path_of(unit_held)
    data = path.read_bytes()
    for place in range(0, len(data), 5):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        code, _ = failure(unit_held)
        assert code in ("GO0005", "GO0006"), place


def test_another_zip_is_told_with_both_hashes(unit_held):
    path_of(unit_held).write_bytes(module_zip(CHANGED))
    code, reason = failure(unit_held)
    assert code == "GO0006" and ONE_H1 in reason and CHANGED_H1 in reason


def test_a_lost_zip_is_found(unit_held):
    path_of(unit_held).unlink()
    code, reason = failure(unit_held)
    assert code == "GO0010" and "cannot be read" in reason


def test_a_changed_go_mod_is_found(unit_held):
    ModuleVersion.objects.update(go_mod=b"module example.com/evil\n")
    code, reason = failure(unit_held)
    assert code == "GO0006" and GO_MOD_H1 in reason and "go.mod: expected" in reason


def test_a_proof_is_repeated(proven):
    assert audited(proven) == {"failed": [], "zips": 1, "proven": 1}


def flip(queryset, name):
    """Flip a bit in a column of bytes of each row."""
    for row in queryset:
        data = bytearray(getattr(row, name))
        data[len(data) // 2] ^= 1
        queryset.model.objects.filter(pk=row.pk).update(**{name: bytes(data)})


SPOILT = {
    "a tile at the bottom": lambda: flip(HashTile.objects.filter(level=0, width=256), "data"),
    "a tile of the edge": lambda: flip(HashTile.objects.filter(level=2), "data"),
    "a tile is gone": lambda: HashTile.objects.filter(level=0, width=256).delete(),
    "the signature": lambda: flip(ChecksumDatabase.objects.all(), "note"),
    "no tree": lambda: ChecksumDatabase.objects.update(note=b""),
    "the text of the record": lambda: ChecksumRecord.objects.update(text="a b h1:c\n"),
    "its number": lambda: ChecksumRecord.objects.update(number=NUMBER + 1),
    "no record": lambda: ChecksumRecord.objects.all().delete(),
    "no database": lambda: ChecksumDatabase.objects.all().delete(),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_proof_that_does_not_hold_is_found(proven, spoil):
    spoil()
    code, reason = failure(proven)
    assert code == "GO0013" and VERIFIER.name in reason


def test_another_hash_in_the_row_is_found(unit_held):
    ModuleVersion.objects.update(h1=CHANGED_H1)
    code, reason = failure(unit_held)
    assert code == "GO0006" and ONE_H1 in reason and CHANGED_H1 in reason


def test_evidence_for_another_unit_is_none_of_this(unit_held):
    other = Proof("gosum", "h1:other", "h1:other")
    keeping.note_proofs([(unit_held, Wanted(*NAME, proofs=(other,)))])
    assert audited(unit_held) == {"failed": [], "zips": 1, "proven": 0}


def test_the_whole_of_a_version(unit_held, monkeypatch):
    told = {}

    class Told:
        def __init__(self, phases):
            told.update(dict.fromkeys(phases, 0))

        def __enter__(self):
            return told.update

        def __exit__(self, *exc_info):
            return None

    monkeypatch.setattr("pulp_go.app.tasks.verify.Progress", Told)
    repository = GoRepository.objects.create(name="r")
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.all())
    path_of(unit_held).unlink()
    latest = RepositoryVersion.objects.get(repository=repository, number=1)
    result = verify_version(str(latest.pk))
    assert [row[:3] for row in result.pop("failed")] == [[*NAME, "GO0010"]]
    assert result == {"checked": 1, "zips": 1, "proven": 0, "failed_count": 1}
    assert told == {"planned": 1, "verified": 1, "failed": 1}
