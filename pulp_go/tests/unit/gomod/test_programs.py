"""The programs that the texts of a remote describe, and the toolchains that they name."""

import pytest

from pulp_go.gomod import mainmodules
from pulp_go.gomod.errors import ModFileError, ModuleGraphError

A = "module example.com/a\n\ngo 1.21\n\ntoolchain go1.22.1\n"
B = "module example.com/b\n\ngo 1.21\n"
WORK = "go 1.21\n\ntoolchain go1.23.0\n\nuse ./a\nuse ./b\n"
PROGRAMS = [
    ([], "", []),
    ([A], "", [["example.com/a"]]),
    ([A, B], "", [["example.com/a"], ["example.com/b"]]),
    ([A, B], WORK, [["example.com/a", "example.com/b"], ["example.com/a"], ["example.com/b"]]),
]


@pytest.mark.parametrize("go_mods, go_work, paths", PROGRAMS)
def test_each_text_is_a_program_and_a_workspace_is_one_more(go_mods, go_work, paths):
    programs = mainmodules.programs(go_mods, go_work)
    assert [[main.path for main in program.versions] for program in programs] == paths
    assert [program.is_workspace for program in programs] == [len(main) == 2 for main in paths]


WRONG = [
    ([A, "modul example.com/b\n"], "", ModFileError, "go.mod #2:1"),
    ([A], "go 1.21\nuse\n", ModFileError, "go.work:2"),
    ([A], WORK, ModuleGraphError, "uses 2 directories"),
    (["go 1.21\n"], "", ModuleGraphError, "no module declaration"),
]


@pytest.mark.parametrize("go_mods, go_work, error, words", WRONG)
def test_what_is_wrong_is_named(go_mods, go_work, error, words):
    with pytest.raises(error, match=words):
        mainmodules.programs(go_mods, go_work)


def test_toolchains_are_named_once_each():
    assert mainmodules.toolchains([A, A, B], WORK) == ["go1.22.1", "go1.23.0"]
    assert mainmodules.toolchains([B]) == []
