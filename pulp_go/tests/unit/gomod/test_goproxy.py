import pytest

from pulp_go.gomod import goproxy
from pulp_go.gomod.errors import (
    GoModError,
    InvalidPathError,
    InvalidRequestError,
    InvalidVersionError,
)
from pulp_go.gomod.goproxy import File, Latest, List

PSEUDO = "v0.0.0-20180214154420-daa7c04131f5"

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
        goproxy.error_text(data, "text/plain")
        with pytest.raises(GoModError):
            goproxy.parse(data.decode("latin-1"))
