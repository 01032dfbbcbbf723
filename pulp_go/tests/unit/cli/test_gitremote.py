"""What `pulp go remote --type git` sends for what is typed."""

import pytest
from pulp_glue.common.context import PulpContext

from pulp_go.cli.contexts import (
    PulpGoGitRemoteContext,
    PulpGoRemoteContext,
    PulpGoRepositoryContext,
)

URL = "git@git.example:team/mono.git"
CREATE = ("remote", "--type", "git", "create", "--name", "r", "--url", URL)
UPDATE = ("remote", "-t", "git", "update", "--name", "r")
SENT = [
    ((), {}),
    (("--include", "a.b/c@main", "--include", "a.b/d"), {"includes": ["a.b/c@main", "a.b/d"]}),
    (("--include", ""), {"includes": []}),
    (("--exclude", "a.b/*"), {"excludes": ["a.b/*"]}),
    (("--module", "a.b/c=tools/c"), {"modules": {"a.b/c": "tools/c"}}),
    (("--module", "a.b/c=", "--module", "d.e/v2=x=y"), {"modules": {"a.b/c": "", "d.e/v2": "x=y"}}),
    (("--module", ""), {"modules": {}}),
    (("--path-prefix", "a.b", "--path-elements", "2"), {"path_prefix": "a.b", "path_elements": 2}),
    (("--path-prefix", "", "--path-elements", "0"), {"path_prefix": "", "path_elements": 0}),
    (("--discover", "--no-go-import"), {"discover": True, "go_import": False}),
    (("--no-discover", "--go-import"), {"discover": False, "go_import": True}),
    (("--private-key", "@two"), {"private_key": "2\n"}),
    (("--private-key", ""), {"private_key": ""}),
    (("--known-hosts", "@two"), {"known_hosts": "2\n"}),
    (("--known-hosts", "h ssh-ed25519 AAAA"), {"known_hosts": "h ssh-ed25519 AAAA"}),
    (("--known-hosts", ""), {"known_hosts": ""}),
    (("--ca-cert", "@two", "--header", "X-A: b"), {"ca_cert": "2\n", "headers": [{"X-A": "b"}]}),
    (("--sock-read-timeout", "0.5"), {"sock_read_timeout": 0.5}),
    (("--labels", '{"a": "b"}'), {"pulp_labels": {"a": "b"}}),
]  # fmt: skip
REFUSED = [
    (("--module", "a.b/c"), "'a.b/c' is not <path>=<directory>."),
    (("--module", "=c"), "'=c' is not <path>=<directory>."),
    (("--module", "a.b/c=d", "--module", "a.b/c=e"), "a.b/c is named twice."),
    (("--path-elements", "x"), "'x'"),
    (("--private-key", "two"), "It is @file, or - for the standard input."),
    (("--private-key", "a secret"), "It is @file, or - for the standard input."),
    (("--private-key", "@none"), "none: No such file"),
    (("--private-key", "@latin"), "latin is not UTF-8"),
    (("--go-sum", "one"), "No such option"),
    (("--policy", "on_demand"), "No such option"),
]
REMOTES = [
    ("r", PulpGoRemoteContext),
    ("go:r", PulpGoRemoteContext),
    ("git:r", PulpGoGitRemoteContext),
    ("go:git:r", PulpGoGitRemoteContext),
]


@pytest.mark.parametrize(("words", "body"), SENT)
def test_what_is_sent(pulp, sent, words, body):
    assert pulp(*CREATE, *words).exit_code == 0
    assert pulp(*UPDATE, *words).exit_code == 0
    assert sent == [{"name": "r", "url": URL} | body, body]


@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_what_is_refused_without_telling_a_secret(pulp, sent, words, reason):
    result = pulp(*CREATE, *words)
    assert result.exit_code == 2 and reason in result.output, result.output
    assert "secret" not in result.output and not sent


def test_secrets_come_by_the_standard_input(pulp, sent):
    words = ("--username", "u", "--password", "-", "--private-key", "-")
    result = pulp(*CREATE, *words, input="a secret\n-----BEGIN secret\nkey\n")
    assert result.exit_code == 0 and "secret" not in result.output
    assert sent[0]["password"] == "a secret"
    assert sent[0]["private_key"] == "-----BEGIN secret\nkey\n"


def test_an_empty_key_is_none():
    context = PulpGoGitRemoteContext(PulpContext(api_root="/pulp/", api_kwargs={}))
    assert context.preprocess_entity({"private_key": "", "known_hosts": ""}) == {
        "private_key": None,
        "known_hosts": "",
    }


@pytest.mark.parametrize(("text", "kind"), REMOTES)
def test_a_repository_takes_either_type(pulp, monkeypatch, text, kind):
    taken = []

    def note(self, body):
        taken.append(body["remote"])
        return {}

    monkeypatch.setattr(PulpGoRepositoryContext, "create", note)
    monkeypatch.setattr(PulpGoRepositoryContext, "sync", note)
    assert pulp("repository", "create", "--name", "x", "--remote", text).exit_code == 0
    assert pulp("repository", "sync", "--name", "x", "--remote", text).exit_code == 0
    assert [type(one) for one in taken] == [kind, kind]
