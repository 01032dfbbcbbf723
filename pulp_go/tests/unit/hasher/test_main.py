"""The program as it is started, and its parts in this process, where coverage sees them."""

import os
import select
import signal
import subprocess
import sys
from io import BytesIO

import pytest

from pulp_go.gomod.errors import GoModError
from pulp_go.hasher import wire
from pulp_go.hasher.__main__ import serve
from pulp_go.hasher.wire import Request
from pulp_go.tests.unit.gomod.zips import File, build
from pulp_go.tests.unit.hasher.sample import ALGORITHMS, FACTS, MODULE, ROOT, VERSION, write


def line(path, module=MODULE, version=VERSION):
    return wire.encode_request(Request(path, module, version, ALGORITHMS))


@pytest.fixture
def program(tmp_path):
    """The running program, in a directory with a file that would shadow one of its modules."""
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')\n")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pulp_go.hasher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    )
    with process:
        yield process
        process.kill()


def ask(program, request):
    program.stdin.write(request)
    program.stdin.flush()
    return wire.decode_answer(program.stdout.readline())


def test_one_answer_a_request_until_the_input_ends(program, tmp_path):
    good, missing = write(tmp_path / "zip"), str(tmp_path / "none\n\udcff")
    assert ask(program, line(good)) == FACTS
    with pytest.raises(GoModError, match="does not have prefix"):
        ask(program, line(good, "example.com/other"))
    with pytest.raises(FileNotFoundError) as caught:
        ask(program, line(missing))
    assert caught.value.filename == missing
    assert ask(program, line(good)) == FACTS
    program.stdin.close()
    assert program.stdout.read() == b""
    assert program.wait(10) == 0


def test_serve(tmp_path):
    answers = BytesIO()
    serve(BytesIO(line(write(tmp_path / "zip")) + line(str(tmp_path / "none"))), answers)
    good, missing = answers.getvalue().splitlines()
    assert wire.decode_answer(good) == FACTS
    with pytest.raises(FileNotFoundError):
        wire.decode_answer(missing)


HOSTILE_NAMES = ["a\n", "١", "\u2028\x85", "a\\", "é\0/../x"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names(tmp_path, name):
    path = write(tmp_path / "zip", build(File(ROOT + name)))
    answers = BytesIO()
    serve(BytesIO(line(path)), answers)
    with pytest.raises(GoModError) as caught:
        wire.decode_answer(answers.getvalue())
    assert str(caught.value).startswith(ROOT + name)


@pytest.mark.parametrize(("module", "version"), [("\ud800.com/m", VERSION), (MODULE, "v1\udcff\n")])
def test_hostile_module_versions(tmp_path, module, version):
    answers = BytesIO()
    serve(BytesIO(line(write(tmp_path / "zip"), module, version)), answers)
    with pytest.raises(GoModError, match="malformed module path|invalid version"):
        wire.decode_answer(answers.getvalue())


def test_a_stop_of_the_whole_group_does_not_end_it(program, tmp_path):
    good = line(write(tmp_path / "zip"))
    assert ask(program, good) == FACTS
    program.send_signal(signal.SIGINT)
    program.send_signal(signal.SIGTERM)
    assert ask(program, good) == FACTS


def test_it_ends_when_nobody_reads_the_answer(program, tmp_path):
    good = line(write(tmp_path / "zip"))
    assert ask(program, good) == FACTS
    program.stdout.close()
    program.stdin.write(good)
    program.stdin.flush()
    assert program.wait(10) == -signal.SIGPIPE


def test_it_ends_with_a_parent_that_is_killed(tmp_path):
    (seen, told), environment = os.pipe(), os.environ | {"PYTHONSAFEPATH": "1"}
    # The child has the only other end of `told`, so that the end of the pipe is its end.
    script = (
        "import os, signal, subprocess, sys\n"
        "child = [sys.executable, '-m', 'pulp_go.hasher']\n"
        f"subprocess.Popen(child, stdin=subprocess.PIPE, pass_fds=[{told}])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", script], pass_fds=[told], env=environment, check=False
    )
    assert parent.returncode == -signal.SIGKILL
    os.close(told)
    readable, _, _ = select.select([seen], [], [], 10)
    assert readable and os.read(seen, 1) == b""
    os.close(seen)
