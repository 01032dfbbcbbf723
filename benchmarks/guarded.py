"""What a content guard costs `go mod download` of a real, large program's modules, over TLS.

    python -m benchmarks.guarded [--upstream URL] [--tree DIR] [--rounds N]

The modules are those of Telegraf's module graph: hundreds, over 400 MB of zips, brought once from
the upstream as in `benchmarks.sync`. A Pulp that speaks https holds them in one repository, which
two distributions serve: an open one, and one with an RBAC content guard, whose user `go` names by
its netrc. Passwords have Django's usual hash, which takes a quarter of a second of a core.

Both are downloaded once before the rounds, so that all is warm but `go` itself. Each round then
runs `go mod download` from each of the two into an empty module cache, all on one disk, in turns
which is first; and asks each for every module's `.info` over one connection, one after the other,
since most of a download is the go command's own work. `guarded_vs_open` is the guarded download's
median to the open one's, `info_guarded_vs_open` the same of the questions. The last line is JSON.
"""

import argparse
import base64
import http.client
import json
import os
import secrets
import shutil
import ssl
import statistics
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pulp_glue.core.context import PulpRbacContentGuardContext, PulpUserContext

from benchmarks._pulp import empty_domain, running_pulp
from benchmarks._static import served
from benchmarks._telegraf import Program, default_tree, program_in
from benchmarks._timing import timed
from demo.demo import find_go, go_env, upstream_of
from functional_tests.certificates import write_certificate
from functional_tests.contentclient import fetch
from functional_tests.goclient import Go
from functional_tests.livepulp import LivePulp
from functional_tests.moduletree import file_path
from functional_tests.workspace import Workspace, report_of

DENIED = (401, 403)
# With a password hashed for each request, a download takes longer than a test may wait.
MOST_SECONDS = 3600
Figures = dict[str, float]


@dataclass(frozen=True)
class Side:
    """A distribution, and who asks it.

    Attributes:
        name: `open` or `guarded`.
        url: Its GOPROXY URL, which ends in a slash.
        user: Name and password, or None for an unknown client.
    """

    name: str
    url: str
    user: tuple[str, str] | None = None

    @property
    def netrc(self) -> str:
        """The line of a netrc that names the user, or ""; `go` looks for host and port."""
        if self.user is None:
            return ""
        return "machine {} login {} password {}\n".format(urlsplit(self.url).netloc, *self.user)

    @property
    def headers(self) -> Mapping[str, str]:
        """The header that names the user, if one is named."""
        if self.user is None:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(':'.join(self.user).encode()).decode()}"}


@dataclass(frozen=True)
class Client:
    """What asks: the go command, and what it needs.

    Attributes:
        go: The go command.
        directory: Where its caches are made.
        certificate: What the server is trusted by.
        program: Whose modules it wants.
    """

    go: str
    directory: Path
    certificate: Path
    program: Program

    def download(self, side: Side) -> float:
        """Return the seconds of `go mod download` into an empty module cache."""
        home = self.directory / "go"
        client = Go(home, side.url, home / "gocache", self.go)
        client.timeout = MOST_SECONDS
        client.write(go_mod=self.program.go_mod)
        (home / ".netrc").write_text(side.netrc)
        os.sync()
        trusting = f"SSL_CERT_FILE={self.certificate}"
        seconds, _ = timed(lambda: client.run(trusting, "mod", "download"))
        shutil.rmtree(home)
        return seconds

    def ask(self, side: Side) -> float:
        """Return the milliseconds that an `.info` takes over a connection that is kept."""
        parts = urlsplit(side.url)
        context = ssl.create_default_context(cafile=self.certificate)
        with closing(http.client.HTTPSConnection(parts.netloc, context=context)) as connection:
            seconds, _ = timed(lambda: self._ask_all(connection, side))
        return 1000 * seconds / len(self.program.words)

    def _ask_all(self, connection: http.client.HTTPSConnection, side: Side) -> None:
        """Ask for every module's `.info`, with none missing."""
        base = urlsplit(side.url).path
        for word in self.program.words:
            path = base + file_path(*word.split("@"), "info")
            connection.request("GET", path, headers=dict(side.headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{side.name}: {path}: {answer.status}")


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
    """Return all figures: medians of the rounds."""
    tls = write_certificate(directory)
    client = Client(go, directory, tls.chain, program)
    with ExitStack() as stack:
        pulp = stack.enter_context(running_pulp(directory, fast_hash=False, tls=tls))
        work = stack.enter_context(empty_domain(pulp))
        sides = make_sides(pulp, work, program)
        check(sides, client)
        first = {f"{side.name}_first_seconds": client.download(side) for side in sides}
        taken = [measure_round(sides, client, number) for number in range(rounds)]
    figures = first | {"versions": len(program.words), "zip_mib": program.zip_bytes / (1 << 20)}
    for name in taken[0]:
        figures[name] = statistics.median(one[name] for one in taken)
    return figures


def measure_round(sides: list[Side], client: Client, number: int) -> Figures:
    """Return the figures of one round, whose two sides take turns in being the first."""
    figures: Figures = {}
    for side in reversed(sides) if number % 2 else sides:
        figures[f"{side.name}_seconds"] = client.download(side)
        figures[f"{side.name}_info_ms"] = client.ask(side)
    return figures


def make_sides(pulp: LivePulp, work: Workspace, program: Program) -> list[Side]:
    """Make the repository with the program's modules, its two distributions, and the user.

    A sync by go.mod wants what `go build` may want. The tree lacks the few of these that `go mod
    download` does not want, which itself says so if it misses one.
    """
    repository = work.repository()
    with served(program.directory) as url:
        task = work.sync(repository, work.remote(url, go_mods=[program.go_mod]))
    if task["state"] != "completed":
        raise SystemExit(f"the sync failed: {report_of(task)}")
    user = (f"gopher-{uuid.uuid4().hex[:8]}", secrets.token_urlsafe(16))
    PulpUserContext(pulp.context).create({"username": user[0], "password": user[1]})
    guard = PulpRbacContentGuardContext(work.context)
    guard.create({"name": f"guard-{uuid.uuid4().hex}"})
    work.keep(guard)
    guard.assign(users=[user[0]], groups=[])
    return [
        Side("open", work.distribution(repository=repository)),
        Side(
            "guarded",
            work.distribution(repository=repository, content_guard=guard.pulp_href),
            user,
        ),
    ]


def check(sides: list[Side], client: Client) -> None:
    """Check that each side lets its own client in, and the guarded one nobody else."""
    path = file_path(*client.program.words[0].split("@"), "info")
    for side in sides:
        known = fetch(side.url + path, "GET", side.headers, client.certificate).status
        unknown = fetch(side.url + path, certificate=client.certificate).status
        expected = (200,) if side.user is None else DENIED
        if known != 200 or unknown not in expected:
            raise SystemExit(f"{side.name} answers {known}, and {unknown} to unknown clients")


ROWS = [
    ("module versions", "versions", ""),
    ("their zips", "zip_mib", "MiB"),
    ("go mod download, open", "open_seconds", "s"),
    ("  for the first time", "open_first_seconds", "s"),
    ("go mod download, guarded", "guarded_seconds", "s"),
    ("  for the first time", "guarded_first_seconds", "s"),
    ("an .info, open", "open_info_ms", "ms"),
    ("an .info, guarded", "guarded_info_ms", "ms"),
]


def report(figures: Figures) -> None:
    """Print the figures, the ratios, and both as JSON."""
    ratios = {
        "guarded_vs_open": figures["guarded_seconds"] / figures["open_seconds"],
        "info_guarded_vs_open": figures["guarded_info_ms"] / figures["open_info_ms"],
    }
    for text, name, unit in ROWS:
        print(f"{text:<36}{figures[name]:>10.2f} {unit}")
    for name, value in ratios.items():
        print(f"{name:<36}{value:>10.3f}")
    print(json.dumps({"benchmark": "guarded", "ratios": ratios, "figures": figures}))


if __name__ == "__main__":
    main()
