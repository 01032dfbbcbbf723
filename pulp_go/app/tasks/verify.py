"""Verify: does what a repository version holds still have the hashes that it was believed for?"""

from django_guid import get_guid

from pulpcore.plugin.models import RepositoryVersion
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.batches import BATCH, batches
from pulp_go.app.moduleversion import units_of
from pulp_go.app.tasks.progress import VERIFY, Progress
from pulp_go.app.tasks.sync import MOST_LISTED, Runner

# Module versions of one unit of work; their evidence is looked up together.
AT_ONCE = 50


def verify_version(version_pk):
    """Check the zips, the go.mod files and the proofs of a repository version, offline.

    Args:
        version_pk: The primary key of the repository version.

    Returns:
        `{"checked": n, "zips": n, "proven": n, "failed": [[module, version, code, reason]],
        "failed_count": n}`, with the first 1,000 failures. `zips` were here to be read; for
        `proven` there is evidence.

    Raises:
        MachineError: No process could be started that checks zips.
    """
    version = RepositoryVersion.objects.defer("content_ids").get(pk=version_pk)
    result = {"checked": 0, "zips": 0, "proven": 0, "failed": [], "failed_count": 0}
    with Progress(VERIFY) as progress:
        run = Runner(progress)
        held = units_of(version)
        run.count("planned", held.count())
        pks = held.values_list("pk", flat=True).iterator(chunk_size=BATCH)
        for batch in batches(pks):
            result["checked"] += len(batch)
            for audited in run([unit_of(some) for some in batches(batch, AT_ONCE)]):
                add(result, audited)
    return result


def unit_of(pks):
    """Return the unit of work that checks module versions."""
    return {
        "kind": "audit",
        "domain": str(get_domain_pk()),
        "correlation_id": get_guid(),
        "units": [str(pk) for pk in pks],
    }


def add(result, audited):
    """Add what came of a unit of work to the result of the task."""
    result["zips"] += audited["zips"]
    result["proven"] += audited["proven"]
    result["failed_count"] += len(audited["failed"])
    result["failed"] += audited["failed"][: MOST_LISTED - len(result["failed"])]
