"""How a repository is reached: its URL, what proves who asks, whom to believe, and the limits."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulp_go.gomod.giturl import GitURL

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much may be waited for.

    Attributes:
        connect: The most seconds until a connection stands, TLS or ssh included.
        read: The most seconds of silence.
        total: The most seconds of one call, whatever happens meanwhile.
        listing: The most bytes of a list of refs.
        pack: The most bytes of one pack.
        mirror: The bytes from which on a mirror is thrown away and made anew.
        item: The most bytes of one object of a pack that must be held in memory.
    """

    connect: float = 10
    read: float = 60
    total: float = 3600
    listing: int = 64 * _MIB
    pack: int = 4096 * _MIB
    mirror: int = 16384 * _MIB
    item: int = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Access:
    """A repository and how to get at it. What is secret is in no `repr`.

    Attributes:
        url: Where the repository is.
        username: The user name that goes with the token, where the host wants a certain one.
        token: The token or password for http, or "".
        private_key: The private key for ssh as text, in OpenSSH's or PEM format, or "".
        known_hosts: The host keys for ssh, as lines of OpenSSH's `known_hosts`.
        ca_cert: The certificates to believe instead of the system's, as PEM, or "".
        client_cert: The certificate that we show, as PEM, or "".
        client_key: Its private key, as PEM, or "" if it stands in `client_cert`.
        tls_validation: Whether the certificate of the host is checked.
        proxy_url: The proxy for http, without credentials, or "".
        proxy_username: The user name for the proxy, or "".
        proxy_password: Its password.
        headers: What is sent with each request to the host itself.
        limits: How long and how much may be waited for.
    """

    url: GitURL
    username: str = ""
    token: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    known_hosts: str = field(default="", repr=False)
    ca_cert: str = field(default="", repr=False)
    client_cert: str = field(default="", repr=False)
    client_key: str = field(default="", repr=False)
    tls_validation: bool = True
    proxy_url: str = field(default="", repr=False)
    proxy_username: str = field(default="", repr=False)
    proxy_password: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Limits = Limits()

    def authorization(self) -> str:
        """Return the value of the header that shows the token, or "" if there is none.

        The hosts that take a token take it as a password, and most look at no user name.
        """
        if not self.token:
            return ""
        pair = f"{self.username or 'git'}:{self.token}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    def secrets(self) -> list[str]:
        """Return what no text may hold, the longest first."""
        shown = self.authorization().removeprefix("Basic ")
        found = {self.token, shown, self.proxy_password, *self.headers.values()}
        return sorted(found - {""}, key=len, reverse=True)

    def clean(self, words: str) -> str:
        """Return the words of a host as they may stand in an error: short, printable, no secret."""
        for secret in self.secrets():
            words = words.replace(secret, "***")
        line = "".join(character if character.isprintable() else " " for character in words)
        return " ".join(line.split())[:300]
