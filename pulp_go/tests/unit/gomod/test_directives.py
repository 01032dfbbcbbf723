import pytest

from pulp_go.gomod import directives
from pulp_go.gomod.directives import DirectiveError

# function, its arguments, what they say
SAYS = [
    (directives.string, ["a"], "a"),
    (directives.string, ['"a b"'], "a b"),
    (directives.string, ["١"], "١"),
    (directives.toolchain, ["default"], "default"),
    (directives.toolchain, ["go1.21.0-custom"], "go1.21.0-custom"),
    (directives.godebug, ["a=b=c"], ("a", "b=c")),
    (directives.godebug, ["a="], ("a", "")),
    (directives.module_version, ["a.b/c", "v1"], ("a.b/c", "v1.0.0")),
    (directives.module_version, ['"a.b/c/v2"', "v2.1.0+meta"], ("a.b/c/v2", "v2.1.0")),
    (directives.replace, ["a.b/c", "=>", "./c"], ("a.b/c", "", "./c", "")),
    (
        directives.replace,
        ["a.b/c", "v1", "=>", "d.e/f", "v2"],
        ("a.b/c", "v1.0.0", "d.e/f", "v2.0.0"),
    ),
]
# function, its arguments, what is wrong
FAULTS = [
    (directives.string, [], "expected one argument"),
    (directives.string, ["a", "b"], "expected one argument"),
    (directives.string, ['"a\n"'], "invalid quoted string"),
    (directives.string, ["`a`"], "cannot contain quote"),
    (directives.toolchain, [], "expected one argument"),
    (directives.toolchain, ["go2"], "expected one argument"),
    (directives.toolchain, ["default\n"], "expected one argument"),
    (directives.godebug, ["a"], "missing ="),
    (directives.godebug, ["a='b'"], "without quotes"),
    (directives.module_version, ["a.b/c"], "expected module/path"),
    (directives.module_version, ["a.b/c", "v2.0.0"], "should be v0 or v1, not v2"),
    (directives.module_version, ["a.b/c", "v1.2.٣"], "must be of the form v1.2.3"),
    (directives.module_version, ["a.b/c", '"v1.2.3\\n"'], "must be of the form v1.2.3"),
    (directives.module_version, ["a.b/c/v1", "v1.0.0"], "invalid module path"),
    (directives.replace, ["a.b/c", "./c"], "expected module/path"),
    (directives.replace, ["a.b/c", "=>", "./c", "v1.0.0"], "cannot have version"),
    (directives.replace, ["a.b/c", "=>", "d.e/f"], "must be a directory"),
    (directives.replace, ["a.b/c", "=>", ".\\c"], "is a Windows path"),
]
# argument of `go`, read strictly and laxly (None: it is none)
GO_VERSIONS = [
    ("1.21", "1.21", "1.21"),
    ("1.21rc1", "1.21rc1", "1.21rc1"),
    ("1.24.x", None, "1.24"),
    ("1.21\n", None, "1.21"),
    ("1.٢", None, None),
]


@pytest.mark.parametrize(("function", "arguments", "says"), SAYS)
def test_says(function, arguments, says):
    assert function(arguments) == says


@pytest.mark.parametrize(("function", "arguments", "reason"), FAULTS)
def test_faults(function, arguments, reason):
    with pytest.raises(DirectiveError, match=reason):
        function(arguments)


@pytest.mark.parametrize(("argument", "strict", "lax"), GO_VERSIONS)
def test_go_version(argument, strict, lax):
    for is_strict, wanted in ((True, strict), (False, lax)):
        if wanted is None:
            with pytest.raises(DirectiveError, match="invalid go version"):
                directives.go_version([argument], strict=is_strict)
        else:
            assert directives.go_version([argument], strict=is_strict) == wanted


@pytest.mark.parametrize("arguments", [[], ["1.21", "1.22"]])
def test_one_go_version(arguments):
    with pytest.raises(DirectiveError, match="exactly one"):
        directives.go_version(arguments, strict=False)


def test_once():
    assert directives.once(None, "") == ""
    with pytest.raises(DirectiveError, match="repeated"):
        directives.once("", "a")
