"""A sync that is killed, whatever is killed of Pulp and when, leaves nothing wrong behind.

Each round puts new versions upstream, kills the sync that brings them, looks at what is there, and
syncs again. The moments are drawn from a seed, which stands in the test's name. PULP_GO_SEED
repeats it, as far as time repeats itself.
"""

import hashlib
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulp_glue.core.context import PulpArtifactContext

from functional_tests.conftest import SETTINGS
from functional_tests.contentclient import fetch
from functional_tests.killing import PATIENCE, below, kill, kill_task, strays, wait_until
from functional_tests.livepulp import LivePulp
from functional_tests.memory import PROC
from functional_tests.moduletree import ModuleTree, file_path, list_path
from functional_tests.upstream import Fault, Upstream
from functional_tests.workspace import FINISHED, Workspace, new_domain

SEED = int(os.environ.get("PULP_GO_SEED") or random.SystemRandom().randrange(10**6))
KILLS = 20
MODULES = tuple(f"example.com/kill/m{number}" for number in range(8))
SIZES = (1 << 10, 1 << 10, 10 << 10, 100 << 10, 1 << 20, 4 << 20)
# A worker that was killed is missed after three seconds, not after thirty.
SHORT = f"{SETTINGS}WORKER_TTL = 3\n"

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


class Slow(Upstream):
    """An upstream that takes its time, above all in the middle of a zip."""

    def next_fault(self, path: str) -> Fault:
        """Return how the next answer of `path` is to be, for the server itself."""
        if not path.endswith("zip"):
            return Fault(delay=random.uniform(0, 0.1))
        return Fault(pause=random.uniform(0.01, 0.5))


class Rounds:
    """The rounds of one test: a Pulp that is killed again and again, and what it must hold.

    Attributes:
        live: The Pulp; another one after each `pulp-go up`.
        pulp: The workspace in it.
        repository: The repository that is synced; another one after a worker was killed, since
            pulpcore keeps the former one locked until it misses that worker.
        abandoned: The tasks of killed workers.
        seen: How often what was killed in which phase, and what that left behind for the next sync.
    """

    def __init__(self, home: Path, settings: Path, upstream: Slow, draw: random.Random) -> None:
        self.home, self.settings, self.upstream, self.draw = home, settings, upstream, draw
        self.live = LivePulp.start(home, settings)
        self.abandoned: list[str] = []
        self.seen: Counter[str] = Counter()

    def begin(self, pulp: Workspace) -> None:
        """Make what is synced."""
        self.pulp = pulp
        self.remote = pulp.remote(self.upstream, *MODULES)
        self.renew()

    def renew(self) -> None:
        """Make another repository, with its distribution, for the same remote."""
        self.repository = self.pulp.repository()
        self.base = self.pulp.distribution(repository=self.repository)

    def grow(self, number: int) -> None:
        """Put one more version of each module upstream."""
        for module in MODULES:
            data = self.draw.randbytes(self.draw.choice(SIZES))
            self.upstream.tree.add(module, f"v1.{number}.0", {"data": data})

    def start(self) -> str:
        """Start a sync, and return its task's href."""
        self.upstream.requests.clear()
        return self.pulp.start(self.repository, "sync", {"remote": self.remote.pulp_href})

    def wait_for_a_moment(self, task: str, needed: int) -> str:
        """Wait for a random moment of a sync that needs so many files, and return its name."""
        moment = self.draw.random() * 1.3
        after = int(moment * needed) if moment < 1 else needed
        wait_until(lambda: len(self.files_asked()) >= after or self.is_over(task))
        if moment >= 1:
            time.sleep(self.draw.uniform(0, 1))
        return "while it fetches" if moment < 1 else "after the last request"

    def files_asked(self) -> list[str]:
        """Return the files that were asked for since the last sync began."""
        paths = [request.path for request in [*self.upstream.requests]]
        return [path for path in paths if not path.endswith("/list")]

    def is_over(self, task: str) -> bool:
        """Report whether a task has ended."""
        time.sleep(0.1)
        return self.pulp.once(task, lambda _: True)["state"] in FINISHED

    def kill(self, what: str, task: str) -> None:
        """Kill something of Pulp, and have it run again."""
        worker = self.live.pids["worker-1"]
        if what == "task":
            kill_task(worker)
            self.pulp.finished(task)
            wait_until(lambda: not strays(self.live))
            return
        doomed = {
            "worker and task": lambda: [worker, *below(worker)],
            "worker": lambda: [worker],
            "postgres": lambda: [self.live.pids["postgres"]],
        }
        kill(*doomed[what]())
        self.mend()
        self.abandoned.append(task)

    def mend(self) -> None:
        """Have `pulp-go up` bring a Pulp up again that lost some of its processes."""
        assert self.live.status() == 1
        self.live = LivePulp.start(self.home, self.settings)
        assert self.live.status() == 0
        wait_until(lambda: not strays(self.live))

    def kept(self) -> set[str]:
        """Return the paths of the zips that are held, each of them with the bytes it must have."""
        stored = {a["sha256"] for a in artifacts(self.pulp)}
        units = self.pulp.module_versions()
        paths = {file_path(u["module"], u["version"], "zip") for u in units if u["h1"]}
        assert {digest(self.upstream.tree.files[path]) for path in paths} <= stored
        return paths

    def expect_all_listed_is_right(self) -> list[str]:
        """Expect of each version in a list that its zip is served whole; return their paths."""
        paths = []
        for module in MODULES:
            reply = fetch(self.base + list_path(module))
            versions = reply.text.split() if reply.status == 200 else []
            paths += [file_path(module, version, "zip") for version in versions]
        for path in paths:
            reply = fetch(self.base + path)
            assert (reply.status, reply.body) == (200, self.upstream.tree.files[path]), path
        return sorted(paths)

    def expect_no_broken_file(self) -> int:
        """Expect of each stored file that its name is its digest; return how many there are."""
        media = self.home / "pulp" / "media" / "artifact"
        files = [path for path in media.rglob("*") if path.is_file()]
        for path in files:
            assert path.parent.name + path.name == digest(path.read_bytes())
        return len(files)


def digest(data: bytes) -> str:
    """Return the sha256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def artifacts(pulp: Workspace) -> list[dict]:
    """Return the stored files as the API lists them."""
    return list(PulpArtifactContext(pulp.context).list_iterator())


def zips(tree: ModuleTree) -> list[str]:
    """Return the paths of all zips of an upstream."""
    return sorted(path for path in tree.files if path.endswith(".zip"))


def whats(draw: random.Random) -> list[str]:
    """Return what is killed, in which order: PostgreSQL once, else task and worker in turn."""
    workers = [draw.choice(["worker", "worker and task"]) for _ in range(KILLS // 2)]
    found = [what for worker in workers for what in ("task", worker)]
    found[draw.randrange(KILLS)] = "postgres"
    return found


@pytest.fixture
def rounds() -> Iterator[Rounds]:
    """A Pulp of the test's own, with an upstream."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        settings = Path(directory) / "settings.py"
        settings.write_text(SHORT)
        with Slow() as upstream:
            made = Rounds(Path(directory) / "home", settings, upstream, random.Random(SEED))
            try:
                with new_domain(made.live) as pulp:
                    made.begin(pulp)
                    yield made
            finally:
                made.live.end()


def kill_once_held(
    number: int, pulp: Workspace, live: LivePulp, repository: Any, remote: Any
) -> None:
    """Sync until so many module versions are held, and kill the task's process then."""
    task = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    wait_until(lambda: len(pulp.module_versions()) == number, 0.2)
    kill_task(live.pids["worker-1"])
    assert (pulp.finished(task)["state"], pulp.number(repository)) == ("failed", 0)
    assert pulp.count_artifacts() == number
    wait_until(lambda: not strays(live))


@pytest.mark.case("C-13")
def test_a_sync_whose_process_is_killed_goes_on_where_it_was(pulp, upstream, live_pulp):
    versions = [f"v1.{number}.0" for number in range(4)]
    paths = [file_path(MODULES[0], version, "zip") for version in versions]
    for version in versions:
        upstream.tree.add(MODULES[0], version, {"data": random.Random(version).randbytes(100_000)})
    repository, remote = pulp.repository(), pulp.remote(upstream, MODULES[0])
    for path in paths[2:]:
        upstream.fault(path, Fault(pause=PATIENCE))
    kill_once_held(2, pulp, live_pulp, repository, remote)
    upstream.mend(paths[2])
    kill_once_held(3, pulp, live_pulp, repository, remote)
    upstream.mend(paths[3])
    assert pulp.sync(repository, remote)["result"]["added"] == 4
    assert [len(upstream.asked(path)) for path in paths] == [1, 1, 2, 3]
    base = pulp.distribution(repository=repository)
    assert {path: fetch(base + path).body for path in paths}.items() <= upstream.tree.files.items()
    assert (pulp.count_artifacts(), live_pulp.spooled()) == (4, [])


@pytest.mark.case("C-13")
def test_half_a_file_that_a_kill_left_in_the_storage_is_never_served(pulp, upstream, live_pulp):
    upstream.tree.add(MODULES[0], "v1.0.0")
    pulp.synced(upstream, MODULES[0])
    [artifact] = artifacts(pulp)
    pulp.clean()
    # Between two file systems a move is a copy, which a kill may cut off.
    stored = live_pulp.home / "pulp" / "media" / artifact["file"]
    assert not stored.exists()
    path = file_path(MODULES[0], "v1.0.0", "zip")
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(upstream.tree.files[path][:50])
    base = pulp.distribution(repository=pulp.synced(upstream, MODULES[0]))
    assert fetch(base + path).body == upstream.tree.files[path]


@pytest.mark.long
@pytest.mark.case("C-11")
@pytest.mark.case("C-13")
@pytest.mark.parametrize("seed", [SEED], ids="seed{}".format)
def test_a_sync_may_be_killed_at_any_moment(rounds, seed):
    todo, number = whats(random.Random(seed)), 0
    while todo:
        number += 1
        assert number <= 3 * KILLS, rounds.seen
        rounds.grow(number)
        if expect_a_killed_sync_leaves_nothing_wrong(rounds, todo[0]):
            todo.pop(0)
        expect_the_next_sync_brings_the_rest(rounds)
    print(f"seed {seed}: {dict(rounds.seen)}")
    # A task may end well between the last look at it and the kill, or outlive its worker.
    for task in rounds.abandoned:
        assert rounds.pulp.finished(task)["state"] in {"failed", "completed"}


def expect_a_killed_sync_leaves_nothing_wrong(rounds: Rounds, what: str) -> bool:
    """Kill a sync, and look at what is there; report whether it was killed before its end."""
    held = rounds.kept()
    needed = 3 * len(set(zips(rounds.upstream.tree)) - held)
    task = rounds.start()
    phase = rounds.wait_for_a_moment(task, needed)
    over = rounds.is_over(task)
    if not over:
        rounds.kill(what, task)
        rounds.expect_all_listed_is_right()
        rounds.seen["spooled"] += len(rounds.live.spooled())
        rounds.seen["stored without a row"] += rounds.expect_no_broken_file() - len(
            artifacts(rounds.pulp)
        )
    if task in rounds.abandoned:
        rounds.renew()
    rounds.seen[f"{what} {'too late' if over else phase}"] += 1
    assert not held & set(rounds.files_asked())
    return not over


def expect_the_next_sync_brings_the_rest(rounds: Rounds) -> None:
    """Sync again, and expect all that is upstream, and no more than that."""
    held = rounds.kept()
    task = rounds.pulp.finished(rounds.start())
    assert (task["state"], task["result"]["failed"]) == ("completed", [])
    every = zips(rounds.upstream.tree)
    assert {path for path in rounds.files_asked() if path.endswith("zip")} == {*every} - held
    assert rounds.expect_all_listed_is_right() == every
    assert rounds.expect_no_broken_file() == len(artifacts(rounds.pulp)) == len(every)
    assert rounds.live.spooled() == []
