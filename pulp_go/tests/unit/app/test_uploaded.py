"""The bytes of an upload: they become one file, and what waited for it goes."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from pulpcore.plugin.models import Artifact, PulpTemporaryFile, Upload

from pulp_go.app.exceptions import BadModuleError, MachineError, UploadIncompleteError
from pulp_go.app.models import GoRepository
from pulp_go.app.uploaded import Given, on_disk
from pulp_go.app.uploading import Said

DATA = b"0123456789"


@pytest.fixture
def upload(db):
    return Upload.objects.create(size=len(DATA))


@pytest.fixture
def temporary(db):
    file = PulpTemporaryFile()
    file.file.save("name", ContentFile(DATA))
    file.save()
    return file


@pytest.fixture
def nothing_waits():
    """Check at the end that the working directory is empty."""
    yield
    assert list(Path(settings.WORKING_DIRECTORY).iterdir()) == []


def send(upload, start, end, data=DATA):
    upload.append(ContentFile(data[start:end]), start)


def read(source):
    with on_disk(source) as path:
        return Path(path).read_bytes()


@pytest.mark.case("C-25")
def test_each_chunk_has_its_place_however_often_it_is_sent(upload, nothing_waits):
    for start, end in [(5, 10), (0, 5), (0, 5), (3, 8), (5, 10)]:
        send(upload, start, end)
    assert read(upload) == DATA
    assert not Upload.objects.exists()


def test_of_chunks_that_overlap_the_last_counts(upload, nothing_waits):
    send(upload, 0, 10, b"abcdefghij")
    send(upload, 2, 4)
    assert read(upload) == b"ab23efghij"


GAPS = [([], 0), ([(1, 10)], 0), ([(0, 4), (5, 10)], 4), ([(0, 9)], 9), ([(0, 9), (2, 5)], 9)]


@pytest.mark.parametrize(("chunks", "missing"), GAPS)
def test_a_gap_is_named_and_what_came_waits_for_the_rest(upload, nothing_waits, chunks, missing):
    for chunk in chunks:
        send(upload, *chunk)
    with pytest.raises(UploadIncompleteError, match=f"byte {missing} of 10 did not come"):
        read(upload)
    assert Upload.objects.get() == upload


def test_what_is_refused_is_gone(upload, temporary, nothing_waits):
    send(upload, 0, 10)
    for source in (upload, temporary):
        with pytest.raises(BadModuleError), on_disk(source):
            raise BadModuleError("no zip")
    assert not (Upload.objects.exists() or PulpTemporaryFile.objects.exists())


def test_where_the_machine_failed_chunks_stay(upload, temporary, nothing_waits):
    send(upload, 0, 10)
    for source in (upload, temporary):
        with pytest.raises(MachineError, match="No space left"), on_disk(source):
            raise OSError(28, "No space left on device")
    assert Upload.objects.exists()
    # Nobody could use it again.
    assert not PulpTemporaryFile.objects.exists()


def test_an_artifact_stays(db, tmp_path, nothing_waits):
    path = tmp_path / "zip"
    path.write_bytes(DATA)
    artifact = Artifact.init_and_validate(str(path))
    artifact.save()
    assert read(artifact) == DATA
    with pytest.raises(BadModuleError), on_disk(artifact):
        raise BadModuleError("no zip")
    assert Artifact.objects.get().file.read() == DATA


def test_the_file_of_a_request_lies_there_already(tmp_path):
    file = SimpleNamespace(temporary_file_path=lambda: str(tmp_path))
    with on_disk(file) as path:
        assert path == str(tmp_path)


def given(**data):
    """Return what a request gives whose fields are in order."""
    serializer = SimpleNamespace(is_valid=lambda raise_exception: True, validated_data=data)
    return Given.of(serializer)


def test_what_is_given_is_told_apart_from_what_is_not(upload):
    repository = GoRepository.objects.create(name="repository")
    time = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    said = {"module": "example.com/m", "version": "v1.0.0", "time": time, "overwrite": False}
    one = given(upload=upload, repository=repository, pulp_labels={"a": "b"}, **said)
    assert (one.kind, one.source, one.upload) == ("upload", upload, upload)
    assert isinstance(one.repository, GoRepository)
    assert one.said == Said(
        "example.com/m", "v1.0.0", "2024-01-02T03:04:05+00:00", False, {"a": "b"}
    )
    assert one.stored() == ("upload", upload)
    other = given(artifact=Artifact())
    assert (other.kind, other.upload, other.repository) == ("artifact", None, None)
    assert other.said == Said()


def test_what_a_task_shall_see_is_stored(db, tmp_path):
    path = tmp_path / "zip"
    path.write_bytes(DATA)
    kind, file = given(file=str(path)).stored()
    assert (kind, file.file.read()) == ("file", DATA)
    before = Artifact.init_and_validate(str(file.file.path))
    before.save()
    Artifact.objects.update(timestamp_of_interest=datetime(2020, 1, 1, tzinfo=UTC))
    kind, artifact = given(artifact=before).stored()
    artifact.refresh_from_db()
    assert (kind, artifact.timestamp_of_interest.year > 2020) == ("artifact", True)
