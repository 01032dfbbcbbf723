"""What a domain knows of checksum databases: a trusted tree for each, records, and hash tiles.

It is kept for ever and only grows: the newest verified tree, the text of every verified record,
and of each tile the widest that was authenticated. A row of it was proven before it was written, so
all of it is of one log. It is public data, and outlives repositories and remotes.

docs/dev/learn/decisions/0012-checksum-databases.md
"""

from django.db import models

from pulpcore.plugin.models import BaseModel
from pulpcore.plugin.util import get_domain_pk

OFF = "off"
"""Where a remote names a database: none."""


class ChecksumDatabase(BaseModel):
    """A checksum database and the newest of its trees that this domain trusts.

    Attributes:
        pulp_domain: The domain.
        name: The name in its key, such as `sum.golang.org`.
        key: Its verifier key.
        size: How many records the tree has; 0 before the first one.
        note: The signed note of the tree, b"" before the first one.
    """

    pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.CASCADE)
    name = models.TextField(db_collation="C")
    key = models.TextField()
    size = models.BigIntegerField(default=0)
    note = models.BinaryField(default=b"")

    class Meta:
        default_related_name = "checksum_databases"
        unique_together = ("pulp_domain", "name")


class ChecksumRecord(BaseModel):
    """A record that was proven to be in a trusted tree.

    Attributes:
        database: The database.
        number: Its number, from 0 on.
        module: The module path that was looked up.
        version: Its version.
        text: The record: the lines of hashes.
    """

    database = models.ForeignKey(ChecksumDatabase, on_delete=models.CASCADE)
    number = models.BigIntegerField()
    module = models.TextField(db_collation="C")
    version = models.TextField(db_collation="C")
    text = models.TextField()

    class Meta:
        default_related_name = "records"
        unique_together = (("database", "module", "version"), ("database", "number"))


class HashTile(BaseModel):
    """The widest form of a tile of hashes that was authenticated.

    Attributes:
        database: The database.
        level: Its level, 0 for the hashes of records.
        number: Its number in the level, from 0 on.
        width: How many hashes it has, 256 for a full one.
        data: The hashes, 32 bytes each.
    """

    database = models.ForeignKey(ChecksumDatabase, on_delete=models.CASCADE)
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    width = models.SmallIntegerField()
    data = models.BinaryField()

    class Meta:
        default_related_name = "tiles"
        unique_together = ("database", "level", "number")
