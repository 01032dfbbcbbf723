"""What the REST API takes and shows of a remote of git repositories."""

from rest_framework import serializers

from pulpcore.plugin.models import Remote
from pulpcore.plugin.serializers import RemoteSerializer

from pulp_go.app.fields import (
    DirectoriesField,
    PathPrefixField,
    RevisionWordsField,
    SwitchField,
    WordsField,
    raise_as_validation_error,
    selection_fields,
)
from pulp_go.app.gitremote import GoGitRemote, check_url
from pulp_go.app.tasks.planning import plan_of
from pulp_go.gomod.reporoots import PLACEHOLDER


class GoGitRemoteSerializer(RemoteSerializer):
    """Git repositories, and which of their modules are wanted."""

    url = serializers.CharField(
        help_text=(
            "The repository: `https://`, `ssh://`, `user@host:path` or, below ALLOWED_IMPORT_PATHS,"
            f" `file://`; with `{PLACEHOLDER}` for many. With `go_import`: `https://<path_prefix>`."
        )
    )
    policy = serializers.ChoiceField(
        choices=[Remote.IMMEDIATE],
        default=Remote.IMMEDIATE,
        help_text="When zips are made: by the sync.",
    )
    includes = RevisionWordsField(
        required=False,
        help_text=(
            "What is wanted: `path@v1.2.3`, `path@latest`, `path@>=v1.2`, `path@v1`, `path@main` "
            "for a branch or a commit, `path`, or a `*` in the path for the modules that are known "
            "here. Without any: every version of all of these."
        ),
    )
    excludes = WordsField(
        required=False, help_text="Words as in `includes`, or with a `*` in the path: not wanted."
    )
    modules = DirectoriesField(
        required=False, help_text="Modules, each with the directory of the repository that has it."
    )
    path_prefix = PathPrefixField(
        required=False,
        allow_blank=True,
        help_text="The module path of the repository's root, or of what all roots are below.",
    )
    path_elements = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=16,
        help_text=(
            "How many elements of a module path after `path_prefix` name its repository, and stand "
            f"for `{PLACEHOLDER}` in the URL. Defaults to 0, for a single repository."
        ),
    )
    discover = SwitchField(
        required=False,
        help_text=(
            "Whether every go.mod of the repository, at HEAD and at each tag, is a module below "
            "`path_prefix`. Defaults to false."
        ),
    )
    go_import = SwitchField(
        required=False,
        help_text=(
            "Whether the host of a module path is asked where its repository is, over https as "
            "`go` does it. Defaults to false."
        ),
    )
    private_key = serializers.CharField(
        required=False,
        allow_null=True,
        write_only=True,
        trim_whitespace=False,
        help_text="The private key for ssh, in OpenSSH's or PEM form.",
    )
    known_hosts = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The keys of ssh servers, as lines of a known_hosts file. No other is believed.",
    )

    def validate_url(self, url):
        """Take any text: what it must be depends on other fields."""
        return url

    def validate(self, data):
        """Check what the fields say together."""
        data = super().validate(data)
        given = {**defaults(self.instance), **data}
        for field, reason in faults(given):
            raise serializers.ValidationError({field: reason})
        if not given["go_import"]:
            raise_as_validation_error(check_url, given["url"].replace(PLACEHOLDER, "name"))
        words = {name: given[name] for name in self.Meta.selection}
        raise_as_validation_error(plan_of, selection_fields(**words, takes_revisions=True))
        return data

    class Meta:
        model = GoGitRemote
        selection = ("includes", "excludes")
        places = ("modules", "path_prefix", "path_elements", "discover", "go_import")
        secrets = ("private_key", "known_hosts")
        fields = (*RemoteSerializer.Meta.fields, *selection, *places, *secrets)


def defaults(instance):
    """Return what holds for the fields that a request does not name."""
    names = (*GoGitRemoteSerializer.Meta.selection, *GoGitRemoteSerializer.Meta.places, "url")
    return {name: getattr(instance or GoGitRemote(), name) for name in names}


def faults(given):
    """Yield fields that contradict others, each with the reason.

    Args:
        given: The fields of a `GoGitRemote`.
    """
    prefix, is_many = given["path_prefix"], bool(given["path_elements"])
    if is_many != (PLACEHOLDER in given["url"]):
        yield "path_elements", f"{PLACEHOLDER} in the URL and path_elements need each other."
    if (is_many or given["discover"]) and not prefix:
        yield "path_prefix", "path_elements and discover need the path of the root."
    if given["discover"] and (is_many or given["go_import"]):
        yield "discover", "Modules are discovered in a single repository only."
    if given["go_import"] and (is_many or given["url"] != f"https://{prefix}"):
        yield "go_import", f"The url must be https://<path_prefix>: https://{prefix}."
    if given["go_import"] and given["modules"]:
        yield "modules", "Their host says where modules lie: name them in includes."
    if not (prefix or given["modules"]):
        yield "path_prefix", "Say where modules lie: path_prefix or modules."
