"""The one door for bytes: nothing becomes a row that Go's rules or a known hash contradict.

Upload, sync, git import and pull-through all pass here: `verify` checks what came and computes
what a row says of it, with no database. The rows are made in `keeping`.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from pulpcore.plugin.models import Artifact

from pulp_go.app.exceptions import BadModuleError, BadReplyError, HashMismatchError
from pulp_go.app.history import Evidence
from pulp_go.gomod import dirhash, infofile, modfile, module, semver
from pulp_go.gomod.errors import GoModError
from pulp_go.hasher.facts import Facts

# Go sets no limit; an index of the database does, and so do URLs.
MAX_PATH = 1024
MAX_VERSION = 256
# All rationales of the retractions of one go.mod together, in characters.
MAX_RATIONALES = 64 << 10


@dataclass(frozen=True, slots=True)
class Proof:
    """Who vouches for the hashes of a module version ("" for one that it does not name).

    Attributes:
        database: The name of a checksum database, or `Evidence.GO_SUM` for a go.sum.
        h1: The hash of the zip.
        go_mod_h1: The hash of go.mod.
        record: The number of the record in the database, or None.
        tree_size: The size of the tree that has it, or None.
    """

    database: str
    h1: str
    go_mod_h1: str
    record: int | None = None
    tree_size: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A module version that is asked for, and the hashes known beforehand ("" if unknown).

    Attributes:
        module: The module path.
        version: The canonical version.
        zip: Whether the zip is wanted too.
        h1: What the zip must hash to.
        go_mod_h1: What go.mod must hash to.
        proofs: A `Proof` from each who vouches for these hashes.
    """

    module: str
    version: str
    zip: bool = True
    h1: str = ""
    go_mod_h1: str = ""
    proofs: tuple[Proof, ...] = ()

    def __str__(self):
        return f"{self.module}@{self.version}"


@dataclass(frozen=True, slots=True)
class Files:
    """What came for a module version.

    Attributes:
        info: The bytes of `.info`, empty if there is none.
        go_mod: The bytes of `.mod`.
        zip_path: Where the zip is spooled, or "" for none.
        zip_facts: What was found out about the zip, or None for none.
    """

    info: bytes
    go_mod: bytes
    zip_path: str = ""
    zip_facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A module version that may be kept: the columns of its row and its artifact, unsaved."""

    columns: dict = field(repr=False)
    artifact: Artifact | None = None


def verify(wanted, files):
    """Check the files of a module version and return what may be kept of them.

    It reads no zip, that was done before, and touches no database.

    Args:
        wanted: The `Wanted`.
        files: Its `Files`.

    Raises:
        BadReplyError: The `.info` is none, or speaks of another version.
        BadModuleError: The path, the version or go.mod breaks Go's rules, or the go.mod is not the
            one in the zip.
        HashMismatchError: A hash is not the one known beforehand.
    """
    columns = info_columns(wanted, files.info)
    go_mod_h1 = dirhash.hash_go_mod(files.go_mod)
    expect(f"{wanted} go.mod", wanted.go_mod_h1, go_mod_h1)
    check_name(wanted)
    try:
        columns |= go_mod_columns(files.go_mod)
    except GoModError as error:
        raise BadModuleError(f"{wanted}: {error}") from error
    if files.zip_facts:
        check_go_mod_inside(wanted, files)
    columns |= {
        "module": wanted.module,
        "version": wanted.version,
        "version_key": semver.sort_key(wanted.version),
        "go_mod_h1": go_mod_h1,
        "h1": zip_h1(wanted, files),
    }
    return Verified(columns, artifact_of(files))


def named_by_go_sum(path, version, is_zip, h1, go_mod_h1):
    """Return a `Wanted` with the hashes that a go.sum has for it, "" for those that it lacks."""
    proofs = (Proof(Evidence.GO_SUM, h1, go_mod_h1),) if h1 or go_mod_h1 else ()
    return Wanted(path, version, is_zip, h1, go_mod_h1, proofs)


def vouched(wanted, proof):
    """Return a `Wanted` for which `proof` vouches too.

    Raises:
        HashMismatchError: Another one vouches for other hashes.
    """
    for one in wanted.proofs:
        against = f"{wanted} %s: {one.database} against {proof.database}"
        expect(against % "zip", one.h1, proof.h1)
        expect(against % "go.mod", one.go_mod_h1, proof.go_mod_h1)
    h1 = proof.h1 if wanted.zip else ""
    return replace(wanted, h1=h1, go_mod_h1=proof.go_mod_h1, proofs=(*wanted.proofs, proof))


def is_pinned(wanted):
    """Report whether a zip is wanted in whose place no other can come, whenever it comes."""
    return bool(wanted.zip and wanted.h1 and wanted.go_mod_h1)


def zip_h1(wanted, files):
    """Return the `h1` of the zip that came, or the one that pins a zip that stays upstream.

    Raises:
        HashMismatchError: It is not the one known beforehand.
    """
    if not files.zip_facts and is_pinned(wanted):
        return wanted.h1
    h1 = files.zip_facts.h1 if files.zip_facts else ""
    expect(f"{wanted} zip", wanted.h1, h1)
    return h1


def check_name(wanted):
    """Check that a module version may be published under this name.

    Raises:
        BadModuleError: Go forbids it, or it is too long.
    """
    if len(wanted.module) > MAX_PATH or len(wanted.version) > MAX_VERSION:
        raise BadModuleError(
            f"{wanted}: a path has at most {MAX_PATH} characters, a version {MAX_VERSION}"
        )
    try:
        module.check_canonical(wanted.module, wanted.version)
    except GoModError as error:
        raise BadModuleError(f"{wanted}: {error}") from error


def expect(what, expected, got):
    """Raise a `HashMismatchError` if a hash is known beforehand and differs."""
    if expected and expected != got:
        raise HashMismatchError(what, expected, got)


def info_columns(wanted, info):
    """Return the columns that come from `.info`.

    Raises:
        BadReplyError: It is none, or speaks of another version.
    """
    time: datetime | None = None
    origin = None
    if info:
        try:
            parsed = infofile.check_info(info, wanted.module, wanted.version)
        except GoModError as error:
            raise BadReplyError(f"{wanted}: {error}") from error
        time, origin = parsed.time, parsed.origin
    digest = hashlib.sha256(info).hexdigest()
    return {"info": info, "info_sha256": digest, "time": time, "origin": storable(origin)}


def go_mod_columns(go_mod):
    """Return the columns that come from go.mod.

    Raises:
        ModFileError: It does not parse, even laxly.
    """
    parsed = modfile.parse_lax(go_mod)
    said = {
        "declares": parsed.module,
        "go_version": parsed.go,
        "toolchain": parsed.toolchain,
        "deprecated": parsed.deprecated,
        "retracts": retract_rows(parsed.retracts),
        "requires": [
            {"path": r.path, "version": r.version, "indirect": r.indirect} for r in parsed.requires
        ],
    }
    return {"go_mod": go_mod} | storable(said)


def retract_rows(retracts):
    """Return retractions for a row, their rationales cut where they grow out of all proportion.

    A block of retractions shares one comment, which a row repeats for each: a go.mod of 16 MiB
    could become terabytes.
    """
    rows, left = [], MAX_RATIONALES
    for retract in retracts:
        rationale = retract.rationale[:left]
        left -= len(rationale)
        rows.append({"low": retract.low, "high": retract.high, "rationale": rationale})
    return rows


def storable(value):
    """Return `value` with U+FFFD for what PostgreSQL stores in no text: NUL and surrogates.

    The bytes themselves are kept as they came; this is about what a row says of them.
    https://www.postgresql.org/docs/current/datatype-json.html
    """
    match value:
        case str():
            return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
        case list():
            return [storable(item) for item in value]
        case dict():
            return {storable(name): storable(item) for name, item in value.items()}
    return value


def check_go_mod_inside(wanted, files):
    """Check that the go.mod that came as `.mod` is the one in the zip.

    Raises:
        BadModuleError: It is another.
    """
    inside = files.zip_facts.go_mod
    # Without a go.mod in the zip, Go makes one up; another one needs a hash that vouches.
    if inside is None and not wanted.go_mod_h1:
        inside = modfile.synthesize(wanted.module)
    if inside is not None and inside != files.go_mod:
        raise BadModuleError(f"{wanted}: .mod differs from the go.mod in its zip")


def artifact_of(files):
    """Return the unsaved artifact of the zip, or None for none."""
    if not files.zip_facts:
        return None
    facts = files.zip_facts
    return Artifact(file=files.zip_path, size=facts.size, **facts.digests)
