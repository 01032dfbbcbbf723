"""The unit of work that reads the upstream's index feed: over which modules a glob expands."""

from pulp_go.app.exceptions import GoError, UpstreamError, UpstreamNotFoundError
from pulp_go.app.units import enter
from pulp_go.gomod import index, versionquery

# A million module versions; the feed of all public ones has many more, and no sync wants those.
MOST_PAGES = 500


async def read_names(unit, supplies, progress):
    """Return the module paths of the upstream's feed that globs match.

    Args:
        unit: `domain`, `correlation_id`, `remote`, `repository` (primary keys) and `globs` (words).
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
        async for entries in pages(supply.upstream):
            paths = {entry.path for entry in entries} - names
            names.update(*(versionquery.expand(word, paths) for word in words))
    except GoError as error:
        return {"names": sorted(names), "trouble": [error.error_code, error.reason]}
    return {"names": sorted(names), "trouble": None}


async def pages(upstream):
    """Yield the pages of a feed, each a list of `index.IndexEntry`; none without a feed.

    Raises:
        UpstreamError: It does not end, or does not move on.
    """
    since = ""
    for _ in range(MOST_PAGES):
        try:
            entries = await upstream.index(since)
        except UpstreamNotFoundError:
            if since:
                raise
            return
        yield entries
        if not entries or entries[-1].timestamp == since:
            if len(entries) >= index.LIMIT:
                raise UpstreamError(f"{upstream.url}/index does not move on from {since}")
            return
        since = entries[-1].timestamp
    most = MOST_PAGES * index.LIMIT
    raise UpstreamError(f"{upstream.url}/index has more than {most} entries: name the modules")
