"""The one door for bytes: nothing becomes a row that Go's rules or a known hash contradict.

Upload, sync, git import and pull-through all pass here: `verify` checks what came and computes
what a row says of it, with no database; `keep` makes the rows.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from pulpcore.plugin.models import Artifact, ContentArtifact, RemoteArtifact
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import BadModuleError, BadReplyError, HashMismatchError
from pulp_go.app.models import Evidence, ModuleVersion, Sighting
from pulp_go.gomod import dirhash, goproxy, modfile, module, modzip, semver
from pulp_go.gomod.errors import GoModError

# Go sets no limit; an index of the database does, and so do URLs.
MAX_PATH = 1024
MAX_VERSION = 256
# All rationales of the retractions of one go.mod together, in characters.
MAX_RATIONALES = 64 << 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A module version that is asked for, and the hashes known beforehand ("" if unknown).

    Attributes:
        module: The module path.
        version: The canonical version.
        zip: Whether the zip is wanted too.
        h1: What the zip must hash to.
        go_mod_h1: What go.mod must hash to.
    """

    module: str
    version: str
    zip: bool = True
    h1: str = ""
    go_mod_h1: str = ""

    def __str__(self):
        return f"{self.module}@{self.version}"


@dataclass(frozen=True, slots=True)
class Files:
    """What came for a module version.

    Attributes:
        info: The bytes of `.info`, empty if there is none.
        go_mod: The bytes of `.mod`.
        zip_path: Where the zip is spooled, or "" for none.
    """

    info: bytes
    go_mod: bytes
    zip_path: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """A module version that may be kept: the columns of its row and its artifact, unsaved."""

    columns: dict = field(repr=False)
    artifact: Artifact | None = None


def verify(wanted, files):
    """Check the files of a module version and return what may be kept of them.

    It reads the zip twice and touches no database: call it in a thread.

    Args:
        wanted: The `Wanted`.
        files: Its `Files`.

    Raises:
        BadReplyError: The `.info` is none, or speaks of another version.
        BadModuleError: The path, the version, the zip or go.mod breaks Go's rules, or the go.mod
            is not the one in the zip.
        HashMismatchError: A hash is not the one known beforehand.
    """
    columns = info_columns(wanted, files.info)
    go_mod_h1 = dirhash.hash_go_mod(files.go_mod)
    expect(f"{wanted} go.mod", wanted.go_mod_h1, go_mod_h1)
    check_name(wanted)
    try:
        columns |= go_mod_columns(files.go_mod)
        h1 = zip_h1(wanted, files) if files.zip_path else ""
    except GoModError as error:
        raise BadModuleError(f"{wanted}: {error}") from error
    expect(f"{wanted} zip", wanted.h1, h1)
    columns |= {
        "module": wanted.module,
        "version": wanted.version,
        "version_key": semver.sort_key(wanted.version),
        "go_mod_h1": go_mod_h1,
        "h1": h1,
    }
    artifact = Artifact.init_and_validate(files.zip_path) if files.zip_path else None
    return Verified(columns, artifact)


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
            parsed = goproxy.check_info(info, wanted.module, wanted.version)
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


def zip_h1(wanted, files):
    """Return the `h1:` of a spooled zip that Go would accept and that holds just this go.mod.

    Raises:
        InvalidZipError: Go would refuse it.
        BadModuleError: Its go.mod is not the one that came as `.mod`.
    """
    with open(files.zip_path, "rb") as spool:
        zip_file = modzip.check_zip(spool, wanted.module, wanted.version)
        inside = zip_file.go_mod()
        # Without a go.mod in the zip, Go makes one up; another one needs a hash that vouches.
        if inside is None and not wanted.go_mod_h1:
            inside = modfile.synthesize(wanted.module)
        if inside is not None and inside != files.go_mod:
            raise BadModuleError(f"{wanted}: .mod differs from the go.mod in its zip")
        return zip_file.hash()


def keep(verified, remote=None, url=""):
    """Return the unit of what was verified, made unless it is there already.

    Args:
        verified: What `verify` returned.
        remote: The remote it came from, which is then its source for repairs, or None.
        url: Where the remote has the zip.
    """
    key = {name: verified.columns[name] for name in KEY}
    with transaction.atomic():
        artifact = verified.artifact and keep_artifact(verified.artifact)
        try:
            with transaction.atomic():
                unit = ModuleVersion.objects.create(**verified.columns)
        except IntegrityError:
            unit = ModuleVersion.objects.get(_pulp_domain=get_domain_pk(), **key)
            unit.touch()
        if artifact:
            attach(unit, artifact, remote, url)
    return unit


KEY = ("module", "version", "info_sha256", "go_mod_h1", "h1")


def keep_artifact(artifact):
    """Return the stored artifact with the bytes of `artifact`: one for each domain."""
    held = Artifact.objects.filter(sha256=artifact.sha256, pulp_domain=get_domain_pk()).first()
    if held is None:
        try:
            with transaction.atomic():
                artifact.save()
            return artifact
        except IntegrityError:
            held = Artifact.objects.get(sha256=artifact.sha256, pulp_domain=get_domain_pk())
    held.touch()
    return held


def attach(unit, artifact, remote, url):
    """Make `artifact` the zip of `unit`, and `remote` its source."""
    relative_path = goproxy.file_path(unit.module, unit.version, "zip")
    content_artifact, _ = ContentArtifact.objects.get_or_create(
        content=unit, relative_path=relative_path, defaults={"artifact": artifact}
    )
    if remote:
        source = {"url": url, "size": artifact.size, "sha256": artifact.sha256}
        RemoteArtifact.objects.update_or_create(
            content_artifact=content_artifact, remote=remote, defaults=source
        )


def with_info(unit, info):
    """Return a unit like `unit`, which has no `.info`, with the `.info` that turned up.

    Raises:
        BadReplyError: It is none, or speaks of another version.
    """
    own = (field.name for field in ModuleVersion._meta.local_fields)
    columns = {name: getattr(unit, name) for name in own if name not in NOT_COPIED}
    columns |= info_columns(Wanted(unit.module, unit.version), info)
    artifact = Artifact.objects.filter(content_memberships__content=unit).first()
    with transaction.atomic():
        new = keep(Verified(columns, artifact))
        for source in RemoteArtifact.objects.filter(content_artifact__content=unit):
            attach(new, artifact, source.remote, source.url)
    return new


# What a row has by being that row; all other columns say what the module version is.
NOT_COPIED = ("content_ptr", "_pulp_domain")


def note_sightings(path, versions):
    """Note that this domain has seen these versions of a module; the first time counts."""
    seen = Sighting.objects.filter(domain=get_domain_pk(), module=path)
    new = set(versions).difference(seen.values_list("version", flat=True))
    named = sorted(version for version in new if len(version) <= MAX_VERSION)
    rows = [Sighting(module=path, version=version) for version in named]
    Sighting.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def note_go_sum(unit, wanted):
    """Note that a go.sum named hashes which the unit has."""
    if wanted.h1 or wanted.go_mod_h1:
        row = Evidence(
            module=unit.module,
            version=unit.version,
            h1=wanted.h1,
            go_mod_h1=wanted.go_mod_h1,
            content=unit,
            database=Evidence.GO_SUM,
        )
        Evidence.objects.bulk_create([row], ignore_conflicts=True)
