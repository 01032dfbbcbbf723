"""Zips are checked and hashed in processes of their own."""

import os

from django.conf import settings

from pulp_go.app.exceptions import BadModuleError
from pulp_go.app.processes import Processes
from pulp_go.hasher import wire


class Hashers(Processes):
    """Processes that examine zips.

    Args:
        most: How many there may be; without it, GO_HASHERS says.
    """

    def __init__(self, most=0):
        super().__init__("pulp_go.hasher", most or settings.GO_HASHERS, limit=wire.MAX_ANSWER)

    async def examine(self, path, module, version, algorithms):
        """Return the `Facts` of the zip at `path`; see `pulp_go.hasher.facts.examine`.

        Raises:
            GoModError: `go` would refuse the zip, or there is no such module version.
            OSError: The file cannot be read, or no process can be started.
            BadModuleError: A process ended over the zip, and so did another one. It may need
                more memory than there is.
        """
        # The processes do not share this one's directory.
        request = wire.Request(os.path.abspath(path), module, version, tuple(algorithms))
        answer = await self.ask(wire.encode_request(request))
        if not answer:
            raise BadModuleError(f"{module}@{version}: the process that checks zips ended twice")
        return wire.decode_answer(answer)
