"""What hosts do to us, over http, TLS, proxies and ssh; and what is made of it."""

import datetime
import io
import time
from contextlib import suppress
from ipaddress import ip_address

import paramiko
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pulp_go.git import ssh as ssh_transport
from pulp_go.git import transports
from pulp_go.git.access import Access, Limits
from pulp_go.git.errors import (
    AuthError,
    HostError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    TooLargeError,
    TroubleError,
    UntrustedHostError,
)
from pulp_go.git.transports import Exchange
from pulp_go.gomod import giturl
from pulp_go.tests.unit.git.gitservers import (
    Manners,
    Origin,
    http_server,
    needs_git,
    silent_port,
    ssh_server,
    tls_context,
)

pytestmark = needs_git

SECRET = "s3cret-token"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    origin = Origin(tmp_path_factory.mktemp("served") / "a.git")
    origin.commit(files={"go.mod": "module example.com/a\n", "b": "b"})
    origin.tag("v1.0.0", annotated=True)
    return origin


@pytest.fixture
def manners():
    return Manners()


@pytest.fixture
def base_url(origin, manners):
    with http_server(origin.path.parent, manners) as url:
        yield url


def reach(url, limits=None, **options):
    limits = Limits(**{"connect": 2, "read": 2, "total": 10} | (limits or {}))
    return Access(giturl.parse(url), limits=limits, **options)


def refs(access):
    return transports.list_refs(access).listing.refs


def fetched(access, haves=()):
    """Return the bytes of the pack of all that is listed."""
    pack = io.BytesIO()
    transports.fetch(access, lambda found: Exchange(set(found.refs.values()), haves), pack.write)
    return pack.getvalue()


STATUSES = [
    (401, {}, AuthError, None),
    (407, {}, AuthError, None),
    (403, {}, RefusedError, None),
    (403, {"Retry-After": "17"}, RateLimitedError, 17),
    (403, {"X-RateLimit-Remaining": "0"}, RateLimitedError, None),
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, RateLimitedError, 0),
    (403, {"X-RateLimit-Remaining": "9"}, RefusedError, None),
    (404, {}, NotFoundError, None),
    (410, {}, NotFoundError, None),
    (429, {}, RateLimitedError, None),
    (429, {"Retry-After": "60"}, RateLimitedError, 60),
    (429, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, RateLimitedError, 0),
    (429, {"Retry-After": "soon"}, RateLimitedError, None),
    (429, {"Retry-After": "\u0661".encode().decode("latin-1")}, RateLimitedError, None),
    (500, {}, TroubleError, None),
    (503, {"Retry-After": "5"}, TroubleError, 5),
    (204, {}, TroubleError, None),
    (400, {}, TroubleError, None),
    (302, {}, TroubleError, None),
]


@pytest.mark.case("C-56")
@pytest.mark.parametrize(("status", "headers", "error", "pause"), STATUSES)
def test_c56_statuses_are_told_apart(base_url, manners, status, headers, error, pause):
    manners.status, manners.headers = status, headers
    with pytest.raises(HostError) as caught:
        refs(reach(f"{base_url}/a.git"))
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == pause


def test_a_repository_that_is_not_there(base_url):
    with pytest.raises(NotFoundError):
        refs(reach(f"{base_url}/nothing.git"))


@pytest.mark.parametrize("username", ["me", ""])
def test_credentials(base_url, manners, origin, username):
    manners.credentials = f"{username or 'git'}:{SECRET}"
    url = f"{base_url}/a.git"
    assert refs(reach(url, username=username, token=SECRET)) == origin.refs()
    assert fetched(reach(url, username=username, token=SECRET)).startswith(b"PACK")
    for wrong in ({}, {"token": "x"}, {"username": "you", "token": SECRET}):
        with pytest.raises(AuthError):
            refs(reach(url, **wrong))


@pytest.mark.case("C-61")
def test_c61_no_secret_in_a_repr_or_an_error(base_url, manners):
    access = reach(f"{base_url}/a.git", token=SECRET, headers={"X-Key": "k3y"}, private_key="pr1v")
    shown = repr(access) + repr(access.limits)
    assert not any(secret in shown for secret in (SECRET, "k3y", "pr1v"))

    def echo(_):
        words = b"ERR " + access.authorization().encode() + SECRET.encode() + b" k3y \x1b[2J"
        return b"%04x" % (len(words) + 4) + words

    manners.meddle = echo
    with pytest.raises(TroubleError) as caught:
        fetched(access)
    assert str(caught.value) == "the host does not speak as git does: Basic ****** *** [2J"


def test_headers_and_credentials_go_to_their_origin_only(base_url, manners, origin):
    other = Manners()
    with http_server(origin.path.parent, other) as elsewhere:
        manners.redirect = elsewhere
        access = reach(f"{base_url}/a.git", token=SECRET, headers={"X-Key": "k3y"})
        assert refs(access) == origin.refs()
        assert fetched(access).startswith(b"PACK")
    assert all({"Authorization", "X-Key"} <= headers.keys() for *_, headers in manners.requests)
    assert len(manners.requests) == 2 and len(other.requests) == 5
    assert not any({"Authorization", "X-Key"} & headers.keys() for *_, headers in other.requests)


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1",
        "http://127.0.0.1:1/other?x=",
        "http://[::",
        "/x",
    ],
)
def test_redirects_to_nowhere(base_url, manners, target):
    manners.redirect = target
    with pytest.raises(TroubleError):
        refs(reach(f"{base_url}/a.git"))
    assert len(manners.requests) <= 5


def test_a_body_is_never_redirected(base_url, manners, origin):
    access = reach(f"{base_url}/a.git")
    greeting = transports.list_refs(access).greeting
    manners.redirect = base_url
    manners.requests.clear()
    with pytest.raises(TroubleError):
        transports.list_refs(access, greeting)
    assert [method for method, *_ in manners.requests] == ["POST"] + ["GET"] * 5


@pytest.mark.parametrize("where", ["connect", "answer", "slow", "total"])
def test_hosts_that_keep_us_waiting(base_url, manners, where):
    began = time.monotonic()
    limits = {"connect": 0.3, "read": 0.3, "total": 10}
    with silent_port() as port:
        url = f"http://127.0.0.1:{port}/a.git" if where == "connect" else f"{base_url}/a.git"
        manners.hang = where == "answer"
        manners.slow = {"slow": 1, "total": 0.02}.get(where, 0)
        limits["total"] = 0.5 if where == "total" else 10
        with pytest.raises(TroubleError):
            refs(reach(url, limits))
    assert time.monotonic() - began < 8


def test_limits_that_are_passed_while_an_answer_comes(base_url, manners):
    manners.slow = 0.2
    with pytest.raises(TroubleError, match="took too long"):
        refs(reach(f"{base_url}/a.git", {"read": 5, "total": 0.5}))


def test_no_time_at_all(base_url):
    with pytest.raises(TroubleError, match="took too long"):
        refs(reach(f"{base_url}/a.git", {"total": 0}))


def test_a_host_that_is_not_there():
    with silent_port() as port:
        pass
    with pytest.raises(TroubleError) as caught:
        refs(reach(f"http://127.0.0.1:{port}/a.git"))
    assert str(port) not in str(caught.value)


NONSENSE = [
    b"",
    b"0",
    b"zzzz",
    b"0003",
    b"0000",
    b"fffe",
    b"001e# service=git-upload-pack\n0000",
    b"000eversion 2\n",
    b"<html></html>",
    b"0008ERR ",
    b"001e# service=git-upload-pack\n0000" + b"0010" + b"x" * 12 + b"0000",
    b"001e# service=git-upload-pack\n0000" + b"003b" + b"0" * 39 + b"g refs/heads/a\0 b\n0000",
]


@pytest.mark.parametrize("content", NONSENSE)
def test_nonsense(base_url, manners, content):
    def any_answer(_):
        return content

    manners.meddle = any_answer
    with pytest.raises(TroubleError):
        refs(reach(f"{base_url}/a.git"))
        fetched(reach(f"{base_url}/a.git"))


@pytest.mark.parametrize(
    "content", [*NONSENSE, b"000dpackfile\n0005\x04", b"000dpackfile\n0007\x01PA0000"]
)
def test_nonsense_in_the_place_of_a_pack(base_url, manners, content):
    def meddle(_):
        return content

    manners.meddle = meddle
    with suppress(TroubleError):
        assert not fetched(reach(f"{base_url}/a.git")).startswith(b"PACK")


def test_packs_from_elsewhere_are_not_fetched(base_url, manners):
    def send_away(_):
        line = b"https://127.0.0.1:1/x.pack sha1 " + b"0" * 40 + b"\n"
        return b"0012packfile-uris\n" + b"%04x" % (len(line) + 4) + line + b"000dpackfile\n0000"

    manners.meddle = send_away
    with pytest.raises(TroubleError, match="to another place"):
        fetched(reach(f"{base_url}/a.git"))
    assert [method for method, *_ in manners.requests] == ["GET", "POST", "POST"]


def test_a_web_page_is_no_repository(base_url, manners):
    manners.status, manners.headers = 200, {"Content-Type": "text/html"}
    with pytest.raises(TroubleError, match="smart protocol"):
        refs(reach(f"{base_url}/a.git"))


def test_lists_without_end(base_url, manners):
    with pytest.raises(TooLargeError):
        refs(reach(f"{base_url}/a.git", {"listing": 20}))


# TLS


def certificate(name, issuer=None, key=None, address="127.0.0.1"):
    """Return a certificate and its key; without an issuer, (certificate, key), it is its own."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    builder = (
        x509.CertificateBuilder(issuer[0].subject if issuer else subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(names, critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key, encryption=None):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def ca():
    return certificate("ca")


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory, ca):
    """Return what makes the contexts of servers: by address, and whether a client must show."""
    folder = tmp_path_factory.mktemp("tls")
    (folder / "ca").write_text(pem(ca[0]))

    def context(address="127.0.0.1", asks=False):
        mine, key = certificate("host", ca, address=address)
        (folder / "certificate").write_text(pem(mine))
        (folder / "key").write_text(key_pem(key))
        files = folder / "certificate", folder / "key"
        return tls_context(*files, folder / "ca" if asks else None)

    return context


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.case("C-4")
def test_c4_a_certificate_is_checked_unless_told_otherwise(origin, manners, tls_files, ca):
    with http_server(origin.path.parent, manners, tls_files()) as url:
        for wrong in ({}, {"ca_cert": pem(certificate("other")[0])}):
            with pytest.raises(UntrustedHostError):
                refs(reach(f"{url}/a.git", **wrong))
        assert manners.requests == []
        assert refs(reach(f"{url}/a.git", ca_cert=pem(ca[0]))) == origin.refs()
        assert refs(reach(f"{url}/a.git", tls_validation=False)) == origin.refs()


def test_a_certificate_of_another_host(origin, manners, tls_files, ca):
    server = http_server(origin.path.parent, manners, tls_files("127.0.0.2"))
    with server as url, pytest.raises(UntrustedHostError):
        refs(reach(f"{url}/a.git", ca_cert=pem(ca[0])))


def test_a_redirect_from_https_to_http(origin, manners, tls_files, ca, base_url):
    secure = Manners(redirect=base_url)
    server = http_server(origin.path.parent, secure, tls_files())
    with server as url, pytest.raises(TroubleError, match="another scheme"):
        refs(reach(f"{url}/a.git", ca_cert=pem(ca[0])))
    assert manners.requests == []


def test_a_redirect_from_http_to_https(origin, manners, tls_files, ca, base_url):
    with http_server(origin.path.parent, Manners(), tls_files()) as url:
        manners.redirect = url
        assert refs(reach(f"{base_url}/a.git", ca_cert=pem(ca[0]))) == origin.refs()
        with pytest.raises(UntrustedHostError):
            refs(reach(f"{base_url}/a.git"))


def test_a_client_certificate(origin, manners, tls_files, ca):
    mine, key = certificate("me", ca)
    with http_server(origin.path.parent, manners, tls_files(asks=True)) as url:
        for pair in (
            {"client_cert": pem(mine), "client_key": key_pem(key)},
            {"client_cert": pem(mine) + key_pem(key)},
        ):
            assert refs(reach(f"{url}/a.git", ca_cert=pem(ca[0]), **pair)) == origin.refs()
        with pytest.raises(HostError):
            refs(reach(f"{url}/a.git", ca_cert=pem(ca[0])))


@pytest.mark.parametrize(
    "options",
    [
        {"ca_cert": "x"},
        {"client_cert": "x"},
        {"client_cert": "locked"},
        {"client_cert": "mine", "client_key": "other"},
    ],
)
def test_certificates_that_cannot_be_read(options):
    mine, key = certificate("me")
    locked = key_pem(key, serialization.BestAvailableEncryption(b"x"))
    texts = {
        "locked": pem(mine) + locked,
        "mine": pem(mine),
        "other": key_pem(ec.generate_private_key(ec.SECP256R1())),
        "x": "x",
    }
    with pytest.raises(AuthError):
        refs(
            reach("https://127.0.0.1:1/a", **{name: texts[text] for name, text in options.items()})
        )


# Proxies


def test_a_proxy(origin, manners):
    with http_server(origin.path.parent, manners) as proxy:
        access = reach(
            "http://git.example/a.git",
            proxy_url=proxy,
            proxy_username="me",
            proxy_password=SECRET,
        )
        manners.status = 404
        with pytest.raises(NotFoundError):
            refs(access)
        (_, path, headers), *_ = manners.requests
        assert path.startswith("http://git.example/a.git/info/refs?")
        assert headers["proxy-authorization"] == "Basic bWU6czNjcmV0LXRva2Vu"
        assert "Authorization" not in headers
        manners.status = 407
        with pytest.raises(AuthError) as caught:
            refs(access)
        assert SECRET not in str(caught.value)


def test_the_environment_names_no_proxy(base_url, origin, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:1")
    assert refs(reach(f"{base_url}/a.git")) == origin.refs()


# ssh


@pytest.fixture(scope="module")
def keys():
    return {
        "host": paramiko.ECDSAKey.generate(),
        "other": paramiko.ECDSAKey.generate(),
        "user": paramiko.RSAKey.generate(2048),
    }


def private(key):
    text = io.StringIO()
    key.write_private_key(text)
    return text.getvalue()


@pytest.fixture
def ssh(origin, keys, manners):
    with ssh_server(origin.path.parent, keys["host"], keys["user"], manners) as (port, shell):
        shell.port = port
        yield shell


@pytest.fixture
def ssh_access(ssh, keys):
    def access(url=f"ssh://git@127.0.0.1:{ssh.port}/a.git", limits=None, **options):
        known = (
            f"# keys\n\n[127.0.0.1]:{ssh.port} ecdsa-sha2-nistp256 {keys['host'].get_base64()}\n"
        )
        defaults = {"private_key": private(keys["user"]), "known_hosts": known}
        return reach(url, limits, **defaults | options)

    return access


def test_ssh(ssh_access, ssh, origin, manners):
    assert refs(ssh_access()) == origin.refs()
    assert fetched(ssh_access()).startswith(b"PACK")
    assert refs(ssh_access(f"ssh://127.0.0.1:{ssh.port}/a.git")) == origin.refs()
    assert refs(ssh_access(f"ssh://me@127.0.0.1:{ssh.port}/a.git")) == origin.refs()
    assert manners.requests[0] == ("git-upload-pack '/a.git'", {"GIT_PROTOCOL": "version=2"})
    assert set(ssh.users) == {"git", "me"}


def test_ssh_sends_nothing_that_is_here(ssh_access, origin):
    pack = fetched(ssh_access(), [origin.refs()["refs/heads/main"]])
    assert int.from_bytes(pack[8:12], "big") == 1


def test_ssh_with_hashed_known_hosts(ssh_access, ssh, keys, origin):
    name = paramiko.HostKeys.hash_host(f"[127.0.0.1]:{ssh.port}")
    known = f"{name} ecdsa-sha2-nistp256 {keys['host'].get_base64()} a comment\n"
    assert refs(ssh_access(known_hosts=known)) == origin.refs()


@pytest.mark.parametrize(
    "known",
    [
        "",
        "\n# nothing\n",
        "[127.0.0.1]:{port} ecdsa-sha2-nistp256 {other}",
        "127.0.0.1 ecdsa-sha2-nistp256 {host}",
        "[127.0.0.2]:{port} ecdsa-sha2-nistp256 {host}",
        "@cert-authority * ecdsa-sha2-nistp256 {host}",
        "@revoked [127.0.0.1]:{port} ecdsa-sha2-nistp256 {host}",
        "* ecdsa-sha2-nistp256 {host}",
        "[127.0.0.1]:{port} ecdsa-sha2-nistp256 !!!",
        "[127.0.0.1]:{port} ecdsa-sha2-nistp256 AAAA",
        "[127.0.0.1]:{port} unheard-of {host}",
        "[127.0.0.1]:{port}",
    ],
)
def test_ssh_believes_only_known_hosts(ssh_access, ssh, keys, known):
    text = known.format(
        port=ssh.port, host=keys["host"].get_base64(), other=keys["other"].get_base64()
    )
    with pytest.raises(UntrustedHostError):
        refs(ssh_access(known_hosts=text))
    assert ssh.users == []


def test_ssh_with_keys_that_do_not_fit(ssh_access, keys):
    with pytest.raises(AuthError, match="does not accept"):
        refs(ssh_access(private_key=private(keys["other"])))
    for text in ("", "nonsense", key_pem(ec.generate_private_key(ec.SECP256R1()))[:60]):
        with pytest.raises(AuthError, match="cannot be read"):
            refs(ssh_access(private_key=text))
    locked = io.StringIO()
    keys["user"].write_private_key(locked, password="x")
    with pytest.raises(AuthError, match="passphrase"):
        refs(ssh_access(private_key=locked.getvalue()))


def test_ssh_repositories_that_are_not_there(ssh_access, ssh, manners):
    with pytest.raises(NotFoundError, match="does not appear to be a git repository"):
        refs(ssh_access(f"ssh://127.0.0.1:{ssh.port}/nothing.git"))
    manners.status = 404
    with pytest.raises(NotFoundError, match="Repository not found"):
        refs(ssh_access())


def test_ssh_tells_what_vanished(ssh_access):
    with pytest.raises(transports.VanishedError):
        transports.fetch(ssh_access(), lambda _: Exchange(["1" * 40], []), len)


def test_ssh_hosts_that_keep_us_waiting(ssh_access, manners, keys):
    began = time.monotonic()
    with silent_port() as port, pytest.raises(TroubleError):
        refs(ssh_access(f"ssh://127.0.0.1:{port}/a", {"connect": 0.3}))
    manners.slow = 1
    with pytest.raises(TroubleError, match="silent for too long"):
        refs(ssh_access(limits={"read": 0.3}))
    manners.hang = True
    with pytest.raises(TroubleError):
        refs(ssh_access(limits={"read": 0.3}))
    assert time.monotonic() - began < 8


def test_ssh_takes_no_longer_than_it_may(ssh_access):
    with pytest.raises(TroubleError, match="took too long"):
        refs(ssh_access(limits={"total": -1}))


def test_ssh_hosts_that_are_gone_when_we_speak():
    class Gone:
        def makefile_stderr(self, _):
            return io.BytesIO()

        def sendall(self, _):
            raise OSError("Socket is closed")

    with pytest.raises(TroubleError, match="does not take what we send"):
        ssh_transport._Command(None, Gone(), 0).write(b"0000")


def test_ssh_hosts_that_are_not_there(ssh_access):
    with silent_port() as port:
        pass
    with pytest.raises(TroubleError, match="the connection failed"):
        refs(ssh_access(f"ssh://127.0.0.1:{port}/a.git"))


def test_a_directory(origin):
    assert refs(reach(f"file://{origin.path}")) == origin.refs()
    assert transports.list_refs(reach(f"file://{origin.path}")).listing.head == "refs/heads/main"
