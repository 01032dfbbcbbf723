import pytest

from pulp_go.gomod import module
from pulp_go.gomod.errors import EscapeError, InvalidPathError, InvalidVersionError

# path: whether it is a module path, an import path, the path of a file
PATHS = [
    ("example.com", True, True, True),
    ("example.com/a", True, True, True),
    ("example.com/a-b_c.d~e/F", True, True, True),
    ("example.com/-a", True, True, True),
    ("example.com/a/v2", True, True, True),
    ("example.com/a/v", True, True, True),
    ("example.com/a/version2", True, True, True),
    ("example.com/a/v2/b", True, True, True),
    ("example.com/a.v2", True, True, True),
    ("example.com/com0", True, True, True),
    ("example.com/prn2", True, True, True),
    ("example.com/a~", True, True, True),
    ("example.com/a~1b", True, True, True),
    ("example.com/a.txt~1", True, True, True),
    ("gopkg.in", True, True, True),
    ("gopkg.in/yaml.v0", True, True, True),
    ("gopkg.in/yaml.v2", True, True, True),
    ("gopkg.in/yaml.v2-unstable", True, True, True),
    ("gopkg.in/a/yaml.v10", True, True, True),
    ("gopkg.in/yaml", False, True, True),
    ("gopkg.in/yaml.v", False, True, True),
    ("gopkg.in/yaml.v01", False, True, True),
    ("gopkg.in/yaml.v0-unstable", False, True, True),
    ("gopkg.in/yaml.v2/sub", False, True, True),
    ("gopkg.in/yaml/v2", False, True, True),
    ("example.com/a/v0", False, True, True),
    ("example.com/a/v1", False, True, True),
    ("example.com/a/v02", False, True, True),
    ("example.com/a/v2.0", False, True, True),
    ("example", False, True, True),
    ("example/a", False, True, True),
    ("Example.com/a", False, True, True),
    ("exam_ple.com/a", False, True, True),
    ("example.com/.a", False, True, True),
    (".example.com/a", False, True, True),
    ("example.com/a+b", False, True, True),
    ("example.com/a~1", False, False, True),
    ("example.com/a~1.txt", False, False, True),
    ("example.com/~1", False, False, True),
    ("-example.com/a", False, False, True),
    ("example.com/a b", False, False, True),
    ("example.com/!#$%&(),-=@[]^{}", False, False, True),
    ("example.com/испытание", False, False, True),
    ("example.com/a١", False, False, False),
    ("example.com/٢/v٢", False, False, False),
    ("example.com/a\n", False, False, False),
    ("example.com\n", False, False, False),
    ("example.com/a\0", False, False, False),
    ("example.com/a\x7f", False, False, False),
    ("example.com/x☺y", False, False, False),
    ("example.com/\udcff", False, False, False),
    ("example.com/a.", False, False, False),
    ("example.com/.", False, False, False),
    ("example.com/..", False, False, False),
    ("example.com/...", False, False, False),
    ("example.com/aux", False, False, False),
    ("example.com/CON.txt", False, False, False),
    ("example.com/LpT9/a", False, False, False),
    ("example.com/com1", False, False, False),
    ("aux/example.com", False, False, False),
    ("example.com/aux..txt", False, False, False),
    ("example.com/auxiliary", True, True, True),
    ("example.com/aux-1/xcon", True, True, True),
    ("example.com/a..b", True, True, True),
    ("example.com/..a", False, True, True),
    ("example.com/", False, False, False),
    ("example.com//a", False, False, False),
    ("/example.com/a", False, False, False),
    ("example.com:8080/a", False, False, False),
    ("example.com/a\\b", False, False, False),
    ("example.com/'", False, False, False),
    ('example.com/"', False, False, False),
    ("example.com/*", False, False, False),
    ("example.com/<", False, False, False),
    ("example.com/>", False, False, False),
    ("example.com/?", False, False, False),
    ("example.com/`", False, False, False),
    ("example.com/|", False, False, False),
    ("example.com/;", False, False, False),
    ("", False, False, False),
    ("/", False, False, False),
]

REASONS = [
    (module.check_path, "", "module", "empty string"),
    (module.check_path, "\udcff", "module", "invalid UTF-8"),
    (module.check_path, "-a.b", "module", "leading dash"),
    (module.check_path, "a.b//c", "module", "double slash"),
    (module.check_path, "a.b/c/", "module", "trailing slash"),
    (module.check_path, "/a.b", "module", "empty path element"),
    (module.check_path, "a.b/..", "module", "invalid path element '..'"),
    (module.check_path, "a.b/.c", "module", "leading dot in path element"),
    (module.check_path, "a.b/c.", "module", "trailing dot in path element"),
    (module.check_path, "a.b/c d", "module", "invalid character in path element 'c d'"),
    (
        module.check_path,
        "a.b/nul.x",
        "module",
        "'nul' disallowed as path element component on Windows",
    ),
    (module.check_path, "a.b/c~1", "module", "trailing tilde and digits in path element"),
    (module.check_path, "ab/c", "module", "missing dot in first path element"),
    (module.check_path, "a.B/c", "module", "invalid character in first path element"),
    (module.check_path, "a.b/v1", "module", "invalid version"),
    (module.check_import_path, "a b", "import", "invalid character in path element 'a b'"),
    (module.check_file_path, "a*b", "file", "invalid character in path element 'a*b'"),
]

# path, prefix, major suffix, whether it is ok
SPLIT = [
    ("example.com/a", "example.com/a", "", True),
    ("example.com/a/v2", "example.com/a", "/v2", True),
    ("example.com/a/v10", "example.com/a", "/v10", True),
    ("example.com/v2", "example.com", "/v2", True),
    ("/v2", "", "/v2", True),
    ("v2", "v2", "", True),
    ("example.com/a/v", "example.com/a/v", "", True),
    ("example.com/a/v2\n", "example.com/a/v2\n", "", True),
    ("example.com/a/v٢", "example.com/a/v٢", "", True),
    ("example.com/a/vx2", "example.com/a/vx2", "", True),
    ("example.com/a/v0", "example.com/a/v0", "", False),
    ("example.com/a/v1", "example.com/a/v1", "", False),
    ("example.com/a/v02", "example.com/a/v02", "", False),
    ("example.com/a/v1.2.3", "example.com/a/v1.2.3", "", False),
    ("example.com/a/v.", "example.com/a/v.", "", False),
    ("example.com/a.v2", "example.com/a.v2", "", True),
    ("gopkg.in/yaml.v0", "gopkg.in/yaml", ".v0", True),
    ("gopkg.in/yaml.v3", "gopkg.in/yaml", ".v3", True),
    ("gopkg.in/yaml.v2-unstable", "gopkg.in/yaml", ".v2-unstable", True),
    ("gopkg.in/yaml.v2\n", "gopkg.in/yaml.v2\n", "", False),
    ("gopkg.in/yaml", "gopkg.in/yaml", "", False),
    ("gopkg.in/yaml.v01", "gopkg.in/yaml.v01", "", False),
]

# Valid for `check`; the last says whether it may be published.
VERSIONS = [
    ("example.com/a", "v0.0.0", True),
    ("example.com/a", "v1.2.3", True),
    ("example.com/a", "v1.2.3-pre", True),
    ("example.com/a", "v0.0.0-20191109021931-daa7c04131f5", True),
    ("example.com/a", "v2.0.0+incompatible", True),
    ("example.com/a", "v2.0.0-pre+incompatible", True),
    ("example.com/a/v2", "v2.0.0", True),
    ("gopkg.in/yaml.v1", "v0.0.0-20160102150405-abcdef123456", True),
    ("gopkg.in/yaml.v2", "v2.0.0", True),
    ("gopkg.in/yaml.v1-unstable", "v0.0.0-20160102150405-abcdef123456", True),
    ("gopkg.in/yaml.v2-unstable", "v2.0.0", True),
    ("example.com/a", "v1", False),
    ("example.com/a", "v1.2", False),
    ("example.com/a", "v1.2.3+meta", False),
    ("example.com/a", "v2.0.0+incompatible", True),
    ("example.com/a", "v0.1.0+incompatible", False),
    ("example.com/a", "v1.2.3+incompatible", False),
    ("example.com/a/v2", "v2.0.0+incompatible", False),
    ("gopkg.in/yaml.v2", "v2.0.0+incompatible", False),
]

NO_VERSIONS = [
    ("example.com/a", ""),
    ("example.com/a", "1.2.3"),
    ("example.com/a", "V1.2.3"),
    ("example.com/a", "master"),
    ("example.com/a", "v1.2.3\n"),
    ("example.com/a", "v1.2.٣"),
    ("example.com/a", "v2.0.0"),
    ("example.com/a", "v2.0.0+incompatible.x"),
    ("example.com/a/v2", "v1.0.0"),
    ("example.com/a/v2", "v3.0.0"),
    ("example.com/a/v2", "v20.0.0"),
    ("gopkg.in/yaml.v1", "v0.0.0"),
    ("gopkg.in/yaml.v2", "v0.0.0-20160102150405-abcdef123456"),
]

CANONICAL = [
    ("v1", "v1.0.0"),
    ("v1.2", "v1.2.0"),
    ("v1.2.3", "v1.2.3"),
    ("v1.2.3+meta", "v1.2.3"),
    ("v1.2.3-pre+incompatible", "v1.2.3-pre+incompatible"),
    ("v2.0.0+incompatible", "v2.0.0+incompatible"),
    ("v2.0.0+incompatible.x", "v2.0.0"),
    ("v2.0+incompatible", ""),
    ("v1.2.3\n", ""),
    ("v١", ""),
    ("bad", ""),
]

ESCAPED_PATHS = [
    ("example.com/a", "example.com/a"),
    ("github.com/Azure/azure-sdk", "github.com/!azure/azure-sdk"),
    ("github.com/GoogleCloudPlatform/Omega", "github.com/!google!cloud!platform/!omega"),
    ("example.com/a_b.c~d/v2", "example.com/a_b.c~d/v2"),
]

BAD_ESCAPED_PATHS = [
    "",
    "github.com/Azure",
    "github.com/!Azure",
    "github.com/a!",
    "github.com/!1",
    "github.com/!!a",
    "github.com/!é",
    "github.com/é",
    "github.com/a\n",
    "github.com/١",
    "github.com/a%21b",
    "github.com/a/v1",
    "github.com/..",
]

ESCAPED_VERSIONS = [
    ("v1.2.3", "v1.2.3"),
    ("v1.0.0-RC1", "v1.0.0-!r!c1"),
    ("v1.0.0+incompatible", "v1.0.0+incompatible"),
    ("HEAD", "!h!e!a!d"),
    ("release-1.0", "release-1.0"),
    ("a@b", "a@b"),
    ("a b", "a b"),
    ("-x", "-x"),
    (".x", ".x"),
    ("x~1", "x~1"),
]

BAD_VERSIONS = ["", ".", "..", "a/b", "a!b", "a:b", "a*b", "a\\b", "x.", "con", "Con.v1"]

BAD_ESCAPED_VERSIONS = [
    "",
    ".",
    "..",
    "a/b",
    "v1.0.0-RC1",
    "a!",
    "a!!b",
    "a!1",
    "a!B",
    "v1.0.0\n",
    "v١",
    "日本",
    "!con",
]

# globs, target, whether they match
PATTERNS = [
    ("", "rsc.io/quote", False),
    ("/", "rsc.io/quote", False),
    (",,", "rsc.io/quote", False),
    ("", "", False),
    ("rsc.io", "rsc.io/quote", True),
    ("rsc.io", "rsc.io", True),
    ("rsc.io/", "rsc.io/quote", True),
    ("rsc.io//", "rsc.io/quote", False),
    ("rsc", "rsc.io/quote", False),
    ("rsc*", "rsc.io/quote", True),
    ("*/quote", "rsc.io/quote/v3", True),
    ("*/quo*,x", "rsc.io/quote", True),
    ("x,*/quo??", "rsc.io/quote", True),
    ("*quo*", "rsc.io/quote", False),
    ("*/v3", "rsc.io/quote/v3", False),
    ("*/*/*", "rsc.io/quote", False),
    ("rsc.io/*", "rsc.io", False),
    ("[", "rsc.io/quote", False),
    ("r[^x]c.io", "rsc.io/q", True),
    ("rsc.io", "rsc.io\n", False),
    ("rsc.io/[0-9]", "rsc.io/١", False),
    (" rsc.io", "rsc.io/quote", False),
]


def passes(check, *args):
    try:
        check(*args)
    except (InvalidPathError, InvalidVersionError):
        return False
    return True


FILE_CHARACTERS = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + " !#$%&()+,-.=@[]^_{}~/"
)


@pytest.mark.parametrize("neighbour", ["b", "é"])
def test_characters_of_files(neighbour):
    allowed = [
        char
        for char in map(chr, range(128))
        if passes(module.check_file_path, f"{neighbour}{char}b")
    ]
    assert allowed == sorted(FILE_CHARACTERS)


@pytest.mark.parametrize(("path", "as_module", "as_import", "as_file"), PATHS)
def test_paths(path, as_module, as_import, as_file):
    assert passes(module.check_path, path) is as_module
    assert passes(module.check_import_path, path) is as_import
    assert passes(module.check_file_path, path) is as_file
    assert passes(module.escape_path, path) is as_module


@pytest.mark.parametrize(("check", "path", "kind", "reason"), REASONS)
def test_reasons(check, path, kind, reason):
    with pytest.raises(InvalidPathError) as caught:
        check(path)
    assert (caught.value.kind, caught.value.path, caught.value.reason) == (kind, path, reason)


@pytest.mark.parametrize(("path", "prefix", "major", "ok"), SPLIT)
def test_split_path_version(path, prefix, major, ok):
    assert module.split_path_version(path) == (prefix, major, ok)


@pytest.mark.parametrize(("path", "version", "publishable"), VERSIONS)
def test_versions(path, version, publishable):
    module.check(path, version)
    assert passes(module.check_canonical, path, version) is publishable


@pytest.mark.parametrize(("path", "version"), NO_VERSIONS)
def test_no_versions(path, version):
    for check in (module.check, module.check_canonical):
        with pytest.raises(InvalidVersionError) as caught:
            check(path, version)
        assert (caught.value.path, caught.value.version) == (path, version)


def test_no_module_has_no_versions():
    for check in (module.check, module.check_canonical):
        with pytest.raises(InvalidPathError):
            check("no-module", "v1.0.0")


@pytest.mark.parametrize(
    ("version", "path_major", "wanted"),
    [
        ("v2.0.0", "", "v0 or v1"),
        ("v1.0.0", "/v2", "v2"),
        ("v0.0.0", ".v1", "v1"),
        ("v3.0.0", ".v2-unstable", "v2"),
        ("v2.0.0\n", "/v2", "v2"),
        ("v٢.0.0", "/v2", "v2"),
    ],
)
def test_a_major_that_does_not_fit(version, path_major, wanted):
    assert not module.match_path_major(version, path_major)
    with pytest.raises(InvalidVersionError, match=f"should be {wanted}, not "):
        module.check_path_major(version, path_major)


@pytest.mark.parametrize(
    ("version", "path_major"),
    [
        ("v0.1.0", ""),
        ("v1.2.3", ""),
        ("v7.0.0+incompatible", ""),
        ("v2.0.0", "/v2"),
        ("v2.0.0", ".v2"),
        ("v1.0.0", ".v1-unstable"),
        ("v0.0.0-20190510104115-cbcb75029529", ".v1"),
    ],
)
def test_a_major_that_fits(version, path_major):
    assert module.match_path_major(version, path_major)
    module.check_path_major(version, path_major)


@pytest.mark.parametrize(("version", "canonical"), CANONICAL)
def test_canonical_version(version, canonical):
    assert module.canonical_version(version) == canonical


@pytest.mark.parametrize(("path", "escaped"), ESCAPED_PATHS)
def test_escaped_paths(path, escaped):
    assert module.escape_path(path) == escaped
    assert module.unescape_path(escaped) == path


@pytest.mark.parametrize("escaped", BAD_ESCAPED_PATHS)
def test_bad_escaped_paths(escaped):
    with pytest.raises(EscapeError) as caught:
        module.unescape_path(escaped)
    assert caught.value.escaped == escaped


@pytest.mark.case("C-42")
@pytest.mark.parametrize(("version", "escaped"), ESCAPED_VERSIONS)
def test_escaped_versions(version, escaped):
    assert module.escape_version(version) == escaped
    assert module.unescape_version(escaped) == version


@pytest.mark.parametrize("version", [*BAD_VERSIONS, "v1.0.0\n", "v١", "日本"])
def test_bad_versions(version):
    with pytest.raises(InvalidVersionError, match="disallowed version string"):
        module.escape_version(version)


@pytest.mark.parametrize("escaped", BAD_ESCAPED_VERSIONS)
def test_bad_escaped_versions(escaped):
    with pytest.raises(EscapeError) as caught:
        module.unescape_version(escaped)
    assert caught.value.escaped == escaped


@pytest.mark.parametrize(("globs", "target", "matches"), PATTERNS)
def test_match_prefix_patterns(globs, target, matches):
    assert module.match_prefix_patterns(globs, target) is matches


def test_long_paths_are_refused_or_taken_in_linear_time():
    module.check_path("example.com/" + "a/" * 100_000 + "b")
    assert not passes(module.check_path, "example.com/" + "~1" * 100_000)
    assert not passes(module.check_path, "example.com/" + "v1" * 100_000 + "/v1.")
