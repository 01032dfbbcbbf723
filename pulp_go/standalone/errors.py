"""What ends a command of `pulp-go` with a message instead of a traceback."""

import click


class StandaloneError(click.ClickException):
    """A command cannot do what it was asked; the message names the thing. Exit status 1."""


class InterruptedStartError(StandaloneError):
    """A signal ended `up` before Pulp was up. Exit status 130, as a shell has it."""

    exit_code = 130
