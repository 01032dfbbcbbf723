"""A Pulp that `pulp-go` has given a certificate: the API and the content app speak https alone."""

import hashlib
import http.client
import json
import random
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from functional_tests.contentclient import fetch
from functional_tests.livepulp import LivePulp, pulp_go
from functional_tests.memory import PROC, peaks
from functional_tests.moduletree import file_path, list_path, make_module_zip
from functional_tests.workspace import Workspace, new_domain

QUOTE = "example.com/Azure/go-quote"
FILES = {"quote.go": 'package quote\n\nfunc Text() string { return "quote v1.0.0" }\n'}
# Printed by `go mod download -json` of go1.26.8.
H1 = "h1:cne9OpkW3gKLR46hqqTaZp6VrEs7g3zrosETkX113pM="
LARGE = 256 << 20
MOST = 64 << 20

needs_proc = pytest.mark.skipif(not PROC.joinpath("self").exists(), reason="needs Linux's /proc")


@pytest.fixture
def work(tls_pulp: LivePulp) -> Iterator[Workspace]:
    """A workspace in a domain of the Pulp with TLS; all it does goes over https."""
    with new_domain(tls_pulp) as work:
        yield work


@pytest.fixture
def goproxy(work, upstream):
    """The URL of a distribution with one module version."""
    upstream.tree.add(QUOTE, "v1.0.0", FILES)
    return work.distribution(repository=work.synced(upstream, f"{QUOTE}@v1.0.0"))


def connect(url: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return a connection to a URL's host whose handshake is done."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    plain = socket.create_connection((parts.hostname, parts.port), timeout=60)
    return context.wrap_socket(plain, server_hostname=parts.hostname)


def test_all_urls_are_https(tls_pulp, goproxy):
    info = json.loads((tls_pulp.home / "info.json").read_text())
    assert info["api"].startswith("https://127.0.0.1:")
    assert info["content"].startswith("https://127.0.0.1:")
    assert goproxy.startswith(f"{info['content']}/pulp/content/")
    again = pulp_go("up", "--home", str(tls_pulp.home))
    assert again == pulp_go("status", "--home", str(tls_pulp.home))
    assert info["content"] in again and tls_pulp.status() == 0


def test_go_downloads_over_https(go, goproxy, tls_pulp):
    client = go(goproxy)
    trusting = f"SSL_CERT_FILE={tls_pulp.certificate}"
    (module,) = client.run_json(trusting, "mod", "download", "-json", f"{QUOTE}@v1.0.0")
    assert module["Sum"] == H1


def test_go_that_does_not_know_the_certificate_takes_nothing(go, goproxy):
    said = go(goproxy).fail("list", "-m", f"{QUOTE}@v1.0.0")
    assert "x509: certificate signed by unknown authority" in said


def test_plain_http_gets_nothing(tls_pulp, goproxy):
    for url in (tls_pulp.api, goproxy + list_path(QUOTE)):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            fetch(url.replace("https://", "http://"))


@pytest.mark.parametrize("name", ["api", "content"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_older_than_tls_1_2_is_spoken(tls_pulp, name):
    url = json.loads((tls_pulp.home / "info.json").read_text())[name]
    context = ssl.create_default_context(cafile=tls_pulp.certificate)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with connect(url, context) as connection:
        assert connection.version() == "TLSv1.2"
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")  # else this side would refuse
    # The content app hangs up where the API says why.
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION|UNEXPECTED_EOF"):
        connect(url, context)


def test_one_connection_takes_many_requests(tls_pulp, goproxy):
    parts = urlsplit(goproxy + list_path(QUOTE))
    context = ssl.create_default_context(cafile=tls_pulp.certificate)
    with closing(http.client.HTTPSConnection(parts.netloc, context=context)) as connection:
        connection.connect()
        held = connection.sock
        for _ in range(3):
            connection.request("GET", parts.path)
            assert connection.getresponse().read() == b"v1.0.0\n"
            assert connection.sock is held


@needs_proc
def test_a_large_zip_passes_through_in_little_memory(tls_pulp, work, upstream):
    content = random.Random(1).randbytes(1 << 20) * (LARGE >> 20)
    upstream.tree.add(QUOTE, "v1.0.0")
    files = {"go.mod": upstream.tree.files[file_path(QUOTE, "v1.0.0", "mod")], "large": content}
    path = file_path(QUOTE, "v1.0.0", "zip")
    upstream.tree.put(path, make_module_zip(QUOTE, "v1.0.0", files, compressed=False))
    base = work.distribution(repository=work.synced(upstream, f"{QUOTE}@v1.0.0"))
    fetch(base + list_path(QUOTE), certificate=tls_pulp.certificate)
    before = max(peaks(tls_pulp.pids["content"]))
    served = fetch(base + path, certificate=tls_pulp.certificate).body
    assert hashlib.sha256(served).digest() == hashlib.sha256(upstream.tree.files[path]).digest()
    assert max(peaks(tls_pulp.pids["content"])) - before < MOST


def test_the_key_is_told_to_nobody(tls_pulp, goproxy):
    key = tls_pulp.certificate.with_name("the key.pem").read_text().splitlines()[1].encode()
    files = [path for path in tls_pulp.home.iterdir() if path.is_file()]
    for path in [*files, *(tls_pulp.home / "log").iterdir()]:
        assert key not in path.read_bytes(), path
