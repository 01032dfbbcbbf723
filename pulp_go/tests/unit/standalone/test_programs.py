"""PostgreSQL's programs are run where they are, or from a copy that their user can reach."""

import pytest

from pulp_go.standalone import programs
from pulp_go.standalone.errors import StandaloneError

RUNS, FAILS = "#!/bin/sh\n", "#!/bin/sh\nexit 1\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The `bin` of an installation whose `postgres` fails, as for a user who cannot reach it."""
    monkeypatch.setattr(programs, "_TEMPORARY", tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    package = tmp_path / "site-packages" / "wheel"
    directory = package / "pginstall" / "bin"
    directory.mkdir(parents=True)
    write(directory / "postgres", FAILS)
    (package / "pginstall" / "share").mkdir()
    (package.parent / "wheel.libs").mkdir()
    return directory


def write(program, text):
    program.write_text(text)
    program.chmod(0o755)


def test_programs_that_run_are_run_where_they_are(installed):
    write(installed / "postgres", RUNS)
    assert programs.reachable(installed, {}) == installed


def test_a_copy_is_made_once_for_each_installation(installed, tmp_path):
    first = programs.reachable(installed, {})
    copy = first.parents[2]
    assert (copy.parent, copy.stat().st_mode & 0o777) == (tmp_path / "tmp", 0o755)
    assert first == copy / "wheel" / "pginstall" / "bin"
    assert (first / "postgres").read_text() == FAILS
    assert (copy / "wheel" / "pginstall" / "share").is_dir()
    assert (copy / "wheel.libs").is_dir()
    assert programs.reachable(installed, {}) == first
    write(installed / "postgres", FAILS + "# another\n")
    assert programs.reachable(installed, {}) != first
    assert len(list((tmp_path / "tmp").iterdir())) == 2


def test_a_directory_that_others_can_write_is_not_taken_for_a_copy(installed):
    programs.reachable(installed, {}).parents[2].chmod(0o777)
    with pytest.raises(StandaloneError, match="is not a directory of ours alone"):
        programs.reachable(installed, {})


def test_a_copy_that_cannot_be_made_is_named(installed, tmp_path):
    (tmp_path / "tmp").rmdir()
    with pytest.raises(StandaloneError, match="cannot copy .*wheel"):
        programs.reachable(installed, {})
