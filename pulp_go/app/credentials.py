"""Credentials that were verified a moment ago, so that a password is not hashed at each request.

A hash of a password is slow on purpose, 0.25 s, and `go` asks hundreds of times. So a verdict on an
Authorization header of the Basic scheme, good or bad, is remembered for `GO_CREDENTIALS_TTL`
seconds. It is kept under an HMAC of the header with a secret that this process alone has: neither
header nor password is held, and what is held is worth nothing elsewhere.

The user's row is read at each request all the same. A verdict falls with it: once the name, the
password or the activity of the user changes, or the user is gone or there at last, it is made anew.
What Pulp's database does not know, such as a password in a directory, changes after the TTL.

https://www.rfc-editor.org/rfc/rfc7617
"""

import base64
import binascii
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DataError
from rest_framework.authentication import (
    BaseAuthentication,
    BasicAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.views import APIView

MOST = 10_000


class ColdError(Exception):
    """The credentials of a request have to be verified, and that takes its time.

    Attributes:
        key: What tells these credentials from others.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__("not verified yet")
        self.key = key


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a header was good, and on which row of a user this rests.

    Attributes:
        accepted: Whether it was good.
        lookup: How to find the row: by key if it was good, else by name, and then it may be none.
        seal: What the row was, sealed.
        until: When it is forgotten, by the clock of the verdicts.
    """

    accepted: bool
    lookup: Mapping[str, Any]
    seal: bytes
    until: float


class Verdicts:
    """What is remembered, the latest used last; a full memory forgets the first.

    Args:
        clock: Tells seconds.
        most: How many verdicts are remembered at most.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._secret = secrets.token_bytes(32)
        self._clock = clock
        self._most = most
        self._held: OrderedDict[bytes, Verdict] = OrderedDict()
        self._lock = threading.Lock()

    def seal(self, data: bytes) -> bytes:
        """Return what stands for `data` in this process, and tells nothing of it."""
        return hmac.digest(self._secret, data, "sha256")

    def seal_row(self, user: Any) -> bytes:
        """Return what stands for a user's row: that which a verdict rests on, None for no row."""
        if user is None:
            return self.seal(b"")
        parts = (str(user.pk), user.get_username(), user.password, str(user.is_active))
        return self.seal("\0".join(parts).encode())

    def recall(self, key: bytes) -> Verdict | None:
        """Return the verdict of a key, unless it is forgotten."""
        with self._lock:
            verdict = self._held.pop(key, None)
            if verdict is None or verdict.until <= self._clock():
                return None
            self._held[key] = verdict
            return verdict

    def keep(self, key: bytes, accepted: bool, lookup: Mapping[str, Any], seal: bytes) -> None:
        """Remember a verdict for as long as the setting says."""
        until = self._clock() + settings.GO_CREDENTIALS_TTL
        with self._lock:
            self._held[key] = Verdict(accepted, lookup, seal, until)
            if len(self._held) > self._most:
                self._held.popitem(last=False)

    def drop(self, key: bytes) -> None:
        """Forget a verdict."""
        with self._lock:
            self._held.pop(key, None)


VERDICTS = Verdicts()


class RememberedBasic(BaseAuthentication):
    """The Basic scheme by verdicts that are remembered.

    Args:
        stock: The authentication that verifies what is not remembered.
        verdicts: What is remembered.
        hashing: Whether `stock` may be asked: if not, `ColdError` is raised in its place.
    """

    def __init__(self, stock: BasicAuthentication, verdicts: Verdicts, hashing: bool) -> None:
        self._stock = stock
        self._verdicts = verdicts
        self._hashing = hashing

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        """Return the user, or None without a header of this scheme.

        Raises:
            AuthenticationFailed: The credentials are wrong.
            ColdError: They are not known, and hashing is not allowed here.
        """
        header = get_authorization_header(request)
        name = name_in(header)
        if name is None:  # of no user, or malformed: it says which, without hashing
            return self._stock.authenticate(request)
        key = self._verdicts.seal(header)
        verdict = self._verdicts.recall(key)
        if verdict is not None:
            user = find(verdict.lookup)
            if hmac.compare_digest(self._verdicts.seal_row(user), verdict.seal):
                return accept(user, verdict.accepted)
            self._verdicts.drop(key)
        if not self._hashing:
            raise ColdError(key)
        return self._verify(request, key, {get_user_model().USERNAME_FIELD: name})

    def _verify(self, request: Any, key: bytes, named: Mapping[str, Any]) -> tuple[Any, Any] | None:
        # Before the verdict: a row that changes meanwhile must not be taken for what it rests on.
        before = self._verdicts.seal_row(find(named))
        try:
            found = self._stock.authenticate(request)
        except AuthenticationFailed:
            self._verdicts.keep(key, False, named, before)
            raise
        if found is not None and isinstance(found[0], get_user_model()):
            user = found[0]
            self._verdicts.keep(key, True, {"pk": user.pk}, self._verdicts.seal_row(user))
        return found


def accept(user: Any, accepted: bool) -> tuple[Any, None]:
    """Return what an authentication returns for a user.

    Raises:
        AuthenticationFailed: The user is not accepted.
    """
    if not accepted:
        raise AuthenticationFailed
    return user, None


def find(lookup: Mapping[str, Any]) -> Any:
    """Return the row of a user as it is now, or None."""
    return get_user_model().objects.filter(**lookup).first()


def name_in(header: bytes) -> str | None:
    """Return the user's name in a header of the Basic scheme, or None if there is none."""
    words = header.split()
    if len(words) != 2 or words[0].lower() != b"basic":
        return None
    try:
        decoded = base64.b64decode(words[1])
    except binascii.Error:
        return None
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    name, colon, _ = text.partition(":")
    return name if colon else None


def identify(http_request: Any, hashing: bool) -> Any:
    """Return the request for pulpcore's guards, with its user, anonymous if not authenticated.

    Every authentication that Pulp is configured with is asked, in its order.

    Args:
        http_request: Django's request.
        hashing: Whether this may hash a password.

    Raises:
        ColdError: A password has to be hashed, and that is not allowed here.
    """
    request = APIView().initialize_request(http_request)
    request.authenticators = [
        RememberedBasic(each, VERDICTS, hashing) if isinstance(each, BasicAuthentication) else each
        for each in request.authenticators
    ]
    try:
        request.user  # noqa: B018  (authenticates)
    except APIException:
        pass  # and is anonymous from now on
    except (ValueError, DataError):
        # What is no text for the database, or no text at all, belongs to nobody.
        request.authenticators = []
    return request
