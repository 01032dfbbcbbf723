"""How a request and its answer travel: one line of JSON each, in ASCII.

    {"path": ..., "module": ..., "version": ..., "algorithms": [...]}

    {"size": ..., "digests": {...}, "h1": ..., "go_mod": base64 or null}
    {"refused": text}
    {"errno": ..., "strerror": ..., "filename": ...}

Texts may be hostile: a name from a zip, a path that is no Unicode. JSON escapes newlines and all
that is not ASCII, half surrogates included, so a line stays a line and a text comes out as it
went in.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass

from pulp_go.gomod.errors import GoModError
from pulp_go.hasher.facts import Facts

MAX_ANSWER = 64 << 20
"""More bytes than an answer has: a go.mod of 16 MiB in base64, or names of 64 KiB, escaped."""


@dataclass(frozen=True, slots=True)
class Request:
    """The zip that is to be examined; see `facts.examine`."""

    path: str
    module: str
    version: str
    algorithms: tuple[str, ...]


def encode_request(request: Request) -> bytes:
    """Return the line that asks `request`."""
    return _line(asdict(request))


def decode_request(line: bytes) -> Request:
    """Return the request that `line` asks."""
    fields = json.loads(line)
    return Request(**fields | {"algorithms": tuple(fields["algorithms"])})


def encode_answer(answer: Facts | GoModError | OSError) -> bytes:
    """Return the line that gives `answer`."""
    if isinstance(answer, Facts):
        go_mod = None if answer.go_mod is None else b64encode(answer.go_mod).decode()
        return _line(asdict(answer) | {"go_mod": go_mod})
    if isinstance(answer, GoModError):
        return _line({"refused": str(answer)})
    return _line({name: getattr(answer, name) for name in ("errno", "strerror", "filename")})


def decode_answer(line: bytes) -> Facts:
    """Return the facts that `line` gives.

    Raises:
        GoModError: It gives a refusal, with its text.
        OSError: It gives an error of the file, which is raised as it was.
    """
    fields = json.loads(line)
    if "refused" in fields:
        raise GoModError(fields["refused"])
    if "errno" in fields:
        raise OSError(fields["errno"], fields["strerror"], fields["filename"])
    if fields["go_mod"] is not None:
        fields["go_mod"] = b64decode(fields["go_mod"])
    return Facts(**fields)


def _line(fields: dict[str, object]) -> bytes:
    return json.dumps(fields).encode("ascii") + b"\n"
