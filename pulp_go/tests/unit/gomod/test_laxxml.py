"""The lenient reader of pages: what Go's encoding/xml (1.26.8), not strict, answered."""

import pytest

from pulp_go.gomod import laxxml
from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.laxxml import Tag


def start(name, *attributes):
    return Tag(name, False, attributes)


def end(name):
    return Tag(name, True)


PAGES = [
    (b"", []),
    (b"text", []),
    (b"<a>", [start("a")]),
    (b"<a >\n</a >\n", [start("a"), end("a")]),
    (b"<a/>", [start("a"), end("a")]),
    (b"</a><b>", [end("a"), start("b")]),
    (b"<A B='c'>", [start("A", ("B", "c"))]),
    (b'<a b="c" d = "e">', [start("a", ("b", "c"), ("d", "e"))]),
    (b"<a b=c:-_1 d>", [start("a", ("b", "c:-_1"), ("d", "d"))]),
    (b"<a b= >", [start("a", ("b", ""))]),
    (b"<x:a y:b='c'>", [start("a", ("b", "c"))]),
    (b"<:a a:=''>", [start(":a", ("a:", ""))]),
    ("<é d٠̀='١'>".encode(), [start("é", ("d٠̀", "١"))]),
    (b"<a b='&lt;&gt;&amp;&quot;&apos;'>", [start("a", ("b", "<>&\"'"))]),
    (b"<a b='&#65;&#x42;&#xD800;'>", [start("a", ("b", "AB\ufffd"))]),
    (b"<a b='&nbsp; & &amp &#; &#x; &#x110000; &#99999999999;'>", None),
    ("<a b='&#١;'>".encode(), [start("a", ("b", "&#١;"))]),
    (b"<a b='1\r\n2\r3&#13;'>", [start("a", ("b", "1\n2\n3\r"))]),
    (b"<a b='>]]>'>", [start("a", ("b", ">]]>"))]),
    (b"<!-- <a> - > --><b>", [start("b")]),
    (b"<!----><b>", [start("b")]),
    (b"<![CDATA[<a>]]><b>", [start("b")]),
    (b"<!DOCTYPE html><b>", [start("b")]),
    (b"<!a [<!b '>' \">\" <!-- ' > -->>]><c>", [start("c")]),
    (b"<!>><c>", [start("c")]),
    (b"<?x <a> ?><b>", [start("b")]),
    (b"<?xml?><b>", [start("b")]),
    (b"<?xml version='1.0' encoding=\"UTF-8\"?><b>", [start("b")]),
    (b"<?xml encoding=utf-7 version?><b>", [start("b")]),
    (b"<?xml encoding='Ascii'?><b>", [start("b")]),
    (b"a & b &x; <b>", [start("b")]),
]
PAGES[15] = (PAGES[15][0], [start("a", ("b", PAGES[15][0][6:-2].decode()))])

EOF = "unexpected EOF"
NO_NAME = "expected element name after <"
NO_ATTRIBUTE = "expected attribute name in element"
FAULTS = [
    (b"<", 1, EOF),
    (b"\n<a", 2, EOF),
    (b"<a ", 1, EOF),
    (b"<a b", 1, EOF),
    (b"<a b=", 1, EOF),
    (b"<a b='c", 1, EOF),
    (b"<a b/", 1, EOF),
    (b"</", 1, EOF),
    (b"<!", 1, EOF),
    (b"<!a", 1, EOF),
    (b"<!a '>", 1, EOF),
    (b"<!a <!-- >", 1, EOF),
    (b"<!-- >", 1, EOF),
    (b"<!-- --", 1, EOF),
    (b"<?x", 1, EOF),
    (b"<?x ?", 1, EOF),
    (b"&", 1, EOF),
    (b"a &amp", 1, EOF),
    (b"&#x1", 1, EOF),
    (b"<![CDATA[ ]]", 1, "unexpected EOF in CDATA section"),
    (b"< a>", 1, NO_NAME),
    (b"<>", 1, NO_NAME),
    (b"<a:b:c>", 1, NO_NAME),
    (b"<a\n<b)", 2, NO_ATTRIBUTE),
    (b"<a ='b'>", 1, NO_ATTRIBUTE),
    (b"<a b='c''>", 1, NO_ATTRIBUTE),
    (b"<a/b>", 1, "expected /> in element"),
    (b"</a b>", 1, "invalid characters between </a and >"),
    (b"</ a>", 1, "expected element name after </"),
    (b"<? a?>", 1, "expected target name after <?"),
    (b"<1>", 1, "invalid XML name: 1"),
    ("<١>".encode(), 1, "invalid XML name: ١"),
    ("<a² b>".encode(), 1, "invalid XML name: a²"),
    (b"<a b='<'>", 1, "unescaped < inside quoted string"),
    (b"a ]]> b", 1, "unescaped ]]> not in CDATA section"),
    (b"<!- a>", 1, "invalid sequence <!- not part of <!--"),
    (b"<!-- -- -->", 1, 'invalid sequence "--" not allowed in comments'),
    (b"<![a", 1, "invalid <![ sequence"),
    (b"\xff", 1, "invalid UTF-8"),
    (b"<![CDATA[\xff]]>", 1, "invalid UTF-8"),
    (b"\x00", 1, "illegal character code U+0000"),
    (b"<a b='&#0;'>", 1, "illegal character code U+0000"),
    (b"<a b='\x7f\x0b'>", 1, "illegal character code U+000B"),
    (b"<![CDATA[\xef\xbf\xbe]]>", 1, "illegal character code U+FFFE"),
]

OTHERS = [
    (b"<?xml version='1.1'?>", 'xml: unsupported version "1.1"; only version 1.0 is supported'),
    (
        b"<?xml version='1.0' encoding='latin1'?>",
        'xml: opening charset "latin1": can\'t decode XML document using charset "latin1"',
    ),
]


@pytest.mark.parametrize(("page", "tags"), PAGES)
def test_tags(page, tags):
    assert list(laxxml.tags(page)) == tags


@pytest.mark.parametrize(("page", "line", "what"), FAULTS)
def test_faults(page, line, what):
    with pytest.raises(GoImportError) as caught:
        list(laxxml.tags(page))
    assert str(caught.value) == f"XML syntax error on line {line}: {what}"


@pytest.mark.parametrize(("page", "text"), OTHERS)
def test_documents_that_are_not_read(page, text):
    with pytest.raises(GoImportError) as caught:
        list(laxxml.tags(page))
    assert caught.value.reason == text


def test_what_stands_before_a_fault_is_seen():
    found = []
    with pytest.raises(GoImportError):
        for tag in laxxml.tags(b"<a><b></a><c <"):
            found.append(tag)
    assert found == [start("a"), start("b"), end("a")]
