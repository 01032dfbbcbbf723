"""What one test makes in a domain of a live Pulp, by pulp-glue, and takes away at its end."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pulp_glue.common.context import PulpContext, PulpEntityContext, PulpRemoteContext
from pulp_glue.core.context import (
    PulpArtifactContext,
    PulpDomainContext,
    PulpOrphanContext,
    PulpTaskContext,
)

from functional_tests.livepulp import LivePulp
from functional_tests.upstream import Upstream
from pulp_go.cli.contexts import (
    PulpGoDistributionContext,
    PulpGoGitRemoteContext,
    PulpGoModuleContentContext,
    PulpGoRemoteContext,
    PulpGoRepositoryContext,
)

TIMEOUT = 300
FINISHED = {"completed", "failed", "canceled", "skipped"}


def report_of(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sync says it did: the task's result, or the JSON in its error's text."""
    if task["state"] == "completed":
        return dict(task["result"])
    text = str(task["error"]["description"])
    return dict(json.loads(text[text.index("{") :]))


def done(task: Mapping[str, Any]) -> dict[str, int]:
    """Return how much of each phase of a sync was done, by the code of its progress report."""
    return {report["code"]: report["done"] for report in task["progress_reports"]}


class Workspace:
    """One domain of a Pulp, with what a test makes there.

    Attributes:
        context: pulp-glue's context for the domain.
        interval: After how many seconds a task is asked for again; each time costs the API.
    """

    def __init__(self, context: PulpContext) -> None:
        self.context = context
        self.interval = 0.1
        self._made: list[PulpEntityContext] = []

    def remote(
        self, upstream: Upstream | str, *includes: str, **fields: Any
    ) -> PulpGoRemoteContext:
        """Make a remote for an upstream or a URL, which no checksum database vouches for.

        Faults are not tried again unless asked for.
        """
        url = upstream if isinstance(upstream, str) else upstream.url
        remote = PulpGoRemoteContext(self.context)
        body = {"url": url, "includes": list(includes), "max_retries": 0, "policy": "immediate"}
        body["sumdb"] = "off"
        return self._make(remote, body | fields)

    def git_remote(self, url: str, **fields: Any) -> PulpGoGitRemoteContext:
        """Make a remote for git repositories. Faults are not tried again unless asked for."""
        remote = PulpGoGitRemoteContext(self.context)
        return self._make(remote, {"url": url, "max_retries": 0} | fields)

    def repository(self, **fields: Any) -> PulpGoRepositoryContext:
        """Make a repository."""
        return self._make(PulpGoRepositoryContext(self.context), fields)

    def distribution(self, **fields: Any) -> str:
        """Make a distribution and return its GOPROXY URL, which ends in a slash."""
        distribution = PulpGoDistributionContext(self.context)
        body = {"base_path": f"go-{uuid.uuid4().hex}"} | fields
        return str(self._make(distribution, body).entity["base_url"])

    def synced(self, upstream: Upstream, *includes: str, **fields: Any) -> PulpGoRepositoryContext:
        """Make a repository and sync it, with no module version missing."""
        repository = self.repository(**fields)
        task = self.sync(repository, self.remote(upstream, *includes))
        assert task["state"] == "completed" and task["result"]["failed"] == [], task
        return repository

    def sync(
        self, repository: PulpGoRepositoryContext, remote: PulpRemoteContext, **options: Any
    ) -> dict[str, Any]:
        """Sync, and return the task as it ended, completed or failed."""
        return self.act(repository, "sync", {"remote": remote.pulp_href} | options)

    def modify(self, repository: PulpGoRepositoryContext, **options: Any) -> dict[str, Any]:
        """Add or remove content, and return the task as it ended, completed or failed."""
        return self.act(repository, "modify", options)

    def act(
        self, repository: PulpGoRepositoryContext, action: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Start a task of the repository, and return it as it ended, completed or failed."""
        return self.finished(self.start(repository, action, body))

    def start(self, repository: PulpGoRepositoryContext, action: str, body: dict[str, Any]) -> str:
        """Start a task of the repository, and return its href."""
        href = {repository.HREF: repository.pulp_href}
        task = repository.call(action, parameters=href, body=body, non_blocking=True)
        return str(task["pulp_href"])

    def latest(self, repository: PulpGoRepositoryContext) -> str:
        """Return the href of the repository's latest version."""
        return str(repository.show()["latest_version_href"])

    def number(self, repository: PulpGoRepositoryContext) -> int:
        """Return the number of the repository's latest version."""
        return int(self.latest(repository).rstrip("/").rpartition("/")[2])

    def module_versions(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the module versions of this domain as the API lists them."""
        content = PulpGoModuleContentContext(self.context)
        return list(content.list_iterator(parameters=filters))

    def held(self, repository: PulpGoRepositoryContext) -> list[str]:
        """Return `path@version` of each that the latest version of a repository holds, in order."""
        units = self.module_versions(repository_version=self.latest(repository))
        return [f"{unit['module']}@{unit['version']}" for unit in units]

    def findings(self, repository: PulpGoRepositoryContext) -> list[dict[str, Any]]:
        """Return what contradicted a repository, the newest first."""
        found = repository.call("findings", parameters={repository.HREF: repository.pulp_href})
        return list(found["results"])

    def count_artifacts(self) -> int:
        """Return how many files this domain stores."""
        listing = PulpArtifactContext(self.context).call("list", parameters={"limit": 1})
        return int(listing["count"])

    def finished(self, task_href: str) -> dict[str, Any]:
        """Return a task once it has ended."""
        return self.once(task_href, lambda task: task["state"] in FINISHED)

    def once(self, task_href: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return a task once it is as `reached` says.

        Raises:
            TimeoutError: It does not come to it.
        """
        deadline = time.monotonic() + TIMEOUT
        tasks = PulpTaskContext(self.context)
        while not reached(task := tasks.show(task_href)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{task_href} is {task}")
            time.sleep(self.interval)
        return dict(task)

    def cancel(self, task_href: str) -> dict[str, Any]:
        """Cancel a task, and return it as it ended."""
        PulpTaskContext(self.context).cancel(task_href, background=True)
        return self.finished(task_href)

    def keep(self, entity: PulpEntityContext) -> None:
        """Take `entity` away at the end, like what the workspace makes itself."""
        self._made.append(entity)

    def clean(self) -> None:
        """Take away what was made, the last first, and all content that nothing holds then."""
        for entity in reversed(self._made):
            entity.delete()
        self._made.clear()
        PulpOrphanContext(self.context).cleanup({"orphan_protection_time": 0})

    def _make(self, entity: Any, fields: Mapping[str, Any]) -> Any:
        entity.create({"name": f"test-{uuid.uuid4().hex}", **fields})
        self.keep(entity)
        return entity


@contextmanager
def new_domain(live: LivePulp) -> Iterator[Workspace]:
    """Give a workspace in a new domain, which is deleted at the end where the Pulp goes on."""
    domain = PulpDomainContext(live.context)
    name = f"test-{uuid.uuid4().hex[:12]}"
    storage = "pulpcore.app.models.storage.FileSystem"
    media = {"location": str(live.home / "pulp" / "media")}
    domain.create({"name": name, "storage_class": storage, "storage_settings": media})
    work = Workspace(live.in_domain(name))
    try:
        yield work
    finally:
        if live.goes_on:
            work.clean()
            domain.delete()
