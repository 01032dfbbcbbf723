"""The real `go` with GOPROXY set to a distribution and nothing else, an empty cache each time."""

import uuid

import pytest
from pulp_glue.core.context import PulpHeaderContentGuardContext

from functional_tests.moduletree import latest_path, make_info
from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain

QUOTE = "example.com/Azure/go-quote"
FORK = "example.com/fork/go-quote"
LIB = "example.com/lib/v2"
OLD = "example.com/old"
TIP = "example.com/tip"
TIP_VERSION = "v0.0.0-20240102030405-abcdef012345"
LOSING = "example.com/losing"

# Printed by `go mod download -json` of go1.26.8.
H1 = {
    "example.com/Azure/go-quote@v1.0.0": "h1:cne9OpkW3gKLR46hqqTaZp6VrEs7g3zrosETkX113pM=",
    "example.com/Azure/go-quote@v1.9.0": "h1:qAf9s+XlXDEJOniZuMJpeDHzD86m9ghLY63d46LBEo0=",
    "example.com/Azure/go-quote@v1.10.0": "h1:IDNcNdKz7++CtfJvUUvTr0FBDrcouN2lYwH3wPLMa60=",
    "example.com/fork/go-quote@v1.9.1": "h1:JZpvE5dzZ+CMID9q4EzaYGIonvQZMIieuZmJCXs5h6I=",
    "example.com/lib/v2@v2.0.1": "h1:7gertGwu8YmdFdgd4zjQ70VuG5VBwtcOAt06PPbJGV8=",
    "example.com/losing@v1.1.0": "h1:+4y5qt55hDZ94AY+OAj0ad7fcCxYgbhVhABfX69gcuY=",
    "example.com/old@v2.3.0+incompatible": "h1:rENoyyVdYlR1z0+B73DCA0oSaa2fLDTTfvHJbr/9hIE=",
    f"{TIP}@{TIP_VERSION}": "h1:+d8gTtkxdIZmkptEGXs+LpV0/a19iUGhfHw5c4uZDDA=",
}
LOSING_GO_SUM = f"{LOSING} v1.0.0/go.mod h1:QYr74aliUTmAQq2TkAHnmPivURBBD7hru5ffTXVWxW4=\n"

MAIN = f"""\
package main

import (
	quote "{QUOTE}"
	"{LIB}"
	"{LOSING}"
	"{OLD}"
	"{TIP}"
)

func main() {{ println(quote.Text(), lib.Text(), losing.Text(), old.Text(), tip.Text()) }}
"""
GO_MOD = f"""\
module example.com/main

go 1.21

require (
	{QUOTE} v1.9.0
	{LIB} v2.0.1
	{LOSING} v1.1.0
	{OLD} v2.3.0+incompatible
	{TIP} {TIP_VERSION}
)
"""


def source(name, text):
    """Return a package of one function that returns a text."""
    return {f"{name}.go": f'package {name}\n\nfunc Text() string {{ return "{text}" }}\n'}


def fill(tree):
    """Put everything of this file on an upstream."""
    for version in ("v1.0.0", "v1.10.0", "v1.9.0"):
        tree.add(QUOTE, version, source("quote", f"quote {version}"))
    tree.add(FORK, "v1.9.1", source("quote", "forked"), go_mod=f"module {QUOTE}\n\ngo 1.21\n")
    # Below go 1.17 a module's requirements are read with their go.mod, the losing ones too.
    go_mod = f"module {LIB}\n\ngo 1.16\n\nrequire {LOSING} v1.0.0\n"
    tree.add(LIB, "v2.0.1", source("lib", "lib"), go_mod=go_mod)
    tree.add(LOSING, "v1.0.0", source("losing", "lost"))
    tree.add(LOSING, "v1.1.0", source("losing", "won"))
    tree.add(OLD, "v2.3.0+incompatible", source("old", "old"), go_mod="")
    tree.add(TIP, TIP_VERSION, source("tip", "tip"))
    tree.put(latest_path(TIP), make_info(TIP_VERSION))


@pytest.fixture(scope="module")
def served(live_pulp):
    """GOPROXY URLs: of the upstream, of the first repository version, and of the latest."""
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        fill(upstream.tree)
        repository = pulp.synced(upstream, f"{QUOTE}@v1.0.0")
        first = pulp.distribution(repository_version=pulp.latest(repository))
        others = [LIB, OLD, f"{TIP}@latest", f"{LOSING}@v1.1.0"]
        remote = pulp.remote(upstream, QUOTE, FORK, *others, go_sum=LOSING_GO_SUM)
        assert pulp.sync(repository, remote)["result"]["failed"] == []
        yield upstream.url, first, pulp.distribution(repository=repository)


@pytest.fixture
def upstream_url(served):
    """The upstream itself: what `go` gets there, it has to get from Pulp."""
    return served[0]


@pytest.fixture
def first(served):
    """A distribution of the first repository version."""
    return served[1]


@pytest.fixture
def base(served):
    """A distribution of the repository."""
    return served[2]


def test_download_brings_what_the_upstream_has(go, base, upstream_url):
    assert go(upstream_url).download(*H1) == H1
    assert go(base).download(*H1) == H1


def test_list_versions(go, base):
    assert go(base).run("list", "-m", "-versions", QUOTE) == f"{QUOTE} v1.0.0 v1.9.0 v1.10.0\n"
    assert go(base).run("list", "-m", "-versions", OLD) == f"{OLD} v2.3.0+incompatible\n"
    assert go(base).run("list", "-m", "-versions", TIP) == f"{TIP}\n"


LATEST = [
    (f"{QUOTE}@latest", f"{QUOTE} v1.10.0\n"),
    (f"{QUOTE}@v1", f"{QUOTE} v1.10.0\n"),
    (f"{QUOTE}@<v1.9.0", f"{QUOTE} v1.0.0\n"),
    (f"{LIB}@latest", f"{LIB} v2.0.1\n"),
    (f"{OLD}@latest", f"{OLD} v2.3.0+incompatible\n"),
    (f"{TIP}@latest", f"{TIP} {TIP_VERSION}\n"),
    (f"{LOSING}@latest", f"{LOSING} v1.1.0\n"),
]


@pytest.mark.parametrize(("query", "answer"), LATEST)
def test_a_query_finds_what_go_chooses(go, base, query, answer):
    assert go(base).run("list", "-m", query) == answer


def test_get_latest_and_build(go, base):
    client = go(base)
    client.write(go_mod="module example.com/main\n\ngo 1.21\n")
    client.write(
        main_go=f'package main\n\nimport q "{QUOTE}"\n\nfunc main() {{ println(q.Text()) }}\n'
    )
    client.run("get", f"{QUOTE}@latest")
    assert f"{QUOTE} v1.10.0" in client.read("go.mod")
    assert client.run_program() == "quote v1.10.0\n"


def test_build_of_every_kind_of_module(go, base):
    client = go(base)
    client.write(go_mod=GO_MOD, main_go=MAIN)
    client.run("mod", "tidy")
    assert LOSING_GO_SUM in client.read("go.sum")
    assert client.run_program() == "quote v1.9.0 lib won old tip\n"
    assert client.run("mod", "verify") == "all modules verified\n"


def test_build_with_a_go_sum_from_elsewhere(go, base, upstream_url):
    author, user = go(upstream_url), go(base)
    author.write(go_mod=GO_MOD, main_go=MAIN)
    author.run("mod", "tidy")
    user.write(go_mod=author.read("go.mod"), go_sum=author.read("go.sum"), main_go=MAIN)
    assert user.run_program() == "quote v1.9.0 lib won old tip\n"


def test_a_fork_whose_go_mod_declares_another_path_replaces_it(go, base):
    client = go(base)
    client.write(go_mod=f"{GO_MOD}\nreplace {QUOTE} => {FORK} v1.9.1\n", main_go=MAIN)
    client.run("mod", "tidy")
    assert client.run_program() == "forked lib won old tip\n"


def test_a_version_of_which_only_the_go_mod_is_held(go, base):
    refusal = go(base).fail("mod", "download", f"{LOSING}@v1.0.0")
    assert "404 Not Found" in refusal and "server response: not found: " in refusal
    assert go(base).run("list", "-m", f"{LOSING}@v1.0.0") == f"{LOSING} v1.0.0\n"


@pytest.mark.case("C-39")
def test_what_is_missing_sends_go_to_the_next_proxy(go, base, upstream_url):
    client = go(f"{base},{upstream_url}")
    assert list(client.download(f"{LOSING}@v1.0.0")) == [f"{LOSING}@v1.0.0"]


@pytest.mark.case("C-39")
def test_nothing_else_sends_go_on(go, pulp, upstream):
    upstream.tree.add(QUOTE, "v1.0.0")
    guard = PulpHeaderContentGuardContext(pulp.context)
    guard.create({"name": uuid.uuid4().hex, "header_name": "X-Key", "header_value": "k"})
    pulp.keep(guard)
    repository = pulp.repository()
    refused = {
        ": 503 ": pulp.distribution(),
        ": 401 ": pulp.distribution(repository=repository, content_guard=guard),
    }
    for status, base in refused.items():
        said = go(f"{base},{upstream.url}").fail("mod", "download", f"{QUOTE}@v1.0.0")
        assert status in said
    assert upstream.requests == []


def test_an_old_repository_version_answers_as_it_did(go, first):
    assert go(first).run("list", "-m", "-versions", QUOTE) == f"{QUOTE} v1.0.0\n"
    assert go(first).run("list", "-m", f"{QUOTE}@latest") == f"{QUOTE} v1.0.0\n"
    assert go(first).download(f"{QUOTE}@latest") == {f"{QUOTE}@v1.0.0": H1[f"{QUOTE}@v1.0.0"]}
    assert "404 Not Found" in go(first).fail("mod", "download", f"{QUOTE}@v1.9.0")
    assert "404 Not Found" in go(first).fail("list", "-m", f"{LIB}@latest")
