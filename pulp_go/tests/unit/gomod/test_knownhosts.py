"""Paths that name their repository."""

import pytest

from pulp_go.gomod import knownhosts
from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.knownhosts import KnownRoot

KNOWN = [
    ("github.com/O/R", "github.com/O/R", "git", "https://github.com/O/R"),
    ("github.com/o/r/v2/a", "github.com/o/r", "git", "https://github.com/o/r"),
    ("bitbucket.org/o/r_.-", "bitbucket.org/o/r_.-", "git", "https://bitbucket.org/o/r_.-"),
    ("hub.jazz.net/git/u1/r/a", "hub.jazz.net/git/u1/r", "git", "https://hub.jazz.net/git/u1/r"),
    ("git.apache.org/a.git/b", "git.apache.org/a.git", "git", "https://git.apache.org/a.git"),
    (
        "git.openstack.org/o/r.git",
        "git.openstack.org/o/r.git",
        "git",
        "https://git.openstack.org/o/r.git",
    ),
    (
        "chiselapp.com/user/u/repository/r/a",
        "chiselapp.com/user/u/repository/r",
        "fossil",
        "https://chiselapp.com/user/u/repository/r",
    ),
    ("a.example/b/c.git", "a.example/b/c.git", "git", "https://a.example/b/c"),
    ("a.example:80/~u/c.hg/d", "a.example:80/~u/c.hg", "hg", "https://a.example:80/~u/c"),
    ("a.b.example/c.svn/d", "a.b.example/c.svn", "svn", "https://a.b.example/c"),
    ("a.example/c.svn/d.git", "a.example/c.svn/d.git", "git", "https://a.example/c.svn/d"),
    ("a.example/c.fossil/~d", "a.example/c.fossil", "fossil", "https://a.example/c"),
]
DYNAMIC = [
    "gitlab.com/o/r",
    "gopkg.in/yaml.v2",
    "golang.org/x/text",
    "hub.jazz.net",
    "localhost/a.git",
    "a.example/b.bzr",
    "a.example/b.git/c d",
    "a.example/b.git\n",
    "a.example/١.git",
    "github.community/a/b",
]
REFUSED = [
    ("github.com", 'invalid github.com import path "github.com"'),
    ("github.com/o", 'invalid github.com import path "github.com/o"'),
    ("github.com/o/r\n", 'invalid github.com import path "github.com/o/r\n"'),
    ("github.com/o/١", 'invalid github.com import path "github.com/o/١"'),
    ("github.com/o/r/", 'invalid github.com import path "github.com/o/r/"'),
    ("github.com/o/r.git", "invalid version control suffix in github.com/ path"),
    ("github.com/o/r.bzr/a", "invalid version control suffix in github.com/ path"),
    ("bitbucket.org/o/r.hg", "invalid version control suffix in bitbucket.org/ path"),
    ("hub.jazz.net/git/U/r", 'invalid hub.jazz.net/git import path "hub.jazz.net/git/U/r"'),
    ("git.apache.org/a", 'invalid git.apache.org import path "git.apache.org/a"'),
    ("chiselapp.com/u/repository/r", None),
    ("https:/github.com/o/r", '"https://" not allowed in import path'),
    ("http:x", '"http://" not allowed in import path'),
]


@pytest.mark.parametrize(("path", "root", "vcs", "repo"), KNOWN)
def test_static_repo_root(path, root, vcs, repo):
    assert knownhosts.static_repo_root(path) == KnownRoot(root, vcs, repo)


@pytest.mark.parametrize("path", DYNAMIC)
def test_paths_of_which_a_page_must_tell(path):
    assert knownhosts.static_repo_root(path) is None


@pytest.mark.parametrize(("path", "reason"), REFUSED)
def test_paths_that_a_known_host_does_not_have(path, reason):
    with pytest.raises(GoImportError) as caught:
        knownhosts.static_repo_root(path)
    assert caught.value.reason == (reason or f'invalid chiselapp.com import path "{path}"')
