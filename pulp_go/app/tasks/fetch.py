"""Fetch all: what a repository version has upstream comes here, as an export needs it."""

import json

from django.db.models import Exists, OuterRef

from pulpcore.plugin.models import ContentArtifact, RepositoryVersion

from pulp_go.app.batches import BATCH, batches
from pulp_go.app.deferred import unit_of
from pulp_go.app.exceptions import SyncFailedError
from pulp_go.app.moduleversion import units_of
from pulp_go.app.tasks.progress import FETCH, Progress
from pulp_go.app.tasks.sync import MOST_LISTED, Runner


def fetch_all(version_pk):
    """Fetch and keep every zip of a repository version that is not here, whatever the policy is.

    Args:
        version_pk: The primary key of the repository version.

    Returns:
        `{"fetched": n, "failed": [[module, version, code, reason]], "failed_count": n}`, with the
        first 1,000 failures.

    Raises:
        SyncFailedError: There was something to fetch, and nothing came.
        MachineError: No process could be started that checks zips.
    """
    version = RepositoryVersion.objects.defer("content_ids").get(pk=version_pk)
    result = {"fetched": 0, "failed": [], "failed_count": 0}
    with Progress(FETCH) as progress:
        missing = deferred_of(version)
        run = Runner(progress)
        run.count("planned", missing.count())
        units = missing.only("_pulp_domain", "module", "version").iterator(chunk_size=BATCH)
        for batch in batches(units):
            add(result, run([unit_of(unit, keep=True) for unit in batch]))
    if result["failed"] and not result["fetched"]:
        raise SyncFailedError(f"nothing was fetched: {json.dumps(result)}")
    return result


def deferred_of(version):
    """Return the units of a repository version whose zips are pinned and not here."""
    places = ContentArtifact.objects.filter(content_id=OuterRef("pk"))
    is_here = Exists(places.filter(artifact__isnull=False))
    return units_of(version).exclude(h1="").exclude(is_here)


def add(result, fetched):
    """Add what came of units of work to the result of the task."""
    failed = sorted(one["failed"] for one in fetched if one["failed"])
    result["fetched"] += len(fetched) - len(failed)
    result["failed_count"] += len(failed)
    result["failed"] += failed[: MOST_LISTED - len(result["failed"])]
