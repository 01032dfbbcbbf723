import pytest

from pulp_go.gomod import pathmatch

# The rows are those of the documentation of path.Match, and its syntax.
MATCHES = [
    ("", ""),
    ("abc", "abc"),
    ("*", ""),
    ("*", "abc"),
    ("**", "abc"),
    ("*c", "abc"),
    ("a*", "a"),
    ("a*", "abc"),
    ("a*/b", "abc/b"),
    ("a*b*c*d*e*/f", "axbxcxdxe/f"),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f"),
    ("a*b?c*x", "abxbbxdbxebxczzx"),
    ("ab[c]", "abc"),
    ("ab[b-d]", "abc"),
    ("ab[^e-g]", "abc"),
    ("a\\*b", "a*b"),
    ("a\\b", "ab"),
    ("a?b", "a☺b"),
    ("a[^a]b", "a☺b"),
    ("[a-ζ]*", "α"),
    ("[\\]a]", "]"),
    ("[\\-]", "-"),
    ("[x\\-]", "-"),
    ("[*]", "*"),
    ("[[]", "["),
    ("[^b-a]", "c"),
    ("[b-ac]", "c"),
    ("[/]", "/"),
    ("a]", "a]"),
    ("a\nb", "a\nb"),
    ("a*", "a\n"),
    ("?", "\n"),
    ("١*", "١2"),
]

DIFFER = [
    ("", "a"),
    ("a", ""),
    ("a", "a\n"),
    ("a?", "a"),
    ("[0-9]", "١"),
    ("*", "a/b"),
    ("a*", "ab/c"),
    ("a*/b", "a/c/b"),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/fff"),
    ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f"),
    ("a*b?c*x", "abxbbxdbxebxczzy"),
    ("ab[e-g]", "abc"),
    ("ab[^c]", "abc"),
    ("ab[^b-d]", "abc"),
    ("a\\*b", "ab"),
    ("a???b", "a☺b"),
    ("a[^a][^a][^a]b", "a☺b"),
    ("*[a-ζ]*", "A"),
    ("a?b", "a/b"),
    ("*x", "xxy"),
    ("[b-a]", "a"),
    ("[!a]", "b"),
]

FAULTY = [
    "[]a]",
    "[-]",
    "[x-]",
    "[-x]",
    "[a-b-c]",
    "[",
    "[^",
    "[^]",
    "[^bc",
    "[a",
    "a[",
    "a[b\\",
    "\\",
    "a\\",
    "a*[",
    "[]",
    "[a\n",
    "[١",
]


@pytest.mark.parametrize(("pattern", "name"), MATCHES)
def test_match(pattern, name):
    assert pathmatch.is_valid(pattern)
    assert pathmatch.match(pattern, name)


@pytest.mark.parametrize(("pattern", "name"), DIFFER)
def test_no_match(pattern, name):
    assert pathmatch.is_valid(pattern)
    assert not pathmatch.match(pattern, name)


@pytest.mark.parametrize("pattern", FAULTY)
def test_a_faulty_pattern_matches_nothing(pattern):
    assert not pathmatch.is_valid(pattern)
    assert not pathmatch.match(pattern, pattern)
    assert not pathmatch.match(pattern, "a")


def test_many_stars_do_not_take_for_ever():
    assert not pathmatch.match("*a" * 30 + "b", "a" * 3000)
