"""What is known of a checksum database, in rows: `gomod.sumdbserver.Store` and what fills it."""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

from pulp_go.app.batches import batches
from pulp_go.app.exceptions import ChecksumDatabaseError
from pulp_go.app.sumdbs import ChecksumDatabase, ChecksumRecord
from pulp_go.gomod.knowntree import HEIGHT
from pulp_go.gomod.tiles import Tile, cut, size_with
from pulp_go.gomod.tlog import Record

# Look-ups of tiles name each row; so many make a statement that is planned fast.
BATCH = 200
# The ORM can overwrite what is there, or leave it, but not choose.
KEEP_TILE = """
    INSERT INTO go_hashtile (pulp_id, pulp_created, database_id, level, number, width, data)
    VALUES (gen_random_uuid(), now(), %s, %s, %s, %s, %s)
    ON CONFLICT (database_id, level, number)
    DO UPDATE SET width = excluded.width, data = excluded.data, pulp_last_updated = now()
    WHERE go_hashtile.width < excluded.width
"""


def open_database(verifier, domain):
    """Return the row of a checksum database, made if it is the first time.

    Args:
        verifier: Its key, a `gomod.note.Verifier`.
        domain: The primary key of the domain.

    Raises:
        ChecksumDatabaseError: The domain knows the name with another key.
    """
    database, _ = ChecksumDatabase.objects.get_or_create(
        pulp_domain_id=domain, name=verifier.name, defaults={"key": verifier.key}
    )
    if database.key != verifier.key:
        raise ChecksumDatabaseError(
            f"checksum database {verifier.name} is known with the key {database.key}, "
            f"not {verifier.key}"
        )
    return database


class TreeStore:
    """A checksum database as its rows have it.

    Args:
        database: The `ChecksumDatabase`.
    """

    def __init__(self, database):
        self.database = database

    def signed(self):
        """Return the signed note of the trusted tree, None before the first one."""
        return bytes(self.database.note) or None

    def find(self, module, version):
        """Return the record of a module version, None if it is not held."""
        row = self.database.records.filter(module=module, version=version).first()
        return row and Record(row.number, row.text)

    def records(self, start, n):
        """Return the texts of `n` records from number `start` on, None if one is not held."""
        held = self.database.records.filter(number__gte=start, number__lt=start + n)
        texts = list(held.order_by("number").values_list("text", flat=True))
        return texts if len(texts) == n else None

    def tile(self, tile):
        """Return the hashes of a tile, cut from any wider one; None if so many are not held."""
        return self.tiles([tile]).get(tile)

    def tiles(self, wanted):
        """Return the data of those tiles that are held as wide or wider.

        Args:
            wanted: Tiles of hashes.
        """
        held = {}
        for batch in batches(wanted, BATCH):
            for row in self.database.tiles.filter(places(batch)):
                held[row.level, row.number] = row
        found = ((tile, held.get(tile.place)) for tile in wanted)
        return {
            tile: cut(bytes(row.data), tile.width)
            for tile, row in found
            if row and row.width >= tile.width
        }

    def find_all(self, names):
        """Return the record of each of `names`, pairs of module and version, that is held."""
        modules, versions = {module for module, _ in names}, {version for _, version in names}
        rows = self.database.records.filter(module__in=modules, version__in=versions)
        return {(row.module, row.version): Record(row.number, row.text) for row in rows}

    def keep(self, records, tiles):
        """Keep what was proven.

        Args:
            records: `Record`s by module and version.
            tiles: The data of tiles of hashes, by `Tile`.
        """
        rows = [
            ChecksumRecord(
                database=self.database, number=one.id, module=path, version=version, text=one.text
            )
            for (path, version), one in sorted(records.items())
        ]
        with transaction.atomic():
            ChecksumRecord.objects.bulk_create(rows, ignore_conflicts=True)
            self.keep_tiles(tiles)

    def keep_tiles(self, tiles):
        """Keep tiles, each with its data; where one is held, the wider one stays."""
        # In one order everywhere: two transactions never wait for each other.
        rows = [
            (self.database.pk, tile.level, tile.n, tile.width, tiles[tile])
            for tile in sorted(tiles)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(KEEP_TILE, rows)

    def drop(self, tiles):
        """Hold tiles no more, in any width: others come in their places."""
        for batch in batches(tiles, BATCH):
            self.database.tiles.filter(places(batch)).delete()

    def narrow_in(self, size):
        """Return the places of the tiles of a tree of `size` records that are held as partial."""
        partial = self.database.tiles.filter(width__lt=1 << HEIGHT)
        places = partial.values_list("level", "number")
        return [place for place in places if size_with(Tile(HEIGHT, *place, 1)) <= size]


def places(tiles):
    """Return the condition that a row is one of `tiles`, in any width."""
    numbers = defaultdict(list)
    for tile in tiles:
        numbers[tile.level].append(tile.n)
    by_level = (Q(level=level, number__in=some) for level, some in numbers.items())
    return reduce(or_, by_level, Q())
