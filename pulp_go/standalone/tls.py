"""TLS of the API and the content app: certificate chain and key are two files in PEM.

The apps are gunicorn's, which speaks TLS itself, from 1.2 on (Python's own least for a server,
https://docs.python.org/3/library/ssl.html#ssl.SSLContext.minimum_version). So nothing stands
between a client and an app: no process more, no byte copied twice, and the app sees who asks.

The key's path goes through the environment, its text nowhere: neither into a message nor a log.
"""

import ssl

from pulp_go.standalone.errors import StandaloneError

# How OpenSSL says that a key belongs to another certificate: of the same kind, or of another one.
_NOT_A_PAIR = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}


def check(cert: str, key: str) -> None:
    """Check that the apps can speak TLS with two files, both of which can be opened.

    Args:
        cert: path of the certificate chain.
        key: path of its key.

    Raises:
        StandaloneError: which of them is wrong, and what is wrong with it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(cert)
    except ssl.SSLError:
        raise StandaloneError(f"--tls-cert {cert} holds no certificates in PEM") from None
    try:
        # A password, even an empty one, keeps OpenSSL from asking for one on the terminal.
        context.load_cert_chain(cert, key, password="")
    except ssl.SSLError as error:
        raise StandaloneError(_reason(cert, key, error)) from None


def _reason(cert: str, key: str, error: ssl.SSLError) -> str:
    """Return why a chain whose certificates can be read and a key will not do."""
    if not error.reason:
        return f"--tls-key {key} holds no key in PEM, or one with a password"
    if error.reason in _NOT_A_PAIR:
        return f"--tls-key {key} is not the key of the first certificate in --tls-cert {cert}"
    return f"--tls-cert {cert}, --tls-key {key}: {error.reason.replace('_', ' ').lower()}"
