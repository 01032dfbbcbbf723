"""Every command below `pulp go`, as it is typed."""

import click

from pulp_go.cli import go


def walk(command=go, name="pulp go"):
    """Yield (name, command) of `command` and of all below it."""
    yield name, command
    for word, below in sorted(getattr(command, "commands", {}).items()):
        yield from walk(below, f"{name} {word}")


COMMANDS = list(walk())
LEAVES = [(name, command) for name, command in COMMANDS if not isinstance(command, click.Group)]
