"""What the demo makes of the user's GOPROXY, before it starts anything."""

import pytest

from demo.demo import DemoError, report, shortened, upstream_of, without_secrets

UPSTREAMS = [
    ("https://goproxy.io", "https://goproxy.io"),
    ("https://goproxy.io,direct", "https://goproxy.io"),
    ("https://goproxy.io\n", "https://goproxy.io"),
    ("direct,https://goproxy.io/a/", "https://goproxy.io/a/"),
    ("file:///srv/goproxy|http://goproxy.example:8080|direct", "http://goproxy.example:8080"),
    (" https://goproxy.io , direct", "https://goproxy.io"),
    ("https://١.example", "https://١.example"),
]
NO_UPSTREAMS = ["", "\n", "off", "direct", "file:///srv/goproxy", "goproxy.io", "ftp://goproxy.io"]
URLS = [
    ("https://goproxy.io", "https://goproxy.io"),
    ("https://goproxy.example:8443/go", "https://goproxy.example:8443/go"),
    ("https://user:secret@goproxy.example:8443/go", "https://goproxy.example:8443/go"),
    ("https://user@goproxy.example", "https://goproxy.example"),
    ("https://user:a@b@goproxy.example", "https://goproxy.example"),
]


@pytest.mark.parametrize(("goproxy", "upstream"), UPSTREAMS)
def test_the_upstream_is_the_first_http_entry(goproxy, upstream):
    assert upstream_of(goproxy) == upstream


@pytest.mark.parametrize("goproxy", NO_UPSTREAMS)
def test_without_an_upstream_it_asks_for_one(goproxy):
    with pytest.raises(DemoError, match="make demo UPSTREAM="):
        upstream_of(goproxy)


@pytest.mark.parametrize(("url", "told"), URLS)
def test_secrets_of_a_url_are_not_told(url, told):
    assert without_secrets(url) == told


def test_a_module_version_that_was_left_out_stops_the_demo():
    failed = [["rsc.io/quote", "v1.5.2", "GO0002", "not found"]]
    with pytest.raises(DemoError, match="rsc.io/quote@v1.5.2: not found"):
        report({"added": 0, "failed": failed, "failed_count": 1})


def test_a_long_error_is_cut():
    assert shortened("a" * 800) == "a" * 800
    assert shortened("a" * 801) == "a" * 800 + " ..."
