import pytest

from pulp_go.gomod.treewalk import list_files_in_dir
from pulp_go.tests.unit.gomod.trees import closed, names, reader

# The files on a disk, those of the source tree, and what of the disk is left out.
DIRECTORIES = [
    ([], [], []),
    (names("b/c", "a", "go.mod"), ["a", "go.mod", "b/c"], []),
    (
        names(".git/config", ".hg/x", "a/.svn/x", ".bzr/x", ".gitignore", "b/.git", "git/x"),
        [".gitignore", "git/x", "b/.git"],
        [".bzr", ".git", ".hg", "a/.svn"],
    ),
    (
        names("sub/go.mod", "sub/x'", "sub/a/b", "go.mod", "x/go.mod/y"),
        ["go.mod", "x/go.mod/y"],
        ["sub"],
    ),
    (names("sub/GO.MOD", "sub/x"), ["sub/GO.MOD", "sub/x"], []),
    ([closed("sub/go.mod", mode="symlink"), closed("sub/x")], [], ["sub"]),
    (
        [closed("a'", mode="symlink"), closed("b", mode="other"), closed("a\n"), closed("١")],
        ["a\n", "١"],
        ["a'", "b"],
    ),
    (names("vendor/a/b", "vendor/c/go.mod"), ["vendor/a/b"], ["vendor/c"]),
]


@pytest.mark.parametrize(("files", "listed", "omitted"), DIRECTORIES)
def test_list_files_in_dir(files, listed, omitted):
    found, left_out = list_files_in_dir(reader(files))
    assert [file.path for file in found] == listed
    assert sorted(error.path for error in left_out) == omitted


def test_reasons_to_omit_what_is_in_a_directory():
    files = [closed(".git/x"), closed("sub/go.mod"), closed("link", mode="symlink")]
    assert sorted(list_files_in_dir(reader(files))[1]) == [
        (".git", "directory is a version control repository"),
        ("link", "not a regular file"),
        ("sub", "directory is in another module"),
    ]


def test_omitted_directories_are_not_entered():
    entered = []
    read_dir = reader(names(".git/objects/x", "sub/go.mod", "sub/a/b", "c/d"))

    def note(directory):
        entered.append(directory)
        return read_dir(directory)

    list_files_in_dir(note)
    assert sorted(entered) == ["", "c", "sub"]
