"""What a sync leaves behind so that the next one may skip what is as it was.

It holds nothing that is served: without it a sync only has more to look at.
"""

from django.db import models

from pulpcore.plugin.models import BaseModel, Remote, RepositoryVersion

from pulp_go.app.batches import BATCH


class GoModSource(BaseModel):
    """A unit came from this remote. Of a zip that has a URL, pulpcore's RemoteArtifact says so.

    Attributes:
        remote: The remote.
        content: The unit.
        url: The URL of the GOPROXY, or of the git repository, that the remote was then.
    """

    remote = models.ForeignKey(Remote, on_delete=models.CASCADE)
    content = models.ForeignKey("ModuleVersion", on_delete=models.CASCADE)
    url = models.TextField()

    class Meta:
        default_related_name = "go_mod_sources"
        unique_together = ("content", "remote")


class LastSync(BaseModel):
    """The last sync of a repository from a remote.

    Attributes:
        repository: The repository.
        remote: The remote.
        repository_version: The latest version when the sync had ended.
        plan: A digest of what was planned, or "" if not all of it was found out or came.
        graph: A digest of the go.mod files from which the module graph was read, or "".
        closure: What the module graph wanted: a list of `[module, version, zip]`.
        refs: A digest of what git repositories have shown, and of what was wanted of them, or "".
        summary: What the sync said of itself, of nothing added and nothing removed.
    """

    repository = models.ForeignKey("GoRepository", on_delete=models.CASCADE)
    remote = models.ForeignKey(Remote, on_delete=models.CASCADE)
    repository_version = models.ForeignKey(RepositoryVersion, on_delete=models.CASCADE)
    plan = models.CharField(max_length=64, default="")
    graph = models.CharField(max_length=64, default="")
    closure = models.JSONField(default=list)
    refs = models.CharField(max_length=64, default="")
    summary = models.JSONField(default=dict)

    class Meta:
        default_related_name = "last_syncs"
        unique_together = ("repository", "remote")

    def fingerprints(self):
        """Return the fingerprint of each module of which everything came, by module path."""
        return dict(self.modules.values_list("module", "fingerprint"))

    def remember(self, fingerprints):
        """Hold these fingerprints, by module path, and no others."""
        before = self.fingerprints()
        gone = before.keys() - fingerprints.keys()
        changed = dict(fingerprints.items() - before.items())
        self.modules.filter(module__in=gone).delete()
        rows = [SyncedModule(sync=self, module=path, fingerprint=changed[path]) for path in changed]
        SyncedModule.objects.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["sync", "module"],
            update_fields=["fingerprint"],
        )


class SyncedModule(BaseModel):
    """A module of which everything came that the last sync wanted.

    Attributes:
        sync: The sync.
        module: The module path.
        fingerprint: A digest of what was wanted and of what the upstream listed
            (`units.fingerprint`).
    """

    sync = models.ForeignKey(LastSync, on_delete=models.CASCADE)
    module = models.TextField(db_collation="C")
    fingerprint = models.CharField(max_length=64)

    class Meta:
        default_related_name = "modules"
        unique_together = ("sync", "module")
