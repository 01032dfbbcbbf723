"""A sync for which a checksum database vouches: what it asks, of whom, and what it refuses."""

import json
from contextlib import contextmanager

import pytest

from functional_tests.moduletree import file_path
from functional_tests.sumdb import Database, SumDBUpstream, lookup_path
from functional_tests.sumdbworld import (
    FIRST,
    FIRST_SIZE,
    GO_MOD_H1,
    H1,
    LOOKUPS,
    OTHER_H1,
    PRIVATE,
    SECOND,
    SECOND_SIZE,
    VERSION,
    A,
    B,
    C,
    D,
    codes,
    failed,
    fill,
    grow,
    hashes,
    sync,
)
from functional_tests.upstream import Fault

TROUBLE, MISMATCH, UNKNOWN = "GO0003", "GO0006", "GO0012"
BAD_DATABASE, NO_DATABASE, TOOLCHAIN_UNVERIFIED = "GO0013", "GO0015", "GO0016"
TOOLCHAIN = "golang.org/toolchain"
TOOLCHAIN_VERSION = "v0.0.1-go1.26.8.linux-amd64"
TOOLCHAIN_WORD = f"{TOOLCHAIN}@{TOOLCHAIN_VERSION}"
# Printed by `go mod download -json` of go1.26.8.
TOOLCHAIN_H1 = "h1:KBmZWOqwgVfKV+kVUjF2YJW+zAaeFGy9g2ah62NlT00="


def without(asked, *words):
    """Return the paths that have none of these words."""
    return [path for path in asked if not any(word in path for word in words)]


def test_go_believes_the_database_of_these_tests(vouched, go):
    grow(vouched)
    words = [f"{module}@{VERSION}" for module in (A, B, C, D)]
    key = f"GOSUMDB={vouched.database.key}"
    said = go(vouched.url).run_json(key, "mod", "download", "-json", *words)
    assert {module["Path"]: module["Sum"] for module in said} == {m: H1[m] for m in (A, B, C, D)}
    assert {module["Path"]: module["GoModSum"] for module in said} == GO_MOD_H1
    assert set(LOOKUPS) < set(vouched.asked_database())


@pytest.mark.parametrize("how", [{}, {"policy": "on_demand"}])
def test_each_record_and_each_tile_is_asked_for_once(pulp, vouched, how):
    task = sync(pulp, vouched, A, B, C, **how)
    assert (task["state"], task["result"]["added"]) == ("completed", 3)
    assert vouched.asked_database() == FIRST
    assert hashes(pulp) == {module: H1[module] for module in (A, B, C)}


def test_of_what_is_proven_nothing_is_asked_again(pulp, vouched):
    remote = pulp.remote(vouched, A, B, C, sumdb=vouched.database.key)
    repository = pulp.repository()
    assert pulp.sync(repository, remote)["result"]["added"] == 3
    vouched.requests.clear()
    again = pulp.sync(repository, remote, optimize=False)
    elsewhere = pulp.sync(pulp.repository(), remote)
    assert (again["result"]["added"], elsewhere["result"]["added"]) == (0, 3)
    assert vouched.asked_database() == []
    assert {path.rpartition("/")[2] for path in vouched.paths()} == {"list"}


def test_a_larger_tree_is_shown_to_begin_with_the_trusted_one(pulp, vouched):
    repository = pulp.repository()
    sync(pulp, vouched, A, B, C, repository=repository)
    grow(vouched)
    vouched.requests.clear()
    task = sync(pulp, vouched, A, B, C, D, repository=repository)
    assert (task["result"]["added"], task["result"]["failed"]) == (1, [])
    assert vouched.asked_database() == SECOND


def test_look_ups_come_with_trees_of_any_age(pulp, vouched):
    vouched.database.heads = {LOOKUPS[0]: 2000, LOOKUPS[1]: 66_500}
    task = sync(pulp, vouched, A, B, C)
    assert task["result"]["added"] == 3
    # 2,000 is 7 * 256 and more, 66,500 is 259 * 256 and more.
    assert vouched.asked_database() == sorted([*FIRST, "tile/8/0/007", "tile/8/0/259"])


HEADS = [(404, {}), (410, {LOOKUPS[0]: 2000, LOOKUPS[1]: 66_500})]


@pytest.mark.parametrize("status, heads", HEADS)
def test_the_latest_tree_need_not_be_served(pulp, vouched, status, heads):
    vouched.fault("sumdb/sum.example.com/latest", Fault(status))
    vouched.database.heads = heads
    assert sync(pulp, vouched, A, B, C)["result"]["added"] == 3
    asked = vouched.asked_database()
    assert len(asked) == len(set(asked))
    if not heads:
        assert asked == FIRST


def test_a_partial_tile_may_be_gone_once_the_full_one_is_there(pulp, vouched):
    vouched.database.pad(SECOND_SIZE)
    vouched.database.head, vouched.database.drops_partial = FIRST_SIZE, True
    assert sync(pulp, vouched, A, B, C)["result"]["added"] == 3
    assert vouched.asked_database() == sorted([*FIRST, "tile/8/0/273"])


def test_a_go_sum_that_agrees(pulp, vouched):
    lines = [f"{A} {VERSION} {H1[A]}", f"{A} {VERSION}/go.mod {GO_MOD_H1[A]}", ""]
    task = sync(pulp, vouched, go_sum="\n".join(lines))
    assert task["result"]["added"] == 1
    assert hashes(pulp) == {A: H1[A]}
    assert LOOKUPS[0] in vouched.asked_database()


@pytest.mark.case("C-17")
@pytest.mark.parametrize("suffix, true", [("", H1[A]), ("/go.mod", GO_MOD_H1[A])])
def test_a_go_sum_that_contradicts_the_database(pulp, vouched, suffix, true):
    task = sync(pulp, vouched, B, go_sum=f"{A} {VERSION}{suffix} {OTHER_H1}\n")
    code, reason = failed(task)[A]
    assert code == MISMATCH and OTHER_H1 in reason and true in reason
    assert "gosum" in reason and "sum.example.com" in reason
    assert hashes(pulp) == {B: H1[B]}
    assert vouched.asked(file_path(A, VERSION, "zip")) == []


def test_what_the_database_does_not_know_is_refused(pulp, vouched):
    vouched.fault(f"{vouched.below}{LOOKUPS[0]}", Fault(404))
    vouched.fault(f"{vouched.below}{LOOKUPS[1]}", Fault(410))
    task = sync(pulp, vouched, A, B, C, PRIVATE)
    assert codes(task) == {A: UNKNOWN, B: UNKNOWN, PRIVATE: UNKNOWN}
    assert f"{A}@{VERSION}" in failed(task)[A][1]
    assert hashes(pulp) == {C: H1[C]}
    assert without(vouched.paths(), "sumdb/", f"{C}/") == []


TROUBLES = [
    *(Fault(status) for status in (401, 403, 429, 500, 502, 503, 504)),
    Fault(204, body=b""),
    Fault(stall=True),
    Fault(reset=True),
]


def test_trouble_with_the_database_is_never_unknown(pulp, vouched):
    modules = [f"example.com/trouble{number}" for number in range(len(TROUBLES))]
    for module, trouble in zip(modules, TROUBLES, strict=True):
        vouched.add(module, VERSION)
        vouched.fault(f"{vouched.below}{lookup_path(module, VERSION)}", trouble)
    task = sync(pulp, vouched, A, *modules, sock_read_timeout=1)
    assert codes(task) == dict.fromkeys(modules, TROUBLE)
    assert hashes(pulp) == {A: H1[A]}


def test_trouble_that_passes_is_asked_again(pulp, vouched):
    for path in ("supported", "latest", LOOKUPS[0], "tile/8/0/003"):
        vouched.fault(f"{vouched.below}{path}", Fault(503), Fault())
    assert sync(pulp, vouched, A, B, max_retries=1)["result"]["failed"] == []


@pytest.mark.case("C-8")
def test_private_names_are_told_to_no_database(pulp, vouched):
    task = sync(pulp, vouched, A, PRIVATE, no_sumdb=["example.com/private", "*.internal"])
    assert task["result"]["failed"] == []
    assert hashes(pulp) == {A: H1[A], PRIVATE: H1[PRIVATE]}
    assert without(vouched.asked_database(), "tile/") == sorted(["supported", "latest", LOOKUPS[0]])


@pytest.mark.case("C-8")
def test_of_private_names_alone_the_database_hears_nothing(pulp, vouched):
    assert sync(pulp, vouched, A, PRIVATE, no_sumdb=["example.com"])["result"]["added"] == 2
    assert vouched.asked_database() == []


@pytest.fixture
def toolchain(vouched):
    """The upstream with a toolchain, whose record is the last."""
    vouched.add(TOOLCHAIN, TOOLCHAIN_VERSION)
    return vouched


@pytest.mark.case("C-3")
def test_a_toolchain_is_verified_whatever_the_remote_says(pulp, toolchain):
    remote = pulp.remote(
        toolchain, TOOLCHAIN_WORD, sumdb=toolchain.database.key, no_sumdb=["golang.org", "*"]
    )
    assert pulp.sync(pulp.repository(), remote)["result"]["added"] == 1
    assert hashes(pulp) == {TOOLCHAIN: TOOLCHAIN_H1}
    assert lookup_path(TOOLCHAIN, TOOLCHAIN_VERSION) in toolchain.asked_database()


@pytest.mark.case("C-3")
def test_a_toolchain_that_no_database_vouches_for_is_refused(pulp, toolchain):
    task = pulp.sync(pulp.repository(), pulp.remote(toolchain, TOOLCHAIN_WORD, f"{A}@{VERSION}"))
    code, reason = failed(task)[TOOLCHAIN]
    assert code == TOOLCHAIN_UNVERIFIED and "sumdb=off" in reason
    assert hashes(pulp) == {A: H1[A]}
    assert [path for path in toolchain.paths() if path.startswith(TOOLCHAIN)] == []


@pytest.mark.case("C-3")
def test_a_toolchain_that_the_database_does_not_know_is_refused(pulp, toolchain):
    path = lookup_path(TOOLCHAIN, TOOLCHAIN_VERSION)
    toolchain.fault(f"{toolchain.below}{path}", Fault(404))
    fields = {"sumdb": toolchain.database.key, "no_sumdb": [TOOLCHAIN]}
    task = pulp.sync(pulp.repository(), pulp.remote(toolchain, TOOLCHAIN_WORD, **fields))
    assert codes(task) == {TOOLCHAIN: UNKNOWN}
    assert pulp.module_versions() == []


@pytest.mark.case("C-40")
@pytest.mark.parametrize("status", [404, 410])
def test_an_upstream_without_a_database_names_the_choices(pulp, vouched, status):
    vouched.fault(f"{vouched.below}supported", Fault(status))
    repository = pulp.repository()
    task = sync(pulp, vouched, A, B, PRIVATE, repository=repository, no_sumdb=[PRIVATE])
    text = task["error"]["description"]
    assert task["state"] == "failed" and f"[{NO_DATABASE}]" in text
    assert all(choice in text for choice in ("sumdb_direct", "no_sumdb", "sumdb=off"))
    assert vouched.asked_database() == ["supported"]
    assert without(vouched.paths(), "supported", PRIVATE) == []
    assert pulp.held(repository) == [] and pulp.number(repository) == 0


@pytest.mark.case("C-40")
@pytest.mark.parametrize("answer", [Fault(400), Fault(500), Fault(204, body=b"")])
def test_only_not_found_means_that_there_is_no_database(pulp, vouched, answer):
    vouched.fault(f"{vouched.below}supported", answer)
    task = sync(pulp, vouched, A, B, PRIVATE, no_sumdb=[PRIVATE])
    assert codes(task) == {A: TROUBLE, B: TROUBLE}
    assert set(vouched.asked_database()) == {"supported"}
    assert hashes(pulp) == {PRIVATE: H1[PRIVATE]}


@contextmanager
def host(upstream):
    """Give the host of the upstream's database, and have the upstream serve it no more."""
    with SumDBUpstream(tls=True) as server:
        server.is_host = True
        server.database = Database(server.url.removeprefix("https://"))
        fill(server)
        upstream.database = server.database
        upstream.fault(f"{upstream.below}supported", Fault(404))
        yield server


def test_the_database_s_own_host_is_asked_if_the_remote_says_so(pulp, vouched):
    with host(vouched) as server:
        fields = {"ca_cert": server.certificate, "username": "who", "password": "s3cr3t"}
        headers = [{"X-Token": "s3cr3t"}]
        task = sync(pulp, vouched, A, B, C, sumdb_direct=True, headers=headers, **fields)
        assert task["result"]["added"] == 3
        assert vouched.asked_database() == ["supported"]
        assert server.paths() == without(FIRST, "supported")
        assert {name for one in server.requests for name in one.headers} == {
            *("host", "accept", "accept-encoding", "user-agent")
        }
        assert all("s3cr3t" in str(one.headers) for one in vouched.requests)


def test_it_is_not_asked_where_the_upstream_serves_the_database(pulp, vouched):
    with host(vouched) as server:
        vouched.mend(f"{vouched.below}supported")
        fields = {"ca_cert": server.certificate, "sumdb_direct": True}
        assert sync(pulp, vouched, A, B, C, **fields)["result"]["added"] == 3
        assert server.requests == []


@pytest.mark.case("C-4")
def test_a_host_whose_certificate_nobody_trusts_is_not_believed(pulp, vouched):
    with host(vouched) as server:
        task = sync(pulp, vouched, A, sumdb_direct=True)
        code, reason = failed(task)[A]
        assert code == TROUBLE and "certificate" in reason.lower()
        assert server.requests == []


def test_a_host_that_is_not_there_is_trouble(pulp, vouched):
    vouched.database = Database("sum.invalid")
    fill(vouched)
    vouched.fault(f"{vouched.below}supported", Fault(404))
    task = sync(pulp, vouched, A, sumdb_direct=True)
    assert codes(task) == {A: TROUBLE}
    assert "https://sum.invalid/" in failed(task)[A][1]


@pytest.mark.case("C-4")
def test_an_upstream_whose_certificate_nobody_trusts_vouches_for_nothing(pulp):
    with SumDBUpstream(tls=True) as upstream:
        fill(upstream)
        task = sync(pulp, upstream, A)
        code, reason = failed(task)[A]
        assert code == TROUBLE and "certificate" in reason.lower()
        assert upstream.requests == []


def test_a_known_name_with_another_key_is_refused(pulp, vouched):
    sync(pulp, vouched, A)
    known = vouched.database.key
    vouched.database = Database(seed=bytes(32))
    fill(vouched)
    task = sync(pulp, vouched, B)
    code, reason = failed(task)[B]
    assert code == BAD_DATABASE
    assert known in reason and vouched.database.key in reason
    assert hashes(pulp) == {A: H1[A]}


def test_two_domains_know_nothing_of_each_other(pulp, elsewhere, vouched):
    for domain in (pulp, elsewhere):
        vouched.requests.clear()
        sync(domain, vouched, A, B, C)
        assert vouched.asked_database() == FIRST


def test_what_came_without_a_database_is_verified_before_it_is_used_again(pulp, vouched):
    repository = pulp.repository()
    sync(pulp, vouched, A, repository=repository, sumdb="off")
    vouched.requests.clear()
    task = sync(pulp, vouched, A, repository=repository)
    assert (task["result"]["added"], task["result"]["failed"]) == (0, [])
    assert LOOKUPS[0] in vouched.asked_database()
    assert without(vouched.paths(), "sumdb/") == []
    vouched.requests.clear()
    sync(pulp, vouched, A, repository=repository)
    assert vouched.paths() == []


@pytest.mark.case("C-17")
def test_what_came_without_a_database_and_contradicts_it_is_refused(pulp, vouched):
    first = pulp.repository()
    sync(pulp, vouched, A, repository=first, sumdb="off")
    vouched.database = Database()
    vouched.database.add(A, VERSION, OTHER_H1, GO_MOD_H1[A])
    for repository in (first, pulp.repository()):
        task = sync(pulp, vouched, A, B, repository=repository, no_sumdb=[B])
        code, reason = failed(task)[A]
        assert code == MISMATCH and OTHER_H1 in reason and H1[A] in reason
    assert pulp.held(repository) == [f"{B}@{VERSION}"]
    assert json.dumps(hashes(pulp)) == json.dumps({A: H1[A], B: H1[B]})
