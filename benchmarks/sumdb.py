"""What it costs a sync that a checksum database vouches for each module version.

    python -m benchmarks.sumdb [--upstream URL] [--tree DIR] [--rounds N] [--leaves N] [--heads N]

The module versions are those of `benchmarks.sync`: hundreds, over 400 MB of zips. A local checksum
database has their real hashes in a log as large as that of sum.golang.org, and shows with its
look-ups as many older trees (`benchmarks._sumtree` says how many those are, and why); it is served
as static files below the upstream's URL, by the same process. Each round syncs into a domain that
holds nothing

- with the database, so that no record and no tile is held,
- with `sumdb=off`,

in turns which is first. `verified_vs_unverified` is the median of the one to that of the other.

What the database is asked is counted in the log of its server. `excess_requests_cold` is how many
requests there are beside one for each record and one for each distinct tile; a tile that is asked
for twice fails the benchmark. `requests_per_record_warm` is taken of a second database, in which
the modules' records come in pairs that have their tile and the tree of their look-ups in common:
half of the modules are synced first, and then the other half, whose records are new and whose tiles
are held. The last line is JSON.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._pulp import empty_domain, running_pulp
from benchmarks._static import served
from benchmarks._sumtree import (
    LEAVES,
    Served,
    beside,
    default_heads,
    spread,
    write_database,
)
from benchmarks._telegraf import Program, default_tree, program_in
from benchmarks._timing import seconds_at_work, seconds_of
from demo.demo import find_go, go_env, upstream_of
from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace, report_of
from pulp_go.cli.contexts import PulpGoRepositoryContext

COLD, WARM = "cold.example.com", "warm.example.com"
Figures = dict[str, float]


@dataclass(frozen=True)
class Bench:
    """What all rounds have in common.

    Attributes:
        pulp: The Pulp.
        url: The upstream.
        log: The paths that were asked of it, a line each.
    """

    pulp: LivePulp
    url: str
    log: Path

    def asked(self, database: Served) -> Counter[str]:
        """Return how often each path of a database was asked for, and forget it."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        paths = (line for line in lines if line.startswith(database.below))
        return Counter(path.removeprefix(database.below) for path in paths)


def main() -> None:
    """Measure, print a table, and print the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upstream", default="", help="the GOPROXY to fetch the tree from, once")
    parser.add_argument("--tree", type=Path, default=default_tree(), help="where the tree is kept")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is done")
    parser.add_argument("--leaves", type=int, default=LEAVES, help="records of the database")
    parser.add_argument("--heads", type=int, help="trees that its look-ups come with")
    arguments = parser.parse_args()
    go = find_go()
    program = program_in(
        arguments.tree, go, lambda: arguments.upstream or upstream_of(go_env(go, "GOPROXY"))
    )
    heads = arguments.heads or default_heads(len(program.words))
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        report(measure(Path(directory), program, arguments.leaves, heads, arguments.rounds))


def measure(directory: Path, program: Program, leaves: int, heads: int, rounds: int) -> Figures:
    """Return all figures: medians of the rounds, and counts."""
    files, log = directory / "sumdb", directory / "requests"
    half = (len(program.words) + 1) // 2
    first, second = program.words[:half], program.words[half:]
    places = spread(first, leaves, default_heads(half))
    cold = write_database(files, program, COLD, spread(program.words, leaves, heads), leaves)
    warm = write_database(files, program, WARM, places | beside(places, second), leaves)
    with ExitStack() as stack:
        url = stack.enter_context(served(files, program.directory, log=log))
        bench = Bench(stack.enter_context(running_pulp(directory)), url, log)
        sync_once(bench, program.words, None)  # warms the caches
        figures = measure_warm(bench, warm, first, second)
        taken = [measure_round(bench, cold, program.words, number) for number in range(rounds)]
    for name in taken[0]:
        figures[name] = statistics.median(one[name] for one in taken)
    counts = {"versions": len(program.words), "leaves": leaves, "heads": cold.heads}
    return figures | counts


def measure_round(bench: Bench, database: Served, words: list[str], number: int) -> Figures:
    """Return the figures of one round, whose two sides take turns in being the first."""
    sides = [
        lambda: measure_verified(bench, database, words),
        lambda: named("unverified", sync_once(bench, words, None)),
    ]
    figures: Figures = {}
    for side in reversed(sides) if number % 2 else sides:
        figures |= side()
    return figures


def measure_verified(bench: Bench, database: Served, words: list[str]) -> Figures:
    """Return the seconds of a sync with a database, and what that was asked."""
    bench.asked(database)
    task = sync_once(bench, words, database)
    asked = bench.asked(database)
    tiles = {path: times for path, times in asked.items() if path.startswith("tile/")}
    lookups = [path for path in asked if path.startswith("lookup/")]
    if len(lookups) != len(words) or max(tiles.values()) > 1:
        raise SystemExit(f"{len(lookups)} of {len(words)} records, {repeated(tiles)} asked twice")
    return named("verified", task) | {
        "requests_cold": asked.total(),
        "tiles_cold": len(tiles),
        "tiles_asked_twice": sum(times - 1 for times in tiles.values()),
        "excess_requests_cold": asked.total() - len(lookups) - len(tiles),
    }


def measure_warm(bench: Bench, database: Served, first: list[str], second: list[str]) -> Figures:
    """Return what a database is asked of new records whose tiles are held."""
    with empty_domain(bench.pulp) as work:
        repository = work.repository()
        sync(bench, work, repository, first, database)
        bench.asked(database)
        sync(bench, work, repository, second, database)
    asked = bench.asked(database)
    return {"requests_warm": asked.total(), "records_warm": len(second)}


def repeated(tiles: dict[str, int]) -> list[str]:
    """Return the tiles that were asked for more than once."""
    return sorted(path for path, times in tiles.items() if times > 1)


def named(side: str, task: dict[str, Any]) -> Figures:
    """Return the seconds of a sync's task, as figures of a side."""
    return {
        f"{side}_seconds": seconds_of(task),
        f"{side}_seconds_at_work": seconds_at_work(task),
    }


def sync_once(bench: Bench, words: list[str], database: Served | None) -> dict[str, Any]:
    """Sync into a domain that holds nothing, and return the task."""
    with empty_domain(bench.pulp) as work:
        os.sync()
        return sync(bench, work, work.repository(), words, database)


def sync(
    bench: Bench,
    work: Workspace,
    repository: PulpGoRepositoryContext,
    words: list[str],
    database: Served | None,
) -> dict[str, Any]:
    """Sync, with every module version added, and return the task.

    Args:
        bench: Where from.
        work: Where.
        repository: Into what.
        words: What is wanted.
        database: The checksum database; None for none.
    """
    remote = work.remote(bench.url, *words, sumdb=database.key if database else "off")
    task = work.sync(repository, remote)
    said = report_of(task)
    if said["failed"] or said["added"] != len(words):
        raise SystemExit(f"added {said['added']} of {len(words)}: {said['failed'][:10]}")
    return task


ROWS = [
    ("module versions", "versions", ""),
    ("records of the database", "leaves", ""),
    ("trees that look-ups come with", "heads", ""),
    ("sync, unverified", "unverified_seconds", "s"),
    ("  without waiting for a worker", "unverified_seconds_at_work", "s"),
    ("sync, verified", "verified_seconds", "s"),
    ("  without waiting for a worker", "verified_seconds_at_work", "s"),
    ("requests to the database", "requests_cold", ""),
    ("  for tiles", "tiles_cold", ""),
    ("  for tiles, once more", "tiles_asked_twice", ""),
    ("  beside records and tiles", "excess_requests_cold", ""),
    ("new records whose tiles are held", "records_warm", ""),
    ("  requests to the database", "requests_warm", ""),
]


def report(figures: Figures) -> None:
    """Print the figures, the ratios, and both as JSON."""
    ratios = {
        "verified_vs_unverified": figures["verified_seconds"] / figures["unverified_seconds"],
        "requests_per_record_warm": figures["requests_warm"] / figures["records_warm"],
    }
    for text, name, unit in ROWS:
        digits = 2 if unit else 0
        print(f"{text:<36}{figures[name]:>12,.{digits}f} {unit}")
    for name, value in ratios.items():
        print(f"{name:<36}{value:>12.3f}")
    print(json.dumps({"benchmark": "sumdb", "ratios": ratios, "figures": figures}))


if __name__ == "__main__":
    main()
