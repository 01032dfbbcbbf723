"""How a question and its answer travel: one line of JSON each, in ASCII.

Each question names a mirror by its path, and the URL of the repository:

    {"do": "update", "path", "url", "access"}     -> {"state", "received": bytes}
    {"do": "evict", "path", "keep": bytes}        -> {"gone": [name]}: of a directory of mirrors

and, after that, the `state` of the refs that it is asked about:

    {"do": "modules", ..., "root"}                -> {"modules": [path]}
    {"do": "versions", ..., "module", "root", "subdir"}
                                                  -> {"versions": [[version, id of the commit]]}
    {"do": "stat", ..., "query"}                  -> {"version", "info", "go_mod": base64}
    {"do": "zip", ..., "query", "target", "algorithms"}
                                                  -> {"size", "digests", "h1", "go_mod": or null}

What goes wrong is told by its kind: `not found`, `bad` for what breaks Go's rules, `trouble` for
what may be better at the next try (with `retry_after` in seconds, where the host says it), `os` for
a failure of this machine, and `refused` for all else that a host may have against us:

    {"error": kind, "reason": text}

A question may hold secrets. They come this way because nobody else reads it.
"""

import json
from collections.abc import Mapping
from typing import Any

from pulp_go.git.errors import (
    MirrorBusyError,
    NotFoundError,
    TroubleError,
)
from pulp_go.gomod.errors import CodeHostError, FileTooLargeError, GoModError, RevisionError

MAX_ANSWER = 64 << 20
"""More bytes than an answer has: a go.mod of 16 MiB in base64, or the tags of a repository."""


def encode(fields: Mapping[str, Any]) -> bytes:
    """Return the line that carries fields."""
    return json.dumps(fields).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Return the fields that a line carries."""
    fields = json.loads(line)
    assert isinstance(fields, dict)  # ours
    return fields


def error_fields(error: GoModError | OSError) -> dict[str, Any]:
    """Return what an answer says of an error."""
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return {"error": "os", "reason": reason, "errno": error.errno, "filename": error.filename}
    fields: dict[str, Any] = {"error": _kind(error), "reason": str(error)}
    if isinstance(error, TroubleError):
        fields["retry_after"] = error.retry_after
    return fields


def _kind(error: GoModError) -> str:
    match error:
        case NotFoundError():
            return "not found"
        case TroubleError() | MirrorBusyError():
            return "trouble"
        case FileTooLargeError():
            return "bad"
        case CodeHostError():
            return "refused"
        case RevisionError(is_not_found=True):
            return "not found"
    return "bad"
