"""The unit of work that asks whether anything has changed in git repositories."""

from pulp_go.app.exceptions import GoError
from pulp_go.app.units import enter


async def read_state(unit, supplies, progress):
    """Return what is another text once a ref has moved.

    Args:
        unit: `domain`, `correlation_id`, `remote` and `repository` (primary keys).
        supplies: The `Supplies` of this event loop.
        progress: Nothing is counted here.

    Returns:
        `{"state": text}`: "" where that cannot be known.
    """
    supply = await enter(unit, supplies)
    try:
        return {"state": await supply.upstream.state()}
    except GoError:
        # Whoever needs the repository next meets the same trouble, and reports it.
        return {"state": ""}
