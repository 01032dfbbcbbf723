"""Certificates for 127.0.0.1 that sign themselves: who is given one as an authority trusts it."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, each in a file as PEM.

    Attributes:
        chain: The certificate, for the server and for its clients.
        key: The key, for the server alone.
    """

    chain: Path
    key: Path


def write_certificate(directory: Path) -> Certificate:
    """Write a new certificate into a directory. The names have a space, which hurts nobody."""
    made = Certificate(directory / "the certificate.pem", directory / "the key.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    made.chain.write_bytes(sign(key).public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(private(key))
    return made


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key as PEM, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def sign(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return a certificate of a key, signed by it, for two days."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1 of the tests")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
