"""Where a module lies, by what a remote says of its repositories."""

import pytest

from pulp_go.gomod.reporoots import RepoRoot, RepoRoots, module_in

URL = "https://git.example.com/mono.git"
MANY = "ssh://git@git.example.com/{repository}.git"
ONE = RepoRoots(URL, "corp.example/mono")
ALL = RepoRoots(MANY, "corp.example", 1)
TEAMS = RepoRoots(MANY, "corp.example", 2)
MAPPED = RepoRoots(URL, modules={"corp.example/tool/v2": "tool", "other.example/x": ""})
BOTH = RepoRoots(MANY, "corp.example", 1, {"corp.example/a/deep": "src/deep"})

FOUND = [
    (ONE, "corp.example/mono", URL, "corp.example/mono", ""),
    (ONE, "corp.example/mono/v2", URL, "corp.example/mono", ""),
    (ONE, "corp.example/mono/a/b", URL, "corp.example/mono", ""),
    (ALL, "corp.example/a", "ssh://git@git.example.com/a.git", "corp.example/a", ""),
    (ALL, "corp.example/a/b/v3", "ssh://git@git.example.com/a.git", "corp.example/a", ""),
    (TEAMS, "corp.example/t/a/b", "ssh://git@git.example.com/t/a.git", "corp.example/t/a", ""),
    (MAPPED, "corp.example/tool/v2", URL, "corp.example/tool", "tool"),
    (MAPPED, "other.example/x", URL, "other.example/x", ""),
    (
        BOTH,
        "corp.example/a/deep",
        "ssh://git@git.example.com/a.git",
        "corp.example/a/deep",
        "src/deep",
    ),
    (BOTH, "corp.example/a/b", "ssh://git@git.example.com/a.git", "corp.example/a", ""),
]


@pytest.mark.parametrize(("roots", "module", "repo", "root", "subdir"), FOUND)
def test_a_module_has_its_place(roots, module, repo, root, subdir):
    assert roots.find(module) == RepoRoot(repo, root, subdir)


@pytest.mark.parametrize(
    ("roots", "module"),
    [
        (ONE, "corp.example/monolith"),
        (ONE, "corp.example"),
        (ONE, "corp.example/mon\n"),
        (ALL, "corp.example"),
        (ALL, "elsewhere.example/a"),
        (TEAMS, "corp.example/t"),
        (MAPPED, "corp.example/tool"),
        (MAPPED, "corp.example/tool/v٢"),
        (RepoRoots(MANY, "corp.example", 1, {"other.example/x": ""}), "other.example/x"),
    ],
)
def test_of_others_nothing_is_said(roots, module):
    assert roots.find(module) is None


@pytest.mark.parametrize(
    ("directory", "declared", "path"),
    [
        ("", "corp.example/mono", "corp.example/mono"),
        ("", "corp.example/mono/v2", "corp.example/mono/v2"),
        ("", "elsewhere.example/x/v3", "corp.example/mono/v3"),
        ("", "", "corp.example/mono"),
        ("a", "corp.example/mono/a", "corp.example/mono/a"),
        ("a", "corp.example/mono/a/v4", "corp.example/mono/a/v4"),
        ("a/v2", "corp.example/mono/a/v2", "corp.example/mono/a/v2"),
        ("v2", "corp.example/mono/v3", "corp.example/mono/v2"),
        ("a", "gopkg.in/a.v2", "corp.example/mono/a"),
        ("a\n", "", "corp.example/mono/a\n"),
        ("١", "x.example/y/v٢", "corp.example/mono/١"),
    ],
)
def test_the_path_of_a_module_in_a_directory(directory, declared, path):
    assert module_in("corp.example/mono", directory, declared) == path
