"""Settings of the plugin and their defaults; each may be set like any setting of Pulp.

https://pulpproject.org/pulpcore/docs/admin/guides/configure-pulp/
"""

# Cache-Control of what never changes: .info, .mod and .zip of a module version.
GO_CACHE_CONTROL = "public, max-age=31536000, immutable"

# For how many seconds a user's password, once verified for a guarded distribution, is not hashed
# again. A change of the user in Pulp counts at once all the same.
GO_CREDENTIALS_TTL = 60

# Module versions that a sync has in flight at once, each with its zip spooled to disk. How many
# requests go to one upstream at once is its remote's download_concurrency.
GO_SYNC_CONCURRENCY = 20

# Processes of a sync that check zips. 0: one for each core that the worker may use.
GO_HASHERS = 0

# Processes that read git repositories and make zips of them. 0: one for each core.
GO_GIT_PROCESSES = 0

# Where the mirrors of git repositories lie, for all processes of this machine; "" for `go-git` in
# WORKING_DIRECTORY. They can be removed: the next sync fetches them again.
GO_GIT_MIRRORS = ""

# How many bytes of mirrors stay when a sync is done, those that were used last.
GO_GIT_MIRRORS_BYTES = 20 << 30

# Where access policies find the conditions that are this plugin's own.
DRF_ACCESS_POLICY = {
    "dynaconf_merge_unique": True,
    "reusable_conditions": ["pulp_go.app.conditions"],
}
