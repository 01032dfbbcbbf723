from io import BytesIO

import pytest

from pulp_go.gomod import sourcetree
from pulp_go.gomod.errors import InvalidPathError, InvalidVersionError, InvalidZipError
from pulp_go.gomod.modzip import check_zip
from pulp_go.gomod.sourcetree import check_files, create
from pulp_go.tests.unit.gomod.trees import closed, names, source

MIB = 1 << 20

VENDORED = "file is in vendor directory"
ANOTHER = "file is in another module"
SYMLINK = "file is a symbolic link"
IRREGULAR = "not a regular file"
UNCLEAN = "file path is not clean"
LOWERCASE = "go.mod files must have lowercase names"
TOO_LARGE = "module source tree too large (max size is 524288000 bytes)"

OLD = source("go.mod", b"module m\n\ngo 1.23.9\n")
NEW = source("go.mod", b"module m\n\ngo 1.24\n")


# The files of a tree, and what becomes of them, as x/mod's zip.CheckFiles says it.
TREES = [
    ([], [], {}, {}),
    (
        names("a.go", ".gitignore", ".github/x.yml", "testdata/a", "_x/a", ".git/config", "x~1"),
        ["a.go", ".gitignore", ".github/x.yml", "testdata/a", "_x/a", ".git/config", "x~1"],
        {},
        {},
    ),
    (
        names("./a", "a//b", "a/./b", "a/../b", "a/", "a/.", "", "/abs", "/", "//a", "/.."),
        [],
        {},
        {
            "./a": UNCLEAN,
            "a//b": UNCLEAN,
            "a/./b": UNCLEAN,
            "a/../b": UNCLEAN,
            "a/": UNCLEAN,
            "a/.": UNCLEAN,
            "": UNCLEAN,
            "/abs": "file path is not relative",
            "/": "file path is not relative",
            "//a": UNCLEAN,
            "/..": UNCLEAN,
        },
    ),
    (names("a", "vendor//a/b"), ["a"], {}, {"vendor//a/b": UNCLEAN}),
    (
        names("..", ".", "../../x", "../x/vendor/a/b", "..x", "x/...", "../..x"),
        ["..x"],
        {"../x/vendor/a/b": VENDORED},
        {
            "..": "invalid path element '..'",
            ".": "invalid path element '.'",
            "../../x": "invalid path element '..'",
            "x/...": "invalid path element '...'",
            "../..x": "invalid path element '..'",
        },
    ),
    (
        names("a\n", "a١", "aux.go", "\udcff", "vendor/a/b\n", "vendor/a/\udcff", "sub/go.mod/ok"),
        ["sub/go.mod/ok"],
        {"vendor/a/b\n": VENDORED, "vendor/a/\udcff": VENDORED},
        {
            "a\n": "invalid character in path element 'a\\n'",
            "a١": "invalid character in path element 'a١'",
            "aux.go": "'aux' disallowed as path element component on Windows",
            "\udcff": "invalid UTF-8",
        },
    ),
    (
        [OLD, *names("vendor/modules.txt", "vendor/a.go", "vendor/a/b.go", "a/vendor/b.go")],
        ["go.mod", "vendor/modules.txt", "vendor/a.go"],
        {"vendor/a/b.go": VENDORED, "a/vendor/b.go": VENDORED},
        {},
    ),
    (
        [*names("vendor/modules.txt", "vendor/a.go", "vendor/a/b.go", "a/vendor/b.go"), NEW],
        ["vendor/a.go", "a/vendor/b.go", "go.mod"],
        {"vendor/modules.txt": VENDORED, "vendor/a/b.go": VENDORED},
        {},
    ),
    (
        names("sub/go.mod", "sub/aux", "sub", "subs/a", "a/x", "a/go.mod", "a/b/go.mod", "a/b/y"),
        ["sub", "subs/a"],
        {
            "sub/go.mod": ANOTHER,
            "sub/aux": ANOTHER,
            "a/x": ANOTHER,
            "a/go.mod": ANOTHER,
            "a/b/go.mod": ANOTHER,
            "a/b/y": ANOTHER,
        },
        {},
    ),
    (
        names("a/b/GO.mod", "a/b/x", "a/x", "a.b/x", "a/b.c", "go.mod/x", "xgo.mod"),
        ["a/x", "a.b/x", "a/b.c", "go.mod/x", "xgo.mod"],
        {"a/b/GO.mod": ANOTHER, "a/b/x": ANOTHER},
        {},
    ),
    (
        [
            closed("sub/go.mod", mode="symlink"),
            closed("other/go.mod", mode="directory"),
            *names("sub/x", "other/go.mod/x"),
        ],
        ["sub/x", "other/go.mod/x"],
        {"sub/go.mod": SYMLINK, "other/go.mod": IRREGULAR},
        {},
    ),
    (
        [closed("go.mod", mode="symlink"), *names("vendor/modules.txt", "a/vendor/b")],
        ["vendor/modules.txt"],
        {"go.mod": SYMLINK, "a/vendor/b": VENDORED},
        {},
    ),
    (
        names(".hg_archival.txt", "a/.hg_archival.txt", ".hg_archival.txt\n"),
        ["a/.hg_archival.txt"],
        {".hg_archival.txt": "file is inserted by 'hg archive' and is always omitted"},
        {".hg_archival.txt\n": "invalid character in path element '.hg_archival.txt\\n'"},
    ),
    (names("GO.MOD", "a"), ["a"], {}, {"GO.MOD": LOWERCASE}),
    ([closed("Go.mod", mode="symlink")], [], {}, {"Go.mod": LOWERCASE}),
    (
        names("LICENSE", "license", "a", "a", "b/c", "b"),
        ["LICENSE", "a", "b/c"],
        {},
        {
            "license": "case-insensitive file name collision: 'LICENSE' and 'license'",
            "a": "multiple entries for file 'a'",
            "b": "entry 'b' is both a file and a directory",
        },
    ),
    (
        [closed("A", mode="symlink"), closed("a"), closed("d", mode="directory"), closed("d/x")],
        ["d/x"],
        {"A": SYMLINK, "d": IRREGULAR},
        {"a": "case-insensitive file name collision: 'A' and 'a'"},
    ),
    (
        [closed("a", mode="symlink"), closed("b:", mode="symlink"), closed("c", mode="other")],
        [],
        {"a": SYMLINK, "c": IRREGULAR},
        {"b:": "invalid character in path element 'b:'"},
    ),
    # Go says of a path only what it finds first, so this tree is none the worse for the second a.
    ([closed("a", mode="symlink"), closed("a"), closed("b")], ["b"], {"a": SYMLINK}, {}),
    (
        [closed("LICENSE", 16 * MIB + 1), closed("sub/LICENSE", 16 * MIB + 1)],
        ["sub/LICENSE"],
        {},
        {"LICENSE": "LICENSE file too large (max size is 16777216 bytes)"},
    ),
    (
        [source("go.mod", size=16 * MIB + 1), closed("vendor/a/b", 501 * MIB)],
        [],
        {"vendor/a/b": VENDORED},
        {"go.mod": "go.mod file too large (max size is 16777216 bytes)"},
    ),
]


@pytest.mark.parametrize(("files", "valid", "omitted", "invalid"), TREES)
def test_check_files(files, valid, omitted, invalid):
    checked = check_files(files)
    assert [file.path for file in checked.valid] == valid
    assert list(checked.omitted) == list(omitted.items())
    assert list(checked.invalid) == list(invalid.items())
    assert checked.size_error == ""


@pytest.mark.parametrize(("files", "valid", "omitted", "invalid"), TREES)
def test_a_fault_changes_nothing_for_the_others(files, valid, omitted, invalid):
    """All trees without fault go another way than those with one."""
    checked = check_files([*files, closed("\n")])
    assert [file.path for file in checked.valid] == valid
    assert list(checked.omitted) == list(omitted.items())
    assert [error.path for error in checked.invalid] == [*invalid, "\n"]


def test_check_tree():
    files = [closed("go.mod", 12), closed("vendor/modules.txt"), closed("x/go.mod"), closed("a")]
    asked = []

    def read_go_mod(file):
        asked.append(file)
        return b"go 1.24\n"

    checked = sourcetree.check_tree(files, read_go_mod)
    assert checked.valid == (files[0], files[3])
    assert [error.path for error in checked.omitted] == ["vendor/modules.txt", "x/go.mod"]
    assert asked == [files[0]]


# The first invalid file is named, the size comes first.
ERRORS = [
    (names("a"), None),
    ([closed("a", mode="symlink")], None),
    (names("a", "b:", "c:"), "b:: invalid character in path element 'b:'"),
    ([closed("a", 500 * MIB)], None),
    ([closed("a", 500 * MIB + 1)], TOO_LARGE),
    ([closed("a", 500 * MIB - 10), closed("b", 10)], None),
    ([closed("a", 500 * MIB - 10), closed("b:"), closed("b", 11)], TOO_LARGE),
    ([closed("a", 500 * MIB), closed("vendor/a/b", 1), closed("c", 1, "symlink")], None),
    ([closed("go.mod", 16 * MIB, "other"), source("LICENSE", size=16 * MIB)], None),
]


@pytest.mark.parametrize(("files", "text"), ERRORS)
def test_error(files, text):
    error = check_files(files).error()
    assert (error and str(error)) == text
    assert error is None or isinstance(error, InvalidZipError)


# The root's go.mod, and whether it is of Go 1.24 or later.
GO_MODS = [
    (b"go 1.24\n", True),
    (b"module m\n\ngo 1.24rc1\n", True),
    (b"go 1.24.1\n", True),
    (b"go 1.24.x\n", True),
    (b"go 1.100\n", True),
    (b"go 2.0\n", True),
    (b"go 1.24\n)\n", True),
    (b"go 1.24rc01\n", False),
    (b"go 1.23.9\n", False),
    (b"go 1.9\n", False),
    (b"go 1.2\xd9\xa4\n", False),
    (b"go 1.24\nrequire (\n", False),
    (b"go v1.24\n", False),
    (b"go 1.24\ngo 1.24\n", False),
    (b"module m\n", False),
    (b"", False),
]


@pytest.mark.parametrize(("go_mod", "is_new"), GO_MODS)
def test_go_version(go_mod, is_new):
    checked = check_files([source("go.mod", go_mod), closed("vendor/modules.txt")])
    assert [error.path for error in checked.omitted] == ["vendor/modules.txt"] * is_new


def test_go_version_of_other_modules_does_not_count():
    checked = check_files([closed("sub/go.mod"), closed("GO.mod"), closed("vendor/modules.txt")])
    assert [file.path for file in checked.valid] == ["vendor/modules.txt"]


class Endless(BytesIO):
    """A file that has no end, and counts what was taken of it."""

    taken = 0

    def read(self, size):
        self.taken += size
        return b" " * size


@pytest.mark.parametrize("declared", [10, 16 * MIB, 400 * MIB])
def test_go_mod_is_read_to_its_limit(declared):
    content = Endless()
    check_files([sourcetree.SourceFile("go.mod", lambda: content, declared)])
    assert content.taken == 16 * MIB
    assert content.closed


def test_deep_paths():
    """The texts of all directories above one of these paths are gigabytes."""
    deep = "a/" * 50_000
    checked = check_files(names(deep + "b", deep + "c", deep + "go.mod/d", "A/go.mod", "A/e"))
    assert [len(file.path) for file in checked.valid] == [100_001, 100_001, 100_008]
    assert [error.path for error in checked.omitted] == ["A/go.mod", "A/e"]


SIMPLE = [
    source("go.mod", b"module example.com/m\n\ngo 1.13\n"),
    source("m.go", b"package m\n\nfunc Foo() int { return 42 }\n"),
    source(
        "cmd/hello/hello.go",
        b'package main\n\nimport (\n  "fmt"\n  "example.com/m"\n)\n\n'
        b"func main() {\n  fmt.Println(m.Foo())\n}\n",
    ),
]
# What x/mod's zip.Create makes of these trees has these hashes.
HASHES = [
    ([], "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    (SIMPLE, "h1:tpqYOOmuilagXzyqoJ3roUjp8gneQeTv5YVpL6BG7/k="),
    (SIMPLE[::-1], "h1:tpqYOOmuilagXzyqoJ3roUjp8gneQeTv5YVpL6BG7/k="),
    (
        [*SIMPLE, closed("x", mode="symlink"), closed("vendor/a/b"), closed("sub/go.mod")],
        "h1:tpqYOOmuilagXzyqoJ3roUjp8gneQeTv5YVpL6BG7/k=",
    ),
    (
        [source("go.mod/a.go", b"package a\n")],
        "h1:Mun5l9cBlDnnV6JasTpio2aZJSbFj++h+814mnKC/OM=",
    ),
    # Go takes a file that has become shorter.
    (
        [source("go.mod/a.go", b"package a\n", size=11)],
        "h1:Mun5l9cBlDnnV6JasTpio2aZJSbFj++h+814mnKC/OM=",
    ),
]


def made(files, module="example.com/m", version="v1.0.0"):
    """Return the bytes of the zip of `files`."""
    sink = BytesIO()
    create(sink, module, version, files)
    return sink.getvalue()


@pytest.mark.parametrize(("files", "h1"), HASHES)
def test_create(files, h1):
    data = made(files)
    assert check_zip(BytesIO(data), "example.com/m", "v1.0.0").hash() == h1
    assert made(files) == data


def test_names_in_the_zip():
    data = made([source("é/LICENSE"), source("go.mod")], "github.com/Azure/x", "v1.0.0-RC1")
    assert check_zip(BytesIO(data), "github.com/Azure/x", "v1.0.0-RC1").names == (
        "github.com/Azure/x@v1.0.0-RC1/é/LICENSE",
        "github.com/Azure/x@v1.0.0-RC1/go.mod",
    )


NO_MODULES = [
    ("cache", "v1.0.0", InvalidPathError),
    ("example.com/m\n", "v1.0.0", InvalidPathError),
    ("\udcff", "v1.0.0", InvalidPathError),
    ("example.com/m", "v1.0.0\n", InvalidVersionError),
    ("example.com/m", "v١.0.0", InvalidVersionError),
    ("example.com/m", "v1.0.0+bad", InvalidVersionError),
    ("example.com/m", "v1.0", InvalidVersionError),
    ("example.com/m", "v2.0.0", InvalidVersionError),
]


@pytest.mark.parametrize(("module", "version", "error"), NO_MODULES)
def test_no_module_version(module, version, error):
    sink = BytesIO()
    with pytest.raises(error):
        create(sink, module, version, names("a"))
    assert sink.getvalue() == b""


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (names("a", "bad.go'"), "bad.go'"),
        (names("GO.MOD"), "GO.MOD"),
        (names("a", "a"), "a"),
        (names("a.go", "a.go/b.go"), "a.go/b.go"),
        ([closed("a", 500 * MIB + 1)], ""),
    ],
)
def test_nothing_is_written_of_what_is_refused(files, name):
    sink = BytesIO()
    with pytest.raises(InvalidZipError) as caught:
        create(sink, "example.com/m", "v1.0.0", files)
    assert caught.value.name == name
    assert sink.getvalue() == b""


@pytest.mark.parametrize("declared", [0, 4, 2 * MIB])
def test_file_that_is_larger_than_declared(declared):
    content = Endless()
    with pytest.raises(InvalidZipError, match="larger than declared size") as caught:
        made([sourcetree.SourceFile("a", lambda: content, declared)])
    assert caught.value.name == "a"
    assert content.taken == declared + 1
    assert content.closed


def test_zip_that_becomes_too_large(monkeypatch):
    monkeypatch.setattr(sourcetree, "MAX_ZIP_FILE", 100)
    with pytest.raises(InvalidZipError, match="zip file is too large"):
        made([source("a", bytes(range(100)))])


def test_files_are_closed():
    content = BytesIO(b"x")
    made([sourcetree.SourceFile("a", lambda: content, 1)])
    assert content.closed


def vanish():
    raise FileNotFoundError("gone")


@pytest.mark.parametrize("path", ["go.mod", "a"])
def test_a_file_that_cannot_be_opened_is_no_fault_of_the_module(path):
    with pytest.raises(FileNotFoundError):
        made([sourcetree.SourceFile(path, vanish, 1)])
