"""Where the vectors are, and how many of their cases were run.

The vectors are inputs with the results of Go's own code. They are no part of this repository: they
lie where the variable PULP_GO_VECTORS says, or else in `../shared/vectors` beside the checkout.
Without them every test of this room is skipped, and the summary says so.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

VARIABLE = "PULP_GO_VECTORS"
BESIDE_THE_CHECKOUT = Path(__file__).parents[3].parent / "shared" / "vectors"
CASES = pytest.StashKey[Counter[str]]()
MISSING = pytest.StashKey[str]()

Cases = Callable[[str, str], list | dict]

# Where we differ from the vectors on purpose or they are at fault: (file, array, what is asked) and
# the reason. Everything else is a failure.
DIFFERENCES = {
    ("module.json", "paths", "SplitPathVersion of x.y/\\xffz"): (
        "Go answers the path itself as the prefix; bytes that are no UTF-8 could not be written "
        "in the vectors, which have an empty prefix instead"
    ),
}


@pytest.fixture(scope="session")
def vectors_dir(pytestconfig) -> Path:
    """The folder of the vectors; skips the test that asks where there is none."""
    folder = Path(os.environ.get(VARIABLE) or BESIDE_THE_CHECKOUT)
    if not folder.is_dir():
        reason = f"no vectors: {VARIABLE} is unset or names no folder"
        pytestconfig.stash[MISSING] = reason
        pytest.skip(reason)
    return folder


@pytest.fixture
def cases(vectors_dir, pytestconfig) -> Cases:
    """Return what reads one array of one file of the vectors, and counts its cases as run.

    A few are objects of two arrays, `in` and `out`.
    """
    counted = pytestconfig.stash.setdefault(CASES, Counter())

    def read(file: str, array: str) -> list | dict:
        found = _load(vectors_dir / file)[array]
        asked = found.get("in", found) if isinstance(found, dict) else found
        counted[f"{file} {array}"] = len(asked)
        return found

    return read


@pytest.fixture
def count(pytestconfig) -> Callable[[str, int], None]:
    """Return what counts as run what is no array: its name, and how many there were."""
    return pytestconfig.stash.setdefault(CASES, Counter()).__setitem__


@lru_cache
def _load(path: Path) -> dict:
    return json.loads(path.read_bytes())


def pytest_terminal_summary(terminalreporter, config):
    """Print the number of cases, or that the vectors are missing."""
    if MISSING in config.stash:
        terminalreporter.section("conformance was NOT checked", red=True)
        terminalreporter.line(config.stash[MISSING])
    if CASES in config.stash:
        terminalreporter.section("conformance cases")
        for name, number in sorted(config.stash[CASES].items()):
            terminalreporter.line(f"{name}: {number}")
        for (file, array, what), reason in DIFFERENCES.items():
            terminalreporter.line(f"differs: {file} {array}, {what}: {reason}")
