"""The real `go` and guarded distributions, over TLS: whom it gets past, and where it never goes."""

import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functional_tests.people import DOWNLOADER, Person, may_not, rbac_guard
from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain

QUOTE = "example.com/Azure/go-quote"
FILES = {"quote.go": 'package quote\n\nfunc Text() string { return "quote v1.0.0" }\n'}
# Printed by `go mod download -json` of go1.26.8.
BROUGHT = {f"{QUOTE}@v1.0.0": "h1:cne9OpkW3gKLR46hqqTaZp6VrEs7g3zrosETkX113pM="}
PASSWORD = "correct-horse"


@pytest.fixture
def work(tls_pulp):
    """A workspace in a domain of the Pulp with TLS."""
    with new_domain(tls_pulp) as work:
        yield work


@pytest.fixture
def second():
    """The proxy that stands behind: it holds the same names, and must not hear of them."""
    with Upstream() as server:
        server.tree.add(QUOTE, "v1.0.0", {"quote.go": "package evil\n"})
        yield server


class Company:
    """A repository that two distributions serve: one for alice, one for bob.

    Attributes:
        urls: Their URLs, by the user's name.
        users: alice and bob.
    """

    def __init__(self, live, work, upstream):
        upstream.tree.add(QUOTE, "v1.0.0", FILES)
        repository = work.synced(upstream, f"{QUOTE}@v1.0.0")
        self.trusting = f"SSL_CERT_FILE={live.certificate}"
        self.users = {name: Person(live, work, PASSWORD) for name in ("alice", "bob")}
        self.guards = {name: rbac_guard(work, user) for name, user in self.users.items()}
        self.urls = {
            name: work.distribution(repository=repository, content_guard=guard)
            for name, guard in self.guards.items()
        }


@pytest.fixture
def company(tls_pulp, work, upstream):
    return Company(tls_pulp, work, upstream)


def netrc(go, url, name, password=PASSWORD, machine=None):
    """Let `go` find credentials for a URL's host, or for a machine as it stands."""
    machine = machine or urlsplit(url).netloc
    (go.home / ".netrc").write_text(f"machine {machine} login {name} password {password}\n")


def goauth(go, url, headers):
    """Return the setting that lets a command give `go` headers for a URL."""
    lines = [url, "", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    command = go.home / "credentials"
    command.write_text(f"#!/bin/sh\nprintf %s {shlex.quote(chr(10).join(lines))}\n")
    command.chmod(0o700)
    return f"GOAUTH={command}"


def test_go_gets_in_with_a_netrc(company, go):
    client = go(company.urls["alice"])
    netrc(client, company.urls["alice"], company.users["alice"].name)
    assert download(client, company.trusting) == BROUGHT
    listed = client.run(company.trusting, "list", "-m", "-versions", QUOTE)
    assert listed == f"{QUOTE} v1.0.0\n"


def test_credentials_may_be_for_one_distribution_of_a_host(company, go):
    url = company.urls["alice"]
    for whose, allowed in (("alice", True), ("bob", False)):
        client = go(url)
        machine = company.urls[whose].removeprefix("https://").rstrip("/")
        netrc(client, url, company.users["alice"].name, machine=machine)
        ended = client.try_run(company.trusting, "mod", "download", f"{QUOTE}@v1.0.0")
        assert (ended.returncode == 0) is allowed


def test_go_gets_in_with_a_command(company, go):
    url = company.urls["alice"]
    client = go(url)
    command = goauth(client, url, company.users["alice"].headers)
    assert download(client, company.trusting, command) == BROUGHT


def download(client, *settings):
    """Return what `go mod download` brought, as `Go.download` does, under settings."""
    found = client.run_json(*settings, "mod", "download", "-json", f"{QUOTE}@v1.0.0")
    return {f"{module['Path']}@{module['Version']}": module["Sum"] for module in found}


def test_two_users_get_what_is_theirs(company, go):
    for name, user in company.users.items():
        for whose, url in company.urls.items():
            client = go(url)
            netrc(client, url, user.name)
            if name == whose:
                assert download(client, company.trusting) == BROUGHT
            else:
                command = ("mod", "download", f"{QUOTE}@v1.0.0")
                assert "403 Forbidden" in client.fail(company.trusting, *command)


def nothing(company, client, url):
    return []


def unknown(company, client, url):
    netrc(client, url, "mallory")
    return []


def wrong(company, client, url):
    netrc(client, url, company.users["alice"].name, "battery-staple")
    return []


def another(company, client, url):
    netrc(client, url, company.users["bob"].name)
    return []


def switched_off(company, client, url):
    netrc(client, url, company.users["alice"].name)
    return ["GOAUTH=off"]


def of_another_host(company, client, url):
    netrc(client, "https://goproxy.example", company.users["alice"].name)
    return []


def wrong_command(company, client, url):
    return [goauth(client, url, {"Authorization": "Basic x"})]


def no_more(company, client, url):
    netrc(client, url, company.users["alice"].name)
    company.users["alice"].leave()
    return []


def no_right_any_more(company, client, url):
    netrc(client, url, company.users["alice"].name)
    may_not(company.users["alice"], DOWNLOADER, company.guards["alice"])
    return []


CREDENTIALS = [
    (nothing, "401 Unauthorized"),
    (unknown, "401 Unauthorized"),
    (wrong, "401 Unauthorized"),
    (switched_off, "401 Unauthorized"),
    (of_another_host, "401 Unauthorized"),
    (wrong_command, "401 Unauthorized"),
    (no_more, "401 Unauthorized"),
    (another, "403 Forbidden"),
    (no_right_any_more, "403 Forbidden"),
]
COMMANDS = [
    ("mod", "download", f"{QUOTE}@v1.0.0"),
    ("mod", "download", f"{QUOTE}@v1.0.1"),
    ("list", "-m", "-versions", QUOTE),
    ("list", "-m", f"{QUOTE}@latest"),
    ("list", "-m", f"{QUOTE}@main"),
    ("get", f"{QUOTE}/sub/package@latest"),
    ("get", "example.com/Azure/none@v1.0.0"),
]


@pytest.mark.parametrize(("credentials", "status"), CREDENTIALS)
def test_nothing_private_is_asked_of_the_second(company, go, second, credentials, status):
    url = company.urls["alice"]
    client = go(f"{url},{second.url}")
    client.write(go_mod="module example.com/main\n\ngo 1.21\n")
    settings = credentials(company, client, url)
    for command in COMMANDS:
        # As a user has it, with the checksum database that `go` comes with.
        trusting = (company.trusting, "GOSUMDB=sum.golang.org", *settings)
        assert status in client.fail(*trusting, *command)
    assert second.requests == []


def test_the_second_is_asked_for_what_is_public(company, go, second):
    """With the right credentials 404 means that the module is not here."""
    url = company.urls["alice"]
    second.tree.add("example.com/public", "v1.0.0")
    client = go(f"{url},{second.url}")
    netrc(client, url, company.users["alice"].name)
    assert download(client, company.trusting) == BROUGHT
    assert second.requests == []
    client.run(company.trusting, "mod", "download", "example.com/public@v1.0.0")
    assert {request.path.split("/@v/")[0] for request in second.requests} == {"example.com/public"}


def test_the_second_gets_no_credentials(company, go, second):
    url = company.urls["alice"]
    second.tree.add("example.com/public", "v1.0.0")
    client = go(f"{url},{second.url}")
    netrc(client, url, company.users["alice"].name)
    client.run(company.trusting, "mod", "download", "example.com/public@v1.0.0")
    assert [each for each in second.requests if "authorization" in each.headers] == []


def test_no_password_is_in_a_log(tls_pulp, company, go):
    client = go(company.urls["alice"])
    user = company.users["alice"]
    netrc(client, company.urls["alice"], user.name)
    download(client, company.trusting)
    for log in Path(tls_pulp.home).rglob("*.log"):
        text = log.read_text(errors="replace")
        assert PASSWORD not in text and user.headers["Authorization"][6:] not in text
