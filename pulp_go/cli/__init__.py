"""`pulp go ...`: the commands for Go modules, a plug-in of pulp-cli.

Each noun is a module of its own; `contexts` says what the REST API calls them. Nothing here knows
Django or Pulp's database: it is the client's side.

https://pulpproject.org/pulp-cli/
"""

from typing import Any

import click
from pulp_cli.generic import pulp_group

from pulp_go.cli.commands import add_commands
from pulp_go.cli.content import content
from pulp_go.cli.distribution import distribution
from pulp_go.cli.goenv import setup
from pulp_go.cli.publish import publish
from pulp_go.cli.remote import remote
from pulp_go.cli.repository import repository


@pulp_group(
    name="go",
    help="Mirror, publish and serve Go modules.",
    short_help="Mirror, publish and serve Go modules",
)
def go() -> None:
    """Hold what follows together."""


add_commands(go, remote, repository, distribution, content, publish, setup)


def mount(main: click.Group, **_: Any) -> None:
    """Add `go` to `pulp`; pulp-cli calls this when it has found the entry point."""
    main.add_command(go)
