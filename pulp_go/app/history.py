"""What happened to module versions: append-only, and older than what it speaks of.

These tables hold names and hashes as plain values, and their foreign keys may become null:
neither orphan clean-up nor a deleted repository takes history along.
"""

from django.db import models
from django.utils.timezone import now

from pulpcore.plugin.models import BaseModel
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.batches import BATCH, batches


class History(BaseModel):
    """What all rows of history have: plain values that outlive what they speak of.

    Attributes:
        domain: The primary key of the domain.
        module: The module path.
        version: The version.
        at: When it happened.
    """

    domain = models.UUIDField(default=get_domain_pk)
    module = models.TextField(db_collation="C")
    version = models.TextField(db_collation="C")
    at = models.DateTimeField(default=now)

    class Meta:
        abstract = True


class Arrival(History):
    """A module version entered a repository: when, in which version, from where, by whom."""

    class Source(models.TextChoices):
        """The door by which it came."""

        SYNC = "sync"
        GIT = "git"
        UPLOAD = "upload"
        PULL_THROUGH = "pull-through"
        COPY = "copy"
        IMPORT = "import"
        REPLICATION = "replication"

    h1 = models.TextField()
    go_mod_h1 = models.TextField()
    repository = models.ForeignKey("GoRepository", null=True, on_delete=models.SET_NULL)
    repository_name = models.TextField()
    number = models.PositiveIntegerField()
    content = models.ForeignKey("ModuleVersion", null=True, on_delete=models.SET_NULL)
    source = models.TextField(choices=Source.choices)
    remote = models.TextField(default="")
    user = models.TextField(default="")
    task = models.UUIDField(null=True)

    class Meta:
        default_related_name = "arrivals"
        indexes = [models.Index(fields=["domain", "module", "version"], name="go_arrival_module")]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "number", "content"], name="go_arrival_once"
            )
        ]

    @classmethod
    def record(cls, repository, version, source, units, **origin):
        """Write an arrival for each of `units`, a queryset, with `version`.

        Args:
            repository: The repository.
            version: Its new version.
            source: A `Source`.
            units: The module versions that came, as a queryset.
            origin: Names of the remote and the user, and the task's primary key.
        """
        moment = now()
        values = units.values_list("pk", "module", "version", "h1", "go_mod_h1")
        rows = (
            cls(
                content_id=pk,
                module=module,
                version=number,
                h1=h1,
                go_mod_h1=go_mod_h1,
                repository=repository,
                repository_name=repository.name,
                number=version.number,
                source=source,
                at=moment,
                **origin,
            )
            for pk, module, number, h1, go_mod_h1 in values.iterator(chunk_size=BATCH)
        )
        cls.objects.bulk_create(rows, batch_size=BATCH)

    @classmethod
    def record_copies(cls, repository, version, added):
        """Write a `copy` for every unit of `added` whose arrival with `version` nobody noted."""
        noted = cls.objects.filter(repository=repository, number=version.number)
        for batch in batches(added.values_list("pk", flat=True).iterator(chunk_size=BATCH)):
            known = set(noted.filter(content__in=batch).values_list("content_id", flat=True))
            units = added.filter(pk__in=set(batch) - known)
            cls.record(repository, version, cls.Source.COPY, units)


class Sighting(History):
    """The first time that a domain saw a module version in an upstream's list, or fetched it."""

    class Meta:
        default_related_name = "sightings"
        constraints = [
            models.UniqueConstraint(fields=["domain", "module", "version"], name="go_sighting_once")
        ]


class Evidence(History):
    """Why the hashes of a module version are believed.

    Attributes:
        database: The checksum database that proved them, or `gosum` for a go.sum that named them.
        record: The number of the record in the database, or null.
        tree_size: The size of the tree that the proof stood in, or null.
    """

    GO_SUM = "gosum"

    h1 = models.TextField()
    go_mod_h1 = models.TextField()
    content = models.ForeignKey("ModuleVersion", null=True, on_delete=models.SET_NULL)
    database = models.TextField()
    record = models.BigIntegerField(null=True)
    tree_size = models.BigIntegerField(null=True)

    class Meta:
        default_related_name = "evidence"
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "module", "version", "h1", "go_mod_h1", "database"],
                name="go_evidence_once",
            )
        ]


class Finding(History):
    """Two sides that contradict each other, kept as both were seen.

    Attributes:
        repository: Where it was found, or null for a database.
        database: The checksum database that it concerns, or "".
        kind: `drift` for a module version whose hashes are no longer those held, `fork` for two
            trees of a checksum database that contradict each other.
        held: What is held, as JSON.
        seen: What came, as JSON.
    """

    DRIFT = "drift"
    FORK = "fork"

    repository = models.ForeignKey("GoRepository", null=True, on_delete=models.SET_NULL)
    repository_name = models.TextField(default="")
    database = models.TextField(default="")
    kind = models.TextField()
    held = models.JSONField()
    seen = models.JSONField()

    class Meta:
        default_related_name = "findings"
        indexes = [models.Index(fields=["domain", "module", "version"], name="go_finding_module")]

    @classmethod
    def note_fork(cls, domain, fork, repository=None):
        """Keep two trees of a checksum database that contradict each other, once in a domain.

        Args:
            domain: The primary key of the domain.
            fork: `{"database": name, "held": note, "seen": note}`.
            repository: The repository whose sync has met them, or None.
        """
        cls.objects.get_or_create(
            domain=domain,
            kind=cls.FORK,
            database=fork["database"],
            held={"note": fork["held"]},
            seen={"note": fork["seen"]},
            defaults={
                "repository": repository,
                "repository_name": repository.name if repository else "",
            },
        )
