import re
import tarfile
import zlib
from base64 import b64decode
from io import BytesIO

import pytest
from zlib_ng import zlib_ng

from pulp_go.gomod import dirhash, modzip
from pulp_go.gomod.errors import GoModError
from pulp_go.gomod.module import escape_path, escape_version
from pulp_go.gomod.zipdirectory import read_directory
from pulp_go.gomod.zipreader import read_content

# Made to be refused: names that a module may not have, or that collide, and versions that do not
# belong to the path.
REFUSED = {
    "example.com/downgrade@v2.0.0",
    "rsc.io/badfile2@v1.0.0",
    "rsc.io/badfile3@v1.0.0",
    "rsc.io/badfile4@v1.0.0",
    "rsc.io/badfile5@v1.0.0",
    "rsc.io/badzip@v1.0.0",
    "rsc.io/breaker@v2.0.0",
    "rsc.io/quote@v2.0.0",
}


def test_hash1(cases):
    for case in cases("dirhash.json", "hash1"):
        files = case["Files"] or []
        contents = {file["name"]: b64decode(file.get("data_b64", "")) for file in files}
        names = [file["name"] for file in files]
        try:
            found = dirhash.hash1(names, lambda name, held=contents: BytesIO(held[name]))
        except GoModError:
            found = ""
        assert found == case["Hash"], case["Name"]


@pytest.fixture(scope="module")
def proxy_tree(vectors_dir):
    """The files of a static GOPROXY, by the path of their URL."""
    with tarfile.open(vectors_dir / "proxytree.tar.gz") as archive:
        return {
            re.sub(r"\A\./", "", member.name): archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }


class Unchecked:
    """A zip of which only the container is sound."""

    def __init__(self, data):
        self.file = BytesIO(data)

    def contents(self):
        for entry in list(read_directory(self.file)):
            yield entry.name, read_content(self.file, entry)


@pytest.mark.parametrize("codec", [zlib, zlib_ng], ids=["zlib", "zlib-ng"])
def test_hashes_of_module_versions(cases, proxy_tree, codec):
    refused = set()
    for case in cases("dirhash.json", "cmd_go_testdata_mod"):
        path, version = case["Path"], case["Version"]
        base = f"{escape_path(path)}/@v/{escape_version(version)}"
        # One lacks its .mod on purpose, which counts as empty.
        data, go_mod = proxy_tree[base + ".zip"], proxy_tree.get(base + ".mod", b"")
        assert dirhash.hash_go_mod(go_mod) == case["H1Mod"], (path, version)
        assert dirhash.hash_zip(Unchecked(data)) == case["H1"], (path, version)
        try:
            checked = modzip.check_zip(BytesIO(data), path, version, codec)
        except GoModError:
            refused.add(f"{path}@{version}")
        else:
            assert checked.hash() == case["H1"], (path, version)
    assert refused == REFUSED
