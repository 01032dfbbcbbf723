"""The answers of a distribution, byte by byte: statuses, types, spellings, caching, ranges."""

import uuid
from base64 import b64encode

import pytest
from pulp_glue.core.context import PulpHeaderContentGuardContext

from functional_tests.contentclient import fetch
from functional_tests.moduletree import file_path, latest_path
from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain

MODULE = "example.com/Azure/quote"
ESCAPED = "example.com/!azure/quote"
UNTAGGED = "example.com/untagged"
PSEUDO = "v0.0.0-20240102030405-abcdef012345"
LOSING = "example.com/losing"
# Printed by `go mod download -json` of go1.26.8 (GoModSum).
LOSING_GO_MOD_H1 = "h1:QYr74aliUTmAQq2TkAHnmPivURBBD7hru5ffTXVWxW4="
LIST = "v1.0.0\nv1.9.0\nv1.10.0-RC1\nv1.10.0\nv2.0.0+incompatible\n"
TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def served(live_pulp):
    """An upstream's tree and the URL of a distribution that serves all of it."""
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        for version in ("v2.0.0+incompatible", "v1.9.0", "v1.10.0", "v1.10.0-RC1", "v1.0.0"):
            upstream.tree.add(MODULE, version, go_mod="")
        upstream.tree.add(UNTAGGED, PSEUDO)
        upstream.tree.add(LOSING, "v1.0.0")
        info = upstream.tree.files[file_path(UNTAGGED, PSEUDO, "info")]
        upstream.tree.put(latest_path(UNTAGGED), info)
        remote = pulp.remote(
            upstream,
            MODULE,
            f"{UNTAGGED}@latest",
            go_sum=f"{LOSING} v1.0.0/go.mod {LOSING_GO_MOD_H1}\n",
        )
        repository = pulp.repository()
        assert pulp.sync(repository, remote)["result"]["failed"] == []
        yield upstream.tree, pulp.distribution(repository=repository)


@pytest.fixture
def base(served):
    """The distribution's URL."""
    return served[1]


@pytest.fixture
def tree(served):
    """What the upstream has."""
    return served[0]


@pytest.mark.case("C-24")
def test_the_list_is_each_version_once_in_semver_order(base):
    reply = fetch(f"{base}{ESCAPED}/@v/list")
    assert (reply.status, reply.text) == (200, LIST)
    assert reply.headers["content-type"] == TEXT
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.case("C-47")
def test_a_pseudo_version_is_latest_but_never_listed(base, tree):
    listed, latest = (fetch(f"{base}{UNTAGGED}/{name}") for name in ("@v/list", "@latest"))
    assert (listed.status, listed.body) == (200, b"")
    assert (latest.status, latest.body) == (200, tree.files[latest_path(UNTAGGED)])


def test_latest_is_the_info_of_the_highest_compatible_release(base, tree):
    reply = fetch(f"{base}{ESCAPED}/@latest")
    # With v1.10.0's go.mod made up by `go`, an incompatible version is no worse than any other.
    info = tree.files[file_path(MODULE, "v2.0.0+incompatible", "info")]
    assert (reply.status, reply.body) == (200, info)
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-cache"


FILES = [("info", "application/json"), ("mod", TEXT), ("zip", "application/zip")]


@pytest.mark.parametrize(("extension", "content_type"), FILES)
def test_files_are_the_upstreams_byte_for_byte_and_for_ever(base, tree, extension, content_type):
    reply = fetch(base + file_path(MODULE, "v1.9.0", extension))
    assert (reply.status, reply.body) == (200, tree.files[file_path(MODULE, "v1.9.0", extension)])
    assert reply.headers["content-type"] == content_type
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.headers["cache-control"] == FOR_EVER


SPELLINGS = [
    "example.com/!azure/quote/@v/v1.10.0-!r!c1.info",
    "example.com/%21azure/quote/@v/v1.10.0-%21r%21c1.info",
    "example.com/%21azure/quote/%40v/v1.10.0-%21r!c1.info",
    "example%2Ecom/!azure/%71uote/@v/v1.10.0-!r!c1%2Einfo",
    "example.com%2F!azure%2Fquote/@v%2Fv1.10.0-!r!c1.info",
    "example.com/!azure/quote/@v/v1.10.0-!r!c1.info?cached=no",
]


@pytest.mark.case("C-41")
@pytest.mark.case("C-42")
@pytest.mark.parametrize("path", SPELLINGS)
def test_every_spelling_of_a_path_is_that_path(base, path):
    reply = fetch(base + path)
    assert reply.status == 200
    assert b'"v1.10.0-RC1"' in reply.body


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_a_plus_is_a_plus(base, plus):
    reply = fetch(f"{base}{ESCAPED}/@v/v2.0.0{plus}incompatible.info")
    assert reply.status == 200
    assert b'"v2.0.0+incompatible"' in reply.body


NOT_FOUND = [
    "",
    "example.com",
    ESCAPED,
    f"{ESCAPED}/",
    f"{ESCAPED}/@v",
    f"{ESCAPED}/@v/",
    f"{ESCAPED}/@v/list/",
    f"{ESCAPED}/@latest/",
    f"{ESCAPED}/@v/v1.9.0",
    f"{ESCAPED}/@v/v1.9.0.txt",
    f"{ESCAPED}/@v/v1.9.0.zip.zip",
    f"{ESCAPED}/@v/v1.9.1.info",
    f"{ESCAPED}/@v/v1.9.1.mod",
    f"{ESCAPED}/@v/v1.9.1.zip",
    f"{ESCAPED}/@v/v1.9.mod",
    f"{ESCAPED}/@v/v1.9.%D9%A1.mod",
    f"{ESCAPED}/@v/v1.9.0+meta.mod",
    f"{ESCAPED}/@v/v1.10.0-RC1.info",
    f"{ESCAPED}/@v/master.info",
    f"{ESCAPED}/@v/a/v1.9.0.info",
    f"{ESCAPED}/@v/.info",
    "example.com/Azure/quote/@v/list",
    "example.com/!!azure/quote/@v/list",
    "example.com/!9zure/quote/@v/list",
    "example.com/azure/quote/@v/list",
    "example.com/!azure/@v/list",
    "example.com/!azure/quote/v2/@v/list",
    "example.com//!azure/quote/@v/list",
    "example.com/./!azure/quote/@v/list",
    "example.com/x/../!azure/quote/@v/list",
    "example.com/x/%2E%2E/!azure/quote/@v/list",
    "../../../../../etc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "example.com/%01/@v/list",
    "example.com/%FF/@v/list",
    "example.com/%C3%A9/@v/list",
    "nodot/quote/@v/list",
    "-/cached-only/example.com/!azure/quote/@v/list",
    "-/vuln/index/db.json",
    "index?since=2024-01-01T00:00:00Z",
    "sumdb/sum.golang.org/supported",
    f"{LOSING}/@v/v1.0.0.zip",
    f"{LOSING}/@latest",
]


@pytest.mark.parametrize("path", NOT_FOUND)
def test_what_is_not_there_is_404_with_a_reason(base, path):
    reply = fetch(base + path)
    assert reply.status == 404
    assert reply.headers["content-type"] == TEXT
    assert reply.text.startswith("not found: ")
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["@v/list%0A", "@latest%0A", "@v/v1.9.0.zip%0A", "@v/v1.9.0%0A.zip"]
)
def test_a_newline_makes_another_path(base, name):
    assert fetch(f"{base}{ESCAPED}/{name}").status == 404


def test_a_reason_is_one_line_that_go_prints(base):
    reply = fetch(f"{base}example.com/none/@v/v1.0.0.info")
    assert "example.com/none" in reply.text
    assert reply.text.count("\n") == 1 and len(reply.body) < 648


def test_a_version_without_its_zip_serves_what_a_build_list_reads(base, tree):
    status = {}
    for name in ("@v/list", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip"):
        status[name] = fetch(f"{base}{LOSING}/{name}").status
    assert list(status.values()) == [200, 200, 200, 404]
    assert fetch(f"{base}{LOSING}/@v/list").body == b""
    held = tree.files[file_path(LOSING, "v1.0.0", "mod")]
    assert fetch(f"{base}{LOSING}/@v/v1.0.0.mod").body == held


ALL = [
    f"{ESCAPED}/@v/list",
    f"{ESCAPED}/@latest",
    f"{ESCAPED}/@v/v1.9.0.info",
    f"{ESCAPED}/@v/v1.9.0.mod",
    f"{ESCAPED}/@v/v1.9.0.zip",
]
OF_THE_ANSWER = ("content-type", "content-length", "etag", "cache-control")


@pytest.mark.parametrize("path", [*ALL, f"{ESCAPED}/@v/v1.9.1.zip"])
def test_head_is_get_without_the_body(base, path):
    head, get = fetch(base + path, "HEAD"), fetch(base + path)
    assert (head.status, head.body) == (get.status, b"")
    for name in OF_THE_ANSWER:
        assert head.headers.get(name) == get.headers.get(name), name


@pytest.mark.parametrize("path", ALL)
def test_a_strong_etag_makes_304(base, path):
    first = fetch(base + path)
    etag = first.headers["etag"]
    assert etag.startswith('"') and etag.endswith('"')
    for asked in (etag, f'"other", W/{etag}', "*"):
        reply = fetch(base + path, headers={"If-None-Match": asked})
        assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", etag)
        assert reply.headers["cache-control"] == first.headers["cache-control"]
    assert fetch(base + path, headers={"If-None-Match": '"other"'}).status == 200


def test_an_etag_stays_and_is_another_for_each_file(base):
    etags = [fetch(base + path).headers["etag"] for path in ALL]
    assert len(set(etags)) == len(ALL)
    assert etags == [fetch(base + path).headers["etag"] for path in ALL]


RANGES = [
    ("bytes=0-9", 206, slice(0, 10)),
    ("bytes=10-", 206, slice(10, None)),
    ("bytes=-5", 206, slice(-5, None)),
]


@pytest.mark.parametrize(("asked", "status", "part"), RANGES)
def test_a_range_of_a_zip(base, tree, asked, status, part):
    whole = tree.files[file_path(MODULE, "v1.9.0", "zip")]
    reply = fetch(base + file_path(MODULE, "v1.9.0", "zip"), headers={"Range": asked})
    assert (reply.status, reply.body) == (status, whole[part])
    assert reply.headers["content-range"].endswith(f"/{len(whole)}")


def test_a_range_beyond_the_end_is_416(base):
    asked = {"Range": "bytes=999999999-"}
    assert fetch(base + file_path(MODULE, "v1.9.0", "zip"), headers=asked).status == 416


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_get_and_head_exist(base, method):
    assert fetch(f"{base}{ESCAPED}/@v/list", method).status == 405


def test_a_distribution_with_nothing_to_serve_from_is_503(pulp):
    base = pulp.distribution()
    for path in ALL:
        reply = fetch(base + path)
        assert (reply.status, reply.headers["content-type"]) == (503, TEXT)


def test_a_distribution_of_an_empty_repository_is_404(pulp):
    base = pulp.distribution(repository=pulp.repository())
    assert [fetch(base + path).status for path in ALL] == [404] * len(ALL)


def test_a_guarded_distribution_answers_whom_its_guard_permits(pulp, upstream):
    upstream.tree.add(MODULE, "v1.9.0")
    repository = pulp.synced(upstream, MODULE)
    guard = PulpHeaderContentGuardContext(pulp.context)
    body = {"name": f"test-{uuid.uuid4().hex}", "header_name": "X-Key", "header_value": "opened"}
    guard.create(body)
    pulp.keep(guard)
    base = pulp.distribution(repository=repository, content_guard=guard)
    assert {fetch(base + path).status for path in (*ALL[:3], "example.com/none/@v/list")} == {401}
    opened = fetch(base + ALL[2], headers={"X-Key": b64encode(b"opened").decode()})
    assert opened.status == 200
    assert opened.headers["cache-control"].startswith("private")


def test_a_change_is_seen_at_once(pulp, upstream):
    upstream.tree.add(MODULE, "v1.0.0")
    repository = pulp.synced(upstream, MODULE)
    base = pulp.distribution(repository=repository)
    assert fetch(f"{base}{ESCAPED}/@v/list").text == "v1.0.0\n"
    assert fetch(f"{base}{ESCAPED}/@v/v1.1.0.mod").status == 404
    upstream.tree.add(MODULE, "v1.1.0")
    pulp.sync(repository, pulp.remote(upstream, MODULE))
    assert fetch(f"{base}{ESCAPED}/@v/list").text == "v1.0.0\nv1.1.0\n"
    assert fetch(f"{base}{ESCAPED}/@v/v1.1.0.mod").status == 200
