r"""What git makes of a blob when it writes the file: as `go` has it done for the zip of a version.

The files of a module zip are those that `git archive` writes, with `core.autocrlf=input` and
`core.eol=lf` and whatever the machine is set to otherwise. Three things change their bytes, in
this order:

1. `ident`: `$Id$`, and `$Id: anything $` on one line, become `$Id: <id of the blob> $`. A text
   with blanks in its midst is the mark of another system and stays.
2. `eol=crlf`: a newline without a carriage return gets one. Not with `-text`; and with `text=auto`
   only in a text that has no carriage return yet and seems to be none of bytes: no NUL, and at
   most one byte in 128 that is not printed. `crlf` is an old name of `text`.
3. `working-tree-encoding`: the text, which is UTF-8 in the blob, is encoded. What is no UTF-8, or
   has characters that the encoding has not, stays as it is. UTF-8 is no encoding to git, and with
   a name that is none nothing happens; but where it is set without a name, git gives up on all.

Without `eol=crlf`, `text` changes nothing, on whatever machine. `export-ignore` and `export-subst`
do nothing either, as `go` switches them off, and filters are those of the machine: of an LFS file
the pointer is what counts.

git encodes with iconv, which knows over a thousand names. We know the encodings for which Python
does the same, and refuse the others: no zip is better than one with other bytes.

https://git-scm.com/docs/gitattributes, https://pkg.go.dev/cmd/go/internal/modfetch/codehost
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulp_go.gomod.errors import CheckoutError
from pulp_go.gomod.gitattributes import Value

_ID = re.compile(rb"\$Id(?::(?:[^$\n](?:[^ $\n]*[^$\n])?)?)?\$")
# What git takes for not printed: control characters but for \b, \t, \n, \f, \r and escape.
_UNPRINTED = bytes({*range(0x20), 0x7F} - set(b"\b\t\n\f\r\x1b"))
_END_OF_FILE = b"\x1a"

# The bytes before the text, and the codec. Without BE or LE it is that of nearly all machines.
_UNICODE = {
    "UTF-16": (b"\xff\xfe", "utf-16-le"),
    "UTF-16LE": (b"", "utf-16-le"),
    "UTF-16BE": (b"", "utf-16-be"),
    "UTF-16LE-BOM": (b"\xff\xfe", "utf-16-le"),
    "UTF-16BE-BOM": (b"\xfe\xff", "utf-16-be"),
    "UTF-32": (b"\xff\xfe\x00\x00", "utf-32-le"),
    "UTF-32LE": (b"", "utf-32-le"),
    "UTF-32BE": (b"", "utf-32-be"),
}
_SIMPLE = re.compile(
    r"""
      (?:US-)? ASCII
    | ISO-?8859- (?: [1-9] | 1[013-6] )
    | LATIN1
    | CP (?: 437 | 737 | 775 | 85[02578] | 86[0-69] | 874 | 949 | 125[0-467] )
    | WINDOWS-125[0-467]
    | KOI8-[RU]
    | GB2312
    """,
    re.ASCII | re.VERBOSE,
)
# In these iconv has a few characters that Python has not.
_CLOSE = frozenset(("EUC-JP", "GBK", "SHIFT_JIS", "SJIS"))
# iconv leaves them out where the encoding has no place for them.
_TAGS = dict.fromkeys(range(0xE0000, 0xE0080))


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is done to the blobs of some paths.

    Attributes:
        ident: Whether the ids of blobs are put in.
        crlf: Whether newlines get carriage returns.
        only_text: Whether they do only in what seems to be text.
        encoding: The name of the encoding in upper case, or "".
    """

    ident: bool = False
    crlf: bool = False
    only_text: bool = False
    encoding: str = ""


def may_convert(settings: Iterable[tuple[str, Value]]) -> bool:
    """Report whether any path with some of these attributes and values may be converted."""
    return any(
        (name, value) in (("eol", "crlf"), ("ident", True)) or name == "working-tree-encoding"
        for name, value in settings
    )


def conversion(attributes: Mapping[str, Value]) -> Conversion | None:
    """Return what is done to the blob of a path with these attributes, or None if nothing is.

    Args:
        attributes: As `gitattributes.Attributes.of` returns them.

    Raises:
        CheckoutError: git cannot write such a file, nor any other one with it.
    """
    text = _text(attributes.get("text")) or _text(attributes.get("crlf"))
    crlf = attributes.get("eol") == "crlf" and text != "no"
    encoding = _encoding(attributes.get("working-tree-encoding"))
    found = Conversion(attributes.get("ident") is True, crlf, crlf and text == "auto", encoding)
    return None if found == Conversion() else found


def convert(content: bytes, blob_id: str, conversion: Conversion) -> bytes:
    """Return the file that git writes for a blob.

    Args:
        content: The blob.
        blob_id: Its id, in hex.
        conversion: What is to be done.

    Raises:
        CheckoutError: We cannot encode it as git does.
    """
    if conversion.ident:
        content = _ID.sub(f"$Id: {blob_id} $".encode(), content)
    if conversion.crlf and not (conversion.only_text and _is_left_alone(content)):
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _encode(content, conversion.encoding) if conversion.encoding else content


def _text(value: Value) -> str:
    """Return what `text` or `crlf` says: "yes", "no", "auto", or "" if that is nothing."""
    match value:
        case True | "input":
            return "yes"
        case False:
            return "no"
        case "auto":
            return "auto"
        case _:
            return ""


def _is_left_alone(content: bytes) -> bool:
    """Report whether `text=auto` leaves the ends of lines as they are."""
    if b"\r" in content or b"\0" in content:
        return True
    printed = len(content.translate(None, _UNPRINTED + b"\n"))
    unprinted = len(content) - printed - content.count(b"\n")
    return printed >> 7 < unprinted - content.endswith(_END_OF_FILE)


def _encoding(value: Value) -> str:
    """Return the encoding that `working-tree-encoding` names, or "" if nothing is encoded."""
    if value is True:
        raise CheckoutError("true/false are no valid working-tree-encodings")
    name = value or ""
    if name.isascii():
        name = name.upper()
    if not name.startswith("UTF"):
        return name
    # Of Unicode's the dash is left out as well, and beside these iconv has only UTF-7.
    name = "UTF-" + name.removeprefix("UTF").removeprefix("-")
    return name if name in _UNICODE or name.startswith("UTF-7") or "/" in name else ""


def _encode(content: bytes, encoding: str) -> bytes:
    """Return a blob as iconv would encode it, or as it is where iconv would fail."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    if not text:
        return content
    if encoding in _UNICODE:
        mark, codec = _UNICODE[encoding]
        return mark + text.encode(codec)
    if not (_SIMPLE.fullmatch(encoding) or encoding in _CLOSE):
        raise CheckoutError(f"unsupported working-tree-encoding {encoding!r}")
    try:
        return text.translate(_TAGS).encode(encoding)
    except UnicodeEncodeError:
        if encoding in _CLOSE:
            reason = f"unsupported character for working-tree-encoding {encoding!r}"
            raise CheckoutError(reason) from None
        return content
