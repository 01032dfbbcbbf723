import pytest

from pulp_go.gomod.codehost import TreeFile
from pulp_go.gomod.coderepo import CodeRepo, Place
from pulp_go.gomod.errors import CodeHostError, FileTooLargeError, InvalidPathError, RevisionError
from pulp_go.tests.codehost_contract import History, Link, MemoryHost, Node, blob_id

ROOT = "example.com/m"
MOD, SUB = b"module example.com/m\n", b"module example.com/m/sub\n"
RETRACTING = b"module example.com/m\n\nretract v1.1.0\n"
EMPTY_SUM = "t1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def commits(*nodes):
    """Return commits a1, a2, ... of (labels of the parents, files): of 2017-07-15 and so on."""
    return {
        f"a{number}": Node(parents, files, 1_500_000_000 + 86_400 * number)
        for number, (parents, files) in enumerate(nodes, 1)
    }


def tags(**names):
    return {f"refs/tags/{name}": label for label, found in names.items() for name in found.split()}


# A history with a module in the root and one in sub.
PLAIN = History(
    commits=commits(
        ("", {"go.mod": MOD}),
        ("a1", {"go.mod": MOD}),
        ("a2", {"go.mod": MOD, "sub/go.mod": SUB}),
        ("a3", {"go.mod": RETRACTING, "sub/go.mod": SUB}),
        ("a1", {"go.mod": MOD, "sub/go.mod": SUB}),
        ("a4 a5", {"go.mod": MOD, "sub/go.mod": SUB}),
    ),
    refs={"HEAD": "a6", "refs/heads/main": "a6", "refs/heads/side": "a5", "refs/heads/v1.5.0": "a3"}
    | tags(a1="v0.9.0 start", a2="v1.0.0 v1.0.0-rc.1 v1.1.0", a3="sub/v0.1.0 v1.1.1+meta",
           a4="v1.2.0 v2.0.0 sub/v1.0.0+x"),
)  # fmt: skip
STATS = [
    ("", "v1.0.0", "v1.0.0", "a2"),
    ("", "v1.0.0-rc.1", "v1.0.0-rc.1", "a2"),
    # A retracted version is there for who asks for it, ...
    ("", "v1.1.0", "v1.1.0", "a2"),
    # ... but is what no other query leads to, nor is anything based on it.
    ("", "a2a2a2a", "v1.0.0", "a2"),
    ("", "start", "v0.9.0", "a1"),
    ("", "main", "v1.2.1-0.20170720024000-a6a6a6a6a6a6", "a6"),
    ("", "HEAD", "v1.2.1-0.20170720024000-a6a6a6a6a6a6", "a6"),
    ("", "latest", "v1.2.1-0.20170720024000-a6a6a6a6a6a6", "a6"),
    ("", "side", "v0.9.1-0.20170719024000-a5a5a5a5a5a5", "a5"),
    # Of tags with a build just the base counts.
    ("", "a3a3a3a3a3", "v1.1.2-0.20170717024000-a3a3a3a3a3a3", "a3"),
    ("", "v1.1.1+meta", "v1.1.2-0.20170717024000-a3a3a3a3a3a3", "a3"),
    ("", "v1.1.2-0.20170717024000-a3a3a3a3a3a3", "v1.1.2-0.20170717024000-a3a3a3a3a3a3", "a3"),
    # Any ancestor is a base that may be asked for, a retracted one too.
    ("", "v1.1.1-0.20170717024000-a3a3a3a3a3a3", "v1.1.1-0.20170717024000-a3a3a3a3a3a3", "a3"),
    ("", "v0.0.0-20170717024000-a3a3a3a3a3a3", "v0.0.0-20170717024000-a3a3a3a3a3a3", "a3"),
    ("/sub", "v0.1.0", "v0.1.0", "a3"),
    ("/sub", "sub/v0.1.0", "v0.1.0", "a3"),
    ("/sub", "v1.2.0+x", None, "unknown revision sub/v1.2.0+x"),
    ("/sub", "v1.0.0+x", "v1.0.1-0.20170718024000-a4a4a4a4a4a4", "a4"),
    ("/sub", "main", "v1.0.1-0.20170720024000-a6a6a6a6a6a6", "a6"),
    ("/sub", "side", "v0.0.0-20170719024000-a5a5a5a5a5a5", "a5"),
    ("/sub", "a1a1a1a", None, "missing example.com/m/sub/go.mod at revision a1a1a1a1a1a1"),
    ("", "none", None, "unknown revision none"),
    ("", "v1.0.0\n", None, "unknown revision v1.0.0\n"),
    ("", "v1.0.١", None, "unknown revision v1.0.١"),
    ("", "v1.0.0+incompatible", None,
     "+incompatible suffix not allowed: major version v1 is compatible"),
    ("", "v2.0.0", None, 'module contains a go.mod file, so module path must match major version '
     '("example.com/m/v2")'),
    ("", "v1.5.0", None,
     "resolves to version v1.1.2-0.20170717024000-a3a3a3a3a3a3 (v1.5.0 is not a tag)"),
    ("/v2", "v2.0.0", None, 'go.mod has non-.../v2 module path "example.com/m" (and '
     ".../v2/go.mod does not exist) at revision v2.0.0"),
]  # fmt: skip
PSEUDO_FAULTS = [
    ("", "v1.1.2-0.20170717024000-a3a3a3a3a3a",
     "revision is shorter than canonical (expected a3a3a3a3a3a3)"),
    ("", "v1.1.2-0.20170717024000-a3a3a3a3a3a3a",
     "revision is longer than canonical (expected a3a3a3a3a3a3)"),
    ("", "v0.0.0-20170717024000-side",
     "does not match short name of revision (expected a5a5a5a5a5a5)"),
    ("", "v1.1.2-0.20170717024001-a3a3a3a3a3a3",
     "does not match version-control timestamp (expected 20170717024000)"),
    ("", "v1.1.2-0.20171317024000-a3a3a3a3a3a3", "malformed time '20171317024000'"),
    ("", "v1.0.0-20170717024000-a3a3a3a3a3a3",
     "major version without preceding tag must be v0, not v1"),
    ("", "v1.9.1-0.20170717024000-a3a3a3a3a3a3", "preceding tag (v1.9.0) not found"),
    ("", "v1.2.1-0.20170717024000-a3a3a3a3a3a3",
     "revision a3a3a3a3a3a3 is not a descendent of preceding tag (v1.2.0)"),
    ("/sub", "v1.0.1-0.20170719024000-a5a5a5a5a5a5",
     "revision a5a5a5a5a5a5 is not a descendent of preceding tag (sub/v1.0.0+x)"),
    ("", "v1.2.1-0.20170718024000-a4a4a4a4a4a4",
     "tag (v1.2.0) found on revision a4a4a4a4a4a4 is already canonical, so should not be replaced "
     "with a pseudo-version derived from that tag"),
    ("/sub", "v0.1.1-0.20170717024000-a3a3a3a3a3a3",
     "tag (sub/v0.1.0) found on revision a3a3a3a3a3a3 is already canonical, so should not be "
     "replaced with a pseudo-version derived from that tag"),
    ("/sub", "v1.2.1-0.20170718024000-a4a4a4a4a4a4",
     "tag (v1.2.0) found on revision a4a4a4a4a4a4 is already canonical, so should not be replaced "
     "with a pseudo-version derived from that tag"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "version", "found"), STATS)
def test_stat(path, query, version, found):
    repo = CodeRepo(MemoryHost(PLAIN), ROOT, ROOT + path)
    if version is not None:
        info = repo.stat(query)
        assert (info.version, info.commit.id) == (version, found * 20)
        return
    with pytest.raises(RevisionError) as caught:
        repo.stat(query)
    assert caught.value.reason == found


@pytest.mark.parametrize(("path", "query", "reason"), PSEUDO_FAULTS)
def test_stat_refuses_pseudo_versions(path, query, reason):
    with pytest.raises(RevisionError) as caught:
        CodeRepo(MemoryHost(PLAIN), ROOT, ROOT + path).stat(query)
    text = f"example.com/m{path}@{query}: invalid pseudo-version: {reason}"
    assert str(caught.value) == text
    assert not caught.value.is_not_found


def test_versions():
    host = MemoryHost(PLAIN)
    assert CodeRepo(host, ROOT, ROOT).versions() == [
        "v0.9.0",
        "v1.0.0-rc.1",
        "v1.0.0",
        "v1.1.0",
        "v1.2.0",
    ]
    assert CodeRepo(host, ROOT, f"{ROOT}/sub").versions() == ["v0.1.0"]
    assert CodeRepo(host, ROOT, f"{ROOT}/none").versions() == []


# A time before modules: nothing has a go.mod but v3 of the directory, and v4 on the whole.
OLD = History(
    commits=commits(
        ("", {"x.go": b""}),
        ("a1", {"x.go": b""}),
        ("a2", {"x.go": b"", "v3/go.mod": b"module example.com/m/v3\n"}),
        ("a3", {"go.mod": b"module example.com/m/v4\n"}),
        ("a2", {"x.go": b""}),
    ),
    refs={"HEAD": "a5", "refs/heads/main": "a5"}
    | tags(a1="v1.0.0", a2="v2.0.0 v2.1.0-rc.1", a3="v3.0.0", a4="v4.0.0"),
)
OLD_STATS = [
    ("", "v2.0.0", "v2.0.0+incompatible"),
    ("", "v2.0.0+incompatible", "v2.0.0+incompatible"),
    ("", "a2a2a2a", "v2.1.0-rc.1+incompatible"),
    ("", "main", "v2.1.0-rc.1.0.20170719024000-a5a5a5a5a5a5+incompatible"),
    ("", "v2.1.0-rc.1.0.20170719024000-a5a5a5a5a5a5+incompatible",
     "v2.1.0-rc.1.0.20170719024000-a5a5a5a5a5a5+incompatible"),
    ("", "v2.0.1-0.20170719024000-a5a5a5a5a5a5", "v2.0.1-0.20170719024000-a5a5a5a5a5a5"
     "+incompatible"),
    ("", "v2.0.0-20170719024000-a5a5a5a5a5a5+incompatible",
     "v2.0.0-20170719024000-a5a5a5a5a5a5+incompatible"),
    ("", "v3.0.0+incompatible", "v3.0.0+incompatible"),
    ("", "a3a3a3a", "v2.1.0-rc.1.0.20170717024000-a3a3a3a3a3a3+incompatible"),
    ("/v3", "v3.0.0", "v3.0.0"),
    ("/v4", "v4.0.0", "v4.0.0"),
    ("/v4", "a4a4a4a", "v4.0.0"),
]  # fmt: skip
OLD_FAULTS = [
    ("", "v3.0.0", "module contains a go.mod file, so module path must match major version "
     '("example.com/m/v3")'),
    ("", "v4.0.0", 'go.mod has post-v4 module path "example.com/m/v4" at revision v4.0.0'),
    ("/v3", "v2.0.0", "missing example.com/m/go.mod and .../v3/go.mod at revision v2.0.0"),
    ("/v3", "v3.0.0+incompatible",
     "+incompatible suffix not allowed: major version v3 is compatible"),
    ("/v4", "v3.1.0-0.20170718024000-a4a4a4a4a4a4",
     "module path includes a major version suffix, so major version must match"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "version"), OLD_STATS)
def test_incompatible(path, query, version):
    assert CodeRepo(MemoryHost(OLD), ROOT, ROOT + path).stat(query).version == version


@pytest.mark.parametrize(("path", "query", "reason"), OLD_FAULTS)
def test_incompatible_is_refused(path, query, reason):
    with pytest.raises(RevisionError) as caught:
        CodeRepo(MemoryHost(OLD), ROOT, ROOT + path).stat(query)
    assert caught.value.reason == reason


def test_incompatible_versions_are_listed():
    repo = CodeRepo(MemoryHost(OLD), ROOT, ROOT)
    assert repo.versions() == [
        "v1.0.0",
        "v2.0.0+incompatible",
        "v2.1.0-rc.1+incompatible",
        "v3.0.0+incompatible",
    ]


ORIGIN = {"VCS": "git", "URL": "https://git.example/repo"}
# Path, query: what the origin says beside the two above; of sums just that there is one.
ORIGINS = [
    ("", "v1.0.0", {"Hash": "a2" * 20, "Ref": "refs/tags/v1.0.0"}),
    ("", "a2a2a2a", {"Hash": "a2" * 20}),
    ("", "HEAD", {"Hash": "a6" * 20, "Ref": "HEAD", "TagSum": "t1:"}),
    ("", "main", {"Hash": "a6" * 20, "Ref": "refs/heads/main", "TagSum": "t1:"}),
    ("", "v0.0.0-20170717024000-a3a3a3a3a3a3", {"Hash": "a3" * 20}),
    ("", "v1.1.2-0.20170717024000-a3a3a3a3a3a3", {"Hash": "a3" * 20, "TagSum": "t1:"}),
    ("/sub", "v0.1.0", {"Subdir": "sub", "Hash": "a3" * 20, "Ref": "refs/tags/sub/v0.1.0"}),
    ("/sub", "side", {"Subdir": "sub", "Hash": "a5" * 20, "Ref": "refs/heads/side",
                      "TagPrefix": "sub/", "TagSum": "t1:"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "origin"), ORIGINS)
def test_origin(path, query, origin):
    found = CodeRepo(MemoryHost(PLAIN), ROOT, ROOT + path).stat(query).origin
    assert {name: text[:3] if name == "TagSum" else text for name, text in found.items()} == (
        ORIGIN | origin
    )


def test_origin_of_a_major():
    found = CodeRepo(MemoryHost(OLD), ROOT, f"{ROOT}/v3").stat("a3a3a3a")
    assert found.version == "v3.0.0"
    history = History(OLD.commits, OLD.refs | {"refs/tags/v3.0.0": "a1"})
    origin = CodeRepo(MemoryHost(history), ROOT, f"{ROOT}/v3").stat("a3a3a3a").origin
    assert origin["TagPrefix"] == "v3."
    # The sum over no other tag than v3.0.0.
    assert origin["TagSum"] == "t1:sJnDLRAUTTR2rHydqKPpUOZLrwbX52EE69SMN93VMEE="


def test_list_origin():
    host = MemoryHost(History())
    assert CodeRepo(host, ROOT, ROOT).list_origin() == ORIGIN | {"TagSum": EMPTY_SUM}
    assert CodeRepo(host, ROOT, f"{ROOT}/sub/v2", "go").list_origin() == ORIGIN | {
        "Subdir": "sub/go",
        "TagPrefix": "sub/go/",
        "TagSum": EMPTY_SUM,
    }


# What an .info says, whatever was asked for: nothing on which only an answer depends.
INFOS = [
    ("", "v1.0.0", b'{"Version":"v1.0.0","Time":"2017-07-16T02:40:00Z","Origin":{"VCS":"git",'
     b'"URL":"https://git.example/repo","Hash":"a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2",'
     b'"Ref":"refs/tags/v1.0.0"}}'),
    ("/sub", "main", b'{"Version":"v1.0.1-0.20170720024000-a6a6a6a6a6a6",'
     b'"Time":"2017-07-20T02:40:00Z","Origin":{"VCS":"git","URL":"https://git.example/repo",'
     b'"Subdir":"sub","Hash":"a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6"}}'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "info"), INFOS)
def test_info(path, query, info):
    assert CodeRepo(MemoryHost(PLAIN), ROOT, ROOT + path).stat(query).info() == info


def test_latest_of_nothing():
    repo = CodeRepo(MemoryHost(History()), ROOT, ROOT)
    with pytest.raises(RevisionError) as caught:
        repo.latest()
    assert (str(caught.value), caught.value.is_not_found) == ("example.com/m: no commits", True)
    assert repo.versions() == []


def test_latest_where_the_module_is_not():
    with pytest.raises(RevisionError) as caught:
        CodeRepo(MemoryHost(PLAIN), ROOT, f"{ROOT}/none").latest()
    assert str(caught.value) == (
        "example.com/m/none@v0.0.0-20170720024000-a6a6a6a6a6a6: invalid version: "
        "missing example.com/m/none/go.mod at revision a6a6a6a6a6a6"
    )


def test_a_repository_that_cannot_contain_the_module():
    with pytest.raises(InvalidPathError, match="cannot contain module example.com/other"):
        CodeRepo(MemoryHost(PLAIN), ROOT, "example.com/other")


def test_parts():
    repo = CodeRepo(MemoryHost(PLAIN), ROOT, f"{ROOT}/sub/v2")
    assert (repo.module, repo.code_dir, repo.tag_prefix) == ("example.com/m/sub/v2", "sub", "sub/")


def test_go_mod():
    repo = CodeRepo(MemoryHost(PLAIN), ROOT, ROOT)
    assert repo.go_mod(repo.stat("v1.2.0")) == RETRACTING
    old = CodeRepo(MemoryHost(OLD), ROOT, ROOT)
    assert old.go_mod(old.stat("v2.0.0")) == b"module example.com/m\n"
    third = CodeRepo(MemoryHost(OLD), ROOT, f"{ROOT}/v3")
    assert third.go_mod(third.stat("v3.0.0")) == b"module example.com/m/v3\n"


LICENSE, OTHER = b"root\n", b"own\n"
ROOT_LICENSE = TreeFile("LICENSE", blob_id(LICENSE), 5, "regular")
# Path and files: the directory, and the file that is added.
PLACES = [
    ("", {"go.mod": MOD, "LICENSE": LICENSE}, ("", None)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": LICENSE}, ("sub", ROOT_LICENSE)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": LICENSE, "sub/LICENSE": OTHER}, ("sub", None)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": LICENSE, "sub/LICENSE": Link(b"x")}, ("sub", None)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": LICENSE, "sub/license": OTHER}, ("sub", ROOT_LICENSE)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE/x": LICENSE}, ("sub", None)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": LICENSE, "sub/LICENSE/x": b""}, ("sub", ROOT_LICENSE)),
    ("/sub", {"sub/go.mod": SUB, "LICENSE": Link(b"COPYING")},
     ("sub", TreeFile("LICENSE", blob_id(b"COPYING"), 7, "symlink"))),
    ("/v2", {"v2/go.mod": b"module example.com/m/v2\n", "LICENSE": LICENSE}, ("v2", ROOT_LICENSE)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "files", "place"), PLACES)
def test_place(path, files, place):
    host = MemoryHost(History(commits(("", files)), {"HEAD": "a1"}))
    repo = CodeRepo(host, ROOT, ROOT + path)
    assert repo.place(repo.latest()) == Place("a1" * 20, *place)


# The go.mod of the highest version: what a branch on a2, tagged v1.0.0, resolves to.
RETRACTIONS = [
    (MOD + b"retract v1.0.0\n", "v1.9.0-rc.1.0.20170716024000-a2a2a2a2a2a2"),
    (MOD + b"retract [v0.1.0, v1.5.0]\n", "v1.9.0-rc.1.0.20170716024000-a2a2a2a2a2a2"),
    (MOD + b"retract v1.0.1\n", "v1.0.0"),
    (MOD + b"retract [\n", "v1.0.0"),
    (b"module example.com/m/v2\nretract v1.0.0\n", "v1.0.0"),
    (b"", "v1.0.0"),
]


@pytest.mark.parametrize(("go_mod", "version"), RETRACTIONS)
def test_retractions_are_those_of_the_highest_release(go_mod, version):
    history = History(
        commits(("", {}), ("a1", {"go.mod": MOD}), ("a2", {"go.mod": go_mod})),
        {"refs/heads/main": "a2"} | tags(a1="v1.9.0-rc.1 v2.0.0", a2="v1.0.0", a3="v1.8.0"),
    )
    assert CodeRepo(MemoryHost(history), ROOT, ROOT).stat("main").version == version


def test_retractions_of_a_tag_that_leads_to_no_commit():
    nodes = commits(("", {"go.mod": MOD + b"retract v1.0.0\n"}))
    history = History(nodes, tags(a1="v1.0.0") | {"HEAD": "a1"}, {"refs/tags/v1.1.0": "a1"})
    repo = CodeRepo(MemoryHost(history), ROOT, ROOT)
    assert repo.versions() == ["v1.0.0", "v1.1.0"]
    assert repo.stat("HEAD").version == "v1.0.0"
    with pytest.raises(RevisionError, match="unexpected response from git log"):
        repo.stat("v1.1.0")


def test_a_higher_major_on_what_is_no_commit_has_no_go_mod():
    history = History(commits(("", {})), trees={"refs/tags/v2.0.0": "a1"})
    assert CodeRepo(MemoryHost(history), ROOT, ROOT).versions() == ["v2.0.0+incompatible"]


class Failing(MemoryHost):
    """A host that fails to read files of one commit."""

    def __init__(self, history, label, error):
        super().__init__(history)
        self._failing, self._error = label * 20, error

    def read_file(self, commit_id, path):
        if commit_id == self._failing:
            raise self._error
        return super().read_file(commit_id, path)


def test_a_go_mod_that_is_too_large_stops_its_own_version_only():
    repo = CodeRepo(Failing(PLAIN, "a4", FileTooLargeError("go.mod", 16)), ROOT, ROOT)
    # Nothing is retracted, then.
    assert repo.stat("a2a2a2a").version == "v1.1.0"
    with pytest.raises(CodeHostError, match=r"go.mod: too large \(max size is 16 bytes\)"):
        repo.stat("v1.2.0")


def test_a_repository_that_cannot_be_read_is_no_missing_version():
    repo = CodeRepo(Failing(PLAIN, "a4", CodeHostError("damaged")), ROOT, ROOT)
    for query in ("v1.2.0", "a2a2a2a", "main"):
        with pytest.raises(CodeHostError, match="damaged"):
            repo.stat(query)
