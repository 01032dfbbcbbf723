"""What the size of a repository costs: 1,000, 100,000 and 1,000,000 module versions in one.

    python -m benchmarks.scale [--sizes N,N,...]

All are repositories of one Pulp, filled straight into its database, the smallest first. Of each:

- `list_ms`, `info_ms`: `@v/list` of a module of 20 versions and one `.info`, as the content app
  answers; `big_list_ms` of a module of 5,000 versions (500 where the repository has 1,000);
  `content_peak_mib` is the most that the content app had resident up to then,
- `module_ms`: the API's list of the versions of one module in a repository version; of these four
  the slower of two medians, one of the repository as it was filled, one after the syncs and an
  ANALYZE, since what PostgreSQL knows of its tables may change its plans,
- `add_*`: a sync that finds one version more in an upstream's list of a module: seconds from its
  task's dispatch to its end, milliseconds of PostgreSQL in that time, the peak of the worker,
- `noop_*`: the same sync again, with nothing new; `look_*` with `optimize=false`, so that what is
  held is looked at,
- `changes_ms`: the API's list of what that one version added; `all_changes_ms` of what the first
  version added, which is everything (its first page, and how many there are).

Beside it is what pulpcore takes itself for the same rows: `floor_get_content_*` to read the
versions of one module, `floor_empty_*` for a new version with nothing in it (a stock sync makes
one each time), `floor_add_*` for one with one unit more, `floor_changes_ms` and
`floor_all_changes_ms` for its own list of all types of content with the same filter. Times are
medians. The ratios compare the largest size with the smallest, or with pulpcore's floor at the
largest; `big_list` compares the two largest. The last line is JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks._memory import TreeMemory
from benchmarks._pulp import INTERVAL, running_pulp
from benchmarks._rows import Rows, active_ms, connect, fill
from benchmarks._timing import seconds_of, timed
from functional_tests.contentclient import fetch
from functional_tests.livepulp import LivePulp
from functional_tests.memory import peaks
from functional_tests.moduletree import file_path, list_path
from functional_tests.upstream import Upstream
from functional_tests.workspace import Workspace, new_domain, report_of
from pulp_go.cli.contexts import PulpGoRemoteContext, PulpGoRepositoryContext

SIZES = "1000,100000,1000000"
ADDS = 2
NOOPS = 5
SETTLED = 0.5  # seconds after which PostgreSQL has counted what an ended process did
PAGE = 100
Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and print the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default=SIZES, help="module versions, the smallest first")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    with (
        tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory,
        running_pulp(Path(directory)) as pulp,
        connect(pulp.home) as connection,
    ):
        report({size: measure(pulp, connection, size) for size in sizes})


def measure(pulp: LivePulp, connection: psycopg.Connection, size: int) -> Figures:
    """Return the figures of one size. What was made for it goes with the Pulp."""
    with new_domain(pulp) as work, Upstream() as upstream:
        work.interval = INTERVAL
        repository = work.repository()
        key = repository.pulp_href.rstrip("/").rpartition("/")[2]
        seconds, rows = timed(lambda: fill(connection, key, size))
        print(f"{size} module versions were made in {seconds:.0f} s", flush=True)
        api = Api(pulp, repository.pulp_href)
        base = work.distribution(repository=repository)
        before = measure_reads(api, base, work.latest(repository), rows)
        figures = Syncs(pulp, connection, work, repository, upstream).measure()
        figures |= measure_changes(api, work.latest(repository))
        connection.execute("ANALYZE")
        after = measure_reads(api, base, work.latest(repository), rows)
        figures |= {name: max(before[name], after[name]) for name in after}
        figures["content_peak_mib"] = content_peak(pulp)
        return figures | measure_floor(pulp, key, rows)


def measure_content(base: str, rows: Rows) -> Figures:
    """Return the times of the content app's answers, which are checked."""

    def versions(module: str, number: int) -> None:
        lines = fetch(base + list_path(module)).text.split()
        assert lines == [f"v1.{minor}.0" for minor in range(number)], lines

    def info(module: str) -> None:
        assert fetch(base + file_path(module, "v1.7.0", "info")).status == 200, module

    return {
        "list_ms": median_ms(lambda module: versions(module, 20), rows.small),
        "big_list_ms": median_ms(lambda module: versions(module, rows.big_size), [rows.big] * 5),
        "info_ms": median_ms(info, rows.small),
    }


def measure_reads(api: "Api", base: str, version: str, rows: Rows) -> Figures:
    """Return the times of all that is read of one module, through both apps."""
    return measure_content(base, rows) | measure_api(api, version, rows)


def content_peak(pulp: LivePulp) -> float:
    """Return the most that a process of the content app had resident so far, in MiB."""
    return max(peaks(pulp.pids["content"])) / (1 << 20)


class Api:
    """The REST API of one domain, asked without any client between."""

    def __init__(self, pulp: LivePulp, href: str) -> None:
        info = json.loads((pulp.home / "info.json").read_text())
        token = b64encode(f"{info['username']}:{info['password']}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self._root = pulp.api + href.partition("repositories/")[0]

    def count(self, query: str) -> int:
        """Return how many units a list has, of which the first page is read."""
        reply = fetch(f"{self._root}{query}&limit={PAGE}", headers=self._headers)
        assert reply.status == 200, reply.text
        return int(json.loads(reply.body)["count"])


def measure_api(api: Api, version: str, rows: Rows) -> Figures:
    """Return the time of the API's list of a module's versions in a repository version."""

    def listed(module: str) -> None:
        assert api.count(f"content/go/modules/?module={module}&repository_version={version}") == 20

    return {"module_ms": median_ms(listed, rows.small)}


def measure_changes(api: Api, latest: str) -> Figures:
    """Return the times of the lists of what the latest and the first version added."""
    first = latest.rstrip("/").rpartition("/")[0] + "/1/"
    figures: Figures = {}
    for name, path in (("", "content/go/modules/"), ("floor_", "content/")):
        for what, version in (("changes", latest), ("all_changes", first)):
            query = f"{path}?repository_version_added={version}"
            figures[f"{name}{what}_ms"] = median_ms(api.count, [query] * 3)
    return figures


@dataclass(frozen=True)
class Syncs:
    """The syncs of a repository with an upstream that has one module.

    Attributes:
        pulp: The Pulp.
        connection: To its database.
        work: A workspace.
        repository: The repository.
        upstream: The upstream, empty.
    """

    pulp: LivePulp
    connection: psycopg.Connection
    work: Workspace
    repository: PulpGoRepositoryContext
    upstream: Upstream

    def measure(self) -> Figures:
        """Return the times of all kinds of syncs; the first one is watched for its memory."""
        module = "example.com/upstream/tiny"
        for minor in range(20):
            self.upstream.tree.add(module, f"v1.{minor}.0")
        remote = self.work.remote(self.upstream, module)
        with TreeMemory(self.pulp.pids["worker-1"]) as memory:
            self.sync(remote, 20)
        figures = {"add_peak_mib": memory.worker / (1 << 20)}
        with TreeMemory(self.pulp.pids["worker-1"]) as memory:
            self.sync(remote, 0)
        figures["noop_peak_mib"] = memory.worker / (1 << 20)
        adds = [self.add(remote, module, f"v1.{20 + number}.0") for number in range(ADDS)]
        figures |= medians("add", adds)
        figures |= medians("noop", [self.sync(remote, 0) for _ in range(NOOPS)])
        looks = [self.sync(remote, 0, optimize=False) for _ in range(NOOPS)]
        return figures | medians("look", looks)

    def add(self, remote: PulpGoRemoteContext, module: str, version: str) -> Figures:
        """Return the figures of a sync that finds one version more."""
        self.upstream.tree.add(module, version)
        return self.sync(remote, 1)

    def sync(self, remote: PulpGoRemoteContext, added: int, **options: Any) -> Figures:
        """Return the figures of a sync that adds so many versions."""
        before = active_ms(self.connection)
        task = self.work.sync(self.repository, remote, **options)
        time.sleep(SETTLED)
        assert report_of(task)["added"] == added, task
        return {"seconds": seconds_of(task), "db_ms": active_ms(self.connection) - before}


def measure_floor(pulp: LivePulp, key: str, rows: Rows) -> Figures:
    """Return what pulpcore takes itself."""
    command = [sys.executable, "-m", "benchmarks._floor", "--repository", key]
    command += ["--module", rows.small[0], *rows.spare[:ADDS]]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "pulpcore.app.settings",
        "PULP_SETTINGS": str(pulp.home / "settings.py"),
    }
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    return {f"floor_{name}": value for name, value in figures.items()}


def median_ms(work: Callable[[str], object], words: list[str]) -> float:
    """Return the median of the milliseconds that `work` takes with each word; the first warms."""
    work(words[0])
    return 1000 * statistics.median(timed(partial(work, word))[0] for word in words)


def medians(what: str, taken: list[Figures]) -> Figures:
    """Return the medians of some figures, named after what was done."""
    return {f"{what}_{name}": statistics.median(one[name] for one in taken) for name in taken[0]}


def ratios_of(figures: dict[int, Figures]) -> Figures:
    """Return how the largest size compares with the smallest, and with pulpcore's floor."""
    sizes = sorted(figures)
    small, large = figures[sizes[0]], figures[sizes[-1]]
    grown = f"{short(sizes[-1])}_vs_{short(sizes[0])}"
    top = short(sizes[-1])
    ratios = {f"{name}_{grown}": large[f"{name}_ms"] / small[f"{name}_ms"] for name in READ}
    for name in ("noop", "look"):
        ratios[f"{name}_{grown}"] = large[f"{name}_db_ms"] / small[f"{name}_db_ms"]
    if len(sizes) > 1:
        second = figures[sizes[-2]]
        both = f"{top}_vs_{short(sizes[-2])}"
        ratios[f"big_list_{both}"] = large["big_list_ms"] / second["big_list_ms"]
    for name, floor in FLOORS.items():
        ratios[f"{name.rpartition('_')[0]}_vs_floor_{top}"] = large[name] / large[floor]
    return ratios


READ = ("list", "info", "module", "changes")
FLOORS = {
    "add_seconds": "floor_add_seconds",
    "add_peak_mib": "floor_add_peak_mib",
    "noop_seconds": "floor_empty_seconds",
    "changes_ms": "floor_changes_ms",
    "all_changes_ms": "floor_all_changes_ms",
}


def short(size: int) -> str:
    """Return a size as people write it, `100k` or `1m`."""
    for unit, text in ((1_000_000, "m"), (1000, "k")):
        if size % unit == 0:
            return f"{size // unit}{text}"
    return str(size)


def report(figures: dict[int, Figures]) -> None:
    """Print the figures, the ratios, and both as JSON."""
    print(f"{'':<28}" + "".join(f"{size:>14,}" for size in figures))
    for name in next(iter(figures.values())):
        print(f"{name:<28}" + "".join(f"{one[name]:>14.2f}" for one in figures.values()))
    ratios = ratios_of(figures)
    for name, value in ratios.items():
        print(f"{name:<28}{value:>14.2f}")
    flat = {
        f"{name}_{short(size)}": value
        for size, one in figures.items()
        for name, value in one.items()
    }
    print(json.dumps({"benchmark": "scale", "ratios": ratios, "figures": flat}))


if __name__ == "__main__":
    main()
