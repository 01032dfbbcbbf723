import pytest

from pulp_go.gomod import gosum
from pulp_go.gomod.errors import GoSumError
from pulp_go.gomod.gosum import GoSumLine

H1 = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
OTHER = "h1:HKMt0CmDxfZjsIqKXzPkqgJYy2ntO9cWbPJTBmtMb/8="
EMPTY_GO_MOD = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="

PARSED = [
    ("", []),
    ("\n \t\r\n\n", []),
    (f"a.b/c v1.0.0 {H1}", [GoSumLine("a.b/c", "v1.0.0", False, H1)]),
    (f"a.b/c v1.0.0/go.mod {H1}\n", [GoSumLine("a.b/c", "v1.0.0", True, H1)]),
    (f"  a.b/c\t v1.0.0   {H1} \r\n", [GoSumLine("a.b/c", "v1.0.0", False, H1)]),
    (
        f"a.b/c v1.0.0 {H1}\na.b/c v1.0.0/go.mod {OTHER}\n",
        [GoSumLine("a.b/c", "v1.0.0", False, H1), GoSumLine("a.b/c", "v1.0.0", True, OTHER)],
    ),
    (f"a.b/c v1.0.0 {H1}\n" * 2, [GoSumLine("a.b/c", "v1.0.0", False, H1)] * 2),
    ("a.b/c v1.0.0 h2:x", [GoSumLine("a.b/c", "v1.0.0", False, "h2:x")]),
    (f"a.b/c v1.0.0/go.mod {EMPTY_GO_MOD}\n", []),
    (f"a.b/c v1.0.0/x {H1}", [GoSumLine("a.b/c", "v1.0.0/x", False, H1)]),
    (f"no-path ١ {H1}", [GoSumLine("no-path", "١", False, H1)]),
]

# text, number of the line, reason
MALFORMED = [
    ("a.b/c v1.0.0\n", 1, "wrong number of fields 2"),
    (f"\n\na.b/c v1.0.0 {H1} x", 3, "wrong number of fields 4"),
    (f"a.b/c v1.0.0\n{H1}", 1, "wrong number of fields 2"),
    (f"a.b/c v1.0.0 {H1}\n<html>\n", 2, "wrong number of fields 1"),
    ("a.b/c v1.0.0 h1:", 1, "malformed hash"),
    ("a.b/c v1.0.0 h1:short=", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1}=", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1[:-1]}", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1[:-2]}V=", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1.replace('+', '-')}", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1.replace('4', '٤')}", 1, "malformed hash"),
    (f"a.b/c v1.0.0 {H1.upper()[:2]}", 1, "malformed hash"),
    ("a.b/c v1.0.0 47DEQpj8", 1, "malformed hash"),
    ("a.b/c v1.0.0 h2:", 1, "malformed hash"),
    ("a.b/c v1.0.0 h2:\0", 1, "malformed hash"),
]


@pytest.mark.parametrize(("text", "lines"), PARSED)
def test_parse(text, lines):
    assert gosum.parse(text) == lines


@pytest.mark.parametrize(("text", "line", "reason"), MALFORMED)
def test_malformed(text, line, reason):
    with pytest.raises(GoSumError) as caught:
        gosum.parse(text)
    assert (caught.value.line, caught.value.reason) == (line, reason)
    assert caught.value.text == text.split("\n")[line - 1]


def test_format_sorts_by_path_version_and_file_and_drops_what_is_there_twice():
    text = (
        f"a.b/c v1.10.0/go.mod {H1}\n"
        f"a.b/c v1.9.0 {OTHER}\n"
        f"a.b/c v1.9.0/go.mod {H1}\n"
        f"a.b/c v1.10.0 {OTHER}\n"
        f"a.b/c v1.10.0 {H1}\n"
        f"a.b/c v1.10.0-pre {H1}\n"
        f"a.b/C v1.0.0 {H1}\n"
        f"a.b/c v1.9.0 {OTHER}\n"
    )
    assert gosum.format(gosum.parse(text)) == (
        f"a.b/C v1.0.0 {H1}\n"
        f"a.b/c v1.9.0 {OTHER}\n"
        f"a.b/c v1.9.0/go.mod {H1}\n"
        f"a.b/c v1.10.0-pre {H1}\n"
        f"a.b/c v1.10.0 {H1}\n"
        f"a.b/c v1.10.0 {OTHER}\n"
        f"a.b/c v1.10.0/go.mod {H1}\n"
    )


def test_format_of_nothing_is_empty():
    assert gosum.format([]) == ""


def test_a_line_knows_where_it_stands():
    lines = gosum.parse(f"\na.b/c v1.0.0 {H1}\n\na.b/c v1.0.0 {H1}\n")
    assert [line.number for line in lines] == [2, 4]
    assert lines[0] == lines[1]
