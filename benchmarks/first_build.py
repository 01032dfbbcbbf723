"""How long it takes from nothing to a first build, and what Pulp costs a build that is cold.

    python -m benchmarks.first_build [--upstream URL] [--rounds N]

What is synced and built is the demo's program, on a Pulp of its own that is ended after. Each round
fetches and builds once straight from the upstream and once through Pulp, in turns, each with an
empty module cache and an empty build cache. The ratios are Pulp's median to the upstream's: above
1 Pulp is slower. The last line is JSON.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from benchmarks._timing import timed
from demo.demo import PROGRAM, find_go, go_env, upstream_of
from functional_tests.goclient import Go
from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace, report_of

Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and print the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upstream", default="", help="the GOPROXY to mirror from")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is built")
    arguments = parser.parse_args()
    upstream = arguments.upstream or upstream_of(go_env(find_go(), "GOPROXY"))
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        figures = measure(Path(directory), upstream, arguments.rounds)
    report(figures)


def measure(directory: Path, upstream: str, rounds: int) -> Figures:
    """Return the seconds of each step, medians where it was done more than once."""
    figures: Figures = {}
    figures["set-up"], pulp = timed(lambda: LivePulp.start(directory / "home"))
    try:
        work = Workspace(pulp.context)
        remote = work.remote(upstream, go_sum=(PROGRAM / "go.sum").read_text())
        repository = work.repository()
        figures["sync"], task = timed(lambda: work.sync(repository, remote))
        if report_of(task)["failed"]:
            raise SystemExit(f"the sync failed: {report_of(task)}")
        figures["second sync"], _ = timed(lambda: work.sync(repository, remote))
        proxies = {"upstream": upstream, "pulp": work.distribution(repository=repository)}
        figures |= measure_builds(directory, proxies, rounds)
    finally:
        pulp.end()
    return figures


def measure_builds(directory: Path, proxies: dict[str, str], rounds: int) -> Figures:
    """Return the median seconds of `go mod download` and `go build` with each proxy."""
    seconds: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, proxy in sorted(proxies.items(), reverse=bool(number % 2)):
            for step in ("download", "build"):
                home = directory / f"{step}-{name}-{number}"
                taken = cold(home, proxy, step)
                seconds.setdefault(f"{step}, {name}", []).append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def cold(home: Path, proxy: str, step: str) -> float:
    """Return the seconds of one step of the demo's program with nothing cached."""
    go = Go(home, proxy, home / "gocache", find_go())
    for name in ("go.mod", "go.sum", "main.go"):
        (go.work / name).write_text((PROGRAM / name).read_text())
    words = {"download": ("mod", "download"), "build": ("build", "-o", str(home / "program"), ".")}
    taken, _ = timed(lambda: go.run(*words[step]))
    return taken


def report(figures: Figures) -> None:
    """Print the figures, the ratios, and both as JSON."""
    ratios = {
        step: figures[f"{step}, pulp"] / figures[f"{step}, upstream"]
        for step in ("download", "build")
    }
    for name, value in figures.items():
        print(f"{name:<20}{value:>9.2f} s")
    for name, value in ratios.items():
        print(f"{name}, pulp : upstream {value:>6.2f}")
    result = {"benchmark": "first_build", "ratios": ratios, "figures": figures}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
