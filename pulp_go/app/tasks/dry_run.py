"""A plan before the act: what a sync would bring and what would go."""

from pulpcore.plugin.models import Remote

from pulp_go.app.models import GoRepository
from pulp_go.app.synced import LastSync
from pulp_go.app.tasks.planning import plan
from pulp_go.app.tasks.progress import Progress
from pulp_go.app.tasks.settling import unwanted
from pulp_go.app.tasks.sync import MOST_LISTED, Before, Outcome, Runner, once, staying, summary


def preview(remote_pk, repository_pk, mirror=False):
    """Return what a sync would do; nothing is changed, no zip is fetched.

    Args:
        remote_pk: The primary key of the `GoRemote` or the `GoGitRemote`.
        repository_pk: The primary key of the `GoRepository`.
        mirror: Whether what is held and not selected would be removed.

    Returns:
        `{"dry_run": True, "comes": [[module, version, zip, bytes]], "comes_count", "comes_bytes",
        "unknown_count", "goes": [[module, version]], "goes_count"}` and what a sync says of
        failures and toolchains. The lists hold the first 1,000. `bytes` is the size of the zip that
        would be downloaded, None where the upstream does not say; those are `unknown_count`.

    Raises:
        SelectionInvalidError: The remote selects nothing, or what cannot be understood.
    """
    remote = Remote.objects.get(pk=remote_pk).cast()
    repository = GoRepository.objects.get(pk=repository_pk)
    last = LastSync.objects.filter(repository=repository, remote=remote).first()
    with Progress() as progress:
        run = Runner(progress)
        made = plan(remote, repository, last, run, mirror)
        results = run([unit | {"kind": "survey"} for unit in made.units])
    outcome = Outcome(failed=list(made.failed))
    for result in results:
        outcome.add(result, Before())
    comes = sorted(row for result in results for row in result["comes"])
    goes = []
    if mirror and made.is_whole:
        goes = sorted(name for _, *name in unwanted(repository, staying(made, outcome)))
    return arrivals_of(comes) | departures_of(goes) | failures_of(remote, outcome)


def arrivals_of(comes):
    """Return what a preview says of what would come."""
    sizes = [size for *_, size in comes]
    return {
        "dry_run": True,
        "comes": comes[:MOST_LISTED],
        "comes_count": len(comes),
        "comes_bytes": sum(size for size in sizes if size is not None),
        "unknown_count": sizes.count(None),
    }


def departures_of(goes):
    """Return what a preview says of what would go."""
    return {"goes": goes[:MOST_LISTED], "goes_count": len(goes)}


def failures_of(remote, outcome):
    """Return what a preview says of what could not be found out."""
    outcome.failed = once(outcome.failed)
    report = summary(remote, outcome)
    return {name: report[name] for name in ("failed", "failed_count", "toolchains")}
