"""Many module versions in a repository, written straight into Pulp's database.

They are as a sync leaves them, each with its arrival and its sighting, but have no files: lists,
look-ups and new repository versions read none. Of a size N one module has N / 2 versions, 5,000
at most, every other one 20. Some units more are in no repository, to be added later.
"""

import runpy
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from pulp_go.gomod import semver

SMALL = 20
BIG = 5000
SPARE = 3
TABLES = [
    "core_content",
    "core_repositorycontent",
    "core_repositoryversion",
    "go_arrival",
    "go_moduleversion",
    "go_sighting",
]

# https://www.postgresql.org/docs/current/sql-createtableas.html
MADE = """
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT uuidv7() AS id, version, key, number < %(size)s AS held, module,
    convert_to('{"Version":"' || version || '","Time":"2024-01-02T03:04:05Z"}', 'UTF8') AS info,
    'h1:' || encode(sha256(convert_to(module || version, 'UTF8')), 'base64') AS h1,
    'h1:' || encode(sha256(convert_to(version || module, 'UTF8')), 'base64') AS go_mod_h1,
    %(prefix)s || '/m' || number %% 97 AS requires
FROM (
    SELECT number,
        CASE
            WHEN number >= %(size)s THEN %(prefix)s || '/spare'
            WHEN number < %(big)s THEN %(prefix)s || '/big'
            ELSE %(prefix)s || '/m' || (number - %(big)s) / %(small)s
        END AS module,
        CASE
            WHEN number >= %(size)s THEN number - %(size)s
            WHEN number < %(big)s THEN number
            ELSE (number - %(big)s) %% %(small)s
        END AS minor
    FROM generate_series(0, %(size)s + %(spare)s - 1) AS number
) AS names JOIN versions USING (minor)
ORDER BY number
"""
CONTENT = """
INSERT INTO core_content (
    pulp_id, pulp_created, pulp_type, pulp_labels, timestamp_of_interest, pulp_domain_id
) SELECT id, now(), 'go.module', '', now(), %(domain)s FROM made
"""
UNITS = """
INSERT INTO go_moduleversion (
    content_ptr_id, module, version, version_key, info, info_sha256, time, go_mod, go_mod_h1, h1,
    declares, go_version, toolchain, deprecated, retracts, requires, _pulp_domain_id
) SELECT id, module, version, key, info, encode(sha256(info), 'hex'), now(),
    convert_to(
        'module ' || module || E'\n\ngo 1.21\n\nrequire ' || requires || E' v1.3.0\n', 'UTF8'
    ),
    go_mod_h1, h1, module, '1.21', '', '', '[]',
    jsonb_build_array(
        jsonb_build_object('path', requires, 'version', 'v1.3.0', 'indirect', false)
    ),
    %(domain)s
FROM made
"""
VERSION = """
INSERT INTO core_repositoryversion (
    pulp_id, pulp_created, number, complete, info, content_ids, repository_id
) SELECT %(version)s, now(), 1, true, '{}', array_agg(id), %(repository)s FROM made WHERE held
"""
MEMBERS = """
INSERT INTO core_repositorycontent (
    pulp_id, pulp_created, content_id, repository_id, version_added_id
) SELECT uuidv7(), now(), id, %(repository)s, %(version)s FROM made WHERE held
"""
COUNTS = """
INSERT INTO core_repositoryversioncontentdetails (
    count_type, content_type, count, repository_version_id
) SELECT unnest(ARRAY['A', 'P']), 'go.module', %(size)s, %(version)s
"""
NEXT = "UPDATE core_repository SET next_version = 2 WHERE pulp_id = %(repository)s"
ARRIVALS = """
INSERT INTO go_arrival (
    pulp_id, pulp_created, domain, module, version, at, h1, go_mod_h1, repository_name, number,
    source, remote, "user", repository_id, content_id
) SELECT uuidv7(), now(), %(domain)s, module, version, now(), h1, go_mod_h1, 'benchmark', 1,
    'sync', 'benchmark', 'admin', %(repository)s, id
FROM made WHERE held
"""
SIGHTINGS = """
INSERT INTO go_sighting (pulp_id, pulp_created, domain, module, version, at)
SELECT uuidv7(), now(), %(domain)s, module, version, now() FROM made
"""


@dataclass(frozen=True)
class Rows:
    """What was made.

    Attributes:
        size: How many module versions the repository holds.
        big: The module of many versions.
        big_size: How many it has.
        small: Some modules of 20 versions, from all over the repository.
        spare: The primary keys of units that are in no repository.
    """

    size: int
    big: str
    big_size: int
    small: list[str]
    spare: list[str]


def connect(home: Path) -> psycopg.Connection:
    """Return a connection to the database of a Pulp of `pulp-go up`."""
    database = runpy.run_path(str(home / "settings.py"))["DATABASES"]["default"]
    return psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
    )


def fill(connection: psycopg.Connection, repository: UUID, size: int) -> Rows:
    """Make version 1 of a repository that has none but the empty one.

    The tables are vacuumed and analysed after, so that PostgreSQL does neither by itself while
    something is measured.
    """
    prefix = f"example.com/of-{size}"
    big = min(BIG, size // 2)
    values = {"size": size, "big": big, "small": SMALL, "spare": SPARE, "prefix": prefix}
    with connection.transaction():
        values |= ids_of(connection, repository)
        put_versions(connection)
        for statement in (
            MADE,
            CONTENT,
            UNITS,
            VERSION,
            MEMBERS,
            COUNTS,
            NEXT,
            ARRIVALS,
            SIGHTINGS,
        ):
            connection.execute(statement, values)
        spare = [str(pk) for (pk,) in connection.execute("SELECT id FROM made WHERE NOT held")]
    connection.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    connection.execute("CHECKPOINT")
    modules = (size - big) // SMALL
    small = [f"{prefix}/m{number}" for number in range(0, modules, max(1, modules // 25))]
    return Rows(size, f"{prefix}/big", big, small, spare)


def ids_of(connection: psycopg.Connection, repository: UUID) -> dict[str, UUID]:
    """Return the primary keys of a repository, its domain and its version to be."""
    query = "SELECT pulp_domain_id, uuidv7() FROM core_repository WHERE pulp_id = %s"
    row = connection.execute(query, [repository]).fetchone()
    assert row is not None, f"no repository {repository}"
    return {"repository": repository, "domain": row[0], "version": row[1]}


def put_versions(connection: psycopg.Connection) -> None:
    """Make a table of versions and what they sort by."""
    connection.execute(
        "CREATE TEMP TABLE versions (minor int, version text, key text) ON COMMIT DROP"
    )
    with connection.cursor().copy("COPY versions FROM STDIN") as copy:
        for minor in range(BIG):
            version = f"v1.{minor}.0"
            copy.write_row((minor, version, semver.sort_key(version)))


def active_ms(connection: psycopg.Connection) -> float:
    """Return for how many milliseconds this database has worked on statements so far.

    https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-DATABASE-VIEW
    """
    connection.execute("SELECT pg_stat_clear_snapshot()")
    query = "SELECT active_time FROM pg_stat_database WHERE datname = current_database()"
    row = connection.execute(query).fetchone()
    assert row is not None  # the database that we are connected to
    return float(row[0])
