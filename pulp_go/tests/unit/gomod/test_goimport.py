"""go-import tags: reading, matching, checking."""

import pytest

from pulp_go.gomod import goimport
from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.goimport import MetaImport

FOO = MetaImport("a.example/foo", "git", "https://b.example/foo")
FOO_MOD = MetaImport("a.example/foo", "mod", "https://proxy.example")
BAR = MetaImport("a.example/foo/bar", "hg", "https://b.example/bar", "sub/dir")


def tag(content):
    return f'<meta name="go-import" content="{content}">'


FOO_TAG = tag("a.example/foo git https://b.example/foo")
MOD_TAG = tag("a.example/foo mod https://proxy.example")
BAR_TAG = tag("a.example/foo/bar hg https://b.example/bar sub/dir")

PAGES = [
    ("", False, []),
    (FOO_TAG, True, [FOO]),
    (FOO_TAG + BAR_TAG, False, [FOO, BAR]),
    (FOO_TAG + BAR_TAG + MOD_TAG, True, [FOO_MOD, BAR]),
    (FOO_TAG + BAR_TAG + MOD_TAG, False, [FOO, BAR]),
    (f"<html><head>{FOO_TAG}</head>{BAR_TAG}", True, [FOO]),
    (f"<HTML>{FOO_TAG}<BODY>{BAR_TAG}", True, [FOO]),
    (f"<head/>{FOO_TAG}", True, []),
    (f"{FOO_TAG}<script>a<b)</script>{BAR_TAG}", True, [FOO]),
    (FOO_TAG.replace("meta", "META").replace("name", "Name"), True, [FOO]),
    (FOO_TAG.replace("meta", "x:meta"), True, [FOO]),
    (FOO_TAG.replace("go-import", "Go-Import"), True, []),
    (FOO_TAG.replace("go-import", "go-import\n"), True, []),
    (FOO_TAG.replace("go-import", "go-source"), True, []),
    (FOO_TAG.replace("meta", "link"), True, []),
    ("<meta name=go-import>", True, []),
    (tag("a.example/foo\n git\thttps://b.example/foo "), True, [FOO]),
    (tag("a.example/foo git"), True, []),
    (tag("a b c d e"), True, []),
    (tag("١ ١ ١"), True, [MetaImport("١", "١", "١")]),
]


@pytest.mark.parametrize(("page", "prefer_mod", "imports"), PAGES)
def test_parse_meta(page, prefer_mod, imports):
    assert goimport.parse_meta(page.encode(), prefer_mod=prefer_mod) == imports


def test_parse_meta_of_a_page_that_cannot_be_read():
    with pytest.raises(GoImportError, match="expected attribute name in element"):
        goimport.parse_meta(f"<a<b)>{FOO_TAG}".encode(), prefer_mod=True)


MATCHES = [
    ([FOO], "a.example/foo", FOO),
    ([FOO], "a.example/foo/", FOO),
    ([FOO], "a.example/foo/v2", FOO),
    ([FOO, BAR], "a.example/foo/other", FOO),
    ([FOO_MOD, BAR], "a.example/foo/bar", FOO_MOD),
    ([FOO_MOD, BAR], "a.example/foo", FOO_MOD),
]


@pytest.mark.parametrize(("imports", "path", "match"), MATCHES)
def test_match_go_import(imports, path, match):
    assert goimport.match_go_import(imports, path) == match


MANY = 'multiple meta tags match import path "a.example/foo/bar"'
NO_MATCHES = [
    ([], "a.example/foo", "no go-import meta tags"),
    ([FOO], "a.example", "meta tag a.example/foo did not match import path a.example"),
    ([FOO], "a.example/foo2", "meta tag a.example/foo did not match import path a.example/foo2"),
    (
        [FOO, BAR],
        "x",
        "meta tag a.example/foo did not match import path x, "
        "meta tag a.example/foo/bar did not match import path x",
    ),
    ([FOO, BAR], "a.example/foo/bar", MANY),
    ([BAR, BAR], "a.example/foo/bar", MANY),
    ([FOO_MOD, FOO_MOD], "a.example/foo/bar", MANY),
]


@pytest.mark.parametrize(("imports", "path", "reason"), NO_MATCHES)
def test_match_go_import_refuses(imports, path, reason):
    with pytest.raises(GoImportError) as caught:
        goimport.match_go_import(imports, path)
    assert caught.value.reason == reason


ROOTS = ["https://a/b", "http://", "git+ssh://a", "HTTPS://a", "ssh://git@a/b", "x1.-+:y"]
NOT_ROOTS = [
    "",
    "a/b",
    "git@a:b",
    "file:///a",
    "FILE:a",
    "-config://",
    "1a://b",
    "http#://",
    "https://a\n",
    "https://a\x7f",
    "١://a",
]


@pytest.mark.parametrize("root", ROOTS)
def test_validate_repo_root(root):
    goimport.validate_repo_root(root)


@pytest.mark.parametrize("root", NOT_ROOTS)
def test_validate_repo_root_refuses(root):
    with pytest.raises(GoImportError):
        goimport.validate_repo_root(root)


def test_check_meta_import():
    for meta in (FOO, FOO_MOD, BAR):
        goimport.check_meta_import(meta)


@pytest.mark.parametrize(
    ("vcs", "root", "subdir", "reason"),
    [
        ("bzr", "https://a", "", 'unknown vcs "bzr"'),
        ("git\n", "https://a", "", 'unknown vcs "git\n"'),
        ("git", "a", "", '"a" is no URL with a scheme'),
        ("git", "file:///a", "", "file scheme disallowed"),
        ("git", "https://a", "/b", '"/b" is no subdirectory of a repository'),
        ("git", "https://a", "-b", '"-b" is no subdirectory of a repository'),
    ],
)
def test_check_meta_import_refuses(vcs, root, subdir, reason):
    with pytest.raises(GoImportError) as caught:
        goimport.check_meta_import(MetaImport("a", vcs, root, subdir))
    assert caught.value.reason == reason


def test_check_agreement():
    goimport.check_agreement(BAR, MetaImport("a.example/foo/bar", "hg", BAR.repo_root, "sub/dir"))
    for other in (FOO, MetaImport("a.example/foo/bar", "hg", BAR.repo_root)):
        with pytest.raises(GoImportError, match="disagree about go-import"):
            goimport.check_agreement(BAR, other)


def test_page_url():
    assert goimport.page_url("a.example/foo/v2") == "https://a.example/foo/v2?go-get=1"


@pytest.mark.parametrize(
    ("path", "prefix", "result"),
    [
        ("a/b", "a", True),
        ("a/b", "a/", True),
        ("a/b", "a/b", True),
        ("a/b", "a/b/", False),
        ("ab", "a", False),
        ("a", "a/b", False),
        ("a\n", "a", False),
    ],
)
def test_has_path_prefix(path, prefix, result):
    assert goimport.has_path_prefix(path, prefix) == result
