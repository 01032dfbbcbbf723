import pytest

from pulp_go.gomod.errors import RevisionError
from pulp_go.gomod.revision import Revisions
from pulp_go.tests.codehost_contract import History, MemoryHost, Node

HOST = MemoryHost(
    History(
        commits={
            "a1": Node(),
            "a2": Node("a1"),
            "a3": Node("a1"),
            "b4": Node("a1"),
            "ab": Node("b4"),
        },
        refs={
            "HEAD": "a2",
            "refs/heads/main": "a2",
            "refs/heads/v1.0.0": "a2",
            "refs/heads/abababa": "a1",
            "refs/heads/" + "ab" * 20: "a1",
            "refs/tags/v1.0.0": "a1",
            "refs/tags/v1.0.0+meta": "a1",
            "refs/tags/main": "b4",
            "refs/tags/last": "ab",
            "refs/tags/HEAD": "a1",
        },
        trees={"refs/tags/tree": "a1"},
    )
)
FIRST = ("HEAD", "v1.0.0", "v1.0.0+meta")
# Name: the commit, the ref that it was found by, and the tag, and the commit's tags.
FOUND = [
    ("v1.0.0", "a1", "refs/tags/v1.0.0", "v1.0.0", FIRST),
    ("main", "b4", "refs/tags/main", "main", ("main",)),
    ("HEAD", "a1", "refs/tags/HEAD", "HEAD", FIRST),
    ("a1" * 20, "a1", "", "", FIRST),
    ("a1" * 6, "a1", "", "", FIRST),
    ("a1a1a1a", "a1", "", "", FIRST),
    ("abababa", "a1", "refs/heads/abababa", "", FIRST),
    ("ab" * 20, "ab", "", "", ("last",)),
    ("ababababa", "ab", "", "", ("last",)),
    ("b4b4b4b4", "b4", "", "", ("main",)),
]
UNKNOWN = [
    "a1a1a1",
    "A1A1A1A1",
    "a3" * 20,
    "a3a3a3a",
    "0123456789abcdef",
    "a1" * 20 + "0",
    "refs/tags/v1.0.0",
    "tags/v1.0.0",
    "heads/main",
    "origin/main",
    "HEAD~1",
    "v1.0.0^{}",
    "v1.0.0\n",
    "a1a1a1a\n",
    "a1a1a1١",
    "",
]


@pytest.mark.parametrize(("name", "label", "ref", "tag", "tags"), FOUND)
def test_resolve(name, label, ref, tag, tags):
    revision = Revisions(HOST, "example.com/m").resolve(name, name)
    assert (revision.commit.id, revision.ref, revision.tag) == (label * 20, ref, tag)
    assert revision.tags == tags


@pytest.mark.parametrize("name", UNKNOWN)
def test_resolve_unknown(name):
    with pytest.raises(RevisionError) as caught:
        Revisions(HOST, "example.com/m").resolve(name, "v1.2.3")
    assert str(caught.value) == (f"example.com/m@v1.2.3: invalid version: unknown revision {name}")
    assert caught.value.is_not_found


def test_resolve_what_leads_to_no_commit():
    with pytest.raises(RevisionError, match='unexpected response from git log: ""') as caught:
        Revisions(HOST, "example.com/m").resolve("tree", "tree")
    assert not caught.value.is_not_found


def test_resolve_what_begins_two_ids():
    class Twins(MemoryHost):
        def find(self, prefix):
            return ["a1" * 20, "a1a1a1a2" * 5]

    with pytest.raises(RevisionError, match="ambiguous revision a1a1a1a") as caught:
        Revisions(Twins(History()), "example.com/m").resolve("a1a1a1a", "a1a1a1a")
    assert not caught.value.is_not_found


def test_head():
    revision = Revisions(HOST, "example.com/m").head()
    assert (revision.commit.id, revision.ref, revision.tag) == ("a2" * 20, "HEAD", "")
    assert revision.tags == ()
    assert Revisions(MemoryHost(History()), "example.com/m").head() is None


def test_head_is_asked_for_by_its_name():
    host = MemoryHost(History(commits={"a1": Node()}, refs={"HEAD": "a1"}))
    revision = Revisions(host, "example.com/m").resolve("HEAD", "HEAD")
    assert (revision.commit.id, revision.ref) == ("a1" * 20, "HEAD")
