"""How long the import of all tags of a repository takes, beside the go command on the same one.

    python -m benchmarks.git_import [--tags N] [--files N] [--go-tags N] [--rounds N]

The repository has a long history, and is the same one each time (`benchmarks._gitrepo`). In each
round, which of the two is first in turns,

- `go mod download` fetches the versions with GOPROXY=direct from the bare repository, over file://
  and into empty caches;
- a sync imports all of them into a repository of a domain that holds nothing, from nothing: the
  repository is fetched and each zip is made, checked and stored;
- a second sync finds no ref moved, and after one more tag a third one imports that.

With `--go-tags` the go command fetches only so many, evenly spread, and what that took is scaled
up. Each h1 that it finds is compared. A sync lasts from the moment that a worker takes its task up
to its end; what a task costs that does nothing is that of a sync of which nothing is wanted anew
from a GOPROXY. `import_vs_go` is the import's median to the go command's, `reimport_vs_import` and
`one_tag_vs_import` those of the second and the third sync to the first's;
`reimport_milliseconds` is what the second one takes beyond such a task.

The peaks of memory are those of syncs that are not timed: of a repository with a blob of 200 MiB,
and of one with 100,000 files. The last line is JSON.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import _gitrepo
from benchmarks._gitrepo import MODULE, History
from benchmarks._memory import TreeMemory
from benchmarks._pulp import empty_domain, running_pulp
from benchmarks._static import served
from benchmarks._timing import seconds_at_work, timed
from benchmarks._zip import put_large_module
from demo.demo import find_go
from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace, report_of

BLOB = 200 << 20
MANY = 100_000
Figures = dict[str, float]


def main() -> None:
    """Measure, print a table, and print the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tags", type=int, default=300, help="how many tags there are")
    parser.add_argument("--files", type=int, default=2000, help="how many files each tree has")
    parser.add_argument("--go-tags", type=int, default=0, help="how many the go command fetches")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is done")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        report(measure(Path(directory), arguments))


def measure(directory: Path, arguments: argparse.Namespace) -> Figures:
    """Return all figures: medians of the rounds, and peaks of memory."""
    go = find_go()
    repositories = directory / "repositories"
    history = _gitrepo.make(repositories / "framework.git", arguments.tags, arguments.files)
    with ExitStack() as stack:
        pulp = stack.enter_context(
            running_pulp(directory, settings=f"ALLOWED_IMPORT_PATHS = [{str(repositories)!r}]\n")
        )
        figures = watch_large(pulp, repositories)
        taken = [
            one_round(directory, pulp, history, go, arguments, n) for n in range(arguments.rounds)
        ]
        figures["idle_task_seconds"] = idle_task(pulp, directory)
    for name in taken[0]:
        figures[name] = statistics.median(one[name] for one in taken)
    beyond = figures["reimport_seconds"] - figures["idle_task_seconds"]
    return figures | {"reimport_milliseconds": 1000 * beyond, "tags": arguments.tags}


def one_round(
    directory: Path,
    pulp: LivePulp,
    history: History,
    go: str,
    arguments: argparse.Namespace,
    number: int,
) -> Figures:
    """Return the seconds of one round, whose two sides take turns in being the first."""
    tags = history.tags[: arguments.tags]
    step = max(1, len(tags) // (arguments.go_tags or len(tags)))
    some = tags[::step]
    found: dict[str, dict[str, str]] = {}

    def by_go() -> Figures:
        seconds, found["go"] = timed(lambda: download(directory / "go", history, go, some))
        return {"go_seconds": seconds * len(tags) / len(some)}

    def by_pulp() -> Figures:
        figures, found["pulp"] = measure_syncs(pulp, history)
        return figures

    sides = [by_go, by_pulp]
    figures: Figures = {}
    for side in reversed(sides) if number % 2 else sides:
        figures |= side()
    wrong = [tag for tag in some if found["go"][tag] != found["pulp"][tag]]
    if wrong:
        raise SystemExit(f"another h1 than the go command's: {wrong[:10]}")
    return figures


def download(home: Path, history: History, go: str, tags: list[str]) -> dict[str, str]:
    """Return the h1 of each tag, as `go mod download` finds it directly in the repository."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GOPATH": str(home / "gopath"),
        "GOMODCACHE": str(home / "modcache"),
        "GOPROXY": "direct",
        "GONOSUMDB": "*",
        "GOFLAGS": "-modcacherw",
        "GOTOOLCHAIN": "local",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "file:https",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{history.path.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://{MODULE.removesuffix('.git')}",
    }
    home.mkdir()
    command = [go, "mod", "download", "-json", *(f"{MODULE}@{tag}" for tag in tags)]
    done = subprocess.run(command, env=environment, cwd=home, check=True, capture_output=True)
    shutil.rmtree(home)
    decoder, text, found = json.JSONDecoder(), done.stdout.decode().strip(), {}
    while text:
        module, end = decoder.raw_decode(text)
        found[module["Version"]] = module["Sum"]
        text = text[end:].lstrip()
    return found


def measure_syncs(pulp: LivePulp, history: History) -> tuple[Figures, dict[str, str]]:
    """Return the seconds of an import, of one with nothing new and of one with one tag; and h1s."""
    with empty_domain(pulp) as work:
        remote = work.git_remote(history.path.as_uri(), path_prefix=MODULE)
        repository = work.repository()
        first = sync(work, repository, remote, len(history.tags))
        second = sync(work, repository, remote, 0)
        held = work.module_versions(
            repository_version=work.latest(repository), fields=["version", "h1"]
        )
        history.add_tag()
        third = sync(work, repository, remote, 1)
    figures = {"seconds": first, "reimport_seconds": second, "one_tag_seconds": third}
    return figures, {unit["version"]: unit["h1"] for unit in held}


def sync(work: Workspace, repository: Any, remote: Any, added: int) -> float:
    """Return the seconds of a sync that adds so many versions."""
    os.sync()
    task = work.sync(repository, remote)
    result = report_of(task)
    if result["failed"] or result["added"] != added:
        raise SystemExit(f"{result['added']} of {added} came: {result['failed'][:10]}")
    return seconds_at_work(task)


def idle_task(pulp: LivePulp, directory: Path) -> float:
    """Return the seconds of a sync from a GOPROXY of which all is held: what any task costs."""
    tree = directory / "idle"
    word = put_large_module(tree, size=1 << 10)
    with served(tree) as url, empty_domain(pulp) as work:
        remote, repository = work.remote(url, word), work.repository()
        sync(work, repository, remote, 1)
        return statistics.median(sync(work, repository, remote, 0) for _ in range(5))


def watch_large(pulp: LivePulp, repositories: Path) -> Figures:
    """Return the peaks of memory of a large blob and of many files."""
    blob = os.urandom(1 << 20).hex()
    large = {"go.mod": f"module {MODULE}\n", "blob": blob * (BLOB // len(blob))}
    many = {"go.mod": f"module {MODULE}\n"}
    many |= {f"d{n % 500}/f{n}.go": f"package d // {n}\n" for n in range(MANY)}
    return watch(pulp, repositories / "large.git", large, "blob") | watch(
        pulp, repositories / "many.git", many, "files"
    )


def watch(pulp: LivePulp, path: Path, files: dict[str, str], kind: str) -> Figures:
    """Return the peaks of memory of the import of a single tag."""
    path.mkdir()
    _gitrepo.run(path, "init", "-q", "--bare", "-b", "main")
    lines = _gitrepo.commit("v1.0.0", "", _gitrepo.BEGIN, files, [])
    _gitrepo.run(path, "fast-import", "--quiet", stdin="".join(lines))
    with empty_domain(pulp) as work:
        remote = work.git_remote(path.as_uri(), path_prefix=MODULE)
        with TreeMemory(pulp.pids["worker-1"]) as memory:
            sync(work, work.repository(), remote, 1)
    return {
        f"largest_peak_mib_{kind}": memory.largest / (1 << 20),
        f"together_peak_mib_{kind}": memory.together / (1 << 20),
    }


ROWS = [
    ("tags", "tags", ""),
    ("go mod download, directly", "go_seconds", "s"),
    ("import", "seconds", "s"),
    ("import with nothing new", "reimport_seconds", "s"),
    ("  beyond what a task costs", "reimport_milliseconds", "ms"),
    ("import of one new tag", "one_tag_seconds", "s"),
    (f"peak of any process, a blob of {BLOB >> 20} MiB", "largest_peak_mib_blob", "MiB"),
    ("  of all together", "together_peak_mib_blob", "MiB"),
    (f"peak of any process, {MANY} files", "largest_peak_mib_files", "MiB"),
    ("  of all together", "together_peak_mib_files", "MiB"),
]


def report(figures: Figures) -> None:
    """Print the figures, the ratios, and both as JSON."""
    ratios = {
        "import_vs_go": figures["seconds"] / figures["go_seconds"],
        "reimport_vs_import": figures["reimport_seconds"] / figures["seconds"],
        "one_tag_vs_import": figures["one_tag_seconds"] / figures["seconds"],
    }
    for text, name, unit in ROWS:
        print(f"{text:<42}{figures[name]:>10.2f} {unit}")
    for name, value in ratios.items():
        print(f"{name:<42}{value:>10.3f}")
    print(json.dumps({"benchmark": "git_import", "ratios": ratios, "figures": figures}))


if __name__ == "__main__":
    main()
