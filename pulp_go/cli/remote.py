"""`pulp go remote`: upstream GOPROXYs, and what is wanted of them."""

import sys
from collections.abc import Sequence

import click
from pulp_cli.generic import (
    create_command,
    destroy_command,
    float_or_empty,
    int_or_empty,
    load_string_callback,
    pulp_labels_option,
    pulp_option,
    remote_filter_options,
    show_command,
    update_command,
)

from pulp_go.cli.commands import (
    Option,
    add_commands,
    entity_group,
    list_of,
    lookups,
    shared_commands,
)
from pulp_go.cli.contexts import PulpGoRemoteContext


def _words(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> list[str] | None:
    """Return the words, none for one empty text, and None where the option was not given."""
    return [value for value in values if value] if values else None


def _texts(
    ctx: click.Context, parameter: click.Parameter, paths: Sequence[str]
) -> list[str] | None:
    """Return the text of each file, none for one empty path, None where no file was given."""
    return [_text(path) for path in paths if path] if paths else None


def _joined(ctx: click.Context, parameter: click.Parameter, paths: Sequence[str]) -> str | None:
    """Return the texts of files one after the other, each of whole lines."""
    texts = _texts(ctx, parameter, paths)
    if texts is None:
        return None
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in texts)


def _file(ctx: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """Return the text of a file, "" for an empty path, None where none was given."""
    return _text(path) if path else path


def _text(path: str) -> str:
    """Return the text of a file of Go's, or of the standard input for "-".

    Raises:
        click.BadParameter: It cannot be read.
    """
    try:
        with click.open_file(path, encoding="utf-8") as file:
            return str(file.read())
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path} is not UTF-8.") from error


def _secret(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return a secret, for "-" a line of the standard input: other users see what is typed here."""
    if value != "-":
        return value
    if sys.stdin.isatty():
        return str(click.prompt(parameter.opts[0].strip("-"), hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def _headers(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> list[dict[str, str]] | None:
    """Return headers as the API takes them.

    pulp-cli's own option echoes the values, and they may be secrets.

    Raises:
        click.BadParameter: One is not a name, a colon and a value.
    """
    if not values:
        return None
    headers = []
    for value in filter(None, values):
        name, colon, text = value.partition(":")
        if not (name and colon and text):
            raise click.BadParameter("A header is <name>:<value>.")
        headers.append({name: text.strip()})
    return headers


_SELECTION: list[Option] = [
    pulp_option(
        "--include",
        "includes",
        multiple=True,
        callback=_words,
        help="What is wanted: path@v1.2.3, path@latest, 'path@>=v1.2', path@v1, or path for every "
        "version; with a * in the path, every known module that matches. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--exclude",
        "excludes",
        multiple=True,
        callback=_words,
        help="What is not wanted, whatever else asks for it; words as in --include. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-sum",
        "go_sum",
        metavar="FILE",
        multiple=True,
        callback=_joined,
        help="A go.sum: its module versions are wanted, with exactly its hashes. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-mod",
        "go_mods",
        metavar="FILE",
        multiple=True,
        callback=_texts,
        help="The go.mod of a program: all that it needs is wanted. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--go-work",
        metavar="FILE",
        callback=_file,
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
        callback=_words,
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
_CONNECTION: list[Option] = [
    pulp_option(
        "--ca-cert",
        callback=load_string_callback,
        help="Certificates to trust, PEM, or @file.",
    ),
    pulp_option(
        "--client-cert", callback=load_string_callback, help="A client certificate, PEM, or @file."
    ),
    pulp_option(
        "--client-key",
        callback=load_string_callback,
        help="The key of the client certificate, PEM, or @file.",
    ),
    pulp_option("--tls-validation", type=bool, help="Whether certificates are checked."),
    pulp_option("--username", help="The user that the upstream knows."),
    pulp_option(
        "--password",
        callback=_secret,
        help="The user's password; - to be asked, or to read it from the standard input.",
    ),
    pulp_option("--proxy-url", help="An HTTP proxy on the way to the upstream, without a user."),
    pulp_option("--proxy-username", help="The user that the HTTP proxy knows."),
    pulp_option(
        "--proxy-password",
        callback=_secret,
        help="The password of the HTTP proxy's user, or - as in --password.",
    ),
    pulp_option(
        "--header",
        "headers",
        multiple=True,
        callback=_headers,
        help="A header of each request, <name>:<value>. "
        "Can be specified multiple times; an empty text clears.",
    ),
    pulp_option("--download-concurrency", type=int_or_empty, help="Connections at the same time."),
    pulp_option("--rate-limit", type=int_or_empty, help="Requests per second at most."),
    pulp_option("--max-retries", type=int_or_empty, help="Retries after a failed download."),
    pulp_option("--total-timeout", type=float_or_empty, help="Seconds for a request as a whole."),
    pulp_option("--connect-timeout", type=float_or_empty, help="Seconds to get a connection."),
    pulp_option(
        "--sock-connect-timeout", type=float_or_empty, help="Seconds to connect to a new socket."
    ),
    pulp_option("--sock-read-timeout", type=float_or_empty, help="Seconds between two reads."),
    pulp_labels_option,
]
_NAME = pulp_option("--name", required=True, help="Name of the {entity}.")
_URL = "The upstream, a GOPROXY such as https://goproxy.io."

remote = entity_group(
    "remote", PulpGoRemoteContext, "Manage remotes: an upstream, and what is wanted of it."
)
_LOOKUPS = lookups("--remote", PulpGoRemoteContext)
add_commands(
    remote,
    list_of(PulpGoRemoteContext, *remote_filter_options),
    show_command(decorators=_LOOKUPS, help="Show a {entity}."),
    create_command(
        decorators=[
            _NAME,
            pulp_option("--url", required=True, help=_URL),
            _POLICY,
            *_SELECTION,
            *_CHECKS,
            *_CONNECTION,
        ]
    ),
    update_command(
        decorators=[
            *_LOOKUPS,
            pulp_option("--url", help=_URL),
            _POLICY,
            *_SELECTION,
            *_CHECKS,
            *_CONNECTION,
        ],
        help="Change a {entity}; what is not given stays.",
    ),
    destroy_command(decorators=_LOOKUPS),
    *shared_commands(PulpGoRemoteContext, _LOOKUPS),
    entity=PulpGoRemoteContext,
)
