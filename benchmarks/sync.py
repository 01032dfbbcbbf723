"""How long a sync of a real, large program's modules takes, beside the go command itself.

    python -m benchmarks.sync [--upstream URL] [--tree DIR] [--rounds N]

The module versions are those that Telegraf's go.mod names: hundreds, over 400 MB of zips. The go
command fetches them once from the upstream into a tree that stays for the next run. Each round

- runs `go mod download` of them from the tree as file:// into an empty module cache,
- syncs them from the tree on loopback into a repository of a domain that holds nothing, by their
  names and versions, with all hashes computed,
- syncs again, with nothing new: no repository version comes of it,

all below one temporary directory, so on one disk. A sync lasts from its task's dispatch to its
end. `sync_vs_go` is the sync's median to the go command's, `noop_vs_first` the second sync's to
the first's. What the first sync brought is checked: every module version, and some zips' bytes.

The peaks of memory are taken of syncs that are not timed: the same one before the rounds, and one
of a single zip of 450 MiB. `worker_peak_mib` is the most of both that the worker, or the process
of its task, had resident; `largest_peak_mib` the most of any one process, those that hash for the
task included; `together_peak_mib` the most that all of them had at once. The last line is JSON.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks._memory import TreeMemory
from benchmarks._pulp import empty_domain, running_pulp
from benchmarks._static import served
from benchmarks._telegraf import Program, default_tree, program_in
from benchmarks._timing import seconds_at_work, seconds_of, timed
from benchmarks._zip import LARGE, put_large_module
from demo.demo import find_go, go_env, upstream_of
from functional_tests.contentclient import fetch
from functional_tests.goclient import Go
from functional_tests.livepulp import LivePulp
from functional_tests.moduletree import file_path
from functional_tests.workspace import Workspace, report_of
from pulp_go.cli.contexts import PulpGoRemoteContext, PulpGoRepositoryContext

ZIPS_COMPARED = 3
Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and print the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upstream", default="", help="the GOPROXY to fetch the tree from, once")
    parser.add_argument("--tree", type=Path, default=default_tree(), help="where the tree is kept")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is done")
    arguments = parser.parse_args()
    go = find_go()
    program = program_in(
        arguments.tree, go, lambda: arguments.upstream or upstream_of(go_env(go, "GOPROXY"))
    )
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        report(measure(Path(directory), program, go, arguments.rounds))


def measure(directory: Path, program: Program, go: str, rounds: int) -> Figures:
    """Return all figures: medians of the rounds, and peaks of memory."""
    with ExitStack() as stack:
        url = stack.enter_context(served(program.directory))
        pulp = stack.enter_context(running_pulp(directory))
        figures = watch_sync(pulp, program, url) | watch_large_zip(pulp, directory)
        taken = [measure_round(directory, pulp, program, url, go, n) for n in range(rounds)]
    for name in taken[0]:
        figures[name] = statistics.median(one[name] for one in taken)
    figures["versions"] = len(program.words)
    figures["zip_mib"] = program.zip_bytes / (1 << 20)
    for name in ("worker", "largest", "together"):
        kinds = [figures[f"{name}_peak_mib_{kind}"] for kind in ("many", "large")]
        figures[f"{name}_peak_mib"] = max(kinds)
    return figures


def measure_round(
    directory: Path, pulp: LivePulp, program: Program, url: str, go: str, number: int
) -> Figures:
    """Return the seconds of one round, whose two sides take turns in being the first."""
    sides = [
        lambda: {"go_seconds": download(directory / "go", program, go)},
        lambda: measure_syncs(pulp, program, url),
    ]
    figures: Figures = {}
    for side in reversed(sides) if number % 2 else sides:
        figures |= side()
    return figures


def download(home: Path, program: Program, go: str) -> float:
    """Return the seconds of `go mod download` into an empty module cache."""
    client = Go(home, program.directory.as_uri(), home / "gocache", go)
    client.write(go_mod=program.go_mod)
    os.sync()
    seconds, _ = timed(lambda: client.run("mod", "download"))
    shutil.rmtree(home)
    return seconds


def measure_syncs(pulp: LivePulp, program: Program, url: str) -> Figures:
    """Return the seconds of a first sync, which is checked, and of a second one."""
    with empty_domain(pulp) as work:
        remote, repository = work.remote(url, *program.words), work.repository()
        os.sync()
        call, first = timed(lambda: sync(work, repository, remote))
        number = work.number(repository)
        second = sync(work, repository, remote)
        if work.number(repository) != number:
            raise SystemExit("the second sync made a repository version")
        check(work, repository, program)
    return {
        "seconds": seconds_of(first),
        "seconds_at_work": seconds_at_work(first),
        "seconds_of_call": call,
        "noop_seconds": seconds_of(second),
    }


def sync(
    work: Workspace, repository: PulpGoRepositoryContext, remote: PulpGoRemoteContext
) -> dict[str, Any]:
    """Sync, with nothing failed, and return the task."""
    task = work.sync(repository, remote)
    if report_of(task)["failed"]:
        raise SystemExit(f"the sync failed: {report_of(task)['failed'][:10]}")
    return task


def check(work: Workspace, repository: PulpGoRepositoryContext, program: Program) -> None:
    """Check that a repository holds every module version, and that zips are the tree's bytes."""
    held = work.module_versions(
        repository_version=work.latest(repository), fields=["module", "version"]
    )
    if sorted(f"{unit['module']}@{unit['version']}" for unit in held) != program.words:
        raise SystemExit(f"the repository holds {len(held)} of {len(program.words)} versions")
    base = work.distribution(repository=repository)
    for word in random.sample(program.words, ZIPS_COMPARED):
        reply = fetch(base + file_path(*word.split("@"), "zip"))
        if reply.status != 200 or reply.body != program.file(word).read_bytes():
            raise SystemExit(f"the zip of {word} is not the upstream's: {reply.status}")


def watch_sync(pulp: LivePulp, program: Program, url: str) -> Figures:
    """Return the peaks of memory of a sync of the program's modules, which warms the caches."""
    return watch(pulp, url, program.words, "many")


def watch_large_zip(pulp: LivePulp, directory: Path) -> Figures:
    """Return the peaks of memory of a sync of one large zip, and its seconds."""
    tree = directory / "large"
    word = put_large_module(tree)
    with served(tree) as url:
        figures = watch(pulp, url, [word], "large")
    shutil.rmtree(tree)
    return figures


def watch(pulp: LivePulp, url: str, words: list[str], kind: str) -> Figures:
    """Return the peaks of memory of a sync into a domain that holds nothing."""
    with empty_domain(pulp) as work:
        remote, repository = work.remote(url, *words), work.repository()
        with TreeMemory(pulp.pids["worker-1"]) as memory:
            sync(work, repository, remote)
    return {
        f"worker_peak_mib_{kind}": memory.worker / (1 << 20),
        f"largest_peak_mib_{kind}": memory.largest / (1 << 20),
        f"together_peak_mib_{kind}": memory.together / (1 << 20),
    }


ROWS = [
    ("module versions", "versions", ""),
    ("their zips", "zip_mib", "MiB"),
    ("go mod download", "go_seconds", "s"),
    ("first sync", "seconds", "s"),
    ("  without waiting for a worker", "seconds_at_work", "s"),
    ("  as the REST call sees it", "seconds_of_call", "s"),
    ("second sync", "noop_seconds", "s"),
    ("peak of the worker", "worker_peak_mib", "MiB"),
    ("  of any one process", "largest_peak_mib", "MiB"),
    ("  of all together", "together_peak_mib", "MiB"),
    (f"  of the worker, a zip of {LARGE >> 20} MiB", "worker_peak_mib_large", "MiB"),
]


def report(figures: Figures) -> None:
    """Print the figures, the ratios, and both as JSON."""
    ratios = {
        "sync_vs_go": figures["seconds"] / figures["go_seconds"],
        "noop_vs_first": figures["noop_seconds"] / figures["seconds"],
    }
    for text, name, unit in ROWS:
        print(f"{text:<36}{figures[name]:>10.2f} {unit}")
    for name, value in ratios.items():
        print(f"{name:<36}{value:>10.3f}")
    print(json.dumps({"benchmark": "sync", "ratios": ratios, "figures": figures}))


if __name__ == "__main__":
    main()
