"""What an .info says, as Go reads and writes it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pulp_go.gomod import infofile
from pulp_go.gomod.errors import GoModError, InvalidInfoError
from pulp_go.gomod.infofile import Info

TIME = datetime(2018, 2, 14, 15, 44, 20, tzinfo=UTC)
PSEUDO = "v0.0.0-20180214154420-daa7c04131f5"

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
    assert infofile.parse_info(data) == info


@pytest.mark.parametrize("data", NOT_INFOS, ids=lambda data: repr(data[:60]))
def test_no_infos(data):
    with pytest.raises(InvalidInfoError):
        infofile.parse_info(data)


def test_info_times_are_in_utc():
    info = infofile.parse_info(b'{"Version":"v1.2.3","Time":"2018-02-14T15:44:20+05:30"}')
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
    assert infofile.check_info(data, "example.com/m", asked).version == answered


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
        infofile.check_info(data, "example.com/m", asked)
    assert "example.com/m" in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_info_of_no_module():
    with pytest.raises(InvalidInfoError):
        infofile.check_info(b'{"Version":"v1.2.3"}', "no-module", "latest")


def test_the_error_of_a_foreign_info_is_short():
    with pytest.raises(InvalidInfoError) as caught:
        infofile.check_info(b'{"Version":"%b"}' % (b"x" * 100_000), "example.com/m", "v1.2.3")
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
    assert infofile.format_info(version, time, origin) == data


# body, tagged versions, pseudo-versions, times, junk


def test_only_our_errors_come_out_of_any_bytes():
    for start in range(256):
        with pytest.raises(GoModError):
            infofile.parse_info(bytes((start * step) % 256 for step in range(200)))
