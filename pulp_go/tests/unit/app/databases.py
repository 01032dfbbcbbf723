"""A checksum database below the scripted upstream, and what a domain knows of it."""

from pulp_go.app.models import GoRemote
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.gomod.tiles import new_tiles
from pulp_go.tests.unit.gomod.logs import VERIFIER, Log

NAME = "localhost.localdev/sumdb"
BELOW = f"sumdb/{NAME}/"
# What each record of a `Log` is of, if nothing else is said.
ONE = "lookup/example.com/one@v1.0.0"


def serve(upstream, log, number=0, head=None):
    """Have an upstream serve a log, with record `number` for example.com/one.

    Args:
        upstream: The scripted upstream.
        log: The `Log`.
        number: The number of the record.
        head: The size of the tree that look-ups come with; None: that of all records.
    """
    upstream.says(f"{BELOW}supported", b"")
    upstream.says(f"{BELOW}latest", log.note())
    upstream.says(f"{BELOW}{ONE}", log.lookup(number, head))
    for size in {700, 1000, log.size}:
        for tile in new_tiles(8, 0, min(size, log.size)):
            upstream.says(f"{BELOW}{tile.path}", log.tile(tile))


def asked(upstream):
    """Return what the database was asked for, sorted, and forget it."""
    paths = sorted(path.removeprefix(BELOW) for path in upstream.log)
    upstream.log.clear()
    return paths


def make_remote(url, **fields):
    """Return a remote whose database is that of a `Log`."""
    given = {"name": "remote", "url": url, "max_retries": 0, "sumdb": VERIFIER.key}
    return GoRemote.objects.create(**given | fields)


def trusted(log: Log):
    """Have the domain trust the tree of a log, with no tile of it; return its row."""
    return ChecksumDatabase.objects.create(
        name=NAME, key=VERIFIER.key, size=log.size, note=log.note()
    )
