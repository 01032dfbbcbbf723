"""What is kept of proofs, checked again without a network.

A module version is believed on account of its evidence: a go.sum that named its hashes, or a record
of a checksum database. Of the latter all is kept: the record, the tiles between it and the trusted
tree, and the signature of that. So the proof can be repeated whenever somebody asks, from rows that
were not believed before.
"""

from functools import partial

from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import ChecksumDatabaseError, GoError
from pulp_go.app.history import Evidence
from pulp_go.app.ingest import expect
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.treestore import TreeStore
from pulp_go.gomod import note, sumdb, tlog
from pulp_go.gomod.errors import GoModError, TreeError


def check_proofs(units):
    """Check again all evidence that there is for units.

    Args:
        units: `ModuleVersion`s of one domain.

    Returns:
        The `GoError` of each unit whose evidence does not hold, by its primary key; and the
        primary keys of those for which there is evidence.
    """
    stores, errors, proven = {}, {}, set()
    by_name = {(unit.module, unit.version): unit for unit in units}
    for row in evidence_of(by_name):
        unit = by_name[row.module, row.version]
        if not is_about(row, unit):
            continue
        proven.add(unit.pk)
        try:
            check(row, stores)
        except GoError as error:
            errors[unit.pk] = error
    return errors, proven


def evidence_of(names):
    """Return the evidence for module versions, pairs of path and version."""
    rows = Evidence.objects.filter(
        domain=get_domain_pk(),
        module__in={path for path, _ in names},
        version__in={version for _, version in names},
    )
    return [row for row in rows if (row.module, row.version) in names]


def is_about(row, unit):
    """Report whether evidence speaks of this unit, and not of one with other hashes."""
    return row.go_mod_h1 in ("", unit.go_mod_h1) and (
        not row.h1 or not unit.h1 or row.h1 == unit.h1
    )


def check(row, stores):
    """Check one row of evidence again.

    Args:
        row: The `Evidence`.
        stores: The `TreeStore` of each database that was opened, by its name.

    Raises:
        ChecksumDatabaseError: The record, a tile or the tree is gone, or does not prove it.
        HashMismatchError: The record has other hashes.
    """
    if row.database == Evidence.GO_SUM:
        return  # its hashes are those of the unit, and there is nothing more to it
    if row.database not in stores:
        stores[row.database] = open_store(row.database)
    name = f"{row.module}@{row.version}"
    try:
        text = prove(stores[row.database], row.module, row.version)
    except GoModError as error:
        raise ChecksumDatabaseError(f"{name}: {row.database}: {error}") from error
    h1, go_mod_h1 = sumdb.hashes_in(text, row.module, row.version)
    expect(f"{name} zip in {row.database}", row.h1, h1)
    expect(f"{name} go.mod in {row.database}", row.go_mod_h1, go_mod_h1)


def open_store(name):
    """Return the `TreeStore` of a database of this domain.

    Raises:
        ChecksumDatabaseError: There is none.
    """
    database = ChecksumDatabase.objects.filter(pulp_domain=get_domain_pk(), name=name).first()
    if database is None:
        raise ChecksumDatabaseError(f"nothing is held of the checksum database {name}")
    return TreeStore(database)


def prove(store, module, version):
    """Return the text of a held record, proven to be in the trusted tree.

    Raises:
        GoModError: It is not, or something that the proof takes is not held.
    """
    record, signed = store.find(module, version), store.signed()
    if not (record and signed):
        raise TreeError(f"no record of {module}@{version} is held")
    client = sumdb.Client(note.parse_verifier(store.database.key), signed)
    proof = client.lookup(module, version, tlog.format_record(record) + signed)
    return sumdb.run(proof, partial(read, store)).text


def read(store, tiles):
    """Return the data of tiles.

    Raises:
        TreeError: One is not held.
    """
    held = store.tiles(list(tiles))
    if missing := [tile.path for tile in tiles if tile not in held]:
        raise TreeError(f"{', '.join(sorted(missing))} is not held")
    return held
