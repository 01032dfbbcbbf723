"""What can go wrong, with the code under which a user finds it in the documentation.

Each is a `PulpException`, so a task keeps its text instead of redacting it.
"""

import http.client

from pulpcore.plugin.exceptions import PulpException


class GoError(PulpException):
    """An error of this plugin: a code and a reason.

    Attributes:
        error_code: The code, `GO` and four digits.
        reason: What is wrong, naming the thing.
    """

    error_code = "GO0000"

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def __str__(self):
        return f"[{self.error_code}] {self.reason}"


class SelectionInvalidError(GoError):
    """The selection of a remote cannot be understood, or selects nothing."""

    http_status_code = http.client.BAD_REQUEST
    error_code = "GO0001"


class UpstreamNotFoundError(GoError):
    """The upstream does not have it: 404 or 410."""

    http_status_code = http.client.NOT_FOUND
    error_code = "GO0002"


class UpstreamError(GoError):
    """The upstream could not be asked, or would not say.

    Attributes:
        retry: Whether it may say more when asked again.
        retry_after: What its `Retry-After` header says, or "".
    """

    http_status_code = http.client.BAD_GATEWAY
    error_code = "GO0003"

    def __init__(self, reason, retry=False, retry_after=""):
        super().__init__(reason)
        self.retry = retry
        self.retry_after = retry_after


class BadReplyError(UpstreamError):
    """The upstream said something that is no answer to what was asked."""

    error_code = "GO0004"


class BadModuleError(GoError):
    """A module version breaks Go's rules: its zip, its go.mod, or the two together."""

    http_status_code = http.client.BAD_REQUEST
    error_code = "GO0005"


class HashMismatchError(GoError):
    """A file has another hash than the one known beforehand."""

    http_status_code = http.client.BAD_GATEWAY
    error_code = "GO0006"

    def __init__(self, what, expected, got):
        super().__init__(f"{what}: expected {expected}, got {got}")
        self.expected = expected
        self.got = got


class HeldVersionError(GoError):
    """A module version is held with other hashes, and a published version never changes."""

    http_status_code = http.client.CONFLICT
    error_code = "GO0007"

    def __init__(self, held, new):
        super().__init__(
            f"{new.module}@{new.version} is held with {hashes(held)}, refused with {hashes(new)}"
        )
        self.held = held
        self.new = new


class SyncFailedError(GoError):
    """A sync achieved nothing, or `strict` was asked for and something failed."""

    error_code = "GO0008"


class UnsupportedContentError(GoError):
    """A repository of Go modules was given content of another kind."""

    http_status_code = http.client.BAD_REQUEST
    error_code = "GO0009"

    def __init__(self, pulp_type):
        super().__init__(f"a Go repository cannot hold content of type {pulp_type}")


class MachineError(GoError):
    """The machine failed: a full disk, a directory that is gone, no process left to start."""

    error_code = "GO0010"


class UploadIncompleteError(GoError):
    """Chunks of an upload are missing."""

    http_status_code = http.client.BAD_REQUEST
    error_code = "GO0011"


class UnknownVersionError(GoError):
    """The checksum database does not know a module version, so nothing vouches for it."""

    http_status_code = http.client.FORBIDDEN
    error_code = "GO0012"


class ChecksumDatabaseError(BadReplyError):
    """An answer of a checksum database, or of who passes it on, that cannot be believed."""

    error_code = "GO0013"


class StopError(GoError):
    """What stops a whole sync, since nothing that it would bring could be believed."""


class ForkError(StopError):
    """A checksum database has signed two trees that contradict each other.

    Attributes:
        database: Its name.
        held: The signed note that is trusted, as text.
        seen: The one that contradicts it, as text.
    """

    http_status_code = http.client.BAD_GATEWAY
    error_code = "GO0014"

    def __init__(self, reason, database="", held="", seen=""):
        super().__init__(reason)
        self.database = database
        self.held = held
        self.seen = seen


class NoDatabaseError(StopError):
    """The upstream serves no checksum database, and no other place may be asked."""

    http_status_code = http.client.BAD_GATEWAY
    error_code = "GO0015"


class SyncStoppedError(GoError):
    """A sync met a `StopError` in a unit of work, whose code and reason it has."""

    http_status_code = http.client.BAD_GATEWAY

    def __init__(self, code, reason):
        super().__init__(reason)
        self.error_code = code


class ToolchainUnverifiedError(GoError):
    """A toolchain, which a checksum database has to vouch for, with none to ask."""

    http_status_code = http.client.FORBIDDEN
    error_code = "GO0016"


class ZipUnavailableError(GoError):
    """A zip that is pinned, and not here, could not be had from where it is.

    Args:
        reason: Why.
        is_late: Whether that took too long.
    """

    http_status_code = http.client.BAD_GATEWAY
    error_code = "GO0017"

    def __init__(self, reason, is_late=False):
        super().__init__(reason)
        if is_late:
            self.http_status_code = http.client.GATEWAY_TIMEOUT


def hashes(unit):
    """Return the two hashes of a module version as a person reads them."""
    return f"zip {unit.h1 or '(none)'} and go.mod {unit.go_mod_h1}"
