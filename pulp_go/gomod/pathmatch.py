r"""Glob patterns as Go's `path.Match` reads them.

    *        any number of characters but "/"
    ?        one character but "/"
    [a-z]    one character of the class; [^a-z] one that is not in it
    \c       the character c itself
    c        the character c

A pattern has to match the whole name. One with a fault in its syntax (a class that is empty or not
closed, a range without an end, a backslash at the end) matches nothing. Python's `fnmatch` is
another language: its `*` crosses "/", it negates with "!" and has no escape.

https://pkg.go.dev/path#Match
"""

import re
from functools import lru_cache

_CLASS_MEMBER = r"(?:\\.|[^\\\]-])"
_TOKEN = re.compile(
    r"(?P<star>\*+)"
    r"|(?P<one>\?)"
    rf"|\[(?P<negated>\^?+)(?P<members>(?:{_CLASS_MEMBER}(?:-{_CLASS_MEMBER})?)+)\]"
    r"|\\(?P<escaped>.)"
    r"|(?P<plain>[^*?\[\\])",
    re.DOTALL,
)
_MEMBER = re.compile(rf"({_CLASS_MEMBER})(?:-({_CLASS_MEMBER}))?", re.DOTALL)


def is_valid(pattern: str) -> bool:
    """Report whether the syntax of `pattern` is without fault."""
    return _compile(pattern) is not None


def match(pattern: str, name: str) -> bool:
    """Report whether `pattern` matches the whole of `name`; a faulty pattern matches nothing."""
    compiled = _compile(pattern)
    return compiled is not None and compiled.fullmatch(name) is not None


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str] | None:
    chunks = [""]
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return None
        if token["star"]:
            chunks.append("")
        else:
            chunks[-1] += _one_character(token)
        position = token.end()
    return re.compile(_expression(chunks), re.DOTALL)


def _expression(chunks: list[str]) -> str:
    """Return the expression for `chunks` with a star between each two.

    What follows a star is taken where it first matches, and never tried again further on: that is
    what Go does, and what keeps the time from growing exponentially with the number of stars.
    """
    first, *others = chunks
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{chunk})" for chunk in middle) + f"[^/]*?{last}"


def _one_character(token: re.Match[str]) -> str:
    if token["one"]:
        return "[^/]"
    if token["members"]:
        return _character_class(token["members"], negated=token["negated"] != "")
    return re.escape(token["escaped"] or token["plain"])


def _character_class(members: str, *, negated: bool) -> str:
    ranges = [(low[-1], (high or low)[-1]) for low, high in _MEMBER.findall(members)]
    # A range that runs backwards is no fault in Go: it holds nothing.
    held = [f"{re.escape(low)}-{re.escape(high)}" for low, high in ranges if low <= high]
    if not held:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{''.join(held)}]"
