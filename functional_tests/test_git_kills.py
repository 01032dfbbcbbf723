"""An import that is killed in the middle of a fetch leaves nothing wrong behind."""

import random
import time

import pytest

from functional_tests.githost import Manners
from functional_tests.gitrepos import GitRepo
from functional_tests.gitworld import go_mod
from functional_tests.killing import children, git_processes, kill, kill_task, strays, wait_until
from functional_tests.memory import PROC

MODULE = "corp.example/mod"
KILLS = 10

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


def grow(repo, number):
    """Add a version whose pack does not deflate."""
    data = random.Random(number).randbytes(100_000)
    repo.commit({"go.mod": go_mod(MODULE), f"data{number}": data}, f"v1.{number}.0")


def killed(pulp, git_host, live_pulp, repository, remote, *, what):
    """Start a sync, kill it in the middle of the pack, and return the task as it ended."""
    git_host.asked.clear()
    git_host.manners = Manners(hangs="fetch")
    task = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    wait_until(lambda: "fetch" in git_host.whats())
    worker = live_pulp.pids["worker-1"]
    if what == "task":
        kill_task(worker)
    else:
        # What one that ends was asked is asked once more, in another process.
        kill(*git_processes(live_pulp))
        wait_until(lambda: git_host.whats().count("fetch") == 2)
        kill(*git_processes(live_pulp))
    ended = pulp.finished(task)
    git_host.let_go()
    wait_until(lambda: not (children(worker) or git_processes(live_pulp) or strays(live_pulp)))
    return ended


@pytest.mark.case("C-30")
def test_an_import_that_is_killed_ten_times_is_whole_in_the_end(
    pulp, git_host, live_pulp, repositories
):
    repo, known = GitRepo(repositories / "mod.git"), live_pulp.mirrors()
    grow(repo, 0)
    repository = pulp.repository()
    remote = pulp.git_remote(f"{git_host.url}mod.git", path_prefix=MODULE)
    for number in range(1, KILLS + 1):
        held = pulp.held(repository)
        what = "task" if number % 2 else "process"
        task = killed(pulp, git_host, live_pulp, repository, remote, what=what)
        assert task["state"] == "failed", task
        assert pulp.held(repository) == held
        (mirror,) = live_pulp.mirrors() - known
        if number % 3 == 0:
            git_host.manners = Manners()
            result = pulp.sync(repository, remote)["result"]
            assert result["failed"] == [] and result["added"] > 0
            assert not list(mirror.glob("incoming-*"))
        grow(repo, number)
    git_host.manners = Manners()
    assert pulp.sync(repository, remote)["result"]["failed"] == []
    assert pulp.held(repository) == [f"{MODULE}@v1.{number}.0" for number in range(KILLS + 1)]
    assert not list(mirror.glob("incoming-*")) and live_pulp.spooled() == []


@pytest.mark.case("C-30")
def test_a_process_that_is_killed_once_is_replaced(pulp, git_host, live_pulp, repositories):
    repo = GitRepo(repositories / "mod.git")
    grow(repo, 0)
    git_host.manners = Manners(hangs="fetch")
    repository = pulp.repository()
    remote = pulp.git_remote(f"{git_host.url}mod.git", path_prefix=MODULE)
    task = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    wait_until(lambda: "fetch" in git_host.whats())
    git_host.manners = Manners()
    kill(*git_processes(live_pulp))
    assert pulp.finished(task)["result"]["added"] == 1
    assert git_processes(live_pulp) == set()


@pytest.mark.case("C-30")
def test_a_cancelled_import_leaves_no_process(pulp, git_host, live_pulp, repositories):
    repo = GitRepo(repositories / "mod.git")
    grow(repo, 0)
    git_host.manners = Manners(hangs="fetch")
    repository = pulp.repository()
    remote = pulp.git_remote(f"{git_host.url}mod.git", path_prefix=MODULE)
    task = pulp.start(repository, "sync", {"remote": remote.pulp_href})
    wait_until(lambda: "fetch" in git_host.whats())
    begin = time.monotonic()
    assert pulp.cancel(task)["state"] == "canceled"
    wait_until(lambda: not git_processes(live_pulp))
    # Far from the 60 seconds for which the host may be silent.
    assert time.monotonic() - begin < 30
    git_host.manners = Manners()
    assert pulp.sync(repository, remote)["result"]["added"] == 1
