"""What can go wrong between us and the host of a repository.

They are told apart by what follows from them: other credentials are needed, nothing will help, the
repository is gone, a pause will help, or perhaps another try. A limit that was hit, or a "no" to
these credentials, never means that something was removed.

No text holds a URL, a header or a secret; a host's own words are cleaned before they get in.
"""

from pulp_go.gomod.errors import CodeHostError


class HostError(CodeHostError):
    """A host that does not give what it was asked for."""


class AuthError(HostError):
    """The host, or the proxy in between, wants credentials or does not believe these."""


class RefusedError(HostError):
    """The host knows who asks, and says no."""


class NotFoundError(HostError):
    """The host has no such repository, or none that it shows to these credentials."""


class UntrustedHostError(HostError):
    """The host does not prove that it is the one that is meant: a wrong certificate or host key."""


class TooLargeError(HostError):
    """The repository is larger than the limits allow."""


class TroubleError(HostError):
    """Anything else: the host is away, slow, overloaded, or speaks nonsense.

    Attributes:
        retry_after: The seconds after which the host wants to be asked again, or None.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RateLimitedError(TroubleError):
    """The host has been asked too often."""


class VanishedError(TroubleError):
    """What the host had just listed is no longer there."""


class MirrorBusyError(CodeHostError):
    """Another process works on the mirror, and did not finish in time."""


class CorruptError(CodeHostError):
    """A mirror on disk that is not as it was left."""
