from datetime import UTC, datetime, timedelta, timezone

import pytest

from pulp_go.gomod import pseudo
from pulp_go.gomod.errors import InvalidVersionError

TIME = datetime(2019, 11, 9, 2, 19, 31, tzinfo=UTC)
HUGE = "9" * 5000

# major, older, version
BUILT = [
    ("", "", "v0.0.0-20191109021931-daa7c04131f5"),
    ("v0", "", "v0.0.0-20191109021931-daa7c04131f5"),
    ("v2", "", "v2.0.0-20191109021931-daa7c04131f5"),
    ("", "bad", "v0.0.0-20191109021931-daa7c04131f5"),
    ("", "v1.2.3\n", "v0.0.0-20191109021931-daa7c04131f5"),
    ("", "v1.2.٣", "v0.0.0-20191109021931-daa7c04131f5"),
    ("v1", "v1", "v1.0.1-0.20191109021931-daa7c04131f5"),
    ("v1", "v1.2.3", "v1.2.4-0.20191109021931-daa7c04131f5"),
    ("v1", "v1.3.99", "v1.3.100-0.20191109021931-daa7c04131f5"),
    ("v1", f"v1.3.{HUGE}", f"v1.3.1{'0' * 5000}-0.20191109021931-daa7c04131f5"),
    ("v1", "v1.3.1-rc.1", "v1.3.1-rc.1.0.20191109021931-daa7c04131f5"),
    ("v0", "v0.0.0--", "v0.0.0--.0.20191109021931-daa7c04131f5"),
    ("", "v2.1.0+incompatible", "v2.1.1-0.20191109021931-daa7c04131f5+incompatible"),
    ("", "v2.3.0-pre+incompatible", "v2.3.0-pre.0.20191109021931-daa7c04131f5+incompatible"),
    ("", "v1.2.3+build.5", "v1.2.4-0.20191109021931-daa7c04131f5+build.5"),
]

# version, base, revision
PSEUDO_VERSIONS = [
    ("v0.0.0-20191109021931-daa7c04131f5", "", "daa7c04131f5"),
    ("v2.0.0-20191109021931-daa7c04131f5", "", "daa7c04131f5"),
    ("v0.0.0-20191109021931-hash", "", "hash"),
    ("v1.2.4-0.20191109021931-daa7c04131f5", "v1.2.3", "daa7c04131f5"),
    ("v1.2.3-0.20191109021931-ABC", "v1.2.2", "ABC"),
    ("v1.2.100-0.20191109021931-hash", "v1.2.99", "hash"),
    (f"v1.2.1{'0' * 5000}-0.20191109021931-hash", f"v1.2.{HUGE}", "hash"),
    ("v1.2.3-pre.0.20191109021931-daa7c04131f5", "v1.2.3-pre", "daa7c04131f5"),
    ("v1.2.3-rc.1.0.20191109021931-daa7c04131f5", "v1.2.3-rc.1", "daa7c04131f5"),
    ("v0.0.0--.0.20191109021931-hash", "v0.0.0--", "hash"),
    ("v2.0.1-0.20191109021931-hash+incompatible", "v2.0.0+incompatible", "hash"),
    ("v2.3.0-pre.0.20191109021931-hash+incompatible", "v2.3.0-pre+incompatible", "hash"),
    ("v1.0.1-0.20191109021931-hash+meta-data.1", "v1.0.0+meta-data.1", "hash"),
]

NOT_PSEUDO_VERSIONS = [
    "",
    "---",
    "v0.0.0",
    "v0.0.0-",
    "v1.2.3",
    "v1.2.3-pre",
    "v1.2.3-rc-1-x",
    "v1.2.3-20191109021931-daa7c04131f5",
    "v1.2.3-pre.20191109021931-daa7c04131f5",
    "v1.2.3-pre-0.20191109021931-daa7c04131f5",
    "v1.2.3-0.2019110902193-daa7c04131f5",
    "v1.2.3-0.201911090219310-daa7c04131f5",
    "v1.2-0.20191109021931-daa7c04131f5",
    "v0.0.0-20191109021931-abc_def",
    "v0.0.0-20191109021931-abc.x",
    "v0.0.0-20191109021931-abc+a+b",
    "v01.0.0-20191109021931-daa7c04131f5",
    "v0.0.0-20191109021931-daa7c04131f5\n",
    "v0.0.0-2019110902193١-daa7c04131f5",
]

BASELESS = [
    "v0.0.0-0.20191109021931-hash",
    "v0.1.0-0.20191109021931-hash",
    "v0.0.0-20191109021931-hash+incompatible",
    "v0.0.0-20191109021931-hash+metadata",
]

IN_NO_CALENDAR = [
    "v0.0.0-20191309021931-hash",
    "v0.0.0-20190229021931-hash",
    "v0.0.0-20191109240000-hash",
    "v0.0.0-20191109006000-hash",
    "v0.0.0-20191109000060-hash",
    "v1.0.1-0.99999999999999-hash",
    "v0.0.0-00000101000000-hash",
]


@pytest.mark.parametrize(("major", "older", "version"), BUILT)
def test_pseudo_version(major, older, version):
    assert pseudo.pseudo_version(major, older, TIME, "daa7c04131f5") == version
    assert pseudo.is_pseudo_version(version)


def test_the_time_is_written_in_utc():
    pacific = datetime(2019, 11, 8, 18, 19, 31, tzinfo=timezone(timedelta(hours=-8)))
    version = pseudo.pseudo_version("", "", pacific, "daa7c04131f5")
    assert version == "v0.0.0-20191109021931-daa7c04131f5"


def test_early_years_have_four_digits():
    version = pseudo.pseudo_version("", "", datetime(1, 1, 1, tzinfo=UTC), "000000000000")
    assert version == "v0.0.0-00010101000000-000000000000"
    assert pseudo.pseudo_version_time(version) == datetime(1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("version", "base", "revision"), PSEUDO_VERSIONS)
def test_parts(version, base, revision):
    assert pseudo.is_pseudo_version(version)
    assert pseudo.pseudo_version_base(version) == base
    assert pseudo.pseudo_version_rev(version) == revision
    assert pseudo.pseudo_version_time(version) == TIME


@pytest.mark.parametrize("version", NOT_PSEUDO_VERSIONS)
def test_no_pseudo_version(version):
    assert not pseudo.is_pseudo_version(version)
    for part in (pseudo.pseudo_version_base, pseudo.pseudo_version_rev, pseudo.pseudo_version_time):
        with pytest.raises(InvalidVersionError, match="not a pseudo-version"):
            part(version)


@pytest.mark.parametrize("version", BASELESS)
def test_no_base(version):
    assert pseudo.is_pseudo_version(version)
    with pytest.raises(InvalidVersionError):
        pseudo.pseudo_version_base(version)


@pytest.mark.parametrize("version", IN_NO_CALENDAR)
def test_a_time_in_no_calendar(version):
    assert pseudo.is_pseudo_version(version)
    with pytest.raises(InvalidVersionError, match="malformed time"):
        pseudo.pseudo_version_time(version)


def test_a_long_version_that_is_no_pseudo_version_is_refused():
    assert not pseudo.is_pseudo_version("v1.2.3-" + "0.20191109021931-a." * 10_000 + "x-y")
