"""The unit of work that asks a checksum database about one module version."""

from dataclasses import asdict

from pulp_go.app.exceptions import GoError
from pulp_go.app.ingest import Wanted
from pulp_go.app.units import enter


async def vouch(unit, supplies, progress):
    """Return what a checksum database says of a module version.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys), `module` and
            `version`.
        supplies: The `Supplies` of this event loop.
        progress: Nothing is counted here.

    Returns:
        `{"proof": the fields of an `ingest.Proof` or None, "trouble": [code, reason] or None}`.
    """
    supply = await enter(unit, supplies)
    try:
        wanted = await supply.checksums.vouch(Wanted(unit["module"], unit["version"]))
    except GoError as error:
        return {"proof": None, "trouble": [error.error_code, error.reason]}
    return {"proof": asdict(wanted.proofs[-1]), "trouble": None}
