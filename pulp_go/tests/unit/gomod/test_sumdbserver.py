"""The checksum database: which request a path is, and the answers of a store."""

import pytest

from pulp_go.gomod.errors import InvalidLookupError, InvalidRequestError
from pulp_go.gomod.sumdbserver import (
    Latest,
    Lookup,
    Reply,
    Supported,
    TileRequest,
    answer,
    parse_request,
)
from pulp_go.gomod.tiles import Tile
from pulp_go.tests.store_contract import CONTRACT, SMALL, ListStore

REQUESTS = [
    ("supported", Supported()),
    ("latest", Latest()),
    ("lookup/example.com/one@v1.0.0", Lookup("example.com/one", "v1.0.0")),
    ("lookup/example.com/!one@v1.0.0-!r!c", Lookup("example.com/One", "v1.0.0-RC")),
    (
        "lookup/example.com/one@v2.0.0+incompatible",
        Lookup("example.com/one", "v2.0.0+incompatible"),
    ),
    (
        "lookup/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64",
        Lookup("golang.org/toolchain", "v0.0.1-go1.27.3.linux-amd64"),
    ),
    ("tile/8/0/000", TileRequest(Tile(8, 0, 0, 256))),
    ("tile/8/0/x001/234.p/7", TileRequest(Tile(8, 0, 1234, 7))),
    ("tile/8/7/000.p/127", TileRequest(Tile(8, 7, 0, 127))),
    ("tile/8/data/000.p/7", TileRequest(Tile(8, -1, 0, 7))),
]


@pytest.mark.parametrize("path, request_", REQUESTS)
def test_a_request(path, request_):
    assert parse_request(path) == request_


NOT_REQUESTS = [
    "",
    "/supported",
    "supported/",
    "supported\n",
    "latest/more",
    "Latest",
    "lookups/example.com/one@v1.0.0",
    "tile",
    "tile/8/0/000\n",
    "tile/8/0/٠٠٠",
    "tile/8/0/000.p/256",
    # Of another height than that of any database, or of no tree that could be.
    "tile/4/0/000",
    "tile/9/0/000",
    "tile/8/8/000",
    "tile/8/7/000.p/128",
    "tile/8/7/000",
    "tile/8/9223372036854775807/000",
    "tile/8/0/x009/x223/x372/x036/x854/x775/807",
    "tile/8/data/x009/x223/x372/x036/x854/x775/807",
]


@pytest.mark.parametrize("path", NOT_REQUESTS)
def test_no_request(path):
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(path)
    assert not isinstance(caught.value, InvalidLookupError)


NOT_LOOKUPS = [
    "lookup",
    "lookup/",
    "lookup/example.com/one",
    "lookup/@v1.0.0",
    "lookup/example.com/one@",
    "lookup/example.com/one@latest",
    "lookup/example.com/one@v1.2",
    "lookup/example.com/one@v1.0.0/go.mod",
    "lookup/example.com/one@v1.0.0@v1.0.0",
    "lookup/example.com/one@v1.0.0+meta",
    "lookup/example.com/one@v1.0.0\n",
    "lookup/example.com/one@v1.0.0-\n",
    "lookup/example.com/one@v1.0.0-a/../b",
    "lookup/example.com/one@v١.0.0",
    "lookup/example.com/one@v1.0.0-١",
    "lookup/example.com/One@v1.0.0",
    "lookup/example.com/!1@v1.0.0",
    "lookup/../one@v1.0.0",
    "lookup/example.com/\0@v1.0.0",
    "lookup/example.com/\ud800@v1.0.0",
]


@pytest.mark.parametrize("path", NOT_LOOKUPS)
def test_no_look_up(path):
    with pytest.raises(InvalidLookupError) as caught:
        parse_request(path)
    assert caught.value.url_path == path


@pytest.mark.parametrize("keeps_the_contract", CONTRACT, ids=lambda function: function.__name__)
def test_a_store_in_memory(keeps_the_contract):
    keeps_the_contract(ListStore, SMALL)


def test_an_answer_has_the_type_of_its_content():
    store = SMALL.made(ListStore)
    text = "text/plain; charset=UTF-8"
    assert answer(store, Supported()) == Reply(200, text, b"")
    assert answer(store, Latest()) == Reply(200, text, SMALL.signed)
    tile = answer(store, TileRequest(Tile(8, 0, 0, 2)))
    assert (tile.status, tile.content_type) == (200, "application/octet-stream")
    assert answer(store, Lookup("example.com", "v9.0.0")) == Reply(404, text, b"not found\n")
