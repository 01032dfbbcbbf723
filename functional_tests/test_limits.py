"""Many module versions and a large one: what they take of memory, and that all of it arrives."""

import hashlib
import random

import pytest

from functional_tests.contentclient import fetch
from functional_tests.memory import PROC, PeakMemory
from functional_tests.moduletree import file_path, list_path, make_module_zip

MODULE = "example.com/a"
LARGE = 450 << 20
MOST = 400 << 20

pytestmark = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


def test_a_large_zip_passes_through_in_little_memory(pulp, upstream, live_pulp):
    content = random.Random(1).randbytes(1 << 20) * (LARGE >> 20)
    upstream.tree.add(MODULE, "v1.0.0")
    files = {"go.mod": upstream.tree.files[file_path(MODULE, "v1.0.0", "mod")], "large": content}
    path = file_path(MODULE, "v1.0.0", "zip")
    upstream.tree.put(path, make_module_zip(MODULE, "v1.0.0", files, compressed=False))
    with PeakMemory(live_pulp.pids["worker-1"]) as worker:
        repository = pulp.synced(upstream, f"{MODULE}@v1.0.0")
    base = pulp.distribution(repository=repository)
    with PeakMemory(live_pulp.pids["content"]) as server:
        served = fetch(base + path).body
    assert hashlib.sha256(served).digest() == hashlib.sha256(upstream.tree.files[path]).digest()
    assert 0 < worker.bytes < MOST
    assert 0 < server.bytes < MOST


def expect_whole_in_little_memory(number, pulp, upstream, live_pulp):
    """Sync a module of so many versions; expect all of them in its list, and little memory."""
    versions = [f"v1.{minor}.0" for minor in range(number)]
    for version in random.Random(1).sample(versions, len(versions)):
        upstream.tree.add(MODULE, version)
    with PeakMemory(live_pulp.pids["worker-1"]) as worker:
        repository = pulp.synced(upstream, MODULE)
    base = pulp.distribution(repository=repository)
    assert fetch(base + list_path(MODULE)).text.split() == versions
    assert 0 < worker.bytes < MOST


def test_a_sync_of_many_versions_stays_in_little_memory_and_the_list_is_whole(
    pulp, upstream, live_pulp
):
    expect_whole_in_little_memory(200, pulp, upstream, live_pulp)


@pytest.mark.long
@pytest.mark.case("C-23")
def test_a_module_of_five_thousand_versions_is_listed_whole(pulp, upstream, live_pulp):
    expect_whole_in_little_memory(5000, pulp, upstream, live_pulp)
