import pytest

from pulp_go.gomod.collisions import Collisions, are_apart

FINE = [
    [],
    ["a"],
    ["a", "b", "a.go", "a-b/c", "ab"],
    ["a/b.go", "a/c.go", "a/d/e", "a/d/f"],
    ["a/", "a/"],
    ["a/", "a/b", "a/"],
    ["a/b/", "a/", "a/b/c"],
    ["ss", "ß"],
    ["i", "ı", "İ"],
    ["a", "\udcff", "a\n", "a١"],
]

# What comes before, what comes then, and what is wrong with it, as x/mod's zip.CheckFiles says it.
COLLISIONS = [
    (["a"], "a", "multiple entries for file 'a'"),
    (["b/c"], "b/c", "multiple entries for file 'b/c'"),
    (["a\n"], "a\n", "multiple entries for file 'a\\n'"),
    (["١/a"], "١/a", "multiple entries for file '١/a'"),
    (["a", "b"], "a/", "entry 'a' is both a file and a directory"),
    (["a/"], "a", "entry 'a' is both a file and a directory"),
    (["a"], "a/b", "entry 'a' is both a file and a directory"),
    (["a/b"], "a", "entry 'a' is both a file and a directory"),
    (["x/a"], "x/a/b/c", "entry 'x/a' is both a file and a directory"),
    (["a"], "A", "case-insensitive file name collision: 'a' and 'A'"),
    (["a/x.go"], "A/y.go", "case-insensitive file name collision: 'a' and 'A'"),
    (["a/B.go"], "A/b.go", "case-insensitive file name collision: 'a/B.go' and 'A/b.go'"),
    (["x/a/b/c"], "x/A/b/d", "case-insensitive file name collision: 'x/a/b' and 'x/A/b'"),
    (["a/"], "A", "case-insensitive file name collision: 'a' and 'A'"),
    (["k"], "\u212a", "case-insensitive file name collision: 'k' and '\u212a'"),
    (["s/a"], "ſ/b", "case-insensitive file name collision: 's' and 'ſ'"),
    (["ß"], "ẞ", "case-insensitive file name collision: 'ß' and 'ẞ'"),
    (["σ"], "ς", "case-insensitive file name collision: 'σ' and 'ς'"),
]


def check(collisions, path):
    """Check a path, that of a directory if it ends in a slash."""
    return collisions.check(path.removesuffix("/"), is_directory=path.endswith("/"))


@pytest.mark.parametrize("paths", FINE)
def test_paths_that_may_stand_beside_each_other(paths):
    collisions = Collisions()
    assert [check(collisions, path) for path in paths] == [""] * len(paths)


@pytest.mark.parametrize(("before", "path", "reason"), COLLISIONS)
def test_collision(before, path, reason):
    collisions = Collisions()
    assert [check(collisions, other) for other in before] == [""] * len(before)
    assert check(collisions, path) == reason


@pytest.mark.parametrize("paths", FINE)
def test_paths_of_files_that_are_apart(paths):
    assert are_apart([path for path in paths if not path.endswith("/")])


@pytest.mark.parametrize(("before", "path", "reason"), COLLISIONS)
def test_paths_of_files_that_are_not_apart(before, path, reason):
    # That of a directory implies one of a file in it.
    paths = [f"{other}x" if other.endswith("/") else other for other in (*before, path)]
    assert not are_apart(paths)
    assert not are_apart(paths[::-1])


def test_what_collides_above_stays_below():
    """As in Go: what is below the directories that collide is taken, by the wrong spelling."""
    collisions = Collisions()
    assert not check(collisions, "a/x")
    assert check(collisions, "A/y") == "case-insensitive file name collision: 'a' and 'A'"
    assert check(collisions, "a/y") == "case-insensitive file name collision: 'A/y' and 'a/y'"


def test_deep_paths():
    """The texts of all directories above one of these paths are gigabytes."""
    collisions = Collisions()
    deep = "a/" * 50_000
    assert not check(collisions, deep + "b")
    assert not check(collisions, deep + "c")
    assert "collision" in check(collisions, deep + "C")
    assert not are_apart([deep + "b"])
