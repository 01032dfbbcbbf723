"""Callbacks of options: what is typed becomes what the API takes.

An option that is given more than once is everything that counts afterwards: one empty text clears,
and None, where it was not given at all, changes nothing.
"""

import sys
from collections.abc import Sequence

import click


def words(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> list[str] | None:
    """Return the words, none for one empty text, and None where the option was not given."""
    return [value for value in values if value] if values else None


def texts(ctx: click.Context, parameter: click.Parameter, paths: Sequence[str]) -> list[str] | None:
    """Return the text of each file, none for one empty path, None where no file was given."""
    return [_text(path) for path in paths if path] if paths else None


def joined(ctx: click.Context, parameter: click.Parameter, paths: Sequence[str]) -> str | None:
    """Return the texts of files one after the other, each of whole lines."""
    found = texts(ctx, parameter, paths)
    if found is None:
        return None
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in found)


def file(ctx: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """Return the text of a file, "" for an empty path, None where none was given."""
    return _text(path) if path else path


def _text(path: str) -> str:
    """Return the text of a file, or of the standard input for "-".

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


def at_file(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return the text of the file in "@file", of the standard input for "-", "" for "".

    The text itself is not taken: it may be a secret, and the name of a file without the "@" would
    pass for one.

    Raises:
        click.BadParameter: It is another text, which is not said, or a file that cannot be read.
    """
    if not value or value == "-" or value.startswith("@"):
        return file(ctx, parameter, value.removeprefix("@") if value else value)
    raise click.BadParameter("It is @file, or - for the standard input.")


def secret(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return a secret, for "-" a line of the standard input: other users see what is typed here."""
    if value != "-":
        return value
    if sys.stdin.isatty():
        return str(click.prompt(parameter.opts[0].strip("-"), hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def headers(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> list[dict[str, str]] | None:
    """Return headers as the API takes them.

    pulp-cli's own option echoes the values, and they may be secrets.

    Raises:
        click.BadParameter: One is not a name, a colon and a value.
    """
    if not values:
        return None
    found = []
    for value in filter(None, values):
        name, colon, text = value.partition(":")
        if not (name and colon and text):
            raise click.BadParameter("A header is <name>:<value>.")
        found.append({name: text.strip()})
    return found


def directories(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str] | None:
    """Return directories by module path, for texts `PATH=DIRECTORY`.

    Raises:
        click.BadParameter: One is not that, or a path has two directories.
    """
    if not values:
        return None
    found: dict[str, str] = {}
    for value in filter(None, values):
        path, equals, directory = value.partition("=")
        if not (path and equals):
            raise click.BadParameter(f"{value!r} is not <path>=<directory>.")
        if path in found:
            raise click.BadParameter(f"{path} is named twice.")
        found[path] = directory
    return found
