"""Repositories whose checksum database is served with them, and a `go` that has to believe it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from functional_tests.contentclient import Reply, fetch
from functional_tests.goclient import Go
from functional_tests.sumdb import NAME, SumDBUpstream
from functional_tests.sumdbworld import VERSION, A, fill
from functional_tests.workspace import Workspace

# The kinds of what `go` asks a database for.
ALL = {"supported", "lookup", "tile"}


@dataclass(frozen=True)
class Served:
    """A repository of an upstream whose database is served with it.

    Attributes:
        pulp: Where it is.
        upstream: The upstream.
        remote: The remote.
        repository: The repository, which has that remote.
        url: The GOPROXY, which ends in a slash.
    """

    pulp: Workspace
    upstream: SumDBUpstream
    remote: Any
    repository: Any
    url: str

    def mode(self, mode: str | None) -> "Served":
        """Return the same repository, served at another URL in another mode."""
        href = self.repository.pulp_href
        return replace(self, url=self.pulp.distribution(repository=href, sumdb=mode))

    def sync(self, *modules: str) -> None:
        """Bring `VERSION` of modules in, none of which fails."""
        self.remote.update({"includes": [f"{module}@{VERSION}" for module in modules]})
        task = self.pulp.sync(self.repository, self.remote)
        assert task["state"] == "completed" and task["result"]["failed"] == [], task

    def ask(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """Ask for what is below the database's URL."""
        return fetch(f"{self.url}sumdb/{NAME}/{path}", method, headers)

    def asked(self) -> list[str]:
        """Return what the upstream was asked for, sorted, and forget it."""
        paths = sorted(path.removeprefix(self.upstream.below) for path in self.upstream.paths())
        self.upstream.requests.clear()
        return paths


def serve(pulp: Workspace, upstream: SumDBUpstream, *modules: str, **fields: Any) -> Served:
    """Return a repository with these modules, and their database served by default."""
    remote = pulp.remote(upstream, A, sumdb=upstream.database.key, **fields)
    repository = pulp.repository(remote=remote.pulp_href)
    served = Served(pulp, upstream, remote, repository, "").mode(None)
    if modules:
        served.sync(*modules)
    upstream.requests.clear()
    return served


@contextmanager
def passing() -> Iterator[SumDBUpstream]:
    """Give the upstream of `sumdbworld` as long as it is there: it may end within a test."""
    with SumDBUpstream() as upstream:
        fill(upstream)
        yield upstream


class Client:
    """A `go` that has to believe the database, in a main module without go.sum.

    Args:
        go: The `go`.
        served: What it is pointed at.
    """

    def __init__(self, go: Go, served: Served) -> None:
        self._go = go
        self._key = f"GOSUMDB={served.upstream.database.key}"
        self._head = go.home / "go" / "pkg" / "sumdb" / NAME / "latest"

    def knows(self, note: bytes) -> None:
        """Have seen a signed tree before, wherever that was."""
        self._head.parent.mkdir(parents=True, exist_ok=True)
        self._head.write_bytes(note)

    def forgets(self) -> None:
        """Have seen no signed tree."""
        self._head.unlink()

    def head(self) -> bytes:
        """Return the newest signed tree that it has seen."""
        return self._head.read_bytes()

    def get(self, *modules: str, **variables: str) -> set[str]:
        """Download what a program needs and build it, both from nothing.

        Returns:
            The kinds of what the database was asked for: `supported`, `lookup`, `tile`.
        """
        self._go.forget()
        requires = "".join(f"require {module} {VERSION}\n" for module in modules)
        imports = "".join(f'import _ "{module}"\n' for module in modules)
        self._go.write(
            go_mod=f"module example.com/main\n\ngo 1.21\n\n{requires}",
            main_go=f"package main\n\n{imports}\nfunc main() {{ println(42) }}\n",
        )
        (self._go.work / "go.sum").unlink(missing_ok=True)
        said = self._try("mod", "download", "-x", **variables)
        assert said.returncode == 0, said.stderr
        # That has left the hashes of go.mod files alone in go.sum.
        built = self._try("run", "-mod=mod", ".", **variables)
        assert (built.returncode, built.stderr) == (0, "42\n")
        return {
            line.partition(f"/sumdb/{NAME}/")[2].partition("/")[0].partition(":")[0]
            for line in said.stderr.splitlines()
            if line.startswith("# get ") and f"/sumdb/{NAME}/" in line and ": 200 OK" in line
        }

    def fail(self, *words: str) -> str:
        """Download what must not be believed, and return what `go` said."""
        self._go.forget()
        said = self._try("mod", "download", *words)
        assert said.returncode != 0, said.stdout
        return said.stderr

    def _try(self, *words: str, **variables: str) -> Any:
        settings = [f"{name}={value}" for name, value in variables.items()]
        return self._go.try_run(self._key, *settings, *words)
