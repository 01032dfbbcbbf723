"""The options that say how an upstream is spoken to: those of every remote in Pulp, and labels."""

from pulp_cli.generic import (
    float_or_empty,
    int_or_empty,
    load_string_callback,
    pulp_labels_option,
    pulp_option,
)

from pulp_go.cli.commands import Option
from pulp_go.cli.values import headers, secret

CONNECTION: list[Option] = [
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
        callback=secret,
        help="The user's password, or a token; - to be asked for it, or to read it from the "
        "standard input.",
    ),
    pulp_option("--proxy-url", help="An HTTP proxy on the way to the upstream, without a user."),
    pulp_option("--proxy-username", help="The user that the HTTP proxy knows."),
    pulp_option(
        "--proxy-password",
        callback=secret,
        help="The password of the HTTP proxy's user, or - as in --password.",
    ),
    pulp_option(
        "--header",
        "headers",
        multiple=True,
        callback=headers,
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
