"""The list of reliability cases says the truth: all 61 are there, and the tests it names exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "dev" / "reference" / "cases.md"
IDS = [f"C-{number}" for number in range(1, 62)]

# The subjects whose work is still open, as cases.md names them.
SUBJECTS = {
    "at home in Pulp",
    "git import",
    "publish and protect",
    "pull-through and routes",
    "rq",
    "serving",
    "sync",
    "the checksum database",
}


def rows(text):
    """Return {id: last cell} of the rows of a page's tables, and the ids in order."""
    found = re.findall(r"(?m)^\| (C-[0-9]+) \|.*\| ([^|\n]+) \|\n", f"{text}\n", re.ASCII)
    return dict(found), [name for name, _ in found]


def named_tests(cell):
    """Return the tests that a cell names: its words in backquotes."""
    return set(re.findall("`([^`]+)`", cell))


def open_subjects(cell):
    """Return the subjects that a cell leaves the case, or a part of it, to."""
    _, _, rest = cell.partition("open: ")
    return set(rest.split(", ")) if rest else set()


def cases_of_source(text):
    """Return {test: ids} of a test module: by its name, `test_c11_...`, or by the marker."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            ids = {f"C-{number}" for number in re.findall("^test_c([0-9]+)_", node.name)}
            marks = [mark for mark in node.decorator_list if is_case_marker(mark)]
            ids |= {argument.value for mark in marks for argument in mark.args}
            if ids:
                found.setdefault(node.name, set()).update(ids)
    return found


def is_case_marker(decorator):
    """Report whether a decorator is `@pytest.mark.case(...)`."""
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.case"


def cases_of_tree(root):
    """Return {test: ids} of every test below `root` that exercises a case."""
    found = {}
    for top in ("pulp_go/tests", "functional_tests"):
        for source in sorted((root / top).rglob("test_*.py")):
            for name, ids in cases_of_source(source.read_text()).items():
                found.setdefault(name, set()).update(ids)
    return found


CELLS, LISTED = rows(PAGE.read_text())
TESTS = cases_of_tree(ROOT)


def test_the_page_lists_every_case_once():
    assert LISTED == IDS


@pytest.mark.parametrize("case", IDS)
def test_a_case_names_its_tests_or_who_will_cover_it(case):
    cell = CELLS[case]
    exercising = {name for name, ids in TESTS.items() if case in ids}
    assert named_tests(cell) == exercising
    assert open_subjects(cell) <= SUBJECTS
    assert exercising or open_subjects(cell) or cell.startswith("does not apply: ")


def test_no_test_names_a_case_that_is_not_listed():
    assert set().union(*TESTS.values()) <= set(IDS)


PAGES = [
    ("| C-1 | what | `test_c1_a` |", {"C-1": "`test_c1_a`"}),
    ("| C-1 | what | open: rq |\n| C-2 | b | c |", {"C-1": "open: rq", "C-2": "c"}),
    ("| C-١ | what | open: rq |", {}),
    ("| C-1 | what | open: rq\n |", {}),
]
SOURCES = [
    ("def test_c11_heals(): ...", {"test_c11_heals": {"C-11"}}),
    ("@pytest.mark.case('C-4')\ndef test_tls(): ...", {"test_tls": {"C-4"}}),
    (
        "@pytest.mark.case('C-4')\n@pytest.mark.case('C-7')\ndef test_c5_a(): ...",
        {"test_c5_a": {"C-4", "C-5", "C-7"}},
    ),
    ("def test_circle(): ...\ndef c11_(): ...", {}),
]


@pytest.mark.parametrize(("text", "cells"), PAGES)
def test_rows_are_read(text, cells):
    assert rows(text)[0] == cells


@pytest.mark.parametrize(("text", "cases"), SOURCES)
def test_cases_of_a_test_module_are_read(text, cases):
    assert cases_of_source(text) == cases
