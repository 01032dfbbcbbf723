import pytest

from pulp_go.gomod.errors import InvalidPathError, RevisionError
from pulp_go.gomod.moduledir import find, locate

ROOT = "example.com/m"

# Root path, module path, sub-directory: prefix, major, directory, what tags begin with, and the
# major of pseudo-versions.
LOCATED = [
    ((ROOT, ROOT, ""), (ROOT, "", "", "", "")),
    ((ROOT, f"{ROOT}/v2", ""), (ROOT, "/v2", "", "", "v2")),
    ((ROOT, f"{ROOT}/a/b", ""), (f"{ROOT}/a/b", "", "a/b", "a/b/", "")),
    ((ROOT, f"{ROOT}/a/v3", ""), (f"{ROOT}/a", "/v3", "a", "a/", "v3")),
    ((f"{ROOT}/v2", f"{ROOT}/v2", ""), (f"{ROOT}/v2", "/v2", "", "", "v2")),
    ((ROOT, ROOT, "go"), (ROOT, "", "go", "go/", "")),
    ((ROOT, f"{ROOT}/a", "go//./x/"), (f"{ROOT}/a", "", "a/go/x", "a/go/x/", "")),
    (("gopkg.in/m.v2", "gopkg.in/m.v2", ""), ("gopkg.in/m.v2", ".v2", "", "", "v2")),
    (("gopkg.in/m.v0", "gopkg.in/m.v0", ""), ("gopkg.in/m.v0", ".v0", "", "", "v0")),
    (
        ("gopkg.in/m.v2-unstable", "gopkg.in/m.v2-unstable", ""),
        ("gopkg.in/m.v2-unstable", ".v2-unstable", "", "", "v2"),
    ),
]
NOT_LOCATED = [
    (ROOT, "example.com/other", "", "repository rooted at example.com/m cannot contain module"),
    (ROOT, "example.com/mm", "", "repository rooted at example.com/m cannot contain module"),
    (f"{ROOT}/v2", ROOT, "", "repository rooted at example.com/m/v2 cannot contain module"),
    (ROOT, "example.com", "", "repository rooted at example.com/m cannot contain module"),
    (ROOT, f"{ROOT}/v1", "", "invalid version"),
    (ROOT, f"{ROOT}\n", "", "invalid character in path element"),
    (ROOT, f"{ROOT}/v١", "", "invalid character in path element"),
    (ROOT, "", "", "empty string"),
    (ROOT, ROOT, "../x", "no directory of the repository"),
    (ROOT, ROOT, "a/../../x", "no directory of the repository"),
    (ROOT, ROOT, "/x", "no directory of the repository"),
    (ROOT, ROOT, "-x", "no directory of the repository"),
]
# Module path, query: the revision that is asked for.
REVISIONS = [
    (ROOT, "v1.2.3", "v1.2.3"),
    (f"{ROOT}/a", "v1.2.3", "a/v1.2.3"),
    (f"{ROOT}/a/v2", "v2.2.3", "a/v2.2.3"),
    (f"{ROOT}/a", "v1", "a/v1"),
    (f"{ROOT}/a", "v1.2.3+meta", "a/v1.2.3+meta"),
    (f"{ROOT}/a", "v1.2.3+incompatible", "a/v1.2.3"),
    (f"{ROOT}/a", "v1.2.3\n", "v1.2.3\n"),
    (f"{ROOT}/a", "v1.2.١", "v1.2.١"),
    (f"{ROOT}/a", "main", "main"),
    (f"{ROOT}/a", "", ""),
    (f"{ROOT}/a", "v0.0.0-20180102150405-abcdefabcdef", "abcdefabcdef"),
    (f"{ROOT}/a", "v2.0.1-0.20180102150405-abcdefabcdef+incompatible", "abcdefabcdef"),
]

V0, V2, V3 = b"module example.com/m\n", b"module example.com/m/v2\n", b"module example.com/m/v3\n"
NONE = b"go 1.20\n"
# Module path and the go.mod files of the tree: the directory, and which of them it has.
FOUND = [
    (ROOT, {}, ("", None)),
    (ROOT, {"go.mod": V0}, ("", "go.mod")),
    (ROOT, {"go.mod": b"module example.com/other"}, ("", "go.mod")),
    (ROOT, {"go.mod": b"module gopkg.in/m.v7\n"}, ("", "go.mod")),
    (ROOT, {"go.mod": b'module "example.com/m" // here\n'}, ("", "go.mod")),
    (ROOT, {"v2/go.mod": V2}, ("", None)),
    (f"{ROOT}/v2", {"go.mod": V2}, ("", "go.mod")),
    (f"{ROOT}/v2", {"go.mod": b"module gopkg.in/m.v2\n"}, ("", "go.mod")),
    (f"{ROOT}/v2", {"v2/go.mod": V2}, ("v2", "v2/go.mod")),
    (f"{ROOT}/v2", {"go.mod": V0, "v2/go.mod": V2}, ("v2", "v2/go.mod")),
    (f"{ROOT}/a", {"a/go.mod": V0}, ("a", "a/go.mod")),
    (f"{ROOT}/a/v2", {"a/go.mod": V2, "a/v2/x.go": b""}, ("a", "a/go.mod")),
    (f"{ROOT}/a/v2", {"a/v2/go.mod": V2, "go.mod": V2}, ("a/v2", "a/v2/go.mod")),
    ("gopkg.in/m.v2", {}, ("", None)),
    ("gopkg.in/m.v2", {"go.mod": V2, "v2/go.mod": NONE}, ("", "go.mod")),
]
NOT_FOUND = [
    (ROOT, {"go.mod": NONE}, "go.mod is missing module path at revision v1.5.0"),
    (ROOT, {"go.mod": b""}, "go.mod is missing module path at revision v1.5.0"),
    (
        ROOT,
        {"go.mod": V2},
        'go.mod has post-v1 module path "example.com/m/v2" at revision v1.5.0',
    ),
    (
        ROOT,
        {"go.mod": b"module example.com/m/v1\n"},
        'go.mod has malformed module path "example.com/m/v1" at revision v1.5.0',
    ),
    (
        ROOT,
        {"go.mod": b"module " + b"m/v2" * 10**5 + b"\n"},
        f'go.mod has post-v1 module path "{"m/v2" * 50}" at revision v1.5.0',
    ),
    (f"{ROOT}/a", {"go.mod": V0}, "missing example.com/m/a/go.mod at revision a/v1.5.0"),
    (
        f"{ROOT}/v2",
        {},
        "missing example.com/m/go.mod and .../v2/go.mod at revision v1.5.0",
    ),
    (
        f"{ROOT}/v2",
        {"go.mod": V3},
        'go.mod has non-.../v2 module path "example.com/m/v3" (and .../v2/go.mod does not exist) '
        "at revision v1.5.0",
    ),
    (
        f"{ROOT}/v2",
        {"go.mod": V2, "v2/go.mod": V2},
        "example.com/m/go.mod and .../v2/go.mod both have .../v2 module paths at revision v1.5.0",
    ),
    (
        f"{ROOT}/v2",
        {"go.mod": V2, "v2/go.mod": V3},
        'example.com/m/v2/go.mod has non-.../v2 module path "example.com/m/v3" at revision v1.5.0',
    ),
    (
        f"{ROOT}/v2",
        {"go.mod": V2, "v2/go.mod": NONE},
        "example.com/m/v2/go.mod is missing module path at revision v1.5.0",
    ),
    (
        f"{ROOT}/a/v2",
        {"a/go.mod": b'module "example.com/\\u0001"\n'},
        'a/go.mod has non-.../v2 module path "example.com/\\u0001" (and .../v2/go.mod does not '
        "exist) at revision a/v1.5.0",
    ),
    (
        "gopkg.in/m.v2",
        {"go.mod": V0},
        'go.mod has non-....v2 module path "example.com/m" at revision v1.5.0',
    ),
]


@pytest.mark.parametrize(("paths", "located"), LOCATED)
def test_locate(paths, located):
    where = locate(*paths)
    parts = (where.prefix, where.major, where.code_dir, where.tag_prefix, where.pseudo_major)
    assert parts == located


@pytest.mark.parametrize(("root", "module", "subdir", "reason"), NOT_LOCATED)
def test_locate_refuses(root, module, subdir, reason):
    with pytest.raises(InvalidPathError) as caught:
        locate(root, module, subdir)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize(("module", "query", "name"), REVISIONS)
def test_revision(module, query, name):
    assert locate(ROOT, module).revision(query) == name


def root_of(module):
    return module if module.startswith("gopkg.in") else ROOT


@pytest.mark.parametrize(("module", "files", "found"), FOUND)
def test_find(module, files, found):
    directory, name = found
    where = locate(root_of(module), module)
    assert find(where, files.get, "v1.5.0") == (directory, files.get(name))


@pytest.mark.parametrize(("module", "files", "reason"), NOT_FOUND)
def test_find_says_why_not(module, files, reason):
    with pytest.raises(RevisionError) as caught:
        find(locate(root_of(module), module), files.get, "v1.5.0")
    assert caught.value.reason == reason
    assert caught.value.is_not_found
    assert str(caught.value) == f"{module}@v1.5.0: invalid version: {reason}"


def test_a_module_that_is_the_root_of_a_major_has_no_directory_of_its_own():
    where = locate(f"{ROOT}/v2", f"{ROOT}/v2")
    assert find(where, {"go.mod": V2, "v2/go.mod": V2}.get, "v2.0.0") == ("", V2)
    with pytest.raises(RevisionError, match="missing example.com/m/v2/go.mod at revision v2.0.0"):
        find(where, {"v2/go.mod": V2}.get, "v2.0.0")
