"""The unit of work that reads a module graph: what a remote's go.mod files need.

The go.mod files that it reads are those held, else the upstream's. Each waits only for the one
that names it first, so a deep graph costs its depth in round trips and no more.
"""

import asyncio

from pulp_go.app import ingest
from pulp_go.app.exceptions import BadModuleError, GoError
from pulp_go.app.ingest import Wanted
from pulp_go.app.units import Report, enter
from pulp_go.gomod import dirhash, gosum, mainmodules, versionquery
from pulp_go.gomod.errors import ModFileError
from pulp_go.gomod.modgraph import Closure


async def read_graph(unit, supplies, progress):
    """Return what the programs of a remote need.

    Args:
        unit: `domain`, `correlation_id`, `remote` and `repository` (primary keys).
        supplies: The `Supplies` of this event loop; they keep the go.mod files that were read.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        `{"wanted": [[module, version, zip]], "failed": [[module, version, code, reason]]}`. What
        is needed on account of a go.mod that failed alone is not in it.
    """
    supply = await enter(unit, supplies)
    reader = Reader(supply, supplies.go_mods, progress)
    async with asyncio.TaskGroup() as group:
        await reader.follow(reader.closure.missing(), group)
    zips = reader.closure.zips()
    failed = {(path, version) for path, version, *_ in reader.failed}
    names = (zips | reader.closure.go_mods()) - failed
    wanted = [[*one, one in zips] for one in sorted(names)]
    return {"wanted": wanted, "failed": reader.failed}


class Reader:
    """Feeds a closure with the go.mod files that it misses.

    Attributes:
        closure: The closure.
        failed: `[module, version, code, reason]` of each go.mod that could not be read.
    """

    def __init__(self, supply, go_mods, progress):
        remote = supply.upstream.remote
        self.closure = Closure(mainmodules.programs(remote.go_mods, remote.go_work))
        self.failed = []
        self._supply = supply
        self._go_mods = go_mods
        self._progress = progress
        self._excludes = [versionquery.parse_word(text) for text in remote.excludes]
        lines = [line for line in gosum.parse(remote.go_sum) if line.is_go_mod]
        known = [line for line in lines if line.hash.startswith("h1:")]
        self._hashes = {(line.module, line.version): line.hash for line in known}
        # Feeding takes a thread, and one at a time may feed.
        self._feeding = asyncio.Lock()

    async def follow(self, missing, group):
        """Have the go.mod files of `missing` read, and what is missing after them."""
        for one in missing:
            group.create_task(self.read(one, group))

    async def read(self, one, group):
        """Read one go.mod, and what is missing after it."""
        try:
            missing = await self._feed(one, await self._go_mod(one))
        except GoError as error:
            report = Report(one.path, self._progress)
            report.fail(one.version, error)
            self.failed += report.failed
            missing = self.closure.skip(*one)
        await self.follow(missing, group)

    async def _go_mod(self, one):
        """Return the bytes of a go.mod, or None for one that is excluded."""
        if versionquery.excludes_match(self._excludes, *one):
            return None
        wanted = Wanted(*one, zip=False, go_mod_h1=self._hashes.get(one, ""))
        ingest.check_name(wanted)
        held = await self._supply.find_go_mod(wanted)
        if held is not None:
            return held
        go_mod = await self._supply.upstream.go_mod(*one)
        ingest.expect(f"{wanted} go.mod", wanted.go_mod_h1, dirhash.hash_go_mod(go_mod))
        self._go_mods.put(one, go_mod)
        return go_mod

    async def _feed(self, one, go_mod):
        async with self._feeding:
            if go_mod is None:
                return self.closure.skip(*one)
            try:
                return await asyncio.to_thread(self.closure.feed, *one, go_mod)
            except ModFileError as error:
                raise BadModuleError(f"{one}: {error}") from error
