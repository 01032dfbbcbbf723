"""What the REST API takes and shows."""

from urllib.parse import urlsplit

from rest_framework import serializers

from pulpcore.plugin.models import Remote
from pulpcore.plugin.serializers import (
    DetailRelatedField,
    DistributionSerializer,
    NoArtifactContentSerializer,
    NoArtifactContentUploadSerializer,
    RemoteSerializer,
    RepositorySerializer,
    RepositoryVersionRelatedField,
    SingleContentArtifactField,
    ValidateFieldsMixin,
    pulp_labels_validator,
)

from pulp_go.app.fields import (
    ChoiceOrNullField,
    DatabaseField,
    GoModsField,
    GoSumField,
    GoWorkField,
    LabelsField,
    PatternsField,
    SwitchField,
    WordsField,
    selection_fields,
)
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.gitserializers import (
    GoGitRemoteSerializer,  # noqa: F401 (pulpcore looks for each serializer here, by its name)
)
from pulp_go.app.history import Finding
from pulp_go.app.models import GoDistribution, GoRemote, GoRepository, SumDBMode, SumDBTiles
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.tasks.planning import plan_of
from pulp_go.app.tasks.settling import latest_version
from pulp_go.gomod import mainmodules
from pulp_go.gomod.errors import GoModError
from pulp_go.gomod.modzip import MAX_ZIP_FILE


class ModuleVersionSerializer(NoArtifactContentUploadSerializer):
    """A module version; what is given with an upload of its zip, and what comes from its bytes."""

    artifact = SingleContentArtifactField(
        required=False, help_text="The zip, if it is held. In an upload: one that Pulp has already."
    )
    pulp_labels = LabelsField(
        required=False,
        validators=[pulp_labels_validator],
        help_text="Labels of the module version, if the upload makes a new one.",
    )
    overwrite = SwitchField(
        required=False,
        write_only=True,
        help_text=(
            "Whether other bytes may be replaced where the repository allows replacement at all. "
            "Defaults to true."
        ),
    )
    module = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="The module path. In an upload the zip tells it; if given, the two must agree.",
    )
    version = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="The version. In an upload the zip tells it; if given, the two must agree.",
    )
    time = serializers.DateTimeField(
        required=False,
        help_text=(
            "When the version was made. In an upload without it: the newest time in the zip if "
            "that is after 1980-01-01, else now."
        ),
    )
    requires = serializers.ListField(read_only=True, help_text="The requirements of its go.mod.")
    retracts = serializers.ListField(read_only=True, help_text="What its go.mod retracts.")
    origin = serializers.JSONField(read_only=True, help_text="The origin that .info names.")

    def validate_file(self, file):
        """Refuse what no module zip can be, before it is copied anywhere."""
        return self.not_too_large(file)

    def validate_upload(self, upload):
        """Refuse what no module zip can be, before its chunks are read."""
        return self.not_too_large(upload)

    def validate_artifact(self, artifact):
        """Refuse what no module zip can be, before it is read."""
        return self.not_too_large(artifact)

    def not_too_large(self, source):
        """Return what has a size, if a zip may be so large."""
        if source.size > MAX_ZIP_FILE:
            raise serializers.ValidationError(
                f"module zip file is too large (max {MAX_ZIP_FILE} bytes)"
            )
        return source

    class Meta:
        model = ModuleVersion
        given = ("file", "upload", "artifact", "module", "version", "time")
        derived = (
            "origin",
            "go_mod_h1",
            "h1",
            "declares",
            "go_version",
            "toolchain",
            "deprecated",
            "retracts",
            "requires",
        )
        fields = (*NoArtifactContentSerializer.Meta.fields, *given, *derived)
        read_only_fields = derived


class GoRemoteSerializer(RemoteSerializer):
    """An upstream GOPROXY and what is wanted of it."""

    policy = serializers.ChoiceField(
        choices=Remote.POLICY_CHOICES,
        default=Remote.IMMEDIATE,
        help_text=(
            "When zips are fetched: by the sync (`immediate`), or, where their hashes are known "
            "beforehand, at the first request, and then kept (`on_demand`) or not (`streamed`)."
        ),
    )
    includes = WordsField(
        required=False,
        help_text=(
            "What is wanted: `path@v1.2.3`, `path@latest`, `path@>=v1.2`, `path@v1`, `path`. With "
            "a `*`, a path stands for the modules that the upstream's feed or the repository knows."
        ),
    )
    excludes = WordsField(
        required=False, help_text="Words as in `includes`, or with a `*` in the path: not wanted."
    )
    go_sum = GoSumField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The text of a go.sum: its module versions are wanted, with just its hashes.",
    )
    go_mods = GoModsField(
        required=False,
        help_text="Texts of go.mod files: all that these programs need is wanted.",
    )
    go_work = GoWorkField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The text of a go.work; `go_mods` are then those of the modules that it uses.",
    )
    sumdb = DatabaseField(
        required=False,
        help_text=(
            "The checksum database that vouches for what comes: `sum.golang.org` (the default), "
            "the verifier key of another one, or `off`."
        ),
    )
    sumdb_direct = SwitchField(
        required=False,
        help_text=(
            "Whether the database's own host is asked where the upstream does not serve it. It "
            "learns the names of modules then. Defaults to false."
        ),
    )
    no_sumdb = PatternsField(
        required=False,
        help_text="Patterns as in GONOSUMDB: no database is asked about modules that match one.",
    )
    sumdb_tiles = serializers.ChoiceField(
        choices=SumDBTiles.choices,
        required=False,
        help_text=(
            "Which hashes of the database are held: those that look-ups of what is held need, or "
            "`full` for all, 32 bytes a record, so that clients may bring older trees."
        ),
    )

    def validate_url(self, url):
        """Take http and https only: an upstream GOPROXY is asked over HTTP."""
        parts = urlsplit(super().validate_url(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise serializers.ValidationError(
                "The URL of a GOPROXY begins with http:// or https://."
            )
        if parts.query or parts.fragment:
            raise serializers.ValidationError("The URL of a GOPROXY has no query and no fragment.")
        return url

    def validate(self, data):
        """Check what the fields select together."""
        data = super().validate(data)
        names = vars(selection_fields())
        given = {name: data.get(name, getattr(self.instance, name, None)) for name in names}
        fields = selection_fields(**{name: value for name, value in given.items() if value})
        try:
            plan_of(fields)
            mainmodules.programs(fields.go_mods, fields.go_work)
        except GoModError as error:
            raise serializers.ValidationError(str(error)) from error
        return data

    class Meta:
        model = GoRemote
        selection = ("includes", "excludes", "go_sum", "go_mods", "go_work")
        checks = ("sumdb", "sumdb_direct", "no_sumdb", "sumdb_tiles")
        fields = (*RemoteSerializer.Meta.fields, *selection, *checks)


class GoRepositorySerializer(RepositorySerializer):
    """A repository of Go modules."""

    allow_replacement = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether a module version may come again with other hashes. Go forbids it.",
    )

    class Meta:
        model = GoRepository
        fields = (*RepositorySerializer.Meta.fields, "allow_replacement")


class GoDistributionSerializer(DistributionSerializer):
    """A GOPROXY at a base path."""

    sumdb = ChoiceOrNullField(
        choices=SumDBMode.choices,
        required=False,
        allow_null=True,
        help_text=(
            "Whether checksum databases are served: `off`, `held` for what this Pulp holds, "
            "`forward` for that and, through the remote, what it does not hold. Null is `forward` "
            "if the repository has a remote with a database, else `off`."
        ),
    )

    def validate(self, data):
        """Take repositories of Go modules only."""
        data = super().validate(data)
        version = data.get("repository_version")
        repository = data.get("repository") or (version and version.repository)
        if repository and repository.pulp_type != GoRepository.get_pulp_type():
            raise serializers.ValidationError(
                f"{repository.name} is a repository of type {repository.pulp_type}, not go.go."
            )
        return data

    class Meta:
        model = GoDistribution
        fields = (*DistributionSerializer.Meta.fields, "sumdb")


class SyncSerializer(ValidateFieldsMixin, serializers.Serializer):
    """What a sync may be told; its instance is the repository, as pulpcore's conditions have it."""

    remote = DetailRelatedField(
        required=False,
        view_name_pattern=r"remotes(-.*/.*)-detail",
        queryset=Remote.objects.all(),
        help_text="The remote to sync from, instead of the one that the repository has.",
    )
    strict = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether one failed module version leaves the repository as it was.",
    )

    mirror = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether what the repository holds and the remote does not select is removed.",
    )
    optimize = SwitchField(
        required=False,
        default=True,
        help_text="Whether modules are skipped of which nothing has changed since the last sync.",
    )
    dry_run = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether the task only reports what would come and what would go.",
    )

    def validate(self, data):
        """Find the remote and check that it selects something."""
        data = super().validate(data)
        repository = self.instance
        remote = data.get("remote") or repository.remote
        if remote is None:
            raise serializers.ValidationError(
                {"remote": "This field is required since the repository has no remote."}
            )
        self.check_cross_domains({"repository": repository, "remote": remote})
        data["remote"] = self.selecting(remote.cast())
        return data

    def selecting(self, remote):
        """Return the remote if a sync from it would ask for anything."""
        if not isinstance(remote, GoRemote | GoGitRemote):
            raise serializers.ValidationError(
                {"remote": f"{remote.name} is no remote of Go modules."}
            )
        if fault := remote.selects_nothing:
            raise serializers.ValidationError({"remote": f"{remote.name} selects nothing: {fault}"})
        return remote


class FindingSerializer(serializers.ModelSerializer):
    """Two sides that contradict each other, as both were seen."""

    class Meta:
        model = Finding
        fields = ("at", "kind", "module", "version", "database", "held", "seen")
        read_only_fields = fields


class OfVersionSerializer(ValidateFieldsMixin, serializers.Serializer):
    """Which version of a repository a task is about; its instance is the repository."""

    repository_version = RepositoryVersionRelatedField(
        required=False,
        help_text="The repository version that is meant. Defaults to the latest.",
    )

    def validate(self, data):
        """Find the repository version, which is one of this repository."""
        data = super().validate(data)
        repository = self.instance
        version = data.setdefault("repository_version", latest_version(repository))
        if version.repository_id != repository.pk:
            raise serializers.ValidationError(
                {"repository_version": f"It is no version of {repository.name}."}
            )
        return data
