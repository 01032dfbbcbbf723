"""The start and end tags of a page, as Go's lenient XML decoder sees them.

`go` does not parse HTML. It reads a page with encoding/xml, not strict, a token at a time:

- attributes may go without quotes, if of the characters a-z A-Z 0-9 _ : and -, or without a value;
- entities that are not known, or not closed, stay as they are; the five of XML and those by number
  are resolved;
- tags need not match, and there may be several roots;
- but names, comments, quotes and the characters themselves must be right, so a script with a "<" in
  it is the end of the page.

Only UTF-8 and ASCII are read. Names are given without their prefix (`x:meta` is "meta").

https://pkg.go.dev/encoding/xml#Decoder
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn
from unicodedata import category

from pulp_go.gomod.errors import GoImportError

_SPACE = re.compile(rb"[ \t\r\n]*")
_NAME = re.compile(rb"[A-Za-z0-9_:.\-\x80-\xff]+")
_BARE = re.compile(rb"[A-Za-z0-9_:\-]*")
_COMMENT = re.compile(rb"(?:(?!--).)*+--", re.DOTALL)
_PROCESSING = re.compile(rb"(?:(?!\?>).)*+\?>", re.DOTALL)
_CDATA = re.compile(rb"(?:(?!\]\]>).)*+\]\]>", re.DOTALL)
_TEXT = re.compile(rb"[^<]*")
_QUOTED = {b'"': re.compile(rb'[^"<]*'), b"'": re.compile(rb"[^'<]*")}
_VERSION, _ENCODING = (
    re.compile(name + rb"=([\"'])(.*?)\1", re.DOTALL) for name in (b"version", b"encoding")
)
_IN_DIRECTIVE = re.compile(rb"<!--.*?-->|\"[^\"]*\"|'[^']*'|(?P<open><!--|[\"'])|[<>]", re.DOTALL)
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|apos|quot)|#([0-9]+)|#x([0-9a-fA-F]+));", re.ASCII)
_OPEN_REFERENCE = re.compile(rb"&(?:#[0-9]*|#x[0-9a-fA-F]*|[A-Za-z0-9_:.\-\x80-\xff]*)\Z")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHARSETS = {"utf-8", "ascii"}
_MOST_CODE_POINT = 0x10FFFF


class Tag(NamedTuple):
    """A start tag, or an end tag, which has no attributes.

    Attributes:
        name: The name without its prefix, as it is spelt.
        is_end: Whether it is an end tag.
        attributes: The names, without prefix, and values of the attributes, in their order.
    """

    name: str
    is_end: bool
    attributes: tuple[tuple[str, str], ...] = ()


def tags(page: bytes) -> Iterator[Tag]:
    """Yield the tags of `page`.

    Raises:
        GoImportError: The page goes on in a way that even a lenient reader does not take.
    """
    return _Reader(page).tags()


class _Reader:
    """Reads one page from its beginning to its end."""

    def __init__(self, page: bytes) -> None:
        self._page = page
        self._at = 0

    def tags(self) -> Iterator[Tag]:
        """Yield the tags."""
        while self._at < len(self._page):
            if not self._skips(b"<"):
                self._between_tags()
            elif self._skips(b"/"):
                yield self._end_tag()
            elif self._skips(b"?"):
                self._processing_instruction()
            elif self._skips(b"!"):
                self._declaration()
            else:
                tag, is_closed = self._start_tag()
                yield tag
                if is_closed:
                    yield Tag(tag.name, is_end=True)

    def _between_tags(self) -> None:
        text = self._take(_TEXT)
        if b"]]>" in text:
            self._fail("unescaped ]]> not in CDATA section")
        if _OPEN_REFERENCE.search(text):
            self._check_more()
        self._text(text)

    def _end_tag(self) -> Tag:
        name = self._name("expected element name after </")
        self._take(_SPACE)
        if not self._skips(b">"):
            self._fail(f"invalid characters between </{name} and >")
        return Tag(name, is_end=True)

    def _start_tag(self) -> tuple[Tag, bool]:
        """Return a start tag, and whether it is its own end tag."""
        name = self._name("expected element name after <")
        attributes: list[tuple[str, str]] = []
        while not self._skips_space_and(b">"):
            if self._skips(b"/"):
                self._check_more()
                if not self._skips(b">"):
                    self._fail("expected /> in element")
                return Tag(name, is_end=False, attributes=tuple(attributes)), True
            attribute = self._name("expected attribute name in element")
            self._take(_SPACE)
            value = self._value() if self._skips(b"=") else attribute
            attributes.append((attribute, value))
        return Tag(name, is_end=False, attributes=tuple(attributes)), False

    def _value(self) -> str:
        """Return the value of an attribute, whose "=" is behind."""
        self._take(_SPACE)
        self._check_more()
        for quote, pattern in _QUOTED.items():
            if self._skips(quote):
                text = self._take(pattern)
                self._check_more()
                if not self._skips(quote):
                    self._at += 1
                    self._fail("unescaped < inside quoted string")
                return self._text(text)
        return self._take(_BARE).decode("ascii")

    def _processing_instruction(self) -> None:
        target = self._name("expected target name after <?")
        text = self._up_to(_PROCESSING)
        if target != "xml":
            return
        version, charset = _declared(_VERSION, text), _declared(_ENCODING, text)
        if version not in {"", "1.0"}:
            raise GoImportError(
                f'xml: unsupported version "{version}"; only version 1.0 is supported'
            )
        if charset and charset.lower() not in _CHARSETS:
            raise GoImportError(
                f'xml: opening charset "{charset}": '
                f'can\'t decode XML document using charset "{charset}"'
            )

    def _declaration(self) -> None:
        """Pass over a comment, a CDATA section, or a directive such as a document type."""
        if self._skips(b"-"):
            if not self._skips(b"-"):
                self._fail("invalid sequence <!- not part of <!--")
            self._up_to(_COMMENT)
            if not self._skips(b">"):
                self._check_more()
                self._fail('invalid sequence "--" not allowed in comments')
        elif self._skips(b"["):
            if not self._skips(b"CDATA["):
                self._fail("invalid <![ sequence")
            text = self._up_to(_CDATA, "unexpected EOF in CDATA section")
            self._check_characters(self._utf8(text[:-3]))
        else:
            self._directive()

    def _directive(self) -> None:
        """Pass over a directive; there may be quotes, comments and others inside of it."""
        # The first character is not looked at, whatever it is.
        self._check_more()
        self._at += 1
        depth = 1
        while depth:
            found = _IN_DIRECTIVE.search(self._page, self._at)
            if found is None or found["open"]:
                self._at = len(self._page)
                self._fail("unexpected EOF")
            self._at = found.end()
            depth += {b"<": 1, b">": -1}.get(found[0], 0)

    def _name(self, otherwise: str) -> str:
        """Return the name that stands here, without its prefix."""
        self._check_more()
        found = _NAME.match(self._page, self._at)
        if found is None:
            self._fail(otherwise)
        self._at = found.end()
        name = found[0].decode("utf-8", "replace")
        self._check_more()
        if not _is_name(name):
            self._fail(f"invalid XML name: {name}")
        if name.count(":") > 1:
            self._fail(otherwise)
        prefix, _, local = name.partition(":")
        return local if prefix and local else name

    def _text(self, raw: bytes) -> str:
        """Return a text with its references resolved and its ends of lines made one."""
        text = self._utf8(raw).replace("\r\n", "\n").replace("\r", "\n")
        text = _REFERENCE.sub(_resolved, text)
        self._check_characters(text)
        return text

    def _utf8(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self._fail("invalid UTF-8")

    def _check_characters(self, text: str) -> None:
        """Refuse what is no character of XML."""
        if found := _ILLEGAL.search(text):
            self._fail(f"illegal character code U+{ord(found[0]):04X}")

    def _check_more(self) -> None:
        """Refuse a page that ends here."""
        if self._at >= len(self._page):
            self._fail("unexpected EOF")

    def _take(self, pattern: re.Pattern[bytes]) -> bytes:
        """Return what matches here, if only nothing, and pass over it."""
        found = pattern.match(self._page, self._at)
        if found is None:
            return b""
        self._at = found.end()
        return found[0]

    def _up_to(self, pattern: re.Pattern[bytes], otherwise: str = "unexpected EOF") -> bytes:
        """Return what matches here, which must not be nothing, and pass over it."""
        text = self._take(pattern)
        if not text:
            self._at = len(self._page)
            self._fail(otherwise)
        return text

    def _skips(self, what: bytes) -> bool:
        """Report whether `what` stands here, and pass over it if it does."""
        if not self._page.startswith(what, self._at):
            return False
        self._at += len(what)
        return True

    def _skips_space_and(self, what: bytes) -> bool:
        """Pass over space, and report whether `what` stands behind it and was passed over."""
        self._take(_SPACE)
        return self._skips(what)

    def _fail(self, what: str) -> NoReturn:
        line = 1 + self._page.count(b"\n", 0, self._at)
        raise GoImportError(f"XML syntax error on line {line}: {what}")


def _declared(pattern: re.Pattern[bytes], text: bytes) -> str:
    """Return what the head of an XML document declares, or ""."""
    found = pattern.search(text)
    return found[2].decode("utf-8", "replace") if found else ""


def _is_name(name: str) -> bool:
    """Report whether `name` is one of XML: letters, then digits and marks also.

    Letters are those of Unicode, which are more than XML's tables of 1998 have: a page with such a
    name has gone wrong for `go` by then, and its tags have no such names.
    """
    first, others = name[0], name[1:]
    return (first.isalpha() or first in "_:") and all(
        character in "_:.-" or category(character)[0] in "LM" or category(character) == "Nd"
        for character in others
    )


def _resolved(reference: re.Match[str]) -> str:
    """Return what a reference stands for; one to no character stays as it is."""
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _NAMED[name]
    digits = (decimal or hexadecimal).lstrip("0")
    code_point = (
        int(digits or "0", 10 if decimal else 16) if len(digits) < 8 else _MOST_CODE_POINT + 1
    )
    if code_point > _MOST_CODE_POINT:
        return reference[0]
    return "\ufffd" if 0xD800 <= code_point < 0xE000 else chr(code_point)
