"""The upstream itself: what it serves is what the real `go` takes, and its log is true."""

import json

import pytest

from functional_tests.contentclient import fetch
from functional_tests.upstream import Fault

# Printed by `go mod download -json` of go1.26.8.
H1 = {
    "example.com/Azure/quote@v1.0.0": "h1:t9Gh0+vNAq8FNM5OisBgFqCES8Mvb06plIVX+FW/rGE=",
    "example.com/Azure/quote@v1.9.0-RC1": "h1:RK52MS9dJ6z/t75KzIFoNlFrs7ES2/W8p0JXs7U6dIs=",
}


def test_go_takes_what_it_serves(upstream, go):
    upstream.tree.add("example.com/Azure/quote", "v1.0.0")
    upstream.tree.add("example.com/Azure/quote", "v1.9.0-RC1")
    assert go(upstream.url).download(*H1) == H1
    assert upstream.paths() == [
        "example.com/!azure/quote/@v/v1.0.0.info",
        "example.com/!azure/quote/@v/v1.0.0.mod",
        "example.com/!azure/quote/@v/v1.0.0.zip",
        "example.com/!azure/quote/@v/v1.9.0-!r!c1.info",
        "example.com/!azure/quote/@v/v1.9.0-!r!c1.mod",
        "example.com/!azure/quote/@v/v1.9.0-!r!c1.zip",
    ]


def test_what_it_does_not_have_is_404(upstream):
    assert fetch(f"{upstream.url}/example.com/a/@v/list").status == 404


def test_faults_come_one_after_the_other_and_the_last_stays(upstream):
    upstream.tree.add("example.com/a", "v1.0.0")
    path = "example.com/a/@v/v1.0.0.info"
    upstream.fault(path, Fault(429, headers={"Retry-After": "1"}), Fault(500), Fault(403))
    seen = [fetch(f"{upstream.url}/{path}").status for _ in range(4)]
    upstream.mend(path)
    assert [*seen, fetch(f"{upstream.url}/{path}").status] == [429, 500, 403, 403, 200]


def test_go_notices_a_body_that_is_cut_short(upstream, go):
    upstream.tree.add("example.com/a", "v1.0.0")
    upstream.fault("example.com/a/@v/v1.0.0.zip", Fault(sent=20))
    assert "unexpected EOF" in go(upstream.url).fail("mod", "download", "example.com/a@v1.0.0")


def test_a_reset_is_a_reset(upstream):
    upstream.fault("example.com/a/@v/list", Fault(reset=True))
    with pytest.raises(ConnectionResetError):
        fetch(f"{upstream.url}/example.com/a/@v/list")


def test_the_feed_comes_in_pages_that_begin_at_a_time(upstream):
    upstream.most_entries = 2
    for version, second in (("v1.0.0", 1), ("v1.1.0", 2), ("v1.2.0", 2), ("v1.3.0", 3)):
        upstream.tree.announce("example.com/a", version, f"2024-01-02T03:04:0{second}.5Z")

    def versions(query):
        lines = fetch(f"{upstream.url}/index{query}").text.splitlines()
        return [json.loads(line)["Version"] for line in lines]

    assert versions("?limit=2000") == ["v1.0.0", "v1.1.0"]
    assert versions("?since=2024-01-02T03%3A04%3A02.5Z&limit=2000") == ["v1.1.0", "v1.2.0"]
    assert versions("?since=2024-01-02T03:04:03.5Z") == ["v1.3.0"]
    assert [request.query for request in upstream.requests][-1] == "since=2024-01-02T03:04:03.5Z"


def test_there_is_no_feed_unless_something_is_announced(upstream):
    assert fetch(f"{upstream.url}/index?limit=2000").status == 404


def test_head_is_answered_if_a_test_wants_it(upstream):
    upstream.tree.put("example.com/a/@v/v1.0.0.zip", b"12345")
    url = f"{upstream.url}/example.com/a/@v/v1.0.0.zip"
    assert fetch(url, "HEAD").status == 405
    upstream.answers_head = True
    reply = fetch(url, "HEAD")
    assert (reply.status, reply.headers["content-length"], reply.body) == (200, "5", b"")
