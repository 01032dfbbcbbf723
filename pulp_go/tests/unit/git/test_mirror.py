"""The mirror: what it fetches, what it keeps, and what it makes of damage."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from dulwich.repo import Repo

from pulp_go.git import state
from pulp_go.git.access import Access, Limits
from pulp_go.git.errors import (
    CorruptError,
    HostError,
    MirrorBusyError,
    NotFoundError,
    TooLargeError,
    TroubleError,
    VanishedError,
)
from pulp_go.git.lock import held
from pulp_go.git.mirror import Mirror
from pulp_go.git.mirrors import evict
from pulp_go.gomod import giturl
from pulp_go.tests.unit.git.gitservers import Manners, Origin, git, http_server, needs_git

pytestmark = needs_git

LIMITS = Limits(connect=5, read=5, total=30)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    origin = Origin(tmp_path_factory.mktemp("template") / "a.git")
    origin.commit(files={"go.mod": "module example.com/a\n"})
    origin.tag("v1.0.0")
    origin.tag("v1.1.0", annotated=True)
    return origin.path


@pytest.fixture
def origin(tmp_path, template):
    return Origin(shutil.copytree(template, tmp_path / "served" / "a.git"), seconds=1_700_000_100)


@pytest.fixture
def manners():
    return Manners()


@pytest.fixture
def base_url(tmp_path, origin, manners):
    with http_server(tmp_path / "served", manners) as url:
        yield url


@pytest.fixture
def access(base_url):
    return reach(f"{base_url}/a.git")


@pytest.fixture
def mirror(tmp_path):
    return Mirror(tmp_path / "mirror")


def reach(url, **limits):
    return Access(
        giturl.parse(url), limits=Limits(**{"connect": 5, "read": 5, "total": 30} | limits)
    )


def is_whole(mirror, origin):
    """Report whether git finds in the mirror all that the origin has."""
    git(mirror.repository, "fsck", "--full", "--strict", "--connectivity-only")
    lines = git(mirror.repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    refs = dict(line.split() for line in lines)
    assert refs == {name: found for name, found in origin.refs().items() if name != "HEAD"}
    return git(mirror.repository, "rev-parse", "HEAD") == origin.refs()["HEAD"]


def packs(mirror):
    return sorted((mirror.repository / "objects" / "pack").glob("*.pack"))


def snapshot(folder):
    """Return all that a directory holds and when it was changed."""
    return {
        path: (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.name != "lock"
    }


@pytest.mark.parametrize("version", [0, 2])
def test_update_fetches_all_refs_then_what_is_new_then_nothing(
    mirror, access, origin, manners, version
):
    manners.version = version
    first = mirror.update(access)
    assert (first.before, first.moved, first.rebuilt) == ({}, True, False)
    assert first.refs == origin.refs()
    assert first.received == packs(mirror)[0].stat().st_size
    assert is_whole(mirror, origin)

    quiet = mirror.update(access)
    assert (quiet.moved, quiet.received, quiet.before) == (False, 0, first.refs)

    origin.commit(files={"b.txt": "b"})
    origin.tag("v1.2.0")
    second = mirror.update(access)
    assert second.moved and 0 < second.received < first.received * 2
    assert second.before == first.refs and second.refs == origin.refs()
    # The commit, its tree and the new file: nothing that was there before.
    assert sorted(len(pack.index) for pack in Repo(str(mirror.repository)).object_store.packs) == [
        3,
        4,
    ]
    assert is_whole(mirror, origin)


@pytest.mark.case("C-55")
@pytest.mark.parametrize(("version", "requests"), [(0, 1), (2, 1)])
def test_c55_without_news_an_update_is_one_round_trip_and_no_write(
    mirror, access, manners, version, requests
):
    manners.version = version
    mirror.update(access)
    before = snapshot(mirror.path)
    manners.requests.clear()
    assert not mirror.update(access).moved
    assert len(manners.requests) == requests
    assert snapshot(mirror.path) == before


def test_the_first_list_of_a_host_takes_two_round_trips_and_only_asks_for_what_go_looks_at(
    mirror, access, manners, origin
):
    git(origin.path, "update-ref", "refs/pull/1/head", "refs/heads/main")
    assert mirror.list(access).refs == {
        name: found for name, found in origin.refs().items() if not name.startswith("refs/pull/")
    }
    assert [method for method, *_ in manners.requests] == ["GET", "POST"]
    assert not mirror.path.exists()


def test_list_says_what_the_tags_are_on(mirror, access, origin):
    found = mirror.list(access)
    assert found.peeled == {"refs/tags/v1.1.0": origin.refs()["refs/heads/main"]}
    assert (found.head, found.object_format) == ("refs/heads/main", "sha1")
    mirror.update(access)
    assert mirror.list(access) == found


def test_list_does_without_a_state_that_is_damaged(mirror, access, origin):
    mirror.update(access)
    (mirror.path / "state.json").write_text("{")
    assert mirror.list(access).refs == origin.refs()


def test_a_greeting_that_no_longer_holds_is_forgotten(mirror, access, manners, origin):
    mirror.update(access)
    manners.version = 0
    manners.requests.clear()
    origin.commit()
    assert mirror.update(access).refs == origin.refs()
    assert json.loads((mirror.path / "state.json").read_text())["greeting"] is None
    assert is_whole(mirror, origin)


def test_a_greeting_is_for_one_url(mirror, access, base_url, manners):
    mirror.update(access)
    manners.requests.clear()
    assert not mirror.update(reach(f"{base_url}//a.git")).moved
    assert [method for method, *_ in manners.requests] == ["GET", "POST"]


def test_refs_that_are_gone_go_and_what_is_rewritten_moves(mirror, access, origin):
    first = origin.refs()["refs/heads/main"]
    for number in range(5):
        origin.commit(files={f"{number}.txt": "x"})
    origin.commit(branch="old")
    mirror.update(access)
    git(origin.path, "update-ref", "-d", "refs/heads/old")
    git(origin.path, "update-ref", "-d", "refs/tags/v1.0.0")
    origin.commit(parent=first, files={"rewritten.txt": "y"})
    update = mirror.update(access)
    assert update.refs == origin.refs() and "refs/heads/old" not in update.refs
    assert (
        sorted(len(pack.index) for pack in Repo(str(mirror.repository)).object_store.packs)[0] == 3
    )
    assert is_whole(mirror, origin)


def test_a_head_that_moves_is_a_write_but_no_fetch(mirror, access, origin, manners):
    origin.commit(branch="next", parent="refs/heads/main")
    mirror.update(access)
    git(origin.path, "symbolic-ref", "HEAD", "refs/heads/next")
    manners.requests.clear()
    assert mirror.update(access).received == 0
    assert (mirror.repository / "HEAD").read_text() == "ref: refs/heads/next\n"
    git(origin.path, "update-ref", "--no-deref", "HEAD", "refs/tags/v1.0.0^{commit}")
    mirror.update(access)
    assert (mirror.repository / "HEAD").read_text() == f"{git(origin.path, 'rev-parse', 'HEAD')}\n"
    git(origin.path, "symbolic-ref", "HEAD", "refs/heads/nothing")
    update = mirror.update(access)
    assert "HEAD" not in update.refs and update.moved
    assert (mirror.repository / "HEAD").read_text() == "ref: refs/nowhere\n"
    assert not mirror.update(access).moved
    assert not any(b"want " in str(request).encode() for request in manners.requests)


def test_a_repository_without_commits_is_empty_and_may_fill(mirror, base_url, tmp_path):
    empty = Origin(tmp_path / "served" / "empty.git")
    access = reach(f"{base_url}/empty.git")
    assert mirror.update(access).refs == {}
    assert not mirror.update(access).moved
    empty.commit()
    assert mirror.update(access).refs == empty.refs()
    assert is_whole(mirror, empty)


def test_sha256_repositories(mirror, base_url, tmp_path):
    other = Origin(tmp_path / "served" / "b.git", ("--object-format=sha256",))
    other.commit()
    other.tag("v1.0.0", annotated=True)
    access = reach(f"{base_url}/b.git")
    assert mirror.update(access).refs == other.refs()
    assert mirror.list(access).object_format == "sha256"
    other.commit()
    assert mirror.update(access).received > 0
    assert is_whole(mirror, other)


def test_a_host_that_changes_its_object_format_is_cloned_anew(mirror, access, origin, tmp_path):
    mirror.update(access)
    shutil.rmtree(origin.path)
    other = Origin(tmp_path / "served" / "a.git", ("--object-format=sha256",))
    other.commit()
    assert mirror.update(access).refs == other.refs()
    assert is_whole(mirror, other)


@pytest.mark.parametrize("url", ["file://{}", "file://{}/"])
def test_a_directory_is_shown_and_not_copied(mirror, origin, url):
    access = reach(url.format(origin.path))
    first = mirror.update(access)
    assert (first.refs, first.received, first.before) == (origin.refs(), 0, {})
    assert is_whole(mirror, origin)
    before = snapshot(mirror.path)
    assert not mirror.update(access).moved
    assert snapshot(mirror.path) == before
    origin.commit()
    git(origin.path, "update-ref", "-d", "refs/tags/v1.0.0")
    assert mirror.update(access).refs == origin.refs()
    assert is_whole(mirror, origin)
    assert mirror.list(access).refs == origin.refs()
    mirror.discard()
    assert git(origin.path, "fsck", "--full", "--strict") == ""


def test_a_working_tree_and_a_sha256_repository_are_shown(mirror, tmp_path):
    other = Origin(tmp_path / "b.git", ("--object-format=sha256",))
    other.commit()
    git(tmp_path, "clone", "-q", str(other.path), "tree")
    update = mirror.update(reach(f"file://{tmp_path}/tree"))
    assert update.refs == other.refs()
    git(mirror.repository, "fsck", "--full", "--strict")


def test_a_mirror_becomes_one_of_another_kind(mirror, access, origin, tmp_path):
    mirror.update(access)
    there = reach(f"file://{origin.path}")
    assert mirror.update(there).rebuilt is False
    other = Origin(tmp_path / "other.git")
    other.commit(files={"other": ""})
    assert mirror.update(reach(f"file://{other.path}")).refs == other.refs()
    assert mirror.update(access).received > 0
    assert is_whole(mirror, origin)


def test_a_directory_without_a_repository(mirror, tmp_path):
    with pytest.raises(NotFoundError):
        mirror.update(reach(f"file://{tmp_path}"))
    with pytest.raises(NotFoundError):
        mirror.list(reach(f"file://{tmp_path}/nothing"))


@pytest.mark.parametrize("cut", [0, 1, 30, 100, 180])
def test_a_truncated_pack_is_no_pack(mirror, access, origin, manners, cut):
    manners.cut = cut
    with pytest.raises(TroubleError):
        mirror.update(access)
    assert not mirror.repository.exists() and not list(mirror.path.glob("incoming-*"))
    manners.cut = None
    mirror.update(access)
    before = mirror.update(access).refs
    origin.commit()
    manners.cut = cut
    with pytest.raises(TroubleError):
        mirror.update(access)
    with mirror.reading() as repository:
        assert git(repository, "rev-parse", "refs/heads/main") == before["refs/heads/main"]
    manners.cut = None
    mirror.update(access)
    assert is_whole(mirror, origin)


def test_a_pack_that_was_changed_on_the_way_is_refused(mirror, access, manners):
    def change(content):
        place = content.index(b"PACK") + 30
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    manners.meddle = change
    with pytest.raises(TroubleError):
        mirror.update(access)
    assert not mirror.repository.exists()


def test_a_host_that_does_not_send_what_it_lists(mirror, access, manners, origin, tmp_path):
    mirror.update(access)
    other = Origin(tmp_path / "other.git")
    other.commit(files={"other": ""})
    pack = git(other.path, "pack-objects", "-q", "--all", str(tmp_path / "p"), stdin=b"")
    wrong = (tmp_path / f"p-{pack}.pack").read_bytes()

    def another_pack(_):
        return b"000dpackfile\n" + b"%04x\x01" % (len(wrong) + 5) + wrong + b"0000"

    manners.meddle = another_pack
    before = mirror.update(access).refs
    origin.commit()
    with pytest.raises(TroubleError, match="does not send what it lists"):
        mirror.update(access)
    with mirror.reading() as repository:
        assert git(repository, "rev-parse", "refs/heads/main") == before["refs/heads/main"]
    manners.meddle = None
    mirror.update(access)
    assert is_whole(mirror, origin)


def test_a_ref_that_vanishes_between_list_and_fetch(mirror, access, origin, manners):
    origin.commit(branch="short-lived", files={"x": "x"})

    def vanish():
        git(origin.path, "update-ref", "-d", "refs/heads/short-lived")
        git(origin.path, "reflog", "expire", "--expire=now", "--all")
        git(origin.path, "gc", "-q", "--prune=now")

    manners.before_fetch = vanish
    update = mirror.update(access)
    assert update.refs == origin.refs() and "refs/heads/short-lived" not in update.refs
    assert is_whole(mirror, origin)


def test_tags_of_other_things_than_commits(mirror, access, origin):
    git(origin.path, "tag", "of-a-tree", "refs/heads/main^{tree}")
    git(origin.path, "tag", "-a", "-m", "m", "of-a-file", "refs/heads/main:go.mod")
    mirror.update(access)
    origin.commit()
    git(origin.path, "update-ref", "-d", "refs/tags/of-a-tree")
    origin.tag("of-a-file", annotated=True)
    assert mirror.update(access).refs == origin.refs()
    assert is_whole(mirror, origin)


def test_a_long_branch_that_is_rewritten_far_back(mirror, access, origin):
    root = origin.refs()["refs/heads/main"]
    git(origin.path, "tag", "-d", "v1.0.0", "v1.1.0")
    stream = [
        f"commit refs/heads/main\ncommitter C <c@d> {1_700_000_200 + number} +0000\ndata 0\n"
        + (f"from {root}\n" if not number else "")
        + f"M 644 inline f\ndata <<x\n{number}\nx\n\n"
        for number in range(600)
    ]
    git(origin.path, "fast-import", "--quiet", stdin="".join(stream).encode())
    mirror.update(access)
    origin.commit(parent=git(origin.path, "rev-parse", "main~20"), files={"new": "new"})
    mirror.update(access)
    assert (
        sorted(len(pack.index) for pack in Repo(str(mirror.repository)).object_store.packs)[0] == 3
    )
    assert is_whole(mirror, origin)


def test_refs_that_always_vanish(mirror, access, manners):
    def vanished(_):
        return b"0025ERR upload-pack: not our ref 1234"

    manners.meddle = vanished
    with pytest.raises(VanishedError):
        mirror.update(access)
    assert sum(method == "POST" for method, *_ in manners.requests) == 6


DAMAGES = {
    "a pack cut short": lambda mirror: os.truncate(loose(packs(mirror)[0]), 60),
    "a pack that is empty": lambda mirror: os.truncate(loose(packs(mirror)[0]), 0),
    "a pack with garbage": lambda mirror: overwrite(packs(mirror)[0], 50),
    "an index with garbage": lambda mirror: overwrite(packs(mirror)[0].with_suffix(".idx"), 1100),
    "an index cut short": lambda mirror: os.truncate(
        loose(packs(mirror)[0].with_suffix(".idx")), 9
    ),
    "no index": lambda mirror: packs(mirror)[0].with_suffix(".idx").unlink(),
    "no pack": lambda mirror: packs(mirror)[0].unlink(),
    "no packs": lambda mirror: shutil.rmtree(mirror.repository / "objects"),
    "an index of another pack": lambda mirror: exchange(mirror),
    "refs of garbage": lambda mirror: (mirror.repository / "packed-refs").write_text("x\n"),
    "refs cut short": lambda mirror: os.truncate(mirror.repository / "packed-refs", 30),
    "no refs": lambda mirror: (mirror.repository / "packed-refs").unlink(),
    "a HEAD that leads nowhere": lambda mirror: (mirror.repository / "HEAD").write_text(
        "ref: refs/heads/x\n"
    ),
    "a HEAD cut short": lambda mirror: os.truncate(mirror.repository / "HEAD", 7),
    "no state": lambda mirror: (mirror.path / "state.json").unlink(),
    "a state of garbage": lambda mirror: (mirror.path / "state.json").write_text("[1]"),
    "a state cut short": lambda mirror: os.truncate(mirror.path / "state.json", 20),
    "a pack that is a directory": lambda mirror: become_directory(packs(mirror)[0]),
    "another state": lambda mirror: (mirror.path / "state.json").write_text('{"packs": {}}'),
    "no config and no refs": lambda mirror: [
        (mirror.repository / name).unlink() for name in ("config", "HEAD", "packed-refs")
    ],
}


def become_directory(path):
    path.unlink()
    path.mkdir()


def loose(path):
    path.chmod(0o644)
    return path


def overwrite(path, place):
    content = bytearray(path.read_bytes())
    content[place : place + 8] = b"garbage!"
    loose(path).write_bytes(content)


def exchange(mirror):
    index = packs(mirror)[0].with_suffix(".idx")
    other = packs(mirror)[1].with_suffix(".idx").read_bytes()
    loose(index).write_bytes(other)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_mirror_is_made_anew(mirror, access, origin, damage):
    mirror.update(access)
    origin.commit()
    mirror.update(access)
    DAMAGES[damage](mirror)
    update = mirror.update(access)
    assert update.rebuilt and update.received > 0 and update.before == {}
    assert is_whole(mirror, origin) and len(packs(mirror)) == 1
    assert not mirror.update(access).moved


def test_a_pack_that_was_only_touched_is_checked_and_kept(mirror, access, origin):
    mirror.update(access)
    os.utime(packs(mirror)[0], (1, 1))
    assert not mirror.update(access).rebuilt
    before = snapshot(mirror.path)
    assert not mirror.update(access).rebuilt
    assert snapshot(mirror.path) == before
    assert state.load(mirror.path / "state.json").packs[packs(mirror)[0].name][1] == 1_000_000_000


def test_verify_sees_what_a_glance_does_not(mirror, access):
    mirror.update(access)
    mirror.verify()
    pack = packs(mirror)[0]
    times = (pack.stat().st_atime_ns, pack.stat().st_mtime_ns)
    overwrite(pack, 50)
    os.utime(pack, ns=times)
    assert not mirror.update(access).rebuilt
    with pytest.raises(CorruptError):
        mirror.verify()
    mirror.discard()
    with pytest.raises(CorruptError):
        mirror.verify()
    assert mirror.update(access).received > 0


def test_a_mirror_that_cannot_be_made_anew_is_not_there(mirror, access, manners):
    mirror.update(access)
    os.truncate(loose(packs(mirror)[0]), 60)
    manners.status = 500
    with pytest.raises(TroubleError):
        mirror.update(access)
    with pytest.raises(CorruptError), mirror.reading():
        pass


KILLED = """
import signal, sys
from pathlib import Path
from pulp_go.git import durable, mirror
from pulp_go.git.access import Access
from pulp_go.gomod import giturl

calls, last = 0, int(sys.argv[3])
def counted(function):
    def call(*arguments):
        global calls
        calls += 1
        if calls == last:
            signal.raise_signal(signal.SIGKILL)
        return function(*arguments)
    return call

durable.move = counted(durable.move)
durable.write = counted(durable.write)
mirror.index_of = counted(mirror.index_of)
mirror.state.save = counted(mirror.state.save)
mirror._Incoming.write = counted(mirror._Incoming.write)
mirror.Path.rename = counted(mirror.Path.rename)
mirror.Mirror(Path(sys.argv[1])).update(Access(giturl.parse(sys.argv[2])))
"""


def killed_at(mirror, url, step):
    """Update the mirror in a process that is killed at a step; report whether it was."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(mirror.path), url, str(step)], timeout=30, check=False
    )
    assert done.returncode in {0, -signal.SIGKILL}
    return done.returncode != 0


def test_killed_at_any_step_the_next_update_is_right(mirror, base_url, access, origin):
    steps = 0
    while killed_at(mirror, f"{base_url}/a.git", steps + 1):
        steps += 1
        if steps % 3 == 0:
            assert mirror.update(access).refs == origin.refs()
            assert is_whole(mirror, origin)
            origin.commit(files={f"{steps}.txt": "x"})
    assert steps >= 10
    assert is_whole(mirror, origin)
    assert sorted(path.name for path in mirror.path.iterdir()) == [
        "lock",
        "repository.git",
        "state.json",
    ]


def test_killed_while_a_pack_comes(mirror, base_url, access, origin, manners):
    origin.commit(files={"large": os.urandom(20_000).hex()})
    program = "import sys\nfrom pathlib import Path\n" + KILLED.partition("calls, last")[0].strip()
    program += "\nmirror.Mirror(Path(sys.argv[1])).update(Access(giturl.parse(sys.argv[2])))"
    manners.slow = 0.0001
    mirror.path.mkdir()
    for _ in range(3):
        arguments = [sys.executable, "-c", program, str(mirror.path), f"{base_url}/a.git"]
        with subprocess.Popen(arguments) as process:
            until = time.monotonic() + 20
            while not list(mirror.path.glob("incoming-*")) and time.monotonic() < until:
                time.sleep(0.01)
            assert list(mirror.path.glob("incoming-*"))
            process.kill()
        assert not mirror.repository.exists()
    manners.slow = 0
    (mirror.path / "gone-half" / "refs").mkdir(parents=True)
    mirror.update(access)
    assert is_whole(mirror, origin)
    assert not [*mirror.path.glob("incoming-*"), *mirror.path.glob("gone-*")]


@pytest.mark.parametrize(
    "limits", [{"pack": 20}, {"pack": 5000}, {"listing": 50}, {"item": 10}], ids=str
)
def test_more_than_the_limits_allow(mirror, base_url, origin, limits):
    noise = os.urandom(5000).hex()
    origin.commit(files={"a": f"{noise}1", "b": f"{noise}12"})
    with pytest.raises(TooLargeError):
        mirror.update(reach(f"{base_url}/a.git", **limits))
    assert not mirror.repository.exists()


def test_a_mirror_that_has_grown_too_large_is_made_anew(mirror, base_url, access, origin):
    mirror.update(access)
    origin.commit()
    mirror.update(access)
    update = mirror.update(reach(f"{base_url}/a.git", mirror=1))
    assert not update.rebuilt and update.received > 0
    assert len(packs(mirror)) == 1 and is_whole(mirror, origin)


def test_one_at_a_time(mirror, access):
    mirror.update(access)
    with held(mirror.path / "lock", shared=False, wait=0):
        for work in (mirror.discard, mirror.verify, lambda: mirror.update(access, wait=0.05)):
            with pytest.raises(MirrorBusyError):
                work()
    with mirror.reading(), mirror.reading():
        with pytest.raises(MirrorBusyError):
            mirror.update(access)
        mirror.verify()
    mirror.update(access)


def test_there_is_nothing_to_read_or_discard_at_first(mirror):
    with pytest.raises(CorruptError), mirror.reading():
        pass
    mirror.discard()
    assert (mirror.size(), mirror.last_used()) == (0, 0)


def test_evict_where_all_are_in_use_or_empty(tmp_path, access):
    mirror = Mirror(tmp_path / "mirrors" / "a")
    mirror.update(access)
    with mirror.reading():
        assert evict(tmp_path / "mirrors", 0) == []
    assert evict(tmp_path / "mirrors", 0) == ["a"]


def test_evict_takes_what_was_not_used_for_longest(tmp_path, access):
    mirrors = [Mirror(tmp_path / "mirrors" / name) for name in "abcd"]
    for mirror in mirrors:
        mirror.update(access)
    (tmp_path / "mirrors" / "a file").touch()
    for age, mirror in enumerate(mirrors):
        os.utime(mirror.path / "lock", (1000 - age, 1000 - age))
    size = mirrors[0].size()
    assert mirrors[0].last_used() == 1000
    assert evict(tmp_path / "mirrors", 4 * size) == []
    with mirrors[3].reading():
        os.utime(mirrors[3].path / "lock", (1, 1))
        assert evict(tmp_path / "mirrors", 3 * size) == ["c"]
    assert evict(tmp_path / "mirrors", 0) == ["d", "b", "a"]
    assert not any(mirror.repository.exists() for mirror in mirrors)
    assert mirrors[2].update(access).received > 0


def test_no_secret_is_on_disk(mirror, base_url, manners, origin):
    manners.credentials = "me:s3cret"
    access = Access(giturl.parse(f"{base_url}/a.git"), username="me", token="s3cret")
    mirror.update(access)
    for path in mirror.path.rglob("*"):
        assert path.is_dir() or b"s3cret" not in path.read_bytes()
    with pytest.raises(HostError):
        mirror.update(Access(giturl.parse(f"{base_url}/a.git")))
