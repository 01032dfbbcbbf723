"""A database that a URL names, as Django wants it.

    postgresql://user:password@host:port/name?sslmode=require

The URL is libpq's (https://www.postgresql.org/docs/current/libpq-connstr.html), with one host;
the parameters of its query go to libpq as they are. It may hold a password, so no error shows it.
"""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pulp_go.standalone.errors import StandaloneError

_FORM = "--database is not of the form postgresql://user@host:port/name"

# Seconds. Without it, libpq waits for an unreachable host as long as the kernel does.
_CONNECT_TIMEOUT = "10"


def parse(url: str) -> dict[str, Any]:
    """Return what stands in DATABASES["default"] for a database's URL.

    Raises:
        StandaloneError: this is no such URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise StandaloneError(_FORM) from None  # the error shows a part of the URL
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name or parts.fragment:
        raise StandaloneError(_FORM)
    host = options.pop("host", unquote(parts.hostname or ""))
    return django(name, unquote(parts.username or ""), _password(parts), host, port or "") | {
        "OPTIONS": {"connect_timeout": _CONNECT_TIMEOUT} | options
    }


def _password(parts: SplitResult) -> str:
    """Return the password of a URL, or "": libpq then looks into ~/.pgpass."""
    return unquote(parts.password or "")


def django(name: str, user: str, password: str, host: str, port: int | str) -> dict[str, Any]:
    """Return the entry of DATABASES for a database; `host` may be a socket's directory."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": str(port),
    }
