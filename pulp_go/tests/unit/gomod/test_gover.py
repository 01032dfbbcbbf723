import pytest

from pulp_go.gomod import gover

HUGE = "1" + "0" * 5000

# version, lang, prev, is_lang, is_prerelease
VALID = [
    ("1", "1", "1", False, False),
    ("1.0", "1", "1", False, False),
    ("1.1", "1.1", "1", False, False),
    ("1.2rc3", "1.2", "1.1", False, True),
    ("1.20", "1.20", "1.19", False, False),
    ("1.20rc1", "1.20", "1.19", False, True),
    ("1.21", "1.21", "1.20", True, False),
    ("1.21.0", "1.21", "1.20", False, False),
    ("1.21rc2", "1.21", "1.20", False, True),
    ("1.30", "1.30", "1.29", True, False),
    ("1.100", "1.100", "1.99", True, False),
    ("1.999testmod", "1.999", "1.998", False, True),
    ("2", "2.0", "2", False, False),
    ("2.0", "2.0", "2", False, False),
    (f"1.{HUGE}", f"1.{HUGE}", f"1.{'9' * 5000}", True, False),
]

INVALID = [
    "",
    "x",
    "go1.21",
    "v1.21",
    "01.2",
    "1.02",
    "1.",
    "1.2.",
    "1.2.3.4",
    "1.21.x",
    "1.21.0rc1",
    "1.21rc01",
    "1.21RC1",
    "1.21rc1x",
    "1.21.0-foo",
    "1.600+auto",
    "1.21\n",
    "1.٢١",
    "١.21",
]

ORDER = [
    ["", "x", "1.21\n", "١.21", "go1.22"],
    ["1", "1.0", "1.0.0"],
    ["1.2rc3"],
    ["1.2", "1.2.0"],
    ["1.2.3"],
    ["1.10"],
    ["1.19alpha3"],
    ["1.19beta2"],
    ["1.19rc1"],
    ["1.19rc2"],
    ["1.19rc10"],
    ["1.19", "1.19.0"],
    ["1.20rc1"],
    ["1.20", "1.20.0"],
    ["1.21"],
    ["1.21rc"],
    ["1.21rc1"],
    ["1.21.0"],
    ["1.21.1"],
    ["1.21.10"],
    ["1." + "9" * 5000],
    [f"1.{HUGE}"],
    ["2", "2.0"],
]

TOOLCHAINS = [
    ("go1.21", "1.21"),
    ("go1.21.3", "1.21.3"),
    ("go1.21rc1", "1.21rc1"),
    ("go1.21.3-custom", "1.21.3"),
    ("go1.21.3 X:boring", "1.21.3"),
    ("go1.21.3\tx", "1.21.3"),
    ("go1.21.3+auto", ""),
    ("go1.21/x", ""),
    ("go1.21-a\\b", ""),
    ("go1.21\n", ""),
    ("go1.٢١", ""),
    ("1.21", ""),
    ("default", ""),
    ("local", ""),
    ("go", ""),
    ("", ""),
]

LOOKUPS = [
    (b"", "go", ""),
    (b"module m\ngo 1.21\n", "go", "1.21"),
    (b"module m\ngo 1.21\n", "toolchain", ""),
    (b"toolchain go1.2\ngo 1.1\n", "toolchain", "go1.2"),
    (b"  go\t 1.21.3 // c\r\n", "go", "1.21.3"),
    (b"go\n 1.21\n", "go", ""),
    (b"go \ngo 1.5", "go", "1.5"),
    (b"go1.5\n// go 1.6\n", "go", ""),
    (b"go 1.2 3\ngo 1.4\n", "go", "1.2 3"),
    (b"go \xff\n", "go", "\ufffd"),
    ("go ١".encode(), "go", "١"),
]


@pytest.mark.parametrize(("v", "lang", "prev", "is_lang", "is_prerelease"), VALID)
def test_valid(v, lang, prev, is_lang, is_prerelease):
    assert gover.is_valid(v)
    assert gover.lang(v) == lang
    assert gover.prev(v) == prev
    assert gover.is_lang(v) is is_lang
    assert gover.is_prerelease(v) is is_prerelease


@pytest.mark.parametrize("v", INVALID)
def test_invalid(v):
    assert not gover.is_valid(v)
    assert gover.lang(v) == ""
    assert gover.prev(v) == ""
    assert not gover.is_lang(v)
    assert not gover.is_prerelease(v)


def test_compare_every_pair():
    ranked = [(rank, v) for rank, versions in enumerate(ORDER) for v in versions]
    for rank, v in ranked:
        for other_rank, w in ranked:
            expected = 0 if rank == other_rank else (-1 if rank < other_rank else 1)
            assert gover.compare(v, w) == expected, (v[:40], w[:40])


def test_sort_key():
    assert sorted(["1.21.0", "1.9", "1.21", "bad", "1.21rc1"], key=gover.sort_key) == [
        "bad",
        "1.9",
        "1.21",
        "1.21rc1",
        "1.21.0",
    ]


@pytest.mark.parametrize(("name", "version"), TOOLCHAINS)
def test_from_toolchain(name, version):
    assert gover.from_toolchain(name) == version


@pytest.mark.parametrize(("data", "key", "value"), LOOKUPS)
def test_go_mod_lookup(data, key, value):
    assert gover.go_mod_lookup(data, key) == value
