import random

import pytest

from pulp_go.gomod import modfile, workfile
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.mainmodules import MainModules
from pulp_go.gomod.modgraph import Closure


def go_mod_of(path, text):
    """Return a go.mod: `text` is its Go version, or "-", and what it requires as path@version."""
    go, *requires = text.split()
    lines = [f"module {path}", f"go {go}" if go != "-" else ""]
    return "\n".join(lines + [f"require {each.replace('@', ' ')}" for each in requires]) + "\n"


def program(text, also=""):
    """Return the main module m."""
    return MainModules([modfile.parse((go_mod_of("m", text) + also).encode())])


def workspace(texts, go_work=""):
    """Return a workspace of main modules, by their paths."""
    uses = "".join(f"use ./{path}\n" for path in texts)
    return MainModules(
        [modfile.parse(go_mod_of(path, text).encode()) for path, text in texts.items()],
        workfile.parse((uses + go_work).encode()),
    )


def complete(closure, universe, seed=0):
    """Feed `closure` with all that it misses, in some order; return what it missed."""
    pick = random.Random(seed)
    missing, fed = closure.missing(), set()
    while missing:
        module_version = pick.choice(sorted(missing))
        fed.add(module_version)
        text = go_mod_of(module_version.path, universe[str(module_version)])
        newly = closure.feed(*module_version, text.encode())
        assert not newly & (missing | fed)
        missing = missing - {module_version} | newly
        assert missing == closure.missing()
    return fed


def names(module_versions):
    return " ".join(sorted(map(str, module_versions)))


# What the modules of these graphs say. None of it can be had of what is not here.
UNIVERSE = {
    "new@v1.0.0": "1.17 next@v1.0.0",
    "new@v1.1.0": "1.21 next@v1.1.0",
    "next@v1.0.0": "1.17 far@v1.0.0",
    "next@v1.1.0": "1.17 far@v1.1.0",
    "far@v1.0.0": "1.17 farther@v1.0.0",
    "far@v1.1.0": "1.17",
    "farther@v1.0.0": "1.17",
    "old@v1.0.0": "1.16 new@v1.0.0",
    "none@v1.0.0": "- next@v1.0.0",
    "candidate@v1.0.0": "1.17rc1 next@v1.0.0",
    "above@v1.0.0": "1.17 old@v1.0.0",
    "cycle@v1.0.0": "1.16 m@v1.0.0 cycle@v1.1.0",
    "cycle@v1.1.0": "1.16 cycle@v1.0.0",
    "m@v1.0.0": "1.16 cycle@v1.0.0 next@v1.0.0",
    "fork@v1.0.0": "1.16 far@v1.0.0",
}
# name, go.mod of m, more of it, what is read, the build list without m; as go 1.26 answers
GRAPHS = [
    ("nothing", "1.21", "", "", ""),
    ("new: one level", "1.18 new@v1.0.0", "", "new@v1.0.0", "new@v1.0.0 next@v1.0.0"),
    (
        "old main module: everything",
        "1.16 new@v1.0.0",
        "",
        "new@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0",
    ),
    (
        "no go line: everything",
        "- next@v1.0.0",
        "",
        "next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 next@v1.0.0",
    ),
    (
        "everything beneath the old",
        "1.21 old@v1.0.0",
        "",
        "old@v1.0.0 new@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0 old@v1.0.0",
    ),
    (
        "beneath one without a go line too",
        "1.21 none@v1.0.0",
        "",
        "none@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 next@v1.0.0 none@v1.0.0",
    ),
    (
        "a release candidate is before the release",
        "1.21 candidate@v1.0.0",
        "",
        "candidate@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "candidate@v1.0.0 far@v1.0.0 farther@v1.0.0 next@v1.0.0",
    ),
    (
        "the old behind the new is not reached",
        "1.21 above@v1.0.0",
        "",
        "above@v1.0.0",
        "above@v1.0.0 old@v1.0.0",
    ),
    (
        "read for itself first, then with all beneath",
        "1.21 new@v1.0.0 old@v1.0.0",
        "",
        "old@v1.0.0 new@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0 old@v1.0.0",
    ),
    (
        "what is not selected is read",
        "1.21 new@v1.1.0 old@v1.0.0",
        "",
        "new@v1.1.0 old@v1.0.0 new@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 new@v1.1.0 next@v1.1.0 old@v1.0.0",
    ),
    (
        "cycles, and the main module as a requirement",
        "1.16 cycle@v1.0.0",
        "",
        "cycle@v1.0.0 cycle@v1.1.0 m@v1.0.0 next@v1.0.0 far@v1.0.0 farther@v1.0.0",
        "cycle@v1.1.0 far@v1.0.0 farther@v1.0.0 next@v1.0.0",
    ),
    ("an excluded root", "1.21 new@v1.0.0", "exclude new v1.0.0", "", ""),
    (
        "an excluded requirement",
        "1.16 new@v1.0.0 next@v1.1.0",
        "exclude next v1.0.0\nexclude far v1.0.0",
        "new@v1.0.0 next@v1.1.0 far@v1.1.0",
        "far@v1.1.0 new@v1.0.0 next@v1.1.0",
    ),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "main", "also", "go_mods", "build_list"), GRAPHS)
def test_one_program(name, main, also, go_mods, build_list, seed):
    # A second program of the same main module changes nothing in the graph of the first.
    closure = Closure([program(main, also), program("1.21")])
    assert names(complete(closure, UNIVERSE, seed)) == names(go_mods.split())
    assert names(closure.go_mods()) == names(go_mods.split())
    assert names(closure.zips()) == names(build_list.split())
    assert " ".join(map(str, closure.graphs[0].build_list())) == f"m {build_list}".strip()


# name, go.mod of m, more of it, what is read, the zips, the build list without m; as go 1.26
REPLACED = [
    (
        "by another version",
        "1.21 new@v1.0.0",
        "replace new => new v1.1.0",
        "new@v1.1.0",
        "new@v1.1.0 next@v1.1.0",
        "new@v1.0.0 next@v1.1.0",
    ),
    (
        "by a fork, in all versions",
        "1.16 next@v1.0.0 next@v1.1.0",
        "replace next => fork v1.0.0",
        "far@v1.0.0 farther@v1.0.0 fork@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 fork@v1.0.0",
        "far@v1.0.0 farther@v1.0.0 next@v1.1.0",
    ),
    (
        "where it is not read",
        "1.21 new@v1.0.0",
        "replace next v1.0.0 => fork v1.0.0",
        "new@v1.0.0",
        "fork@v1.0.0 new@v1.0.0",
        "new@v1.0.0 next@v1.0.0",
    ),
    (
        "by a directory",
        "1.16 new@v1.0.0",
        "replace next => ./next",
        "new@v1.0.0",
        "new@v1.0.0",
        "new@v1.0.0 next@v1.0.0",
    ),
]


@pytest.mark.parametrize(("name", "main", "also", "go_mods", "zips", "build_list"), REPLACED)
def test_replaced(name, main, also, go_mods, zips, build_list):
    closure = Closure([program(main, also)])
    complete(closure, UNIVERSE)
    assert names(closure.go_mods()) == go_mods
    assert names(closure.zips()) == zips
    assert " ".join(map(str, closure.graphs[0].build_list())) == f"m {build_list}"


def test_a_directory_is_taken_for_the_main_module_of_its_path():
    directory = MainModules([modfile.parse(go_mod_of("next", "1.17 far@v1.0.0").encode())])
    closure = Closure([program("1.16 new@v1.0.0", "replace next => ../next"), directory])
    assert names(complete(closure, UNIVERSE)) == "far@v1.0.0 farther@v1.0.0 new@v1.0.0"
    assert names(closure.graphs[0].zips()) == "far@v1.0.0 farther@v1.0.0 new@v1.0.0"
    assert names(closure.graphs[1].build_list()) == "far@v1.0.0 farther@v1.0.0 next"


@pytest.mark.parametrize(
    ("go", "go_mods"),
    [
        ("1.17", "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0"),
        ("1.17.3", "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0"),
        ("1.18rc1", "new@v1.0.0"),
        ("1.18", "new@v1.0.0"),
    ],
)
def test_go_mod_tidy_looks_at_the_unpruned_graph_of_go_1_16(go, go_mods):
    closure = Closure([program(f"{go} new@v1.0.0")])
    assert names(complete(closure, UNIVERSE)) == names(closure.go_mods()) == go_mods
    assert names(closure.zips()) == "new@v1.0.0 next@v1.0.0"


def test_several_programs():
    closure = Closure([program("1.21 new@v1.0.0"), program("1.21 new@v1.1.0")])
    assert names(complete(closure, UNIVERSE)) == "new@v1.0.0 new@v1.1.0"
    assert names(closure.zips()) == "new@v1.0.0 new@v1.1.0 next@v1.0.0 next@v1.1.0"


def test_no_program():
    closure = Closure([])
    assert (closure.graphs, closure.missing(), closure.zips()) == ((), set(), set())
    assert closure.go_mods() == set()


IN_WORKSPACES = UNIVERSE | {
    "a@v1.0.0": "1.17 b@v1.0.0",
    "a@v1.1.0": "1.17 b@v1.1.0",
    "b@v1.0.0": "1.17 c@v1.0.0",
    "b@v1.1.0": "1.17 c@v1.1.0",
    "b@v1.2.0": "1.17 c@v1.2.0 e@v1.0.0",
    "c@v1.0.0": "1.17",
    "c@v1.1.0": "1.17 a@v1.1.0",
    "c@v1.2.0": "1.17 d@v1.0.0",
    "d@v1.0.0": "1.17",
    "e@v1.0.0": "1.17 b@v1.3.0",
    "b@v1.3.0": "1.17",
    "x@v1.0.0": "1.17 b@v1.1.0",
    "n@v1.0.0": "1.17 b@v1.0.0",
}
# name, go.mod of each main module, go.work, what is read, the build list; as go 1.26 answers
WORKSPACES = [
    ("nothing", {"m": "1.21", "n": "1.16"}, "", "", "m n"),
    (
        "each with its own pruning",
        {"m": "1.16 next@v1.0.0", "n": "1.17 new@v1.0.0"},
        "",
        "far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0",
        "m n far@v1.0.0 farther@v1.0.0 new@v1.0.0 next@v1.0.0",
    ),
    (
        "what is selected is what one requires: no more is read",
        {"m": "1.21 a@v1.0.0 b@v1.0.0", "n": "1.21 a@v1.0.0"},
        "",
        "a@v1.0.0 b@v1.0.0",
        "m n a@v1.0.0 b@v1.0.0 c@v1.0.0",
    ),
    (
        "the selected version of a direct requirement is followed",
        {"m": "1.21 b@v1.0.0", "n": "1.21 a@v1.1.0"},
        "",
        "a@v1.1.0 b@v1.0.0 b@v1.1.0 c@v1.1.0",
        "m n a@v1.1.0 b@v1.1.0 c@v1.1.0",
    ),
    (
        "and so on, until nothing changes",
        {"m": "1.21 b@v1.0.0 c@v1.0.0", "n": "1.21 b@v1.2.0"},
        "",
        "b@v1.0.0 b@v1.2.0 b@v1.3.0 c@v1.0.0 c@v1.2.0 d@v1.0.0 e@v1.0.0",
        "m n b@v1.3.0 c@v1.2.0 d@v1.0.0 e@v1.0.0",
    ),
    (
        "a module that another requires",
        {"m": "1.21 n@v1.0.0", "n": "1.21 b@v1.1.0"},
        "",
        "b@v1.1.0 n@v1.0.0",
        "m n b@v1.1.0 c@v1.1.0",
    ),
    (
        "a replacement by the directory of a module",
        {"m": "1.21 n@v1.0.0", "n": "1.16 b@v1.1.0"},
        "replace n v1.0.0 => ./n",
        "a@v1.1.0 b@v1.1.0 c@v1.1.0",
        "m n a@v1.1.0 b@v1.1.0 c@v1.1.0",
    ),
    (
        "a replacement in go.work",
        {"m": "1.21 b@v1.0.0", "n": "1.21 a@v1.1.0"},
        "replace b v1.1.0 => fork v1.0.0",
        "a@v1.1.0 b@v1.0.0 far@v1.0.0 farther@v1.0.0 fork@v1.0.0",
        "m n a@v1.1.0 b@v1.1.0 c@v1.0.0 far@v1.0.0 farther@v1.0.0",
    ),
]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("name", "mains", "go_work", "go_mods", "build_list"), WORKSPACES)
def test_workspace(name, mains, go_work, go_mods, build_list, seed):
    closure = Closure([workspace(mains, go_work)])
    assert names(complete(closure, IN_WORKSPACES, seed)) == go_mods
    assert names(closure.go_mods()) == go_mods
    assert " ".join(map(str, closure.graphs[0].build_list())) == build_list


def test_go_mods_may_come_before_they_are_missing():
    closure = Closure([program("1.16 new@v1.0.0")])
    assert closure.feed("next", "v1.0.0", b"module next\nrequire far v1.1.0\n") == set()
    assert closure.feed("far", "v1.1.0", b"module far\n") == set()
    # Of two that were fed the first counts.
    assert closure.feed("next", "v1.0.0", b"module next\nrequire far v1.9.9\n") == set()
    assert names(closure.missing()) == "new@v1.0.0"
    assert closure.feed("new", "v1.0.0", b"module new\nrequire next v1.0.0\n") == set()
    assert closure.missing() == set()
    assert names(closure.zips()) == "far@v1.1.0 new@v1.0.0 next@v1.0.0"


def test_a_missing_one_is_told_once():
    closure = Closure([program("1.16 a@v1.0.0 b@v1.0.0")])
    assert names(closure.missing()) == "a@v1.0.0 b@v1.0.0"
    assert names(closure.feed("a", "v1.0.0", b"module a\nrequire c v1.0.0")) == "c@v1.0.0"
    assert closure.feed("b", "v1.0.0", b"module b\nrequire c v1.0.0") == set()
    assert names(closure.missing()) == "c@v1.0.0"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>\n",
        b"module (",
        b"require a\n",
        b"require a v1.\xd9\xa1.0\n",
        b"\0",
        b'go 1.1\n"\n',
    ],
)
def test_what_does_not_parse_may_be_skipped(data):
    closure = Closure([program("1.16 a@v1.0.0 b@v1.0.0")])
    with pytest.raises(ModFileError) as caught:
        closure.feed("a", "v1.0.0", data)
    assert caught.value.name == "a@v1.0.0/go.mod"
    assert names(closure.missing()) == "a@v1.0.0 b@v1.0.0"
    assert closure.skip("a", "v1.0.0") == closure.skip("b", "v1.0.0") == set()
    assert closure.missing() == set()
    assert names(closure.go_mods()) == names(closure.zips()) == "a@v1.0.0 b@v1.0.0"


def test_another_declared_path_is_no_error():
    closure = Closure([program("1.16 a@v1.0.0")])
    assert names(closure.feed("a", "v1.0.0", b"module b\nrequire c v1.0.0")) == "c@v1.0.0"


def test_exclusions_and_replacements_of_others_mean_nothing():
    closure = Closure([program("1.16 a@v1.0.0")])
    text = b"module a\nrequire b v1.0.0\nexclude b v1.0.0\nreplace b => c v1.0.0\n"
    assert names(closure.feed("a", "v1.0.0", text)) == "b@v1.0.0"


def test_a_deep_graph():
    closure = Closure([program("1.16 a@v1.0.0")])
    for number in range(1, 5_000):
        closure.feed("a", f"v1.{number}.0", f"module a\nrequire a v1.{number + 1}.0\n".encode())
    assert names(closure.missing()) == "a@v1.0.0"
    # All that was fed before is read now, one below the other.
    assert names(closure.feed("a", "v1.0.0", b"module a\nrequire a v1.1.0\n")) == "a@v1.5000.0"
    closure.skip("a", "v1.5000.0")
    assert names(closure.zips()) == "a@v1.5000.0"
    assert len(closure.go_mods()) == 5_001


def test_a_wide_workspace_of_many_rounds():
    # The selected version of each path is followed, and selects a higher one of the next.
    requires = " ".join(f"p{number}@v1.0.0" for number in range(300))
    closure = Closure([workspace({"m": f"1.21 {requires}", "n": "1.21 p0@v1.1.0"})])
    universe = {f"p{number}@v1.0.0": "1.17" for number in range(300)} | {
        f"p{number}@v1.1.0": f"1.17 p{number + 1}@v1.1.0" for number in range(299)
    }
    universe["p299@v1.1.0"] = "1.17"
    assert len(complete(closure, universe)) == 600
    assert {each.version for each in closure.zips()} == {"v1.1.0"}
