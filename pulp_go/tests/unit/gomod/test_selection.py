import pytest

from pulp_go.gomod import gosum, selection, versionquery
from pulp_go.gomod.errors import GoSumError, SelectionError
from pulp_go.gomod.selection import Wanted, WantedVersion
from pulp_go.gomod.versionquery import All, Comparison, Exact, Latest, Prefix

M = "example.com/m"
PSEUDO = "v1.1.1-0.20180214154420-daa7c04131f5"
H1 = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
OTHER = "h1:HKMt0CmDxfZjsIqKXzPkqgJYy2ntO9cWbPJTBmtMb/8="


def words(*texts):
    return [versionquery.parse_word(text) for text in texts]


def test_exact_versions_need_no_list():
    planned = selection.plan(words(f"{M}@v1.10.0", f"{M}@v1.9.0", f"{M}@v1.9.0"), [], [])
    assert planned == {
        M: Wanted(M, (WantedVersion("v1.9.0", zip=True), WantedVersion("v1.10.0", zip=True)))
    }
    assert not planned[M].needs_list
    assert not planned[M].needs_latest


def test_queries_need_the_list():
    planned = selection.plan(words("b.c/d@v1", "a.b/c@latest", "b.c/d@v1", "b.c/d@<v1"), [], [])
    assert list(planned.items()) == [
        ("a.b/c", Wanted("a.b/c", (), (Latest(),))),
        ("b.c/d", Wanted("b.c/d", (), (Prefix("v1"), Comparison("<", "v1.0.0")))),
    ]
    assert [wanted.needs_list for wanted in planned.values()] == [True, True]
    assert [wanted.needs_latest for wanted in planned.values()] == [True, False]


def test_go_sum_lines_are_versions_with_hashes():
    lines = gosum.parse(
        f"example.com/m v1.1.0 {H1}\n"
        f"example.com/m v1.1.0/go.mod {OTHER}\n"
        f"example.com/m v1.0.0/go.mod {OTHER}\n"
        f"example.com/m v1.0.0/go.mod h2:abc\n"
        f"example.com/m v1.2.0 h2:abc\n"
        f"golang.org/toolchain v0.0.1-go1.22.3.linux-amd64 {H1}\n"
    )
    assert selection.plan([], [], lines) == {
        M: Wanted(
            M,
            (
                WantedVersion("v1.0.0", zip=False, go_mod_h1=OTHER),
                WantedVersion("v1.1.0", zip=True, h1=H1, go_mod_h1=OTHER),
                WantedVersion("v1.2.0", zip=True),
            ),
        ),
        "golang.org/toolchain": Wanted(
            "golang.org/toolchain",
            (WantedVersion("v0.0.1-go1.22.3.linux-amd64", zip=True, h1=H1),),
        ),
    }


def test_words_and_go_sum_lines_add_up():
    lines = gosum.parse(f"example.com/m v1.0.0/go.mod {OTHER}\nexample.com/n v1.0.0 {H1}\n")
    planned = selection.plan(words(f"{M}@v1.0.0", f"{M}@v1"), [], lines)
    assert planned == {
        M: Wanted(M, (WantedVersion("v1.0.0", zip=True, go_mod_h1=OTHER),), (Prefix("v1"),)),
        "example.com/n": Wanted("example.com/n", (WantedVersion("v1.0.0", zip=True, h1=H1),)),
    }


def test_the_needs_of_a_graph_add_up_too():
    lines = gosum.parse(f"example.com/m v1.0.0/go.mod {OTHER}\n")
    graph = [(M, "v1.0.0", True), (M, "v1.1.0", False), ("example.com/n", "v1.0.0", True)]
    excludes = words("example.com/n")
    assert selection.plan(words(f"{M}@v1.1.0"), excludes, lines, graph=graph) == {
        M: Wanted(
            M,
            (
                WantedVersion("v1.0.0", zip=True, go_mod_h1=OTHER),
                WantedVersion("v1.1.0", zip=True),
            ),
        )
    }


def test_adding_selected_versions_keeps_what_is_known():
    wanted = Wanted(
        M,
        (
            WantedVersion("v1.0.0", zip=False, go_mod_h1=OTHER),
            WantedVersion("v1.2.0", zip=False, go_mod_h1=H1),
        ),
    )
    assert wanted.adding(["v1.10.0", "v1.0.0"]) == (
        WantedVersion("v1.0.0", zip=True, go_mod_h1=OTHER),
        WantedVersion("v1.2.0", zip=False, go_mod_h1=H1),
        WantedVersion("v1.10.0", zip=True),
    )


def test_excluded_versions_are_left_out():
    lines = gosum.parse(f"example.com/m v1.1.0 {H1}\nexample.com/n v1.0.0/go.mod {H1}\n")
    planned = selection.plan(
        words(f"{M}@v1.0.0", f"{M}@v1.2.0", "example.com/private/x@latest"),
        words(f"{M}@<v1.2", "example.com/n@v1", "example.com/private/*"),
        lines,
    )
    assert planned == {M: Wanted(M, (WantedVersion("v1.2.0", zip=True),))}


def test_a_query_stays_where_only_some_versions_are_excluded():
    planned = selection.plan(words(M), words(f"{M}@v1.0.0"), [])
    assert planned == {M: Wanted(M, (), (All(),))}


def test_a_glob_needs_names():
    with pytest.raises(SelectionError, match="needs names to expand over"):
        selection.plan(words("example.com/*@v1.0.0"), [], [])


def test_a_glob_expands_over_names():
    names = [M, "example.com/m/v2", "example.org/m", "example.com"]
    planned = selection.plan(words("example.com/*@v1.0.0", "*/m@latest"), [], [], names)
    assert planned == {
        M: Wanted(M, (), (Exact("v1.0.0"), Latest())),
        "example.com/m/v2": Wanted("example.com/m/v2", (), (Latest(),)),
        "example.org/m": Wanted("example.org/m", (), (Latest(),)),
    }


BELOW = [
    ("v1.0.0", [M]),
    ("v1", [M]),
    ("v2", [M, f"{M}/v2"]),
    ("v2.1.0", [f"{M}/v2"]),
    ("v2.0.0+incompatible", [M]),
    ("v0.0.0-20240102030405-abcdef012345", [M]),
    (">=v1.0.0", [M, f"{M}/v2"]),
    ("all", [M, f"{M}/v2"]),
]


@pytest.mark.parametrize(("query", "modules"), BELOW)
def test_a_glob_asks_no_module_for_versions_that_cannot_be_its(query, modules):
    planned = selection.plan(words(f"example.com/*@{query}"), [], [], [M, f"{M}/v2"])
    assert list(planned) == modules


def test_latest_excludes_nothing_and_is_refused():
    with pytest.raises(SelectionError) as caught:
        selection.plan(words(M), words("example.com/n", f"{M}@latest"), [])
    assert caught.value.word == "example.com/m@latest"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"no-module v1.0.0 {H1}", "malformed module path: missing dot in first path element"),
        (f"example.com/m 1.0.0 {H1}", "invalid version: not a semantic version"),
        (f"example.com/m v1.0.0/x {H1}", "invalid version: not a semantic version"),
        (f"example.com/m v1.0.\0 {H1}", "invalid version: not a semantic version"),
        (f"example.com/m v1.0.١ {H1}", "invalid version: not a semantic version"),
        (f"example.com/m v2.0.0/go.mod {H1}", "invalid version: should be v0 or v1, not v2"),
        (f"example.com/m v1.0 {H1}", "invalid version: not canonical, should be v1.0.0"),
    ],
)
def test_a_go_sum_line_that_is_no_version_is_named(line, reason):
    lines = gosum.parse(f"example.com/m v1.0.0 {H1}\n{line}\n")
    with pytest.raises(GoSumError) as caught:
        selection.plan([], [], lines)
    assert (caught.value.line, caught.value.text, caught.value.reason) == (2, line, reason)


@pytest.mark.parametrize("file", ["", "/go.mod"])
def test_two_hashes_of_one_thing_are_named(file):
    lines = gosum.parse(f"example.com/m v1.0.0{file} {H1}\nexample.com/m v1.0.0{file} {OTHER}\n")
    with pytest.raises(GoSumError) as caught:
        selection.plan([], [], lines)
    assert (caught.value.line, caught.value.text) == (2, f"example.com/m v1.0.0{file} {OTHER}")
    assert H1 in caught.value.reason


def test_the_same_line_twice_is_one():
    lines = gosum.parse(f"example.com/m v1.0.0 {H1}\n" * 2)
    assert selection.plan([], [], lines)[M].versions == (WantedVersion("v1.0.0", True, H1),)


def test_nothing_selected_is_an_empty_plan():
    assert selection.plan([], words(M), []) == {}
