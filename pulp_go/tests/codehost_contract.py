"""What every code host must do; each runs these same functions.

A host is made of a history. The functions here take what makes one: it returns the host and, by
their labels, the ids of the commits.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pulp_go.gomod.codehost import Commit, TreeFile

URL = "https://git.example/repo"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SUBMODULE = None


class Link(NamedTuple):
    """A symbolic link."""

    target: bytes


class Node(NamedTuple):
    """One commit.

    Attributes:
        parents: The labels of its parents.
        files: The content of its files by path, and its submodules.
        time: When it was committed, in seconds.
    """

    parents: str = ""
    files: dict[str, bytes | Link | None] = {}
    time: int = 0


@dataclass(frozen=True)
class History:
    """The commits and refs of a repository.

    Attributes:
        commits: The commits by their labels, which are two digits of hex, parents first.
        refs: The label of the commit that each ref leads to.
        trees: The label of the commit whose tree each of these refs leads to.
    """

    commits: dict[str, Node] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    trees: dict[str, str] = field(default_factory=dict)


class MemoryHost:
    """A code host that keeps all it has in dicts. The id of a commit is its label, repeated."""

    url = URL

    def __init__(self, history):
        self._commits = {label * 20: node for label, node in history.commits.items()}
        self._refs = {ref: label * 20 for ref, label in history.refs.items()}
        self._refs |= {ref: tree_id(label) for ref, label in history.trees.items()}
        self._reachable = set().union(*map(self._ancestors, self._refs.values()))

    def refs(self):
        return self._refs

    def commit(self, object_id):
        node = self._commits.get(object_id)
        return node and Commit(object_id, EPOCH + timedelta(seconds=node.time))

    def find(self, prefix):
        return sorted(found for found in self._reachable if found.startswith(prefix))[:2]

    def ancestors_among(self, commit_id, candidates):
        return self._ancestors(commit_id) & set(candidates)

    def read_file(self, commit_id, path):
        return self._content(commit_id, path)

    def file(self, commit_id, path):
        content = self._content(commit_id, path)
        if content is None:
            return None
        mode = "symlink" if isinstance(self._commits[commit_id].files[path], Link) else "regular"
        return TreeFile(path, blob_id(content), len(content), mode)

    def list_files(self, commit_id, directory):
        top = f"{directory}/" if directory else ""
        paths = [path for path in self._commits[commit_id].files if path.startswith(top)]
        files = [self.file(commit_id, path) for path in sorted(paths, key=as_in_git)]
        return [file._replace(path=file.path.removeprefix(top)) for file in files if file]

    def _content(self, commit_id, path):
        content = self._commits[commit_id].files.get(path)
        return content.target if isinstance(content, Link) else content

    def _ancestors(self, commit_id):
        node = self._commits.get(commit_id)
        if node is None:
            return set()
        return {commit_id}.union(*(self._ancestors(label * 20) for label in node.parents.split()))


def in_memory(history):
    """Return a host in memory, and the ids of its commits."""
    return MemoryHost(history), {label: label * 20 for label in history.commits}


def as_in_git(path):
    """Return what git sorts a path by: a directory sorts as its name with a slash."""
    return path.encode(errors="surrogateescape")


def blob_id(content):
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


def tree_id(label):
    return f"{label}ee" * 10


HISTORY = History(
    commits={
        "a1": Node(files={"go.mod": b"module example.com/m\n"}, time=1_500_000_000),
        "a2": Node(
            parents="a1",
            files={
                "a.b": b"dot\n",
                "a/b/c": b"deep\n",
                "a/run": b"#!\n",
                "a0": b"",
                "link": Link(b"a/run"),
                "sub": SUBMODULE,
                "\udcff": b"no UTF-8\n",
            },
            time=1_600_000_000,
        ),
        "a3": Node(parents="a1", time=-1),
        "a4": Node(parents="a2 a3", time=1_700_000_000),
        "a5": Node(parents="a1", time=1_700_000_001),
    },
    refs={
        "HEAD": "a4",
        "refs/heads/main": "a4",
        "refs/tags/v1.0.0": "a1",
        "refs/tags/annotated": "a2",
        "refs/tags/nested": "a2",
    },
    trees={"refs/tags/v1.0.1": "a2"},
)


def refs_lead_to_what_tags_are_about(make):
    host, ids = make(HISTORY)
    refs = dict(host.refs())
    tree = refs.pop("refs/tags/v1.0.1")
    assert refs == {ref: ids[label] for ref, label in HISTORY.refs.items()}
    assert tree not in ids.values()
    assert host.commit(tree) is None


def a_head_without_commits_is_absent(make):
    host, _ = make(History())
    assert dict(host.refs()) == {}
    assert host.find("a1a1a1a") == []


def says_where_it_is(make):
    host, _ = make(HISTORY)
    assert host.url == "https://git.example/repo"


def tells_the_time_of_commits(make):
    host, ids = make(HISTORY)
    times = {label: host.commit(ids[label]).time.isoformat() for label in ids}
    assert times == {
        "a1": "2017-07-14T02:40:00+00:00",
        "a2": "2020-09-13T12:26:40+00:00",
        "a3": "1969-12-31T23:59:59+00:00",
        "a4": "2023-11-14T22:13:20+00:00",
        "a5": "2023-11-14T22:13:21+00:00",
    }
    assert {label: host.commit(found).id for label, found in ids.items()} == ids
    assert host.commit(ids["a1"]).short == ids["a1"][:12]


def finds_commits_that_refs_lead_to(make):
    host, ids = make(HISTORY)
    for label in ("a1", "a2", "a3", "a4"):
        for digits in (7, 12, 40):
            assert host.find(ids[label][:digits]) == [ids[label]]
    assert host.find(ids["a5"]) == []
    assert host.find("0123456789abcdef") == []
    assert host.find(f"{ids['a1']}0") == []
    assert host.find(host.refs()["refs/tags/v1.0.1"]) == []


def tells_ancestors(make):
    host, ids = make(HISTORY)
    tree = host.refs()["refs/tags/v1.0.1"]
    found = {
        label: sorted(
            other
            for other in ids
            if ids[other] in host.ancestors_among(ids[label], {*ids.values(), tree})
        )
        for label in ("a1", "a2", "a3", "a4")
    }
    assert found == {
        "a1": ["a1"],
        "a2": ["a1", "a2"],
        "a3": ["a1", "a3"],
        "a4": ["a1", "a2", "a3", "a4"],
    }
    assert host.ancestors_among(ids["a4"], {ids["a2"], tree}) == {ids["a2"]}
    assert host.ancestors_among(ids["a4"], set()) == set()


FILES = [
    ("a.b", b"dot\n"),
    ("a/b/c", b"deep\n"),
    ("a0", b""),
    ("link", b"a/run"),
    ("\udcff", b"no UTF-8\n"),
    ("a", None),
    ("a/b", None),
    ("a/b/c/d", None),
    ("link/b", None),
    ("sub", None),
    ("sub/x", None),
    ("none", None),
    ("a.b\n", None),
    ("A.b", None),
    ("", None),
    ("/a.b", None),
    ("a//run", None),
]


def reads_files(make):
    host, ids = make(HISTORY)
    for path, content in FILES:
        assert host.read_file(ids["a2"], path) == content, path
    assert host.read_file(ids["a3"], "go.mod") is None


def shows_files(make):
    host, ids = make(HISTORY)
    for path, content in FILES:
        file = host.file(ids["a2"], path)
        if content is None:
            assert file is None, path
        else:
            mode = "symlink" if path == "link" else "regular"
            assert file == TreeFile(path, blob_id(content), len(content), mode)


def lists_files_in_the_order_of_git(make):
    host, ids = make(HISTORY)
    assert [(file.path, file.size, file.mode) for file in host.list_files(ids["a2"], "")] == [
        ("a.b", 4, "regular"),
        ("a/b/c", 5, "regular"),
        ("a/run", 3, "regular"),
        ("a0", 0, "regular"),
        ("link", 5, "symlink"),
        ("\udcff", 9, "regular"),
    ]
    assert host.list_files(ids["a2"], "a") == [
        TreeFile("b/c", "4cdb2265d30204be5463b38174b2e8e717982405", 5, "regular"),
        TreeFile("run", "7218afe77e9bf34f86390549f3008309e31dd9a6", 3, "regular"),
    ]
    for directory in ("none", "a.b", "link", "sub"):
        assert host.list_files(ids["a2"], directory) == []
    assert host.list_files(ids["a3"], "") == []


CONTRACT = [
    refs_lead_to_what_tags_are_about,
    a_head_without_commits_is_absent,
    says_where_it_is,
    tells_the_time_of_commits,
    finds_commits_that_refs_lead_to,
    tells_ancestors,
    reads_files,
    shows_files,
    lists_files_in_the_order_of_git,
]
