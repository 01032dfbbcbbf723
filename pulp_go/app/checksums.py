"""The checksum database of a remote: it vouches for a module version before that is fetched.

For each module version that the domain has no proof for: one look-up, and from then on its hashes
are known beforehand, so what comes has them or is refused. What is proven is kept at once.

    not there (404, 410)   the database does not know it: refused
    trouble                nothing is known, so nothing is believed
    a fork                 two signed trees that contradict each other: the sync stops

The database is asked below the URL of the remote, as `go` asks through a proxy. Its own host is
asked only with `sumdb_direct`, and learns nothing but the names then. What `no_sumdb` matches is
asked of nobody; toolchains are verified always, as by `go`.

Each tile is asked for once. All checks are made in `gomod.sumdb`.

https://go.dev/ref/mod#checksum-database
"""

import asyncio
from collections import OrderedDict
from functools import partial

from pulp_go.app.batcher import Batcher
from pulp_go.app.connectionthread import ConnectionThread
from pulp_go.app.exceptions import (
    BadModuleError,
    ChecksumDatabaseError,
    ForkError,
    GoError,
    NoDatabaseError,
    ToolchainUnverifiedError,
    UnknownVersionError,
    UpstreamNotFoundError,
)
from pulp_go.app.ingest import Proof, vouched
from pulp_go.app.sumdbs import OFF
from pulp_go.app.treestore import Proven, TreeStore, open_database
from pulp_go.app.upstream import Upstream, anonymous
from pulp_go.gomod import errors, module, sumdb
from pulp_go.gomod.knowntree import HEIGHT
from pulp_go.gomod.tiles import Tile, cut, size_with

# A record, a note and a tile have some kilobytes.
MAX_REPLY = 1 << 20
# Tiles that were read and are not kept yet: 4 MiB.
MOST_TILES = 512


def is_asked(remote, path):
    """Report whether a checksum database has to vouch for a module.

    Raises:
        ToolchainUnverifiedError: It has to, and the remote has none.
    """
    if path == sumdb.TOOLCHAIN:
        if remote.sumdb == OFF:
            raise ToolchainUnverifiedError(
                f"{path} is always verified, and the remote {remote.name} has sumdb=off"
            )
        return True
    return remote.sumdb != OFF and not module.match_prefix_patterns(",".join(remote.no_sumdb), path)


class Checksums:
    """The checksum database of a remote, for one event loop.

    Args:
        upstream: The open `Upstream` of the remote.
        domain: The primary key of the domain.
        enter: Opens an async context manager for as long as this is used.
    """

    def __init__(self, upstream, domain, enter):
        self._upstream = upstream
        self._verifier = upstream.remote.database
        self._domain = domain
        self._enter = enter
        self._client = None
        self._begun = {}
        self._tiles = OrderedDict()
        self._fetched = set()

    @property
    def name(self):
        """The name of the database, or "" for none."""
        return self._verifier.name if self._verifier else ""

    async def vouch(self, wanted):
        """Return an `ingest.Wanted` with the hashes that the database has for it, proven.

        Raises:
            UnknownVersionError: The database does not know the module version.
            HashMismatchError: A go.sum names other hashes.
            UpstreamError: The database could not be asked, or its answer cannot be believed.
            StopError: There is no database, or it has forked.
        """
        record = await self._record(wanted)
        hashes = self._hashes(record, wanted)
        return vouched(wanted, Proof(self.name, *hashes, record.id, self._client.tree.size))

    async def hold_full(self, numbers):
        """Hold full tiles at the bottom of the trusted tree, and all above them.

        Args:
            numbers: Their numbers.
        """
        await self._once(self._open)
        # A client of its own: what it knows of the tree goes when it is kept.
        client = sumdb.Client(self._verifier, self._client.note)
        tiles = [Tile(HEIGHT, 0, number, 1 << HEIGHT) for number in numbers]
        await self._check(client.read_tiles(tiles))
        await self._keep_proven({}, client)

    async def locate(self):
        """Find out where the database is asked.

        Raises:
            UpstreamError: The upstream would not say whether it serves it.
            NoDatabaseError: It does not, and no other place may be asked.
        """
        await self._once(self._locate)

    async def renew(self):
        """Trust the newest tree that the database shows, and return its size."""
        await self._once(self._open)
        await self._renew()
        await self._keep_proven({})
        return self._client.tree.size

    async def bring(self, tile):
        """Hold a tile, if need be of a newer tree; nothing happens if no tree has it."""
        await self._once(self._open)
        if self._client.tree.size < size_with(tile):
            await self._renew()
        if self._client.tree.size >= size_with(tile):
            await self._check(self._client.read_tiles([tile]))
        await self._keep_proven({})

    async def _once(self, begin):
        """Do what is done once, whoever needs it first."""
        if begin not in self._begun:
            self._begun[begin] = asyncio.ensure_future(begin())
        return await self._begun[begin]

    async def _open(self):
        """Take up what the domain knows of the database."""
        # Beside the units: what a sync brings would wait for all that it takes to vouch for it.
        self._threaded = threaded = await self._enter(ConnectionThread())
        database = await threaded(open_database)(self._verifier, self._domain)
        self._store = store = TreeStore(database)
        self._client = sumdb.Client(self._verifier, store.signed())
        self._find = Batcher(partial(find_all, store), threaded)
        self._held = Batcher(partial(read_all, store), threaded)
        self._keep = Batcher(partial(keep_all, store), threaded)

    async def _locate(self):
        """Return where the database is asked: an `Upstream`, and a path below its URL."""
        below = f"sumdb/{self.name}/"
        try:
            await self._upstream.text(f"{below}supported", MAX_REPLY)
        except UpstreamNotFoundError as error:
            remote = self._upstream.remote
            if not remote.sumdb_direct:
                raise NoDatabaseError(NO_DATABASE.format(error.reason)) from error
            return await self._enter(Upstream(anonymous(remote, f"https://{self.name}"))), ""
        return self._upstream, below

    async def _renew(self):
        """Trust the newest tree that there is. `go` never asks for it, so not all serve it."""
        try:
            note = await self._ask("latest")
        except UpstreamNotFoundError:
            return
        await self._check(self._client.merge(note))

    async def _record(self, wanted):
        """Return the proven `Record` of a module version: the one that is held, or a new one."""
        await self._once(self._open)
        name = (wanted.module, wanted.version)
        held = await self._find(name)
        if held and held.id < self._client.tree.size:
            return held
        await self._once(self._renew)
        try:
            body = await self._ask(lookup_path(wanted))
        except UpstreamNotFoundError as error:
            raise UnknownVersionError(f"{wanted}: {error.reason}") from error
        record = await self._check(self._client.lookup(*name, body))
        self._hashes(record, wanted)
        await self._keep_proven({name: record})
        return record

    def _hashes(self, record, wanted):
        """Return the hashes of zip and go.mod that a proven record has for a module version.

        Raises:
            ChecksumDatabaseError: It is the record of another one.
        """
        hashes = sumdb.hashes_in(record.text, wanted.module, wanted.version)
        if not all(hashes):
            raise ChecksumDatabaseError(f"{wanted}: record {record.id} of {self.name} is not its")
        return hashes

    async def _ask(self, path):
        upstream, below = await self._once(self._locate)
        return await upstream.text(f"{below}{path}", MAX_REPLY)

    async def _check(self, check):
        """Return the result of a check of `gomod.sumdb`, given the tiles that it yields."""
        given, asked = None, []
        try:
            while True:
                wanted = check.send(given)
                asked += wanted
                given = await self._read_all(wanted)
        except StopIteration as end:
            return end.value
        except errors.ForkError as fork:
            raise ForkError(str(fork), self.name, fork.held, fork.seen) from fork
        except (errors.GoModError, GoError) as error:
            # What does not fit is not taken for the tile when that is asked for again.
            for tile in asked:
                self._tiles.pop(tile, None)
            if isinstance(error, GoError):
                raise
            raise ChecksumDatabaseError(f"{self.name}: {error}") from error

    async def _read_all(self, tiles):
        read = self._download if isinstance(tiles, sumdb.Uncached) else self._read_once
        tiles = list(tiles)
        read = await asyncio.gather(*map(read, tiles), return_exceptions=True)
        for error in read:
            if isinstance(error, BaseException):
                raise error
        return dict(zip(tiles, read, strict=True))

    def _read_once(self, tile):
        """Return the future data of a tile: one that is read at this moment is not read twice."""
        if tile not in self._tiles:
            self._tiles[tile] = asyncio.ensure_future(self._read(tile))
            if len(self._tiles) > MOST_TILES:
                self._tiles.popitem(last=False)
        return self._tiles[tile]

    async def _read(self, tile):
        held = await self._held(tile)
        return await self._download(tile) if held is None else held

    async def _download(self, tile):
        self._fetched.add(tile)
        try:
            return await self._ask(tile.path)
        except UpstreamNotFoundError as error:
            if tile == tile.full:
                raise ChecksumDatabaseError(error.reason) from error
        # A partial tile may be dropped once there is the full one.
        try:
            return cut(await self._ask(tile.full.path), tile.width)
        except UpstreamNotFoundError as error:
            raise ChecksumDatabaseError(error.reason) from error

    async def _keep_proven(self, records, client=None):
        """Keep proven records, by name, with the tiles and the tree that a client has proven."""
        client = client or self._client
        tiles, is_kept = self._take_fetched(client), False
        while not is_kept:
            other = await self._keep(Proven(records, tiles, client.tree.size, client.note))
            is_kept = other is None
            if other:
                # Somebody else has moved the trusted tree: what is kept has to be of its log.
                await self._check(client.merge(other))
                tiles |= self._take_fetched(client)
            if not is_kept:
                self._store.compared(other)

    def _take_fetched(self, client):
        """Return those tiles proven by a client meanwhile that are not held."""
        new = client.take_new()
        fetched = {tile: new[tile] for tile in new if tile in self._fetched}
        self._fetched.difference_update(fetched)
        # Nearly every record has a tile of its own at the bottom. In memory are those above it.
        client.forget(tile for tile in new if tile.level == 0 and tile == tile.full)
        return fetched


NO_DATABASE = (
    "{}. The upstream serves no checksum database. Choose one of three for the remote: "
    "sumdb_direct=true asks the database's own host, no_sumdb names modules that need no "
    "database, sumdb=off trusts the upstream"
)


def lookup_path(wanted):
    """Return the path of a look-up.

    Raises:
        BadModuleError: No module version has this name.
    """
    try:
        return sumdb.lookup_path(wanted.module, wanted.version)
    except errors.GoModError as error:
        raise BadModuleError(f"{wanted}: {error}") from error


def find_all(store, names):
    """Return the record held of each of `names`, or None."""
    found = store.find_all(names)
    return [found.get(name) for name in names]


def read_all(store, tiles):
    """Return the data held of each of `tiles`, or None."""
    found = store.tiles(tiles)
    return [found.get(tile) for tile in tiles]


def keep_all(store, parts):
    """Return for each `Proven` what `TreeStore.keep` says of all of them together."""
    records, tiles = {}, {}
    for part in parts:
        records |= part.records
        tiles |= part.tiles
    newest = max(parts, key=lambda part: part.size)
    return [store.keep(Proven(records, tiles, newest.size, newest.note))] * len(parts)
