"""Git repositories are fetched, read and packed into zips in processes of their own."""

import os
from base64 import b64decode

from django.conf import settings

from pulp_go.app.exceptions import BadModuleError, UpstreamError, UpstreamNotFoundError
from pulp_go.app.processes import Processes
from pulp_go.git import wire
from pulp_go.hasher.facts import Facts


class GitProcesses(Processes):
    """Processes that know git; see `pulp_go.git.wire` for what they are asked."""

    def __init__(self):
        super().__init__("pulp_go.git", settings.GO_GIT_PROCESSES, wire.MAX_ANSWER)

    async def do(self, what, **question):
        """Return the answer to a question.

        Raises:
            UpstreamNotFoundError: There is no such repository, or no such version in it.
            UpstreamError: The host could not be asked, or would not say.
            BadModuleError: What is there breaks Go's rules, or takes more memory than there is.
            OSError: The machine failed, or no process can be started.
        """
        line = await self.ask(wire.encode({"do": what} | question))
        if not line:
            raise BadModuleError(f"{what} of {question['url']}: the process ended twice")
        answer = wire.decode(line)
        if "error" in answer:
            raise told(answer)
        return answer


def raised(error):
    """Return the exception that an error of the rules, or of a host, is here."""
    return told(wire.error_fields(error))


def told(answer):
    """Return the exception that an answer tells."""
    reason = answer["reason"]
    match answer["error"]:
        case "os":
            return OSError(answer["errno"], reason, answer["filename"])
        case "not found":
            return UpstreamNotFoundError(reason)
        case "bad":
            return BadModuleError(reason)
    retry_after = answer.get("retry_after")
    seconds = "" if retry_after is None else str(int(retry_after))
    return UpstreamError(reason, retry=answer["error"] == "trouble", retry_after=seconds)


def facts_of(answer):
    """Return the `Facts` that an answer about a zip has."""
    go_mod = answer["go_mod"]
    return Facts(
        size=answer["size"],
        digests=answer["digests"],
        h1=answer["h1"],
        go_mod=None if go_mod is None else b64decode(go_mod),
    )


def absolute(path):
    """Return a path as a process in another directory has to know it."""
    return os.path.abspath(path)
