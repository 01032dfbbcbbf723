"""`pulp go distribution`: the GOPROXYs that serve repositories."""

import click
from pulp_cli.generic import (
    base_path_option,
    content_guard_option,
    create_command,
    destroy_command,
    distribution_filter_options,
    pulp_labels_option,
    pulp_option,
    show_command,
    update_command,
)

from pulp_go.cli.commands import (
    add_commands,
    entity_group,
    list_of,
    lookups,
    repository_option,
    shared_commands,
)
from pulp_go.cli.contexts import PulpGoDistributionContext

_LOOKUPS = lookups("--distribution", PulpGoDistributionContext)
_FIELDS = [
    repository_option("Name or href of the repository to serve; an empty text clears."),
    pulp_option(
        "--version",
        type=int,
        help="Number of the repository version to serve, for good. [the latest, as it changes]",
    ),
    content_guard_option,
    pulp_option(
        "--hidden/--not-hidden",
        default=None,
        help="Whether the list of distributions for browsers leaves it out.",
    ),
    pulp_option(
        "--sumdb",
        type=click.Choice(["off", "forward", "held", ""]),
        help="Whether checksum databases are served: off, held for what this Pulp holds, forward "
        "for that and, through the remote, what it does not hold; an empty text clears. "
        "[forward if the repository has a remote with a database, else off]",
    ),
    pulp_labels_option,
]

distribution = entity_group(
    "distribution",
    PulpGoDistributionContext,
    "Manage distributions: the URLs that `go` uses as GOPROXY.",
)
add_commands(
    distribution,
    list_of(PulpGoDistributionContext, *distribution_filter_options),
    show_command(decorators=_LOOKUPS, help="Show a {entity}; `base_url` is its GOPROXY."),
    create_command(
        decorators=[
            pulp_option("--name", required=True, help="Name of the {entity}."),
            pulp_option("--base-path", required=True, help="What its URL ends in."),
            *_FIELDS,
        ]
    ),
    update_command(
        decorators=[*_LOOKUPS, base_path_option, *_FIELDS],
        help="Change a {entity}; what is not given stays.",
    ),
    destroy_command(decorators=_LOOKUPS),
    *shared_commands(PulpGoDistributionContext, _LOOKUPS),
    entity=PulpGoDistributionContext,
)
