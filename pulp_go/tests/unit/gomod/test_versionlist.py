"""What a list says, and which version is the latest."""

from datetime import UTC, datetime

import pytest

from pulp_go.gomod import versionlist

TIME = datetime(2018, 2, 14, 15, 44, 20, tzinfo=UTC)
PSEUDO = "v0.0.0-20180214154420-daa7c04131f5"
NEWER_PSEUDO = "v0.0.0-20190214154420-aaaaaaaaaaaa"

LISTS = [
    (b"", (), (), {}, 0),
    (b"\n \r\n\t\n", (), (), {}, 0),
    (b"v1.10.0\nv1.9.0\nv1.9.0-rc.1\n", ("v1.9.0-rc.1", "v1.9.0", "v1.10.0"), (), {}, 0),
    (b"v1.0.0\nv1.0.0\n", ("v1.0.0",), (), {}, 0),
    (b"v1.0.0", ("v1.0.0",), (), {}, 0),
    (b"  v1.0.0 \r\nv1.0.1\r\n", ("v1.0.0", "v1.0.1"), (), {}, 0),
    (b"v2.0.0+incompatible\n", ("v2.0.0+incompatible",), (), {}, 0),
    (
        b"v1.0.0 2018-02-14T15:44:20Z more\nv1.0.0\nv1.1.0 yesterday\n",
        ("v1.0.0", "v1.1.0"),
        (),
        {"v1.0.0": TIME},
        0,
    ),
    (
        f"{NEWER_PSEUDO}\n{PSEUDO}\n{PSEUDO} 2018-02-14T16:44:20+01:00\n".encode(),
        (),
        (PSEUDO, NEWER_PSEUDO),
        {PSEUDO: TIME},
        0,
    ),
    (
        b"v1\nv1.2\nv1.2.3+meta\nv2.0.0\nV1.0.0\nmaster\nv1.0.0+incompatible\nv1.0.0\n",
        ("v1.0.0",),
        (),
        {},
        7,
    ),
    ("v1.0.١\nv1.0.0\u00a0\n".encode(), (), (), {}, 2),
    (b"<!DOCTYPE html>\n<html>\n</html>\n", (), (), {}, 3),
    (b"\0\xff\xfe" * 1000, (), (), {}, 1),
    (b"v1.0.0 " + b"\xff" * 100 + b"\n", ("v1.0.0",), (), {}, 0),
]


@pytest.mark.parametrize(("data", "versions", "pseudo_versions", "times", "junk"), LISTS)
def test_lists(data, versions, pseudo_versions, times, junk):
    reply = versionlist.parse_list(data, "example.com/m")
    assert reply.versions == versions
    assert reply.pseudo_versions == pseudo_versions
    assert reply.times == times
    assert reply.junk == junk


def test_a_list_is_read_for_its_module():
    data = b"v1.0.0\nv2.0.0\nv3.0.0\n"
    assert versionlist.parse_list(data, "example.com/m/v2").versions == ("v2.0.0",)
    assert versionlist.parse_list(data, "gopkg.in/m.v3").versions == ("v3.0.0",)
    assert versionlist.parse_list(data, "no-module").junk == 3


def test_a_huge_list_is_no_trouble():
    assert versionlist.parse_list(b"x\n" * 300_000, "example.com/m").junk == 300_000
    assert versionlist.parse_list(b"x " * 300_000, "example.com/m").junk == 1
    assert versionlist.parse_list(b"v1." + b"1" * 300_000, "example.com/m").junk == 1


@pytest.mark.case("C-47")
def test_format_list_leaves_pseudo_versions_out():
    versions = ["v1.10.0", PSEUDO, "v1.9.0", "v2.0.0+incompatible"]
    assert versionlist.format_list(versions) == b"v1.10.0\nv1.9.0\nv2.0.0+incompatible\n"
    assert versionlist.format_list([]) == b""


OWN_GO_MOD = b"module example.com/m\n\ngo 1.20\n"
NO_GO_MOD = b"module example.com/m\n"


def retracting(*intervals):
    lines = "".join(f"retract {interval}\n" for interval in intervals)
    return f"module example.com/m\n{lines}".encode()


# versions, go.mods (of others: OWN_GO_MOD), latest
CHOICES = [
    ([], {}, None),
    (["v1.0.0"], {}, "v1.0.0"),
    (["v1.10.0", "v1.9.0"], {}, "v1.10.0"),
    (["v1.2.0", "v1.1.1"], {}, "v1.2.0"),
    (["v1.0.0", "v1.1.0-rc.1"], {}, "v1.0.0"),
    (["v1.0.0-rc.1", "v1.0.0-rc.2", PSEUDO], {}, "v1.0.0-rc.2"),
    (["v1.0.0", PSEUDO], {}, "v1.0.0"),
    ([PSEUDO, NEWER_PSEUDO], {}, NEWER_PSEUDO),
    # Times go before the order of versions.
    (
        ["v1.0.1-0.20180214154420-aaaaaaaaaaaa", NEWER_PSEUDO],
        {},
        NEWER_PSEUDO,
    ),
    (
        ["v0.0.0-20190214154420-aaaaaaaaaaaa", "v0.0.0-20190214154420-bbbbbbbbbbbb"],
        {},
        "v0.0.0-20190214154420-bbbbbbbbbbbb",
    ),
    (["v0.0.0-20191314154420-aaaaaaaaaaaa", PSEUDO], {}, PSEUDO),
    (["v0.0.0-20191314154420-aaaaaaaaaaaa"], {}, "v0.0.0-20191314154420-aaaaaaaaaaaa"),
    # Retractions are read from the highest version, be it retracted itself.
    (["v1.0.0", "v1.1.0"], {"v1.1.0": retracting("v1.1.0")}, "v1.0.0"),
    (["v1.0.0", "v1.1.0"], {"v1.0.0": retracting("v1.1.0")}, "v1.1.0"),
    (["v1.0.0", "v1.1.0", "v1.2.0"], {"v1.2.0": retracting("[v1.1.0, v1.2.0]")}, "v1.0.0"),
    (
        ["v1.0.0", "v1.1.0-rc.1"],
        {"v1.0.0": retracting("v1.0.0"), "v1.1.0-rc.1": retracting("v1.1.0-rc.1")},
        "v1.1.0-rc.1",
    ),
    (["v1.0.0", PSEUDO], {"v1.0.0": retracting("v1.0.0")}, PSEUDO),
    (["v1.0.0", "v1.1.0"], {"v1.1.0": retracting("[v1.0.0, v1.1.0]")}, "v1.1.0"),
    (["v1.0.0", PSEUDO], {"v1.0.0": retracting("[v0.0.0-0, v1.0.0]")}, "v1.0.0"),
    # A go.mod that does not parse retracts nothing.
    (["v1.0.0", "v1.1.0"], {"v1.1.0": b"module (\nretract v1.1.0\n"}, "v1.1.0"),
    # +incompatible
    (["v1.0.0", "v2.0.0+incompatible"], {}, "v1.0.0"),
    (["v1.0.0", "v2.0.0+incompatible"], {"v1.0.0": NO_GO_MOD}, "v2.0.0+incompatible"),
    (["v1.0.0-pre", "v2.0.0+incompatible"], {}, "v1.0.0-pre"),
    (["v2.0.0+incompatible", "v10.0.0+incompatible"], {}, "v10.0.0+incompatible"),
    # Whether the highest compatible version has a go.mod is asked of those that are not retracted.
    (
        ["v1.0.0", "v1.1.0", "v2.0.0+incompatible"],
        {"v1.0.0": NO_GO_MOD, "v1.1.0": retracting("v1.1.0")},
        "v2.0.0+incompatible",
    ),
]


@pytest.mark.case("C-43")
@pytest.mark.parametrize(("versions", "go_mods", "latest"), CHOICES)
def test_choose_latest(versions, go_mods, latest):
    def go_mod(version):
        return go_mods.get(version, OWN_GO_MOD)

    assert versionlist.choose_latest("example.com/m", versions, go_mod) == latest
    assert versionlist.choose_latest("example.com/m", versions[::-1] * 2, go_mod) == latest


def test_choose_latest_takes_times_of_a_list_before_those_of_pseudo_versions():
    reply = versionlist.parse_list(
        f"{PSEUDO} 2030-01-01T00:00:00Z\n{NEWER_PSEUDO}\n".encode(), "example.com/m"
    )
    latest = versionlist.choose_latest(
        "example.com/m", reply.pseudo_versions, pytest.fail, reply.times
    )
    assert latest == PSEUDO


def test_choose_latest_may_be_called_again_with_the_go_mod_that_it_missed():
    upstream = {
        "v1.0.0": NO_GO_MOD,
        "v1.1.0": retracting("v1.1.0", "v2.0.0+incompatible"),
        "v2.0.0+incompatible": NO_GO_MOD,
        "v2.1.0+incompatible": NO_GO_MOD,
    }
    fetched = {}
    latest = None
    while latest is None:
        try:
            latest = versionlist.choose_latest("example.com/m", upstream, fetched.__getitem__)
        except KeyError as missing:
            fetched[missing.args[0]] = upstream[missing.args[0]]
    assert latest == "v2.1.0+incompatible"
    assert list(fetched) == ["v1.1.0", "v1.0.0"]


def test_any_bytes_are_a_list():
    for start in range(256):
        data = bytes((start * step) % 256 for step in range(200))
        assert versionlist.parse_list(data, "example.com/m").versions == ()
