"""`pulp-go up`, `down` and `status`: a whole Pulp on one machine, in one directory."""

import sys
from collections.abc import Callable
from typing import Any

import click

from pulp_go.standalone import home, lifecycle
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.interrupts import Interrupts


def _home_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option that every one needs."""
    option = click.option("--home", "directory", required=True, help="Directory of this Pulp.")
    return option(command)


class _Group(click.Group):
    """A group whose commands tell of a full disk or a missing right, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            raise StandaloneError(f"{named}{error.strerror or error}") from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a Pulp with pulp_go on this machine: for a try, a test or a single server.

    All of it lives in one directory, its home: a PostgreSQL of its own (unless you name a
    database), settings, keys, logs and content. PULP_* variables are not heeded: use --settings.
    """


@main.command()
@_home_option
@click.option("--api-port", type=click.IntRange(0, 65535), help="Of the REST API. [a free one]")
@click.option("--content-port", type=click.IntRange(0, 65535), help="Of content. [a free one]")
@click.option("--host", help="Where both listen, and what URLs say. [127.0.0.1]")
@click.option("--tls-cert", help="Certificate chain: both then speak https.")
@click.option("--tls-key", help="The key of --tls-cert.")
@click.option(
    "--database",
    envvar="PULP_GO_DATABASE",
    help="postgresql://user@host:port/name, instead of a PostgreSQL of its own. A password is best "
    "left to ~/.pgpass or this option to the variable PULP_GO_DATABASE, as everyone can see the "
    "command. On first use, admin's password in this database is set anew.",
)
@click.option("--settings", help="Python file of pulpcore settings, read after those of the home.")
@click.option("--workers", type=click.IntRange(1), help="Task workers. [1]")
@click.option("--content-workers", type=click.IntRange(1), help="Content processes. [1]")
@click.option("--detach", is_flag=True, help="Return when Pulp is up, instead of staying.")
def up(directory: str, detach: bool, **given: Any) -> None:
    """Start Pulp, and make its home on first use.

    What is not given is as at the last start; an empty text takes an option back. Staying, the
    command ends Pulp on Ctrl-C or when one of its processes ends. If Pulp is up already, this is
    `status`. `info.json` in the home then holds the URLs and admin's password.
    """
    place = home.find(directory)
    with Interrupts() as interrupts:
        run = lifecycle.up(place, given, interrupts, detached=detach)
        if run is None or detach:
            click.echo(lifecycle.report(place)[0])
            return
        with lifecycle.ending(run):
            click.echo(lifecycle.report(place)[0])
            lifecycle.say("Pulp is up; Ctrl-C ends it")
            run.supervise()


@main.command()
@_home_option
def down(directory: str) -> None:
    """End Pulp: exactly the processes that `up` has started."""
    place = home.find(directory)
    ended = lifecycle.down(place)
    click.echo(f"ended: {', '.join(ended)}" if ended else f"nothing runs in {place.path}")


@main.command()
@_home_option
def status(directory: str) -> None:
    """Print `info.json` without the password, and the state of each process.

    Exit status: 0 all is up, 3 nothing is, 1 something is, or it cannot be known.
    """
    text, code = lifecycle.report(home.find(directory))
    click.echo(text)
    sys.exit(code)
