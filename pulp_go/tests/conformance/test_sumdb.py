import json
from base64 import b64decode

import pytest

from pulp_go.gomod import tlog
from pulp_go.gomod.errors import ForkError, GoModError, SumDBError
from pulp_go.gomod.note import parse_signer, parse_verifier, sign_note
from pulp_go.gomod.sumdb import Client, hashes_in, lookup_path
from pulp_go.gomod.tiles import cut, new_tiles, read_tile_data
from pulp_go.gomod.tlog import Record
from pulp_go.tests.store_contract import CONTRACT, Dump, ListStore

# Where we see an attack for what it is, or say in other words what is wrong: the case, and our type
# of error with a part of its text.
OTHER_REASONS = {
    "truncated tile": (SumDBError, "tile/8/0/000 has 8160 bytes instead of 8192"),
    "bad signature": (SumDBError, "malformed note"),
    # Go reads the tiles of the head that it starts with, and these are not of it. Here the head is
    # trusted as it is, until what the database shows contradicts it.
    "fork: config has different tree of size 5": (ForkError, "SECURITY ERROR: misbehavior"),
}


class NotServedError(Exception):
    """The simulated proxy answers 404."""


@pytest.fixture
def dumps(cases):
    """The dumps by the size of their trees."""
    records = cases("sumdb.json", "records_in_order")
    rows = [(r["path"], r["version"], Record(r["id"], r["text"])) for r in records]
    return {
        dump["Size"]: Dump(
            signed=dump["Latest"].encode(),
            records=tuple(rows[: dump["Size"]]),
            lookups={path[1:]: body.encode() for path, body in dump["Lookup"].items()},
            tiles={path[1:]: b64decode(data) for path, data in dump["Tiles"].items()},
            data={path[1:]: body.encode() for path, body in dump["Data"].items()},
        )
        for dump in cases("sumdb.json", "dumps")
    }


@pytest.mark.parametrize("keeps_the_contract", CONTRACT, ids=lambda function: function.__name__)
def test_server(dumps, keeps_the_contract):
    for dump in dumps.values():
        keeps_the_contract(ListStore, dump)


@pytest.fixture
def keys(vectors_dir):
    """The keys of the database: one to sign with, one to verify."""
    vectors = json.loads((vectors_dir / "sumdb.json").read_bytes())
    return parse_signer(vectors["skey"]), parse_verifier(vectors["vkey"])


def test_a_log_of_the_records_is_the_same(dumps, keys):
    stored = []

    def read(indexes):
        return [stored[index] for index in indexes]

    for size, (_, _, record) in enumerate(dumps[300].records, start=1):
        assert record.id == size - 1
        hash_ = tlog.record_hash(record.text.encode())
        stored += tlog.stored_hashes(record.id, hash_, read)
        if size in dumps:
            tree = tlog.Tree(size, tlog.tree_hash(size, read))
            assert sign_note(tlog.format_tree(tree), keys[:1]) == dumps[size].signed
            tiles = {tile.path: read_tile_data(tile, read) for tile in new_tiles(8, 0, size)}
            assert tiles == dumps[size].tiles


class Remote:
    """A proxy: a dump, of which a case changes or drops some answers."""

    def __init__(self, dump, case):
        self.bodies = dump.lookups | dump.tiles | dump.data
        for path, body in case["override_b64"].items():
            self.bodies[path[1:]] = b64decode(body)
        for path in case["drop"] or []:
            self.bodies.pop(path[1:], None)
        self.reads = set()

    def read(self, path):
        self.reads.add(f"/{path}")
        if path not in self.bodies:
            raise NotServedError(f"404 /{path}")
        return self.bodies[path]

    def tile(self, tile):
        try:
            return self.read(tile.path)
        except NotServedError:
            full = tile.full.path
            self.reads.add(f"/{full}")
            if full not in self.bodies:
                raise
            return cut(self.bodies[full], tile.width)

    def drive(self, check):
        """Return the outcome of a check that is given all it asks for."""
        try:
            wanted = next(check)
            while True:
                highest_first = sorted(wanted, key=lambda tile: -tile.level)
                wanted = check.send({tile: self.tile(tile) for tile in highest_first})
        except StopIteration as end:
            return end.value


def look_up(client, remote, module, version):
    """Return the line that the database has for a module version, or for its go.mod."""
    plain = version.removesuffix("/go.mod")
    body = remote.read(lookup_path(module, plain))
    record = remote.drive(client.lookup(module, plain, body))
    hash_ = hashes_in(record.text, module, plain)[plain != version]
    return [f"{module} {version} {hash_}"] if hash_ else []


@pytest.mark.case("C-1")
@pytest.mark.case("C-2")
def test_the_client_reads_no_more_than_go_and_believes_the_same(cases, dumps, keys):
    for case in cases("sumdb.json", "client_cases"):
        remote = Remote(dumps[case["remote_is_dump_of_size"]], case)
        (head,) = case["latest_config"].values()
        client = Client(keys[1], head.encode() or None)
        for (module, version), wanted in zip(case["Lookups"], case["Results"], strict=True):
            before = client.note, client.held
            try:
                lines, failure = look_up(client, remote, module, version), None
            except (GoModError, NotServedError) as error:
                lines, failure = [], error
            assert (lines, failure is None) == (wanted["lines"] or [], wanted["ok"]), case["Name"]
            if failure:
                check_failure(case["Name"], failure, wanted["err"])
                assert (client.note, client.held) == before
        tiles = {path for path in remote.reads if path.startswith("/tile/")}
        assert tiles <= set(case["Reads"]) | OTHER_READS.get(case["Name"], set()), case["Name"]


# Go stops at the head that it starts with, we at the first that contradicts it.
OTHER_READS = {
    "fork: config has different tree of size 5": {
        "/tile/8/0/000",
        "/tile/8/0/001.p/44",
        "/tile/8/1/000.p/1",
    }
}


def check_failure(name, failure, message):
    """Check that we say what Go says is wrong."""
    if name in OTHER_REASONS:
        kind, text = OTHER_REASONS[name]
        assert isinstance(failure, kind) and text in str(failure), name
    else:
        assert message.endswith(getattr(failure, "reason", str(failure))), (name, failure)
