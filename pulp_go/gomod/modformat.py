"""The layout in which Go writes go.mod and go.work.

    // comment
    module example.com/m // suffix

    require (
            example.com/a v1.0.0

            // comment
            example.com/b v1.0.0 // indirect
    )

Statements, and comments that belong to none, are separated by one blank line. Tokens are separated
by one blank, but none stands behind an opening bracket or before a closing one or a comma. The
lines of a block are indented by one tab; blank lines between them stay, several as one. Comments
stay where they are, but before a closing parenthesis they are not indented. An empty block has two
lines.

`format` lays out any file of the syntax and leaves tokens as they are. `format_go_mod` takes the
quotes from those that do not need them as well, which takes knowing that they are strings: the
file has to parse strictly.

Where we differ from Go: bytes that are no UTF-8 (see `modsyntax`); versions stay as they are
written, where Go makes `v1` into `v1.0.0`; and quotes stay around what would be read as something
else without, a parenthesis or `=>`, where Go takes them and breaks the file.

https://pkg.go.dev/golang.org/x/mod/modfile#Format
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pulp_go.gomod import modfile, modsyntax
from pulp_go.gomod.modsyntax import SPACE, Block, CommentBlock, Line, Statement

_OPENING = frozenset("([{")
_CLOSING = frozenset(")]},")
# Tokens that mean something by themselves.
_SIGNS = _OPENING | _CLOSING | {"=>"}


def format(statements: Iterable[Statement]) -> bytes:
    """Return the text of a file that has these `statements`.

    https://pkg.go.dev/golang.org/x/mod/modfile#Format
    """
    lines: list[str] = []
    for statement in statements:
        if lines:
            lines.append("")
        lines.extend(_lines(statement))
    return "".join(f"{line}\n" for line in lines).encode()


def format_go_mod(data: bytes, name: str = "go.mod") -> bytes:
    """Return the go.mod `data` as `go mod edit -fmt` lays it out.

    Args:
        data: The file.
        name: What messages call it.

    Raises:
        ModFileError: The file does not parse strictly (`modfile.parse`).
    """
    modfile.parse(data, name)
    return format(map(_unquoted, modsyntax.parse(modsyntax.decode(data), name)))


def _lines(statement: Statement) -> Iterator[str]:
    match statement:
        case CommentBlock(comments):
            yield from _comments(comments)
        case Line():
            yield from _line(statement)
        case _:
            yield from _comments(statement.before)
            yield _end(f"{_tokens(statement.tokens)} (", statement.opening)
            for line in statement.lines:
                yield from (text and f"\t{text}" for text in _line(line))
            yield from _comments(statement.last)
            yield _end(")", statement.suffix)


def _line(line: Line) -> Iterator[str]:
    yield from _comments(line.before)
    yield _end(_tokens(line.tokens), line.suffix)


def _comments(comments: Iterable[str]) -> Iterator[str]:
    return (comment.strip(SPACE) for comment in comments)


def _end(text: str, suffix: str) -> str:
    return f"{text} {suffix.strip(SPACE)}" if suffix else text


def _tokens(tokens: Sequence[str]) -> str:
    spaced = [tokens[0]]
    for before, token in zip(tokens, tokens[1:], strict=False):
        spaced.append(token if before in _OPENING or token in _CLOSING else f" {token}")
    return "".join(spaced)


def _unquoted(statement: Statement) -> Statement:
    """Return `statement` with no quotes but those that are needed."""
    match statement:
        case Line(tokens=tokens):
            return replace(statement, tokens=tuple(map(_plain, tokens)))
        case Block(lines=lines):
            plain = (replace(line, tokens=tuple(map(_plain, line.tokens))) for line in lines)
            return replace(statement, lines=tuple(plain))
    return statement


def _plain(token: str) -> str:
    text = modsyntax.unquote(token) if token.startswith('"') else None
    return token if text is None or text in _SIGNS else modsyntax.auto_quote(text)
