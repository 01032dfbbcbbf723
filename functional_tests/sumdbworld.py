"""Three module versions in a log of 70,000 records, and what a sync of them has to ask.

    record  1,000   example.com/a    tile 3 of level 0, below tile 0 of level 1
    record 66,000   example.com/b    tile 257 of level 0, below tile 1 of level 1
    record 69,990   example.com/c    tile 273 of level 0, below tile 1 of level 1
    record 70,900   example.com/d    tile 276 of level 0, below tile 1 of level 1; not at first

70,000 is 273 * 256 + 112, and 273 is 256 + 17: tile 273 of level 0 has 112 hashes, tile 1 of level
1 has 17, and level 2 has one hash. Later there are 71,000 records: 277 * 256 + 88, and 277 is
256 + 21. The tiles on the right edge are asked for in any case.

https://research.swtch.com/tlog#tiling_a_log
"""

from typing import Any

from functional_tests.sumdb import SumDBUpstream, lookup_path
from functional_tests.workspace import Workspace, report_of

A, B, C, D = (f"example.com/{name}" for name in "abcd")
PRIVATE = "example.com/private/p"
VERSION = "v1.0.0"
FIRST_SIZE, SECOND_SIZE = 70_000, 71_000
NUMBERS = {A: 1000, B: 66_000, C: 69_990, D: 70_900}
# Printed by `go mod download -json` of go1.26.8.
H1 = {
    A: "h1:2Rm+b7WHFyoUusYREYQQ4GKAjmybf/VZdbILAmhiH84=",
    B: "h1:fFSCg+U3OnVhf30FwBmLOT7Mjf+nGfzUjdpIdpPTQrQ=",
    C: "h1:S/5TxPNdnLBKo/mHvnjFCG1rS6/cxrTY6Ei1OeCshd0=",
    D: "h1:DOk7K4Hxgz82QMfbU08cz79nvnpwHvG1RDflC3HpSBE=",
    PRIVATE: "h1:itIHc4tT4xVu9ltdtQEm2svVWbIpiCPLn1S3MQnPR7g=",
}
GO_MOD_H1 = {
    A: "h1:DhNAN5ESgofBjUyC9S2g6VCJUhcIDhtNzG+3JuOOhyg=",
    B: "h1:rjc9Jkp/xiv8OktC5V16OuYntMeTjs1dkvTkFbgnZKw=",
    C: "h1:E6d7WHGw46yw5JBOs+HEMPZsa5kRQPU9NLua7Q1EllI=",
    D: "h1:wsUkzTd0wVh1vi7pe1yqfZ5+WbChitYyRMb4z+rCK/U=",
}
# Some hash that nothing here has.
OTHER_H1 = "h1:bnjUOPL3XLk8nD9gQ0SbNkP74zk64PqrTaQ52SNhjfQ="

EDGE = ["tile/8/0/273.p/112", "tile/8/1/001.p/17", "tile/8/2/000.p/1"]
TILES = ["tile/8/0/003", "tile/8/0/257", "tile/8/1/000", *EDGE]
LOOKUPS = [lookup_path(module, VERSION) for module in (A, B, C)]
FIRST = sorted(["supported", "latest", *LOOKUPS, *TILES])
# What is new in the larger tree: its edge, what became of the old one, and where the record is.
NEW_TILES = ["tile/8/0/277.p/88", "tile/8/1/001.p/21", "tile/8/0/273", "tile/8/0/276"]
SECOND = sorted(["supported", "latest", lookup_path(D, VERSION), *NEW_TILES])


def fill(upstream: SumDBUpstream) -> None:
    """Serve the first three, and a module version of which no database knows."""
    for module in (A, B, C):
        upstream.add(module, VERSION, NUMBERS[module])
    upstream.database.pad(FIRST_SIZE)
    upstream.tree.add(PRIVATE, VERSION)


def grow(upstream: SumDBUpstream) -> None:
    """Serve the fourth one as well."""
    upstream.add(D, VERSION, NUMBERS[D])
    upstream.database.pad(SECOND_SIZE)


def sync(
    pulp: Workspace, upstream: SumDBUpstream, *modules: str, repository: Any = None, **fields: Any
) -> dict[str, Any]:
    """Sync module versions for which the upstream's database vouches, and return the task.

    Args:
        pulp: Where.
        upstream: From where.
        modules: Module paths, of which `VERSION` is wanted.
        repository: Into what; a new repository if None.
        fields: Further fields of the remote.
    """
    words = [f"{module}@{VERSION}" for module in modules]
    remote = pulp.remote(upstream, *words, **{"sumdb": upstream.database.key} | fields)
    return pulp.sync(repository or pulp.repository(), remote)


def hashes(pulp: Workspace, **filters: Any) -> dict[str, str]:
    """Return the hash of the zip of each module version that a domain holds, by module path."""
    return {unit["module"]: unit["h1"] for unit in pulp.module_versions(**filters)}


def failed(task: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return code and reason of each failure of a sync, by module path."""
    return {path: (code, reason) for path, _, code, reason in report_of(task)["failed"]}


def codes(task: dict[str, Any]) -> dict[str, str]:
    """Return the code of each failure of a sync, by module path."""
    return {path: code for path, (code, _) in failed(task).items()}
