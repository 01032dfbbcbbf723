import pytest

from pulp_go.gomod import semver

HUGE = "1" + "0" * 5000

# version, canonical, major, major_minor, prerelease, build
VALID = [
    ("v1", "v1.0.0", "v1", "v1.0", "", ""),
    ("v1.2", "v1.2.0", "v1", "v1.2", "", ""),
    ("v1.2.3", "v1.2.3", "v1", "v1.2", "", ""),
    ("v0.0.0", "v0.0.0", "v0", "v0.0", "", ""),
    ("v10.20.30", "v10.20.30", "v10", "v10.20", "", ""),
    ("v1.2.3-0", "v1.2.3-0", "v1", "v1.2", "-0", ""),
    ("v1.2.3-rc.1", "v1.2.3-rc.1", "v1", "v1.2", "-rc.1", ""),
    ("v1.2.3-00a", "v1.2.3-00a", "v1", "v1.2", "-00a", ""),
    ("v1.2.3---", "v1.2.3---", "v1", "v1.2", "---", ""),
    ("v1.2.3+meta", "v1.2.3", "v1", "v1.2", "", "+meta"),
    ("v1.2.3+01", "v1.2.3", "v1", "v1.2", "", "+01"),
    ("v1.2.3+meta-pre.sha.256a", "v1.2.3", "v1", "v1.2", "", "+meta-pre.sha.256a"),
    ("v1.2.3-pre+meta", "v1.2.3-pre", "v1", "v1.2", "-pre", "+meta"),
    ("v2.0.0+incompatible", "v2.0.0", "v2", "v2.0", "", "+incompatible"),
    (f"v{HUGE}.0.0", f"v{HUGE}.0.0", f"v{HUGE}", f"v{HUGE}.0", "", ""),
]

INVALID = [
    "",
    "v",
    "bad",
    "1.2.3",
    "V1.2.3",
    "v1.2.3\n",
    "\nv1.2.3",
    "v1\n",
    "v١.2.3",
    "v1.2.٣",
    "v1.2.3-١",
    "v1.2.3+١",
    "v1.2.3 ",
    " v1.2.3",
    "v01.2.3",
    "v1.02.3",
    "v1.2.03",
    "v1_0.2.3",
    "v+1.2.3",
    "v-1.2.3",
    "v1.",
    "v1..2",
    "v1.2.",
    "v1.2.x",
    "v1.2.3.4",
    "v1-pre",
    "v1.2-pre",
    "v1+meta",
    "v1.2+meta",
    "v1.2.3-",
    "v1.2.3+",
    "v1.2.3-+meta",
    "v1.2.3-01",
    "v1.2.3-a.01",
    "v1.2.3-a..b",
    "v1.2.3-a_b",
    "v1.2.3+a..b",
    "v1.2.3-a+b+c",
    "v1.2.3-é",
    "v1.2.3\0",
]

# Ascending; those on one line are equal in precedence and stand in the order of their text.
ORDER = [
    ["", "1.2.3", "V1.0.0", "bad", "v1.2.3\n", "v١", "\ud800", "\U0001f600"],
    ["v0.0.0-0"],
    ["v0.0.0-20060102150405-abcdefabcdef"],
    ["v0.0.0"],
    ["v0.9.0"],
    ["v0.10.0"],
    ["v1.0.0--"],
    ["v1.0.0-alpha"],
    ["v1.0.0-alpha.1"],
    ["v1.0.0-alpha.beta"],
    ["v1.0.0-beta"],
    ["v1.0.0-beta.2"],
    ["v1.0.0-beta.11"],
    ["v1.0.0-rc.1"],
    ["v1", "v1.0", "v1.0.0", "v1.0.0+a", "v1.0.0+b"],
    ["v1.2.3-9"],
    ["v1.2.3-10"],
    ["v1.2.3-10.0"],
    ["v1.2.3-10.a"],
    ["v1.2.3-" + "9" * 5000],
    ["v1.2.3-" + HUGE],
    ["v1.2.3--"],
    ["v1.2.3-0a"],
    ["v1.2.3-A"],
    ["v1.2.3-Z"],
    ["v1.2.3-a", "v1.2.3-a+z"],
    ["v1.2.3-a.0"],
    ["v1.2.3-a-"],
    ["v1.2.3-a-b"],
    ["v1.2.3-ab"],
    ["v1.2.3-z"],
    ["v1.2.3"],
    ["v9.0.0"],
    ["v10.0.0", "v10.0.0+incompatible"],
    ["v" + "9" * 25 + ".0.0"],
    ["v" + "9" * 26 + ".0.0"],
    ["v" + "9" * 27 + ".0.0"],
    ["v" + "9" * 5000 + ".0.0"],
    [f"v{HUGE}.0.0"],
]


@pytest.mark.parametrize(("v", "canonical", "major", "major_minor", "prerelease", "build"), VALID)
def test_valid(v, canonical, major, major_minor, prerelease, build):
    assert semver.is_valid(v)
    assert semver.canonical(v) == canonical
    assert semver.major(v) == major
    assert semver.major_minor(v) == major_minor
    assert semver.prerelease(v) == prerelease
    assert semver.build(v) == build


@pytest.mark.parametrize("v", INVALID)
def test_invalid(v):
    assert not semver.is_valid(v)
    assert semver.canonical(v) == ""
    assert semver.major(v) == ""
    assert semver.major_minor(v) == ""
    assert semver.prerelease(v) == ""
    assert semver.build(v) == ""


def test_compare_every_pair():
    ranked = [(rank, v) for rank, versions in enumerate(ORDER) for v in versions]
    for rank, v in ranked:
        for other_rank, w in ranked:
            expected = 0 if rank == other_rank else (-1 if rank < other_rank else 1)
            assert semver.compare(v, w) == expected, (v[:40], w[:40])


def test_sort_key_sorts_by_precedence_and_then_by_text():
    ascending = [v for versions in ORDER for v in versions]
    descending = ascending[::-1]
    assert sorted(descending, key=semver.sort_key) == ascending


def test_sort_key_is_printable_ascii():
    keys = "".join(semver.sort_key(v) for versions in ORDER for v in versions)
    assert set(keys) <= {chr(code) for code in range(0x20, 0x7F)}


def test_a_long_version_that_is_invalid_at_its_end_is_refused():
    assert not semver.is_valid("v1.2.3-" + "0a." * 100_000 + "!")
    assert not semver.is_valid("v1.2.3-" + "0" * 100_000 + "!")
    assert not semver.is_valid("v" + "1" * 100_000 + "!")
