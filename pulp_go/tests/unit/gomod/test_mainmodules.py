import pytest

from pulp_go.gomod import modfile, workfile
from pulp_go.gomod.errors import ModuleGraphError
from pulp_go.gomod.mainmodules import MainModules
from pulp_go.gomod.mvs import ModuleVersion


def mains_of(go_mods, go_work=None):
    parsed = [modfile.parse(go_mod.encode()) for go_mod in go_mods]
    return MainModules(parsed, workfile.parse(go_work.encode()) if go_work else None)


def test_one_main_module():
    mains = mains_of(["module m\ngo 1.21\nexclude a.b/c v1.0.0\nexclude a.b/c v1.1.0"])
    assert mains.versions == (ModuleVersion("m", ""),)
    assert not mains.is_workspace
    assert mains.go_mod(ModuleVersion("m", "")).go == "1.21"
    assert mains.excludes(ModuleVersion("a.b/c", "v1.1.0"))
    assert not mains.excludes(ModuleVersion("a.b/c", "v1.2.0"))
    assert not mains.excludes(ModuleVersion("a.b/d", "v1.0.0"))


def test_a_workspace():
    mains = mains_of(
        ["module b\nexclude x.y/z v1.0.0", "module a\nexclude x.y/z v1.1.0"], "use ./a\nuse ./b"
    )
    assert mains.versions == (ModuleVersion("b", ""), ModuleVersion("a", ""))
    assert mains.is_workspace
    assert mains.excludes(ModuleVersion("x.y/z", "v1.0.0"))
    assert mains.excludes(ModuleVersion("x.y/z", "v1.1.0"))


def test_a_directory_counts_once():
    assert mains_of(["module a"], "use .\nuse .").versions == (ModuleVersion("a", ""),)


# go.mods, go.work, what is replaced and by what: path@version, "path@" where nothing is fetched
REPLACED = [
    (["module m"], None, {"a@v1.0.0": "a@v1.0.0", "m@": "m@", "m@v1.0.0": "m@v1.0.0"}),
    (["module m\nreplace a => b v1.0.0"], None, {"a@v1.0.0": "b@v1.0.0", "a@v2.0.0": "b@v1.0.0"}),
    (["module m\nreplace a => ./b"], None, {"a@v1.0.0": "a@", "b@v1.0.0": "b@v1.0.0"}),
    (
        ["module m\nreplace a v1.0.0 => b v1.0.0"],
        None,
        {"a@v1.0.0": "b@v1.0.0", "a@v1.1.0": "a@v1.1.0"},
    ),
    (
        ["module m\nreplace a => ./a\nreplace a v1.0.0 => b v1.0.0"],
        None,
        {"a@v1.0.0": "b@v1.0.0", "a@v1.1.0": "a@"},
    ),
    # Replacements are not replaced.
    (
        ["module m\nreplace a => b v1.0.0\nreplace b => c v1.0.0"],
        None,
        {"a@v1.0.0": "b@v1.0.0", "b@v1.0.0": "c@v1.0.0"},
    ),
    # Nor are main modules, but versions of them are.
    (["module m\nreplace m => ./m"], None, {"m@": "m@", "m@v1.0.0": "m@"}),
    (["module m\nreplace m => b v1.0.0"], None, {"m@": "m@", "m@v1.0.0": "b@v1.0.0"}),
    (
        ["module m\nreplace a => b v1.0.0", "module n\nreplace c => ./c"],
        "use ./m\nuse ./n",
        {"a@v1.0.0": "b@v1.0.0", "c@v1.0.0": "c@"},
    ),
    (
        ["module m\nreplace a => b v1.0.0", "module n\nreplace a => b v1.0.0"],
        "use ./m\nuse ./n",
        {"a@v1.0.0": "b@v1.0.0"},
    ),
    (
        ["module m\nreplace a => ./a", "module n\nreplace a => ../a"],
        "use ./m\nuse ./n",
        {"a@v1.0.0": "a@"},
    ),
    # go.work wins, though it replaces all versions and go.mod one; and it decides for its path.
    (
        ["module m\nreplace a v1.0.0 => b v1.0.0"],
        "use .\nreplace a => c v1.0.0",
        {"a@v1.0.0": "c@v1.0.0"},
    ),
    (
        ["module m\nreplace a => b v1.0.0", "module n\nreplace a => ./a"],
        "use ./m\nuse ./n\nreplace a v1.5.0 => c v1.0.0",
        {"a@v1.5.0": "c@v1.0.0", "a@v1.0.0": "b@v1.0.0"},
    ),
    (["module m"], "use .\nreplace m v1.0.0 => ./m", {"m@": "m@", "m@v1.0.0": "m@"}),
]


@pytest.mark.parametrize(("go_mods", "go_work", "replaced"), REPLACED)
def test_actual(go_mods, go_work, replaced):
    mains = mains_of(go_mods, go_work)
    for old, new in replaced.items():
        actual = mains.actual(ModuleVersion(*old.split("@")))
        assert f"{actual.path}@{actual.version}" == new


# go.mods, go.work, the path at fault, what is wrong
REFUSED = [
    ([], None, "", "0 go.mod files are given, but there is no go.work"),
    (["module a", "module b"], None, "", "2 go.mod files are given, but there is no go.work"),
    (["module a"], "use ./a\nuse ./b", "", "1 go.mod files are given, but go.work uses 2"),
    (["module a"], "go 1.21", "", "1 go.mod files are given, but go.work uses 0"),
    (["go 1.21"], None, "", "no module declaration in go.mod"),
    (["module a", "module a"], "use ./a\nuse ./b", "a", "appears multiple times in workspace"),
    (["module a"], "use .\nreplace a => ../a", "a", "workspace module is replaced at all versions"),
    (
        ["module m\nreplace a => b v1.0.0\nreplace a => b v1.1.0"],
        None,
        "a",
        "conflicting replacements: b@v1.0.0 and b@v1.1.0",
    ),
    (
        ["module m\nreplace a v1.0.0 => ./a\nreplace a v1.0.0 => ./b"],
        None,
        "a@v1.0.0",
        "conflicting replacements: ./a and ./b",
    ),
    (
        ["module m"],
        "use .\nreplace a => ./a\nreplace a => ./١",
        "a",
        "conflicting replacements: ./a and ./١",
    ),
    (
        ["module m\nreplace a => b v1.0.0", "module n\nreplace a => ./a"],
        "use ./m\nuse ./n",
        "a",
        "conflicting replacements: b@v1.0.0 and ./a",
    ),
]


@pytest.mark.parametrize(("go_mods", "go_work", "path", "reason"), REFUSED)
def test_refused(go_mods, go_work, path, reason):
    with pytest.raises(ModuleGraphError) as caught:
        mains_of(go_mods, go_work)
    assert caught.value.path == path
    assert caught.value.reason.startswith(reason)
    assert str(caught.value) == (f"{path}: " if path else "") + caught.value.reason
