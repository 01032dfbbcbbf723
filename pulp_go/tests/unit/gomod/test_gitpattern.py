"""Patterns and paths; which fit is what git 2.39.5 says, as in `test_gitattributes`."""

import pytest

from pulp_go.gomod import gitpattern


def is_fit(text, path):
    """Report whether the file `path`, from the directory of the pattern on, fits."""
    raw = path.encode()
    pattern = gitpattern.parse(text.encode())
    if pattern is None:
        return False
    return bool(pattern.matches(raw.rpartition(b"/")[2] if pattern.on_base else raw))


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
    paths = (fits + " " + fits_not).split()
    assert [path for path in paths if is_fit(pattern, path)] == fits.split()


# Bytes that stand between paths above, and those that are no UTF-8.
BYTES = [
    (b"a", b"a\n", False),
    (b"a\n", b"a\n", True),
    (b"a\n", b"a", False),
    (b"*", b"\n", True),
    (b"a?", b"a\n", True),
    (b"[!a]", b"\n", True),
    (b"a/**", b"a/b\n", True),
    (b"a/**/b", b"a/\n/b", True),
    (b"a b", b"a b", True),
    (b"\xff", b"\xff", True),
    (b"[\xfe-\xff]", b"\xff", True),
    (b"?", b"\xc3\xa9", False),
]


@pytest.mark.parametrize(("text", "path", "fits"), BYTES)
def test_bytes(text, path, fits):
    pattern = gitpattern.parse(text)
    assert bool(pattern.matches(path)) is fits


@pytest.mark.parametrize(
    ("text", "on_base"),
    [("a", True), ("*", True), ("**", True), ("/a", False), ("a/b", False), ("[/]", False)],
)
def test_what_a_pattern_is_held_against(text, on_base):
    assert gitpattern.parse(text.encode()).on_base is on_base


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
    found = {character for character in SAMPLE if is_fit(f"[[:{name}:]]", character)}
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


@pytest.mark.parametrize("text", ["a/", "/", "**/", "[", "a[", "a\\", "[[:foo:]]", "[a\n"])
def test_what_no_file_fits(text):
    assert gitpattern.parse(text.encode()) is None


def test_patterns_that_want_time():
    assert not is_fit("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", "a" * 4000)
    assert not is_fit("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b", "a/" * 500 + "a")
