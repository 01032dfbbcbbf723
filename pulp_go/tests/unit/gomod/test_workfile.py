import pytest

from pulp_go.gomod import workfile
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modfile import Godebug, Replace
from pulp_go.gomod.workfile import WorkFile

# As modfile.ParseWork reads them.
SAYS = [
    ("", WorkFile()),
    ("// only a comment\n", WorkFile()),
    ("go 1.21.0\n", WorkFile(go="1.21.0")),
    ("toolchain go1.21.3", WorkFile(toolchain="go1.21.3")),
    ("use ./a", WorkFile(uses=("./a",))),
    ("use .\r\nuse .\r\n", WorkFile(uses=(".", "."))),
    ('use (\n\t./a // why\n\n\t"./a b"\n\t../١\n)\n', WorkFile(uses=("./a", "./a b", "../١"))),
    ("use ()", WorkFile()),
    ("replace a.b/c => ../c", WorkFile(replaces=(Replace("a.b/c", "", "../c", ""),))),
    (
        "replace (\na.b/c v1 => d.e/f v1.2.3\n)",
        WorkFile(replaces=(Replace("a.b/c", "v1.0.0", "d.e/f", "v1.2.3"),)),
    ),
    (
        "godebug a=b\ngodebug (\nc=d\n)",
        WorkFile(godebugs=(Godebug("a", "b"), Godebug("c", "d"))),
    ),
    (
        "go 1.22\n\ntoolchain default\n\nuse ./a\n\nreplace a.b/c => ./c\n\ngodebug a=b\n",
        WorkFile(
            "1.22",
            "default",
            ("./a",),
            (Replace("a.b/c", "", "./c", ""),),
            (Godebug("a", "b"),),
        ),
    ),
]
# text, the line at fault, what is wrong
FAULTS = [
    ("go 1.21\ngo 1.22", 2, "go: repeated statement"),
    ("go 1.24.x", 1, "go: invalid go version"),
    ("go 1.٢", 1, "go: invalid go version"),
    ('go "1.21\n"', 1, "unterminated string"),
    ("go (\n1.21\n)", 1, "unknown block type: go"),
    ("toolchain default\n\ntoolchain default", 3, "toolchain: repeated statement"),
    ("toolchain go2", 1, "toolchain: expected one argument"),
    ("toolchain (\ndefault\n)", 1, "unknown block type: toolchain"),
    ("use", 1, "use: expected one argument"),
    ("use ./a ./b", 1, "use: expected one argument"),
    ("use (\n./a\n'./b'\n)", 3, "use: unquoted string cannot contain quote"),
    ("use ./a (\n)", 1, "unknown block type: use ./a"),
    ("replace a.b/c ../c", 1, "replace: expected"),
    ("godebug a", 1, "godebug: missing ="),
    ("module m", 1, "module: unknown directive"),
    ("require a.b/c v1.0.0", 1, "require: unknown directive"),
    ("require (\n)", 1, "unknown block type: require"),
    ("\n\nuse (\n./a", 3, "unterminated block"),
    ("\0", 1, "unexpected input character"),
]


@pytest.mark.parametrize(("text", "says"), SAYS)
def test_parse(text, says):
    assert workfile.parse(text.encode()) == says


@pytest.mark.parametrize(("text", "line", "reason"), FAULTS)
def test_faults(text, line, reason):
    with pytest.raises(ModFileError) as caught:
        workfile.parse(text.encode(), "w/go.work")
    assert (caught.value.name, caught.value.line) == ("w/go.work", line)
    assert caught.value.reason.startswith(reason)
