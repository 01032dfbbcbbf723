"""The units of work about the tree of a checksum database, apart from any module version."""

from pulp_go.app.exceptions import GoError, StopError
from pulp_go.app.units import Report, enter


async def join_trees(unit, supplies, progress):
    """Check that trees which units of work have seen are of one log with the trusted one.

    What it takes to show that, and to look anything up in the newest of them, is kept.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys) and `trees` (signed
            notes).
        supplies: The `Supplies` of this event loop.
        progress: Nothing is counted here.

    Returns:
        `{"database": name, "from": size, "size": size, "note": text, "trouble": [code, reason] or
        None, "stop": as from `units.ingest_module`}`: what the domain trusted, and what it may
        trust now.
    """
    supply = await enter(unit, supplies)
    report = Report("", progress)
    trouble, before, size, note = None, 0, 0, ""
    try:
        before, size, note = await supply.checksums.join(unit["trees"])
        await supply.checksums.widen()
    except StopError as error:
        report.halt(error)
    except GoError as error:
        trouble = [error.error_code, error.reason]
    return {
        "database": supply.checksums.name,
        "from": before,
        "size": size,
        "note": note,
        "trouble": trouble,
        "stop": report.stop,
    }


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
