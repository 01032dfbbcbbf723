"""What hosts of git repositories may do to an import: refuse, hang, cut off, and be tried again."""

import contextlib
import os
import random
import shutil
import time
import uuid
from base64 import b64encode

import pytest

from functional_tests.githost import Manners
from functional_tests.gitrepos import GitRepo
from functional_tests.gitworld import go_mod
from functional_tests.killing import git_processes, wait_until
from functional_tests.memory import PROC
from functional_tests.sshhost import new_key, paramiko_host
from functional_tests.workspace import report_of

MODULE = "corp.example/mod"
BOTH = [f"{MODULE}@v1.0.0", f"{MODULE}@v1.1.0"]
SECRET = "t0ken of the deployer"
# Data that does not deflate: so a pack can be cut off in its middle.
DATA = random.Random(8).randbytes(16 << 10)


@pytest.fixture
def repo(repositories):
    """A repository with two versions of a module."""
    made = GitRepo(repositories / "mod.git")
    made.commit({"go.mod": go_mod(MODULE), "mod.go": "package mod\n", "data": DATA}, "v1.0.0")
    made.commit({"mod.go": "package mod\n\nconst One = 1\n"}, "v1.1.0")
    return made


@pytest.fixture
def new_remote(pulp, git_host, repo):
    """Make remotes for the repository, as the host serves it."""
    return lambda **fields: pulp.git_remote(
        f"{git_host.url}mod.git", **({"path_prefix": MODULE} | fields)
    )


LIMIT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
ANSWERS = [
    (Manners(status=401), "GO0003", "401"),
    (Manners(credentials="deploy:another"), "GO0003", "401"),
    (Manners(status=403), "GO0003", "the host refuses (403)"),
    (Manners(status=403, headers=LIMIT), "GO0003", "asked too often (403)"),
    (Manners(status=404), "GO0002", "404"),
    (Manners(status=410), "GO0002", "410"),
    (Manners(status=429), "GO0003", "asked too often (429)"),
    (Manners(status=429, headers={"Retry-After": "3600"}), "GO0003", "asked too often (429)"),
    (Manners(status=500), "GO0003", "500"),
    (Manners(status=503), "GO0003", "503"),
    (Manners(status=302, headers={"Location": "/login"}), "GO0003", "redirect"),
    (Manners(status=200, headers={"Content-Type": "text/html"}), "GO0003", "smart protocol"),
]


@pytest.mark.case("C-30")
@pytest.mark.case("C-56")
@pytest.mark.parametrize("discover", [False, True])
def test_a_host_that_does_not_list_removes_nothing(
    pulp, git_host, new_remote, live_pulp, repo, discover
):
    remote = new_remote(username="deploy", password=SECRET, discover=discover)
    repository = pulp.repository()
    pulp.sync(repository, remote)
    repo.remove("refs/tags/v1.0.0")
    for manners, code, words in ANSWERS:
        git_host.manners = manners
        task = pulp.sync(repository, remote, mirror=True)
        ((module, _, its_code, reason),) = report_of(task)["failed"]
        assert (task["state"], module, its_code) == ("failed", MODULE, code), manners
        assert words in reason and SECRET not in str(task)
        assert pulp.held(repository) == BOTH
    assert git_processes(live_pulp) == set()
    git_host.manners = Manners()
    assert pulp.sync(repository, remote, mirror=True)["result"]["removed"] == 1
    assert live_pulp.spooled() == []


@pytest.mark.case("C-56")
def test_a_host_that_was_asked_too_often_is_asked_again_later(pulp, git_host, new_remote):
    git_host.manners = Manners(status=429, headers={"Retry-After": "1"}, times=2)
    repository = pulp.repository()
    assert pulp.sync(repository, new_remote(max_retries=1))["result"]["added"] == 2


@pytest.mark.parametrize("what", ["hello", "list", "fetch"])
def test_a_host_that_falls_silent_is_given_up(pulp, git_host, new_remote, live_pulp, what):
    git_host.manners = Manners(hangs=what)
    repository, remote = pulp.repository(), new_remote(sock_read_timeout=1)
    begin = time.monotonic()
    task = pulp.sync(repository, remote)
    ((module, _, code, reason),) = report_of(task)["failed"]
    assert (task["state"], module, code) == ("failed", MODULE, "GO0003")
    assert "ReadTimeoutError" in reason
    # Far from the 60 seconds that it may be silent without that field.
    assert time.monotonic() - begin < 45
    assert git_processes(live_pulp) == set()
    git_host.manners = Manners()
    assert pulp.sync(repository, remote)["result"]["added"] == 2


def test_a_pack_that_is_cut_off_is_not_believed(pulp, git_host, new_remote, repo):
    repository, remote = pulp.repository(), new_remote()
    for cut in (1, 100, 2000):
        git_host.manners = Manners(cut=cut)
        task = pulp.sync(repository, remote)
        ((_, _, code, reason),) = report_of(task)["failed"]
        assert (task["state"], code) == ("failed", "GO0003"), reason
    git_host.manners = Manners()
    assert pulp.sync(repository, remote)["result"]["added"] == 2
    # What came before stands on its own when the rest is cut off.
    repo.commit({"more": DATA[::-1]}, "v1.2.0")
    git_host.manners = Manners(cut=100)
    assert pulp.sync(repository, remote, mirror=True)["state"] == "failed"
    assert pulp.held(repository) == BOTH
    git_host.manners = Manners()
    assert pulp.sync(repository, remote)["result"]["added"] == 1


def test_a_ref_that_vanishes_between_list_and_fetch_holds_nothing_up(
    pulp, git_host, new_remote, repo
):
    first = repo.id("v1.0.0")

    def vanish():
        repo.remove("refs/tags/v1.1.0")
        repo.git("update-ref", "refs/heads/main", first)
        repo.git("repack", "-a", "-d", "--quiet")
        repo.git("prune", "--expire=now")

    git_host.manners = Manners(before_fetch=vanish)
    repository = pulp.repository()
    result = pulp.sync(repository, new_remote())["result"]
    assert (result["added"], result["failed"]) == (1, [])
    assert pulp.held(repository) == BOTH[:1]
    assert git_host.whats().count("fetch") == 2


def holders(secrets):
    """Return the processes that have a secret in their arguments or their environment."""
    found = []
    for name in ("cmdline", "environ"):
        for path in PROC.glob(f"[0-9]*/{name}"):
            with contextlib.suppress(OSError):
                text = path.read_bytes()
                found += [str(path) for secret in secrets if secret in text]
    return found


def files_with(directory, secrets):
    """Return the files below a directory that hold a secret."""
    found = []
    for path in directory.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and any(secret in path.read_bytes() for secret in secrets):
                found.append(str(path))
    return found


@pytest.mark.case("C-61")
@pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")
def test_credentials_are_seen_by_nobody_but_the_host(
    pulp, git_host, new_remote, live_pulp, repositories
):
    key, token = new_key(), f"t0ken of {uuid.uuid4()}"
    pair = b64encode(f"deploy:{token}".encode()).decode()
    secrets = [token, pair, *key.private.splitlines()[2:4]]
    remote = new_remote(
        username="deploy", password=token, private_key=key.private, sock_read_timeout=20
    )
    git_host.manners = Manners(credentials=f"deploy:{token}", hangs="fetch")
    said = [remote.entity, remote.show()]
    repository = pulp.repository()
    task = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    wait_until(lambda: "fetch" in git_host.whats())
    assert git_processes(live_pulp)
    in_bytes = [secret.encode() for secret in secrets]
    assert holders(in_bytes) == []
    git_host.let_go()
    ended = [pulp.finished(task)]
    git_host.manners = Manners(credentials="deploy:another")
    ended.append(pulp.sync(repository, remote))
    with paramiko_host() as host:
        fields = {"private_key": key.private, "known_hosts": host.known_hosts}
        over_ssh = pulp.git_remote(
            f"{host.url}{repositories}/mod.git", path_prefix=MODULE, **fields
        )
        said.append(over_ssh.entity)
        ended.append(pulp.sync(pulp.repository(), over_ssh))
    assert [task["state"] for task in ended] == ["failed"] * 3
    assert "does not accept this user and key" in str(ended[-1])
    assert [secret for secret in secrets if secret in str(said + ended)] == []
    # Logs, mirrors, and what the database has on disk: there it is encrypted.
    assert files_with(live_pulp.home, in_bytes) == []
    assert git_processes(live_pulp) == set()


SSH_FAULTS = [
    ({"private_key": new_key().private}, "does not accept this user and key"),
    ({"private_key": "no key at all"}, "the private key cannot be read"),
    ({"known_hosts": ""}, "the known hosts have no key of this host"),
]


def test_an_ssh_host_that_is_not_the_one_or_lets_nobody_in(pulp, repositories, repo):
    with paramiko_host() as host, paramiko_host() as other:
        port = host.url.rpartition(":")[2]
        lie = other.known_hosts.replace(other.url.rpartition(":")[2], port)
        for fields, words in [*SSH_FAULTS, ({"known_hosts": lie}, "shows another key")]:
            remote = pulp.git_remote(
                f"{host.url}{repo.path}", path_prefix=MODULE, **(host.fields() | fields)
            )
            task = pulp.sync(pulp.repository(), remote)
            ((_, _, code, reason),) = report_of(task)["failed"]
            assert (task["state"], code) == ("failed", "GO0003")
            assert words in reason


def damage(path, *, unseen):
    """Change every byte of a pack between its head and its hash; `unseen`: its times are kept."""
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[12:-20] = bytes(byte ^ 0xFF for byte in data[12:-20])
    path.chmod(0o600)
    path.write_bytes(data)
    if unseen:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("unseen", [False, True])
def test_a_mirror_that_is_damaged_heals(pulp, git_host, new_remote, live_pulp, repo, unseen):
    known = live_pulp.mirrors()
    repository, remote = pulp.repository(), new_remote()
    pulp.sync(repository, remote)
    (mirror,) = live_pulp.mirrors() - known
    (pack,) = mirror.glob("repository.git/objects/pack/*.pack")
    damage(pack, unseen=unseen)
    repo.tag("v1.2.0")
    if unseen:
        result = report_of(pulp.sync(repository, remote))
        ((_, _, code, reason),) = result["failed"]
        assert code == "GO0003"
        assert reason == "its mirror is gone or damaged; the next sync fetches it again"
    git_host.asked.clear()
    result = pulp.sync(repository, remote)["result"]
    assert (result["added"], result["failed"]) == (1, [])
    assert git_host.objects() == repo.count()


def test_a_mirror_may_be_removed_at_any_time(pulp, git_host, new_remote, live_pulp, repo):
    known = live_pulp.mirrors()
    repository, remote = pulp.repository(), new_remote()
    pulp.sync(repository, remote)
    (mirror,) = live_pulp.mirrors() - known
    shutil.rmtree(mirror)
    assert pulp.sync(repository, remote)["result"]["added"] == 0
    repo.tag("v1.2.0")
    assert pulp.sync(repository, remote)["result"]["added"] == 1


def halve(path):
    """Cut a file in half."""
    path.chmod(0o600)
    os.truncate(path, path.stat().st_size // 2)


def packed(repo):
    """Let a repository have one pack and a file of refs, and return the pack."""
    repo.git("repack", "-a", "-d", "--quiet")
    repo.git("pack-refs", "--all")
    (pack,) = (repo.path / "objects" / "pack").glob("*.pack")
    return pack


DAMAGES = {
    "is gone": lambda repo: shutil.rmtree(repo.path),
    "has a HEAD of garbage": lambda repo: (repo.path / "HEAD").write_bytes(b"\0\xff\n"),
    "has half a pack": lambda repo: halve(packed(repo)),
    "has refs of garbage": lambda repo: [
        packed(repo),
        (repo.path / "packed-refs").write_bytes(b"\0\xff what is this?\n"),
    ],
    "has an empty file of refs": lambda repo: [
        packed(repo),
        (repo.path / "packed-refs").write_bytes(b""),
    ],
    "is of another format": lambda repo: (repo.path / "config").write_text(
        "[core]\n\trepositoryformatversion = 99\n\tbare = true\n"
    ),
}


def test_a_file_that_is_no_sound_repository_removes_nothing(pulp, repositories):
    for number, (what, damage_it) in enumerate(DAMAGES.items()):
        repo = GitRepo(repositories / f"{number}.git")
        repo.commit({"go.mod": go_mod(MODULE)}, "v1.0.0")
        repository = pulp.repository()
        remote = pulp.git_remote(f"file://{repo.path}", path_prefix=MODULE)
        assert pulp.sync(repository, remote)["state"] == "completed"
        repo.commit({"mod.go": "package mod\n"}, "v1.2.0")
        repo.remove("refs/tags/v1.0.0")
        damage_it(repo)
        task = pulp.sync(repository, remote, mirror=True)
        assert task["state"] == "failed", what
        assert [row[:2] for row in report_of(task)["failed"]] == [[MODULE, "all"]], what
        assert pulp.held(repository) == [f"{MODULE}@v1.0.0"], what
