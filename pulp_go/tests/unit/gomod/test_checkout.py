"""What git writes for a blob; the expected bytes are those of git 2.39.5, as this writes them.

git -c core.autocrlf=input -c core.eol=lf archive --format=tar HEAD

with GIT_CONFIG_GLOBAL=/dev/null and GIT_CONFIG_NOSYSTEM=1, on a commit with the blob and a
`.gitattributes` of one line.
"""

import hashlib

import pytest

from pulp_go.gomod.checkout import Conversion, conversion, convert, may_convert
from pulp_go.gomod.errors import CheckoutError
from pulp_go.gomod.gitattributes import Attributes

CRLF = "text eol=crlf"
AUTO = "text=auto eol=crlf"
UTF16 = "working-tree-encoding=UTF-16"

# Attributes, a blob, the file.
FILES = [
    # Ends of lines.
    (CRLF, b"", b""),
    (CRLF, b"a", b"a"),
    (CRLF, b"\n", b"\r\n"),
    (CRLF, b"a\nb\n", b"a\r\nb\r\n"),
    (CRLF, b"a\r\nb\r\n", b"a\r\nb\r\n"),
    (CRLF, b"a\nb\r\nc\rd\r\r\n\n", b"a\r\nb\r\nc\rd\r\r\n\r\n"),
    (CRLF, b"\0\n\xff\n", b"\0\r\n\xff\r\n"),
    ("eol=crlf", b"\0a\n", b"\0a\r\n"),
    ("text=input eol=crlf", b"a\n", b"a\r\n"),
    ("text=other eol=crlf", b"a\n", b"a\r\n"),
    ("crlf eol=crlf", b"a\n", b"a\r\n"),
    ("crlf=input eol=crlf", b"a\n", b"a\r\n"),
    ("-crlf eol=crlf", b"a\n", b"a\n"),
    ("text -crlf eol=crlf", b"a\n", b"a\r\n"),
    ("-text crlf eol=crlf", b"a\n", b"a\n"),
    ("text=other -crlf eol=crlf", b"a\n", b"a\n"),
    ("binary eol=crlf", b"a\n", b"a\n"),
    ("crlf=auto eol=crlf", b"a\n", b"a\r\n"),
    ("crlf=auto eol=crlf", b"a\n\0", b"a\n\0"),
    ("text crlf=auto eol=crlf", b"a\n\0", b"a\r\n\0"),
    (AUTO, b"a\nb\n", b"a\r\nb\r\n"),
    (AUTO, b"a\nb\r\n", b"a\nb\r\n"),
    (AUTO, b"a\nb\r", b"a\nb\r"),
    (AUTO, b"a\n\0", b"a\n\0"),
    (AUTO, b"\xff\n", b"\xff\r\n"),
    (AUTO, b"\n", b"\r\n"),
    (AUTO, b"\x01\n", b"\x01\n"),
    (AUTO, b"\x7f\n", b"\x7f\n"),
    (AUTO, b"\x0b\n", b"\x0b\n"),
    (AUTO, b"\t\b\x0c\x1b\n", b"\t\b\x0c\x1b\r\n"),
    (AUTO, b"\x1a\n", b"\x1a\n"),
    (AUTO, b"\n\x1a", b"\r\n\x1a"),
    (AUTO, b"\n\x1a\x1a", b"\n\x1a\x1a"),
    (AUTO, b"a" * 127 + b"\x01\n", b"a" * 127 + b"\x01\n"),
    (AUTO, b"a" * 128 + b"\x01\n", b"a" * 128 + b"\x01\r\n"),
    (AUTO, b"a" * 128 + b"\x01\x01\n", b"a" * 128 + b"\x01\x01\n"),
    (AUTO, b"a" * 256 + b"\x01\x01\n", b"a" * 256 + b"\x01\x01\r\n"),
    # Ids.
    ("ident", b"", b""),
    ("ident", b"$Id$", b"$Id: @ $"),
    ("ident", b"a $Id$\n$Id$Id$\n", b"a $Id: @ $\n$Id: @ $Id$\n"),
    ("ident", b"$Id:$", b"$Id: @ $"),
    ("ident", b"$Id: $ $Id:  $ $Id:   $", b"$Id: @ $ $Id: @ $ $Id:   $"),
    ("ident", b"$Id: a $ $Id:a$ $Id: a$", b"$Id: @ $ $Id: @ $ $Id: @ $"),
    ("ident", b"$Id: a b $ $Id:a b$", b"$Id: a b $ $Id:a b$"),
    ("ident", b"$Id: a b $Id$", b"$Id: a b $Id: @ $"),
    ("ident", b"$Id: a\n$Id$", b"$Id: a\n$Id: @ $"),
    ("ident", b"$Id: a", b"$Id: a"),
    ("ident", b"$id$ $Idx$ Id$ $Id", b"$id$ $Idx$ Id$ $Id"),
    ("ident", b"\0$Id: \xff $\r", b"\0$Id: @ $\r"),
    ("ident=a", b"$Id$", b"$Id$"),
    ("-ident", b"$Id$", b"$Id$"),
    ("ident eol=crlf", b"$Id$\n$Id: \r$\n", b"$Id: @ $\r\n$Id: @ $\r\n"),
    # Encodings.
    (UTF16, b"", b""),
    (UTF16, b"a\n", b"\xff\xfea\0\n\0"),
    (UTF16 + "LE", b"a", b"a\0"),
    (UTF16 + "BE", b"a", b"\0a"),
    (UTF16 + "LE-BOM", b"a", b"\xff\xfea\0"),
    (UTF16 + "BE-BOM", b"a", b"\xfe\xff\0a"),
    ("working-tree-encoding=utf16", b"a", b"\xff\xfea\0"),
    ("working-tree-encoding=utf16le-bom", b"a", b"\xff\xfea\0"),
    ("working-tree-encoding=UTF-32", b"a", b"\xff\xfe\0\0a\0\0\0"),
    ("working-tree-encoding=UTF-32LE", b"a", b"a\0\0\0"),
    ("working-tree-encoding=UTF-32BE", b"a", b"\0\0\0a"),
    (UTF16, b"\xef\xbb\xbfa", b"\xff\xfe\xff\xfea\0"),
    (UTF16, "😀".encode(), b"\xff\xfe=\xd8\0\xde"),
    (UTF16, b"a\xff", b"a\xff"),
    (UTF16, b"\xed\xa0\x80", b"\xed\xa0\x80"),
    (UTF16 + " eol=crlf", b"a\n", b"\xff\xfea\0\r\0\n\0"),
    (UTF16 + " ident", b"$Id:$", "\ufeff$Id: @ $".encode("utf-16-le")),
    (UTF16 + "-LE", b"a", b"a"),
    ("working-tree-encoding=UTF-8", b"a\xff", b"a\xff"),
    ("working-tree-encoding=utf8", b"a", b"a"),
    ("working-tree-encoding=UTF-8-BOM", b"a", b"a"),
    ("working-tree-encoding=", b"a", b"a"),
    ("-working-tree-encoding", b"a", b"a"),
    ("working-tree-encoding=UTF-7", b"", b""),
    ("working-tree-encoding=UTF-7", b"\xff", b"\xff"),
    ("working-tree-encoding=ISO-8859-1", "é\n".encode(), b"\xe9\n"),
    ("working-tree-encoding=latin1", "é".encode(), b"\xe9"),
    ("working-tree-encoding=ISO8859-15", "€".encode(), b"\xa4"),
    ("working-tree-encoding=ISO8859-1", "€".encode(), "€".encode()),
    ("working-tree-encoding=CP1252", "€".encode(), b"\x80"),
    ("working-tree-encoding=windows-1251", "я".encode(), b"\xff"),
    ("working-tree-encoding=KOI8-R", "я".encode(), b"\xd1"),
    ("working-tree-encoding=CP437", "é".encode(), b"\x82"),
    ("working-tree-encoding=US-ASCII", "a\U000e0041".encode(), b"a"),
    ("working-tree-encoding=ASCII", "\u0661".encode(), "\u0661".encode()),
    ("working-tree-encoding=SHIFT_JIS", "日".encode(), b"\x93\xfa"),
    ("working-tree-encoding=SJIS", "日".encode(), b"\x93\xfa"),
    ("working-tree-encoding=EUC-JP", "日".encode(), b"\xc6\xfc"),
    ("working-tree-encoding=GBK", "日".encode(), b"\xc8\xd5"),
    ("working-tree-encoding=GB2312", "日".encode(), b"\xc8\xd5"),
    ("working-tree-encoding=CP949", "日".encode(), b"\xec\xed"),
    # What changes nothing.
    ("text", b"a\n\r\n", b"a\n\r\n"),
    ("text=auto", b"a\n", b"a\n"),
    ("crlf", b"a\n", b"a\n"),
    ("text eol=lf", b"a\r\n", b"a\r\n"),
    ("eol=CRLF", b"a\n", b"a\n"),
    ("eol", b"a\n", b"a\n"),
    ("-eol text", b"a\n", b"a\n"),
    ("filter=lfs diff=lfs merge=lfs -text", b"version 1\noid 2\n", b"version 1\noid 2\n"),
    ("binary", b"a\n", b"a\n"),
]


def written(words, blob):
    """Return what is written for a blob of a path that has the attributes `words`."""
    blob_id = hashlib.sha1(b"blob %d\0" % len(blob) + blob).hexdigest()
    attributes = Attributes({"": f"a {words}\n".encode()})
    found = conversion(attributes.of("a"))
    assert found is None or may_convert(attributes.settings)
    content = convert(blob, blob_id, found) if found else blob
    return content, blob_id


@pytest.mark.parametrize(("words", "blob", "expected"), FILES)
def test_files(words, blob, expected):
    content, blob_id = written(words, blob)
    for codec in ("ascii", "utf-16-le"):
        content = content.replace(blob_id.encode(codec), "@".encode(codec))
    assert content == expected


@pytest.mark.parametrize("words", ["text", "text=auto", "binary", "eol=lf", "-ident", "crlf", "x"])
def test_what_is_never_converted(words):
    attributes = Attributes({"": f"a {words}\n".encode()})
    assert not may_convert(attributes.settings)
    assert conversion(attributes.of("a")) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("text=auto eol=crlf ident", Conversion(ident=True, crlf=True, only_text=True)),
        ("text=auto ident", Conversion(ident=True)),
        ("working-tree-encoding=utf-16 eol=crlf", Conversion(crlf=True, encoding="UTF-16")),
    ],
)
def test_conversion(words, expected):
    assert conversion(Attributes({"": f"a {words}\n".encode()}).of("a")) == expected


def test_encoding_without_a_name():
    attributes = Attributes({"": b"a working-tree-encoding\n"})
    assert may_convert(attributes.settings)
    with pytest.raises(CheckoutError, match="true/false are no valid working-tree-encodings"):
        conversion(attributes.of("a"))


# What iconv may do otherwise than we could, or has no name for.
UNSUPPORTED = [
    "UTF-7", "UTF-16//IGNORE", "CP932", "EUC-KR", "GB18030", "ISO-8859-12", "ISO-8859-1\u0661",
    "CP125\u0661", "none", "ſhift_jis",
]  # fmt: skip


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_unsupported_encodings(name):
    with pytest.raises(CheckoutError, match="unsupported working-tree-encoding"):
        written(f"working-tree-encoding={name}", b"a\n")


def test_unsupported_newline():
    with pytest.raises(CheckoutError, match="unsupported"):
        convert(b"a", "", Conversion(encoding="ASCII\n"))


@pytest.mark.parametrize(("name", "text"), [("GBK", "€"), ("SJIS", "￠"), ("EUC-JP", "\x80")])
def test_unsupported_characters(name, text):
    with pytest.raises(CheckoutError, match=f"unsupported character .* '{name}'"):
        written(f"working-tree-encoding={name}", text.encode())
