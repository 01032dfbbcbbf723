"""What the nouns share: groups with an object in hand, and the options that name one.

pulp-cli's factories make most commands. What they leave out is put in here, so that a group lists
each command with the first sentence of its help, and every option says what it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from pulp_cli.generic import (
    PulpCLIContext,
    PulpGroup,
    href_option,
    label_command,
    list_command,
    name_option,
    pass_pulp_context,
    pulp_group,
    resource_lookup_option,
    resource_option,
    role_command,
    type_option,
)
from pulp_glue.common.context import PulpEntityContext, PulpRemoteContext, PulpRepositoryContext

from pulp_go.cli.contexts import (
    PulpGoGitRemoteContext,
    PulpGoRemoteContext,
    PulpGoRepositoryContext,
)

Option = Callable[[Any], Any]

_FIRST_SENTENCE = re.compile(r"(.+?)(?:\.(?=\s)|\.?\s*\Z|\n\n)", re.ASCII | re.DOTALL)
_ROLE_OPTIONS = {
    "role": "Name of the role, such as go.goremote_owner.",
    "users": "Name of a user. Can be specified multiple times.",
    "groups": "Name of a group. Can be specified multiple times.",
}


Kinds = Mapping[str, tuple[type[PulpEntityContext], PulpGroup]]


class TypedGroup(PulpGroup):
    """A group whose option `--type` chooses among groups of the same commands.

    Each type has commands of its own: one that served all could not say what a URL is.

    Attributes:
        kinds: The context and the group of each type; the first counts where no type is said.
    """

    def __init__(self, *args: Any, kinds: Kinds, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kinds = kinds
        self.commands = self._chosen(None).commands

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name for the type that was said."""
        return self._chosen(ctx.obj).get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands for the type that was said."""
        return self._chosen(ctx.obj).list_commands(ctx)

    def _chosen(self, entity: object) -> PulpGroup:
        """Return the group for an entity; there is none yet where only `--help` is asked for."""
        default, *others = self.kinds.values()
        return next((group for kind, group in others if type(entity) is kind), default[1])


def typed_group(name: str, kinds: Kinds, help: str, type_help: str) -> PulpGroup:
    """Return a `TypedGroup` with its option: the commands find a context of the type for it."""
    choices = {word: context for word, (context, _) in kinds.items()}

    @pulp_group(name=name, cls=TypedGroup, help=help, kinds=kinds)
    @type_option(choices=choices, help=type_help)
    def group() -> None:
        """Hold the commands; the option has put the context where they look for it."""

    return group


def entity_group(name: str, context: type[PulpEntityContext], help: str) -> PulpGroup:
    """Return a group for one kind of object: its commands find a `context` for it."""

    @pulp_group(name=name, help=help)
    @pass_pulp_context
    @click.pass_context
    def group(ctx: click.Context, pulp_ctx: PulpCLIContext, /) -> None:
        """Put the context where the commands look for it."""
        ctx.obj = context(pulp_ctx)

    return group


def add_commands(
    group: click.Group, *commands: click.Command, entity: type[PulpEntityContext] | None = None
) -> None:
    """Add commands, each listed by the first sentence of its help, which may speak of `entity`."""
    for command in commands:
        text = command.help or ""
        if entity:
            text = text.format(entity=entity.ENTITY, entities=entity.ENTITIES)
        sentence = _FIRST_SENTENCE.match(text)
        command.short_help = " ".join(sentence[1].split()) if sentence else ""
        group.add_command(command)


def shared_commands(
    entity: type[PulpEntityContext], lookups: Sequence[Option]
) -> list[click.Command]:
    """Return the groups `label` and `role` for objects that `lookups` find."""
    label = label_command(
        decorators=lookups, help=f"Set, unset or show a label of a {entity.ENTITY}."
    )
    role = role_command(decorators=lookups, help=f"Manage who has which role on a {entity.ENTITY}.")
    for group in (label, role):
        _relist(group, _ROLE_OPTIONS)
    return [label, role]


def lookups(flag: str, context: type[PulpEntityContext]) -> list[Option]:
    """Return the options by which a command is told its object: `--name`, `--href` and `flag`.

    The last is for groups within the group of `context`, too, where the object is another one.
    """
    text = f"Name or href of the {context.ENTITY}."
    return [
        name_option,
        href_option,
        resource_lookup_option(flag, context_class=context, help=text),
    ]


def remote_option(help: str) -> Option:
    """Return the option `--remote`, which names another object than the command's own."""
    return resource_option(
        "--remote",
        default_plugin="go",
        default_type="go",
        context_table={"go:go": PulpGoRemoteContext, "go:git": PulpGoGitRemoteContext},
        href_pattern=PulpRemoteContext.HREF_PATTERN,
        help=help,
    )


def repository_option(help: str, **options: Any) -> Option:
    """Return the option `--repository`, which names another object than the command's own."""
    return resource_option(
        "--repository",
        default_plugin="go",
        default_type="go",
        context_table={"go:go": PulpGoRepositoryContext},
        href_pattern=PulpRepositoryContext.HREF_PATTERN,
        help=help,
        **options,
    )


def list_of(
    entity: type[PulpEntityContext], *filters: Option, help: str = "List {entities}."
) -> click.Command:
    """Return the command `list` with these filters."""
    return list_command(decorators=list(filters), help=help.format(entities=entity.ENTITIES))


def _relist(group: click.Command, texts: Mapping[str, str]) -> None:
    """Have the commands of a group of pulp-cli's listed by their help, and explain options."""
    assert isinstance(group, click.Group)
    commands = list(group.commands.values())
    add_commands(group, *commands)
    for command in commands:
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.help:
                parameter.help = texts.get(str(parameter.name))
