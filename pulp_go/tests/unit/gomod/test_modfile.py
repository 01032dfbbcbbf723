import pytest

from pulp_go.gomod import modfile
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modfile import Exclude, Godebug, ModFile, Replace, Require, Retract

# text, what it says when it is read strictly, and laxly (None: it does not parse)
SAYS = [
    ("", ModFile(), ModFile()),
    ("module m\n", ModFile("m"), ModFile("m")),
    ('module "a\\x41"', ModFile("aA"), ModFile("aA")),
    ("module ( m\n)", None, None),
    ("module (\nm\n)\n", ModFile("m"), ModFile("m")),
    ("module ١\n", ModFile("١"), ModFile("١")),
    ('module ""\n', ModFile(""), ModFile("")),
    ("module m\nmodule m", None, None),
    ('module ""\nmodule m', None, None),
    ("module", None, None),
    ("module a b", None, None),
    ("module `m`", None, None),
    ("module 'm'", None, None),
    ('module a"b', None, None),
    ('module "\\z"', None, None),
    ("go 1.21", ModFile(go="1.21"), ModFile(go="1.21")),
    ("go 1.21.0", ModFile(go="1.21.0"), ModFile(go="1.21.0")),
    ("go 1.21rc1", ModFile(go="1.21rc1"), ModFile(go="1.21rc1")),
    ("go 1.24.x", None, ModFile(go="1.24")),
    ("go v1.2.3", None, ModFile(go="1.2")),
    ("go v1.2", None, None),
    ("go 1", None, None),
    ("go 1.01", None, None),
    ("go 1.١", None, None),
    ('go "1.21"', None, None),
    ('go "1.21\\\n"', None, None),
    ("go 1.21 1.22", None, None),
    ("go", None, None),
    ("go 1.21\ngo 1.21", None, None),
    ("go (\n1.21\n)", None, ModFile()),
    ("toolchain go1.21.0", ModFile(toolchain="go1.21.0"), ModFile(toolchain="go1.21.0")),
    ("toolchain default", ModFile(toolchain="default"), ModFile(toolchain="default")),
    ("toolchain go1", ModFile(toolchain="go1"), ModFile(toolchain="go1")),
    ("toolchain go1.x-y", ModFile(toolchain="go1.x-y"), ModFile(toolchain="go1.x-y")),
    ("toolchain go2", None, ModFile()),
    ("toolchain go1x", None, ModFile()),
    ("toolchain defaults", None, ModFile()),
    ("toolchain go1 go1", None, ModFile()),
    ("toolchain", None, ModFile()),
    ("toolchain go1.1\ntoolchain go1.2", None, ModFile(toolchain="go1.1")),
    ("toolchain (\ngo1.21\n)", None, ModFile()),
    ("tool a.b/c", ModFile(tools=("a.b/c",)), ModFile()),
    ("tool (\na\n'b'\n)", None, ModFile()),
    ("ignore (\n./a\n./b\n)", *(ModFile(ignores=("./a", "./b")),) * 2),
    ("ignore a b", None, None),
    (
        "godebug (\na=b\nc==\n)",
        ModFile(godebugs=(Godebug("a", "b"), Godebug("c", "="))),
        ModFile(),
    ),
    ("godebug a", None, ModFile()),
    ('godebug a="b"', None, ModFile()),
    ("godebug a=b,c=d", None, ModFile()),
    ("exclude a.b/c v1", ModFile(excludes=(Exclude("a.b/c", "v1.0.0"),)), ModFile()),
    ("exclude a.b/c v2.0.0", None, ModFile()),
    ("unknown a", None, ModFile()),
    ("unknown (\na\n)", None, ModFile()),
    ('"module" m', None, ModFile()),
    ("require a (\n)", None, ModFile()),
    (")", None, ModFile()),
    ("module m\r\n\r\ngo 1.21\r\n", *(ModFile("m", "1.21"),) * 2),
    ("module \xff\n", *(ModFile("\ufffd"),) * 2),
]


def read(parse, text):
    try:
        return parse(text.encode("latin-1" if "\xff" in text else "utf-8"))
    except ModFileError:
        return None


@pytest.mark.parametrize(("text", "strict", "lax"), SAYS)
def test_parse(text, strict, lax):
    assert read(modfile.parse, text) == strict
    assert read(modfile.parse_lax, text) == lax


REQUIRES = [
    ("a.b/c v1.2.3", Require("a.b/c", "v1.2.3", False)),
    ('"a.b/c" "v1.2.3"', Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v1", Require("a.b/c", "v1.0.0", False)),
    ("a.b/c v1.2.3+meta", Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v2.0.0+incompatible", Require("a.b/c", "v2.0.0+incompatible", False)),
    ("a.b/c/v2 v2.0.0", Require("a.b/c/v2", "v2.0.0", False)),
    ("c v1.2.3", Require("c", "v1.2.3", False)),
    ("a.b/c v1.2.3 // indirect", Require("a.b/c", "v1.2.3", True)),
    ("a.b/c v1.2.3//indirect", Require("a.b/c", "v1.2.3", True)),
    ("a.b/c v1.2.3 //\tindirect \r", Require("a.b/c", "v1.2.3", True)),
    ("a.b/c v1.2.3 // indirect; why", Require("a.b/c", "v1.2.3", True)),
    ("a.b/c v1.2.3 // indirect;", Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v1.2.3 // indirect why", Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v1.2.3 // not indirect", Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v1.2.3 // // indirect", Require("a.b/c", "v1.2.3", False)),
    ("a.b/c v1.2.3 // Indirect", Require("a.b/c", "v1.2.3", False)),
]


@pytest.mark.parametrize(("text", "require"), REQUIRES)
@pytest.mark.parametrize("parse", [modfile.parse, modfile.parse_lax])
def test_requires(parse, text, require):
    data = f"// indirect\nrequire {text}\nrequire (\n{text}\n)\n".encode()
    assert parse(data).requires == (require, require)


NOT_REQUIRED = [
    "a.b/c",
    "a.b/c v1.2.3 v1.2.4",
    "a.b/c master",
    "a.b/c latest",
    "a.b/c v1.2.3.4",
    "a.b/c v1.٢.3",
    'a.b/c "v1.2.3\\n"',
    "a.b/c `v1.2.3`",
    "a.b/c 'v1.2.3'",
    "'a.b/c' v1.2.3",
    "a.b/c v2.0.0",
    "a.b/c/v2 v1.0.0",
    "a.b/c/v1 v1.0.0",
    "gopkg.in/a v1.0.0",
]


@pytest.mark.parametrize("text", NOT_REQUIRED)
@pytest.mark.parametrize("parse", [modfile.parse, modfile.parse_lax])
def test_not_required(parse, text):
    with pytest.raises(ModFileError) as caught:
        parse(f"module m\n\nrequire (\n\t{text}\n)\n".encode(), "m/go.mod")
    assert (caught.value.name, caught.value.line) == ("m/go.mod", 4)


def test_reason_names_the_directive():
    with pytest.raises(ModFileError) as caught:
        modfile.parse(b"module m\nrequire a.b/c v2.0.0\n")
    assert str(caught.value).startswith("go.mod:2: require: ")
    assert "v2.0.0" in caught.value.reason


REPLACES = [
    ("a.b/c => ../c", Replace("a.b/c", "", "../c", "")),
    ("a.b/c => .", Replace("a.b/c", "", ".", "")),
    ("a.b/c => ..", Replace("a.b/c", "", "..", "")),
    ("a.b/c => ./c", Replace("a.b/c", "", "./c", "")),
    ("a.b/c => /c", Replace("a.b/c", "", "/c", "")),
    ("a.b/c => C:/c", Replace("a.b/c", "", "C:/c", "")),
    ('a.b/c => "./a b"', Replace("a.b/c", "", "./a b", "")),
    ("a.b/c v1 => ../c", Replace("a.b/c", "v1.0.0", "../c", "")),
    ("a.b/c => d.e/f v1", Replace("a.b/c", "", "d.e/f", "v1.0.0")),
    ("a.b/c v1.0.0 => d.e/f v2.0.0", Replace("a.b/c", "v1.0.0", "d.e/f", "v2.0.0")),
]


@pytest.mark.parametrize(("text", "replace"), REPLACES)
def test_replaces(text, replace):
    data = f"replace {text}\nreplace (\n{text}\n)\n".encode()
    assert modfile.parse(data).replaces == (replace, replace)


NOT_REPLACED = [
    "a.b/c ../c",
    "a.b/c =>",
    "=> ../c",
    "a.b/c v1.0.0 v1.0.0 => ../c",
    "a.b/c => d.e/f v1.0.0 x",
    "a.b/c v1.0.0 => d.e/f v1.0.0 x",
    "a.b/c => d.e/f",
    "a.b/c => d.e/f@v1.0.0",
    "a.b/c => .c",
    "a.b/c => ../c v1.0.0",
    "a.b/c => d.e/f master",
    "a.b/c master => ../c",
    "a.b/c v2.0.0 => ../c",
    "a.b/c/v1 => ../c",
    "a.b/c => ..\\c",
    "a.b/c => .\\c",
    "a.b/c => \\c",
    "a.b/c => C:\\c",
    "a.b/c => '../c'",
    "'a.b/c' => ../c",
]


@pytest.mark.parametrize("text", NOT_REPLACED)
def test_not_replaced(text):
    data = f"replace {text}\n".encode()
    with pytest.raises(ModFileError):
        modfile.parse(data)
    assert modfile.parse_lax(data) == ModFile()


# text, intervals when it is read strictly (None: it does not parse), and laxly
RETRACTS = [
    ("v1.0.0", [("v1.0.0", "v1.0.0")], [("v1.0.0", "v1.0.0")]),
    ("[v1.0.0, v1.2.0]", [("v1.0.0", "v1.2.0")], [("v1.0.0", "v1.2.0")]),
    ("[v1.0.0,v1.2.0]", [("v1.0.0", "v1.2.0")], [("v1.0.0", "v1.2.0")]),
    ("[v1.2.0, v1.0.0]", [("v1.2.0", "v1.0.0")], [("v1.2.0", "v1.0.0")]),
    ('"v1"', [("v1", "v1")], [("v1", "v1")]),
    ("v1.0.0 later", None, [("v1.0.0", "v1.0.0")]),
    ("[v1.0.0, v1.2.0] later", None, [("v1.0.0", "v1.2.0")]),
    ("[v1.0.0 v1.2.0]", None, []),
    ("[v1.0.0, v1.2.0", None, []),
    ("[v1.0.0]", None, []),
    ("[", None, []),
    ("( x", None, []),
    ("'v1.0.0'", None, []),
    ("", None, []),
]


@pytest.mark.parametrize(("text", "strict", "lax"), RETRACTS)
def test_retracts(text, strict, lax):
    data = f"retract {text}\n".encode()
    if strict is None:
        with pytest.raises(ModFileError):
            modfile.parse(data)
    else:
        assert modfile.parse(data).retracts == tuple(Retract(*each, "") for each in strict)
    assert modfile.parse_lax(data).retracts == tuple(Retract(*each, "") for each in lax)


RATIONALES = [
    ("retract v1", [""]),
    ("// why\nretract v1", ["why"]),
    ("retract v1 // why", ["why"]),
    ("//why\n//\n//  more  \nretract v1 // and more", ["why\n\nmore\nand more"]),
    ("// no\n\nretract v1", [""]),
    ("// all\nretract (\nv1\n// own\nv2\nv3 // own\n)", ["all", "own", "own"]),
    ("// all\nretract (\n\nv1\n\nv2\n\n// own\nv3\n)", ["all", "", "own"]),
    ("retract ( // no\nv1\n)", [""]),
    ("retract v1 //\xa0\u2003why\x1c", ["why\x1c"]),
    ("retract v1 // ١", ["١"]),
]


@pytest.mark.parametrize(("text", "rationales"), RATIONALES)
def test_rationales(text, rationales):
    retracts = modfile.parse_lax(text.encode()).retracts
    assert [retract.rationale for retract in retracts] == rationales


DEPRECATIONS = [
    ("// Deprecated: use n\nmodule m", "use n"),
    ("//Deprecated:use n\nmodule m", "use n"),
    ("module m // Deprecated: use n", "use n"),
    (
        "// Module m.\n//\n// Deprecated: use n\n// instead.\n//\n// More.\nmodule m",
        "use n\ninstead.",
    ),
    ("// Deprecated: use n\nmodule (\nm\n)", "use n"),
    ("module (\n// Deprecated: use n\nm\n)", "use n"),
    ("// Deprecated:\nmodule m", ""),
    ("// Deprecated: ١\nmodule m", "١"),
    ("// Module m.\n// Deprecated: use n\nmodule m", ""),
    ("// deprecated: use n\nmodule m", ""),
    ("// Deprecated: use n\n\nmodule m", ""),
    ("// Deprecated: use n\ngo 1.21\nmodule m", ""),
]


@pytest.mark.parametrize(("text", "deprecated"), DEPRECATIONS)
def test_deprecations(text, deprecated):
    assert modfile.parse(text.encode()).deprecated == deprecated
    assert modfile.parse_lax(text.encode()).deprecated == deprecated


@pytest.mark.parametrize("parse", [modfile.parse, modfile.parse_lax])
def test_syntax_counts_everywhere(parse):
    for text in ("unknown (\n", 'unknown "', "unknown /*", "\0"):
        with pytest.raises(ModFileError):
            parse(text.encode())


# As modfile.ModulePath answers.
MODULE_PATHS = [
    ("module m\n", "m"),
    ("go 1.21\n\n  module \t m // c\n", "m"),
    ("module a b", "a b"),
    ('module "a b"', "a b"),
    ("module `a b`", "a b"),
    ('module "a\\z"', ""),
    ('module "a', ""),
    ("module 'm'", "'m'"),
    ("module\xa0m\x85", "m"),
    ("module m\x1c", "m\x1c"),
    ("module ١", "١"),
    ("module (\nm\n)", "("),
    ("// module a\nmodule b", "b"),
    ("module // a\nmodule b", "b"),
    ("modules\nmodule m\nmodule n", "m"),
    ('module"m"', ""),
    ("/* */ broken\nmodule m", "m"),
    ("module\n", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "path"), MODULE_PATHS)
def test_module_path(text, path):
    assert modfile.module_path(text.encode()) == path


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("example.com/m", b"module example.com/m\n"),
        ("a b\n", b'module "a b\\n"\n'),
    ],
)
def test_synthesize(path, data):
    assert modfile.synthesize(path) == data
    assert modfile.parse(data) == ModFile(path)


@pytest.mark.parametrize(
    ("version", "retracted"),
    [
        ("v1.0.0", True),
        ("v1.0.0-rc1", False),
        ("v1.4.9", False),
        ("v1.5.0", True),
        ("v1.10.0", True),
        ("v1.12.0", True),
        ("v1.12.1", False),
        ("v3.0.0", False),
    ],
)
def test_is_retracted(version, retracted):
    retracts = [
        Retract("v1.0.0", "v1.0.0", ""),
        Retract("v1.5.0", "v1.12.0", ""),
        Retract("v4.0.0", "v2.0.0", ""),
    ]
    assert modfile.is_retracted(retracts, version) is retracted


def test_nothing_is_retracted():
    assert not modfile.is_retracted((), "v1.0.0")
