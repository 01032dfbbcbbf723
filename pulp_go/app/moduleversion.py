"""The content type: one immutable row per module version, and which of them a version holds.

A module version is identified by everything that it holds: its `.info`, its `go.mod` and the
`h1:` of its zip. So a row never changes and may be cached for ever. What happens *to* it stands
in `history`.
"""

from collections import defaultdict

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pulpcore.plugin.models import Content, RepositoryContent
from pulpcore.plugin.util import get_domain_pk

# What no decision about a unit needs.
BULKY = ("go_mod", "requires", "retracts")
# What tells a unit from another of its module version.
DECIDING = ("module", "version", "info", "h1", "go_mod_h1", "pulp_created")


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


def changed_in(version, change):
    """Return what ties a unit (the outer query's) to a version that brought or took it.

    Args:
        version: The repository version.
        change: `version_added` or `version_removed`.
    """
    return RepositoryContent.objects.filter(content_id=models.OuterRef("pk"), **{change: version})


def added_units(version):
    """Return the units that a repository version has and the one before had not."""
    return ModuleVersion.objects.filter(version_memberships__version_added=version)


def namesakes(units):
    """Return the domain's units of the same module versions as `units`, by path and version.

    Args:
        units: Module versions of the current domain, 2,000 at most.
    """
    names = {(unit.module, unit.version) for unit in units}
    alike = ModuleVersion.objects.filter(
        _pulp_domain=get_domain_pk(),
        module__in={path for path, _ in names},
        version__in={version for _, version in names},
    )
    found = defaultdict(list)
    for unit in alike.only(*DECIDING):
        if (unit.module, unit.version) in names:
            found[unit.module, unit.version].append(unit)
    return found
