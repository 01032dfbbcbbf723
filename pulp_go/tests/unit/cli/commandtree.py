"""Every command below `pulp go`, as it is typed."""

import click

from pulp_go.cli import go
from pulp_go.cli.commands import TypedGroup


def walk(command=go, name="pulp go"):
    """Yield (name, command) of `command` and of all below it, for each type that can be said."""
    yield name, command
    if isinstance(command, TypedGroup):
        for word, (_, group) in list(command.kinds.items())[1:]:
            yield from walk(group, f"{name} --type {word}")
    for word, below in sorted(getattr(command, "commands", {}).items()):
        yield from walk(below, f"{name} {word}")


COMMANDS = list(walk())
LEAVES = [(name, command) for name, command in COMMANDS if not isinstance(command, click.Group)]
