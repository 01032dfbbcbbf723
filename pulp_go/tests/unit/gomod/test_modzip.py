import random
from io import BytesIO

import pytest

from pulp_go.gomod import modzip
from pulp_go.gomod.errors import (
    GoModError,
    InvalidPathError,
    InvalidVersionError,
    InvalidZipError,
)
from pulp_go.tests.unit.gomod.zips import (
    STORED,
    File,
    build,
    build64,
    content_and_directory,
    end,
)

MIB = 1 << 20
ROOT = "example.com/m@v1.0.0/"
EMPTY_HASH = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def check(data, module="example.com/m", version="v1.0.0"):
    return modzip.check_zip(BytesIO(data), module, version)


def zip_of(*names):
    """Return a zip of empty files below the root."""
    return build(*(File(ROOT + name) for name in names))


VALID_NAMES = [
    [],
    ["go.mod", "a.go"],
    ["a/b.go", "a/c.go", "b/b.go"],
    ["", "a/", "a/b.go", "a/b/", "a/b/c"],
    ["", "", "a/", "a/"],
    ["a/b/", "a/"],
    ["a", "a.go", "a-b/c", "ab"],
    ["go.mod/a.go", "x/go.mod/"],
    ["GO.MODS", "go.mod.txt", "LICENSE", "sub/LICENSE"],
    ["vendor/modules.txt", "vendor/a/b.go", ".hg_archival.txt"],
    ["日本語.go", "é.go", "E.go"],
    ["ss", "ß"],
    ["i", "ı"],
    ["a b/c~1.txt"],
]


@pytest.mark.parametrize("names", VALID_NAMES)
def test_valid_names(names):
    full = tuple(ROOT + name for name in names)
    checked = check(zip_of(*names))
    assert checked.names == full
    assert sorted(name for name, _ in checked.contents()) == sorted(full)


INVALID_NAMES = [
    (["/etc/passwd"], "empty path element"),
    (["../a"], "invalid path element"),
    (["a/../b"], "invalid path element"),
    (["a//b"], "double slash"),
    (["a//"], "trailing slash|empty path element"),
    (["/"], "empty"),
    (["a\\b"], "invalid char"),
    (["a\n"], "invalid char"),
    (["a١"], "invalid char"),
    (["a\0"], "invalid char"),
    (["a\0/../../b"], "invalid"),
    (["aux.go"], "disallowed"),
    (["con/"], "disallowed"),
    (["a."], "dot"),
    (["a", "a"], "multiple entries"),
    (["a", "b", "a"], "multiple entries"),
    (["a", "A"], "collision: 'A' and 'a'|collision: 'a' and 'A'"),
    (["k.go", "\u212a.go"], "collision"),
    (["ß", "ẞ"], "collision"),
    (["a/x", "A/y"], "collision"),
    (["x/a/x", "z", "x/A/y"], "collision"),
    (["a/x", "b", "A"], "collision"),
    (["a/", "A/"], "collision"),
    (["a", "a/"], "both a file and a directory"),
    (["a/", "a"], "both a file and a directory"),
    (["a", "a/b"], "both a file and a directory"),
    (["x/a/b/c", "x/a-", "x/a"], "both a file and a directory"),
    (["sub/go.mod"], "not in module root"),
    (["sub/Go.Mod"], "not in module root"),
    (["GO.MOD"], "lowercase"),
]


@pytest.mark.parametrize(("names", "reason"), INVALID_NAMES)
def test_invalid_names(names, reason):
    with pytest.raises(InvalidZipError, match=reason):
        check(zip_of(*names))


FOREIGN_NAMES = [
    "a.go",
    "/" + ROOT + "a.go",
    "example.com/m@v1.0.0",
    "example.com/m@v1.0.1/a.go",
    "example.com/m/sub@v1.0.0/a.go",
    "Example.com/m@v1.0.0/a.go",
    "example.com/m@v1.0.0\\a.go",
]


@pytest.mark.parametrize("name", FOREIGN_NAMES)
def test_name_outside_of_the_module(name):
    with pytest.raises(InvalidZipError, match="does not have prefix") as caught:
        check(build(File(name)))
    assert caught.value.name == name


def test_prefix_is_unescaped():
    data = build(File("github.com/Azure/x@v1.0.0-RC1/a.go"))
    assert check(data, "github.com/Azure/x", "v1.0.0-RC1").names


MODULES = [
    ("cache", "v1.0.0", InvalidPathError),
    ("example.com/m\n", "v1.0.0", InvalidPathError),
    ("example.com/m", "v1.0.0\n", InvalidVersionError),
    ("example.com/m", "v١.0.0", InvalidVersionError),
    ("example.com/m", "v1.0", InvalidVersionError),
    ("example.com/m", "v1.0.0+meta", InvalidVersionError),
    ("example.com/m", "v2.0.0", InvalidVersionError),
    ("example.com/m/v2", "v1.0.0", InvalidVersionError),
    ("example.com/m", "master", InvalidVersionError),
]


@pytest.mark.parametrize(("module", "version", "error"), MODULES)
def test_no_module_version(module, version, error):
    with pytest.raises(error):
        check(build(), module, version)


TOO_LARGE = [
    ([File(ROOT + "a", size=500 * MIB + 1)], "files are too large together"),
    (
        [File(ROOT + "a", size=400 * MIB), File(ROOT + "b", size=100 * MIB + 1)],
        "files are too large together",
    ),
    ([File(ROOT + "go.mod", size=16 * MIB + 1)], "go.mod file too large"),
    ([File(ROOT + "LICENSE", size=16 * MIB + 1)], "LICENSE file too large"),
    ([File(ROOT + "a/", b"x")], "directory with content"),
    ([File(ROOT, b"x")], "directory with content"),
]


@pytest.mark.parametrize(("files", "reason"), TOO_LARGE)
def test_too_large(files, reason):
    with pytest.raises(InvalidZipError, match=reason):
        check(build(*files))


def test_largest():
    files = [
        File(ROOT + "go.mod", size=16 * MIB),
        File(ROOT + "LICENSE", size=16 * MIB),
        File(ROOT + "sub/LICENSE", size=468 * MIB),
    ]
    assert check(build(*files)).size == 500 * MIB


def test_too_large_a_file():
    file = BytesIO()
    file.seek = lambda *_: 500 * MIB + 1
    with pytest.raises(InvalidZipError, match="module zip file is too large"):
        modzip.check_zip(file, "example.com/m", "v1.0.0")


def test_nothing_is_inflated_to_check():
    broken = File(ROOT + "a.go", b"text", packed=b"\xff", signature=b"none", crc=1)
    checked = check(build(broken))
    with pytest.raises(InvalidZipError, match="no local header"):
        checked.hash()


def test_go_mod():
    data = build(File(ROOT + "sub/a"), File(ROOT + "go.mod", b"module example.com/m\r\n"))
    assert check(data).go_mod() == b"module example.com/m\r\n"
    assert check(zip_of("go.mod/a")).go_mod() is None


def test_go_mod_that_is_not_as_declared():
    with pytest.raises(InvalidZipError, match="checksum error"):
        check(build(File(ROOT + "go.mod", b"module m\n", crc=1))).go_mod()


SIMPLE = [
    File(ROOT + "go.mod", b"module example.com/m\n\ngo 1.13\n"),
    File(ROOT + "m.go", b"package m\n\nfunc Foo() int { return 42 }\n"),
    File(
        ROOT + "cmd/hello/hello.go",
        b'package main\n\nimport (\n  "fmt"\n  "example.com/m"\n)\n\n'
        b"func main() {\n  fmt.Println(m.Foo())\n}\n",
    ),
]
# As `go mod download -json` prints it for these files.
SIMPLE_HASH = "h1:tpqYOOmuilagXzyqoJ3roUjp8gneQeTv5YVpL6BG7/k="


@pytest.mark.parametrize(
    ("data", "h1"),
    [
        (build(), EMPTY_HASH),
        (build(*SIMPLE), SIMPLE_HASH),
        (build(*reversed(SIMPLE)), SIMPLE_HASH),
        (build64(*SIMPLE), SIMPLE_HASH),
        (build(*(File(file.name, file.data, method=STORED) for file in SIMPLE)), SIMPLE_HASH),
    ],
)
def test_hash_is_of_names_and_contents_alone(data, h1):
    checked = check(data)
    assert checked.hash() == h1
    assert checked.hash() == h1


# As x/mod's dirhash.HashZip prints it.
DIRECTORIES = [
    ([""], "h1:ng6/Bi6S2CujqA8w/eVsp9nm0d5a3SiMNstF9P2Hx+s="),
    (["", "", "a/"], "h1:3svk5X/8Y2xCD30JGQ9rkQRGK5fDznun0IvfUbw7LNA="),
]


@pytest.mark.parametrize(("names", "h1"), DIRECTORIES)
def test_directories_count_in_the_hash(names, h1):
    assert check(zip_of(*names)).hash() == h1


def test_content_of_directories_is_not_read():
    directory = File(ROOT, packed=b"\xff", crc=1)
    assert check(build(directory)).hash() == DIRECTORIES[0][1]
    with pytest.raises(InvalidZipError, match="no local header"):
        check(build(File(ROOT, signature=b"none"))).hash()


def test_deep_names():
    deep = "a/" * 30000
    names = [deep + last for last in "bcdefghijk"]
    assert len(check(zip_of(*names)).names) == 10
    with pytest.raises(InvalidZipError, match="collision"):
        check(zip_of(*names, deep + "C"))


def test_overlapping_entries():
    content, header = content_and_directory(File(ROOT + "a", bytes(10 * MIB)))
    headers = header + header.replace(b"/a", b"/b")
    with pytest.raises(InvalidZipError, match="overlaps"):
        check(content + headers + end(2, len(headers), len(content)))


def test_any_bytes_are_a_zip_or_an_error():
    generator = random.Random(1)
    whole = build(*SIMPLE, comment=b"x")
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(generator.randrange(1, 4)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        cut = generator.choice([len(data), generator.randrange(len(data))])
        try:
            checked = check(bytes(data[:cut]))
            checked.go_mod()
            checked.hash()
        except GoModError:
            pass
