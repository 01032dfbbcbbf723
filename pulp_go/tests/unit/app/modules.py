"""Small module versions for the tests, with the hashes that the real `go` prints for them.

go mod download -json example.com/one@v1.0.0    # from a static tree with these files
"""

import io
import zipfile

from pulpcore.plugin.models import Artifact

from pulp_go.app import ingest, keeping
from pulp_go.app.ingest import Files, Wanted
from pulp_go.app.keeping import Source
from pulp_go.hasher.facts import examine

INFO = b'{"Version":"v1.0.0","Time":"2020-01-02T03:04:05Z"}'
GO_MOD = b"module example.com/one\n\ngo 1.17\n"
GO_MOD_H1 = "h1:i+Q5OEo0a7WRjws8h/5kWLo2zLIppDEt9lrytZQz1/8="
ONE = {"go.mod": GO_MOD, "one.go": b"package one\n"}
ONE_H1 = "h1:NBC7QnKvZi/4DEIGu1f9bHgD5TQkTZZR+w2ZoX6G5SA="
CHANGED = {"go.mod": GO_MOD, "one.go": b"package one // changed\n"}
CHANGED_H1 = "h1:vmqq4mFoUgqsCNa+4pCbJ0YhWtrlZLOwgKN0TGSilc8="
NAME = ("example.com/one", "v1.0.0")
PATH = "example.com/one/@v/v1.0.0"


def module_zip(files, module="example.com/one", version="v1.0.0"):
    """Return the bytes of a module zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            # Without a time: the bytes are the same whenever they are made.
            archive.writestr(zipfile.ZipInfo(f"{module}@{version}/{name}"), data)
    return buffer.getvalue()


def kept(spool, files=None, info=INFO, **known):
    """Return the unit of example.com/one@v1.0.0 after it went through the door.

    Args:
        spool: A directory.
        files: What the zip holds, or None for a unit without zip.
        info: The bytes of `.info`.
        known: Hashes known beforehand, as `Wanted` has them.
    """
    zipped = examined(spool, module_zip(files)) if files else ()
    wanted = Wanted(*NAME, zip=bool(files), **known)
    [unit] = keeping.keep([ingest.verify(wanted, Files(info, GO_MOD, *zipped))])
    return unit


def pinned(remote, info=INFO, h1=ONE_H1):
    """Return the unit of example.com/one@v1.0.0 of which `remote` has the zip, and we have not."""
    wanted = Wanted(*NAME, h1=h1, go_mod_h1=GO_MOD_H1)
    verified = ingest.verify(wanted, Files(info, GO_MOD))
    [unit] = keeping.keep([verified], Source(remote, remote.url))
    return unit


def examined(spool, data):
    """Return the path and the `Facts` of the zip of example.com/one@v1.0.0."""
    path = spool / "zip"
    path.write_bytes(data)
    return str(path), examine(str(path), *NAME, Artifact.DIGEST_FIELDS)
