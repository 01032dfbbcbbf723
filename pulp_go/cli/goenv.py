"""`pulp go setup`: what a developer types so that `go` uses a distribution.

* GOPROXY is the distribution alone: with `,direct` or another proxy behind it, `go` would ask there
  for whatever this Pulp answers 404.
* GONOPROXY=none, since its default is GOPRIVATE: where a user has set that, `go` would bypass the
  distribution for just the modules that it is for.
* GONOSUMDB names the modules that no public database of checksums may be asked for. GOPRIVATE would
  do that as well, and bypass the distribution.

https://go.dev/ref/mod#private-modules, https://go.dev/ref/mod#environment-variables
"""

import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

import click
from pulp_cli.generic import PulpCLIContext, pass_pulp_context, pulp_command, pulp_option

from pulp_go.cli.contexts import PulpGoDistributionContext


def lines(base_url: str, private: Sequence[str], guarded: bool, held: bool = False) -> list[str]:
    """Return the lines for a shell that point `go` at a GOPROXY, with hints as comments.

    Args:
        base_url: The URL of the distribution.
        private: Patterns, as in GOPRIVATE, of the modules that are not public.
        guarded: Whether the distribution asks who its user is.
        held: Whether it serves of checksum databases what it holds alone.
    """
    found = [_set("GOPROXY", base_url), _set("GONOPROXY", "none")]
    if private:
        found.append(_set("GONOSUMDB", ",".join(private)))
    else:
        found += [
            "# If it serves modules that are not public, name them (--private), or `go` tells",
            "# their names to the public database of checksums.",
        ]
    if held:
        found += [
            "# Name no other proxy in GOPROXY: this one answers for checksum databases, and knows",
            "# only its own modules.",
        ]
    return found + (_credentials(base_url) if guarded else [])


def _set(name: str, value: str) -> str:
    return f"go env -w {shlex.quote(f'{name}={value}')}"


def _credentials(base_url: str) -> list[str]:
    """Return how `go` is given the credentials for a guarded distribution; none are in it."""
    parts = urlsplit(base_url)
    if parts.scheme != "https":
        return [
            "# It is guarded, and `go` sends credentials over https only: serve it over https.",
        ]
    return [
        "# It is guarded. `go` takes credentials from this line in ~/.netrc (mode 0600):",
        f"#     machine {parts.netloc.rpartition('@')[2]} login <user> password <password>",
        "# or, from Go 1.24 on, from a command of yours that prints them:",
        "#     go env -w GOAUTH=<command>",
    ]


def _patterns(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> Sequence[str]:
    """Return patterns, each of which is one.

    Raises:
        click.BadParameter: One is empty or has space in it.
    """
    for value in values:
        if not value or value != "".join(value.split()):
            raise click.BadParameter(f"{value!r} is no pattern of module paths.")
    return values


@pulp_command(
    name="setup",
    help="""Print the lines that make `go` use a distribution.

    DISTRIBUTION is a name or an href. The lines are for a shell; `go env -u NAME` takes one back.
    They hold no secret.""",
    no_args_is_help=True,
)
@click.argument("distribution", metavar="DISTRIBUTION")
@pulp_option(
    "--private",
    multiple=True,
    callback=_patterns,
    help="Modules of yours that the public database of checksums is not asked for, as in "
    "GOPRIVATE: example.com/team. Can be specified multiple times.",
)
@pass_pulp_context
def setup(pulp_ctx: PulpCLIContext, /, distribution: str, private: Sequence[str]) -> None:
    """Find the distribution and print its lines."""
    distribution_ctx = PulpGoDistributionContext(pulp_ctx)
    if distribution.startswith("/"):
        distribution_ctx.pulp_href = distribution
    else:
        distribution_ctx.entity = {"name": distribution}
    entity = distribution_ctx.entity
    guarded, held = entity["content_guard"] is not None, entity.get("sumdb") == "held"
    for line in lines(entity["base_url"], private, guarded, held):
        click.echo(line)
