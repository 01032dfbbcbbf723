r"""The syntax of go.mod: tokens, lines, blocks, comments and quoted strings.

    verb argument ... // comment
    verb (
        argument ...
    )

The text is UTF-8. A newline ends a line; blank, tab and carriage return separate tokens. A token is

* one of `( ) [ ] { } ,`;
* a string in `"` or in backquotes; in `"` a backslash escapes the next character;
* else a run of printable characters up to white space, one of the above, or `//`.

`//` begins a comment wherever a token might begin or go on, so `https://x` needs quotes. `/*` is an
error there. A quote inside a run belongs to it. Characters that do not print, a byte order mark
among them, are errors outside of strings and comments.

`(` at the end of a line begins a block, which `)` on a line of its own ends; `( )` at the end is an
empty block. Elsewhere they are tokens, and blocks do not nest. Comments on lines of their own
belong to the statement below them; at top level a blank line cuts that bond, in a block it counts
as one more, empty comment (but not where the block begins, nor alone where it ends).

Where we differ from Go: a byte that is no UTF-8 becomes U+FFFD, where Go keeps it in the text that
it returns (both take it for a printable character); and a comment behind a string that contains an
escaped newline belongs to its own line, where Go gives it to an earlier one.

Files are formatted in `modformat`.

https://go.dev/ref/mod#go-mod-file-lexical, https://go.dev/ref/mod#go-mod-file-grammar
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.unicode_tables import is_print

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space as `unicode.IsSpace`, which trims comments (`str.strip` alone trims more)."""

# Possessive quantifiers (`++`, `*+`) keep the time linear in the length of any text.
_TOKEN = re.compile(
    r"""
      (?P<blank> [ \t\r]++ )
    | (?P<newline> \n )
    | (?P<comment> //[^\n]*+ )
    | (?P<punctuation> [()\[\]{},] )
    | (?P<string> "(?: [^"\\\n] | \\. )*+" | `[^`\n]*+` )
    | (?P<word> (?!["`]) (?: [^\x00-\x20\x7f()\[\]{},/] | /(?![/*]) )++ )
    | (?P<fault> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(
    r"""
      (?P<plain> [^"\\\n]++ )
    | \\ (?P<letter> [abfnrtv\\"] )
    | \\ (?P<octal> [0-3][0-7]{2} )
    | \\x (?P<byte> [0-9A-Fa-f]{2} )
    | \\u (?P<short> (?! [Dd][89A-Fa-f] ) [0-9A-Fa-f]{4} )
    | \\U (?P<long> (?! 0000[Dd][89A-Fa-f] ) 00 (?: 0[0-9A-Fa-f] | 10 ) [0-9A-Fa-f]{4} )
    """,
    re.VERBOSE,
)
_LETTERS = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_ESCAPES = {char: f"\\{letter}" for letter, char in _LETTERS.items()}
_NEEDS_QUOTES = re.compile(r""" ["'`\ ] | // | /\* """, re.VERBOSE)
_PUNCTUATION = re.compile(r"[()\[\]{},]")


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, or one line of a block.

    Attributes:
        number: Its line in the file, counted from 1.
        tokens: Its tokens, at least one, strings with their quotes.
        before: The comments above it, each with its `//`; a blank line in a block is "".
        suffix: The comment at its end with its `//`, or "".
    """

    number: int
    tokens: tuple[str, ...]
    before: tuple[str, ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A statement of several lines in parentheses.

    Attributes:
        number: The line of its head, counted from 1.
        tokens: The tokens before the parenthesis, at least one.
        lines: What is inside.
        before: The comments above it, each with its `//`.
        opening: The comment behind the opening parenthesis with its `//`, or "".
        last: The comments above the closing one, each with its `//`; a blank line is "".
        suffix: The comment behind the closing one with its `//`, or "".
    """

    number: int
    tokens: tuple[str, ...]
    lines: tuple[Line, ...]
    before: tuple[str, ...] = ()
    opening: str = ""
    last: tuple[str, ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """Comments at top level that belong to no statement: each with its `//`, at least one."""

    comments: tuple[str, ...]


Statement = Line | Block | CommentBlock


def decode(data: bytes) -> str:
    """Return the text of `data`, each byte that is no UTF-8 as U+FFFD."""
    text = data.decode(errors="surrogateescape")
    return text if text.isascii() else re.sub("[\udc80-\udcff]", "\ufffd", text)


def parse(text: str, name: str) -> Iterator[Statement]:
    """Return the statements of the go.mod `text`.

    Args:
        text: The text as `decode` returns it.
        name: What messages call the file.

    Raises:
        ModFileError: The text is not of this syntax.
    """
    lines = _lines(text, name)
    before: list[str] = []
    for line in lines:
        if line.tokens:
            yield _statement(line, tuple(before), lines, name)
            before = []
        elif line.comment:
            before.append(line.comment)
        elif before:
            yield CommentBlock(tuple(before))
            before = []
    if before:
        yield CommentBlock(tuple(before))


class _PhysicalLine(NamedTuple):
    """A line of the file: a statement, a comment or nothing. A tuple, since there are many."""

    number: int
    tokens: tuple[str, ...]
    comment: str

    def below(self, before: Iterable[str]) -> Line:
        return Line(self.number, self.tokens, tuple(before), self.comment)


def _statement(
    line: _PhysicalLine, before: tuple[str, ...], following: Iterator[_PhysicalLine], name: str
) -> Line | Block:
    tokens = line.tokens
    if tokens[-1] == "(" and tokens[:-1]:
        return _block(line, before, following, name)
    if tokens[-2:] == ("(", ")") and tokens[:-2]:
        return Block(line.number, tokens[:-2], (), before, suffix=line.comment)
    return line.below(before)


def _block(
    head: _PhysicalLine, before: tuple[str, ...], following: Iterator[_PhysicalLine], name: str
) -> Block:
    lines: list[Line] = []
    above: list[str] = []
    for line in following:
        if line.tokens[:1] == (")",):
            if len(line.tokens) > 1:
                raise ModFileError(name, line.number, "expected newline after closing paren")
            last = () if above == [""] else tuple(above)
            tokens, opening, suffix = head.tokens[:-1], head.comment, line.comment
            return Block(head.number, tokens, tuple(lines), before, opening, last, suffix)
        if line.tokens:
            lines.append(line.below(above))
            above = []
        elif line.comment or ((lines or above) and above[-1:] != [""]):
            above.append(line.comment)
    raise ModFileError(name, head.number, "unterminated block")


def _lines(text: str, name: str) -> Iterator[_PhysicalLine]:
    number = 1
    tokens: list[str] = []
    comment = ""
    for kind, token in _tokens(text, name):
        if kind == "newline":
            yield _PhysicalLine(number, tuple(tokens), comment)
            # An escaped newline in a string does not end the line.
            number += 1 + "".join(tokens).count("\n")
            tokens, comment = [], ""
        elif kind == "comment":
            comment = token
        else:
            tokens.append(token)
    if tokens or comment:
        yield _PhysicalLine(number, tuple(tokens), comment)


def _tokens(text: str, name: str) -> Iterator[tuple[str | None, str]]:
    """Return the kind and the text of each token, comments and newlines too."""
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "fault" or (kind == "word" and not _prints(token)):
            at = found.start()
            raise ModFileError(name, text.count("\n", 0, at) + 1, _fault(text, at))
        if kind != "blank":
            yield kind, token


def _prints(word: str) -> bool:
    return word.isascii() or all(map(is_print, word))


def _fault(text: str, at: int) -> str:
    if text[at] in '"`':
        return "unterminated string"
    if text.startswith("/*", at):
        return "mod files must use // comments (not /* */ comments)"
    return f"unexpected input character near {text[at : at + 20]!r}"


def unquote(token: str) -> str | None:
    """Return the text that a quoted token stands for, or None if it is no valid literal.

    Escapes that make bytes which are no UTF-8 give U+FFFD.

    https://pkg.go.dev/strconv#Unquote
    """
    quote, body = token[:1], token[1:-1]
    if len(token) < 2 or not token.endswith(quote):
        return None
    if quote == "`":
        return None if "`" in body else body.replace("\r", "")
    return _unescape(body) if quote == '"' else None


def _unescape(body: str) -> str | None:
    pieces = []
    at = 0
    while at < len(body):
        found = _ESCAPE.match(body, at)
        if not found:
            return None
        pieces.append(_piece(found))
        at = found.end()
    return decode(b"".join(pieces))


def _piece(found: re.Match[str]) -> bytes:
    kind, text = found.lastgroup, found[found.lastgroup or 0]
    match kind:
        case "plain":
            return text.encode()
        case "letter":
            return _LETTERS[text].encode()
        case "octal":
            return bytes([int(text, 8)])
        case "byte":
            return bytes([int(text, 16)])
        case _:
            return chr(int(text, 16)).encode()


def auto_quote(text: str) -> str:
    """Return `text` as one token of a go.mod: in quotes if it has to be.

    https://pkg.go.dev/golang.org/x/mod/modfile#AutoQuote
    """
    punctuated = len(text) > 1 and _PUNCTUATION.search(text)
    plain = text and all(map(is_print, text)) and not _NEEDS_QUOTES.search(text)
    return text if plain and not punctuated else f'"{"".join(map(_escape, text))}"'


def _escape(char: str) -> str:
    """Return `char` as it stands between quotes.

    https://pkg.go.dev/strconv#Quote
    """
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    if is_print(char):
        return char
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
