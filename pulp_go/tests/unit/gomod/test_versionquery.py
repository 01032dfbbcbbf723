import pytest

from pulp_go.gomod import versionquery
from pulp_go.gomod.errors import SelectionError
from pulp_go.gomod.versionquery import (
    All,
    Comparison,
    Exact,
    Latest,
    Prefix,
    Revision,
    Word,
)

M = "example.com/m"
PSEUDO = "v1.1.1-0.20180214154420-daa7c04131f5"

WORDS = [
    ("example.com/m", Word(M, All())),
    ("example.com/m@all", Word(M, All())),
    ("example.com/m@latest", Word(M, Latest())),
    ("example.com/m@v1.2.3", Word(M, Exact("v1.2.3"))),
    ("example.com/m@v1.2.3-rc.1", Word(M, Exact("v1.2.3-rc.1"))),
    ("example.com/m@v2.0.0+incompatible", Word(M, Exact("v2.0.0+incompatible"))),
    (f"example.com/m@{PSEUDO}", Word(M, Exact(PSEUDO))),
    ("example.com/m/v2@v2.0.0", Word("example.com/m/v2", Exact("v2.0.0"))),
    ("example.com/m@v1", Word(M, Prefix("v1"))),
    ("example.com/m@v1.2", Word(M, Prefix("v1.2"))),
    ("example.com/m@v3", Word(M, Prefix("v3"))),
    ("gopkg.in/m.v3@v3.1", Word("gopkg.in/m.v3", Prefix("v3.1"))),
    ("example.com/m@>=v1.7.0", Word(M, Comparison(">=", "v1.7.0"))),
    ("example.com/m@>v1.7", Word(M, Comparison(">", "v1.7.0"))),
    ("example.com/m@<v2", Word(M, Comparison("<", "v2.0.0"))),
    ("example.com/m@<=v1.7.0-rc.1", Word(M, Comparison("<=", "v1.7.0-rc.1"))),
    ("example.com/m@<v1.7.0+meta", Word(M, Comparison("<", "v1.7.0"))),
    ("example.com/*", Word("example.com/*", All())),
    ("example.com/*/@v1", Word("example.com/*/", Prefix("v1"))),
    ("*.example.com/[a-z]?@latest", Word("*.example.com/[a-z]?", Latest())),
    ("example.com/*@v1.2.3", Word("example.com/*", Exact("v1.2.3"))),
]

# text, a part of the reason
NOT_WORDS = [
    ("", "empty string"),
    ("@v1.2.3", "empty string"),
    ("@", "empty string"),
    (" ", "invalid character"),
    ("example.com/m ", "invalid character"),
    ("example.com/m\n", "invalid character"),
    ("\nexample.com/m", "invalid character"),
    ("example.com/m\nexample.com/n", "invalid character"),
    ("example.com/m\0", "invalid character"),
    ("example.com/١", "invalid character"),
    ("example", "missing dot"),
    ("example.com/", "trailing slash"),
    ("Example.com/m", "first path element"),
    ("https://example.com/m", "double slash"),
    ("example.com/m/v1", "invalid version"),
    ("gopkg.in/m", "invalid version"),
    ("example.com/m@v1.2.3@v1.2.4", 'more than one "@"'),
    ("example.com/m@@", 'more than one "@"'),
    ("example.com/[", "malformed glob"),
    ("example.com/*\\", "malformed glob"),
    ("example.com/*,example.org/*", "malformed glob"),
    ("example.com/*\n", "malformed glob"),
    ("example.com/* ", "malformed glob"),
    ("example.com/*/١", "malformed glob"),
    ("example.com/m@", "unknown query ''"),
    ("example.com/m@master", "unknown query 'master'"),
    ("example.com/m@daa7c04131f5", "unknown query"),
    ("example.com/m@upgrade", "unknown query"),
    ("example.com/m@none", "unknown query"),
    ("example.com/m@Latest", "unknown query"),
    ("example.com/m@latest ", "unknown query"),
    ("example.com/m@latest\n", "unknown query"),
    ("example.com/m@V1.2.3", "unknown query"),
    ("example.com/m@1.2.3", "unknown query"),
    ("example.com/m@v1.2.3\n", "unknown query"),
    ("example.com/m@v1\n", "unknown query"),
    ("example.com/m@v1.2.٣", "unknown query"),
    ("example.com/m@v1.x", "unknown query"),
    ("example.com/m@=v1.2.3", "unknown query"),
    ("example.com/m@>", "'' is not a semantic version"),
    ("example.com/m@>=1.2.3", "'1.2.3' is not a semantic version"),
    ("example.com/m@>= v1.2.3", "is not a semantic version"),
    ("example.com/m@=>v1.2.3", "unknown query"),
    ("example.com/m@<<v1", "is not a semantic version"),
    ("example.com/m@>v1\n", "is not a semantic version"),
    ("example.com/m@<v١", "is not a semantic version"),
    ("example.com/m@>v1<v2", "is not a semantic version"),
    ("example.com/m@v1.2.3+meta", "the version is v1.2.3"),
    ("example.com/*@v1.2.3+meta", "the version is v1.2.3"),
    ("example.com/m@v2.0.0", "should be v0 or v1, not v2"),
    ("example.com/m/v2@v1.0.0", "should be v2, not v1"),
    ("example.com/m@v1.0.0+incompatible", "+incompatible suffix not allowed"),
    ("example.com/m/v2@v2.0.0+incompatible", "+incompatible suffix not allowed"),
    ("example.com/m/v2@v1", "no v1 version"),
    ("gopkg.in/m.v3@v2.1", "no v2.1 version"),
]

LISTED = [
    "v0.9.0",
    "v1.0.0-rc.1",
    "v1.0.0",
    "v1.1.0",
    PSEUDO,
    "v1.2.0",
    "v1.2.10-pre",
    "v1.2.9",
    "v1.2.10",
    "v1.10.0",
    "v2.0.0-beta+incompatible",
    "v2.0.0+incompatible",
    "v10.0.0+incompatible",
]

SELECTED = [
    ("@latest", ()),
    (
        "@all",
        (
            "v0.9.0",
            "v1.0.0-rc.1",
            "v1.0.0",
            "v1.1.0",
            "v1.2.0",
            "v1.2.9",
            "v1.2.10-pre",
            "v1.2.10",
            "v1.10.0",
            "v2.0.0-beta+incompatible",
            "v2.0.0+incompatible",
            "v10.0.0+incompatible",
        ),
    ),
    ("@v1.2.9", ("v1.2.9",)),
    ("@v1.2.10-pre", ("v1.2.10-pre",)),
    (f"@{PSEUDO}", ()),
    ("@v1.3.0", ()),
    ("@v0", ("v0.9.0",)),
    ("@v1", ("v1.0.0", "v1.1.0", "v1.2.0", "v1.2.9", "v1.2.10", "v1.10.0")),
    ("@v1.2", ("v1.2.0", "v1.2.9", "v1.2.10")),
    ("@v1.1", ("v1.1.0",)),
    ("@v2", ("v2.0.0+incompatible",)),
    ("@v3", ()),
    ("@<v1", ("v0.9.0",)),
    ("@<=v1", ("v0.9.0", "v1.0.0")),
    ("@<v1.0.0-rc.2", ("v0.9.0", "v1.0.0-rc.1")),
    ("@>=v1.2.10", ("v1.2.10", "v1.10.0", "v2.0.0+incompatible", "v10.0.0+incompatible")),
    ("@>v1.2.10", ("v1.10.0", "v2.0.0+incompatible", "v10.0.0+incompatible")),
    (
        "@>v1.2.10-a",
        (
            "v1.2.10-pre",
            "v1.2.10",
            "v1.10.0",
            "v2.0.0-beta+incompatible",
            "v2.0.0+incompatible",
            "v10.0.0+incompatible",
        ),
    ),
    (
        "@<v2",
        ("v0.9.0", "v1.0.0", "v1.1.0", "v1.2.0", "v1.2.9", "v1.2.10", "v1.10.0"),
    ),
    ("@>v10", ()),
]

# words that exclude, module, version, whether it is excluded
EXCLUSIONS = [
    ([], M, "v1.0.0", False),
    ([M], M, "v1.0.0", True),
    ([M], M, PSEUDO, True),
    ([M], "example.com/m/sub", "v1.0.0", False),
    ([M], "example.com/m/v2", "v2.0.0", False),
    ([M], "example.com/mm", "v1.0.0", False),
    (["example.com/*"], M, "v1.0.0", True),
    (["example.com/*"], "example.com/m/v2", "v2.0.0", True),
    (["example.com/*"], "example.com", "v1.0.0", False),
    (["*/m@all"], "example.com/m/sub", "v1.0.0", True),
    ([f"{M}@v1.0.0"], M, "v1.0.0", True),
    ([f"{M}@v1.0.0"], M, "v1.0.0-rc.1", False),
    ([f"{M}@v1.0.0"], M, "v1.0.0\n", False),
    ([f"{M}@v1.0.0"], M, "v1.0.٠", False),
    (["example.com/*@v1.0.0"], M, "v1.0.0", True),
    ([f"{M}@v1"], M, "v1.9.0", True),
    ([f"{M}@v1"], M, "v1.9.0-pre", True),
    ([f"{M}@v1"], M, PSEUDO, True),
    ([f"{M}@v1"], M, "v10.0.0+incompatible", False),
    ([f"{M}@v1.2"], M, "v1.20.0", False),
    ([f"{M}@<v1.2.3"], M, "v1.2.2", True),
    ([f"{M}@<v1.2.3"], M, "v1.2.3", False),
    ([f"{M}@<v1.2.3"], M, "v1.2.3-rc1", True),
    ([f"{M}@<v1.2.3"], M, PSEUDO, True),
    ([f"{M}@>=v2"], M, "v2.0.0+incompatible", True),
    ([f"{M}@>=v2"], M, "v1.9.9", False),
    ([f"{M}@v1.0", f"{M}@v1.1"], M, "v1.1.5", True),
    ([f"{M}@latest"], M, "v1.0.0", False),
]


def words(*texts):
    return [versionquery.parse_word(text) for text in texts]


@pytest.mark.parametrize(("text", "word"), WORDS)
def test_words(text, word):
    assert versionquery.parse_word(text) == word


@pytest.mark.parametrize(("text", "reason"), NOT_WORDS)
def test_no_words(text, reason):
    with pytest.raises(SelectionError) as caught:
        versionquery.parse_word(text)
    assert caught.value.word == text
    assert reason in caught.value.reason


@pytest.mark.parametrize("query", ["all", "latest", "v1.2.3", "v1", "v1.2", ">=v1.7.0", "<v2.0.0"])
def test_a_query_reads_as_it_is_written(query):
    assert str(versionquery.parse_word(f"{M}@{query}").query) == query


def test_the_reason_against_a_branch_says_what_is_possible():
    with pytest.raises(SelectionError, match="branches and revisions are not selected"):
        versionquery.parse_word("example.com/m@master")


@pytest.mark.parametrize(
    ("pattern", "is_glob"),
    [(M, False), ("a.b/*", True), ("a.b/?", True), ("a.b/[c]", True), ("a.b/\\c", True)],
)
def test_is_glob(pattern, is_glob):
    assert versionquery.parse_word(pattern).is_glob is is_glob


@pytest.mark.case("C-52")
@pytest.mark.parametrize(("query", "selected"), SELECTED)
def test_select(query, selected):
    word = versionquery.parse_word(M + query)
    assert versionquery.select(word.query, LISTED) == selected
    assert versionquery.select(word.query, LISTED[::-1] * 2) == selected


@pytest.mark.case("C-52")
@pytest.mark.parametrize(("excludes", "module", "version", "excluded"), EXCLUSIONS)
def test_excludes_match(excludes, module, version, excluded):
    assert versionquery.excludes_match(words(*excludes), module, version) is excluded


@pytest.mark.parametrize("name", ["example.com/a b", "example.com/a\n", "example.com/\u0661", ""])
def test_a_glob_expands_over_no_name_that_is_no_module_path(name):
    word = versionquery.parse_word("example.com/*")
    assert list(versionquery.expand(word, [name, M])) == [M]


REVISIONS = [
    ("example.com/m@main", Revision("main")),
    ("example.com/m@feature/x", Revision("feature/x")),
    ("example.com/m@0123456789ab", Revision("0123456789ab")),
    ("example.com/m@v1.2.3.4", Revision("v1.2.3.4")),
    ("example.com/m@latest", Latest()),
    ("example.com/m@all", All()),
    ("example.com/m@v1", Prefix("v1")),
    ("example.com/m@v1.2.3", Exact("v1.2.3")),
    ("example.com/m@>=v1.2.3", Comparison(">=", "v1.2.3")),
    ("example.com/m", All()),
]


@pytest.mark.parametrize(("text", "query"), REVISIONS)
def test_of_a_repository_revisions_are_words_too(text, query):
    assert versionquery.parse_word(text, revisions=True).query == query


@pytest.mark.parametrize(
    "text",
    [
        "example.com/m@-rf",
        "example.com/m@a..b",
        "example.com/m@a b",
        "example.com/m@main\n",
        "example.com/m@١",
        "example.com/m@",
        "example.com/m@<main",
        "example.com/*@main",
    ],
)
def test_what_no_revision_is_called(text):
    with pytest.raises(SelectionError):
        versionquery.parse_word(text, revisions=True)


def test_a_revision_is_in_no_list_and_excludes_nothing():
    word = versionquery.parse_word("example.com/m@main", revisions=True)
    assert versionquery.select(word.query, ["v1.0.0", "v1.1.0"]) == ()
    assert not versionquery.excludes_match([word], "example.com/m", "v1.0.0")
    assert str(word.query) == "main"
