"""Pulp's objects for Go as pulp-glue contexts: what the REST API calls them.

A context ties a kind of object to the operations of Pulp's OpenAPI document. Create, read, list,
update, delete and the waiting for tasks are pulp-glue's own; here stand the names, and the few
rules that the API leaves to its clients.

https://pulpproject.org/pulp-glue/
"""

import re
from collections.abc import Mapping
from typing import Any

from pulp_glue.common.context import (
    EntityDefinition,
    PluginRequirement,
    PulpContentContext,
    PulpDistributionContext,
    PulpRemoteContext,
    PulpRepositoryContext,
    PulpRepositoryVersionContext,
)
from pulp_glue.common.exceptions import PulpException

NEEDS_GO = [PluginRequirement("go")]


# What is sent as one piece at most, unless a chunk size is set: web servers before Pulp refuse
# large bodies, some from 10 MB on.
CHUNK_SIZE = 8_000_000


class PulpGoModuleContentContext(PulpContentContext):
    """Module versions: they come in by sync or by upload, and never change."""

    PLUGIN = "go"
    RESOURCE_TYPE = "module"
    ENTITY = "module version"
    ENTITIES = "module versions"
    HREF = "go_module_version_href"
    HREF_PATTERN = r"content/(?P<plugin>go)/(?P<resource_type>modules)/"
    HREF_TEMPLATE = "content/go/modules/{pulp_id}/"
    ID_PREFIX = "content_go_modules"
    CAPABILITIES = {"upload": []}
    NEEDS_PLUGINS = NEEDS_GO

    def create(
        self,
        body: EntityDefinition,
        parameters: Mapping[str, Any] | None = None,
        non_blocking: bool = False,
    ) -> Any:
        """Upload the zip `body["file"]`, in chunks if it is large, and return the module version.

        The chunk size is `body["chunk_size"]`, else the one that pulp-glue is configured with,
        else `CHUNK_SIZE`.
        """
        chunk_size = body.get("chunk_size") or self.pulp_ctx.chunk_size or CHUNK_SIZE
        task = super().create(body | {"chunk_size": chunk_size}, parameters, non_blocking=True)
        if non_blocking or self.pulp_ctx.fake_mode:
            return task
        # The task's result tells what came, and its href is elsewhere: pulp-glue takes either.
        made = self.pulp_ctx.wait_for_task(task)["created_resources"]
        pattern = re.escape(self.pulp_ctx.api_path) + self.HREF_PATTERN
        self.pulp_href = next(href for href in made if re.match(pattern, href))
        return self.entity


class PulpGoRemoteContext(PulpRemoteContext):
    """An upstream GOPROXY, with what is wanted from it."""

    PLUGIN = "go"
    RESOURCE_TYPE = "go"
    ENTITY = "Go remote"
    ENTITIES = "Go remotes"
    HREF = "go_go_remote_href"
    ID_PREFIX = "remotes_go_go"
    CAPABILITIES = {"roles": []}
    NEEDS_PLUGINS = NEEDS_GO


class PulpGoGitRemoteContext(PulpRemoteContext):
    """Git repositories, with what is wanted of their modules."""

    PLUGIN = "go"
    RESOURCE_TYPE = "git"
    ENTITY = "Go git remote"
    ENTITIES = "Go git remotes"
    HREF = "go_go_git_remote_href"
    ID_PREFIX = "remotes_go_git"
    CAPABILITIES = {"roles": []}
    NULLABLES = PulpRemoteContext.NULLABLES | {"private_key"}
    NEEDS_PLUGINS = NEEDS_GO


class PulpGoRepositoryVersionContext(PulpRepositoryVersionContext):
    """One numbered state of a repository."""

    HREF = "go_go_repository_version_href"
    ID_PREFIX = "repositories_go_go_versions"
    NEEDS_PLUGINS = NEEDS_GO


class PulpGoRepositoryContext(PulpRepositoryContext):
    """A repository of module versions, which can be synced and modified."""

    PLUGIN = "go"
    RESOURCE_TYPE = "go"
    ENTITY = "Go repository"
    ENTITIES = "Go repositories"
    HREF = "go_go_repository_href"
    ID_PREFIX = "repositories_go_go"
    VERSION_CONTEXT = PulpGoRepositoryVersionContext
    CAPABILITIES = {"sync": [], "roles": []}
    NEEDS_PLUGINS = NEEDS_GO

    def fetch(self, version: PulpRepositoryVersionContext | None = None) -> Any:
        """Fetch the zips of a version, the latest if None, that are still upstream."""
        body: EntityDefinition = {"repository_version": version} if version else {}
        return self.call("fetch", parameters={self.HREF: self.pulp_href}, body=body)

    def verify(self, version: PulpRepositoryVersionContext | None = None) -> Any:
        """Check again what a version, the latest if None, holds."""
        body: EntityDefinition = {"repository_version": version} if version else {}
        return self.call("verify", parameters={self.HREF: self.pulp_href}, body=body)

    def findings(self, limit: int, offset: int) -> Any:
        """Return what contradicted the repository in its syncs, the newest first."""
        parameters = {self.HREF: self.pulp_href, "limit": limit, "offset": offset}
        return self.call("findings", parameters=parameters)["results"]


class PulpGoDistributionContext(PulpDistributionContext):
    """A GOPROXY that serves a repository's latest version, or one version of it."""

    PLUGIN = "go"
    RESOURCE_TYPE = "go"
    ENTITY = "Go distribution"
    ENTITIES = "Go distributions"
    HREF = "go_go_distribution_href"
    ID_PREFIX = "distributions_go_go"
    CAPABILITIES = {"roles": []}
    NULLABLES = {"content_guard", "repository", "repository_version", "sumdb"}
    NEEDS_PLUGINS = NEEDS_GO

    def preprocess_entity(self, body: EntityDefinition, partial: bool = False) -> EntityDefinition:
        """Return `body` for the API, which takes a repository or a version of one, never both.

        Whichever of the two `body` names clears the other, so that an update can change from one
        to the other. A `version`, which is a number, is one of the named repository, or of the one
        that the distribution serves already.

        Raises:
            PulpException: There is a `version`, and no repository that it could be one of.
        """
        body = super().preprocess_entity(body, partial=partial)
        number = body.pop("version", None)
        if number is not None:
            repository = body.pop("repository", None) or self._served(partial)
            body["repository_version"] = f"{repository}versions/{number}/"
        if body.get("repository") is not None:
            body.setdefault("repository_version", None)
        elif body.get("repository_version") is not None:
            body.setdefault("repository", None)
        return body

    def _served(self, exists: bool) -> str:
        """Return the href of the repository that is served, by itself or by a version of it."""
        entity = self.entity if exists else {}
        href = entity.get("repository") or entity.get("repository_version")
        if not href:
            raise PulpException("A version needs --repository to be one of.")
        return re.sub("versions/[0-9]+/\\Z", "", href)
