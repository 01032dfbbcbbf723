"""`pulp go remote`: an upstream, and what is wanted of it.

Here is the group, and the upstreams that are GOPROXYs; `gitremote` has those that are git
repositories.
"""

import click
from pulp_cli.generic import (
    PulpGroup,
    create_command,
    destroy_command,
    pulp_option,
    remote_filter_options,
    show_command,
    update_command,
)
from pulp_glue.common.context import PulpRemoteContext

from pulp_go.cli import gitremote
from pulp_go.cli.commands import (
    Option,
    add_commands,
    list_of,
    lookups,
    shared_commands,
    typed_group,
)
from pulp_go.cli.connection import CONNECTION
from pulp_go.cli.contexts import PulpGoGitRemoteContext, PulpGoRemoteContext
from pulp_go.cli.values import file, joined, texts, words

_SELECTION: list[Option] = [
    pulp_option(
        "--include",
        "includes",
        multiple=True,
        callback=words,
        help="What is wanted: path@v1.2.3, path@latest, 'path@>=v1.2', path@v1, or path for every "
        "version; with a * in the path, every known module that matches. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--exclude",
        "excludes",
        multiple=True,
        callback=words,
        help="What is not wanted, whatever else asks for it; words as in --include. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-sum",
        "go_sum",
        metavar="FILE",
        multiple=True,
        callback=joined,
        help="A go.sum: its module versions are wanted, with exactly its hashes. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-mod",
        "go_mods",
        metavar="FILE",
        multiple=True,
        callback=texts,
        help="The go.mod of a program: all that it needs is wanted. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-work",
        metavar="FILE",
        callback=file,
        help="A go.work: the --go-mod files are then those of the modules that it uses.",
    ),
]
_CHECKS: list[Option] = [
    pulp_option(
        "--sumdb",
        help="The checksum database that vouches for what comes: sum.golang.org, the key of "
        "another one, or off. [sum.golang.org]",
    ),
    pulp_option(
        "--sumdb-direct/--no-sumdb-direct",
        default=None,
        help="Whether the database's own host is asked where the upstream serves none. [no]",
    ),
    pulp_option(
        "--no-sumdb",
        multiple=True,
        metavar="PATTERN",
        callback=words,
        help="Modules that no database is asked about, as in GONOSUMDB. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--sumdb-tiles",
        type=click.Choice(["needed", "full"]),
        help="Which hashes of the database are held: those that are needed, or all. [needed]",
    ),
]
_POLICY = pulp_option(
    "--policy",
    type=click.Choice(["immediate", "on_demand", "streamed"]),
    help="When zips are fetched whose hashes are known: by the sync, or at the first request, and "
    "then kept (on_demand) or not (streamed). [immediate]",
)
_NAME = pulp_option("--name", required=True, help="Name of the {entity}.")
_URL = "The upstream, a GOPROXY such as https://goproxy.io."


def _group(context: type[PulpRemoteContext], url: str, *options: Option) -> PulpGroup:
    """Return the commands for one type of remotes, which has these options beside a name."""
    find = lookups("--remote", context)
    group = PulpGroup("remote")
    add_commands(
        group,
        list_of(context, *remote_filter_options),
        show_command(decorators=find, help="Show a {entity}."),
        create_command(
            decorators=[_NAME, pulp_option("--url", required=True, help=url), *options, *CONNECTION]
        ),
        update_command(
            decorators=[*find, pulp_option("--url", help=url), *options, *CONNECTION],
            help="Change a {entity}; what is not given stays.",
        ),
        destroy_command(decorators=find),
        *shared_commands(context, find),
        entity=context,
    )
    return group


_GO = _group(PulpGoRemoteContext, _URL, _POLICY, *_SELECTION, *_CHECKS)
_GIT = _group(PulpGoGitRemoteContext, gitremote.URL, *gitremote.OPTIONS)

remote = typed_group(
    "remote",
    {"go": (PulpGoRemoteContext, _GO), "git": (PulpGoGitRemoteContext, _GIT)},
    help="Manage remotes: an upstream, and what is wanted of it.",
    type_help="What the upstream is: a GOPROXY (go), or git repositories (git). [go]",
)
