"""A home, small processes in place of big ones, and certificates."""

import datetime
import ipaddress
import signal
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pulp_go.standalone import home as homes
from pulp_go.standalone.processes import identify


@pytest.fixture
def place(tmp_path):
    """A furnished home."""
    place = homes.find(str(tmp_path / "home"))
    homes.make(place)
    homes.furnish(place)
    return place


@pytest.fixture
def sleeper():
    """Start processes that sleep; deaf to some signals if asked."""
    children = []

    def start(*deaf, env=None):
        ignore = "".join(f"signal.signal({number:d}, signal.SIG_IGN); " for number in deaf)
        code = f"import signal, time; {ignore}print(flush=True); time.sleep(600)"
        command = [sys.executable, "-c", code]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, start_new_session=True)
        children.append(child)
        child.stdout.readline()
        return identify(child.pid)

    yield start
    for child in children:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()


def pem(key, password=b""):
    """Return a key as PEM, with a password if one is given."""
    lock = serialization.BestAvailableEncryption(password) if password else None
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        lock or serialization.NoEncryption(),
    )


def certificate(key):
    """Return a certificate of a key for 127.0.0.1, signed by it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return (
        builder.not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    """The paths of a certificate and its key."""
    directory, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    files = directory / "cert ١.pem", directory / "key.pem"
    files[0].write_bytes(certificate(key).public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(pem(key))
    return files
