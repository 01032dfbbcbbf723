"""The rows that a user makes: remotes, repositories and distributions."""

from django.db import models, transaction

from pulpcore.plugin.models import (
    AutoAddObjPermsMixin,
    Distribution,
    Remote,
    Repository,
    RepositoryContent,
)

from pulp_go.app import (
    rivals,
    sumdbs,
    synced,  # noqa: F401 (its tables are the app's too)
)
from pulp_go.app.batches import batches
from pulp_go.app.exceptions import UnsupportedContentError
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.history import Arrival
from pulp_go.app.moduleversion import ModuleVersion, added_units
from pulp_go.gomod import sumdb


class SumDBTiles(models.TextChoices):
    """Which hashes of a checksum database are held."""

    NEEDED = "needed"
    FULL = "full"


class GoRemote(Remote, AutoAddObjPermsMixin):
    """An upstream that speaks the GOPROXY protocol, and what is wanted of it.

    Attributes:
        includes: Words of a selection, such as `rsc.io/quote@v1.5.2` (`gomod.versionquery`).
        excludes: Words that take module versions away again.
        go_sum: The text of a go.sum, whose module versions are wanted with just these hashes.
        go_mods: Texts of go.mod files, each of a program whose whole module graph is wanted.
        go_work: The text of a go.work that uses the modules of `go_mods`, or "".
        sumdb: The checksum database that vouches for what comes: its name or its key, or `off`.
        sumdb_direct: Whether the database's own host is asked where the upstream serves none.
        no_sumdb: Patterns, as in GONOSUMDB, of modules that no database is asked about.
        sumdb_tiles: `needed`, or `full` to hold all of the database's hashes.
    """

    TYPE = "go"
    takes_revisions = False

    includes = models.JSONField(default=list)
    excludes = models.JSONField(default=list)
    go_sum = models.TextField(default="")
    go_mods = models.JSONField(default=list)
    go_work = models.TextField(default="")
    sumdb = models.TextField(default="sum.golang.org")
    sumdb_direct = models.BooleanField(default=False)
    no_sumdb = models.JSONField(default=list)
    sumdb_tiles = models.TextField(default=SumDBTiles.NEEDED, choices=SumDBTiles.choices)

    @property
    def database(self):
        """The key of the checksum database, a `gomod.note.Verifier`; None for `off`."""
        return None if self.sumdb == sumdbs.OFF else sumdb.parse_database(self.sumdb)

    @property
    def selects_nothing(self):
        """What would have a sync ask for anything; "" if it would."""
        if self.includes or self.go_sum.strip() or self.go_mods:
            return ""
        return "set includes, go_sum or go_mods."

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [("manage_roles_goremote", "Can manage roles on Go remotes")]


class GoRepository(Repository, AutoAddObjPermsMixin):
    """Module versions, at most one unit for each, in immutable numbered repository versions.

    Attributes:
        allow_replacement: Whether a module version may come again with other hashes.
    """

    TYPE = "go"
    CONTENT_TYPES = [ModuleVersion]
    REMOTE_TYPES = [GoRemote, GoGitRemote]

    allow_replacement = models.BooleanField(default=False)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [
            ("sync_gorepository", "Can start a sync task"),
            ("modify_gorepository", "Can modify content of the repository"),
            ("manage_roles_gorepository", "Can manage roles on Go repositories"),
            ("repair_gorepository", "Can repair repository versions"),
        ]

    def initialize_new_version(self, new_version):
        """Drop arrivals that a version of this number left behind before it was complete."""
        Arrival.objects.filter(repository=self, number=new_version.number).delete()

    def finalize_new_version(self, new_version):
        """Hold one unit per module version, and note where each new one came from.

        Raises:
            HeldVersionError: A unit contradicts the one that is held.
            UnsupportedContentError: A unit is no module version.
        """
        added = RepositoryContent.objects.filter(version_added=new_version)
        strays = added.exclude(content__pulp_type=ModuleVersion.get_pulp_type())
        if stray := strays.values_list("content__pulp_type", flat=True).first():
            raise UnsupportedContentError(stray)
        if not self.allow_replacement:
            rivals.refuse_swaps(new_version)
        with transaction.atomic():
            for batch in batches(rivals.losers(new_version, self.allow_replacement)):
                new_version.remove_content(ModuleVersion.objects.filter(pk__in=batch))
            Arrival.record_copies(self, new_version, added_units(new_version))


class SumDBMode(models.TextChoices):
    """How a distribution serves checksum databases."""

    OFF = "off"
    FORWARD = "forward"
    HELD = "held"


class GoDistribution(Distribution, AutoAddObjPermsMixin):
    """Serves a repository, or one of its versions, as a GOPROXY at its base path.

    `app.content` gives it its `content_handler`.

    Attributes:
        sumdb: A `SumDBMode`: not at all, what is held and through the remote what is not, or what
            is held alone. None is `forward` with a remote, else `off`.
    """

    TYPE = "go"

    sumdb = models.TextField(null=True, choices=SumDBMode.choices)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [("manage_roles_godistribution", "Can manage roles on Go distributions")]
