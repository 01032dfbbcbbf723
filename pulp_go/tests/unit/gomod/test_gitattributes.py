"""Attributes of paths; the expected ones are those of git 2.39.5, as this prints them.

git check-attr --cached --stdin text eol crlf ident working-tree-encoding

with GIT_CONFIG_GLOBAL=/dev/null, GIT_CONFIG_NOSYSTEM=1 and GIT_ATTR_NOSYSTEM=1.
"""

import pytest

from pulp_go.gomod.gitattributes import Attributes

# The lines of the root's file, a path, what it has.
LINES = [
    ("", "a", {}),
    ("\n \n#a text\n  #a text\n", "a", {}),
    ("a", "a", {}),
    ("a text", "a", {"text": True}),
    ("a text\n", "a", {"text": True}),
    ("a text\n", "a\n", {}),
    ("a text\r\n", "a", {"text": True}),
    ("\t a \r\t text \r", "a", {"text": True}),
    ("a -text", "a", {"text": False}),
    ("a text=auto eol=crlf", "a", {"text": "auto", "eol": "crlf"}),
    ("a text=", "a", {"text": ""}),
    ("a text=a=b", "a", {"text": "a=b"}),
    ("a -text=auto", "a", {"text": False}),
    ("a text !text", "a", {}),
    ("a text -text", "a", {"text": False}),
    ("* text\na -text", "a", {"text": False}),
    ("* text\na -text", "b", {"text": True}),
    ("a -text\n* text", "a", {"text": True}),
    ("* text\na !text", "a", {}),
    ("a working-tree-encoding=UTF-16", "a", {"working-tree-encoding": "UTF-16"}),
    ("a diff filter=lfs text", "a", {"text": True}),
    ("a eol=\u0661", "a", {"eol": "\u0661"}),
    ("\u0661 text", "\u0661", {"text": True}),
    # One wrong name makes the line void.
    ("a text a*", "a", {}),
    ("a text -", "a", {}),
    ("a text --b", "a", {}),
    ("a text =b", "a", {}),
    ("a text \x0b", "a", {}),
    ("a text \u0661", "a", {}),
    ("a text .b", "a", {"text": True}),
    # Patterns.
    ("*.txt text", "a/b.txt", {"text": True}),
    ("a/*.txt text", "a/b.txt", {"text": True}),
    ("a/*.txt text", "b/a/b.txt", {}),
    ("a/ text", "a", {}),
    ("a/ text", "a/b", {}),
    ("[ text", "[", {}),
    ("!a text", "a", {}),
    ("!a text", "!a", {}),
    ("\\!a text", "!a", {"text": True}),
    # Quotes.
    ('"a b" text', "a b", {"text": True}),
    ('"a"text', "a", {"text": True}),
    ('"a\\tb\\"\\141\\\\" text', 'a\tb"a', {}),
    ('"a\\tb\\"\\141" text', 'a\tb"a', {"text": True}),
    ('"\\303\\251" text', "é", {"text": True}),
    ('"\\377" text', "\udcff", {"text": True}),
    ('"a text', '"a', {"text": True}),
    ('"\\x" text', '"\\x"', {}),
    ('"a\\000b" text', "a", {"text": True}),
    # The file is a text that ends at the first NUL, and a mark of UTF-8 is no mark.
    ("a text\0\nb text", "a", {"text": True}),
    ("a text\0\nb text", "b", {}),
    ("\ufeffa text", "a", {}),
    ("\ufeffa text", "\ufeffa", {"text": True}),
    # Long lines.
    ("a text" + " " * 2041, "a", {"text": True}),
    ("a text" + " " * 2042, "a", {}),
    (" " * 2041 + "a text", "a", {"text": True}),
    (" " * 2042 + "a text", "a", {}),
    ("a text" + " " * 2042 + "\na eol=lf", "a", {"eol": "lf"}),
    # Macros.
    ("a binary", "a", {"text": False}),
    ("a binary text", "a", {"text": True}),
    ("a text binary", "a", {"text": False}),
    ("a -binary", "a", {}),
    ("a binary=x", "a", {}),
    ("a binary\na !binary", "a", {}),
    ("a text\na binary", "a", {"text": False}),
    ("[attr]m text eol=lf\na m", "a", {"text": True, "eol": "lf"}),
    ("a m\n[attr]m text", "a", {"text": True}),
    ("[attr]m text\n[attr]m ident\na m", "a", {"ident": True}),
    ("[attr]m text\n[attr]n m -text ident\na n", "a", {"text": False, "ident": True}),
    ("[attr]m n\n[attr]n m text\na n", "a", {"text": True}),
    ("[attr]binary eol=lf\na binary", "a", {"eol": "lf"}),
    ("[attr]text eol=crlf\na text", "a", {"text": True, "eol": "crlf"}),
    ("[attr]m text\n* m\na -m", "a", {}),
    ("[attr]m* text\na m", "a", {}),
    ('"[attr]m n" text\na m', "a", {"text": True}),
    ("[attr] text", "a", {"text": True}),
    ("[attr] text", "b", {}),
    ("[attr]m text a*\na m", "a", {}),
]


@pytest.mark.parametrize(("lines", "path", "expected"), LINES)
def test_lines(lines, path, expected):
    assert Attributes({"": lines.encode()}).of(path) == expected


def test_bytes_that_are_no_utf8():
    attributes = Attributes({"": b"\xff eol=\xfe\n"})
    assert attributes.of("\udcff") == {"eol": "\udcfe"}


def test_files_of_directories():
    attributes = Attributes(
        {
            "": b"*.txt text\n/a/b.go eol=lf\n[attr]m ident\n",
            "a": b"*.txt -text\n/b.go eol=crlf\nc/*.txt eol=lf\n[attr]n ident\n* n m\n",
            "a/c": b"*.txt !text\n",
            "ab": b"* crlf\n",
        }
    )
    assert attributes.of("x.txt") == {"text": True}
    assert attributes.of("a/x.txt") == {"text": False, "ident": True}
    assert attributes.of("a/c/x.txt") == {"eol": "lf", "ident": True}
    assert attributes.of("a/b.go") == {"eol": "crlf", "ident": True}
    assert attributes.of("a/c/b.go") == {"ident": True}
    assert attributes.of("ab/x.txt") == {"text": True, "crlf": True}
    assert attributes.of("b/ab/x.txt") == {"text": True}


def test_file_that_is_too_large():
    lines = b"a text\n"
    large = lines + b" " * ((100 << 20) - len(lines))
    assert Attributes({"": large}).of("a") == {}
    assert Attributes({"": large[:-1]}).of("a") == {"text": True}


@pytest.mark.parametrize(
    ("lines", "settings"),
    [
        ("", set()),
        ("* diff\n", set()),
        ("* !text -eol\na/ ident\n[ ident\n", {("eol", False)}),
        ("*.png binary\n", {("text", False)}),
        ("[attr]m eol=crlf\n", set()),
        ("[attr]m n\n[attr]n m eol=crlf\n* m\n", {("eol", "crlf")}),
        ("[attr]m eol=crlf\n* -m\n", set()),
    ],
)
def test_settings(lines, settings):
    assert Attributes({"": lines.encode()}).settings == settings
