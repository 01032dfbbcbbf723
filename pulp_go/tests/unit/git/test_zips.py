"""Zips of versions in a repository.

The h1 of a row is what real `go` (1.26.8, with git 2.39.5) says of a repository with these files:

    git fast-import < history                           # one commit, with a tag
    GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GOPROXY=direct GOSUMDB=off \
        go mod download -json git.example/m.git@v1.0.0

with `url.<directory>.insteadOf` for https://git.example/, and is the same with `core.autocrlf=true`
and `core.eol=crlf` in GIT_CONFIG_GLOBAL.
"""

import hashlib
import zipfile

import pytest

from pulp_go.git import deflated, zips
from pulp_go.git.zips import ZipMaker
from pulp_go.gomod import modzip
from pulp_go.gomod.codehost import TreeFile
from pulp_go.gomod.coderepo import Place
from pulp_go.gomod.errors import (
    CodeHostError,
    InvalidPathError,
    InvalidVersionError,
    InvalidZipError,
)

GO_MOD = {"go.mod": b"module git.example/m.git\n"}
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5" * 64 + b"\nsize 12345\n"


class Link(bytes):
    """Where a symbolic link leads to."""


class Blobs:
    """A repository whose commits are in memory: files by path."""

    def __init__(self, commits):
        self.commits = commits
        self.contents = {}
        self.read = []
        for files in commits.values():
            for content in files.values():
                self.contents[blob_id(content)] = bytes(content)

    def file(self, commit_id, path):
        content = self.commits[commit_id].get(path)
        return None if content is None else tree_file(path, content)

    def list_files(self, commit_id, directory):
        prefix = f"{directory}/" if directory else ""
        files = sorted(self.commits[commit_id].items())
        return [
            tree_file(path.removeprefix(prefix), content)
            for path, content in files
            if path.startswith(prefix)
        ]

    def read_blob(self, found):
        self.read.append(found)
        return self.contents[found]

    def blob_pieces(self, found):
        content = self.read_blob(found)
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]


def blob_id(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def tree_file(path, content):
    mode = "symlink" if isinstance(content, Link) else "regular"
    return TreeFile(path, blob_id(content), len(content), mode)


@pytest.fixture
def make(tmp_path):
    """Return what makes the zip of a tree, and says what is known of it and which files it has."""

    def make(files, module="git.example/m.git", version="v1.0.0", directory="", license=None):
        if license is not None:
            license = tree_file("LICENSE", license)
        with ZipMaker(Blobs({"c": files}), tmp_path, 1 << 20) as maker:
            place = Place("c", directory, license)
            made = maker.make(place, module, version, tmp_path / "made.zip", ["sha256", "sha512"])
        return made, contents(tmp_path / "made.zip", f"{module}@{version}/")

    return make


def contents(path, prefix):
    """Return the files in a zip, once it has passed all of our own checks."""
    module, _, version = prefix.removesuffix("/").partition("@")
    with open(path, "rb") as file:
        modzip.check_zip(file, module, version).hash()
    with zipfile.ZipFile(path) as zipped:
        return {name.removeprefix(prefix): zipped.read(name) for name in zipped.namelist()}


# What is in the root, what of it has other bytes in the zip, h1.
CHANGED = [
    (
        {
            ".gitattributes": b"*.t text eol=crlf\n*.a text=auto eol=crlf\n*.b -text eol=crlf\n"
            b"*.o crlf=auto eol=crlf\n*.u eol=crlf\n*.n text=auto\n",
            **{
                f"{name}.{suffix}": content
                for suffix in "tabounx"
                for name, content in [
                    ("lf", b"a\nb\n"),
                    ("crlf", b"a\r\nb\r\n"),
                    ("mixed", b"a\nb\r\nc\rd\n"),
                    ("zero", b"a\n\0\n"),
                    ("none", b""),
                ]
            },
        },
        {
            "lf.t": b"a\r\nb\r\n",
            "mixed.t": b"a\r\nb\r\nc\rd\r\n",
            "zero.t": b"a\r\n\0\r\n",
            "lf.a": b"a\r\nb\r\n",
            "lf.o": b"a\r\nb\r\n",
            "lf.u": b"a\r\nb\r\n",
            "mixed.u": b"a\r\nb\r\nc\rd\r\n",
            "zero.u": b"a\r\n\0\r\n",
        },
        "h1:quymJOx2dGOY/qMeBZR5ELfG1uXzHCwrpKqqPTM6v7E=",
    ),
    (
        {
            ".gitattributes": b"*.go ident\n",
            "a.go": b"// $Id$\npackage a // $Id: old $\n",
            "b.go": b"// $Id: $Id$ a b $\n",
            "c.txt": b"$Id$\n",
            "sub/d.go": b"$Id: 2004 by hand $",
        },
        {
            "a.go": b"// $Id: 9fc4f751e350ac32b88202a0abe9e149e1004598 $\n"
            b"package a // $Id: 9fc4f751e350ac32b88202a0abe9e149e1004598 $\n",
            "b.go": b"// $Id: ee6b007d90032b26a3cb0a8681f44d028b28bc98 $Id$ a b $\n",
        },
        "h1:eS7D2TJhXQLMFCg4kMY1D801V9zZhK1/iR9eJTlA3kc=",
    ),
    (
        {
            ".gitattributes": b"a* working-tree-encoding=UTF-16 eol=crlf\nb* "
            b"working-tree-encoding=utf-8\nc* working-tree-encoding=latin1 ident\n",
            "a": "é\n".encode(),
            "a-no-utf8": b"\xff\n",
            "b": "é\n".encode(),
            "c": "é\n".encode(),
            "c-more": "€é\n".encode(),
        },
        {"a": b"\xff\xfe\xe9\0\r\0\n\0", "a-no-utf8": b"\xff\r\n", "c": b"\xe9\n"},
        "h1:yZFopTu/Vtsd4o7tVVE/wz+0EHoixtkJ69YGWpyu5rM=",
    ),
    (
        {".gitattributes": Link(b"a.txt eol=crlf"), "a.txt": b"a\n", "b.txt": b"b\n"},
        {"a.txt": b"a\r\n"},
        "h1:4w0Upc6oUoNKHNiYvActcFVCtkhF30QvJ0Tcvubefo8=",
    ),
    (
        {".gitattributes": b"* text=auto eol=crlf\n", "LICENSE": b"a\nb\n", "a/b/c.go": b"\n\n"},
        {
            ".gitattributes": b"* text=auto eol=crlf\r\n",
            "LICENSE": b"a\r\nb\r\n",
            "a/b/c.go": b"\r\n\r\n",
            "go.mod": b"module git.example/m.git\r\n",
        },
        "h1:6Yomrd1fzYlM66e4ncraK33JTbDNjD1uVtt51Pov/LM=",
    ),
    (
        {
            ".gitattributes": b"[attr]dos text eol=crlf\n*.txt dos\n",
            "sub/.gitattributes": b"*.txt -text\n[attr]more ident\n* more\n",
            "sub/sub/.gitattributes": b"c.txt !text\n",
            "a.txt": b"$Id$\n",
            "sub/b.txt": b"$Id$\n",
            "sub/sub/c.txt": b"$Id$\n",
        },
        {"a.txt": b"$Id$\r\n", "sub/sub/c.txt": b"$Id$\r\n"},
        "h1:W290Q1POLs52CredvmYPEyCQkyNFwVzokzuYzdeseIU=",
    ),
]

# What is in the root, none of it with other bytes in the zip, h1.
UNCHANGED = [
    (
        {
            "a.go": b"package a\n",
            "a/b.go": b"package b\r\n",
            "é.go": b"\xff\0",
            "x.gitattributes": b"* eol=crlf\n",
        },
        "h1:9t2csoOuZvH5wEu0O7Xddrb4eGAlc1nfg0dmrXpa2t4=",
    ),
    (
        {
            ".gitattributes": b"a export-ignore\nb export-subst\nsub export-ignore\n",
            "a": b"a\n",
            "b": b"$Format:%H$\n",
            "sub/c": b"c\n",
        },
        "h1:VC6NyLzbREenXYzuOTtnhGUg2QRGr9J/KSo4aYTKEDc=",
    ),
    (
        {
            ".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n",
            "a.bin": POINTER,
        },
        "h1:iWu9sp8wMhCnrvJwZ84tLBFsDQzynGlp2MQArztP55Y=",
    ),
    (
        {
            ".gitattributes": b"a text\nb text=auto\nc crlf\nd eol=lf\ne binary\nf text=input\n"
            b"g -working-tree-encoding\nh working-tree-encoding=UTF-8-BOM\ni -ident\nj ident=yes\n"
            b"k eol=CRLF\n",
            **dict.fromkeys("abcdefghijk", b"$Id$\n1\r\n2\r3\n"),
        },
        "h1:48ArGfzdodqpEt5yKYor/F3igi2chv1X/AcRpZiyTqE=",
    ),
    (
        {".gitattributes/b": b"* eol=crlf\n", "a": b"a\n"},
        "h1:TXJG5sqohfh3HDDqZgfXLNfZ1YnmFLfyJK4z4molJfY=",
    ),
]


@pytest.mark.parametrize(("files", "changed", "h1"), CHANGED)
def test_what_changes_bytes(make, files, changed, h1):
    made, found = make(GO_MOD | files)
    expected = {
        path: content
        for path, content in (GO_MOD | files | changed).items()
        if not isinstance(content, Link)
    }
    assert found == expected
    assert made.h1 == h1
    assert made.go_mod == expected["go.mod"]


@pytest.mark.parametrize(("files", "h1"), UNCHANGED)
def test_what_does_not_change_bytes(make, files, h1):
    made, found = make(GO_MOD | files)
    assert found == GO_MOD | files
    assert made.h1 == h1


# What lies in a repository with a module in `sub`, what of it has other bytes in the zip, h1.
SUB = {
    **GO_MOD,
    "LICENSE": b"free\n",
    "other/c.txt": b"c\n",
    "sub/go.mod": b"module git.example/m.git/sub\n",
    "sub/a.txt": b"a\n",
    "sub/x/b.txt": b"b\n",
}
SUB_ROWS = [
    (
        {".gitattributes": b"*.txt eol=crlf\nLICENSE eol=crlf\n"},
        {"a.txt": b"a\r\n", "x/b.txt": b"b\r\n"},
        "h1:zc52e9c2GwqhXQ67m6eGHcGld/2U5NzH7nIDLe8CKkc=",
    ),
    (
        {".gitattributes": b"/a.txt eol=crlf\nsub/x/* eol=crlf\n"},
        {"x/b.txt": b"b\r\n"},
        "h1:OWFkA1iaxIUnW2grTFEcWOFMFqYDKKvJrrD40w/JiAY=",
    ),
    (
        {
            ".gitattributes": b"*.txt eol=crlf\n",
            "sub/.gitattributes": b"*.txt -text\n",
            "sub/x/.gitattributes": b"*.txt text\n",
        },
        {"x/b.txt": b"b\r\n"},
        "h1:Exfwn+WKG5NkqX3/86F8qSUaN7vYuNhw81UrJhvhLPc=",
    ),
    (
        {".gitattributes": b"other/* working-tree-encoding\n"},
        {},
        "h1:bE5PQ3tm1KI0tbXjkFdg41idsDeG24uWb3TCPB3XQU4=",
    ),
]


@pytest.mark.parametrize(("files", "changed", "h1"), SUB_ROWS)
def test_module_in_a_directory(make, files, changed, h1):
    made, found = make(SUB | files, "git.example/m.git/sub", "v1.0.0", "sub", SUB["LICENSE"])
    inside = {
        path.removeprefix("sub/"): content
        for path, content in (SUB | files).items()
        if path.startswith("sub/")
    }
    assert found == inside | changed | {"LICENSE": b"free\n"}
    assert made.h1 == h1


def test_license_of_the_root_becomes_a_file_even_if_it_is_a_link(make):
    files = SUB | {"LICENSE": Link(b"COPYING")}
    _, found = make(files, "git.example/m.git/sub", "v1.0.0", "sub", files["LICENSE"])
    assert found["LICENSE"] == b"COPYING"


def test_what_is_known(make, tmp_path):
    made, _ = make(GO_MOD | {"a.go": b"package a\n" * 100})
    written = (tmp_path / "made.zip").read_bytes()
    assert made.size == len(written)
    assert made.digests == {
        "sha256": hashlib.sha256(written).hexdigest(),
        "sha512": hashlib.sha512(written).hexdigest(),
    }
    assert make({"a.go": b"package a\n"})[0].go_mod is None
    again, _ = make(GO_MOD | {"a.go": b"package a\n" * 100})
    assert again == made


# Files of which there is no zip, the one at fault, and the reason.
BOOLEAN = "true/false are no valid working-tree-encodings"
VOID = b"* working-tree-encoding\n"
REFUSED = [
    ({"A.go": b"", "a.go": b""}, "a.go", "case-insensitive file name collision"),
    ({"\u0661": b""}, "\u0661", "invalid char"),
    ({"a\n": b""}, "a\n", "invalid char"),
    ({"a\udcff": b""}, "a\udcff", ""),
    ({".gitattributes": b"a working-tree-encoding\n", "a": b""}, "a", BOOLEAN),
    ({"vendor/.gitattributes": VOID, "vendor/x/a.go": b""}, "vendor/.gitattributes", BOOLEAN),
    (
        {".gitattributes": b"x/a working-tree-encoding\n", "x/go.mod": b"", "x/a": b""},
        "x/a",
        BOOLEAN,
    ),
    ({".gitattributes": b"a working-tree-encoding=UTF-7\n", "a": b"a"}, "a", "unsupported"),
]


@pytest.mark.parametrize(("files", "name", "reason"), REFUSED)
def test_no_zip(make, files, name, reason):
    with pytest.raises(InvalidZipError) as caught:
        make(GO_MOD | files)
    assert caught.value.name == name
    assert reason in caught.value.reason


def test_what_is_left_out_need_not_be_converted(make):
    files = {
        ".gitattributes": b"vendor/** working-tree-encoding=UTF-7\nlink working-tree-encoding\n",
        "vendor/x/a.go": b"a",
        "link": Link(b"a"),
    }
    _, found = make(GO_MOD | files)
    assert found.keys() == {".gitattributes", "go.mod"}


@pytest.mark.parametrize(
    ("module", "version", "error"),
    [
        ("git.example/m\n", "v1.0.0", InvalidPathError),
        ("git.example/m", "v1.0.0\n", InvalidVersionError),
        ("git.example/m", "v1.0", InvalidVersionError),
        ("git.example/m/v2", "v1.0.0", InvalidVersionError),
    ],
)
def test_no_such_module_version(make, module, version, error):
    with pytest.raises(error):
        make(GO_MOD, module, version)


def test_attributes_that_are_too_large(make, monkeypatch):
    files = GO_MOD | {".gitattributes": b"* eol=crlf\n", "a/.gitattributes": b"#\n", "a/a": b"\n"}
    monkeypatch.setattr(zips, "MAX_ATTRIBUTES", 13)
    assert make(files)[1]["a/a"] == b"\r\n"
    monkeypatch.setattr(zips, "MAX_ATTRIBUTES", 12)
    with pytest.raises(
        InvalidZipError, match=r"\.gitattributes: too large \(max 12 bytes in all\)"
    ):
        make(files)
    monkeypatch.setattr(zips, "MAX_FILE", 11)
    assert make(files)[1]["a/a"] == b"\n"


def test_sizes_are_those_of_what_is_written(make, monkeypatch):
    files = {".gitattributes": b"a eol=crlf\n", "a": b"\n" * 10}
    monkeypatch.setattr("pulp_go.gomod.sourcetree.MAX_ZIP_FILE", 31)
    assert make(files)[1]["a"] == b"\r\n" * 10
    monkeypatch.setattr("pulp_go.gomod.sourcetree.MAX_ZIP_FILE", 30)
    with pytest.raises(InvalidZipError, match="source tree too large"):
        make(files)


def test_go_mod_that_is_too_large(make, monkeypatch):
    monkeypatch.setattr(zips, "MAX_GO_MOD", 10)
    monkeypatch.setattr("pulp_go.gomod.sourcetree.MAX_GO_MOD", 10)
    with pytest.raises(InvalidZipError, match="go.mod file too large"):
        make({"go.mod": b"module a.b\n"})


HISTORY = {
    "1": GO_MOD | {"a.go": b"package a\n", "b.go": b"package b\n" * 50},
    "2": GO_MOD | {"a.go": b"package a\n\n", "b.go": b"package b\n" * 50},
    "3": GO_MOD | {"c.go": b"package a\n", ".gitattributes": b"*.go eol=crlf\n"},
    "4": GO_MOD | {"c.go": b"package a\n", ".gitattributes": b"*.go eol=crlf\n"},
    "5": GO_MOD | {"c.go": b"package a\n", ".gitattributes": b"*.go eol=lf\n"},
}


def made_of_history(repository, folder, limit):
    """Return the files of the zip of every version of `HISTORY`."""
    found = []
    with ZipMaker(repository, folder, limit) as maker:
        for commit in HISTORY:
            path, version = folder / f"{commit}.zip", f"v1.{commit}.0"
            maker.make(Place(commit, "", None), "git.example/m.git", version, path, [])
            found.append(contents(path, f"git.example/m.git@{version}/"))
    return found


EXPECTED = [
    HISTORY["1"],
    HISTORY["2"],
    HISTORY["3"] | {"c.go": b"package a\r\n"},
    HISTORY["4"] | {"c.go": b"package a\r\n"},
    HISTORY["5"],
]


def test_blobs_are_read_once(tmp_path):
    repository = Blobs(HISTORY)
    assert made_of_history(repository, tmp_path, 1 << 20) == EXPECTED
    read = [found for found in repository.read if found != blob_id(GO_MOD["go.mod"])]
    once = {blob_id(content) for files in HISTORY.values() for content in files.values()}
    # Once more for the attributes that they tell, and once more to be converted.
    again = [b"*.go eol=crlf\n", b"*.go eol=lf\n", b"package a\n"]
    expected = [*once - {blob_id(GO_MOD["go.mod"])}, *map(blob_id, again)]
    assert sorted(read) == sorted(expected)


@pytest.mark.parametrize("limit", [0, 1, 60, 100])
def test_little_room_for_deflated_blobs(tmp_path, limit):
    assert made_of_history(Blobs(HISTORY), tmp_path, limit) == EXPECTED


def test_few_deflated_blobs(tmp_path, monkeypatch):
    monkeypatch.setattr(deflated, "_MOST", 2)
    assert made_of_history(Blobs(HISTORY), tmp_path, 1 << 20) == EXPECTED


def test_large_blobs(make, monkeypatch):
    monkeypatch.setattr(zips, "_LARGE", 2000)
    files = GO_MOD | {"1999": b"\0" * 1999, "2000": b"\0" * 2000, "9999": b"\0" * 9999}
    assert make(files)[1] == files


def test_a_blob_of_another_size(tmp_path):
    repository = Blobs({"c": {"a.go": b"package a\n"}})
    repository.contents[blob_id(b"package a\n")] = b"package b\n\n"
    with ZipMaker(repository, tmp_path, 1 << 20) as maker, pytest.raises(CodeHostError):
        maker.make(Place("c", "", None), "git.example/m", "v1.0.0", tmp_path / "made.zip", [])


def test_a_zip_that_cannot_be_written(tmp_path):
    with ZipMaker(Blobs({"c": GO_MOD}), tmp_path, 1 << 20) as maker, pytest.raises(OSError):
        maker.make(Place("c", "", None), "git.example/m", "v1.0.0", tmp_path / "no" / "zip", [])
