"""What is known of a checksum database, in rows: `gomod.sumdbserver.Store` and what fills it."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

from pulp_go.app.batches import batches
from pulp_go.app.exceptions import ChecksumDatabaseError
from pulp_go.app.history import Evidence
from pulp_go.app.sumdbs import ChecksumDatabase, ChecksumRecord
from pulp_go.gomod.knowntree import HEIGHT
from pulp_go.gomod.tiles import cut
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


@dataclass(frozen=True, slots=True)
class Proven:
    """What was proven, of a signed tree.

    Attributes:
        records: `Record`s by module and version.
        tiles: The data of tiles of hashes, by `Tile`.
        size: The size of the tree.
        note: Its signed note.
    """

    records: dict = field(default_factory=dict)
    tiles: dict = field(default_factory=dict)
    size: int = 0
    note: bytes = b""


class TreeStore:
    """A checksum database as its rows have it: all that is held is of the trusted tree.

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

    def keep(self, proven):
        """Keep what was proven, and trust its tree if that is larger than the trusted one.

        Args:
            proven: The `Proven`, of the log of the tree that this store knows as the trusted one.

        Returns:
            None, or the note of the tree that is trusted by now: then nothing is kept before the
            two were compared, see `compared`.
        """
        with transaction.atomic():
            held = ChecksumDatabase.objects.select_for_update().get(pk=self.database.pk)
            if bytes(held.note) != bytes(self.database.note):
                return bytes(held.note)
            self._keep_records(proven.records)
            self._keep_tiles(proven.tiles)
            if proven.size > held.size:
                held.size, held.note = proven.size, proven.note
                held.save()
        self.database = held
        return None

    def compared(self, note):
        """Know another tree as the trusted one, after what comes was shown to be of its log."""
        self.database.note = note

    def retreat(self, size, note):
        """Trust a smaller tree again, and hold nothing that only a larger one has.

        Args:
            size: The size of the tree.
            note: Its signed note.
        """
        with transaction.atomic():
            held = ChecksumDatabase.objects.select_for_update().get(pk=self.database.pk)
            if held.size <= size:
                return
            held.records.filter(number__gte=size).delete()
            known = Evidence.objects.filter(domain=held.pulp_domain_id, database=held.name)
            known.filter(record__gte=size).delete()
            for level in held.tiles.values_list("level", flat=True).distinct():
                self._cut_tiles(level, size)
            held.size, held.note = size, note
            held.save()

    def _keep_records(self, records):
        rows = [
            ChecksumRecord(
                database=self.database, number=one.id, module=path, version=version, text=one.text
            )
            for (path, version), one in sorted(records.items())
        ]
        ChecksumRecord.objects.bulk_create(rows, ignore_conflicts=True)

    def _cut_tiles(self, level, size):
        """Hold no hash of a level that a tree of `size` records has not."""
        number, width = divmod(size >> (HEIGHT * level), 1 << HEIGHT)
        tiles = self.database.tiles.filter(level=level)
        tiles.filter(number__gte=number + (width > 0)).delete()
        for tile in tiles.filter(number=number, width__gt=width):
            tile.width, tile.data = width, cut(bytes(tile.data), width)
            tile.save()

    def _keep_tiles(self, tiles):
        """Keep tiles, each with its data; where one is held, the wider one stays."""
        # In one order everywhere: two transactions never wait for each other.
        rows = [
            (self.database.pk, tile.level, tile.n, tile.width, tiles[tile])
            for tile in sorted(tiles)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(KEEP_TILE, rows)


def places(tiles):
    """Return the condition that a row is one of `tiles`, in any width."""
    numbers = defaultdict(list)
    for tile in tiles:
        numbers[tile.level].append(tile.n)
    by_level = (Q(level=level, number__in=some) for level, some in numbers.items())
    return reduce(or_, by_level, Q())
