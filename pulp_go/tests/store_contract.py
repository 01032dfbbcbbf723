"""What every store of a checksum database must do; each runs these same functions.

A store is made by a function of a signed note, records with the module version that each is of, and
hash tiles. The functions here take what makes one, and a dump: what Go's own server answers.
"""

from base64 import b64decode
from dataclasses import dataclass

from pulp_go.gomod.sumdbserver import Latest, Reply, Supported, answer, parse_request
from pulp_go.gomod.tiles import Tile, cut, parse_tile_path
from pulp_go.gomod.tlog import Record

TEXT = "text/plain; charset=UTF-8"
BINARY = "application/octet-stream"
NOT_FOUND = Reply(404, TEXT, b"not found\n")


@dataclass(frozen=True)
class Dump:
    """A database as its server shows it.

    Attributes:
        signed: The signed note of its tree.
        records: The module path, the version and the record of each look-up.
        lookups: By its path, the answer to each look-up.
        tiles: By its path, each hash tile.
        data: By its path, each tile of records.
    """

    signed: bytes
    records: tuple[tuple[str, str, Record], ...]
    lookups: dict[str, bytes]
    tiles: dict[str, bytes]
    data: dict[str, bytes]

    def made(self, make):
        """Return a store that `make` fills with this."""
        tiles = {parse_tile_path(path): data for path, data in self.tiles.items()}
        return make(self.signed, self.records, tiles)


class ListStore:
    """A store that keeps all it has in a list and in dicts."""

    def __init__(self, signed, records, tiles):
        self._signed = signed
        self._by_version = {(module, version): record for module, version, record in records}
        self._texts = {record.id: record.text for _, _, record in records}
        self._tiles = {tile.place: data for tile, data in tiles.items()}

    def signed(self):
        return self._signed

    def find(self, module, version):
        return self._by_version.get((module, version))

    def records(self, start, n):
        texts = [self._texts.get(number) for number in range(start, start + n)]
        return None if None in texts else texts

    def tile(self, tile):
        data = self._tiles.get(tile.place, b"")
        return cut(data, tile.width) if len(data) >= 32 * tile.width else None


def ask(store, path):
    return answer(store, parse_request(path))


def answers_as_the_dump_does(make, dump):
    store = dump.made(make)
    assert answer(store, Supported()).status == 200
    assert answer(store, Latest()) == Reply(200, TEXT, dump.signed)
    for bodies, content_type in ((dump.lookups, TEXT), (dump.tiles, BINARY), (dump.data, TEXT)):
        for path, body in bodies.items():
            assert ask(store, path) == Reply(200, content_type, body), path


def cuts_narrower_tiles(make, dump):
    store = dump.made(make)
    for path, body in dump.tiles.items():
        tile = parse_tile_path(path)
        for width in {1, (tile.width + 1) // 2, tile.width}:
            narrower = tile._replace(width=width).path
            assert ask(store, narrower) == Reply(200, BINARY, body[: 32 * width]), narrower
    for path, body in dump.data.items():
        first = parse_tile_path(path)._replace(width=1).path
        assert ask(store, first) == Reply(200, TEXT, body[: body.index(b"\n\n") + 2]), first


def has_nothing_beyond_the_dump(make, dump):
    store = dump.made(make)
    size = len(dump.records)
    beyond = [
        "lookup/example.com/!never@v1.0.0",
        "lookup/example.com/never@v1.0.0",
        f"lookup/{next(iter(dump.lookups)).partition('/')[2].partition('@')[0]}@v9.9.9",
        "tile/8/7/000.p/1",
        Tile(8, 0, size >> 8, (size & 255) + 1).path,
        Tile(8, -1, size >> 8, (size & 255) + 1).path,
        Tile(8, 0, (size >> 8) + 1, 1).path,
        Tile(8, -1, (size >> 8) + 1, 1).path,
        "tile/8/0/x036/x028/x797/x018/x963/967.p/255",
    ]
    for path in beyond:
        assert ask(store, path) == NOT_FOUND, path


def shows_no_record_that_its_tree_has_not(make, dump):
    module, version, record = dump.records[0]
    later = Record(len(dump.records), record.text)
    store = make(dump.signed, [(module, version, later)], {})
    assert ask(store, next(iter(dump.lookups))) == NOT_FOUND


def has_nothing_at_first(make, dump):
    store = make(None, (), {})
    assert answer(store, Latest()) == NOT_FOUND
    for path in [*dump.lookups, *dump.tiles, *dump.data]:
        assert ask(store, path) == NOT_FOUND, path


CONTRACT = [
    answers_as_the_dump_does,
    cuts_narrower_tiles,
    has_nothing_beyond_the_dump,
    shows_no_record_that_its_tree_has_not,
    has_nothing_at_first,
]

_SIGNED = """go.sum database tree
2
8kTrwYYRQtD7RJalc1G5FykY0cv166r9t2UqqnXn8RE=

— localhost.localdev/sumdb AAAMZ8HFv9jWM3mPKyK4sE+Kuko1QXk6JhW254G7EEIHVui7ZWYu+KVL9lsyVC3puKrz\
BKET65TXDLsn/ShPyo2CqQI=
"""
_FIRST = """example.com v1.0.0 h1:AWkT5IPTE437qoI8Dnchzh7DxyJJx4GVtq86MNn58j0=
example.com v1.0.0/go.mod h1:WRiieAqDBb1hVdDXLLdxNtCDWNfehn7FWyPC5Oz2vB4=
"""
_SECOND = """example.com/ambiguous/a v1.0.0 h1:pGZhTXy6+titE2rNfwHwJykSjXDR4plO52PfZrBM0T8=
example.com/ambiguous/a v1.0.0/go.mod h1:TrBl/3xTPFJ2gmMIYz53h2gkNtg0dokszEMuyS1QEb0=
"""

# Two records, as the server of Go 1.27.3's x/mod/sumdb shows them.
SMALL = Dump(
    signed=_SIGNED.encode(),
    records=(
        ("example.com", "v1.0.0", Record(0, _FIRST)),
        ("example.com/ambiguous/a", "v1.0.0", Record(1, _SECOND)),
    ),
    lookups={
        "lookup/example.com@v1.0.0": f"0\n{_FIRST}\n{_SIGNED}".encode(),
        "lookup/example.com/ambiguous/a@v1.0.0": f"1\n{_SECOND}\n{_SIGNED}".encode(),
    },
    tiles={
        "tile/8/0/000.p/2": b64decode(
            "24lt9nNbkzVX84eeG9AogAoeicNsdDvYFWwZdeJAatn/q66zBjF7iNHZ0UtQwqZRuQShgK314b31b93SCl3xPw=="
        ),
    },
    data={"tile/8/data/000.p/2": f"{_FIRST}\n{_SECOND}\n".encode()},
)
