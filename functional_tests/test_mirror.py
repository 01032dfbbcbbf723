"""Mirror mode: the repository becomes equal to what is selected; what cannot be told stays."""

import pytest

from functional_tests.contentclient import fetch
from functional_tests.goprograms import CLI, GONE, LOG, WEB, C, put_modules
from functional_tests.moduletree import file_path, latest_path, list_path
from functional_tests.upstream import Fault
from functional_tests.workspace import done, report_of

A, B = "example.com/a", "example.com/b"
EVERYTHING = [f"{A}@v1.0.0", f"{A}@v1.1.0", f"{B}@v1.0.0"]
# Printed by `go mod download -json` of go1.26.8: the go.mod's of A at v1.0.0.
A_GO_MOD_H1 = "h1:DhNAN5ESgofBjUyC9S2g6VCJUhcIDhtNzG+3JuOOhyg="
CHANGED = {"a.go": "package a\n\nconst Changed = true\n"}
# The same of A at v1.0.0 with these files.
CHANGED_H1 = "h1:XttcIC/+u5SIUbd78iyiaw2XaL395hW5hH2D4SKI2us="
OTHER_H1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
OLD = f"module example.com/main\n\ngo 1.16\n\nrequire (\n\t{CLI} v1.0.0\n\t{WEB} v0.9.0\n)\n"


@pytest.fixture
def world(upstream):
    """An upstream with two versions of A and one of B."""
    for name in EVERYTHING:
        upstream.tree.add(*name.split("@"))
    return upstream


def mirrored(pulp, repository, upstream, *includes, **fields):
    """Sync in mirror mode; return (added, removed) and the first three cells of each failure."""
    task = pulp.sync(repository, pulp.remote(upstream, *includes, **fields), mirror=True)
    report = report_of(task)
    return (report["added"], report["removed"]), [row[:3] for row in report["failed"]]


WORDS = [
    ((f"{A}@>=v1.1.0",), [f"{A}@v1.1.0"]),
    ((f"{A}@v1.0.0", B), [f"{A}@v1.0.0", f"{B}@v1.0.0"]),
    ((B,), [f"{B}@v1.0.0"]),
    ((f"{A}@latest", f"{B}@latest"), [f"{A}@v1.1.0", f"{B}@v1.0.0"]),
]


@pytest.mark.parametrize(("words", "left"), WORDS)
def test_what_is_not_selected_goes(pulp, world, words, left):
    repository = pulp.synced(world, A, B)
    assert mirrored(pulp, repository, world, *words) == ((0, 3 - len(left)), [])
    assert pulp.held(repository) == left
    assert pulp.number(repository) == 2


def test_one_sync_brings_and_takes(pulp, world):
    repository = pulp.synced(world, A, B)
    world.tree.add(A, "v1.2.0")
    task = pulp.sync(repository, pulp.remote(world, f"{A}@>=v1.1.0"), mirror=True)
    assert task["result"] == {
        "added": 1,
        "removed": 2,
        "failed": [],
        "failed_count": 0,
        "toolchains": [],
    }
    assert (done(task)["sync.added"], done(task)["sync.removed"]) == (1, 2)
    assert pulp.held(repository) == [f"{A}@v1.1.0", f"{A}@v1.2.0"]
    assert pulp.number(repository) == 2


def test_excludes_make_it_go(pulp, world):
    repository = pulp.synced(world, A, B)
    assert mirrored(pulp, repository, world, A, B, excludes=[f"{A}@v1.0.0"]) == ((0, 1), [])
    assert pulp.held(repository) == [f"{A}@v1.1.0", f"{B}@v1.0.0"]


def test_what_uploads_or_other_remotes_brought_goes_too(pulp, world):
    repository = pulp.synced(world, f"{A}@v1.0.0")
    other = pulp.synced(world, B)
    units = [unit["pulp_href"] for unit in pulp.module_versions(module=B)]
    pulp.modify(repository, add_content_units=units)
    assert mirrored(pulp, repository, world, A) == ((1, 1), [])
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{A}@v1.1.0"]
    assert pulp.held(other) == [f"{B}@v1.0.0"]


def test_a_mirror_with_nothing_new_makes_no_version(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, f"{B}@v1.0.0")
    for _ in range(3):
        pulp.sync(repository, remote, mirror=True)
    pulp.sync(repository, remote, mirror=True, optimize=False)
    assert (pulp.number(repository), pulp.held(repository)) == (1, EVERYTHING)


def test_an_old_repository_version_serves_what_went(pulp, world):
    repository = pulp.synced(world, A, B)
    base = pulp.distribution(repository_version=pulp.latest(repository))
    mirrored(pulp, repository, world, B)
    assert fetch(base + file_path(A, "v1.0.0", "zip")).status == 200


LISTS = [
    (Fault(403), "GO0003"),
    (Fault(404), "GO0002"),
    (Fault(410), "GO0002"),
    (Fault(429), "GO0003"),
    (Fault(500), "GO0003"),
    (Fault(reset=True), "GO0003"),
    (Fault(sent=3), "GO0004"),
    (Fault(body=b"<html>please log in</html>\n"), "GO0004"),
    (Fault(body=b"v1.0.0\n<html>please log in</html>\n"), "GO0004"),
]


@pytest.mark.parametrize(("fault", "code"), LISTS)
def test_a_module_whose_list_fails_keeps_everything(pulp, world, fault, code):
    repository = pulp.synced(world, A, B)
    world.fault(list_path(A), fault)
    assert mirrored(pulp, repository, world, A, f"{B}@v1.0.0") == ((0, 0), [[A, "all", code]])
    assert pulp.held(repository) == EVERYTHING


def test_a_list_that_fails_keeps_nothing_of_other_modules(pulp, world):
    world.tree.add("example.com/c", "v1.0.0")
    repository = pulp.synced(world, A, B, "example.com/c")
    world.fault(list_path(A), Fault(500))
    assert mirrored(pulp, repository, world, A, B) == ((0, 1), [[A, "all", "GO0003"]])
    assert pulp.held(repository) == EVERYTHING


def test_a_list_that_fails_keeps_what_another_word_would_not(pulp, world):
    repository = pulp.synced(world, A, B)
    world.fault(list_path(A), Fault(500))
    words = (f"{A}@v1.1.0", f"{A}@<v1.0.0", B)
    assert mirrored(pulp, repository, world, *words) == ((0, 0), [[A, "<v1.0.0", "GO0003"]])
    assert pulp.held(repository) == EVERYTHING


def test_an_exact_version_that_is_gone_upstream_stays(pulp, world):
    repository = pulp.synced(world, A, B)
    for extension in ("info", "mod", "zip"):
        world.tree.remove(file_path(A, "v1.0.0", extension))
    world.tree.put(list_path(A), "")
    assert mirrored(pulp, repository, world, f"{A}@v1.0.0", B) == ((0, 1), [])
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{B}@v1.0.0"]


def test_an_exact_version_that_fails_stays_as_it_is(pulp, world):
    go_sum = f"{A} v1.0.0/go.mod {A_GO_MOD_H1}\n"
    repository = pulp.repository()
    pulp.sync(repository, pulp.remote(world, B, go_sum=go_sum))
    world.fault(file_path(A, "v1.0.0", "zip"), Fault(404))
    failed = [[A, "v1.0.0", "GO0002"]]
    assert mirrored(pulp, repository, world, f"{A}@v1.0.0", B) == ((0, 0), failed)
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{B}@v1.0.0"]
    assert pulp.module_versions(module=A)[0]["h1"] == ""


def test_a_version_of_which_other_bytes_are_expected_stays(pulp, world):
    repository = pulp.synced(world, A, B)
    go_sum = f"{A} v1.0.0 {OTHER_H1}\n"
    (counts, failed) = mirrored(pulp, repository, world, B, go_sum=go_sum)
    assert (counts, failed) == ((0, 1), [[A, "v1.0.0", "GO0006"]])
    assert pulp.held(repository) == [f"{A}@v1.0.0", f"{B}@v1.0.0"]


def test_a_version_that_came_with_other_bytes_stays(pulp, world):
    repository = pulp.synced(world, A, B)
    before = pulp.module_versions(repository_version=pulp.latest(repository), module=A)
    world.tree.add(A, "v1.0.0", CHANGED)
    go_sum = f"{A} v1.0.0 {CHANGED_H1}\n"
    failed = [[A, "v1.0.0", "GO0007"]]
    assert mirrored(pulp, repository, world, A, B, go_sum=go_sum) == ((0, 0), failed)
    after = pulp.module_versions(repository_version=pulp.latest(repository), module=A)
    assert after == before


def test_replacing_is_no_removal(pulp, world):
    repository = pulp.synced(world, A, B, allow_replacement=True)
    world.tree.add(A, "v1.0.0", CHANGED)
    world.tree.put(list_path(A), "v1.0.0\nv1.1.0\n")
    go_sum = f"{A} v1.0.0 {CHANGED_H1}\n"
    pulp.sync(repository, pulp.remote(world, A, B, go_sum=go_sum), mirror=True)
    assert pulp.held(repository) == EVERYTHING
    (unit, _) = pulp.module_versions(repository_version=pulp.latest(repository), module=A)
    assert unit["h1"] == CHANGED_H1


def test_strict_removes_nothing_where_something_failed(pulp, world):
    repository = pulp.synced(world, A, B)
    world.fault(list_path(A), Fault(500))
    task = pulp.sync(repository, pulp.remote(world, A), mirror=True, strict=True)
    assert task["state"] == "failed"
    assert (report_of(task)["added"], report_of(task)["removed"]) == (0, 0)
    assert (pulp.number(repository), pulp.held(repository)) == (1, EVERYTHING)


def test_a_whole_unit_stays_where_the_go_mod_would_be_enough(pulp, world):
    repository = pulp.synced(world, A, B)
    go_sum = f"{A} v1.0.0/go.mod {A_GO_MOD_H1}\n"
    assert mirrored(pulp, repository, world, B, go_sum=go_sum) == ((0, 1), [])
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository), module=A)
    assert unit["version"] == "v1.0.0" and unit["h1"] != ""


def test_the_zip_joins_the_go_mod(pulp, world):
    repository = pulp.repository()
    go_sum = f"{A} v1.0.0/go.mod {A_GO_MOD_H1}\n"
    pulp.sync(repository, pulp.remote(world, go_sum=go_sum))
    pulp.sync(repository, pulp.remote(world, f"{A}@v1.0.0"), mirror=True)
    (unit,) = pulp.module_versions(repository_version=pulp.latest(repository))
    assert unit["h1"] != ""
    base = pulp.distribution(repository=repository)
    assert fetch(base + file_path(A, "v1.0.0", "zip")).status == 200


@pytest.mark.parametrize("fault", [Fault(404), Fault(500), Fault(body=b"<html>\n")])
def test_a_graph_that_cannot_be_read_whole_removes_nothing(pulp, world, fault):
    put_modules(world.tree)
    repository = pulp.synced(world, A, f"{C}@v1.1.0")
    world.fault(file_path(CLI, "v0.9.0", "mod"), fault)
    remote = pulp.remote(world, f"{A}@v1.0.0", go_mods=[OLD])
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert (result["removed"], result["failed_count"]) == (0, 1)
    assert {f"{A}@v1.1.0", f"{C}@v1.1.0"} <= {*pulp.held(repository)}
    world.mend(file_path(CLI, "v0.9.0", "mod"))
    result = pulp.sync(repository, remote, mirror=True)["result"]
    assert (result["removed"], result["failed"]) == (2, [])
    assert pulp.held(repository) == [
        f"{A}@v1.0.0",
        f"{CLI}@v0.9.0",
        f"{CLI}@v1.0.0",
        f"{GONE}@v1.0.0",
        f"{LOG}@v1.0.0",
        f"{LOG}@v1.1.0",
        f"{LOG}@v1.2.0",
        f"{WEB}@v0.9.0",
    ]


def served(base, module):
    """Return the list that a distribution gives, and what its `@latest` is."""
    latest = fetch(base + latest_path(module))
    return fetch(base + list_path(module)).text, latest.status, latest.text.partition(',"Time')[0]


GONE_TAG = ("v1.0.0\nv1.1.0\n", 200, '{"Version":"v1.1.0"')


@pytest.mark.case("C-44")
def test_a_tag_that_is_gone_stays_in_an_additive_sync_and_goes_in_a_mirror(pulp, world):
    repository = pulp.synced(world, A, B)
    base = pulp.distribution(repository=repository)
    remote = pulp.remote(world, A)
    assert served(base, A) == GONE_TAG
    world.tree.put(list_path(A), "v1.0.0\n")
    pulp.sync(repository, remote)
    assert served(base, A) == GONE_TAG
    pulp.sync(repository, remote, mirror=True)
    assert served(base, A) == ("v1.0.0\n", 200, '{"Version":"v1.0.0"')
    assert fetch(base + file_path(A, "v1.1.0", "zip")).status == 404


@pytest.mark.case("C-44")
def test_where_all_tags_are_gone_list_and_latest_agree(pulp, world):
    repository = pulp.synced(world, A, f"{B}@v1.0.0")
    base = pulp.distribution(repository=repository)
    remote = pulp.remote(world, A, f"{B}@v1.0.0")
    world.tree.put(list_path(A), "")
    pulp.sync(repository, remote)
    assert served(base, A) == GONE_TAG
    pulp.sync(repository, remote, mirror=True)
    assert fetch(base + list_path(A)).status == 404
    assert fetch(base + latest_path(A)).status == 404
    assert pulp.held(repository) == [f"{B}@v1.0.0"]


def test_additive_after_a_mirror_removes_nothing(pulp, world):
    repository = pulp.repository()
    assert mirrored(pulp, repository, world, A) == ((2, 0), [])
    assert pulp.sync(repository, pulp.remote(world, B))["result"]["removed"] == 0
    assert pulp.held(repository) == EVERYTHING


def test_what_went_comes_back_and_is_not_downloaded_again(pulp, world):
    repository, remote = pulp.repository(), pulp.remote(world, A, B)
    pulp.sync(repository, remote)
    pulp.sync(repository, pulp.remote(world, B), mirror=True)
    world.requests.clear()
    assert pulp.sync(repository, remote)["result"]["added"] == 2
    assert pulp.held(repository) == EVERYTHING
    assert world.paths() == [list_path(A), list_path(B)]
