"""GOVCS: reading and deciding."""

import pytest

from pulp_go.gomod import govcs
from pulp_go.gomod.errors import GOVCSError
from pulp_go.gomod.govcs import Rule

RULES = [
    ("", ()),
    (" ", ()),
    ("a:git", (Rule("a", ("git",)),)),
    (
        " a.example/* : git | hg ,public:off",
        (Rule("a.example/*", ("git", "hg")), Rule("public", ("off",))),
    ),
    ("a:b:c", (Rule("a", ("b:c",)),)),
    ("١:git\n", (Rule("١", ("git",)),)),
]
FAULTS = [
    (",", "empty entry in GOVCS"),
    ("x:y,\n", "empty entry in GOVCS"),
    ("x", 'malformed entry in GOVCS (missing colon): "x"'),
    (":y", 'empty pattern in GOVCS: ":y"'),
    (" :y", 'empty pattern in GOVCS: ":y"'),
    ("x: ", 'empty VCS list in GOVCS: "x:"'),
    ("x:|", 'empty VCS name in GOVCS: "x:|"'),
    ("x:y| |z", 'empty VCS name in GOVCS: "x:y| |z"'),
    (".:y", 'relative pattern not allowed in GOVCS: "."'),
    ("..:y", 'relative pattern not allowed in GOVCS: ".."'),
    ("./x:y", 'relative pattern not allowed in GOVCS: "./x"'),
    ("../x:y", 'relative pattern not allowed in GOVCS: "../x"'),
    ("x:y,z:y,x:z", 'unreachable pattern in GOVCS: "x:z" after "x:y"'),
]
DECISIONS = [
    ("", "a.example", "git", False, True),
    ("", "a.example", "hg", False, True),
    ("", "a.example", "svn", False, False),
    ("", "a.example", "svn", True, True),
    ("", "a.example", "mod", False, True),
    ("public:off", "a.example", "git", False, False),
    ("public:off", "a.example", "mod", False, True),
    ("public:off", "a.example", "git", True, True),
    ("private:git", "a.example", "hg", True, False),
    ("a.example:svn", "a.example/b", "svn", False, True),
    ("a.example:svn", "b.example/b", "svn", False, False),
    ("*/b:off,a.example:all", "a.example/b/c", "git", False, False),
    ("a.example/c:off,a.example:all", "a.example/b", "fossil", False, True),
    ("a.example:git", "a.example\n", "svn", False, False),
]


@pytest.mark.parametrize(("text", "rules"), RULES)
def test_parse(text, rules):
    assert govcs.parse(text) == rules


@pytest.mark.parametrize(("text", "reason"), FAULTS)
def test_parse_refuses(text, reason):
    with pytest.raises(GOVCSError) as caught:
        govcs.parse(text)
    assert caught.value.reason == str(caught.value) == reason


@pytest.mark.parametrize(("text", "path", "vcs", "private", "allowed"), DECISIONS)
def test_allows(text, path, vcs, private, allowed):
    rules = govcs.parse(text) + govcs.DEFAULT
    assert govcs.allows(rules, path, vcs, private=private) == allowed


def test_what_no_rule_is_for_is_not_allowed():
    assert not govcs.allows((), "a.example", "git", private=True)
    assert govcs.allows((), "a.example", "mod", private=False)
