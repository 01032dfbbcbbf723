"""What the program is asked: a mirror is brought up to date, and then read."""

import json
import subprocess
import sys
import time
from base64 import b64decode
from hashlib import sha256

import pytest

from pulp_go.git import wire
from pulp_go.git.__main__ import answer
from pulp_go.git.desk import Desk
from pulp_go.tests.unit.git.gitservers import Origin, git, needs_git, silent_port

ROOT = "corp.example/mono"
# sha256sum a.go go.mod | sha256sum, in base64
H1 = "h1:ZxYcyZe+HrgKmP8N2CgLuW3uxL21hkIwig3Re6qAWBI="
FILES = {"go.mod": "module corp.example/mono\n", "a.go": "package a\n"}
SUB = {
    "sub/go.mod": "module corp.example/mono/sub\n",
    "sub/vendor/x/go.mod": "module x.example/x\n",
}
pytestmark = needs_git
ACCESS = {"limits": {"connect": 5, "read": 5, "total": 60}}


@pytest.fixture
def source(tmp_path):
    """A repository with two modules and three tags; its commits by tag."""
    origin = Origin(tmp_path / "source.git")
    origin.commits = {}
    for tag, files in (("v1.0.0", FILES), ("v1.1.0", {"b.go": "package a\n"}), ("sub/v0.1.0", SUB)):
        origin.commits[tag] = origin.commit(files=files)
        origin.tag(tag, annotated=tag == "v1.1.0")
    return origin


@pytest.fixture
def ask(tmp_path, source):
    """Return what asks a desk about the mirror of the repository, after an update of it."""
    known = {"path": str(tmp_path / "mirrors" / "m"), "url": f"file://{source.path}"}
    with Desk() as desk:

        def do(what, **more):
            return answer(desk, wire.encode({"do": what} | known | more))

        do.update = lambda: known.update(state=do("update", access=dict(ACCESS))["state"])
        do.update()
        yield do


def of(module, subdir=""):
    return {"module": module, "root": ROOT, "subdir": subdir}


def test_versions_with_their_commits(ask, source):
    commits = source.commits
    found = dict(ask("versions", **of(ROOT))["versions"])
    assert found == {"v1.0.0": commits["v1.0.0"], "v1.1.0": commits["v1.1.0"]}
    found = dict(ask("versions", **of(f"{ROOT}/sub"))["versions"])
    assert found == {"v0.1.0": commits["sub/v0.1.0"]}


def test_a_version_and_its_zip(ask, source, tmp_path):
    stat = ask("stat", **of(ROOT), query="v1.0.0")
    assert stat["version"] == "v1.0.0"
    assert b64decode(stat["go_mod"]) == b"module corp.example/mono\n"
    assert json.loads(stat["info"])["Origin"]["Hash"] == source.commits["v1.0.0"]
    target = tmp_path / "zip"
    zip = ask("zip", **of(ROOT), query="v1.0.0", target=str(target), algorithms=["sha256"])
    assert zip["h1"] == H1
    assert zip["digests"] == {"sha256": sha256(target.read_bytes()).hexdigest()}
    assert (zip["size"], b64decode(zip["go_mod"])) == (
        target.stat().st_size,
        b"module corp.example/mono\n",
    )


def test_modules(ask):
    assert ask("modules", root=ROOT)["modules"] == [ROOT, f"{ROOT}/sub"]


def test_what_is_not_there(ask):
    told = ask("stat", **of(ROOT), query="v9.9.9")
    assert told["error"] == "not found" and "unknown revision v9.9.9" in told["reason"]
    assert ask("stat", **of(f"{ROOT}/none"), query="main")["error"] == "not found"
    assert (
        ask("stat", module="corp.example/Ä", root=ROOT, subdir="", query="main")["error"] == "bad"
    )


def test_a_new_tag_is_seen_after_the_next_update(ask, source):
    assert len(ask("versions", **of(ROOT))["versions"]) == 2
    source.tag("v1.2.0", "main")
    assert len(ask("versions", **of(ROOT))["versions"]) == 2
    ask.update()
    assert len(ask("versions", **of(ROOT))["versions"]) == 3


def test_a_repository_that_is_not_there(ask, tmp_path):
    told = ask("update", url=f"file://{tmp_path}/none.git", access=dict(ACCESS))
    assert told["error"] == "not found" and str(tmp_path) not in told["reason"]


def test_a_repository_without_any_ref(ask, source):
    for ref in source.refs().keys() - {"HEAD"}:
        git(source.path, "update-ref", "-d", ref)
    ask.update()
    assert ask("versions", **of(ROOT)) == {"versions": []}
    assert ask("modules", root=ROOT) == {"modules": []}
    assert ask("stat", **of(ROOT), query="latest")["error"] == "not found"


def test_a_go_mod_that_is_too_large_breaks_the_rules(ask, source):
    source.commit(files={"go.mod": "module corp.example/mono\n" + "/" * (16 << 20)})
    source.tag("v1.2.0")
    ask.update()
    told = ask("stat", **of(ROOT), query="v1.2.0")
    assert told == {"error": "bad", "reason": "go.mod: too large (max size is 16777216 bytes)"}


def test_a_mirror_that_is_not_there(ask, tmp_path):
    told = ask("versions", path=str(tmp_path / "none"), **of(ROOT))
    assert (told["error"], "is gone or damaged" in told["reason"]) == ("trouble", True)


def test_a_file_that_cannot_be_written(ask, tmp_path):
    target = str(tmp_path / "none" / "zip")
    told = ask("zip", **of(ROOT), query="v1.0.0", target=target, algorithms=[])
    assert (told["error"], told["filename"]) == ("os", target)


def test_mirrors_go_that_take_too_much(ask, tmp_path):
    directory = str(tmp_path / "mirrors")
    assert ask("evict", path=directory, keep=1 << 30)["gone"] == []
    assert ask("evict", path=directory, keep=0)["gone"] == ["m"]


def test_the_program_answers_until_its_input_ends(source, tmp_path):
    question = {"do": "update", "path": str(tmp_path / "m"), "url": f"file://{source.path}"}
    lines = wire.encode(question | {"access": ACCESS}) * 2
    command = [sys.executable, "-P", "-m", "pulp_go.git"]
    done = subprocess.run(command, input=lines, capture_output=True, timeout=60, check=True)
    first, second = map(wire.decode, done.stdout.splitlines())
    assert first == second and len(first["state"]) == 64
    assert done.stderr == b""


def test_the_program_ends_when_nobody_is_left_to_read_its_answer(tmp_path):
    with silent_port() as port:
        url = f"http://127.0.0.1:{port}/mono.git"
        limits = {"connect": 60, "read": 60, "total": 60}
        question = {"do": "update", "path": str(tmp_path / "m"), "url": url}
        command = [sys.executable, "-P", "-m", "pulp_go.git"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdin.write(wire.encode(question | {"access": {"limits": limits}}))
            process.stdin.flush()
            while not (tmp_path / "m" / "lock").exists():
                time.sleep(0.01)
            process.stdout.close()
            assert process.wait(20) != 0


def test_a_directory_whose_index_is_damaged(ask, source):
    source.commit(files={"c.go": "package a\n"})
    git(source.path, "repack", "-a", "-d", "-q")
    (index,) = (source.path / "objects" / "pack").glob("*.idx")
    index.chmod(0o600)
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])
    told = ask("update", access=dict(ACCESS))
    assert (told["error"], "damaged" in told["reason"]) == ("trouble", True)
