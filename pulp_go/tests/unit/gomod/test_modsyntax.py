import pytest

from pulp_go.gomod import modsyntax
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modsyntax import Block, CommentBlock, Line


def parse(text):
    return list(modsyntax.parse(text, "go.mod"))


TOKENS = [
    ("a b", ["a", "b"]),
    ("\t a\r\n", ["a"]),
    ("a\tb\rc", ["a", "b", "c"]),
    ("a[b]c{d}e,(f)", ["a", "[", "b", "]", "c", "{", "d", "}", "e", ",", "(", "f", ")"]),
    ("a=>b => c", ["a=>b", "=>", "c"]),
    ('a "b c" `d e`', ["a", '"b c"', "`d e`"]),
    (r'"a\"b" c', [r'"a\"b"', "c"]),
    (r'"a\\" c', [r'"a\\"', "c"]),
    ('"a\\\nb" c', ['"a\\\nb"', "c"]),
    ("`a\\`", ["`a\\`"]),
    ('"a"b', ['"a"', "b"]),
    ('"//" "/*"', ['"//"', '"/*"']),
    ("a\"b a`b a'b 'a'", ['a"b', "a`b", "a'b", "'a'"]),
    ("./a /", ["./a", "/"]),
    ("a\\b", ["a\\b"]),
    ("日本 é١ \ufffd", ["日本", "é١", "\ufffd"]),
    ("( a", ["(", "a"]),
    ("a ( b", ["a", "(", "b"]),
    ("a () b", ["a", "(", ")", "b"]),
    ("(", ["("]),
    ("()", ["(", ")"]),
    (") a", [")", "a"]),
]


@pytest.mark.parametrize(("text", "tokens"), TOKENS)
def test_tokens(text, tokens):
    (line,) = parse(text)
    assert line == Line(1, tuple(tokens))


STATEMENTS = [
    ("", []),
    ("\n\n", []),
    ("// only a comment", [CommentBlock(("// only a comment",))]),
    ("\n//a\n  // b \n\n\n//c\n", [CommentBlock(("//a", "// b ")), CommentBlock(("//c",))]),
    ("a\nb\n", [Line(1, ("a",)), Line(2, ("b",))]),
    ("a\r\nb\r\n", [Line(1, ("a",)), Line(2, ("b",))]),
    ("a// b // c", [Line(1, ("a",), (), "// b // c")]),
    ("a //", [Line(1, ("a",), (), "//")]),
    ("https://a", [Line(1, ("https:",), (), "//a")]),
    ("\n//a\n  // b\nc", [Line(4, ("c",), ("//a", "// b"))]),
    ("// a\n\n// b\nc", [CommentBlock(("// a",)), Line(4, ("c",), ("// b",))]),
    ("// a\n \nc", [CommentBlock(("// a",)), Line(3, ("c",))]),
    ("a\n// b ١", [Line(1, ("a",)), CommentBlock(("// b ١",))]),
    ("a // b\nc", [Line(1, ("a",), (), "// b"), Line(2, ("c",))]),
    ('"\\\n\\\n"\na', [Line(1, ('"\\\n\\\n"',)), Line(4, ("a",))]),
    ("a ()", [Block(1, ("a",), ())]),
    ("// c\na ( ) // d", [Block(2, ("a",), (), ("// c",), suffix="// d")]),
    ("a (\n)", [Block(1, ("a",), ())]),
    ("a ( // b\n)\n// c", [Block(1, ("a",), (), opening="// b"), CommentBlock(("// c",))]),
    ("a (\n\n\n) // b\n", [Block(1, ("a",), (), suffix="// b")]),
    ("a (\nb\n\n\n)", [Block(1, ("a",), (Line(2, ("b",)),))]),
    ("a (\n// b\n\n)", [Block(1, ("a",), (), last=("// b", ""))]),
    ("a b ( (\n)", [Block(1, ("a", "b", "("), ())]),
    ("( ()", [Block(1, ("(",), ())]),
    (
        "// c\na ( // d\n\tb c // e\n\t(\n\td (\n) // f\ng",
        [
            Block(
                2,
                ("a",),
                (
                    Line(3, ("b", "c"), (), "// e"),
                    Line(4, ("(",)),
                    Line(5, ("d", "(")),
                ),
                ("// c",),
                "// d",
                (),
                "// f",
            ),
            Line(7, ("g",)),
        ],
    ),
    (
        "a (\n\n\n// b\nc\n\n\nd\n// e\n\n\n// f\n\ng\n\n// h\n)",
        [
            Block(
                1,
                ("a",),
                (
                    Line(5, ("c",), ("// b",)),
                    Line(8, ("d",), ("",)),
                    Line(14, ("g",), ("// e", "", "// f", "")),
                ),
                last=("", "// h"),
            )
        ],
    ),
]


@pytest.mark.parametrize(("text", "statements"), STATEMENTS)
def test_statements(text, statements):
    assert parse(text) == statements


FAULTS = [
    ('a\n"b', 2, "unterminated string"),
    ('a "b\n"', 1, "unterminated string"),
    ('"a\\', 1, "unterminated string"),
    ("`a\n`", 1, "unterminated string"),
    ("a\n\n/* b */", 3, "must use // comments"),
    ("a/*b*/", 1, "must use // comments"),
    ("\ufeffmodule m", 1, "unexpected input character"),
    ("module m\n\0", 2, "unexpected input character"),
    ("a\x7f", 1, "unexpected input character"),
    ("a\x0bb", 1, "unexpected input character"),
    ("a\xa0b", 1, "unexpected input character"),
    ("a\u2028", 1, "unexpected input character"),
    ("a\n\nb (\nc\n", 3, "unterminated block"),
    ("b (", 1, "unterminated block"),
    ("b (\nc\n) d\n", 3, "expected newline after closing paren"),
]


@pytest.mark.parametrize(("text", "number", "reason"), FAULTS)
def test_faults(text, number, reason):
    with pytest.raises(ModFileError, match=reason) as caught:
        parse(text)
    assert (caught.value.name, caught.value.line) == ("go.mod", number)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\n", "a\r\n"),
        ("é".encode(), "é"),
        (b"a\xff\xe2\x82b", "a\ufffd\ufffd\ufffdb"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_decode(data, text):
    assert modsyntax.decode(data) == text


# As strconv.Unquote answers, None for its error.
UNQUOTED = [
    ('""', ""),
    ('"a b"', "a b"),
    ("``", ""),
    ("`a\\n\"b'`", "a\\n\"b'"),
    ("`a\r\nb`", "a\nb"),
    (r'"\a\b\f\n\r\t\v\\\""', '\a\b\f\n\r\t\v\\"'),
    (r'"\x41\101\u0041\U00000041é"', "AAAAé"),
    (r'"\xc3\xa9 \303\251"', "é é"),
    (r'"\xff\377\x00"', "\ufffd\ufffd\0"),
    (r'"\uffff\U0010ffff"', "\uffff\U0010ffff"),
    (r'"\ud7ff\ue000"', "\ud7ff\ue000"),
    ('"\'"', "'"),
    ('"١"', "١"),
    ("", None),
    ('"', None),
    ("`", None),
    ("a", None),
    ("aa", None),
    ("'a'", None),
    ('"a', None),
    ('"a"\n', None),
    ("\"a'", None),
    ("`a`b`", None),
    ('"a"b"', None),
    ('"a\nb"', None),
    ('"\\\n"', None),
    (r'"\""b', None),
    ('"\\"', None),
    ('"\\\'"', None),
    (r'"\z"', None),
    (r'"\x4"', None),
    (r'"\x4g"', None),
    (r'"\u004"', None),
    (r'"\u٤٤٤٤"', None),
    (r'"\ud800"', None),
    (r'"\uDFFF"', None),
    (r'"\U0000d800"', None),
    (r'"\U00110000"', None),
    (r'"\400"', None),
    (r'"\08"', None),
    (r'"\1"', None),
]


@pytest.mark.parametrize(("token", "text"), UNQUOTED)
def test_unquote(token, text):
    assert modsyntax.unquote(token) == text


# As modfile.AutoQuote prints it.
QUOTED = [
    ("example.com/a", "example.com/a"),
    ("", '""'),
    ("a b", '"a b"'),
    ("a\n", r'"a\n"'),
    ("\t\\", r'"\t\\"'),
    ("a\\b", "a\\b"),
    ('a"b', r'"a\"b"'),
    ("a'b", '"a\'b"'),
    ("a`b", '"a`b"'),
    ("(", "("),
    ("a,", '"a,"'),
    ("{}", '"{}"'),
    ("a//b", '"a//b"'),
    ("a/*", '"a/*"'),
    ("a/b", "a/b"),
    ("é日١", "é日١"),
    ("\0", r'"\x00"'),
    ("\x7f", r'"\x7f"'),
    ("\xa0", r'"\u00a0"'),
    ("\ufeff", r'"\ufeff"'),
    ("\U000e0001", r'"\U000e0001"'),
]


@pytest.mark.parametrize(("text", "token"), QUOTED)
def test_auto_quote(text, token):
    assert modsyntax.auto_quote(text) == token
    if token != text:
        assert modsyntax.unquote(token) == text
