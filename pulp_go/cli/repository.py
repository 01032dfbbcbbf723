"""`pulp go repository`: what is held, in numbered versions that never change."""

import re
from collections.abc import Sequence
from typing import Any

import click
from pulp_cli.generic import (
    PulpCLIContext,
    create_command,
    destroy_command,
    label_select_option,
    name_filter_options,
    pass_pulp_context,
    pass_repository_context,
    pass_repository_version_context,
    pulp_command,
    pulp_group,
    pulp_labels_option,
    pulp_option,
    retained_versions_option,
    show_command,
    update_command,
    version_option,
)
from pulp_glue.common.context import (
    PulpRemoteContext,
    PulpRepositoryContext,
    PulpRepositoryVersionContext,
)
from pulp_glue.core.context import PulpTaskContext

from pulp_go.cli.commands import (
    add_commands,
    entity_group,
    list_of,
    lookups,
    remote_option,
    shared_commands,
)
from pulp_go.cli.contexts import (
    PulpGoModuleContentContext,
    PulpGoRepositoryContext,
    PulpGoRepositoryVersionContext,
)

_STATES = ["waiting", "skipped", "running", "completed", "failed", "canceled", "canceling"]
_LOOKUPS = lookups("--repository", PulpGoRepositoryContext)
_REPOSITORY = _LOOKUPS[-1]
_UNIT = re.compile("(?P<module>[^@]+)@(?P<version>[^@]+)", re.ASCII)
_FIELDS = [
    pulp_option("--description", help="What it is for."),
    remote_option(
        "Name or href of the remote that a sync takes, git:NAME for one of --type git; an empty "
        "text clears."
    ),
    pulp_option(
        "--allow-replacement/--no-allow-replacement",
        default=None,
        help="Whether a module version may come again with other hashes. Go forbids it.",
    ),
    retained_versions_option,
    pulp_labels_option,
]


def _in_repository(command: click.Command) -> click.Command:
    """Give a command within the group its repository, by `--repository`, `--name` or `--href`."""
    for option in _LOOKUPS:
        command = option(command)
    return command


@pulp_command(
    name="sync",
    help="""Bring what a remote selects into a {entity}.

    Prints what was added, removed and failed. A module version that fails does not hurt the
    others, unless it is --strict.""",
)
@remote_option(
    "Name or href of a remote, git:NAME for one of --type git, instead of the one that the "
    "repository has."
)
@pulp_option(
    "--mirror/--no-mirror",
    default=None,
    help="Remove what the remote does not select. [no]",
)
@pulp_option(
    "--optimize/--no-optimize",
    default=None,
    help="Skip modules of which nothing has changed since the last sync. [yes]",
)
@pulp_option(
    "--strict/--no-strict", default=None, help="Change nothing if anything failed, and fail. [no]"
)
@pulp_option(
    "--dry-run", is_flag=True, default=None, help="Only report what would come and what would go."
)
@pass_repository_context
@pass_pulp_context
def _sync(
    pulp_ctx: PulpCLIContext,
    repository_ctx: PulpRepositoryContext,
    /,
    remote: PulpRemoteContext | None,
    **options: bool | None,
) -> None:
    """Start the task and tell its result."""
    body: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if remote:
        body["remote"] = remote
    result = repository_ctx.sync(body)
    pulp_ctx.output_result(result)
    if failed := result.get("failed_count"):
        pulp_ctx.echo(f"{failed} could not be had: see `failed`.", err=True)


_OF_VERSION = pulp_option(
    "--repository-version", type=int, help="Number of the version that is meant. [the latest]"
)


@pulp_command(
    name="fetch",
    help="""Fetch the zips of a {entity} that a sync has left upstream, and keep them.

    Prints how many came, and which did not.""",
)
@_OF_VERSION
@pass_repository_context
@pass_pulp_context
def _fetch(
    pulp_ctx: PulpCLIContext,
    repository_ctx: PulpRepositoryContext,
    /,
    repository_version: int | None,
) -> None:
    """Start the task and tell its result."""
    assert isinstance(repository_ctx, PulpGoRepositoryContext)
    result = repository_ctx.fetch(_numbered(repository_ctx, repository_version))
    pulp_ctx.output_result(result)
    if failed := result.get("failed_count"):
        pulp_ctx.echo(f"{failed} could not be had: see `failed`.", err=True)


@pulp_command(
    name="verify",
    help="""Check zips, go.mod files and proofs of a {entity} again.

    Offline: nobody is asked. Prints what was checked and what fails; if anything does, the exit
    status is 1.""",
)
@_OF_VERSION
@pass_repository_context
@pass_pulp_context
def _verify(
    pulp_ctx: PulpCLIContext,
    repository_ctx: PulpRepositoryContext,
    /,
    repository_version: int | None,
) -> None:
    """Start the task and tell its result."""
    assert isinstance(repository_ctx, PulpGoRepositoryContext)
    result = repository_ctx.verify(_numbered(repository_ctx, repository_version))
    pulp_ctx.output_result(result)
    if failed := result.get("failed_count"):
        raise click.ClickException(f"{failed} are not what they were: see `failed`.")


@pulp_command(
    name="findings",
    help="""List what contradicted a {entity} in its syncs.

    Module versions that came with other bytes, tags that have moved, and checksum databases with
    two trees; each with both sides, the newest first.""",
)
@pulp_option("--limit", type=int, default=25, show_default=True, help="How many, at most.")
@pulp_option("--offset", type=int, default=0, help="How many are left out before them. [0]")
@pass_repository_context
@pass_pulp_context
def _findings(
    pulp_ctx: PulpCLIContext, repository_ctx: PulpRepositoryContext, /, limit: int, offset: int
) -> None:
    """Print the findings."""
    assert isinstance(repository_ctx, PulpGoRepositoryContext)
    pulp_ctx.output_result(repository_ctx.findings(limit, offset))


def _numbered(
    repository_ctx: PulpRepositoryContext, number: int | None
) -> PulpRepositoryVersionContext | None:
    """Return the version with a number, None for the latest."""
    return None if number is None else repository_ctx.get_version_context(number)


@pulp_command(
    name="modify",
    help="""Add module versions to a {entity} and remove others, in one new version of it.

    A module version is <path>@<version>, or an href. Prints the new repository version.""",
)
@pulp_option(
    "--add",
    metavar="MODULE@VERSION",
    multiple=True,
    help="A module version that this Pulp holds. Can be specified multiple times.",
)
@pulp_option(
    "--remove",
    metavar="MODULE@VERSION",
    multiple=True,
    help="A module version of the {entity}, or * for all. Can be specified multiple times.",
)
@pulp_option(
    "--base-version",
    type=int,
    help="Number of the repository version that is changed. [the latest]",
)
@pass_repository_context
@pass_pulp_context
def _modify(
    pulp_ctx: PulpCLIContext,
    repository_ctx: PulpRepositoryContext,
    /,
    add: Sequence[str],
    remove: Sequence[str],
    base_version: int | None,
) -> None:
    """Find the units, start the task and tell the version that it made."""
    base = repository_ctx.get_version_context(-1 if base_version is None else base_version)
    result = repository_ctx.modify(
        add_content=[_unit(pulp_ctx, word, {}) for word in add],
        remove_content=[
            _unit(pulp_ctx, word, {"repository_version": base.pulp_href}) for word in remove
        ],
        base_version=None if base_version is None else base,
    )
    if "number" in result:
        pulp_ctx.output_result(result)
    else:  # the task itself, which has made no version
        pulp_ctx.echo("Nothing has changed.", err=True)


def _unit(pulp_ctx: PulpCLIContext, word: str, within: dict[str, str]) -> str:
    """Return the href of the module version that `word` names, or `word` if it is no name.

    Raises:
        click.UsageError: It is neither a module version nor an href.
    """
    if word == "*" or word.startswith(("/", "prn:")):
        return word
    parts = _UNIT.fullmatch(word)
    if not parts:
        raise click.UsageError(f"{word!r} is not <path>@<version>.")
    return PulpGoModuleContentContext(pulp_ctx, entity=parts.groupdict() | within).pulp_href


@pulp_group(name="version", help="Look at the numbered versions of a {entity}, or destroy one.")
@pass_repository_context
@click.pass_context
def _version(ctx: click.Context, repository_ctx: PulpRepositoryContext, /) -> None:
    """Have the commands find repository versions."""
    ctx.obj = repository_ctx.get_version_context()


@pulp_command(
    name="repair",
    help="Check the files of a {entity}, and fetch anew those that are lost or damaged.",
)
@_REPOSITORY
@version_option
@pass_repository_version_context
@pass_pulp_context
def _repair(pulp_ctx: PulpCLIContext, version_ctx: PulpRepositoryVersionContext, /) -> None:
    """Start the task and tell its result."""
    pulp_ctx.output_result(version_ctx.repair())


@pulp_group(name="task", help="Look at the tasks of a {entity}.")
@pass_repository_context
@pass_pulp_context
@click.pass_context
def _task(
    ctx: click.Context, pulp_ctx: PulpCLIContext, repository_ctx: PulpRepositoryContext, /
) -> None:
    """Have the commands find this repository's tasks."""
    tasks = PulpTaskContext(pulp_ctx)
    tasks.resource_context = repository_ctx
    ctx.obj = tasks


add_commands(
    _version,
    list_of(PulpGoRepositoryVersionContext, _REPOSITORY),
    show_command(
        decorators=[_REPOSITORY, version_option],
        help="Show a {entity}, the latest if no number is given.",
    ),
    destroy_command(decorators=[_REPOSITORY, version_option]),
    _repair,
    entity=PulpGoRepositoryVersionContext,
)
add_commands(
    _task,
    list_of(
        PulpTaskContext,
        _REPOSITORY,
        pulp_option("--state", type=click.Choice(_STATES), help="Only tasks in this state."),
        pulp_option("--name-contains", "name__contains", help="Only tasks of such a name."),
    ),
    entity=PulpTaskContext,
)

repository = entity_group(
    "repository", PulpGoRepositoryContext, "Manage repositories: sync, modify, look at versions."
)
add_commands(
    repository,
    list_of(PulpGoRepositoryContext, *name_filter_options, label_select_option),
    show_command(decorators=_LOOKUPS, help="Show a {entity}."),
    create_command(
        decorators=[pulp_option("--name", required=True, help="Name of the {entity}."), *_FIELDS]
    ),
    update_command(
        decorators=[*_LOOKUPS, *_FIELDS], help="Change a {entity}; what is not given stays."
    ),
    destroy_command(decorators=_LOOKUPS),
    _in_repository(_sync),
    _in_repository(_fetch),
    _in_repository(_verify),
    _in_repository(_findings),
    _in_repository(_modify),
    _version,
    _task,
    *shared_commands(PulpGoRepositoryContext, _LOOKUPS),
    entity=PulpGoRepositoryContext,
)
