import http.server
import json
import ssl
import threading

import pytest

from pulp_go.standalone import probe
from pulp_go.standalone.probe import Expected

EXPECTED = Expected("pulp-go-1-", workers=2, content_workers=1)


def status(workers=2, content=1, connected=True, prefix="pulp-go-1-"):
    """Return an answer of Pulp's status, with apps of another run in it."""
    names = [{"name": f"{prefix}{number}@host"} for number in range(9)]
    old = [{"name": "pulp-go-0-1@host"}, {"name": "1@host"}]
    return {
        "database_connection": {"connected": connected},
        "online_workers": old + names[:workers],
        "online_content_apps": old + names[:content],
    }


JUDGED = [
    (status(), ""),
    (status(workers=3, content=2), ""),
    (status(workers=1), "1 of 2 workers are online"),
    (status(content=0), "0 of 1 processes of the content app are online"),
    (status(prefix="pulp-go-1١-"), "0 of 1 processes of the content app are online"),
    (status(prefix="\npulp-go-1-"), "0 of 1 processes of the content app are online"),
    (status(connected=False), "the API has no connection to the database"),
    ({}, "the API answers something else than Pulp's status to /pulp/api/v3/status/"),
    ([], "the API answers something else than Pulp's status to /pulp/api/v3/status/"),
]


@pytest.mark.parametrize(("answer", "missing"), JUDGED)
def test_judge(answer, missing):
    assert probe.judge(json.dumps(answer).encode(), EXPECTED) == missing


@pytest.mark.parametrize("body", [b"", b"<html>\n", b"\xff"])
def test_what_is_no_json_is_not_pulp(body):
    assert "something else than Pulp's status" in probe.judge(body, EXPECTED)


@pytest.fixture
def server(request):
    """Serve one status of HTTP with one body for every path; by TLS if asked to."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.paths.append(self.path)
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *_arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.paths, server.status, server.body = [], 200, b""
        if getattr(request, "param", "") == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*request.getfixturevalue("pair"))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def test_the_api_is_asked_for_its_status(server):
    server.body = json.dumps(status()).encode()
    assert probe.api(server.server_address, False, EXPECTED) == ""
    server.status = 404
    message = "the API answers 404 to /pulp/api/v3/status/"
    assert probe.api(server.server_address, False, EXPECTED) == message
    assert server.paths == ["/pulp/api/v3/status/"] * 2


def test_any_answer_of_the_content_app_will_do(server):
    server.status = 503
    assert probe.content(server.server_address, tls=False) == ""


@pytest.mark.parametrize("server", ["tls"], indirect=True)
def test_a_certificate_that_nobody_knows_will_do(server):
    server.body = json.dumps(status()).encode()
    assert probe.api(server.server_address, True, EXPECTED) == ""
    assert probe.content(server.server_address, tls=True) == ""


def test_who_speaks_no_tls_does_not_answer(server):
    answer = probe.api(server.server_address, True, EXPECTED)
    assert answer.startswith("the API does not answer: ")
    assert probe.content(server.server_address, tls=True).startswith(
        "the content app does not answer: "
    )


def test_nobody_answers(server):
    server.server_close()
    assert probe.api(server.server_address, False, EXPECTED).startswith("the API does not answer: ")
    assert probe.content(server.server_address, tls=False).startswith(
        "the content app does not answer: "
    )
