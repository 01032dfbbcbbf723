"""Real modules, verified by the real database at the sync, and by a `go` that sees Pulp alone.

After the sync neither Pulp's remote nor the client reaches anything but this machine.
"""

import re
from pathlib import Path

import pytest

from functional_tests.upstream import unreachable

pytestmark = pytest.mark.accept

PROGRAM = Path(__file__).parents[1] / "demo" / "program"
DATABASE = "sum.golang.org"
GOT = re.compile(rf"# get (\S+)/sumdb/{DATABASE}/(\w+)\S*: 200 OK", re.ASCII)
PRINTED = "Don't communicate by sharing memory, share memory by communicating."


@pytest.fixture(scope="module")
def sources():
    """The program's files, without a go.sum."""
    return {name: (PROGRAM / name).read_text() for name in ("go.mod", "main.go")}


@pytest.fixture(scope="module")
def nowhere():
    """A URL at which nobody listens."""
    with unreachable() as url:
        yield url


@pytest.mark.parametrize("mode", [None, "held"])
def test_a_program_without_go_sum_is_built_without_the_internet(
    pulp, go, real_upstream, sources, nowhere, mode
):
    fields = dict(real_upstream)
    remote = pulp.remote(fields.pop("url"), sumdb=DATABASE, go_mods=[sources["go.mod"]], **fields)
    repository = pulp.repository(remote=remote.pulp_href)
    task = pulp.sync(repository, remote)
    assert task["state"] == "completed" and task["result"]["failed"] == [], task
    remote.update({"url": nowhere, "max_retries": 0})
    base = pulp.distribution(repository=repository, sumdb=mode)

    client = go(base)
    client.put(sources)
    cut = [f"GOSUMDB={DATABASE}", f"HTTP_PROXY={nowhere}", f"HTTPS_PROXY={nowhere}"]
    said = client.try_run(*cut, "mod", "download", "-x")
    assert said.returncode == 0, said.stderr
    answered = GOT.findall(said.stderr)
    assert {what for _, what in answered} == {"supported", "lookup", "tile"}
    assert {url for url, _ in answered} == {base.rstrip("/")}
    # Without arguments it leaves go.sum without the hashes of zips.
    client.run(*cut, "mod", "download", "all")
    client.run(*cut, "build", "-o", "program", ".")
    assert PRINTED in client.run_program()
