"""URLs of git repositories, one table of good ones and one of bad ones."""

import pytest

from pulp_go.gomod import giturl
from pulp_go.gomod.errors import GitURLError, GoModError

GOOD = [
    ("https://git.example/a/b.git", "https", "", "git.example", None, "/a/b.git"),
    ("https://git.example:8443/a", "https", "", "git.example", 8443, "/a"),
    ("HTTPS://Git.Example/A", "https", "", "git.example", None, "/A"),
    ("http://localhost:1/a", "http", "", "localhost", 1, "/a"),
    ("http://my_git/a/", "http", "", "my_git", None, "/a/"),
    ("http://[::1]:8080/a", "http", "", "::1", 8080, "/a"),
    ("https://[2001:DB8::1]/a", "https", "", "2001:db8::1", None, "/a"),
    ("https://192.0.2.1/a", "https", "", "192.0.2.1", None, "/a"),
    ("https://git.example/~u/a%20b.git", "https", "", "git.example", None, "/~u/a%20b.git"),
    ("https://git.example/a/..b/.c/d..", "https", "", "git.example", None, "/a/..b/.c/d.."),
    ("ssh://git@git.example/a/b.git", "ssh", "git", "git.example", None, "/a/b.git"),
    ("ssh://git.example:65535/a", "ssh", "", "git.example", 65535, "/a"),
    ("ssh://git@[::1]:22/~me/a%20b", "ssh", "git", "::1", 22, "/~me/a b"),
    ("ssh://u.v-w_x+y~z@git.example/-a", "ssh", "u.v-w_x+y~z", "git.example", None, "/-a"),
    ("ssh://git@git.example/d\xe9p\xf4t", "ssh", "git", "git.example", None, "/d\xe9p\xf4t"),
    ("git@git.example:a/b.git", "ssh", "git", "git.example", None, "a/b.git"),
    ("git@Git.Example:/srv/b.git", "ssh", "git", "git.example", None, "/srv/b.git"),
    ("git@git.example:22/b.git", "ssh", "git", "git.example", None, "22/b.git"),
    ("git@git.example:a%2e%zz", "ssh", "git", "git.example", None, "a%2e%zz"),
    ("git@[::1]:a:b@c", "ssh", "git", "::1", None, "a:b@c"),
    ("file:///srv/git/a.git", "file", "", "", None, "/srv/git/a.git"),
    ("file://localhost/srv/a%20b%23c", "file", "", "", None, "/srv/a b#c"),
    ("file:///srv/d\xe9p\xf4t", "file", "", "", None, "/srv/d\xe9p\xf4t"),
]

NO_SPACE = "contains a space or an unprintable character"
NO_SECRET = "a user name or password has no place in the URL"
NO_PASSWORD = "a password has no place in the URL"
NO_SCHEME = "the scheme is none of https, http, ssh and file"
NO_SPELLING = "neither a URL with a scheme nor user@host:path"
NO_REPOSITORY = "names no repository"
NO_DOTS = "the path has '.' or '..' as an element"
NO_QUERY = "has a query or a fragment"
NO_ESCAPE = "'%' is not followed by two hexadecimal digits"
NO_CONTROL = "contains an encoded unprintable character"
NO_HOST = "has no host"
BAD_HOST = "malformed host"
BAD_PORT = "malformed port"
BAD_USER = "malformed user name"
BAD_ADDRESS = "malformed IPv6 address"
DASH = "the host begins with '-'"

BAD = [
    ("", NO_SPELLING),
    ("git.example/a", NO_SPELLING),
    ("git.example:a", NO_SPELLING),
    ("/srv/git/a.git", NO_SPELLING),
    ("ext::sh -c true", NO_SPACE),
    ("ext::sh", NO_SPELLING),
    ("fd::17", NO_SPELLING),
    ("a/b@c:d", NO_SPELLING),
    ("https:/git.example/a", NO_SPELLING),
    ("https://git.example/a\n", NO_SPACE),
    ("git@git.example:a\n", NO_SPACE),
    ("https://git.example/a b", NO_SPACE),
    ("https://git.example/\x7f", NO_SPACE),
    ("file:///a\x00b", NO_SPACE),
    ("file:///a\u00a0b", NO_SPACE),
    ("file:///a\udcffb", NO_SPACE),
    ("https://git.example\\@evil.example/a", "contains a backslash"),
    ("git://git.example/a", "git:// is neither encrypted nor authenticated"),
    ("GIT://git.example/a", "git:// is neither encrypted nor authenticated"),
    ("git+ssh://git.example/a", NO_SCHEME),
    ("ftp://git.example/a", NO_SCHEME),
    ("://git.example/a", NO_SCHEME),
    ("https://token@git.example/a", NO_SECRET),
    ("https://user:secret@git.example/a", NO_SECRET),
    ("https://@git.example/a", NO_SECRET),
    ("https://git.example", NO_REPOSITORY),
    ("https://git.example//", NO_REPOSITORY),
    ("https://git.example/a?b=c", NO_QUERY),
    ("https://git.example/a#b", NO_QUERY),
    ("https://git.example?a/b", NO_QUERY),
    ("https:///a", NO_HOST),
    ("https://:80/a", NO_HOST),
    ("https://-oProxyCommand=x/a", DASH),
    ("https://git..example/a", BAD_HOST),
    ("https://.git.example/a", BAD_HOST),
    ("https://git.example-/a", BAD_HOST),
    ("https://g\u0131t.example/a", BAD_HOST),
    ("https://git.example:0/a", BAD_PORT),
    ("https://git.example:/a", BAD_PORT),
    ("https://git.example:65536/a", BAD_PORT),
    ("https://git.example:8_0/a", BAD_PORT),
    ("https://git.example:\u0661/a", BAD_PORT),
    ("https://git.example:1:2/a", BAD_PORT),
    ("https://\u0661.example/a", BAD_HOST),
    ("https://[::1/a", BAD_PORT),
    ("https://[::g]/a", BAD_ADDRESS),
    ("https://[::1]x/a", BAD_ADDRESS),
    ("https://[fe80::1%25eth0]/a", BAD_ADDRESS),
    ("https://git.example/\u0661", "what is not ASCII must be percent-encoded"),
    ("https://git.example/../a", NO_DOTS),
    ("https://git.example/a/./b", NO_DOTS),
    ("https://git.example/a/..", NO_DOTS),
    ("https://git.example/a/%2E%2e/b", NO_DOTS),
    ("https://git.example/a%2f..%2Fb", NO_DOTS),
    ("https://git.example/a%zz", NO_ESCAPE),
    ("https://git.example/a%", NO_ESCAPE),
    ("https://git.example/a%\u0661\u0661", "what is not ASCII must be percent-encoded"),
    ("https://git.example/a%0a", NO_CONTROL),
    ("https://git.example/a%00", NO_CONTROL),
    ("https://git.example/a%7F", NO_CONTROL),
    ("https://git.example/%ff", "the percent-encoding is no UTF-8"),
    ("ssh://git:secret@git.example/a", NO_PASSWORD),
    ("ssh://git:@git.example/a", NO_PASSWORD),
    ("ssh://a@b@git.example/a", BAD_USER),
    ("ssh://@git.example/a", BAD_USER),
    ("ssh://-oX@git.example/a", BAD_USER),
    ("ssh://g\u0661t@git.example/a", BAD_USER),
    ("ssh://-oProxyCommand=x/a", DASH),
    ("ssh://git.example", NO_REPOSITORY),
    ("ssh://git.example/%2e%2E/a", NO_DOTS),
    ("git:secret@git.example:a", NO_SPELLING),
    ("@git.example:a", BAD_USER),
    ("-x@git.example:a", BAD_USER),
    ("git@-x:a", DASH),
    ("git@:a", NO_HOST),
    ("git@git.example:", NO_REPOSITORY),
    ("git@git.example:/", NO_REPOSITORY),
    ("git@git.example:-a", "the path begins with '-'"),
    ("git@git.example:a/../b", NO_DOTS),
    ("git@[::g]:a", BAD_ADDRESS),
    ("git@git.example", NO_SPELLING),
    ("file://server/srv/a", "a file is on no other host: write file:///path"),
    ("file://srv", "a file is on no other host: write file:///path"),
    ("file:///", NO_REPOSITORY),
    ("file://", NO_REPOSITORY),
    ("file:///srv/../etc", NO_DOTS),
    ("file:///srv/%2e%2e/etc", NO_DOTS),
    ("file:///srv/a?b", NO_QUERY),
    ("file:srv/a", NO_SPELLING),
]


@pytest.mark.parametrize(("text", "scheme", "user", "host", "port", "path"), GOOD)
def test_parse(text, scheme, user, host, port, path):
    url = giturl.parse(text)
    assert (url.scheme, url.user, url.host, url.port, url.path) == (scheme, user, host, port, path)
    assert str(url) == url.text == text


@pytest.mark.parametrize(("text", "reason"), BAD)
def test_parse_refuses(text, reason):
    with pytest.raises(GitURLError) as caught:
        giturl.parse(text)
    assert caught.value.reason == reason
    assert str(caught.value) == f"invalid URL of a git repository: {reason}"


@pytest.mark.case("C-61")
@pytest.mark.parametrize(("text", "_"), BAD)
def test_c61_no_error_text_holds_the_url(text, _):
    with pytest.raises(GoModError) as caught:
        giturl.parse(text)
    assert len(text) < 4 or text not in str(caught.value)
    assert "secret" not in repr(caught.value) and "token" not in repr(caught.value)
