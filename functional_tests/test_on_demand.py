"""Zips that stay upstream until somebody asks for them, and are trusted no more than any other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from functional_tests.killing import wait_until
from functional_tests.memory import PROC
from functional_tests.moduletree import file_path
from functional_tests.people import Person, rbac_guard
from functional_tests.pinned import (
    CHANGED_H1,
    GO_MOD,
    GO_MOD_H1,
    GO_SUM,
    H1,
    MODULE,
    NEXT,
    NEXT_ZIP,
    VERSION,
    WRONG,
    ZIP,
    Mirror,
    has_clients,
    leave,
    no_zip_waits,
    rest,
)
from functional_tests.upstream import Fault, Upstream

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


@pytest.fixture(scope="module", autouse=True)
def at_rest(live_pulp):
    """After the last test, what others look for is not there any more."""
    yield
    rest(live_pulp)


@pytest.fixture
def mirror(pulp, upstream):
    return Mirror(pulp, upstream)


def content_log(live_pulp):
    return (live_pulp.home / "log" / "content.log").read_text()


def test_a_sync_brings_all_but_the_zip(mirror, pulp):
    assert mirror.asked() == 0 and pulp.count_artifacts() == 0
    assert mirror.get(f"{MODULE}/@v/list").text == "v1.0.0\n"
    assert mirror.get(file_path(MODULE, VERSION, "mod")).text == GO_MOD
    (unit,) = pulp.module_versions()
    assert (unit["h1"], unit["go_mod_h1"], unit["artifact"]) == (H1, GO_MOD_H1, None)


def test_the_first_request_fetches_and_no_other(mirror, pulp):
    first, second = mirror.get(), mirror.get()
    assert (first.status, first.body) == (200, mirror.zip)
    assert (second.status, second.body) == (200, mirror.zip)
    names = ("content-type", "content-length", "etag", "cache-control", "accept-ranges")
    assert [first.headers[name] for name in names] == [second.headers[name] for name in names]
    assert first.headers["etag"] == f'"{H1}"'
    assert (mirror.asked(), pulp.count_artifacts()) == (1, 1)
    (unit,) = pulp.module_versions()
    assert unit["artifact"]


def test_many_at_once_fetch_once(live_pulp, mirror):
    assert {(reply.status, reply.body) for reply in mirror.together(live_pulp)} == {
        (200, mirror.zip)
    }
    assert mirror.asked() == 1


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
def test_a_client_that_leaves_takes_nothing_from_the_others(live_pulp, pulp, upstream, policy):
    mirror = Mirror(pulp, upstream, policy)
    upstream.fault(ZIP, Fault(stall=True), Fault())
    with ThreadPoolExecutor(1) as threads:
        leaving = leave(mirror.url + ZIP, mirror.asked)
        reply = threads.submit(mirror.get)
        wait_until(lambda: has_clients(live_pulp, 2))
        leaving.close()
        upstream.release()
        assert reply.result().body == mirror.zip
    # What is not kept is asked for again by who comes when it is there already.
    assert mirror.asked() <= (1 if policy == "on_demand" else 2)
    no_zip_waits(live_pulp)


def test_a_fetch_goes_on_when_all_have_left(mirror, pulp):
    mirror.upstream.fault(ZIP, Fault(stall=True), Fault())
    leave(mirror.url + ZIP, mirror.asked).close()
    mirror.upstream.release()
    wait_until(lambda: pulp.count_artifacts() == 1)
    assert (mirror.get().status, mirror.asked()) == (200, 1)


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
@pytest.mark.case("C-31")
def test_a_wrong_zip_is_502_and_the_next_request_tries_again(live_pulp, pulp, upstream, policy):
    mirror = Mirror(pulp, upstream, policy)
    upstream.fault(ZIP, WRONG)
    logged = len(content_log(live_pulp))
    reply = mirror.get()
    assert reply.status == 502
    assert reply.text == (
        f"[GO0017] the zip of {MODULE}@{VERSION} is not here: its upstream has another one\n"
    )
    said = content_log(live_pulp)[logged:]
    (line,) = [line for line in said.splitlines() if CHANGED_H1 in line]
    assert H1 in line and "ERROR" in line and f"{MODULE}@{VERSION}" in line
    assert pulp.count_artifacts() == 0
    no_zip_waits(live_pulp)
    assert (mirror.get().status, mirror.asked()) == (502, 2)
    upstream.mend(ZIP)
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 3)


@pytest.mark.case("C-15")
def test_those_who_wait_get_the_same_refusal(live_pulp, mirror):
    mirror.upstream.tree.put(ZIP, WRONG.body)
    assert {reply.status for reply in mirror.together(live_pulp)} == {502}
    assert mirror.asked() == 1


FAULTS = [
    (Fault(404), 502),
    (Fault(410), 502),
    (Fault(403), 502),
    (Fault(500), 502),
    (Fault(reset=True), 502),
    (Fault(sent=20), 502),
    (Fault(body=b"<html>please log in</html>"), 502),
    (Fault(302, headers={"Location": "http://127.0.0.1:1/"}), 502),
    (Fault(stall=True), 504),
]


@pytest.mark.case("C-7")
@pytest.mark.parametrize(("fault", "status"), FAULTS)
def test_trouble_with_the_upstream_is_no_404(pulp, upstream, fault, status):
    mirror = Mirror(pulp, upstream, sock_read_timeout=1.0)
    upstream.fault(ZIP, fault)
    reply = mirror.get()
    assert reply.status == status
    assert f"{MODULE}@{VERSION}" in reply.text and upstream.url not in reply.text
    assert reply.headers["cache-control"] == "no-cache"
    assert pulp.count_artifacts() == 0


def test_an_upstream_that_is_gone_is_502(pulp):
    with Upstream() as upstream:
        mirror = Mirror(pulp, upstream)
    assert mirror.get().status == 502


def test_a_remote_that_is_deleted_is_502_until_another_one_has_it(pulp, upstream):
    mirror = Mirror(pulp, upstream)
    other = pulp.remote(upstream, policy="on_demand", go_sum=GO_SUM)
    mirror.remote.delete()
    mirror.remote.delete = lambda: None
    reply = mirror.get()
    assert (reply.status, mirror.asked()) == (502, 0)
    assert reply.text.endswith("no remote is left that has it\n")
    assert pulp.sync(mirror.repository, other)["result"]["added"] == 0
    assert (mirror.get().status, mirror.asked()) == (200, 1)


def test_a_remote_that_has_moved_is_asked_after_the_next_sync(mirror):
    mirror.remote.update(body={"url": f"{mirror.upstream.url}/elsewhere"})
    assert (mirror.get().status, mirror.asked()) == (502, 0)
    mirror.remote.update(body={"url": f"{mirror.upstream.url}/"})
    assert (mirror.get().status, mirror.asked()) == (200, 1)


def test_each_remote_has_its_own_credentials(pulp, upstream):
    mirror = Mirror(pulp, upstream, username="who", password="a secret")
    assert mirror.get().status == 200
    (request,) = upstream.asked(ZIP)
    assert request.headers["authorization"] == "Basic d2hvOmEgc2VjcmV0"


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
def test_head_fetches_first(pulp, upstream, policy):
    mirror = Mirror(pulp, upstream, policy)
    reply = mirror.get(method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(len(mirror.zip))
    assert mirror.asked() == 1


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
def test_a_range_fetches_first(pulp, upstream, policy):
    mirror = Mirror(pulp, upstream, policy)
    reply = mirror.get(headers={"Range": "bytes=10-19"})
    assert (reply.status, reply.body) == (206, mirror.zip[10:20])
    assert reply.headers["content-range"] == f"bytes 10-19/{len(mirror.zip)}"
    beyond = mirror.get(headers={"Range": "bytes=999999-"})
    assert beyond.status == 416


def test_who_has_the_zip_already_is_told_so_without_a_fetch(mirror):
    assert mirror.get(headers={"If-None-Match": f'"{H1}"'}).status == 304
    assert mirror.asked() == 0


def test_streamed_keeps_nothing(live_pulp, pulp, upstream):
    mirror = Mirror(pulp, upstream, "streamed")
    kept = Mirror(pulp, upstream, "on_demand", NEXT)
    replies = mirror.together(live_pulp)
    assert {(reply.status, reply.body) for reply in replies} == {(200, mirror.zip)}
    assert mirror.asked() == 1
    names = ("content-type", "cache-control", "accept-ranges")
    other = kept.get(NEXT_ZIP)
    assert [replies[0].headers[name] for name in names] == [other.headers[name] for name in names]
    assert replies[0].headers["etag"] == f'"{H1}"'
    assert pulp.count_artifacts() == 1
    no_zip_waits(live_pulp)
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 2)


def test_a_guard_is_asked_before_the_upstream_is(live_pulp, pulp, upstream):
    mirror = Mirror(pulp, upstream)
    reader, stranger = Person(live_pulp, pulp), Person(live_pulp, pulp)
    guard = rbac_guard(pulp, reader)
    mirror.url = pulp.distribution(repository=mirror.repository, content_guard=guard)
    assert mirror.get().status == 401
    assert mirror.get(headers=stranger.headers).status == 403
    assert mirror.asked() == 0
    upstream.fault(ZIP, WRONG)
    refused = mirror.get(headers=reader.headers)
    assert (refused.status, refused.headers["cache-control"]) == (502, "private, no-cache")
    upstream.mend(ZIP)
    reply = mirror.get(headers=reader.headers)
    assert (reply.status, reply.body) == (200, mirror.zip)
    assert reply.headers["cache-control"].startswith("private")


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
def test_go_downloads_and_builds(pulp, upstream, go, policy):
    mirror = Mirror(pulp, upstream, policy, GO_SUM + NEXT)
    client = go(mirror.url)
    client.write(
        go_mod=f"module example.com/program\n\ngo 1.21\n\nrequire {MODULE} {VERSION}\n",
        go_sum=GO_SUM,
        main_go=f'package main\n\nimport "{MODULE}"\n\nfunc main() {{ print(quote.Word) }}\n',
    )
    assert client.download() == {f"{MODULE}@{VERSION}": H1}
    assert client.run_program() == "pinned"
    assert (mirror.asked(), len(upstream.asked(NEXT_ZIP))) == (1, 0)


@pytest.mark.case("C-7")
def test_go_does_not_go_elsewhere_after_a_wrong_zip(pulp, upstream, go):
    mirror = Mirror(pulp, upstream)
    upstream.fault(ZIP, WRONG)
    client = go(f"{mirror.url},{upstream.url}")
    said = client.fail("mod", "download", f"{MODULE}@{VERSION}")
    assert "502" in said and "its upstream has another one" in said
    assert mirror.asked() == 1
