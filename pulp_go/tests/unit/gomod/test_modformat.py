import pytest

from pulp_go.gomod import modformat, modsyntax
from pulp_go.gomod.errors import ModFileError

# text, and as modfile.Format prints it
LAID_OUT = [
    ("", ""),
    ("\n\n", ""),
    ("a", "a\n"),
    ("a\r\n\r\n\r\nb", "a\n\nb\n"),
    (" a\t b  // c \n", "a b // c\n"),
    ("a//c", "a //c\n"),
    ("a ١ //\x85١ \n", "a ١ //\x85١\n"),
    ("a\n// b\n", "a\n\n// b\n"),
    ("\n// a\n  //b \t\n\n\n// c\nd\n", "// a\n//b\n\n// c\nd\n"),
    ('"a"  `b c`', '"a" `b c`\n'),
    ("a [ b , c ] { d } ( e ) f ,", "a [b, c] {d} (e) f,\n"),
    ("a b(c", "a b (c\n"),
    ("( a", "(a\n"),
    (") a", ") a\n"),
    ("a ()", "a (\n)\n"),
    ("a ( ) // b", "a (\n) // b\n"),
    ("a ( // b\n) // c\nd", "a ( // b\n) // c\n\nd\n"),
    (
        "// a\nb c (\n\n\nd\n\n\n // e\nf  g // h\n\n)",
        "// a\nb c (\n\td\n\n\t// e\n\tf g // h\n)\n",
    ),
    ("a (\nb\n // c\n)", "a (\n\tb\n// c\n)\n"),
    ("a (\nb\n\n // c\n\n\n)\nd", "a (\n\tb\n\n// c\n\n)\n\nd\n"),
    ("a (\n// b\n\n// c\nd\n)", "a (\n\t// b\n\n\t// c\n\td\n)\n"),
]


@pytest.mark.parametrize(("text", "laid_out"), LAID_OUT)
def test_format(text, laid_out):
    for each in (text, laid_out):
        assert modformat.format(modsyntax.parse(each, "go.mod")) == laid_out.encode()


# text, and as `go mod edit -fmt` prints it
GO_MODS = [
    ('module "a.b/c"', "module a.b/c\n"),
    ("// Deprecated: no.\nmodule m", "// Deprecated: no.\nmodule m\n"),
    ('// "a"\n\nmodule "m"', '// "a"\n\nmodule m\n'),
    ('module "a b"', 'module "a b"\n'),
    ('module "a\\n\\u0661"', 'module "a\\n١"\n'),
    ("go 1.21\ntoolchain default", "go 1.21\n\ntoolchain default\n"),
    (
        'require ( // a\n"a.b/c"   "v1.0.0" // indirect\n)',
        "require ( // a\n\ta.b/c v1.0.0 // indirect\n)\n",
    ),
    ('replace "a" v1.0.0 => "./a,b"', 'replace a v1.0.0 => "./a,b"\n'),
    ('retract [ "v1.0.0" , "v1.1.0" ]', "retract [v1.0.0, v1.1.0]\n"),
]
# Where Go takes the quotes, and what it prints says something else or nothing.
QUOTED = [
    'tool "("\n',
    'tool (\n\t")"\n)\n',
    'replace "=>" => ./x\n',
]


@pytest.mark.parametrize(("text", "formatted"), GO_MODS)
def test_format_go_mod(text, formatted):
    assert modformat.format_go_mod(text.encode()) == formatted.encode()


@pytest.mark.parametrize("text", QUOTED)
def test_quotes_stay_where_they_are_needed(text):
    assert modformat.format_go_mod(text.encode()) == text.encode()


def test_versions_stay_as_they_are_written():
    assert modformat.format_go_mod(b"require a.b/c v1") == b"require a.b/c v1\n"


@pytest.mark.parametrize("text", ["unknown x", "go 1.١", "module (\nm"])
def test_format_go_mod_reads_strictly(text):
    with pytest.raises(ModFileError) as caught:
        modformat.format_go_mod(text.encode(), "m/go.mod")
    assert caught.value.name == "m/go.mod"
