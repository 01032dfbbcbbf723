"""`pulp go content`: the module versions that Pulp holds."""

import re
from datetime import UTC, datetime
from typing import IO, Any

import click
from pulp_cli.generic import (
    PulpCLIContext,
    chunk_size_callback,
    href_option,
    label_command,
    label_select_option,
    load_labels_callback,
    lookup_callback,
    option_processor,
    pass_content_context,
    pass_pulp_context,
    pulp_command,
    pulp_option,
    show_command,
)
from pulp_glue.common.context import PulpContentContext

from pulp_go.cli.commands import Option, add_commands, entity_group, list_of, repository_option
from pulp_go.cli.contexts import PulpGoModuleContentContext

_NUMBER = re.compile("[0-9]+", re.ASCII)
_VERSION_FILTERS = {
    "repository_version",
    "repository_version_added",
    "repository_version_removed",
}
_REPOSITORY = repository_option("Only what this repository holds; name or href.")


def _moment(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Return a time in UTC, which it is meant in if it names no zone.

    pulp-glue sends a time's digits, whatever its zone.

    Raises:
        click.BadParameter: It is none.
    """
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not as 2026-01-02T03:04:05Z.") from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _within(ctx: click.Context) -> None:
    """Have the context look into the repository that `--repository` names.

    Its latest version is meant, or those of which the filters give the numbers.
    """
    content_ctx = ctx.find_object(PulpGoModuleContentContext)
    assert content_ctx is not None
    repository_ctx = content_ctx.repository_ctx = ctx.params.pop("repository")
    for name in _VERSION_FILTERS & ctx.params.keys():
        number = ctx.params[name]
        if repository_ctx and number and _NUMBER.fullmatch(number):
            ctx.params[name] = repository_ctx.get_version_context(int(number)).pulp_href
            content_ctx.repository_ctx = None


_LOOKUPS: list[Option] = [
    href_option,
    pulp_option(
        "--module",
        callback=lookup_callback("module"),
        expose_value=False,
        help="The module path.",
    ),
    pulp_option(
        "--version",
        callback=lookup_callback("version"),
        expose_value=False,
        help="The version, such as v1.2.3.",
    ),
    _REPOSITORY,
    option_processor(callback=_within),
]
_FILTERS: list[Option] = [
    pulp_option("--module", help="Only versions of this module."),
    pulp_option(
        "--module-in",
        "module__in",
        multiple=True,
        help="Only versions of these modules. Can be specified multiple times.",
    ),
    pulp_option(
        "--module-startswith", "module__startswith", help="Only modules whose path begins so."
    ),
    pulp_option("--version", help="Only this version."),
    pulp_option(
        "--version-in",
        "version__in",
        multiple=True,
        help="Only these versions. Can be specified multiple times.",
    ),
    _REPOSITORY,
    pulp_option(
        "--repository-version",
        help="Only what this repository version holds: a number with --repository, or an href.",
    ),
    pulp_option(
        "--repository-version-added",
        help="Only what this repository version brought: a number with --repository, or an href.",
    ),
    pulp_option(
        "--repository-version-removed",
        help="Only what this repository version removed: a number with --repository, or an href.",
    ),
    label_select_option,
    option_processor(callback=_within),
]

_UPLOAD: list[Option] = [
    pulp_option(
        "--time",
        callback=_moment,
        help="When it was published, as 2026-01-02T03:04:05Z. [the zip's, else now]",
    ),
    pulp_option(
        "--labels",
        "pulp_labels",
        callback=load_labels_callback,
        help="JSON dictionary of labels to set on it, or @file.",
    ),
    pulp_option(
        "--chunk-size",
        callback=chunk_size_callback,
        help="Send the zip in chunks of this size if it is larger. [8MB]",
    ),
]


def send(content_ctx: PulpContentContext, file: IO[bytes], **fields: Any) -> Any:
    """Upload a module zip and return the module version that it has become.

    Args:
        content_ctx: The context of module versions.
        file: The zip, a file with a name.
        fields: What else the API takes, and `repository` and `chunk_size`; None is not sent.
    """
    content_ctx.repository_ctx = fields.pop("repository")
    content_ctx.create({"file": file} | fields)
    return content_ctx.entity


@pulp_command(
    name="upload",
    help="""Upload the zip of a {entity}.

    Module and version are those that the zip itself names. To make a zip of sources, see
    `pulp go publish`.""",
)
@pulp_option("--file", type=click.File("rb"), required=True, help="The module zip.")
@pulp_option("--module", help="The module path that the zip has to be of.")
@pulp_option("--version", help="The version that the zip has to be of.")
@repository_option("Name or href of a repository to add it to.")
@pass_content_context
@pass_pulp_context
def _upload(
    pulp_ctx: PulpCLIContext, content_ctx: PulpContentContext, /, file: IO[bytes], **fields: Any
) -> None:
    """Upload and tell what came of it."""
    pulp_ctx.output_result(send(content_ctx, file, **fields))


def with_upload_options(command: click.Command) -> click.Command:
    """Give a command the options of every upload."""
    for option in _UPLOAD:
        command = option(command)
    return command


def _label() -> click.Group:
    group = label_command(
        decorators=_LOOKUPS, help="Set, unset or show a label of a module version."
    )
    assert isinstance(group, click.Group)
    add_commands(group, *group.commands.values())
    return group


content = entity_group(
    "content", PulpGoModuleContentContext, "Look at module versions, and upload them."
)
add_commands(
    content,
    list_of(
        PulpGoModuleContentContext,
        *_FILTERS,
        help="List {entities}, by module and in Go's order of versions.",
    ),
    show_command(
        decorators=_LOOKUPS, help="Show a {entity}, by its href or its module and version."
    ),
    with_upload_options(_upload),
    _label(),
    entity=PulpGoModuleContentContext,
)
