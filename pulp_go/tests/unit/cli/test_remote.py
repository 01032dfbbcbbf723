"""What `pulp go remote` sends for what is typed, for a GOPROXY."""

import pytest

CREATE = ("remote", "create", "--name", "r", "--url", "https://goproxy.example")
UPDATE = ("remote", "update", "--name", "r")
SENT = [
    ((), {}),
    (("--include", "a.b/c@v1.0.0", "--include", "a.b/d"), {"includes": ["a.b/c@v1.0.0", "a.b/d"]}),
    (("--include", ""), {"includes": []}),
    (("--exclude", "a.b/*"), {"excludes": ["a.b/*"]}),
    (("--go-sum", "one", "--go-sum", "two"), {"go_sum": "1\n2\n"}),
    (("--go-sum", ""), {"go_sum": ""}),
    (("--go-mod", "one", "--go-mod", "two"), {"go_mods": ["1", "2\n"]}),
    (("--go-mod", ""), {"go_mods": []}),
    (("--go-work", "one"), {"go_work": "1"}),
    (("--go-work", ""), {"go_work": ""}),
    (("--header", "X-A: b:c"), {"headers": [{"X-A": "b:c"}]}),
    (("--header", ""), {"headers": []}),
    (("--ca-cert", "@two"), {"ca_cert": "2\n"}),
    (("--max-retries", "3", "--total-timeout", "0.5"), {"max_retries": 3, "total_timeout": 0.5}),
    (("--max-retries", ""), {"max_retries": ""}),
    (("--tls-validation", "no"), {"tls_validation": False}),
    (("--sumdb", "off", "--sumdb-direct"), {"sumdb": "off", "sumdb_direct": True}),
    (("--no-sumdb", "a.b/*", "--no-sumdb", "c.d"), {"no_sumdb": ["a.b/*", "c.d"]}),
    (("--no-sumdb", "", "--no-sumdb-direct"), {"no_sumdb": [], "sumdb_direct": False}),
    (("--sumdb-tiles", "full"), {"sumdb_tiles": "full"}),
    (("--labels", '{"a": "b"}'), {"pulp_labels": {"a": "b"}}),
]
REFUSED = [
    (("--go-sum", "none"), "none: No such file"),
    (("--go-mod", "latin"), "latin is not UTF-8"),
    (("--header", "a secret"), "A header is <name>:<value>."),
    (("--header", ":a secret"), "A header is <name>:<value>."),
    (("--max-retries", "x"), "'x'"),
]


@pytest.mark.parametrize(("words", "body"), SENT)
def test_what_is_sent(pulp, sent, words, body):
    assert pulp(*CREATE, *words).exit_code == 0
    assert pulp(*UPDATE, *words).exit_code == 0
    assert sent == [{"name": "r", "url": "https://goproxy.example"} | body, body]


@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_what_is_refused_without_telling_a_secret(pulp, sent, words, reason):
    result = pulp(*CREATE, *words)
    assert result.exit_code == 2 and reason in result.output, result.output
    assert "secret" not in result.output and not sent


def test_a_header_is_not_echoed(pulp, sent):
    assert "hidden" not in pulp(*CREATE, "--header", "X-A:hidden").output


def test_passwords_come_by_the_standard_input(pulp, sent):
    words = ("--username", "u", "--password", "-", "--proxy-password", "-")
    result = pulp(*CREATE, *words, input="a secret \r\nanother\n")
    assert result.exit_code == 0 and "secret" not in result.output
    assert (sent[0]["password"], sent[0]["proxy_password"]) == ("a secret ", "another")
