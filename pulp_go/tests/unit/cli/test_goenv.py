"""The lines that point `go` at a distribution."""

import pytest

from pulp_go.cli.contexts import PulpGoDistributionContext
from pulp_go.cli.goenv import lines

URL = "https://pulp.example/pulp/content/team/"
ODD_PORT = "https://pulp.example:8443/pulp/content/team/"
HTTP = "http://pulp.example/pulp/content/team/"
SET = [f"go env -w GOPROXY={URL}", "go env -w GONOPROXY=none"]
LINES = [
    ((URL, ["example.com/team"], False), [*SET, "go env -w GONOSUMDB=example.com/team"]),
    ((URL, ["a.b/*", "c.d"], False), [*SET, "go env -w 'GONOSUMDB=a.b/*,c.d'"]),
    (
        (URL, ["c.d"], False, True),
        [
            *SET,
            "go env -w GONOSUMDB=c.d",
            "# Name no other proxy in GOPROXY: this one answers for checksum databases, and knows",
            "# only its own modules.",
        ],
    ),
    (
        (URL, [], False),
        [
            *SET,
            "# If it serves modules that are not public, name them (--private), or `go` tells",
            "# their names to the public database of checksums.",
        ],
    ),
    (
        (ODD_PORT, ["c.d"], True),
        [
            f"go env -w GOPROXY={ODD_PORT}",
            "go env -w GONOPROXY=none",
            "go env -w GONOSUMDB=c.d",
            "# It is guarded. `go` takes credentials from this line in ~/.netrc (mode 0600):",
            "#     machine pulp.example:8443 login <user> password <password>",
            "# or, from Go 1.24 on, from a command of yours that prints them:",
            "#     go env -w GOAUTH=<command>",
        ],
    ),
    (
        (HTTP, ["c.d"], True),
        [
            f"go env -w GOPROXY={HTTP}",
            "go env -w GONOPROXY=none",
            "go env -w GONOSUMDB=c.d",
            "# It is guarded, and `go` sends credentials over https only: serve it over https.",
        ],
    ),
]
NO_PATTERNS = ["", "a b", "a.b\n", " a.b"]


@pytest.mark.parametrize(("given", "wanted"), LINES)
def test_lines(given, wanted):
    assert lines(*given) == wanted


@pytest.mark.parametrize("given", [given for given, _ in LINES])
def test_go_is_never_sent_elsewhere(given):
    text = "\n".join(lines(*given))
    assert "direct" not in text and "GOPRIVATE" not in text


@pytest.fixture
def team(monkeypatch):
    """A distribution by whatever name."""
    asked = []

    def find(self, **kwargs):
        asked.append(kwargs)
        return {"base_url": URL, "content_guard": None}

    monkeypatch.setattr(PulpGoDistributionContext, "find", find)
    monkeypatch.setattr(
        PulpGoDistributionContext, "show", lambda self, href: find(self, pulp_href=href)
    )
    return asked


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("team", {"name": "team"}),
        (
            "/pulp/api/v3/distributions/go/go/1/",
            {"pulp_href": "/pulp/api/v3/distributions/go/go/1/"},
        ),
    ],
)
def test_a_distribution_is_found_by_name_or_href(pulp, team, word, asked):
    result = pulp("setup", word, "--private", "c.d")
    assert result.output.splitlines() == [*SET, "go env -w GONOSUMDB=c.d"]
    assert team == [asked]


@pytest.mark.parametrize("pattern", NO_PATTERNS)
def test_what_is_no_pattern_is_refused(pulp, team, pattern):
    assert pulp("setup", "team", "--private", pattern).exit_code == 2
