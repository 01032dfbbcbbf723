"""Where the bytes of an upload lie, and how they become one file that can be checked.

They came with the request, or in chunks before it, or are an artifact that Pulp has already. What
waits in the storage for one upload alone is gone when that upload is decided, either way: only
where the machine failed, chunks stay for another try.
"""

from contextlib import contextmanager
from dataclasses import dataclass

from pulpcore.plugin.models import Artifact, PulpTemporaryFile, Repository, Upload

from pulp_go.app.exceptions import GoError, MachineError, UploadIncompleteError
from pulp_go.app.spool import copy, spool
from pulp_go.app.uploading import Said

KINDS = ("file", "upload", "artifact")


@dataclass(frozen=True, slots=True)
class Given:
    """What a request to upload gives.

    Attributes:
        kind: What the zip is: one of `KINDS`.
        source: The zip as `on_disk` takes it.
        said: What is said beside it.
        repository: The `GoRepository` that it is for, or None.
    """

    kind: str
    source: object
    said: Said
    repository: Repository | None

    @classmethod
    def of(cls, serializer):
        """Return what a `ModuleVersionSerializer` was given.

        Raises:
            ValidationError: The request makes no sense.
        """
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        [kind] = [kind for kind in KINDS if kind in data]
        said = Said(
            module=data.get("module", ""),
            version=data.get("version", ""),
            time=data["time"].isoformat() if "time" in data else "",
            overwrite=data.get("overwrite", True),
            labels=data.get("pulp_labels", {}),
        )
        repository = data.get("repository")
        return cls(kind, data[kind], said, repository and repository.cast())

    @property
    def upload(self):
        """The chunked upload, which nobody else may use meanwhile, or None."""
        return self.source if self.kind == "upload" else None

    def stored(self):
        """Return kind and row of the zip for a task, which cannot see the file of a request."""
        if self.kind == "file":
            file = PulpTemporaryFile(file=self.source)
            file.save()
            return self.kind, file
        if self.kind == "artifact":
            self.source.touch()
        return self.kind, self.source


@contextmanager
def on_disk(source):
    """Give the path of the bytes of an upload, a file that may be moved away.

    Args:
        source: An `Upload`, a `PulpTemporaryFile`, an `Artifact`, or the file of a request.

    Raises:
        UploadIncompleteError: Chunks are missing.
        MachineError: The bytes could not be read or written, here or by who was given the path.
    """
    try:
        match source:
            case Upload() | PulpTemporaryFile() | Artifact():
                with used_up(source), spool() as directory:
                    path = directory / "upload.zip"
                    with open(path, "xb") as target:
                        write(source, target)
                    yield str(path)
            case _:
                yield source.temporary_file_path()
    except OSError as error:
        raise MachineError(str(error)) from error


@contextmanager
def used_up(source):
    """Remove what waits for one upload alone, once that is accepted or refused."""
    is_decided = isinstance(source, PulpTemporaryFile)
    try:
        yield
        is_decided = True
    except UploadIncompleteError:
        raise
    except GoError:
        is_decided = True
        raise
    finally:
        if is_decided and not isinstance(source, Artifact):
            source.delete()


def write(source, target):
    """Write the bytes of an upload to the open file `target`.

    Raises:
        UploadIncompleteError: Chunks are missing.
    """
    if isinstance(source, Upload):
        join(source, target)
    else:
        copy(source.file, target)


def join(upload, target):
    """Write the chunks of an upload to `target`, each at its place; the last that came wins.

    Raises:
        UploadIncompleteError: They do not reach from its first byte to its last.
    """
    chunks = list(upload.chunks.order_by("pulp_created"))
    missing = first_missing(chunks)
    if missing < upload.size:
        raise UploadIncompleteError(f"byte {missing} of {upload.size} did not come")
    for chunk in chunks:
        target.seek(chunk.offset)
        copy(chunk.file, target)


def first_missing(chunks):
    """Return the offset of the first byte that no chunk has."""
    reached = 0
    for chunk in sorted(chunks, key=lambda chunk: chunk.offset):
        if chunk.offset > reached:
            break
        reached = max(reached, chunk.offset + chunk.size)
    return reached
