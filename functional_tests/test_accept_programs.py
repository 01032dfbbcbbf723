"""Real programs of different ages, each synced by its go.mod alone, from a real upstream.

Then everything is done to them with Pulp as the only GOPROXY and an empty module cache each time.
Their go.mods and go.sums are as `go mod tidy` of go1.26.8 wrote them.
"""

from pathlib import Path

import pytest

from functional_tests.program import COMMANDS, UNTOLD, Program

pytestmark = pytest.mark.accept

# What these print is the same for each program that has all it needs.
PRINTED = {
    ("mod", "tidy", "-diff"): "",
    ("mod", "verify"): "all modules verified\n",
    ("build", "./..."): "",
}


def read(directory: Path) -> Program:
    """Return the program that lies in a directory."""
    files = {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}
    return Program(directory.name, files)


PROGRAMS = [read(path) for path in sorted((Path(__file__).parent / "programs").iterdir())]


def test_there_are_a_dozen():
    assert len(PROGRAMS) >= 12
    assert all({"go.mod", "go.sum", "main.go"} <= {*program.files} for program in PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_a_real_program_needs_nothing_else(pulp, go, real_upstream, program):
    repository = pulp.repository()
    fields = real_upstream | program.remote_fields("")
    result = pulp.sync(repository, pulp.remote(fields.pop("url"), **fields))["result"]
    assert result["failed"] == []
    base = pulp.distribution(repository=repository)
    for command in COMMANDS:
        user = go(base)
        user.put(program.files)
        said = user.run(*command)
        assert command[0] in UNTOLD or said == PRINTED.get(command, said), command
        user.forget()
