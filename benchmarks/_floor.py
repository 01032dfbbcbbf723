"""What pulpcore itself takes for the size of a repository, measured within pulpcore.

    python -m benchmarks._floor --repository PK --module PATH UNIT...

It runs with PULP_SETTINGS of the Pulp that is measured, without the hooks of our repositories, and
prints one line of JSON. Each unit is a primary key, of one that the repository does not hold. The
peaks are those of this whole process, as Linux counts them anew for each step.

https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
"""

import argparse
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django

from benchmarks._timing import timed
from functional_tests.memory import PEAK, PROC, read

django.setup()

from pulpcore.plugin.models import Repository  # noqa: E402 (the models load after the set-up)
from pulpcore.plugin.util import set_domain  # noqa: E402

HOOKS = ("initialize_new_version", "finalize_new_version")
READS = 3


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", required=True, help="its primary key")
    parser.add_argument("--module", required=True, help="one that it holds")
    parser.add_argument("units", nargs="+", help="primary keys of units to add, one each time")
    arguments = parser.parse_args()
    repository = Repository.objects.get(pk=arguments.repository).cast()
    set_domain(repository.pulp_domain)
    for hook in HOOKS:
        setattr(type(repository), hook, getattr(Repository, hook))
    print(json.dumps(measure(repository, arguments.module, arguments.units)))


def measure(repository: Any, module: str, units: Sequence[str]) -> dict[str, float]:
    """Return the seconds and the peaks of each step, the smallest peak first."""
    model = repository.CONTENT_TYPES[0]
    adds = iter(units)
    return {
        **step("get_content", READS, lambda: versions_of(repository, model, module)),
        **step("empty", len(units), lambda: add(repository, None)),
        **step("add", len(units), lambda: add(repository, model.objects.filter(pk=next(adds)))),
    }


def step(name: str, times: int, work: Callable[[], object]) -> dict[str, float]:
    """Return the median of the seconds of some runs, and the peak of memory of all of them."""
    Path("/proc/self/clear_refs").write_text("5")
    seconds = statistics.median(timed(work)[0] for _ in range(times))
    peak = PEAK.search(read(PROC / "self" / "status"))
    assert peak is not None  # every process has one
    return {f"{name}_seconds": seconds, f"{name}_peak_mib": int(peak[1]) / 1024}


def versions_of(repository: Any, model: Any, module: str) -> list[str]:
    """Return the versions of a module, by pulpcore's own array of what a version holds."""
    held = repository.latest_version().get_content(model.objects.filter(module=module))
    return list(held.order_by("version_key").values_list("version", flat=True))


def add(repository: Any, units: Any) -> None:
    """Make a new version with `units` more; one without more pulpcore takes away again."""
    repository.refresh_from_db()
    with repository.new_version() as version:
        if units is not None:
            version.add_content(units)


if __name__ == "__main__":
    main()
