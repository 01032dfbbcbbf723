"""The unit of work that holds hashes of a checksum database, apart from any module version."""

from pulp_go.app.exceptions import GoError
from pulp_go.app.units import enter


async def fill_tiles(unit, supplies, progress):
    """Hold full tiles at the bottom of the trusted tree, and all above them.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys) and `tiles` (their
            numbers).
        supplies: The `Supplies` of this event loop.
        progress: Nothing is counted here.

    Returns:
        `{"trouble": [code, reason] or None}`.
    """
    supply = await enter(unit, supplies)
    try:
        await supply.checksums.hold_full(unit["tiles"])
    except GoError as error:
        return {"trouble": [error.error_code, error.reason]}
    return {"trouble": None}
