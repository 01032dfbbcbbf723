import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pulp_go.standalone import options, tls
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.options import Options
from pulp_go.tests.unit.standalone.conftest import certificate, pem

PASSWORD = b"a-secret"
KEYS = {
    "one": ec.generate_private_key(ec.SECP256R1()),
    "another": ec.generate_private_key(ec.SECP256R1()),
    "of another kind": rsa.generate_private_key(65537, 2048),
    "too short": rsa.generate_private_key(65537, 1024),
}
CERTIFICATES = {name: certificate(key) for name, key in KEYS.items()}
TEXTS = {name: c.public_bytes(serialization.Encoding.PEM) for name, c in CERTIFICATES.items()}
CUT = TEXTS["one"][:200]
JUNK = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def files(tmp_path):
    """Write a certificate file and a key file."""

    def write(cert, key):
        (tmp_path / "cert.pem").write_bytes(cert)
        (tmp_path / "key.pem").write_bytes(key)
        return str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")

    return write


RIGHT = {
    "a pair": (TEXTS["one"], pem(KEYS["one"])),
    "RSA": (TEXTS["of another kind"], pem(KEYS["of another kind"])),
    "a chain": (TEXTS["one"] + TEXTS["another"], pem(KEYS["one"])),
    "text around it": (b"\xd9\xa1\n" + TEXTS["one"] + b"\n", b"\n" + pem(KEYS["one"]) + b"\n"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_apps_can_speak_with(files, name):
    tls.check(*files(*RIGHT[name]))


NO_CERTIFICATES = "--tls-cert {0} holds no certificates in PEM"
NO_KEY = "--tls-key {1} holds no key in PEM, or one with a password"
NO_PAIR = "--tls-key {1} is not the key of the first certificate in --tls-cert {0}"
WRONG = {
    "nothing": (b"", b"", NO_CERTIFICATES),
    "DER": (CERTIFICATES["one"].public_bytes(serialization.Encoding.DER), b"", NO_CERTIFICATES),
    "half a certificate": (CUT, pem(KEYS["one"]), NO_CERTIFICATES),
    "half a chain": (TEXTS["one"] + CUT, pem(KEYS["one"]), NO_CERTIFICATES),
    "no text": (b"\xff\0\n", pem(KEYS["one"]), NO_CERTIFICATES),
    "exchanged": (pem(KEYS["one"]), TEXTS["one"], NO_CERTIFICATES),
    "no key": (TEXTS["one"], b"\n", NO_KEY),
    "a broken key": (TEXTS["one"], JUNK, NO_KEY),
    "a certificate as key": (TEXTS["one"], TEXTS["one"], NO_KEY),
    "a key with a password": (TEXTS["one"], pem(KEYS["one"], PASSWORD), NO_KEY),
    "another key": (TEXTS["one"], pem(KEYS["another"]), NO_PAIR),
    "a key of another kind": (TEXTS["one"], pem(KEYS["of another kind"]), NO_PAIR),
    "a chain from its root": (TEXTS["another"] + TEXTS["one"], pem(KEYS["one"]), NO_PAIR),
    "a key too short": (
        TEXTS["too short"],
        pem(KEYS["too short"]),
        "--tls-cert {0}, --tls-key {1}: ee key too small",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_which_file_is_wrong_is_said_and_nothing_of_the_key(files, name):
    cert, key, message = WRONG[name]
    paths = files(cert, key)
    with pytest.raises(StandaloneError, match=f"{re.escape(message.format(*paths))}\\Z") as caught:
        tls.check(*paths)
    # What a traceback would show along with it.
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_options_with_tls(pair):
    cert, key = map(str, pair)
    options.check(Options(tls_cert=cert, tls_key=key))
    with pytest.raises(StandaloneError, match="--tls-cert .* holds no certificates in PEM"):
        options.check(Options(tls_cert=key, tls_key=cert))
