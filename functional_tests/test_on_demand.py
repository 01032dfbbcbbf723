"""Zips that stay upstream until somebody asks for them, and are trusted no more than any other.

What pins them here is a go.sum; the hashes were printed by `go mod download -json` of go1.26.8.
"""

import json
import os
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functional_tests.conftest import SETTINGS
from functional_tests.contentclient import fetch
from functional_tests.killing import below, children, wait_until
from functional_tests.livepulp import LivePulp, pulp_go
from functional_tests.memory import PROC
from functional_tests.moduletree import file_path, make_module_zip
from functional_tests.people import Person, rbac_guard
from functional_tests.pulpcli import PulpCli
from functional_tests.uploads import Uploader
from functional_tests.upstream import Fault, Upstream
from functional_tests.workspace import done, new_domain, report_of

MODULE, VERSION = "example.com/quote", "v1.0.0"
GO_MOD = "module example.com/quote\n\ngo 1.21\n"
FILES = {"quote.go": 'package quote\n\nconst Word = "pinned"\n'}
CHANGED = {"go.mod": GO_MOD, "quote.go": 'package quote\n\nconst Word = "changed"\n'}
H1 = "h1:ZpoQ9mQat80+rhEx78zjyw4QafoZMhlgrJHroyDoVE4="
NEXT_H1 = "h1:PjlwQY07DJZCC+LaXRENG+16JUvPo4HzzOrFDgaGbto="
CHANGED_H1 = "h1:kPCyuGQRm8Kv0+Dxs9EYB37jyVPjB19sSOhc72tMQXk="
GO_MOD_H1 = "h1:XBba2NLpSL6dfGjlW41bC5KRe9vSgZFvHgoYc/GJTXI="
GO_SUM = f"{MODULE} v1.0.0 {H1}\n{MODULE} v1.0.0/go.mod {GO_MOD_H1}\n"
NEXT = f"{MODULE} v1.1.0 {NEXT_H1}\n{MODULE} v1.1.0/go.mod {GO_MOD_H1}\n"
ZIP = file_path(MODULE, VERSION, "zip")
NEXT_ZIP = file_path(MODULE, "v1.1.0", "zip")
WRONG = Fault(body=make_module_zip(MODULE, VERSION, CHANGED))
MANY = 8

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


class Mirror:
    """A repository whose zips are upstream, and a distribution of it.

    Attributes:
        upstream: The upstream, which has v1.0.0 and v1.1.0.
        remote: The remote, which pins one or both of them.
        url: The distribution's URL.
    """

    def __init__(self, pulp, upstream, policy="on_demand", go_sum=GO_SUM, **fields):
        for version in ("v1.0.0", "v1.1.0"):
            upstream.tree.add(MODULE, version, FILES, go_mod=GO_MOD)
        self.pulp, self.upstream = pulp, upstream
        self.remote = pulp.remote(upstream, policy=policy, go_sum=go_sum, **fields)
        self.repository = pulp.repository()
        self.url = pulp.distribution(repository=self.repository)
        task = self.sync()
        assert (task["state"], task["result"]["failed"]) == ("completed", []), task

    @property
    def zip(self):
        """The bytes that the upstream has."""
        return self.upstream.tree.files[ZIP]

    def sync(self, **options):
        """Sync, and return the task."""
        return self.pulp.sync(self.repository, self.remote, **options)

    def get(self, path=ZIP, method="GET", headers=None):
        """Return the reply at a path."""
        return fetch(self.url + path, method, headers)

    def asked(self):
        """Return how often the upstream was asked for the zip."""
        return len(self.upstream.asked(ZIP))

    def together(self, live, number=MANY):
        """Return the replies to many who ask at once, while the upstream takes its time."""
        self.upstream.fault(ZIP, Fault(stall=True), Fault())
        with ThreadPoolExecutor(number) as threads:
            replies = [threads.submit(self.get) for _ in range(number)]
            wait_until(lambda: has_clients(live, number) and self.asked())
            self.upstream.release()
            return [reply.result() for reply in replies]


def clients(live):
    """Return how many clients each process of the content app has.

    https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
    """
    content = json.loads((live.home / "info.json").read_text())["content"]
    port, established = f":{urlsplit(content).port:04X}", "01"
    rows = [line.split() for line in Path(PROC, "net", "tcp").read_text().splitlines()[1:]]
    held = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(port) and row[3] == established}
    return {pid: len(held & files(pid)) for pid in children(live.pids["content"])}


def has_clients(live, number):
    """Report whether the content app has so many clients."""
    return sum(clients(live).values()) == number


def files(pid):
    """Return what a process has open."""
    return {os.readlink(path) for path in Path(PROC, str(pid), "fd").iterdir() if path.is_symlink()}


@pytest.fixture
def mirror(pulp, upstream):
    return Mirror(pulp, upstream)


@pytest.fixture(scope="module", autouse=True)
def at_rest(live_pulp):
    """After the last test, wait until the content app has put everything away."""
    yield
    wait_until(lambda: live_pulp.spooled() == [])


def no_zip_waits(live_pulp):
    """Wait until no zip is left where fetches work."""
    wait_until(lambda: not [path for path in live_pulp.spooled() if path.endswith(".zip")])


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
    assert mirror.asked() == 1
    no_zip_waits(live_pulp)


def test_a_fetch_goes_on_when_all_have_left(mirror, pulp):
    mirror.upstream.fault(ZIP, Fault(stall=True), Fault())
    leave(mirror.url + ZIP, mirror.asked).close()
    mirror.upstream.release()
    wait_until(lambda: pulp.count_artifacts() == 1)
    assert (mirror.get().status, mirror.asked()) == (200, 1)


def leave(url, begun):
    """Return a connection on which a request was sent, once it has begun to be answered."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    wait_until(begun)
    return connection


@pytest.mark.parametrize("policy", ["on_demand", "streamed"])
@pytest.mark.case("C-1")
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


def test_go_does_not_go_elsewhere_after_a_wrong_zip(pulp, upstream, go):
    mirror = Mirror(pulp, upstream)
    upstream.fault(ZIP, WRONG)
    client = go(f"{mirror.url},{upstream.url}")
    said = client.fail("mod", "download", f"{MODULE}@{VERSION}")
    assert "502" in said and "its upstream has another one" in said
    assert mirror.asked() == 1


def test_fetch_brings_what_is_missing_and_no_more(pulp, upstream):
    mirror = Mirror(pulp, upstream, "streamed", GO_SUM + NEXT)
    task = pulp.act(mirror.repository, "fetch", {})
    assert task["result"] == {"fetched": 2, "failed": [], "failed_count": 0}
    assert done(task) == {"fetch.planned": 2, "fetch.downloaded": 2, "fetch.failed": 0}
    assert (pulp.count_artifacts(), pulp.number(mirror.repository)) == (2, 1)
    again = pulp.act(
        mirror.repository, "fetch", {"repository_version": pulp.latest(mirror.repository)}
    )
    assert again["result"]["fetched"] == 0
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 1)


def test_fetch_fails_if_nothing_came(pulp, upstream):
    mirror = Mirror(pulp, upstream, go_sum=GO_SUM + NEXT)
    upstream.fault(ZIP, WRONG)
    task = pulp.act(mirror.repository, "fetch", {})
    assert (task["state"], task["result"]["fetched"]) == ("completed", 1)
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (MODULE, VERSION, "GO0006")
    assert H1 in reason and CHANGED_H1 in reason
    task = pulp.act(mirror.repository, "fetch", {})
    assert (task["state"], report_of(task)["failed_count"]) == ("failed", 1)


def test_fetch_is_of_the_version_that_is_named(pulp, upstream):
    mirror = Mirror(pulp, upstream)
    empty = f"{mirror.repository.pulp_href}versions/0/"
    assert pulp.act(mirror.repository, "fetch", {"repository_version": empty})["result"] == {
        "fetched": 0,
        "failed": [],
        "failed_count": 0,
    }
    assert mirror.asked() == 0


def test_fetch_by_the_command_line(live_pulp, pulp, mirror, tmp_path):
    cli = PulpCli(tmp_path, live_pulp, pulp.context.pulp_domain, tmp_path)
    name = mirror.repository.entity["name"]
    none = cli.go("repository", "fetch", "--repository", name, "--repository-version", "0")
    assert none["fetched"] == 0
    assert cli.go("repository", "fetch", "--repository", name)["fetched"] == 1
    remote = mirror.remote.entity["name"]
    cli.go("remote", "update", "--remote", remote, "--policy", "streamed")
    assert cli.go("remote", "show", "--remote", remote)["policy"] == "streamed"
    (unit,) = cli.go("content", "list", "--repository", name)
    assert unit["artifact"]


def test_another_repository_may_have_it_too(mirror, pulp):
    other = pulp.repository()
    (unit,) = pulp.module_versions()
    pulp.modify(other, add_content_units=[unit["pulp_href"]])
    url = pulp.distribution(repository=other)
    assert fetch(url + ZIP).body == mirror.zip
    assert (mirror.get().status, mirror.asked()) == (200, 1)


@pytest.mark.parametrize("same", [True, False])
def test_an_immediate_sync_fetches_what_is_missing(mirror, pulp, same):
    remote = mirror.remote
    if same:
        remote.update(body={"policy": "immediate"})
    else:
        remote = pulp.remote(mirror.upstream, go_sum=GO_SUM)
    task = pulp.sync(mirror.repository, remote)
    assert (task["result"]["added"], task["result"]["failed"]) == (0, [])
    assert (mirror.asked(), pulp.count_artifacts()) == (1, 1)
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 1)


def test_a_repository_keeps_to_what_pinned_it(mirror, pulp):
    """An immediate sync that knows no hash brings another zip, and it is refused."""
    mirror.upstream.tree.put(ZIP, WRONG.body)
    remote = pulp.remote(mirror.upstream, f"{MODULE}@{VERSION}")
    (failed,) = report_of(pulp.sync(mirror.repository, remote))["failed"]
    assert failed[2] == "GO0007" and H1 in failed[3] and CHANGED_H1 in failed[3]
    assert mirror.get().status == 502


def test_a_second_sync_asks_for_nothing(mirror):
    mirror.upstream.requests.clear()
    assert mirror.sync(optimize=False)["result"]["added"] == 0
    assert mirror.upstream.paths() == []


def test_without_a_known_hash_a_zip_comes_at_once(pulp, upstream):
    mirror = Mirror(pulp, upstream, go_sum=f"{MODULE} v1.0.0 {H1}\n")
    assert (mirror.asked(), pulp.count_artifacts()) == (1, 1)


def test_a_dry_run_says_that_nothing_will_be_downloaded(mirror, pulp):
    preview = pulp.sync(pulp.repository(), mirror.remote, dry_run=True)["result"]
    assert preview["comes"] == [[MODULE, VERSION, True, 0]]


def test_an_upload_brings_the_zip(live_pulp, mirror, pulp):
    reply = Uploader(live_pulp, pulp).upload(mirror.zip, repository=mirror.repository.pulp_href)
    assert reply.status == 201 and reply.body["artifact"]
    assert (mirror.get().body, mirror.asked()) == (mirror.zip, 0)


def test_no_process_waits_for_a_zip_that_may_not_come(live_pulp, mirror):
    content = live_pulp.pids["content"]
    wait_until(lambda: live_pulp.spooled() == [])
    before = below(content)
    mirror.get()
    wait_until(lambda: below(content) == before)
    assert live_pulp.spooled() == []


@pytest.fixture(scope="module")
def two():
    """A Pulp whose content app has two processes."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        home, settings = Path(directory) / "home", Path(directory) / "settings.py"
        settings.write_text(SETTINGS)
        options = ["--settings", str(settings), "--content-workers", "2"]
        pulp_go("up", "--home", str(home), "--detach", *options)
        live = LivePulp(home)
        try:
            yield live
        finally:
            live.end()


def ask_both(live, mirror, threads):
    """Return the futures of replies that are under way in both processes of the content app."""
    replies = []
    while not all(clients(live).values()):
        assert len(replies) < 100
        number = len(replies) + 1
        replies.append(threads.submit(mirror.get))
        wait_until(partial(has_clients, live, number))
    assert len(clients(live)) == 2
    wait_until(mirror.asked)
    return replies


@pytest.mark.parametrize(("fault", "status"), [(Fault(), 200), (WRONG, 502)])
def test_two_processes_fetch_once(two, upstream, fault, status):
    with new_domain(two) as pulp, ThreadPoolExecutor(100) as threads:
        mirror = Mirror(pulp, upstream)
        upstream.fault(ZIP, Fault(stall=True, body=fault.body), fault)
        replies = ask_both(two, mirror, threads)
        upstream.release()
        assert {reply.result().status for reply in replies} == {status}
        assert mirror.asked() == 1
        upstream.tree.add(MODULE, VERSION, FILES, go_mod=GO_MOD)
        upstream.mend(ZIP)
        assert mirror.get().body == mirror.zip


def test_two_processes_share_no_zip_that_is_not_kept(two, upstream):
    with new_domain(two) as pulp, ThreadPoolExecutor(100) as threads:
        mirror = Mirror(pulp, upstream, "streamed")
        upstream.fault(ZIP, Fault(stall=True))
        replies = ask_both(two, mirror, threads)
        upstream.release()
        assert {reply.result().body for reply in replies} == {mirror.zip}
        assert mirror.asked() == 2
        no_zip_waits(two)


def test_the_end_of_the_content_app_leaves_nothing(two, upstream):
    with new_domain(two) as pulp:
        mirror = Mirror(pulp, upstream)
        upstream.fault(ZIP, Fault(stall=True))
        connection = leave(mirror.url + ZIP, mirror.asked)
        started = below(two.pids["content"])
        two.end()
        connection.close()
    wait_until(lambda: not started & below(1))
    assert two.spooled() == []
