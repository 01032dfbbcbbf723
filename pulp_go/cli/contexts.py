"""Pulp's objects for Go as pulp-glue contexts: what the REST API calls them.

A context ties a kind of object to the operations of Pulp's OpenAPI document. Create, read, list,
update, delete and the waiting for tasks are pulp-glue's own; here stand the names, and the few
rules that the API leaves to its clients.

https://pulpproject.org/pulp-glue/
"""

from pulp_glue.common.context import (
    EntityDefinition,
    PluginRequirement,
    PulpContentContext,
    PulpDistributionContext,
    PulpRemoteContext,
    PulpRepositoryContext,
    PulpRepositoryVersionContext,
)

NEEDS_GO = [PluginRequirement("go")]


class PulpGoModuleContentContext(PulpContentContext):
    """Module versions: read and list; they come in by sync."""

    PLUGIN = "go"
    RESOURCE_TYPE = "module"
    ENTITY = "module version"
    ENTITIES = "module versions"
    HREF = "go_module_version_href"
    HREF_PATTERN = r"content/(?P<plugin>go)/(?P<resource_type>modules)/"
    HREF_TEMPLATE = "content/go/modules/{pulp_id}/"
    ID_PREFIX = "content_go_modules"
    NEEDS_PLUGINS = NEEDS_GO


class PulpGoRemoteContext(PulpRemoteContext):
    """An upstream GOPROXY, with what is wanted from it."""

    PLUGIN = "go"
    RESOURCE_TYPE = "go"
    ENTITY = "Go remote"
    ENTITIES = "Go remotes"
    HREF = "go_go_remote_href"
    ID_PREFIX = "remotes_go_go"
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
    CAPABILITIES = {"sync": []}
    NEEDS_PLUGINS = NEEDS_GO


class PulpGoDistributionContext(PulpDistributionContext):
    """A GOPROXY that serves a repository's latest version, or one version of it."""

    PLUGIN = "go"
    RESOURCE_TYPE = "go"
    ENTITY = "Go distribution"
    ENTITIES = "Go distributions"
    HREF = "go_go_distribution_href"
    ID_PREFIX = "distributions_go_go"
    NULLABLES = {"content_guard", "repository", "repository_version"}
    NEEDS_PLUGINS = NEEDS_GO

    def preprocess_entity(self, body: EntityDefinition, partial: bool = False) -> EntityDefinition:
        """Return `body` for the API, which takes a repository or a version of one, never both.

        Whichever of the two `body` names clears the other, so that an update can change from one
        to the other.
        """
        body = super().preprocess_entity(body, partial=partial)
        if body.get("repository") is not None:
            body.setdefault("repository_version", None)
        elif body.get("repository_version") is not None:
            body.setdefault("repository", None)
        return body
