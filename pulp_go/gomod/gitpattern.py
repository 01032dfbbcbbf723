r"""Patterns of paths as git reads them in `.gitattributes`.

    *            any number of bytes but "/"
    ?            one byte but "/"
    [a-z]        one byte of the set but "/"; [!a-z] and [^a-z] one that is neither in it nor "/"
    [[:alpha:]]  one byte of the class, in ASCII, alone or with others in the set
    **/          any directories or none, at the beginning or behind a "/"
    **           anything, at the end, behind a "/" or alone
    \c           the byte c itself

A pattern without "/" is held against the last element of the path, any other against the path from
the directory of its file on, and a leading "/" only marks it as such. One that ends in "/" fits
directories only, so never a file, and what is in a directory takes nothing from it.

All is bytes, and case matters. Stars elsewhere are as one, but those right behind the text with
which a pattern begins are read as if they began it. In a set, a "]" that comes first is a byte as
any other, as is a "-" that makes no range, and a range down, `[c-a]`, has its first byte only. A
pattern fits nothing if a set in it does not end or names a class that there is not, or if it ends
in a backslash.

Left out: the "!" at the beginning, which is of `.gitignore` and makes a line of `.gitattributes`
void before its pattern is read.

https://git-scm.com/docs/gitignore#_pattern_format, https://git-scm.com/docs/gitattributes
"""

import re
from collections.abc import Callable
from typing import NamedTuple

# What a pattern consists of, beside expressions that stand for one byte each.
_STAR = b"*"
_DIRECTORIES = b"**/"
_ANYTHING = b"**"

_FIXED = re.compile(rb"[^*?\[\\]*")
_STARS = re.compile(rb"\*+")
_CLASS_NAME = re.compile(rb"\[:([^\]]*):\]")
_CLASSES = {
    b"alnum": rb"[0-9A-Za-z]",
    b"alpha": rb"[A-Za-z]",
    b"blank": rb"[ \t]",
    b"cntrl": rb"[\x00-\x1f\x7f]",
    b"digit": rb"[0-9]",
    b"graph": rb"[!-~]",
    b"lower": rb"[a-z]",
    b"print": rb"[ -~]",
    b"punct": rb"[!-/:-@\[-`{-~]",
    b"space": rb"[ \t\n\r]",
    b"upper": rb"[A-Z]",
    b"xdigit": rb"[0-9A-Fa-f]",
}


class Pattern(NamedTuple):
    """What a pattern is held against, and how.

    Attributes:
        matches: Returns something true for what it fits, as `re.Pattern.fullmatch` does.
        on_base: Whether that is the last element of a path, or else the path from the directory of
            the pattern's file on.
    """

    matches: Callable[[bytes], object]
    on_base: bool


def parse(text: bytes) -> Pattern | None:
    """Return the pattern that `text` is, or None if no file fits it."""
    if text.endswith(b"/"):
        return None
    on_base = b"/" not in text
    expression = _translate(text if on_base else text.removeprefix(b"/"))
    if expression is None:
        return None
    return Pattern(re.compile(expression, re.DOTALL).fullmatch, on_base)


def _translate(pattern: bytes) -> bytes | None:
    """Return the regular expression of what `pattern` fits, or None if it fits nothing.

    A star takes as little as it can and, unless it is the last one of its run, never gives it
    back: what follows up to the next star can not fit better further on. So no pattern takes more
    time than its length times that of the path.
    """
    tokens = _tokenize(pattern)
    if tokens is None:
        return None
    first, *runs = _split(tokens, _DIRECTORIES)
    expressions = [_translate_run(first)]
    expressions += (rb"(?:.*?/)??" + _translate_run(run) for run in runs)
    return b"".join([expressions[0], *map(_atomic, expressions[1:-1]), *expressions[1:][-1:]])


def _translate_run(tokens: list[bytes]) -> bytes:
    """Return the expression of what stands between two of `_DIRECTORIES`."""
    end = b""
    if tokens[-1:] == [_ANYTHING]:
        end = rb".*"
        tokens = tokens[:-1]
    first, *segments = map(b"".join, _split(tokens, _STAR))
    middle = [_atomic(rb"[^/]*?" + segment) for segment in segments[:-1]]
    last = [rb"[^/]*" + segment for segment in segments[-1:]]
    return b"".join([first, *middle, *last, end])


def _atomic(expression: bytes) -> bytes:
    return rb"(?>" + expression + rb")"


def _split(tokens: list[bytes], separator: bytes) -> list[list[bytes]]:
    parts: list[list[bytes]] = [[]]
    for token in tokens:
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _tokenize(pattern: bytes) -> list[bytes] | None:
    """Return the parts of `pattern`, or None if it fits nothing.

    Stars behind fixed text count as those at the beginning of the pattern, so that `a**/b` fits
    `ax/y/b`: git compares the text first and then holds the rest of the pattern against the rest.
    """
    fixed = _FIXED.match(pattern)
    start = at = fixed.end() if fixed else 0
    tokens = [re.escape(pattern[:start])]
    while at < len(pattern):
        match pattern[at : at + 1]:
            case b"*":
                new, at = _read_stars(pattern, at, at == start or pattern[at - 1 : at] == b"/")
                tokens += new
                continue
            case b"?":
                token: bytes | None = rb"[^/]"
            case b"[":
                token, at = _read_set(pattern, at)
            case b"\\":
                at += 1
                token = re.escape(pattern[at : at + 1]) or None
            case byte:
                token = re.escape(byte)
        if token is None:
            return None
        tokens.append(token)
        at += 1
    return tokens


def _read_stars(pattern: bytes, start: int, at_boundary: bool) -> tuple[list[bytes], int]:
    """Return what the stars at `start` stand for, and the index behind it."""
    stars = _STARS.match(pattern, start)
    assert stars
    end = stars.end()
    if end - start == 1 or not at_boundary:
        return [_STAR], end
    if end == len(pattern):
        return [_ANYTHING], end
    if pattern.startswith(b"/", end):
        return [_DIRECTORIES], end + 1
    if pattern.startswith(b"\\/", end):
        return [_STAR, b"/", _DIRECTORIES], end + 2
    return [_STAR], end


def _read_set(pattern: bytes, start: int) -> tuple[bytes | None, int]:
    """Return the expression of the set that begins at `start`, and the index of its "]".

    It is None if the set does not end, or names a class that there is not.
    """
    at = start + 1
    is_negated = pattern[at : at + 1] in (b"!", b"^")
    at += is_negated
    items: list[bytes] = []
    lowest = -1
    while True:
        at, item, lowest = _read_item(pattern, at, lowest)
        if item is None:
            return None, at
        items.append(item)
        if pattern.startswith(b"]", at):
            break
    union = b"|".join(items)
    return (rb"(?!/|" + union + rb")." if is_negated else rb"(?!/)(?:" + union + rb")"), at


def _read_item(pattern: bytes, at: int, lowest: int) -> tuple[int, bytes | None, int]:
    """Return the index behind one item of a set, its expression, and what a range may begin with.

    Args:
        pattern: The pattern.
        at: The index of the item.
        lowest: The byte before it, with which a range begins if a "-" follows, or -1.
    """
    name = _CLASS_NAME.match(pattern, at)
    if name:
        return name.end(), _CLASSES.get(name[1]), -1
    byte, end = _read_byte(pattern, at)
    if byte < 0:
        return end, None, -1
    is_range = pattern.startswith(b"-", at) and lowest >= 0
    if is_range and pattern[end : end + 1] not in (b"", b"]"):
        highest, end = _read_byte(pattern, end)
        if highest < 0:
            return end, None, -1
        return end, _range(lowest, highest), -1
    return end, re.escape(bytes([byte])), byte


def _read_byte(pattern: bytes, at: int) -> tuple[int, int]:
    """Return the byte at `at`, or behind a backslash there, and the index after it.

    Where the pattern ends, the byte is -1.
    """
    at += pattern.startswith(b"\\", at)
    return (pattern[at], at + 1) if at < len(pattern) else (-1, at)


def _range(lowest: int, highest: int) -> bytes:
    if lowest > highest:
        return rb"(?!)"
    return rb"[\x%02x-\x%02x]" % (lowest, highest)
