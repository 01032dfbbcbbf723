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


# A pattern, paths that it fits, paths that it does not fit.
PATTERNS = [
    ("a", "a b/a b/c/a", "ab A b a/b"),
    ("/a", "a", "b/a a/b"),
    ("a/", "", "a a/b"),
    ("a/b", "a/b", "c/a/b a/b/c ab"),
    ("/a/b", "a/b", "c/a/b"),
    ("*", "a .a a/b", ""),
    ("*.go", "a.go .go a/b.go", "a.go/b a.GO ago"),
    ("a*b", "ab axb c/axxb", "a/b axbc"),
    ("a*b*c", "abc abbc axbxbxc", "acb abcd"),
    ("a?b", "axb", "ab a/b axxb aéb"),
    ("a??b", "aéb axxb", "axb"),
    ("/*", "a .b", "a/b"),
    ("a/*", "a/b", "a a/b/c c/a/b"),
    ("a/*/b", "a/x/b", "a/b a/x/y/b"),
    ("a/*b/c", "a/b/c a/xb/c", "a/bx/c a/x/b/c"),
    ("*/a", "b/a", "a b/c/a"),
    ("**/a", "a b/a b/c/a", "ab b/ab"),
    ("**/a/b", "a/b x/a/b x/y/a/b", "b x/b xa/b"),
    ("a/**", "a/b a/b/c", "a b/a/c"),
    ("a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb a/b/c"),
    ("a/**/b/**/c", "a/b/c a/x/b/y/c a/b/b/c", "a/c a/b/x/d a/cb"),
    ("a/**/*.go", "a/x.go a/b/c/x.go", "x.go a/x.c"),
    ("***/a", "a b/c/a", "ba"),
    ("a**/b", "ax/b a/b ab axx/y/b", "a c/ab"),
    ("/a**", "a ab a/b", "b"),
    ("a**c", "ac abc", "a/c"),
    ("x/a?**/b", "x/ab/b x/abb/b", "x/a/b x/ab/c/b"),
    ("a/**\\/b", "a/x/b a/x/y/b", "a/b"),
    ("\\a", "a", "\\a"),
    ("\\*", "*", "a"),
    ("\\!a", "!a", "a"),
    ("!a", "", "a !a"),
    ("a\\", "", "a a\\"),
    ("[ab]", "a b", "c ab [ab]"),
    ("[a-c]x", "ax bx cx", "dx -x"),
    ("[!a]", "b ]", "a"),
    ("[^a]", "b ^", "a"),
    ("[]a]", "] a", "b"),
    ("[!]a]", "b", "] a"),
    ("[a-]", "a -", "b"),
    ("[-a]", "a -", "b"),
    ("[c-a]", "c", "a b -"),
    ("[\\]a]", "] a", "\\"),
    ("[a\\-c]", "a - c", "b"),
    ("[a-\\c]", "a b c", "d \\"),
    ("[a-c-e]", "a b c - e", "d"),
    ("[[:digit:]a]", "1 a", "b : \u0661"),
    ("[![:digit:]]", "a", "1"),
    ("[[:digit:]-z]", "1 - z", "a"),
    ("[[:foo:]]", "", "f o : a"),
    ("[[:digit]", ": d [", "1 ]"),
    ("[[:]", "[ :", "a"),
    ("[a", "", "a [a"),
    ("[a-", "", "a [a-"),
    ("[a\\", "", "a"),
    ("[a-\\", "", "a"),
    ("[", "", "["),
    ("x[a/b]c", "xac", "x/c"),
    ("a[!b]c/d", "axc/d", "abc/d a/c/d"),
    ("\u0661", "\u0661", "1"),
]


@pytest.mark.parametrize(("pattern", "fits", "fits_not"), PATTERNS)
def test_patterns(pattern, fits, fits_not):
    attributes = Attributes({"": f"{pattern} text\n".encode()})
    paths = (fits + " " + fits_not).split()
    assert [path for path in paths if attributes.of(path)] == fits.split()


CLASSES = {
    "alnum": "059AZaz",
    "alpha": "AZaz",
    "blank": " \t",
    "cntrl": "\x01\x1f\t\n\x7f",
    "digit": "059",
    "graph": "!05AZaz~",
    "lower": "az",
    "print": " !05AZaz~",
    "punct": "!`~@[_",
    "space": " \t\n\r",
    "upper": "AZ",
    "xdigit": "059AFaf",
}
SAMPLE = [*"\x01\t\n\x0b\x0c\r\x1f !059@AFZ[_`afz~\x7f", "\u0661"]


@pytest.mark.parametrize("name", CLASSES)
def test_classes(name):
    attributes = Attributes({"": f"[[:{name}:]] text\n".encode()})
    found = {character for character in SAMPLE if attributes.of(character)}
    every = {*CLASSES[name]} | ({*SAMPLE} & EVERY.get(name, set()))
    assert found == every & {*SAMPLE}


# What else of the sample is in a class.
EVERY = {
    "alnum": {*"Ff"},
    "alpha": {*"Ff"},
    "cntrl": {*"\x0b\x0c\r"},
    "graph": {*"9@F[_`f"},
    "lower": {*"f"},
    "print": {*"9@F[_`f"},
    "upper": {*"F"},
}


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


def test_patterns_that_want_time():
    many = Attributes({"": b"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab text\n"})
    assert not many.of("a" * 4000)
    deep = Attributes({"": b"**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b text\n"})
    assert not deep.of("a/" * 500 + "a")
