"""Upload: one zip is enough, and what `go` would refuse is refused, with nothing left behind."""

import hashlib
import io
import json
import os
import tempfile
import warnings
import zipfile
from base64 import b64decode
from pathlib import Path

import pytest

from functional_tests.contentclient import fetch
from functional_tests.moduletree import file_path, make_module_zip, make_zip
from functional_tests.uploads import Uploader
from functional_tests.upstream import Fault
from functional_tests.workspace import new_domain
from pulp_go.cli.contexts import PulpGoModuleContentContext

MODULE = "example.com/private/m"
GO_MOD = "module example.com/private/m\n\ngo 1.21\n"
FILES = {"go.mod": GO_MOD, "m.go": 'package m\n\nconst Word = "private"\n'}
CHANGED = FILES | {"m.go": 'package m\n\nconst Word = "changed"\n'}
# Go's own bad zips, as for pulp_go/tests/conformance.
BESIDE_THE_CHECKOUT = Path(__file__).parents[2] / "shared" / "vectors"
VECTORS = Path(os.environ.get("PULP_GO_VECTORS") or BESIDE_THE_CHECKOUT) / "zip.json"
# Printed by `go mod download -json` of go1.26.8.
H1 = "h1:7YHeyMtzETIoyn17xhen6YNbWhcl5ROTbWszP95PVw4="
GO_MOD_H1 = "h1:1OTb9jA6cWGeCat/PPq7lY99v11TtV0QGycWHiHHYLc="
CHANGED_H1 = "h1:0i8044QLZTBWeP1jpjmlQG69uEbouMZASQs3bwgTDrA="


def module_zip(version="v1.0.0", files=FILES, module=MODULE):
    return make_module_zip(module, version, files)


def entry(name, content="package m\n"):
    return {f"{MODULE}@v1.0.0/{name}": content}


@pytest.fixture
def uploader(live_pulp, pulp):
    return Uploader(live_pulp, pulp)


@pytest.fixture(scope="module")
def refusing(live_pulp):
    """An uploader in a domain where nothing is ever accepted."""
    with new_domain(live_pulp) as pulp:
        yield Uploader(live_pulp, pulp)


@pytest.fixture
def refused(live_pulp, refusing):
    """The same; at the end the domain holds nothing, and nothing waits anywhere."""
    media = live_pulp.home / "pulp" / "media"
    before = set(media.rglob("*"))
    yield refusing
    assert refusing.pulp.module_versions() == []
    assert refusing.pulp.count_artifacts() == 0
    assert live_pulp.spooled() == []
    assert [path for path in set(media.rglob("*")) - before if path.is_file()] == []


def test_a_zip_is_enough(pulp, uploader):
    reply = uploader.upload(module_zip())
    assert reply.status == 201
    unit = reply.body
    assert (unit["module"], unit["version"]) == (MODULE, "v1.0.0")
    assert (unit["h1"], unit["go_mod_h1"]) == (H1, GO_MOD_H1)
    assert (unit["declares"], unit["go_version"]) == (MODULE, "1.21")
    assert unit["artifact"]
    assert [each["pulp_href"] for each in pulp.module_versions()] == [unit["pulp_href"]]


def test_go_fetches_what_was_uploaded(pulp, uploader, go):
    repository = pulp.repository()
    reply = uploader.upload(module_zip(), repository=repository.pulp_href)
    assert (reply.status, reply.body["h1"]) == (201, H1)
    task = uploader.finish(module_zip("v1.1.0"), repository=repository.pulp_href)
    assert task["state"] == "completed", task
    assert pulp.held(repository) == [f"{MODULE}@v1.0.0", f"{MODULE}@v1.1.0"]
    client = go(pulp.distribution(repository=repository.pulp_href))
    client.write(
        go_mod="module example.com/program\n\ngo 1.21\n",
        main_go=f'package main\n\nimport "{MODULE}"\n\nfunc main() {{ print(m.Word) }}\n',
    )
    client.run("get", f"{MODULE}@v1.0.0")
    assert client.run_program() == "private"
    assert client.download(f"{MODULE}@v1.0.0") == {f"{MODULE}@v1.0.0": H1}
    assert client.run("list", "-m", "-versions", MODULE).split()[1:] == ["v1.0.0", "v1.1.0"]


@pytest.mark.case("C-43")
def test_the_latest_is_the_highest_and_not_the_last_uploaded(pulp, uploader, go):
    repository = pulp.repository()
    for version in ("v1.2.0", "v1.1.1"):
        reply = uploader.upload(module_zip(version), repository=repository.pulp_href)
        assert reply.status == 201
    url = pulp.distribution(repository=repository.pulp_href)
    assert '"Version":"v1.2.0"' in fetch(f"{url}{MODULE}/@latest").text
    assert go(url).run("list", "-m", f"{MODULE}@latest").split() == [MODULE, "v1.2.0"]


def test_a_zip_without_go_mod_gets_the_one_that_go_makes_up(pulp, uploader):
    repository = pulp.repository()
    data = module_zip("v2.0.0+incompatible", {"m.go": "package m\n"})
    reply = uploader.upload(data, repository=repository.pulp_href)
    assert (reply.status, reply.body["version"]) == (201, "v2.0.0+incompatible")
    url = pulp.distribution(repository=repository.pulp_href)
    assert fetch(url + file_path(MODULE, "v2.0.0+incompatible", "mod")).text == f"module {MODULE}\n"


def dated(*date):
    """Return a module zip whose second file was changed at `date`, the first never."""
    buffer = io.BytesIO(make_zip(entry("go.mod", GO_MOD)))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(zipfile.ZipInfo(f"{MODULE}@v1.0.0/m.go", date), "package m\n")
    return buffer.getvalue()


def test_the_time_is_the_given_one_or_the_newest_of_the_zip(pulp, uploader):
    data = dated(2021, 3, 4, 5, 6, 8)
    reply = uploader.upload(data)
    assert reply.body["time"] == "2021-03-04T05:06:08Z"
    given = uploader.upload(data, time="2022-01-02T03:04:05+01:00")
    assert given.body["time"] == "2022-01-02T02:04:05Z"
    repository = pulp.repository()
    pulp.modify(repository, add_content_units=[given.body["pulp_href"]])
    url = pulp.distribution(repository=repository.pulp_href)
    info = fetch(url + file_path(MODULE, "v1.0.0", "info")).text
    assert info == '{"Version":"v1.0.0","Time":"2022-01-02T02:04:05Z"}'


def test_to_upload_the_same_again_changes_nothing(pulp, uploader):
    repository = pulp.repository()
    first = uploader.upload(module_zip(), repository=repository.pulp_href)
    before = pulp.latest(repository)
    again = uploader.upload(module_zip(), repository=repository.pulp_href)
    assert (again.status, again.body["pulp_href"]) == (201, first.body["pulp_href"])
    task = uploader.finish(module_zip(), repository=repository.pulp_href)
    assert (task["state"], task["result"]["added"]) == ("completed", False)
    alone = uploader.upload(module_zip())
    assert alone.body["pulp_href"] == first.body["pulp_href"]
    assert pulp.latest(repository) == before
    assert pulp.count_artifacts() == 1


@pytest.mark.case("C-51")
def test_a_held_version_with_other_bytes_is_409(live_pulp, pulp, uploader):
    repository = pulp.repository()
    uploader.upload(module_zip(), repository=repository.pulp_href)
    before = pulp.latest(repository)
    reply = uploader.upload(module_zip(files=CHANGED), repository=repository.pulp_href)
    assert reply.status == 409
    assert "[GO0007]" in reply.body["detail"]
    assert H1 in reply.body["detail"] and CHANGED_H1 in reply.body["detail"]
    task = uploader.finish(module_zip(files=CHANGED), repository=repository.pulp_href)
    assert task["state"] == "failed"
    assert task["error"]["error_code"] == "GO0007"
    assert H1 in task["error"]["description"] and CHANGED_H1 in task["error"]["description"]
    assert pulp.latest(repository) == before
    assert [unit["h1"] for unit in pulp.module_versions()] == [H1]
    assert pulp.count_artifacts() == 1
    assert live_pulp.spooled() == []


def test_what_a_repository_may_replace_is_replaced_unless_the_upload_says_no(pulp, uploader):
    repository = pulp.repository(allow_replacement=True)
    href = repository.pulp_href
    uploader.upload(module_zip(), repository=href)
    kept = uploader.upload(module_zip(files=CHANGED), repository=href, overwrite=False)
    assert kept.status == 409
    replaced = uploader.upload(module_zip(files=CHANGED), repository=href)
    assert (replaced.status, replaced.body["h1"]) == (201, CHANGED_H1)
    units = pulp.module_versions(repository_version=pulp.latest(repository))
    assert [unit["h1"] for unit in units] == [CHANGED_H1]


def test_without_a_repository_other_bytes_are_another_unit(pulp, uploader):
    assert uploader.upload(module_zip()).status == 201
    assert uploader.upload(module_zip(files=CHANGED)).status == 201
    assert sorted(unit["h1"] for unit in pulp.module_versions()) == sorted([H1, CHANGED_H1])


def test_while_a_sync_holds_the_repository_a_task_waits_to_add(pulp, uploader, upstream):
    upstream.tree.add("example.com/a", "v1.0.0")
    upstream.fault(file_path("example.com/a", "v1.0.0", "zip"), Fault(stall=True))
    repository = pulp.repository()
    remote = pulp.remote(upstream, "example.com/a@v1.0.0")
    sync = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    reply = uploader.upload(module_zip(), repository=repository.pulp_href)
    assert reply.status == 202
    assert [unit["h1"] for unit in pulp.module_versions(module=MODULE)] == [H1]
    upstream.release()
    assert pulp.finished(sync)["state"] == "completed"
    assert pulp.finished(reply.body["task"])["state"] == "completed"
    assert pulp.held(repository) == ["example.com/a@v1.0.0", f"{MODULE}@v1.0.0"]


def test_labels_come_with_the_unit(uploader):
    reply = uploader.upload(module_zip(), pulp_labels={"team": "blue"})
    assert reply.body["pulp_labels"] == {"team": "blue"}
    assert uploader.upload(module_zip(), pulp_labels="{").status == 400


def test_pulp_glue_uploads(pulp, tmp_path):
    repository = pulp.repository()
    path = tmp_path / "module.zip"
    path.write_bytes(module_zip())
    content = PulpGoModuleContentContext(pulp.context)
    with open(path, "rb") as file:
        content.create({"file": file, "repository": repository.pulp_href, "module": MODULE})
    assert pulp.held(repository) == [f"{MODULE}@v1.0.0"]


@pytest.mark.case("C-25")
@pytest.mark.parametrize("synchronous", [True, False])
def test_a_chunk_that_is_sent_twice_counts_once(live_pulp, pulp, uploader, synchronous):
    data = module_zip(files=FILES | {"data.go": "package m\n" * 1000})
    href = uploader.new_upload(len(data))
    middle = len(data) // 2
    uploader.chunk(href, data, middle, len(data))
    uploader.chunk(href, data, 0, middle)
    uploader.chunk(href, data, 0, middle)
    # Once more, cut otherwise: each byte has its place.
    uploader.chunk(href, data, middle - 10, middle + 10)
    if synchronous:
        assert uploader.upload(upload=href).status == 201
    else:
        assert uploader.finish(upload=href)["state"] == "completed"
    [unit] = pulp.module_versions()
    artifact = uploader.form("GET", unit["artifact"], None, {}).body
    assert artifact["sha256"] == hashlib.sha256(data).hexdigest()
    assert uploader.form("GET", href, None, {}).status == 404
    assert live_pulp.spooled() == []


def test_an_upload_with_a_gap_waits_for_the_rest(pulp, uploader):
    data = module_zip()
    href = uploader.new_upload(len(data))
    uploader.chunk(href, data, 0, 10)
    uploader.chunk(href, data, 20, len(data))
    reply = uploader.upload(upload=href)
    assert reply.status == 400
    assert f"[GO0011] byte 10 of {len(data)}" in reply.body["detail"]
    assert uploader.finish(upload=href)["error"]["error_code"] == "GO0011"
    uploader.chunk(href, data, 10, 20)
    assert uploader.upload(upload=href).status == 201


def test_an_artifact_becomes_a_module_version(pulp, uploader):
    path = pulp.context.api_path + "artifacts/"
    artifact = uploader.form("POST", path, module_zip(), {}).body["pulp_href"]
    reply = uploader.upload(artifact=artifact)
    assert (reply.status, reply.body["artifact"]) == (201, artifact)
    bad = uploader.form("POST", path, b"no zip", {}).body["pulp_href"]
    task = uploader.finish(artifact=bad)
    assert task["error"]["error_code"] == "GO0005"
    # It is not ours to remove.
    assert pulp.count_artifacts() == 2


def corrupt():
    """Return a zip whose content is not what its directory says."""
    data = bytearray(make_zip(entry("m.go", "package m // some words"), compressed=False))
    data[data.index(b"some")] ^= 1
    return bytes(data)


BAD = {
    # what is wrong: the zip, what is said beside it, words of the reason
    "not a zip": (b"no zip", {}, "not a valid zip file"),
    "cut off": (module_zip()[:-30], {}, "not a valid zip file"),
    "corrupt": (corrupt(), {}, "checksum error"),
    "no entry": (make_zip({}), {}, "no file in the zip"),
    "no prefix": (make_zip({"m.go": "package m\n"}), {}, "does not have prefix"),
    "another prefix": (make_zip(entry("m.go") | {"x@v1.0.0/m.go": ""}), {}, "prefix"),
    "another module": (module_zip(), {"module": "example.com/other"}, f"{MODULE}@v1.0.0"),
    "another version": (module_zip(), {"version": "v1.0.1"}, f"{MODULE}@v1.0.0"),
    "a newline": (module_zip(), {"version": "v1.0.0\n"}, f"{MODULE}@v1.0.0"),
    "a newline in the zip": (module_zip("v1.0.0\nv1.0.1"), {}, "v1.0.0"),
    "a digit of another script": (module_zip("v1.0.١"), {}, "v1.0.١"),
    "a NUL": (bytes(module_zip(module="a.b/cXd")).replace(b"cXd", b"c\0d"), {}, "c\ufffdd@v1.0.0"),
    "no path": (module_zip(module="EXAMPLE"), {}, "EXAMPLE"),
    "wrong major": (module_zip("v2.0.0"), {}, "should be v0 or v1, not v2"),
    "wrong major suffix": (module_zip(module=f"{MODULE}/v2"), {}, "should be v2, not v1"),
    "short version": (module_zip("v1.0"), {}, "v1.0"),
    "build": (module_zip("v1.0.0+meta"), {}, "v1.0.0+meta"),
    "no version": (module_zip("master"), {}, "master"),
    "incompatible with go.mod": (module_zip("v2.0.0+incompatible"), {}, "go.mod"),
    "go.mod of another major": (
        make_zip(entry("go.mod", f"module {MODULE}/v2\n")),
        {},
        "its major version is not that of",
    ),
    "go.mod without module": (make_zip(entry("go.mod", "go 1.21\n")), {}, "no module path"),
    "go.mod that does not parse": (
        make_zip(entry("go.mod", GO_MOD + "require (\n")),
        {},
        "go.mod:",
    ),
    "go.mod in capitals": (make_zip(entry("GO.MOD")), {}, "lowercase"),
    "go.mod below the root": (make_zip(entry("sub/go.mod")), {}, "not in module root"),
    "an absolute name": (make_zip(entry("/etc/passwd")), {}, "empty path element"),
    "a way out": (make_zip(entry("../m.go")), {}, "invalid path element"),
    "a backslash": (make_zip(entry("a\\m.go")), {}, "invalid character"),
    "a name of Windows": (make_zip(entry("aux.go")), {}, "on Windows"),
    "names that differ in case": (make_zip(entry("a.go") | entry("A.go")), {}, "case-insensitive"),
    "a file and a directory": (make_zip(entry("a") | entry("a/b.go")), {}, "file and a directory"),
}


@pytest.mark.case("C-5")
@pytest.mark.case("C-51")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_zip_is_400(refused, name):
    data, said, words = BAD[name]
    reply = refused.upload(data, **said)
    assert reply.status == 400
    assert reply.body["detail"].startswith("[GO0005]")
    assert words in reply.body["detail"]


@pytest.mark.parametrize("name", ["not a zip", "wrong major", "a NUL", "a file and a directory"])
def test_a_bad_zip_fails_its_task(refused, name):
    data, said, words = BAD[name]
    task = refused.finish(data, **said)
    assert task["state"] == "failed"
    assert task["error"]["error_code"] == "GO0005"
    assert words in task["error"]["description"]


def test_a_bad_zip_in_chunks_is_gone_with_its_chunks(refused):
    for send in (refused.upload, refused.finish):
        href = refused.new_upload(6)
        refused.chunk(href, b"no zip", 0, 6)
        send(upload=href)
        assert refused.form("GET", href, None, {}).status == 404


def test_what_is_too_large_is_refused_unread(refused):
    with tempfile.TemporaryFile() as sparse:
        sparse.truncate(600 << 20)
        for send in (refused.upload, refused.start):
            reply = send(sparse)
            assert reply.status == 400
            assert "too large (max 524288000 bytes)" in reply.body["file"][0]
    href = refused.new_upload(600 << 20)
    assert refused.upload(upload=href).status == 400
    assert refused.form("DELETE", href, None, {}).status == 204


REFUSED = [
    # what is sent, the field that the answer names
    ((b"",), {}, "file"),
    ((), {}, "non_field_errors"),
    ((module_zip(),), {"artifact": "/pulp/api/v3/artifacts/nobody/"}, "artifact"),
    ((module_zip(),), {"time": "yesterday"}, "time"),
    ((module_zip(),), {"info": "{}"}, "info"),
    ((module_zip(),), {"file_url": "http://127.0.0.1/"}, "file_url"),
    ((module_zip(),), {"repository": "/pulp/api/v3/repositories/go/go/nobody/"}, "repository"),
]


@pytest.mark.parametrize(("data", "said", "field"), REFUSED)
def test_what_makes_no_sense_is_refused_at_once(refused, data, said, field):
    for send in (refused.upload, refused.start):
        reply = send(*data, **said)
        assert reply.status == 400
        assert field in reply.body


def test_a_repository_of_another_domain_is_refused(refused, elsewhere):
    href = elsewhere.repository().pulp_href
    for send in (refused.upload, refused.start):
        assert send(module_zip(), repository=href).status == 400
    assert elsewhere.module_versions() == []


def test_what_is_declared_and_what_comes_out_are_compared(refused):
    """A zip that says less than it holds is no way past the limits."""
    data = bytearray(make_zip(entry("m.go", "x" * 5000)))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    assert "larger than declared" in refused.upload(bytes(data)).body["detail"]


def zip_of(entries):
    """Return a zip that declares what a vector says; what it has no content of stays without."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.filterwarnings("ignore", "Duplicate name")
        for each in entries or []:
            archive.writestr(zipfile.ZipInfo(each["Name"]), b64decode(each.get("data_b64", "")))
            archive.infolist()[-1].file_size = each["Size"]
    return buffer.getvalue()


@pytest.mark.skipif(not VECTORS.is_file(), reason="no vectors: PULP_GO_VECTORS names no folder")
@pytest.mark.parametrize(("array", "field"), [("check_zip", "Entries"), ("unzip", "Files")])
def test_what_go_refuses_is_refused(refused, array, field):
    cases = [case for case in json.loads(VECTORS.read_bytes())[array] if case["Err"]]
    assert len(cases) > 10
    for case in cases:
        data = zip_of(case[field])
        reply = refused.upload(data, module=case["Path"], version=case["Version"])
        assert reply.status == 400, case["Name"]
