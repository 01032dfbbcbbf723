import errno
from io import BytesIO

import pytest

from pulp_go.gomod.errors import (
    GoModError,
    InvalidPathError,
    InvalidVersionError,
    InvalidZipError,
)
from pulp_go.hasher import facts
from pulp_go.hasher.facts import Facts, examine
from pulp_go.tests.unit.gomod.zips import File, build
from pulp_go.tests.unit.hasher.sample import (
    ALGORITHMS,
    FACTS,
    GOOD,
    MODULE,
    ROOT,
    VERSION,
    write,
)

MIB = 1 << 20


def test_facts(tmp_path):
    assert examine(write(tmp_path / "zip"), MODULE, VERSION, ALGORITHMS) == FACTS


def test_a_zip_without_go_mod_and_without_digests(tmp_path):
    # 22 bytes are the end record alone; the h1 is that of no line at all.
    path = write(tmp_path / "zip", build())
    h1 = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert examine(path, MODULE, VERSION, ()) == Facts(22, {}, h1, None)


REFUSED = [
    (b"<html>not found</html>\n", MODULE, VERSION, InvalidZipError, "no end record"),
    (GOOD[:-1], MODULE, VERSION, InvalidZipError, "no end record"),
    (GOOD, "example.com/other", VERSION, InvalidZipError, "does not have prefix"),
    (GOOD, f"{MODULE}\n", VERSION, InvalidPathError, "invalid char"),
    (GOOD, MODULE, "v١.0.0", InvalidVersionError, "not a semantic version"),
    (build(File(ROOT + "a", crc=1)), MODULE, VERSION, InvalidZipError, "checksum error"),
    (build(File(ROOT + "a", packed=b"\xff")), MODULE, VERSION, InvalidZipError, "not inflate"),
    (build(File(ROOT + "a", b"x", packed=b"")), MODULE, VERSION, InvalidZipError, "cut off"),
    (
        build(File(ROOT + "a", bytes(4 * MIB), size=2 * MIB)),
        MODULE,
        VERSION,
        InvalidZipError,
        "larger than declared",
    ),
    (
        build(File(ROOT + "a", bytes(4 * MIB), packed=b"\xff" * 9)),
        MODULE,
        VERSION,
        InvalidZipError,
        "not inflate",
    ),
]


@pytest.mark.parametrize(("data", "module", "version", "error", "reason"), REFUSED)
def test_refused(tmp_path, data, module, version, error, reason):
    with pytest.raises(error, match=reason) as caught:
        examine(write(tmp_path / "zip", data), module, version, ALGORITHMS)
    assert isinstance(caught.value, GoModError)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        examine(str(tmp_path / "zip"), MODULE, VERSION, ALGORITHMS)
    assert caught.value.errno == errno.ENOENT


class Watched(BytesIO):
    """A file that notes the most bytes that were read of it at once."""

    most = 0

    def read(self, size=-1):
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


@pytest.mark.parametrize("entries", [1, 9])
def test_pieces_are_small(monkeypatch, entries):
    files = [File(f"{ROOT}{n}", bytes(9 * MIB // entries), method=0) for n in range(entries)]
    watched = Watched(build(*files))
    monkeypatch.setattr(facts, "open", lambda *_, **__: watched, raising=False)
    examine("zip", MODULE, VERSION, ALGORITHMS)
    # A whole entry of at most 1 MiB, and what lies around it.
    assert MIB <= watched.most < MIB + 1024
