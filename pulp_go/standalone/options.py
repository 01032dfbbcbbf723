"""What `up` is given, and what a home keeps of it (`options.json`).

What is not given is as it was at the last `up` in this home; an empty text takes back what was
given then. A port of 0 is a port not given: a free one is taken on first use, and kept.
"""

import dataclasses
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulp_go.standalone import databases, tls
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.home import Home, garbage, read_object, read_text, write_private

_FILES = ("tls_cert", "tls_key", "settings")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `up`, each under the name that it has there.

    Attributes:
        api_port: the REST API's port; 0 before the first start.
        content_port: the content app's port; 0 before the first start.
        host: where both bind, and what CONTENT_ORIGIN says.
        tls_cert: path of the certificate chain of both, or "": they speak plain HTTP.
        tls_key: path of its key, or "".
        database: URL of a database, or "" for the home's own cluster.
        settings: path of a settings file that is read after ours, or "".
        workers: how many task workers.
        content_workers: how many processes of the content app.
    """

    api_port: int = 0
    content_port: int = 0
    host: str = "127.0.0.1"
    tls_cert: str = ""
    tls_key: str = ""
    database: str = ""
    settings: str = ""
    workers: int = 1
    content_workers: int = 1

    @property
    def api_url(self) -> str:
        """The origin of the REST API."""
        return self._url(self.api_port)

    @property
    def content_url(self) -> str:
        """The origin of the content app: CONTENT_ORIGIN."""
        return self._url(self.content_port)

    def _url(self, port: int) -> str:
        """Return the origin of what listens on a port."""
        scheme = "https" if self.tls_cert else "http"
        return f"{scheme}://{_in_url(self.host)}:{port}"


def _in_url(host: str) -> str:
    """Return a host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def load(home: Home) -> Options:
    """Return the options that a home keeps; the defaults if it keeps none.

    Raises:
        StandaloneError: `options.json` cannot be read.
    """
    value = read_object(home.options)
    if value is None:
        return Options()
    try:
        options = Options(**value)
    except TypeError as error:
        raise garbage(home.options) from error
    if not _is_typed(options):
        raise garbage(home.options)
    return options


def _is_typed(options: Options) -> bool:
    """Report whether each option has the type of its default, and the ports are ports."""
    defaults, values = dataclasses.astuple(Options()), dataclasses.astuple(options)
    typed = all(
        type(value) is type(default) for value, default in zip(values, defaults, strict=True)
    )
    return typed and all(0 <= port < 65536 for port in (options.api_port, options.content_port))


def save(home: Home, options: Options) -> None:
    """Keep options for the next `up`."""
    write_private(home.options, json.dumps(dataclasses.asdict(options), indent=1) + "\n")


def merge(kept: Options, given: Mapping[str, str | int | None]) -> Options:
    """Return the options that hold when `given` is given to a home that keeps `kept`.

    Args:
        kept: what `load` has returned.
        given: by option name; None or a port of 0 is not given.
    """
    changes: dict[str, Any] = {
        name: value
        for name, value in given.items()
        if value is not None and not (name.endswith("_port") and value == 0)
    }
    for name in _FILES:
        if changes.get(name):
            changes[name] = os.path.abspath(os.path.expanduser(changes[name]))
    if changes.get("host") == "":
        changes["host"] = Options().host
    return dataclasses.replace(kept, **changes)


def with_ports(options: Options, api_port: int, content_port: int) -> Options:
    """Return options with the ports that were taken."""
    return dataclasses.replace(options, api_port=api_port, content_port=content_port)


def check(options: Options) -> None:
    """Check all that can be known wrong before anything is started.

    Raises:
        StandaloneError: which option, and what is wrong with it.
    """
    _check_host_and_ports(options)
    _check_tls(options)
    _check_settings(options.settings)
    if options.database:
        databases.parse(options.database)
    if min(options.workers, options.content_workers) < 1:
        raise StandaloneError("--workers and --content-workers must be 1 or more")


def _check_host_and_ports(options: Options) -> None:
    """Refuse a host that is not a name or address, and one port for two."""
    if not re.fullmatch(r"[0-9A-Za-z._:-]+", options.host, re.ASCII):
        raise StandaloneError(f"--host {options.host!r} is neither a name nor an address")
    if options.api_port == options.content_port != 0:
        raise StandaloneError(f"--api-port and --content-port are both {options.api_port}")


def _check_tls(options: Options) -> None:
    """Refuse one TLS file without the other, and two that are unreadable or will not do."""
    if not (options.tls_cert or options.tls_key):
        return
    if not (options.tls_cert and options.tls_key):
        raise StandaloneError("--tls-cert and --tls-key go together: give both or neither")
    for name, path in (("--tls-cert", options.tls_cert), ("--tls-key", options.tls_key)):
        _check_readable(name, path)
    tls.check(options.tls_cert, options.tls_key)


def _check_settings(path: str) -> None:
    """Refuse a settings file that is missing or not Python."""
    if not path:
        return
    _check_readable("--settings", path)
    try:
        compile(read_text(Path(path)) or "", path, "exec")
    except (SyntaxError, ValueError) as error:
        raise StandaloneError(f"--settings {path} is not Python: {error}") from error


def _check_readable(name: str, path: str) -> None:
    """Refuse a file that cannot be read."""
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise StandaloneError(f"{name} {path}: {error.strerror}") from error
