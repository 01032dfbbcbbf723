"""A repository over http or https, in git's smart protocol.

dulwich speaks the protocol; this module moves the bytes, since it matters who gets to see the
credentials, how long is waited, and what a status means:

- Credentials and headers go to the origin of the URL only. A redirect to another origin is
  followed without them, one from https to http never, and none at all when a body is sent.
- Nothing is taken from the environment: no proxy, no `.netrc`, no configuration of git.
- Every read has a time limit, and so has the whole.
- 401 is a matter of credentials; 404 and 410 say that there is no such repository; 429, and a 403
  that tells of a limit, that we ask too often; another 403 is a refusal; the rest is trouble.
- The dumb protocol is not spoken: it has no server of ours to be fair to, and no bounds.

https://git-scm.com/docs/gitprotocol-http
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from os import memfd_create
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from dulwich.client import (
    AbstractHttpGitClient,
    build_ls_refs_request_v2,
    extract_object_format_from_capabilities,
    read_pkt_refs_v2,
)
from dulwich.errors import GitProtocolError
from dulwich.objects import ObjectID
from dulwich.protocol import Protocol, pkt_line
from dulwich.refs import Ref
from urllib3.exceptions import HTTPError, InsecureRequestWarning, LocationValueError, SSLError
from urllib3.util import Timeout, make_headers, parse_url

from pulp_go.git.access import Access
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
from pulp_go.git.packets import checked

_REDIRECTS = {301, 302, 303, 307, 308}
# Whoever turns the check of certificates off knows it.
urllib3.disable_warnings(InsecureRequestWarning)

# As dulwich has it: refs, capabilities, base URL, symbolic refs, peeled tags.
_Listed = tuple[dict[Ref, ObjectID | None], set[bytes], str, dict[Ref, Ref], dict[Ref, ObjectID]]

_MOST_REDIRECTS = 5
_PIECE = 1 << 16
_LS_REFS = b"command=ls-refs"
"""What a body has in it that asks for a list, and for no pack."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a host that speaks version 2 said first. Who remembers it may skip that.

    Attributes:
        base_url: Where the repository is, after redirects; it ends in "/".
        capabilities: What the host can do.
    """

    base_url: str
    capabilities: tuple[bytes, ...]


class HttpsClient(AbstractHttpGitClient):
    """A client for one repository, which lives for one call.

    Attributes:
        greeting: What the host said first, now or when it was remembered.
    """

    def __init__(self, access: Access, greeting: Greeting | None) -> None:
        super().__init__(access.url.text, thin_packs=False, quiet=True)
        self.greeting = greeting
        self._access = access
        self._pools: dict[bool, urllib3.PoolManager] = {}
        self._deadline = time.monotonic() + access.limits.total
        self._listed = False

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.clear()

    def _discover_references(
        self,
        service: bytes,
        base_url: str,
        protocol_version: int | None = None,
        ref_prefix: Sequence[bytes] | None = None,
    ) -> tuple[dict[Ref, ObjectID | None], set[bytes], str, dict[Ref, Ref], dict[Ref, ObjectID]]:
        """Return what the host lists: in one round trip if its greeting is known, else in two."""
        try:
            return self._list(service, base_url, protocol_version, ref_prefix)
        finally:
            self._listed = True

    def _list(
        self,
        service: bytes,
        base_url: str,
        protocol_version: int | None,
        ref_prefix: Sequence[bytes] | None,
    ) -> _Listed:
        if self.greeting is not None:
            try:
                return self._list_at_once(self.greeting, ref_prefix)
            except (NotFoundError, TroubleError, GitProtocolError):
                self.greeting = None  # Perhaps it has moved, or is another by now.
        found = super()._discover_references(service, base_url, protocol_version, ref_prefix)
        if self.protocol_version == 2:
            self.greeting = Greeting(found[2], tuple(sorted(found[1])))
        return found

    def _list_at_once(
        self, greeting: Greeting, ref_prefix: Sequence[bytes] | None
    ) -> tuple[dict[Ref, ObjectID | None], set[bytes], str, dict[Ref, Ref], dict[Ref, ObjectID]]:
        """Return what the host lists, asked as one whose greeting has been heard."""
        self.protocol_version = 2
        capabilities = set(greeting.capabilities)
        object_format = extract_object_format_from_capabilities(capabilities)
        command, arguments = build_ls_refs_request_v2(capabilities, object_format, ref_prefix)
        body = b"".join(map(pkt_line, command)) + b"0001" + b"".join(map(pkt_line, arguments))
        answer, read = self._smart_request("git-upload-pack", greeting.base_url, body + b"0000")
        with closing(answer):
            packets = Protocol(read, lambda _: None).read_pkt_seq()
            refs, symrefs, peeled = read_pkt_refs_v2(packets)
        return refs, capabilities, greeting.base_url, symrefs, peeled

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,
    ) -> tuple[Any, Callable[[int], bytes]]:
        """Return the answer to a request, and what reads its body."""
        if data is None and self._listed:
            raise TroubleError("the host sends us to another place for its packs")
        answer, final_url = self._follow(url, dict(headers or {}), data)
        try:
            _check_status(answer)
            kind = answer.headers.get("Content-Type", "")
            if not kind.startswith("application/x-git-"):
                raise TroubleError("the host does not speak git's smart protocol")
        except HostError:
            answer.close()
            raise
        answer.content_type = kind  # type: ignore[attr-defined]  # What dulwich looks at.
        answer.redirect_location = final_url if final_url != url else ""  # type: ignore[attr-defined]
        asks_for_list = data is None or (isinstance(data, bytes) and _LS_REFS in data)
        limits = self._access.limits
        body = _Body(answer, self._deadline, limits.listing if asks_for_list else 2 * limits.pack)
        return answer, body.read

    def _follow(
        self, url: str, headers: dict[str, str], data: bytes | Iterator[bytes] | None
    ) -> tuple[urllib3.BaseHTTPResponse, str]:
        """Return the answer to a request after all redirects, and the URL that gave it."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._send(url, headers, data)
            if answer.status not in _REDIRECTS:
                return answer, url
            answer.close()
            target = urljoin(url, answer.headers.get("Location", ""))
            if data is not None:
                raise TroubleError("the host redirects a request that has a body")
            if urlsplit(target).scheme not in {"https", urlsplit(url).scheme}:
                raise TroubleError("the host redirects to another scheme")
            url = target
        raise TroubleError("the host redirects too often")

    def _send(
        self, url: str, headers: dict[str, str], data: bytes | Iterator[bytes] | None
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to one request, of whatever status."""
        if _origin(url) == _origin(self._access.url.text):
            headers = headers | _credentials(self._access)
        limits, left = self._access.limits, self._deadline - time.monotonic()
        if left <= 0:
            raise TroubleError("it took too long")
        # Until TLS is spoken the certificates are not read, which takes its time.
        secure = urlsplit(url).scheme == "https"
        if secure not in self._pools:
            self._pools[secure] = _pool(self._access, secure=secure)
        try:
            return self._pools[secure].urlopen(
                "GET" if data is None else "POST",
                url,
                body=data,
                headers={"Pragma": "no-cache", "User-Agent": "git/pulp_go"} | headers,
                timeout=Timeout(connect=min(limits.connect, left), read=min(limits.read, left)),
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except SSLError as error:
            raise UntrustedHostError(f"TLS: {self._access.clean(str(error))}") from None
        except (HTTPError, LocationValueError) as error:
            raise TroubleError(_why(error)) from None


class _Body:
    """The body of an answer, read within the limits."""

    def __init__(self, answer: urllib3.BaseHTTPResponse, deadline: float, most: int) -> None:
        self._answer = answer
        self._deadline = deadline
        self._left = most
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return `size` bytes, or fewer at the end.

        Raises:
            GitProtocolError: They are an error that the host tells.
            TroubleError: The connection broke, was silent, or is too slow.
            TooLargeError: There is more than was to be expected.
        """
        while len(self._held) < size:
            piece = self._piece()
            if not piece:
                break
            self._held += piece
        taken, self._held = self._held[:size], self._held[size:]
        return checked(taken)

    def _piece(self) -> bytes:
        """Return what comes next, as soon as anything does."""
        if time.monotonic() > self._deadline:
            raise TroubleError("it took too long")
        try:
            piece = self._answer.read1(_PIECE)
        except HTTPError as error:
            raise TroubleError(_why(error)) from None
        self._left -= len(piece)
        if self._left < 0:
            raise TooLargeError("the host sends more than the limits allow")
        return piece


def _why(error: Exception) -> str:
    """Return what a fault of the connection is; its own text would hold the URL."""
    names = [type(error).__name__]
    while isinstance(cause := getattr(error, "reason", None) or error.__cause__, Exception):
        names.append(type(cause).__name__)
        error = cause
    return f"the connection failed: {': '.join(names)}"


def _credentials(access: Access) -> dict[str, str]:
    """Return the headers that are for the host alone."""
    authorization = access.authorization()
    return dict(access.headers) | ({"Authorization": authorization} if authorization else {})


def _origin(url: str) -> tuple[str | None, str | None, int | None]:
    """Return what a URL must have in common with another to be of the same origin."""
    parts = parse_url(url)
    return (
        parts.scheme,
        parts.host,
        parts.port or {"http": 80, "https": 443}.get(parts.scheme or ""),
    )


def _check_status(answer: urllib3.BaseHTTPResponse) -> None:
    """Raise what the status of `answer` means, unless it is 200.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    limited = "Retry-After" in answer.headers or answer.headers.get("X-RateLimit-Remaining") == "0"
    match answer.status:
        case 200:
            return
        case 401:
            raise AuthError("the host wants credentials, or does not believe these (401)")
        case 407:
            raise AuthError("the proxy wants credentials, or does not believe these (407)")
        case 404 | 410:
            raise NotFoundError(f"the host has no such repository ({answer.status})")
        case 429:
            raise RateLimitedError("the host was asked too often (429)", _pause(answer.headers))
        case 403 if limited:
            raise RateLimitedError("the host was asked too often (403)", _pause(answer.headers))
        case 403:
            raise RefusedError("the host refuses (403)")
    raise TroubleError(f"the host answers {answer.status}", _pause(answer.headers))


def _pause(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a host asks for, or None if it names none that can be read."""
    try:
        if "Retry-After" not in headers:
            return max(0.0, float(headers["X-RateLimit-Reset"]) - time.time())
        wanted = headers["Retry-After"]
        if wanted.isascii() and wanted.isdecimal():
            return float(wanted)
        return max(0.0, parsedate_to_datetime(wanted).timestamp() - time.time())
    except (KeyError, ValueError):
        return None


def _pool(access: Access, *, secure: bool) -> urllib3.PoolManager:
    """Return what makes the connections to hosts over TLS or to the others."""
    context = _tls(access) if secure or access.proxy_url.startswith("https:") else None
    if not access.proxy_url:
        return urllib3.PoolManager(ssl_context=context)
    pair = f"{access.proxy_username}:{access.proxy_password}" if access.proxy_username else None
    return urllib3.ProxyManager(
        access.proxy_url,
        proxy_headers=make_headers(proxy_basic_auth=pair),
        ssl_context=context,
        proxy_ssl_context=context,
    )


def _tls(access: Access) -> ssl.SSLContext:
    """Return how a host proves who it is, and we do.

    Raises:
        AuthError: A certificate or key cannot be read.
    """
    try:
        context = ssl.create_default_context(cadata=access.ca_cert or None)
        if access.client_cert:
            _show_certificate(context, access.client_cert, access.client_key)
    except (ssl.SSLError, ValueError):
        raise AuthError("the certificates or the key for TLS cannot be read") from None
    if not access.tls_validation:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _show_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Let `context` show a certificate. Python reads it from files only; these are in memory."""
    with ExitStack() as stack:
        paths = []
        for text in (certificate, key or certificate):
            file = stack.enter_context(open(memfd_create("tls"), "w"))
            file.write(text)
            file.flush()
            paths.append(f"/proc/self/fd/{file.fileno()}")
        # Without a password OpenSSL would ask on the terminal.
        context.load_cert_chain(paths[0], paths[1], password="")
