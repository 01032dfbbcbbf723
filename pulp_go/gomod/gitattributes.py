"""Attributes that git gives to paths: reading the `.gitattributes` of a tree.

    # a comment
    *.txt  text eol=crlf -ident !working-tree-encoding
    [attr]odd  -text ident

A line is a pattern and what it sets: an attribute is set (`text`), unset (`-text`), has a value
(`eol=crlf`), or is unspecified again (`!text`). Between them are blanks, tabs and carriage returns.
For every attribute of a path **the last line that fits decides**, and within the line the last
word; the file of a deeper directory comes after those of the directories above. What is right of
the `=` stays as it is. One bad name of an attribute makes the whole line void, as does a pattern
that begins with "!". A pattern with blanks stands in quotes, with the escapes of C. All is bytes.

What a pattern fits is told in `gitpattern`. It is held against paths from the directory of its
file on.

A *macro* is an attribute that brings others: where it is set, and by the rule above it decides,
its own words are read as if they stood in its place. Only the file of the root may define macros
(`[attr]name words`), the last definition holds for all lines, and there is one from the beginning:
`[attr]binary -diff -merge -text`.

A line of 2,048 bytes and more is void, and so is a file of 100 MiB and more.

Left out: attributes that no change of content depends on; attributes of the machine
(`core.attributesFile`, `info/attributes`), of which a repository on its way knows nothing.

https://git-scm.com/docs/gitattributes
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pulp_go.gomod import gitpattern

Value = str | bool | None
"""What an attribute is: its value, set, unset, or unspecified."""

ATTRIBUTES = ("crlf", "eol", "ident", "text", "working-tree-encoding")
"""The attributes that are looked for."""

_MAX_LINE = 2048
MAX_FILE = 100 << 20
"""The bytes from which on a file is void."""
_BLANK = b" \t\r\n"
_MACRO = b"[attr]"
_NAME = re.compile(rb"[A-Za-z0-9_.][-A-Za-z0-9_.]*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\[abfnrtv"\\]|\\[0-3][0-7]{2})*)"', re.DOTALL)
_ESCAPED = re.compile(rb'\\(?:([abfnrtv"\\])|([0-3][0-7]{2}))')
_ESCAPES = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))
_WORD = re.compile(rb"[^ \t\r\n]+")

_State = tuple[str, Value]


class _Line(NamedTuple):
    """What one line says: whom it is about, a pattern or a macro's name, and its words."""

    subject: bytes
    is_macro: bool
    states: tuple[_State, ...]


class _Rule(NamedTuple):
    """A line with a pattern that some file may fit."""

    pattern: gitpattern.Pattern
    states: tuple[_State, ...]


class Attributes:
    """The attributes of the paths of one tree.

    Args:
        files: The bytes of each `.gitattributes` of the tree, by the path of its directory, which
            is "" for the root.

    Attributes:
        settings: Everything that a path of this tree may have of `ATTRIBUTES`. If nothing in it
            is of interest, no path need be asked for.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        lines = {
            directory: list(_read_lines(data, macros=not directory))
            for directory, data in files.items()
        }
        self._macros: dict[str, tuple[_State, ...]] = {
            "binary": (("diff", False), ("merge", False), ("text", False))
        }
        for line in lines.get("", ()):
            if line.is_macro:
                self._macros[line.subject.decode()] = line.states
        relevant = self._relevant()
        self._rules = {
            _raw(directory): list(_rules(found, relevant)) for directory, found in lines.items()
        }
        self.settings = frozenset(self._settings())

    def of(self, path: str) -> dict[str, Value]:
        """Return what of `ATTRIBUTES` the file `path` has. What is missing is unspecified.

        Args:
            path: The path from the root of the tree on, with bytes that are not UTF-8 as
                surrogates.
        """
        raw = _raw(path)
        base = raw[raw.rfind(b"/") + 1 :]
        found: dict[str, Value] = {}
        for directory in _directories_above(raw):
            rest = raw[len(directory) + 1 :] if directory else raw
            for rule in self._rules.get(directory, ()):
                if rule.pattern.matches(base if rule.pattern.on_base else rest):
                    self._apply(rule.states, found)
        return {name: found[name] for name in ATTRIBUTES if found.get(name) is not None}

    def _apply(self, states: Iterable[_State], found: dict[str, Value]) -> None:
        """Add to `found` what is not decided yet; the last of `states` comes first."""
        waiting = list(states)
        while waiting:
            name, value = waiting.pop()
            if name not in found:
                found[name] = value
                if value is True:
                    waiting += self._macros.get(name, ())

    def _relevant(self) -> set[str]:
        """Return the names of `ATTRIBUTES` and of the macros that lead to them."""
        users: dict[str, set[str]] = {}
        for macro, states in self._macros.items():
            for name, _ in states:
                users.setdefault(name, set()).add(macro)
        relevant = set(ATTRIBUTES)
        waiting = list(ATTRIBUTES)
        while waiting:
            new = users.get(waiting.pop(), set()) - relevant
            relevant |= new
            waiting += new
        return relevant

    def _settings(self) -> Iterator[_State]:
        used = {state for rules in self._rules.values() for rule in rules for state in rule.states}
        waiting = list(used)
        while waiting:
            name, value = waiting.pop()
            if name in ATTRIBUTES and value is not None:
                yield name, value
            if value is True:
                new = set(self._macros.get(name, ())) - used
                used |= new
                waiting += new


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _directories_above(path: bytes) -> Iterator[bytes]:
    """Return the directories that `path` lies in, the innermost first and the root, "", last."""
    end = path.rfind(b"/")
    while end > 0:
        yield path[:end]
        end = path.rfind(b"/", 0, end)
    yield b""


def _rules(lines: Iterable[_Line], relevant: set[str]) -> Iterator[_Rule]:
    """Return the rules of one file that matter, the last one first."""
    for line in reversed([*lines]):
        states = tuple(state for state in line.states if state[0] in relevant)
        if line.is_macro or not states:
            continue
        pattern = gitpattern.parse(line.subject)
        if pattern:
            yield _Rule(pattern, states)


# --- Lines -----------------------------------------------------------------------------------


def _read_lines(data: bytes, *, macros: bool) -> Iterator[_Line]:
    """Return the lines of a file that say something; those of macros only with `macros`."""
    if len(data) >= MAX_FILE:
        return
    # To git the file is a text that ends at the first NUL.
    for text in data.partition(b"\0")[0].split(b"\n"):
        line = _read_line(text)
        if line and (macros or not line.is_macro):
            yield line


def _read_line(text: bytes) -> _Line | None:
    """Return what a line says, or None if it is void."""
    stripped = text.lstrip(_BLANK)
    if not stripped or stripped.startswith(b"#") or len(text) >= _MAX_LINE:
        return None
    subject, words = _split_subject(stripped)
    is_macro = subject.startswith(_MACRO) and subject != _MACRO
    if is_macro:
        subject = subject.removeprefix(_MACRO).strip(_BLANK).partition(b" ")[0]
    if subject.startswith(b"!") or (is_macro and not _NAME.fullmatch(subject)):
        return None
    states = [_read_state(word) for word in _WORD.findall(words)]
    if None in states:
        return None
    return _Line(subject, is_macro, tuple(state for state in states if state))


def _split_subject(text: bytes) -> tuple[bytes, bytes]:
    """Return the pattern or the name of a macro with which a line begins, and its words."""
    quoted = _QUOTED.match(text)
    if quoted:
        # To git a pattern ends at the first NUL, as all its texts do.
        return _ESCAPED.sub(_unescape, quoted[1]).partition(b"\0")[0], text[quoted.end() :]
    word = _WORD.match(text)
    assert word
    return word[0], text[word.end() :]


def _unescape(escaped: re.Match[bytes]) -> bytes:
    letter, octal = escaped.groups()
    return bytes([_ESCAPES[letter[0]] if letter else int(octal, 8)])


def _read_state(word: bytes) -> _State | None:
    """Return what a word says of which attribute, or None if it is no name of one."""
    sign = word[:1]
    if sign in (b"-", b"!"):
        word = word[1:]
    name, equals, value = word.partition(b"=")
    if not _NAME.fullmatch(name):
        return None
    if sign == b"-":
        return name.decode(), False
    if sign == b"!":
        return name.decode(), None
    return name.decode(), value.decode("utf-8", "surrogateescape") if equals else True
