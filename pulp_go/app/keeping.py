"""What passed the door becomes rows: many at once, or one by one where others were faster.

Multi-table content cannot be bulk-created: its rows in pulpcore's table are, and each row of ours
is then one statement. All that is new comes in one transaction, so a unit is never there without
its zip; whatever is there already, or comes at the same moment from elsewhere, is got by its key.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from pulpcore.plugin.models import Artifact, Content, ContentArtifact, RemoteArtifact
from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.batches import batches
from pulp_go.app.history import Evidence, Sighting
from pulp_go.app.ingest import MAX_VERSION, Verified, Wanted, info_columns
from pulp_go.app.models import GoRemote
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.app.synced import GoModSource
from pulp_go.gomod import goproxy

KEY = ("module", "version", "info_sha256", "go_mod_h1", "h1")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a module version came from.

    Attributes:
        remote: The remote.
        url: The URL of its GOPROXY, or what there is of a git repository.
        has_files: Whether each zip has a URL below that, which is then asked again for repairs.
    """

    remote: GoRemote
    url: str
    has_files: bool = True


def keep(verified, source=None):
    """Return the units of what was verified, in its order, made unless they are there already.

    Args:
        verified: A list of `Verified`.
        source: The `Source` they came from, or None.
    """
    held = held_keys(verified)
    new = {key_of(one): one for one in verified if key_of(one) not in held}
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = make(list(new.values()), source)
        except IntegrityError:
            made = [keep_one(one, source) for one in new.values()]
        units = dict(zip(new, made, strict=True))
        for one in verified:
            if key_of(one) in held:
                units[key_of(one)] = keep_one(one, source)
    return [units[key_of(one)] for one in verified]


def key_of(verified):
    """Return what tells a module version from every other one of the domain."""
    return tuple(verified.columns[name] for name in KEY)


def held_keys(verified):
    """Return the keys among those of `verified` that the domain holds."""
    names = {f"{name}__in": {one.columns[name] for one in verified} for name in KEY[:2]}
    units = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk(), **names)
    return set(units.values_list(*KEY))


def make(verified, source):
    """Return new units with their zips and their source.

    Raises:
        IntegrityError: One is there already.
    """
    artifacts = keep_artifacts([one.artifact for one in verified if one.artifact])
    units = [ModuleVersion(**one.columns) for one in verified]
    make_units(units)
    zips = []
    for unit, one in zip(units, verified, strict=True):
        if unit.h1:
            artifact = one.artifact and artifacts[one.artifact.sha256]
            path = path_of(unit)
            zips.append(ContentArtifact(content=unit, artifact=artifact, relative_path=path))
    ContentArtifact.objects.bulk_create(zips)
    fill((one.content, one.artifact) for one in zips if one.artifact)
    if source:
        note_sources(units, zips, source)
    return units


def make_units(units):
    """Insert units: pulpcore's part of all in one statement, our part in one for each."""
    kind = ModuleVersion.get_pulp_type()
    Content.objects.bulk_create(
        Content(pk=unit.pulp_id, pulp_type=kind, pulp_domain_id=unit._pulp_domain_id)
        for unit in units
    )
    for unit in units:
        unit.content_ptr_id = unit.pulp_id
        unit.save_base(raw=True, force_insert=True)


def keep_artifacts(artifacts):
    """Return the stored artifacts with the bytes of `artifacts`, by SHA-256: one a domain."""
    # In one order everywhere: two transactions never wait for each other.
    wanted = {one.sha256: one for one in sorted(artifacts, key=lambda one: one.sha256)}
    stored = Artifact.objects.filter(sha256__in=wanted, pulp_domain=get_domain_pk())
    held = {one.sha256: one for one in stored}
    stored.touch()
    new = [one for digest, one in wanted.items() if digest not in held]
    for artifact in new:
        discard_half(artifact)
    made = Artifact.objects.bulk_get_or_create(new)
    for artifact in new:
        artifact.file.close()
    return held | {one.sha256: one for one in made}


def discard_half(artifact):
    """Remove half a file that a killed process left in the place of an artifact.

    Between two file systems a move is a copy, and Pulp keeps whatever file has an artifact's name.
    Other storages have the whole file or none, and no paths.
    """
    storage = artifact.file.storage
    with suppress(NotImplementedError, FileNotFoundError):
        path = Path(storage.path(artifact.storage_path("")))
        if path.stat().st_size != artifact.size:
            path.unlink()


def note_sources(units, zips, source):
    """Note where new units and their zips came from."""
    RemoteArtifact.objects.bulk_create(
        RemoteArtifact(content_artifact=one, remote=source.remote, **described(one, source))
        for one in (zips if source.has_files else ())
    )
    GoModSource.objects.bulk_create(
        GoModSource(content=unit, remote=source.remote, url=source.url)
        for unit in units
        if not (unit.h1 and source.has_files)
    )


def described(content_artifact, source):
    """Return what a RemoteArtifact says of a zip: of one that stays upstream, where it is."""
    artifact = content_artifact.artifact
    known = {"size": artifact.size, "sha256": artifact.sha256} if artifact else {}
    return {"url": f"{source.url}/{content_artifact.relative_path}"} | known


def keep_one(verified, source):
    """Return the unit of what was verified, made unless it is there already."""
    artifact = verified.artifact and keep_artifacts([verified.artifact])[verified.artifact.sha256]
    try:
        with transaction.atomic():
            unit = ModuleVersion.objects.create(**verified.columns)
    except IntegrityError:
        key = dict(zip(KEY, key_of(verified), strict=True))
        unit = ModuleVersion.objects.get(_pulp_domain=get_domain_pk(), **key)
        unit.touch()
    if unit.h1:
        attach(unit, artifact, source if source and source.has_files else None)
    if source and not (unit.h1 and source.has_files):
        known = {"content": unit, "remote": source.remote}
        GoModSource.objects.update_or_create(**known, defaults={"url": source.url})
    return unit


def attach(unit, artifact, source=None):
    """Make `artifact` the zip of `unit`, or None for one that stays upstream; note its source."""
    place = {"content": unit, "relative_path": path_of(unit)}
    ContentArtifact.objects.get_or_create(**place, defaults={"artifact": artifact})
    if artifact:
        fill([(unit, artifact)])
    if source:
        content_artifact = ContentArtifact.objects.select_related("artifact").get(**place)
        RemoteArtifact.objects.update_or_create(
            content_artifact=content_artifact,
            remote=source.remote,
            defaults=described(content_artifact, source),
        )


def fill(zips):
    """Give zips to all units of the domain that lack just these, whoever they came for.

    Args:
        zips: Pairs of a unit and its artifact, 2,000 at most.
    """
    came = {bytes_of(unit): artifact for unit, artifact in zips}
    paths = [goproxy.file_path(*name, "zip") for name, _ in came]
    empty = ContentArtifact.objects.filter(artifact=None, relative_path__in=paths)
    pks = list(empty.values_list("content_id", flat=True))
    lacking = ModuleVersion.objects.filter(_pulp_domain=get_domain_pk(), pk__in=pks)
    for unit in lacking.only(*SAME_BYTES).order_by("pk"):
        if artifact := came.get(bytes_of(unit)):
            empty.filter(content=unit).update(artifact=artifact)


# Of units that are equal in these, the zips have the same files, and the go.mod is one for all.
SAME_BYTES = ("module", "version", "h1", "go_mod_h1")


def bytes_of(unit):
    """Return the name of a unit's module version, and its hashes."""
    return (unit.module, unit.version), (unit.h1, unit.go_mod_h1)


def keep_zip(unit, artifact, noted):
    """Keep the zip of a unit that had it upstream, for all units that lack just this one.

    Args:
        unit: The unit.
        artifact: The artifact, unsaved.
        noted: The primary key of the RemoteArtifact that said where it was.
    """
    with transaction.atomic():
        stored = keep_artifacts([artifact])[artifact.sha256]
        fill([(unit, stored)])
        held = RemoteArtifact.objects.filter(pk=noted)
        held.update(size=stored.size, sha256=stored.sha256)


def zip_like(unit):
    """Return the artifact of a unit whose zip and go.mod are those of `unit`, or None."""
    same = {name: getattr(unit, name) for name in SAME_BYTES}
    alike = ModuleVersion.objects.filter(_pulp_domain=unit._pulp_domain_id, **same)
    return Artifact.objects.filter(content_memberships__content__in=alike).first()


def path_of(unit):
    """Return the relative path of a unit's zip."""
    return goproxy.file_path(unit.module, unit.version, "zip")


def with_infos(pairs):
    """Return for each unit without `.info`, given with the bytes of one, `with_info`."""
    return [with_info(unit, info) for unit, info in pairs]


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
        [new] = keep([Verified(columns, artifact)])
        for before in RemoteArtifact.objects.filter(content_artifact__content=unit):
            after = new.contentartifact_set.get()
            copy = {"url": before.url, "size": before.size, "sha256": before.sha256}
            RemoteArtifact.objects.update_or_create(
                content_artifact=after, remote=before.remote, defaults=copy
            )
        for before in unit.go_mod_sources.all():
            known = {"content": new, "remote": before.remote}
            GoModSource.objects.update_or_create(**known, defaults={"url": before.url})
    return new


# What a row has by being that row; all other columns say what the module version is.
NOT_COPIED = ("content_ptr", "_pulp_domain")


def keep_wanted(source, pairs):
    """Return the units of what came, in its order, noted as seen, with who vouches for them.

    Args:
        source: The `Source` it came from.
        pairs: `Verified`, each with its `Wanted`.
    """
    units = keep([verified for verified, _ in pairs], source)
    see((unit.module, unit.version) for unit in units)
    note_proofs(zip(units, (wanted for _, wanted in pairs), strict=True))
    return units


def renew(pairs):
    """Return held units, protected from orphan clean-up, with who vouches for them.

    Args:
        pairs: Units, each with its `Wanted`.
    """
    for batch in batches(unit.pk for unit, _ in pairs):
        Content.objects.filter(pk__in=batch).touch()
    note_proofs(pairs)
    return [unit for unit, _ in pairs]


def note_sightings(path, versions):
    """Note that this domain has seen these versions of a module; the first time counts."""
    seen = Sighting.objects.filter(domain=get_domain_pk(), module=path)
    new = set(versions).difference(seen.values_list("version", flat=True))
    see((path, version) for version in sorted(new) if len(version) <= MAX_VERSION)


def see(names):
    """Note that this domain has seen module versions, given as (path, version), if it is new."""
    rows = [Sighting(module=path, version=version) for path, version in names]
    Sighting.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def note_proofs(pairs):
    """Note who vouches for the hashes of units.

    Args:
        pairs: Units, each with its `Wanted`.
    """
    rows = [
        Evidence(module=unit.module, version=unit.version, content=unit, **asdict(proof))
        for unit, wanted in pairs
        for proof in wanted.proofs
    ]
    Evidence.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
