from datetime import UTC, datetime, timedelta, timezone

import pytest

from pulp_go.gomod import goproxy
from pulp_go.gomod.errors import (
    GoModError,
    InvalidInfoError,
    InvalidPathError,
    InvalidRequestError,
    InvalidVersionError,
)
from pulp_go.gomod.goproxy import File, Info, Latest, List

TIME = datetime(2018, 2, 14, 15, 44, 20, tzinfo=UTC)
PSEUDO = "v0.0.0-20180214154420-daa7c04131f5"
NEWER_PSEUDO = "v0.0.0-20190214154420-aaaaaaaaaaaa"

REQUESTS = [
    ("rsc.io/quote/@v/list", List("rsc.io/quote")),
    ("rsc.io/quote/@latest", Latest("rsc.io/quote")),
    ("rsc.io/quote/@v/v1.5.2.info", File("rsc.io/quote", "v1.5.2", "info")),
    ("rsc.io/quote/@v/v1.5.2.mod", File("rsc.io/quote", "v1.5.2", "mod")),
    ("rsc.io/quote/@v/v1.5.2.zip", File("rsc.io/quote", "v1.5.2", "zip")),
    ("rsc.io/@v/list", List("rsc.io")),
    (
        "github.com/!azure/!foo/@v/v1.0.0-!r!c1.mod",
        File("github.com/Azure/Foo", "v1.0.0-RC1", "mod"),
    ),
    (
        "rsc.io/quote/@v/v2.0.0+incompatible.zip",
        File("rsc.io/quote", "v2.0.0+incompatible", "zip"),
    ),
    (f"rsc.io/quote/@v/{PSEUDO}.zip", File("rsc.io/quote", PSEUDO, "zip")),
    ("rsc.io/quote/@v/master.info", File("rsc.io/quote", "master", "info")),
    ("rsc.io/quote/@v/!feature-1.0.info", File("rsc.io/quote", "Feature-1.0", "info")),
    ("rsc.io/quote/@v/v1.2.3+meta.info", File("rsc.io/quote", "v1.2.3+meta", "info")),
    ("rsc.io/quote/@v/v1.info", File("rsc.io/quote", "v1", "info")),
    ("rsc.io/quote/@v/list.info", File("rsc.io/quote", "list", "info")),
    ("rsc.io/quote/@v/a@b.info", File("rsc.io/quote", "a@b", "info")),
]

NOT_REQUESTS = [
    "",
    "/",
    "rsc.io/quote",
    "rsc.io/quote/",
    "rsc.io/quote/@",
    "rsc.io/quote/@v",
    "rsc.io/quote/@v/",
    "rsc.io/quote/@v/list/",
    "rsc.io/quote/@v/list\n",
    "rsc.io/quote/@v/lists",
    "rsc.io/quote/@latest/",
    "rsc.io/quote/@latest\n",
    "rsc.io/quote/@v/.info",
    "rsc.io/quote/@v/info",
    "rsc.io/quote/@v/v1.5.2",
    "rsc.io/quote/@v/v1.5.2.txt",
    "rsc.io/quote/@v/v1.5.2.info\n",
    "rsc.io/quote/@v/v1.5.2\n.info",
    "rsc.io/quote/@v/v1.5.2.zip/x",
    "rsc.io/quote/@w/v1.5.2.info",
    "rsc.io/quote/@v/a/b.info",
    "rsc.io/quote/@v/../x.info",
    "rsc.io/quote/@v/...info",
    "rsc.io/quote/@v/v1.0.0-RC1.info",
    "rsc.io/quote/@v/v١.info",
    "rsc.io/quote/@v/master.mod",
    "rsc.io/quote/@v/v1.mod",
    "rsc.io/quote/@v/v1.2.3+meta.zip",
    "rsc.io/quote/@v/v2.0.0.zip",
    "rsc.io/quote/@v/v1.0.0+incompatible.mod",
    "/rsc.io/quote/@v/list",
    "quote/@v/list",
    "rsc.io//quote/@v/list",
    "rsc.io/quote/v1/@v/list",
    "rsc.io/Quote/@v/list",
    "rsc.io/!/@v/list",
    "rsc.io/١/@v/list",
    "rsc.io/../x/@latest",
    "@v/list",
    "/@v/list",
    "-/version/1/rsc.io/quote/@v/list",
    "sumdb/sum.golang.org/supported",
]


@pytest.mark.parametrize(("url_path", "request_"), REQUESTS)
def test_requests(url_path, request_):
    assert goproxy.parse(url_path) == request_


@pytest.mark.parametrize("url_path", NOT_REQUESTS)
def test_no_requests(url_path):
    with pytest.raises(InvalidRequestError) as caught:
        goproxy.parse(url_path)
    assert caught.value.url_path == url_path


def test_paths_are_escaped():
    assert goproxy.list_path("github.com/Azure/x") == "github.com/!azure/x/@v/list"
    assert goproxy.latest_path("github.com/Azure/x") == "github.com/!azure/x/@latest"
    path = goproxy.file_path("github.com/Azure/x", "v1.0.0-RC1", "mod")
    assert path == "github.com/!azure/x/@v/v1.0.0-!r!c1.mod"


def test_what_has_no_path():
    for function in (goproxy.list_path, goproxy.latest_path):
        with pytest.raises(InvalidPathError):
            function("example.com/../x")
    with pytest.raises(InvalidPathError):
        goproxy.file_path("example.com/a\n", "v1.0.0", "zip")
    with pytest.raises(InvalidVersionError):
        goproxy.file_path("example.com/a", "feature/x", "info")


INFOS = [
    (b'{"Version":"v1.2.3"}', Info("v1.2.3", None, None)),
    (b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20Z"}', Info("v1.2.3", TIME, None)),
    (
        b' {\n"version" : "v1.2.3",\t"TIME": "2018-02-14T07:44:20-08:00"}\r\n',
        Info("v1.2.3", TIME, None),
    ),
    (
        b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20.1234567899Z"}',
        Info("v1.2.3", TIME.replace(microsecond=123456), None),
    ),
    (b'{"Version":"v1.2.3","Time":"0001-01-01T00:00:00Z"}', Info("v1.2.3", None, None)),
    (b'{"Version":"v1.2.3","Time":null,"Origin":null}', Info("v1.2.3", None, None)),
    (b'{"Version":"a","Version":"b","version":null}', Info("b", None, None)),
    (b'{"version":"a","Version":"b","vERSION":"c"}', Info("c", None, None)),
    ('{"Ver\u017fion":"a"}'.encode(), Info("a", None, None)),
    (b'{"Version":"a\\ud800b\\ud83d\\ude00"}', Info("a\ufffdb\U0001f600", None, None)),
    (b'{"Version":"a\xff"}', Info("a\ufffd", None, None)),
    (b'{"Version":"v1.2.3\\n"}', Info("v1.2.3\n", None, None)),
    ('{"Version":"١"}'.encode(), Info("١", None, None)),
    (
        b'{"Name":"x","Short":1.5e3,"Version":"v1.2.3","X":[1,{"a":{}}],"Y":' + b"9" * 9999 + b"}",
        Info("v1.2.3", None, None),
    ),
    (b'{"Version":"v1.2.3","Origin":{}}', Info("v1.2.3", None, {})),
    (
        b'{"Version":"v1.2.3","Origin":{"VCS":"git","url":"https://x","Hash":"","Ref":null,'
        b'"Other":7,"Subdir":"a","TagPrefix":"a/","TagSum":"t1:x","RepoSum":"r1:y"}}',
        Info(
            "v1.2.3",
            None,
            {
                "VCS": "git",
                "URL": "https://x",
                "Subdir": "a",
                "TagPrefix": "a/",
                "TagSum": "t1:x",
                "RepoSum": "r1:y",
            },
        ),
    ),
]

NOT_INFOS = [
    b"",
    b"\0\xff\xfe",
    b"<!DOCTYPE html><html></html>",
    b"not found: x",
    b"null",
    b"[]",
    b'["Version"]',
    b'"Version"',
    b"1",
    b"{}",
    b'{"Version":""}',
    b'{"Version":null}',
    b'{"Version":1}',
    b'{"Version":["v1.2.3"]}',
    b'{"Version":{}}',
    b'{"Version":true}',
    b'{"Version":"v1.2.3"',
    b'{"Version":"v1.2.3",}',
    b'{"Version":"v1.2.3"}x',
    b'{"Version":"v1.2.3"}{"Version":"v1.2.3"}',
    b'\xef\xbb\xbf{"Version":"v1.2.3"}',
    b'{"Version":"v1\n"}',
    b'{"Version":"v1.2.3","X":NaN}',
    b'{"Version":"v1.2.3","X":-Infinity}',
    b'{"Version":"v1.2.3","X":01}',
    b'{"Version":"v1.2.3","Time":0}',
    b'{"Version":"v1.2.3","Time":""}',
    b'{"Version":"v1.2.3","Time":"2018-02-14"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14t15:44:20Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14 15:44:20Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20Z\\n"}',
    '{"Version":"v1.2.3","Time":"2018-02-14T15:44:2١Z"}'.encode(),
    b'{"Version":"v1.2.3","Time":"2018-02-30T15:44:20Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T24:00:00Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:60Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20.Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20,5Z"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20+24:00"}',
    b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20+0100"}',
    b'{"Version":"v1.2.3","Time":"0001-01-01T00:00:00+01:00"}',
    b'{"Version":"v1.2.3","Time":"9999-12-31T23:59:59-01:00"}',
    b'{"Version":"v1.2.3","Time":"0000-01-01T00:00:00Z"}',
    b'{"Version":"v1.2.3","Origin":"git"}',
    b'{"Version":"v1.2.3","Origin":[]}',
    b'{"Version":"v1.2.3","Origin":{"VCS":1}}',
    b'{"Version":"v1.2.3","Origin":{"VCS":"a\\u0000"}}',
    b"[" * 1_000_000,
    b'{"a":' * 1_000_000,
    b'{"Version":"v1.2.3","X":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


@pytest.mark.parametrize(("data", "info"), INFOS)
def test_infos(data, info):
    assert goproxy.parse_info(data) == info


@pytest.mark.parametrize("data", NOT_INFOS, ids=lambda data: repr(data[:60]))
def test_no_infos(data):
    with pytest.raises(InvalidInfoError):
        goproxy.parse_info(data)


def test_info_times_are_in_utc():
    info = goproxy.parse_info(b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20+05:30"}')
    assert info.time == datetime(2018, 2, 14, 10, 14, 20, tzinfo=UTC)
    assert info.time.tzinfo is UTC


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("v1.2.3", "v1.2.3"),
        ("v2.0.0+incompatible", "v2.0.0+incompatible"),
        (PSEUDO, PSEUDO),
        ("latest", "v1.2.3"),
        ("master", PSEUDO),
        ("v1", "v1.2.3"),
        ("v1.2.3+meta", "v1.2.3"),
        ("v1.0.0+incompatible", "v1.0.0"),
    ],
)
def test_an_info_answers_what_was_asked(asked, answered):
    data = b'{"Version":"%b"}' % answered.encode()
    assert goproxy.check_info(data, "example.com/m", asked).version == answered


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("v1.2.3", "v1.2.4"),
        ("v1.2.3", "v1.2.3+meta"),
        ("v1.2.3", "v1.2.3\\n"),
        ("v1.2.3", "v1.2.\\u0663"),
        ("latest", "v2.0.0"),
        ("latest", "master"),
        ("latest", "v1.2.3\\n"),
        ("master", "v1.2"),
        ("master", "v1.2.3+meta"),
        ("v1.2.3+meta", "v1.2.3+meta"),
        ("master", "a\\u0000"),
    ],
)
def test_an_info_that_answers_something_else(asked, answered):
    data = b'{"Version":"%b"}' % answered.encode()
    with pytest.raises(InvalidInfoError) as caught:
        goproxy.check_info(data, "example.com/m", asked)
    assert "example.com/m" in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_info_of_no_module():
    with pytest.raises(InvalidInfoError):
        goproxy.check_info(b'{"Version":"v1.2.3"}', "no-module", "latest")


def test_the_error_of_a_foreign_info_is_short():
    with pytest.raises(InvalidInfoError) as caught:
        goproxy.check_info(b'{"Version":"%b"}' % (b"x" * 100_000), "example.com/m", "v1.2.3")
    assert len(str(caught.value)) < 300


FORMATTED = [
    ("v1.2.3", None, None, b'{"Version":"v1.2.3"}'),
    ("v1.2.3", TIME, {}, b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20Z"}'),
    (
        "v1.2.3",
        TIME.replace(microsecond=120000),
        None,
        b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20.12Z"}',
    ),
    (
        "v1.2.3",
        datetime(2018, 2, 14, 7, 40, 0, tzinfo=timezone(timedelta(hours=-8))),
        None,
        b'{"Version":"v1.2.3","Time":"2018-02-14T15:40:00Z"}',
    ),
    (
        "v1.2.3",
        None,
        {"Ref": "refs/tags/v1.2.3", "VCS": "git", "Hash": "", "X": "y"},
        b'{"Version":"v1.2.3","Origin":{"VCS":"git","Ref":"refs/tags/v1.2.3"}}',
    ),
    ("a\n١\ud800", None, None, b'{"Version":"a\\n\\u0661\\ud800"}'),
]


@pytest.mark.parametrize(("version", "time", "origin", "data"), FORMATTED)
def test_format_info(version, time, origin, data):
    assert goproxy.format_info(version, time, origin) == data


# body, tagged versions, pseudo-versions, times, junk
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
    reply = goproxy.parse_list(data, "example.com/m")
    assert reply.versions == versions
    assert reply.pseudo_versions == pseudo_versions
    assert reply.times == times
    assert reply.junk == junk


def test_a_list_is_read_for_its_module():
    data = b"v1.0.0\nv2.0.0\nv3.0.0\n"
    assert goproxy.parse_list(data, "example.com/m/v2").versions == ("v2.0.0",)
    assert goproxy.parse_list(data, "gopkg.in/m.v3").versions == ("v3.0.0",)
    assert goproxy.parse_list(data, "no-module").junk == 3


def test_a_huge_list_is_no_trouble():
    assert goproxy.parse_list(b"x\n" * 300_000, "example.com/m").junk == 300_000
    assert goproxy.parse_list(b"x " * 300_000, "example.com/m").junk == 1
    assert goproxy.parse_list(b"v1." + b"1" * 300_000, "example.com/m").junk == 1


@pytest.mark.case("C-47")
def test_format_list_leaves_pseudo_versions_out():
    versions = ["v1.10.0", PSEUDO, "v1.9.0", "v2.0.0+incompatible"]
    assert goproxy.format_list(versions) == b"v1.10.0\nv1.9.0\nv2.0.0+incompatible\n"
    assert goproxy.format_list([]) == b""


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

    assert goproxy.choose_latest("example.com/m", versions, go_mod) == latest
    assert goproxy.choose_latest("example.com/m", versions[::-1] * 2, go_mod) == latest


def test_choose_latest_takes_times_of_a_list_before_those_of_pseudo_versions():
    reply = goproxy.parse_list(
        f"{PSEUDO} 2030-01-01T00:00:00Z\n{NEWER_PSEUDO}\n".encode(), "example.com/m"
    )
    latest = goproxy.choose_latest("example.com/m", reply.pseudo_versions, pytest.fail, reply.times)
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
            latest = goproxy.choose_latest("example.com/m", upstream, fetched.__getitem__)
        except KeyError as missing:
            fetched[missing.args[0]] = upstream[missing.args[0]]
    assert latest == "v2.1.0+incompatible"
    assert list(fetched) == ["v1.1.0", "v1.0.0"]


@pytest.mark.parametrize(
    ("status", "not_found"),
    [(404, True), (410, True), (200, False), (403, False), (429, False), (500, False), (0, False)],
)
def test_is_not_found(status, not_found):
    assert goproxy.is_not_found(status) is not_found


# body, content type, what is shown
ERRORS = [
    (b"not found: x", "text/plain", "not found: x"),
    (b"not found: x\n", "text/plain; charset=utf-8", "not found: x"),
    (b"a  \r\n b\r\n\r\nc", 'Text/Plain; Charset="UTF-8"', "a\n b"),
    (b"a", "text/plain;charset=us-ascii", "a"),
    (b"a", "text/plain; charset=; format=flowed", "a"),
    ("é ١ 日本\u2028".encode(), "text/plain", "é ١ 日本"),
    (b"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "text/plain", "1\n2\n3\n4\n5\n6\n7\n8"),
    (b"x" * 1000, "text/plain", "x" * 648),
    (b"x" * 647 + "é".encode(), "text/plain", "x" * 647),
    (b"", "text/plain", ""),
    (b"\nmore", "text/plain", ""),
    (b" \t\nmore", "text/plain", ""),
    (b"a", None, ""),
    (b"a", "", ""),
    (b"<p>a", "text/html", ""),
    (b"a", "text/plain; charset=latin1", ""),
    (b"a", "text/plainer", ""),
    (b"a\xff", "text/plain", ""),
    (b"a\xc3", "text/plain", ""),
    (b"a\x1b[31m", "text/plain", ""),
    (b"a\x1c", "text/plain", ""),
    (b"a\0", "text/plain", ""),
    ("a\u202e".encode(), "text/plain", ""),
]


@pytest.mark.parametrize(("body", "content_type", "shown"), ERRORS)
def test_error_text(body, content_type, shown):
    assert goproxy.error_text(body, content_type) == shown


def test_only_our_errors_come_out_of_any_bytes():
    for start in range(256):
        data = bytes((start * step) % 256 for step in range(200))
        goproxy.parse_list(data, "example.com/m")
        goproxy.error_text(data, "text/plain")
        with pytest.raises(GoModError):
            goproxy.parse_info(data)
        with pytest.raises(GoModError):
            goproxy.parse(data.decode("latin-1"))
