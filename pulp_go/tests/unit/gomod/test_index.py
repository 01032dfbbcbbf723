"""The index feed: how a page is asked for and what it says."""

import pytest

from pulp_go.gomod import index
from pulp_go.gomod.errors import InvalidIndexError
from pulp_go.gomod.index import IndexEntry

ENTRY = IndexEntry("rsc.io/quote", "v1.5.2", "2019-04-10T19:08:52.997264Z")
LINE = b'{"Path":"rsc.io/quote","Version":"v1.5.2","Timestamp":"2019-04-10T19:08:52.997264Z"}\n'
PAGES = [
    (b"", []),
    (b"\n", []),
    (LINE, [ENTRY]),
    (LINE + LINE.replace(b"v1.5.2", b"v1.5.3"), [ENTRY, ENTRY._replace(version="v1.5.3")]),
    (b'{"Path":"a","More":1}', [IndexEntry("a", "", "")]),
]


@pytest.mark.parametrize("data, entries", PAGES)
def test_a_page_is_an_object_a_line(data, entries):
    assert index.parse_page(data) == entries


NONE = [
    b"<html>",
    b"[]",
    b'"rsc.io/quote"',
    b'{"Path":1}',
    b'{"Path":null}',
    b"\xff",
    LINE[:20],
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", NONE, ids=lambda data: str(data[:20]))
def test_anything_else_is_no_feed(data):
    with pytest.raises(InvalidIndexError, match="not a feed"):
        index.parse_page(data)


PATHS = [
    ("", "index?limit=2000"),
    ("2019-04-10T19:08:52.997264Z", "index?since=2019-04-10T19%3A08%3A52.997264Z&limit=2000"),
    ("a&b=١\n", "index?since=a%26b%3D%D9%A1%0A&limit=2000"),
]


@pytest.mark.parametrize("since, path", PATHS)
def test_a_page_begins_at_a_time(since, path):
    assert index.page_path(since) == path
