"""An upstream that is wrong in every way, all in one sync, and what each way is called.

Each row spoils one module version. One sync wants them all beside a good one; then the task names
each failure, the good one is there, and nothing else is, in no table and in no directory.
"""

import struct

import pytest

from functional_tests.contentclient import fetch
from functional_tests.moduletree import (
    file_path,
    list_path,
    make_info,
    make_module_zip,
    make_zip,
)
from functional_tests.upstream import Fault, Upstream, unreachable
from functional_tests.workspace import new_domain, report_of

GOOD = "example.com/good"
VERSION = "v1.0.0"
NOT_FOUND, TROUBLE, BAD_REPLY, BAD_MODULE = "GO0002", "GO0003", "GO0004", "GO0005"
HTML = b"<!DOCTYPE html>\n<html><body>Please log in.</body></html>\n"


def fault(extension, **details):
    """Return what puts a fault on one file of a module version."""
    return lambda upstream, module: upstream.fault(
        file_path(module, VERSION, extension), Fault(**details)
    )


def body(extension, content):
    """Return what serves other bytes as one file of a module version."""
    return lambda upstream, module: upstream.tree.put(
        file_path(module, VERSION, extension), content
    )


def zip_of(add=(), foreign=()):
    """Return what serves a zip with a good go.mod and more entries.

    Args:
        add: Names below the module's prefix.
        foreign: Names as they stand.
    """

    def spoil(upstream, module):
        prefix = f"{module}@{VERSION}/"
        files = {f"{prefix}go.mod": upstream.tree.files[file_path(module, VERSION, "mod")]}
        files |= dict.fromkeys([*(f"{prefix}{name}" for name in add), *foreign], "x\n")
        upstream.tree.put(file_path(module, VERSION, "zip"), make_zip(files))

    return spoil


def zip_declares(size, content):
    """Return what serves a zip whose directory declares another size than `content` has."""

    def spoil(upstream, module):
        files = {"go.mod": upstream.tree.files[file_path(module, VERSION, "mod")], "big": content}
        data = bytearray(make_module_zip(module, VERSION, files))
        # The uncompressed size stands 24 bytes into a record of the central directory (APPNOTE
        # 4.3.12); the record of `big` is the last.
        record = data.rindex(b"PK\x01\x02")
        data[record + 24 : record + 28] = struct.pack("<I", size)
        upstream.tree.put(file_path(module, VERSION, "zip"), bytes(data))

    return spoil


def no_zip_of_its_own(upstream, module):
    """Serve the zip of another module."""
    other = make_module_zip(GOOD, VERSION, {"go.mod": f"module {GOOD}\n"})
    upstream.tree.put(file_path(module, VERSION, "zip"), other)


def cut(extension):
    """Return what declares a whole file and sends half of it."""
    return lambda upstream, module: upstream.fault(
        file_path(module, VERSION, extension),
        Fault(sent=len(upstream.tree.files[file_path(module, VERSION, extension)]) // 2),
    )


def redirect_to_itself(upstream, module):
    """Redirect a file to itself."""
    path = file_path(module, VERSION, "mod")
    upstream.fault(path, Fault(302, headers={"Location": f"/{path}"}))


ROWS = [
    ("m401", fault("mod", status=401), TROUBLE, "401"),
    ("m403", fault("mod", status=403), TROUBLE, "403"),
    ("m404", fault("mod", status=404), NOT_FOUND, "404"),
    ("m410", fault("mod", status=410), NOT_FOUND, "410"),
    ("m429", fault("mod", status=429), TROUBLE, "429"),
    ("m500", fault("mod", status=500), TROUBLE, "500"),
    ("m503", fault("mod", status=503), TROUBLE, "503"),
    ("m204", fault("mod", status=204, body=b""), TROUBLE, "204"),
    ("z403", fault("zip", status=403), TROUBLE, "403"),
    ("z404", fault("zip", status=404), NOT_FOUND, "404"),
    ("z410", fault("zip", status=410), NOT_FOUND, "410"),
    ("z503", fault("zip", status=503), TROUBLE, "503"),
    ("i500", fault("info", status=500), TROUBLE, "500"),
    ("reason", fault("mod", status=403, body=b"no, and why\n"), TROUBLE, "no, and why"),
    ("reset", fault("zip", reset=True), TROUBLE, "zip"),
    ("stall", fault("zip", stall=True), TROUBLE, "zip"),
    ("loop", redirect_to_itself, BAD_REPLY, "v1.0.0.mod"),
    ("icut", cut("info"), BAD_REPLY, "info"),
    ("mcut", cut("mod"), BAD_REPLY, "mod"),
    ("zcut", cut("zip"), BAD_REPLY, "zip"),
    ("ilong", fault("info", declared=4096), BAD_REPLY, "info"),
    ("zlong", fault("zip", declared=1 << 20), BAD_REPLY, "zip"),
    ("istump", body("info", make_info(VERSION)[:20]), BAD_REPLY, ""),
    ("mstump", body("mod", "module example.com/ms"), BAD_MODULE, "differs"),
    ("zstump", body("zip", b"PK\x03\x04" + bytes(60)), BAD_MODULE, "zip"),
    # More than was declared: whether a client sees the rest depends on when it comes.
    ("zshort", fault("zip", declared=64), (TROUBLE, BAD_REPLY, BAD_MODULE), "zip"),
    ("ihtml", body("info", HTML), BAD_REPLY, ""),
    ("iarray", body("info", b"[]"), BAD_REPLY, ""),
    ("iempty", body("info", b"{}"), BAD_REPLY, ""),
    ("itime", body("info", make_info(VERSION, "yesterday")), BAD_REPLY, ""),
    ("iother", body("info", make_info("v1.0.1")), BAD_REPLY, "v1.0.1"),
    ("inewline", body("info", make_info("v1.0.0\n")), BAD_REPLY, ""),
    ("mhtml", body("mod", HTML), BAD_MODULE, "go.mod"),
    ("mother", body("mod", "module example.com/other\n"), BAD_MODULE, "differs"),
    ("mbroken", body("mod", 'module "unterminated\n'), BAD_MODULE, "go.mod"),
    ("zhtml", body("zip", HTML), BAD_MODULE, "zip"),
    ("zempty", body("zip", b""), BAD_MODULE, "zip"),
    ("zforeign", no_zip_of_its_own, BAD_MODULE, "good@v1.0.0"),
    ("zplain", zip_of(foreign=["README.md"]), BAD_MODULE, "README.md"),
    ("zroot", zip_of(foreign=["/etc/passwd"]), BAD_MODULE, "/etc/passwd"),
    ("zabsolute", zip_of(add=["/etc/passwd"]), BAD_MODULE, "passwd"),
    ("zparent", zip_of(add=["../evil.go"]), BAD_MODULE, "evil.go"),
    ("zdot", zip_of(add=["a/./evil.go"]), BAD_MODULE, "evil.go"),
    ("ztwins", zip_of(add=["a.go", "A.go"]), BAD_MODULE, "case-insensitive"),
    ("zfolded", zip_of(add=["k/a.go", "\u212a/a.go"]), BAD_MODULE, "case-insensitive"),
    ("znested", zip_of(add=["sub/go.mod"]), BAD_MODULE, "sub/go.mod"),
    ("zgomod", zip_of(add=["GO.MOD"]), BAD_MODULE, "GO.MOD"),
    ("zreserved", zip_of(add=["aux.go"]), BAD_MODULE, "aux.go"),
    ("zfiledir", zip_of(add=["a", "a/b.go"]), BAD_MODULE, "a"),
    ("zbomb", zip_declares(600 << 20, b"x"), BAD_MODULE, "large"),
    ("zliar", zip_declares(10, b"\0" * (32 << 20)), BAD_MODULE, "big"),
]


def module(name):
    """Return the module path of a row."""
    return f"example.com/{name}"


@pytest.fixture(scope="module")
def outcome(live_pulp):
    """The workspace, the task and the repository version after the one sync."""
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        upstream.tree.add(GOOD, VERSION)
        for name, spoil, _, _ in ROWS:
            upstream.tree.add(module(name), VERSION)
            spoil(upstream, module(name))
        words = [f"{module(name)}@{VERSION}" for name, *_ in ROWS]
        remote = pulp.remote(upstream, f"{GOOD}@{VERSION}", *words, sock_read_timeout=5)
        repository = pulp.repository()
        task = pulp.sync(repository, remote)
        yield pulp, task, pulp.latest(repository)


@pytest.fixture
def failed(outcome):
    """Code and reason of each failed module version, by module."""
    return {path: (code, reason) for path, _, code, reason in outcome[1]["result"]["failed"]}


@pytest.mark.parametrize(("name", "code", "word"), [(row[0], *row[2:]) for row in ROWS])
def test_each_wrong_has_its_name(failed, name, code, word):
    assert failed[module(name)][0] in code, failed[module(name)]
    assert word in failed[module(name)][1]


def test_the_rest_of_the_sync_is_unharmed(outcome):
    pulp, task, version = outcome
    assert task["state"] == "completed"
    assert (task["result"]["added"], task["result"]["failed_count"]) == (1, len(ROWS))
    assert [unit["module"] for unit in pulp.module_versions(repository_version=version)] == [GOOD]


@pytest.mark.case("C-31")
def test_nothing_else_is_stored(outcome, live_pulp):
    pulp = outcome[0]
    assert [unit["module"] for unit in pulp.module_versions()] == [GOOD]
    assert pulp.count_artifacts() == 1
    assert live_pulp.spooled() == []


def test_an_unreachable_upstream(pulp):
    with unreachable() as url:
        task = pulp.sync(pulp.repository(), pulp.remote(url, f"{GOOD}@{VERSION}", f"{GOOD}/v2"))
    assert task["state"] == "failed"
    assert {tuple(row[:3]) for row in report_of(task)["failed"]} == {
        (GOOD, VERSION, TROUBLE),
        (f"{GOOD}/v2", "all", TROUBLE),
    }


@pytest.mark.case("C-4")
def test_a_certificate_that_nobody_trusts_is_refused_unless_told_otherwise(pulp):
    with Upstream(tls=True) as upstream:
        upstream.tree.add(GOOD, VERSION)
        word = f"{GOOD}@{VERSION}"
        refused = pulp.sync(pulp.repository(), pulp.remote(upstream, word))
        ((_, _, code, reason),) = report_of(refused)["failed"]
        assert code == TROUBLE and "certificate" in reason.lower()
        assert upstream.requests == []
        told = pulp.remote(upstream, word, ca_cert=upstream.certificate)
        assert pulp.sync(pulp.repository(), told)["result"]["added"] == 1


def test_tls_validation_may_be_switched_off_for_a_remote(pulp):
    with Upstream(tls=True) as upstream:
        upstream.tree.add(GOOD, VERSION)
        remote = pulp.remote(upstream, f"{GOOD}@{VERSION}", tls_validation=False)
        assert pulp.sync(pulp.repository(), remote)["result"]["added"] == 1


RETRIED = [Fault(429, headers={"Retry-After": "1"}), Fault(503), Fault(reset=True), Fault(sent=9)]


@pytest.mark.parametrize("trouble", RETRIED)
def test_trouble_that_passes_is_tried_again(pulp, upstream, trouble):
    upstream.tree.add(GOOD, VERSION)
    path = file_path(GOOD, VERSION, "mod")
    upstream.fault(path, trouble, Fault())
    remote = pulp.remote(upstream, f"{GOOD}@{VERSION}", max_retries=2)
    assert pulp.sync(pulp.repository(), remote)["result"]["added"] == 1
    first, second = upstream.asked(path)
    if "Retry-After" in trouble.headers:
        assert second.at - first.at >= 1.0


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_clear_no_is_not_asked_again(pulp, upstream, status):
    upstream.tree.add(GOOD, VERSION)
    path = file_path(GOOD, VERSION, "mod")
    upstream.fault(path, Fault(status))
    remote = pulp.remote(upstream, f"{GOOD}@{VERSION}", max_retries=2)
    assert pulp.sync(pulp.repository(), remote)["state"] == "failed"
    assert len(upstream.asked(path)) == 1


JUNK = (
    "v1.1.0\n\nv1.1.0\nnot-a-version\n<html>\nv1.1\nv1.1.0+meta\nV1.1.0\nv2.0.0\nv1.\u0661.0\n"
    "v0.0.0-20240102030405-abcdef012345\n  v1.2.0 2024-01-02T03:04:05Z\n../../etc/passwd\n"
)


@pytest.mark.case("C-5")
@pytest.mark.case("C-24")
def test_junk_in_a_list_is_told_and_never_listed(pulp, upstream):
    upstream.tree.add(GOOD, "v1.1.0")
    upstream.tree.add(GOOD, "v1.2.0")
    upstream.tree.put(list_path(GOOD), JUNK)
    repository = pulp.repository()
    task = pulp.sync(repository, pulp.remote(upstream, GOOD))
    ((path, _, code, reason),) = task["result"]["failed"]
    assert (path, code, task["result"]["added"]) == (GOOD, BAD_REPLY, 2)
    assert reason.startswith("8 lines of @v/list ")
    base = pulp.distribution(repository=repository)
    assert fetch(base + list_path(GOOD)).text == "v1.1.0\nv1.2.0\n"


LISTS = [
    (Fault(401), TROUBLE),
    (Fault(403), TROUBLE),
    (Fault(404), NOT_FOUND),
    (Fault(410), NOT_FOUND),
    (Fault(500), TROUBLE),
    (Fault(body=HTML, headers={"Content-Type": "text/html"}), BAD_REPLY),
    (Fault(declared=4096), BAD_REPLY),
]


def test_a_list_that_is_none(pulp, upstream):
    upstream.tree.add(GOOD, VERSION)
    names = [module(f"list{number}") for number in range(len(LISTS))]
    for name, (wrong, _) in zip(names, LISTS, strict=True):
        upstream.tree.add(name, VERSION)
        upstream.fault(list_path(name), wrong)
    task = pulp.sync(pulp.repository(), pulp.remote(upstream, GOOD, *names))
    assert task["result"]["added"] == 1
    codes = {path: code for path, _, code, _ in task["result"]["failed"]}
    assert codes == dict(zip(names, (code for _, code in LISTS), strict=True))


def test_credentials_go_to_the_upstream_and_into_no_report(pulp, upstream):
    upstream.tree.add(GOOD, VERSION)
    upstream.fault(file_path(GOOD, VERSION, "mod"), Fault(401))
    remote = pulp.remote(upstream, f"{GOOD}@{VERSION}", username="who", password="s3cr3t")
    task = pulp.sync(pulp.repository(), remote)
    assert upstream.requests[0].headers["authorization"] == "Basic d2hvOnMzY3IzdA=="
    assert "s3cr3t" not in str(task) and "d2hvOnMzY3IzdA" not in str(task)
