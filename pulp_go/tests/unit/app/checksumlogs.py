"""An upstream with a checksum database, in this process: a log of any size, and a record of it."""

from contextlib import AsyncExitStack
from types import SimpleNamespace

from pulp_go.app.checksums import Checksums
from pulp_go.app.exceptions import UpstreamNotFoundError
from pulp_go.gomod.tiles import parse_tile_path
from pulp_go.tests.unit.gomod.logs import TEXT, VERIFIER, Log

BELOW = "sumdb/localhost.localdev/sumdb/"
H1 = "h1:" + "A" * 43 + "="
GO_MOD_H1 = "h1:" + "B" * 43 + "="


def record(module, version, h1=H1, go_mod_h1=GO_MOD_H1):
    """Return the text of the record of a module version."""
    return f"{module} {version} {h1}\n{module} {version}/go.mod {go_mod_h1}\n"


class Source:
    """A log with some records of module versions, as an `Upstream` has it.

    Attributes:
        asked: The paths that were asked below the database, in order.
        replies: By its path, what is answered instead: bytes, or an error to raise.
    """

    def __init__(self, size, numbers, hashes=(H1, GO_MOD_H1), **fields):
        """Make a log of `size` records; `numbers` are those of module versions, by their names."""
        self.numbers = numbers
        changes = []
        for (module, version), number in sorted(numbers.items(), key=lambda item: item[1]):
            changes += [(number, record(module, version, *hashes)), (number + 1, TEXT)]
        self.log = Log(size, *changes)
        self.asked, self.replies = [], {}
        remote = {"name": "remote", "sumdb": VERIFIER.key, "database": VERIFIER}
        remote |= {"sumdb_direct": False, "no_sumdb": []}
        self.remote = SimpleNamespace(**remote | fields)

    async def text(self, path, limit):
        """Answer a request."""
        path = path.removeprefix(BELOW)
        self.asked.append(path)
        reply = self.replies.get(path) or self.answer(path)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def answer(self, path):
        """Return what the database says."""
        match path.split("/"):
            case ["supported"]:
                return b"yes"
            case ["latest"]:
                return self.log.note()
            case ["tile", *_]:
                return self.log.tile(parse_tile_path(path))
        module, _, version = path.removeprefix("lookup/").partition("@")
        number = self.numbers.get((module, version))
        return UpstreamNotFoundError("no") if number is None else self.log.lookup(number)

    def checksums(self, domain):
        """Return the `Checksums` of this upstream."""
        return Checksums(self, domain, AsyncExitStack().enter_async_context)
