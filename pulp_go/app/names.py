"""The unit of work that asks which modules an upstream has: over those a glob expands."""

from pulp_go.app.exceptions import GoError
from pulp_go.app.units import enter
from pulp_go.gomod import versionquery


async def read_names(unit, supplies, progress):
    """Return the module paths that an upstream says it has, and that globs match.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys) and `globs` (words;
            none for all paths).
        supplies: The `Supplies` of this event loop.
        progress: Nothing is counted here.

    Returns:
        `{"names": [module], "trouble": [code, reason] or None}`. An upstream without a feed has no
        names and is no trouble.
    """
    supply = await enter(unit, supplies)
    words = [versionquery.parse_word(text) for text in unit["globs"]]
    names = set()
    try:
        async for paths in supply.upstream.names():
            found = (versionquery.expand(word, paths - names) for word in words)
            names.update(*(found if words else [paths]))
    except GoError as error:
        return {"names": sorted(names), "trouble": [error.error_code, error.reason]}
    return {"names": sorted(names), "trouble": None}
