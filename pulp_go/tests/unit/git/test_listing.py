"""What a host lists, and what is kept of it."""

import pytest

from pulp_go.git.errors import TroubleError
from pulp_go.git.listing import listing, with_head

ID = b"1" * 40
LONG = b"2" * 64

# Of each of these `git check-ref-format` said so.
REFS = [
    b"refs/heads/a",
    b"refs/tags/a/b",
    b"refs/tags/v1.0.0+meta",
    b"refs/tags/a.lockb",
    b"refs/tags/@",
    b"refs/tags/a{b}",
    b"refs/heads/-a",
    "refs/tags/\u0661".encode(),
    b"refs/tags/\xff",
]
NOT_REFS = [
    b"refs/heads/",
    b"refs/heads",
    b"refs/heads/.a",
    b"refs/heads/a/.b",
    b"refs/heads/a.",
    b"refs/heads/a..b",
    b"refs/heads/../../b",
    b"refs/heads/a.lock",
    b"refs/heads/a.lock/b",
    b"refs/heads/a//b",
    b"refs/heads/a/",
    b"refs/heads/a b",
    b"refs/heads/a\n",
    b"refs/heads/a\x7f",
    b"refs/heads/a~",
    b"refs/heads/a^",
    b"refs/heads/a:b",
    b"refs/heads/a?",
    b"refs/heads/a*",
    b"refs/heads/a[",
    b"refs/heads/a\\",
    b"refs/heads/a@{b",
    b"refs/pull/1/head",
    b"refs/remotes/origin/a",
    b"FETCH_HEAD",
    b"",
]


@pytest.mark.parametrize("name", REFS)
def test_refs_are_kept(name):
    assert list(listing({name: ID}).refs.values()) == ["1" * 40]


@pytest.mark.parametrize("name", NOT_REFS)
def test_what_is_no_ref_is_left_out(name):
    assert listing({name: ID}).refs == {}


def test_a_listing():
    found = {
        b"HEAD": ID,
        b"refs/heads/main": ID,
        b"refs/tags/v1": b"3" * 40,
        b"refs/tags/v1^{}": ID,
        b"refs/tags/\xff": ID,
        b"refs/heads/unborn": None,
    }
    listed = listing(found)
    assert listed.refs == {
        "HEAD": "1" * 40,
        "refs/heads/main": "1" * 40,
        "refs/tags/v1": "3" * 40,
        "refs/tags/\udcff": "1" * 40,
    }
    assert listed.peeled == {"refs/tags/v1": "1" * 40}
    assert (listed.head, listed.object_format) == ("", "sha1")
    assert with_head(listed, {b"HEAD": b"refs/heads/main"}).head == "refs/heads/main"


def test_the_format_is_that_of_the_ids():
    assert listing({b"refs/heads/a": LONG}).object_format == "sha256"
    assert listing({}).object_format == "sha1"
    with pytest.raises(TroubleError, match="several formats"):
        listing({b"refs/heads/a": LONG, b"refs/heads/b": ID})


@pytest.mark.parametrize("value", [b"", b"1" * 39, b"1" * 41, b"A" * 40, ID + b"\n", b"x" * 40])
def test_what_is_no_id(value):
    with pytest.raises(TroubleError, match="lists an id that is none"):
        listing({b"refs/heads/a": value})


@pytest.mark.parametrize(
    "symrefs",
    [
        {},
        {b"HEAD": b"refs/heads/other"},
        {b"HEAD": b"refs/heads/absent"},
        {b"HEAD": b"refs/tags/a"},
        {b"refs/heads/main": b"refs/heads/a"},
    ],
)
def test_a_head_that_is_no_branch_of_the_list(symrefs):
    listed = listing({b"HEAD": ID, b"refs/heads/other": b"3" * 40, b"refs/tags/a": ID})
    assert with_head(listed, symrefs).head == ""
