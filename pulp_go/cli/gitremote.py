"""What `pulp go remote --type git` asks for: git repositories, their modules, and what opens them.

A PATH=DIRECTORY says where one module lies, a prefix where those of a whole repository or of many
do; docs/user/git.md tells which of them to use when.
"""

from pulp_cli.generic import load_string_callback, pulp_option

from pulp_go.cli.commands import Option
from pulp_go.cli.values import at_file, directories, words

# pulp-cli formats the texts of options: the braces that are doubled here are shown once.
URL = (
    "The repository: https://..., ssh://..., user@host:path or, where Pulp allows it, file://...; "
    "with {{repository}} for many, see --path-elements."
)

_SELECTION: list[Option] = [
    pulp_option(
        "--include",
        "includes",
        multiple=True,
        callback=words,
        help="What is wanted: path@v1.2.3, path@latest, 'path@>=v1.2', path@v1, path@main for a "
        "branch or a commit, or path for every tag; with a * in the path, every known module that "
        "matches. Can be specified multiple times; an empty text clears. [every known module]",
    ),
    pulp_option(
        "--exclude",
        "excludes",
        multiple=True,
        callback=words,
        help="What is not wanted, whatever else asks for it; words as in --include, but for "
        "branches. Can be specified multiple times; an empty text clears.",
    ),
]
_PLACES: list[Option] = [
    pulp_option(
        "--module",
        "modules",
        metavar="PATH=DIRECTORY",
        multiple=True,
        callback=directories,
        help="A module, and the directory of the repository that has it; nothing after the = for "
        "the root. Can be specified multiple times; an empty text clears.",
    ),
    pulp_option(
        "--path-prefix",
        help="The module path of the repository's root, or of what all roots are below, without a "
        "major version; an empty text clears.",
    ),
    pulp_option(
        "--path-elements",
        type=int,
        help="How many elements of a module path after --path-prefix name its repository: they "
        "take the place of {{repository}} in the URL. [0, a single repository]",
    ),
    pulp_option(
        "--discover/--no-discover",
        default=None,
        help="Whether every go.mod of the repository, at HEAD and at each tag, is a module below "
        "--path-prefix. [no]",
    ),
    pulp_option(
        "--go-import/--no-go-import",
        default=None,
        help="Whether the host of a module path is asked where its repository is, as `go` does; "
        "--url is then https:// and the --path-prefix. [no]",
    ),
]
_SSH: list[Option] = [
    pulp_option(
        "--private-key",
        metavar="@FILE",
        callback=at_file,
        help="The private key for ssh, without a passphrase, in OpenSSH's or PEM form: @file, or "
        "- for the standard input; an empty text clears.",
    ),
    pulp_option(
        "--known-hosts",
        callback=load_string_callback,
        help="The keys of ssh servers, lines of a known_hosts file, or @file; no other server is "
        "believed. An empty text clears.",
    ),
]
OPTIONS: list[Option] = [*_SELECTION, *_PLACES, *_SSH]
