"""The rows: one immutable row per module version; remotes, repositories and distributions.

A module version is identified by everything that it holds: its `.info`, its `go.mod` and the
`h1:` of its zip. So a row never changes and may be cached for ever. What happens *to* it stands
in `history`.
"""

from enum import Enum
from itertools import groupby

from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction

from pulpcore.plugin.models import (
    AutoAddObjPermsMixin,
    Content,
    Distribution,
    Remote,
    Repository,
    RepositoryContent,
)
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app import synced  # noqa: F401 (its tables are the app's too)
from pulp_go.app.batches import BATCH, batches
from pulp_go.app.exceptions import HeldVersionError, UnsupportedContentError
from pulp_go.app.history import Arrival

SAME_MODULE_VERSION = {
    name: models.OuterRef(name) for name in ("_pulp_domain", "module", "version")
}


class ModuleVersion(Content):
    """One version of one module: what `go` gets for it, byte for byte.

    A unit with a zip has it as its one artifact, pinned by `h1`. A unit without one (`h1` is "")
    answers `.info` and `.mod` only: a build list needs those of versions that it does not select.

    Attributes:
        module: The module path, unescaped.
        version: The canonical version.
        version_key: Sorts in Go's semver order (`gomod.semver.sort_key`).
        info: The exact bytes of `.info`; empty if there is none.
        info_sha256: The SHA-256 of `info`, hexadecimal: what the natural key holds of it.
        time: The commit time that `info` names, or null.
        origin: The `Origin` object of `info`, or null.
        go_mod: The exact bytes of `.mod`.
        go_mod_h1: The `h1:` of go.mod, as in go.sum.
        h1: The `h1:` of the zip, as in go.sum, or "" for a unit without zip.
        declares: The module path in its go.mod, which a fork may leave as it was.
        go_version: The `go` line, or "".
        toolchain: The `toolchain` line, or "".
        deprecated: The deprecation message, or "".
        retracts: A list of `{"low", "high", "rationale"}`.
        requires: A list of `{"path", "version", "indirect"}`.
    """

    TYPE = "module"
    repo_key_fields = ("module", "version")

    module = models.TextField(db_collation="C")
    version = models.TextField(db_collation="C")
    version_key = models.TextField(db_collation="C")
    info = models.BinaryField()
    info_sha256 = models.CharField(max_length=64)
    time = models.DateTimeField(null=True)
    origin = models.JSONField(null=True)
    go_mod = models.BinaryField()
    go_mod_h1 = models.TextField()
    h1 = models.TextField()
    declares = models.TextField(db_collation="C")
    go_version = models.TextField()
    toolchain = models.TextField()
    deprecated = models.TextField()
    retracts = models.JSONField(default=list)
    requires = models.JSONField(default=list)
    _pulp_domain = models.ForeignKey("core.Domain", default=get_domain_pk, on_delete=models.PROTECT)

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        unique_together = (
            "_pulp_domain",
            "module",
            "version",
            "info_sha256",
            "go_mod_h1",
            "h1",
        )
        indexes = [
            models.Index(fields=["_pulp_domain", "module", "version_key"], name="go_module_order"),
            models.Index(fields=["h1"], name="go_module_h1"),
            GinIndex(fields=["requires"], name="go_module_requires", opclasses=["jsonb_path_ops"]),
        ]


class Settled(Enum):
    """What becomes of a unit whose module version the repository version holds already."""

    KEEP = "what is held stays"
    REPLACE = "the new one takes its place"
    REFUSE = "the two contradict each other"


def settle(held, new, allow_replacement=False):
    """Return what happens when `new` meets `held`, a unit of the same module version.

    A published module version never changes, so other hashes are refused. An empty `h1` is no
    other hash: it only says that no zip came with the go.mod. With equal hashes what is held
    stays, unless it has no `.info` and the new one has.
    """
    if held.go_mod_h1 != new.go_mod_h1 or (held.h1 and new.h1 and held.h1 != new.h1):
        return Settled.REPLACE if allow_replacement else Settled.REFUSE
    if bool(held.h1) != bool(new.h1):
        return Settled.REPLACE if new.h1 else Settled.KEEP
    return Settled.REPLACE if new.info and not held.info else Settled.KEEP


class GoRemote(Remote, AutoAddObjPermsMixin):
    """An upstream that speaks the GOPROXY protocol, and what is wanted of it.

    Attributes:
        includes: Words of a selection, such as `rsc.io/quote@v1.5.2` (`gomod.selection`).
        excludes: Words that take module versions away again.
        go_sum: The text of a go.sum, whose module versions are wanted with just these hashes.
        go_mods: Texts of go.mod files, each of a program whose whole module graph is wanted.
        go_work: The text of a go.work that uses the modules of `go_mods`, or "".
    """

    TYPE = "go"

    includes = models.JSONField(default=list)
    excludes = models.JSONField(default=list)
    go_sum = models.TextField(default="")
    go_mods = models.JSONField(default=list)
    go_work = models.TextField(default="")

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
    REMOTE_TYPES = [GoRemote]

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
        added = new_version.added().exclude(pulp_type=ModuleVersion.get_pulp_type())
        if stray := added.values_list("pulp_type", flat=True).first():
            raise UnsupportedContentError(stray)
        if not self.allow_replacement:
            self._refuse_swaps(new_version)
        with transaction.atomic():
            for batch in batches(self._losers(new_version)):
                new_version.remove_content(ModuleVersion.objects.filter(pk__in=batch))
            Arrival.record_copies(self, new_version, added_units(new_version))

    def _refuse_swaps(self, new_version):
        """Refuse other bytes for a module version that is removed at the same stroke."""
        removed = ModuleVersion.objects.filter(version_memberships__version_removed=new_version)
        same = removed.filter(**SAME_MODULE_VERSION)
        for new in added_units(new_version).filter(models.Exists(same)).iterator(chunk_size=BATCH):
            for held in removed.filter(module=new.module, version=new.version):
                if settle(held, new) is Settled.REFUSE:
                    raise HeldVersionError(held, new)

    def _losers(self, new_version):
        """Return the pks of the units that give way to another of the same module version."""
        added = set(rivals_added(new_version).values_list("pk", flat=True))
        losers = []
        for _, rivals in groupby(contested(new_version), lambda unit: (unit.module, unit.version)):
            best, *others = sorted(rivals, key=lambda unit: unit.pk in added)
            for new in others:
                loser = self._loser(best, new, both_new=best.pk in added)
                losers.append(loser.pk)
                best = new if loser is best else best
        return losers

    def _loser(self, held, new, both_new):
        """Return which of two units gives way; of two that come together neither may replace."""
        match settle(held, new, self.allow_replacement and not both_new):
            case Settled.KEEP:
                return new
            case Settled.REPLACE:
                return held
            case Settled.REFUSE:
                raise HeldVersionError(held, new)


class GoDistribution(Distribution, AutoAddObjPermsMixin):
    """Serves a repository, or one of its versions, as a GOPROXY at its base path."""

    TYPE = "go"

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [("manage_roles_godistribution", "Can manage roles on Go distributions")]

    def content_handler(self, path):
        """Return the response that answers a GOPROXY request once it is prepared."""
        from pulp_go.app.lazy import LazyAnswer  # lazy sees serving, serving the models

        return LazyAnswer(self, path)


def memberships(version):
    """Return what ties a unit (the outer query's) to a repository version, for an EXISTS."""
    return RepositoryContent.objects.filter(
        content_id=models.OuterRef("pk"),
        repository_id=version.repository_id,
        version_added__number__lte=version.number,
    ).exclude(version_removed__number__lte=version.number)


def units_of(version):
    """Return the units of a repository version, by EXISTS.

    pulpcore's own `get_content()` unpacks an array that grows with the repository; this costs
    what the units cost that the caller filters for.

    Args:
        version: Anything with the `repository_id` and the `number` of one.
    """
    return ModuleVersion.objects.filter(models.Exists(memberships(version)))


def added_units(version):
    """Return the units that a repository version has and the one before had not."""
    return ModuleVersion.objects.filter(version_memberships__version_added=version)


def rivals_added(version):
    """Return the units added in `version` that meet another of their module version in it."""
    others = units_of(version).filter(**SAME_MODULE_VERSION).exclude(pk=models.OuterRef("pk"))
    return added_units(version).filter(models.Exists(others))


def contested(version):
    """Return the units of `version` that share a module version, side by side, oldest first."""
    rivals = rivals_added(version).filter(**SAME_MODULE_VERSION)
    units = units_of(version).filter(models.Exists(rivals))
    return units.order_by("module", "version", "pulp_created").iterator(chunk_size=BATCH)
