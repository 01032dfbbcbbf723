"""The pages of an index feed: to its end, and never for ever."""

import asyncio
from types import SimpleNamespace

import pytest

from pulp_go.app import upstream
from pulp_go.app.exceptions import UpstreamError, UpstreamNotFoundError
from pulp_go.app.upstream import Upstream
from pulp_go.gomod import index
from pulp_go.gomod.index import IndexEntry


class Feed(Upstream):
    """An upstream whose feed has scripted pages, by the time that they begin with."""

    def __init__(self, pages):
        super().__init__(SimpleNamespace(url="https://goproxy.example"))
        self.pages = pages
        self.asked = []

    async def index(self, since):
        self.asked.append(since)
        page = self.pages[since]
        if isinstance(page, Exception):
            raise page
        return page


def entries(*times):
    return [IndexEntry(f"example.com/at{time}", "v1.0.0", time) for time in times]


def read(feed):
    async def all_pages():
        return [sorted(paths) async for paths in feed.names()]

    return asyncio.run(all_pages())


NONE = UpstreamNotFoundError("404")
ENDS = [
    ({"": []}, [""], [[]]),
    ({"": NONE}, [""], []),
    ({"": entries("1"), "1": entries("1")}, ["", "1"], [["example.com/at1"]] * 2),
    ({"": entries("1", "2"), "2": entries("2", "3"), "3": entries("3")}, ["", "2", "3"], None),
    ({"": entries("1"), "1": []}, ["", "1"], [["example.com/at1"], []]),
]


@pytest.mark.parametrize(("pages", "asked", "read_pages"), ENDS)
def test_a_feed_is_read_to_its_end(pages, asked, read_pages):
    feed = Feed(pages)
    found = read(feed)
    assert feed.asked == asked
    assert read_pages is None or found == read_pages


def test_a_feed_that_goes_in_the_middle_is_trouble():
    with pytest.raises(UpstreamNotFoundError):
        read(Feed({"": entries("1"), "1": NONE}))


def test_more_at_one_time_than_a_page_holds_is_told():
    full = entries(*["1"] * index.LIMIT)
    with pytest.raises(UpstreamError, match="does not move on from 1"):
        read(Feed({"": full, "1": full}))


def test_a_feed_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(upstream, "MOST_PAGES", 3)
    feed = Feed({"": entries("1"), "1": entries("2"), "2": entries("3")})
    with pytest.raises(UpstreamError, match="more than 6000 entries: name the modules"):
        read(feed)
    assert feed.asked == ["", "1", "2"]
