"""The processes of the content app that fetch: each for itself, and all together."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from functional_tests.conftest import SETTINGS
from functional_tests.killing import below, parents, wait_until
from functional_tests.livepulp import LivePulp, pulp_go
from functional_tests.memory import PROC
from functional_tests.pinned import (
    FILES,
    GO_MOD,
    MODULE,
    VERSION,
    WRONG,
    ZIP,
    Mirror,
    clients,
    has_clients,
    leave,
    no_zip_waits,
    others,
    rest,
)
from functional_tests.upstream import Fault
from functional_tests.workspace import new_domain

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


def test_no_process_waits_for_a_zip_that_may_not_come(live_pulp, pulp, upstream):
    content = live_pulp.pids["content"]
    rest(live_pulp)
    before = below(content)
    Mirror(pulp, upstream).get()
    wait_until(lambda: below(content) == before)
    assert live_pulp.spooled() == []


@pytest.fixture(scope="module")
def two():
    """A Pulp whose content app has two processes."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        home, settings = Path(directory) / "home", Path(directory) / "settings.py"
        settings.write_text(SETTINGS)
        options = ["--settings", str(settings), "--content-workers", "2"]
        pulp_go("up", "--home", str(home), "--detach", *options)
        live = LivePulp(home)
        try:
            yield live
        finally:
            live.end()


def ask_both(live, mirror, threads):
    """Return the futures of replies that are under way in both processes of the content app."""
    replies = []
    while not all(clients(live).values()):
        assert len(replies) < 100
        number = len(replies) + 1
        replies.append(threads.submit(mirror.get))
        wait_until(partial(has_clients, live, number))
    assert len(clients(live)) == 2
    return replies


@pytest.mark.case("C-16")
@pytest.mark.parametrize(("fault", "status"), [(Fault(), 200), (WRONG, 502)])
def test_two_processes_fetch_once(two, upstream, fault, status):
    with new_domain(two) as pulp, ThreadPoolExecutor(100) as threads:
        mirror = Mirror(pulp, upstream)
        upstream.fault(ZIP, Fault(stall=True, body=fault.body), fault)
        rest(two)
        before = others(two)
        replies = ask_both(two, mirror, threads)
        # Each has a session for its turns by then; one of them has an upstream beside it.
        wait_until(lambda: all(number > before[pid] for pid, number in others(two).items()))
        wait_until(mirror.asked)
        upstream.release()
        assert {reply.result().status for reply in replies} == {status}
        assert mirror.asked() == 1
        upstream.tree.add(MODULE, VERSION, FILES, go_mod=GO_MOD)
        upstream.mend(ZIP)
        assert mirror.get().body == mirror.zip


def test_two_processes_share_no_zip_that_is_not_kept(two, upstream):
    with new_domain(two) as pulp, ThreadPoolExecutor(100) as threads:
        mirror = Mirror(pulp, upstream, "streamed")
        upstream.fault(ZIP, Fault(stall=True))
        replies = ask_both(two, mirror, threads)
        wait_until(lambda: mirror.asked() == 2)
        upstream.release()
        assert {reply.result().body for reply in replies} == {mirror.zip}
        assert mirror.asked() == 2
        no_zip_waits(two)


@pytest.mark.case("C-31")
def test_the_end_of_the_content_app_leaves_nothing(two, upstream):
    with new_domain(two) as pulp:
        mirror = Mirror(pulp, upstream)
        upstream.fault(ZIP, Fault(stall=True))
        connection = leave(mirror.url + ZIP, mirror.asked)
        started = below(two.pids["content"])
        two.end()
        connection.close()
    wait_until(lambda: not started & parents().keys())
    assert two.spooled() == []
