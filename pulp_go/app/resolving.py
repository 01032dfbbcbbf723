"""Which versions a unit of work wants: its queries answered by what the upstream lists."""

import hashlib
import json
from dataclasses import replace

from asgiref.sync import sync_to_async

from pulp_go.app import keeping
from pulp_go.app.exceptions import BadReplyError, GoError, UpstreamNotFoundError
from pulp_go.app.ingest import Wanted, named_by_go_sum
from pulp_go.gomod import versionlist, versionquery


def fingerprint(remote, unit, *answers):
    """Return a digest of what a unit wants and of what the upstream said to that.

    Two equal ones want the same module versions, since a module version never changes.

    Args:
        remote: The `GoRemote` or the `GoGitRemote`.
        unit: The unit of work; one about git repositories has a digest of their `refs`.
        answers: Digests and versions that the upstream answered with, none without queries.
    """
    names = ("remote", "module", "versions", "queries", "excludes", "mirror")
    source = [remote.url, remote.policy, remote.sumdb, remote.sumdb_direct, remote.no_sumdb]
    values = [source, *answers, unit.get("refs", ""), *(unit[name] for name in names)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


async def resolve(unit, upstream, report):
    """Return every `Wanted` of a unit, and put into its report how the upstream was found.

    None is wanted of a unit whose fingerprint is the one that it has: nothing has changed.
    """
    path = unit["module"]
    wanted = {version: named_by_go_sum(path, version, *rest) for version, *rest in unit["versions"]}
    for version in await answer_queries(unit, upstream, report) if unit["queries"] else ():
        wanted[version] = replace(wanted.get(version, Wanted(path, version)), zip=True)
    report.fingerprint = report.fingerprint or fingerprint(upstream.remote, unit)
    return [] if report.is_unchanged(unit) else list(wanted.values())


async def answer_queries(unit, upstream, report):
    """Return the versions that the queries of a unit select."""
    excludes = [versionquery.parse_word(text) for text in unit["excludes"]]

    def allowed(versions):
        return [v for v in versions if not versionquery.excludes_match(excludes, unit["module"], v)]

    chosen = set()
    try:
        listed, digest = await upstream.versions(unit["module"])
        await note(listed, unit, report)
        tagged = allowed(listed.versions)
        untagged = await untagged_latest(unit, listed, upstream) if not tagged else []
        report.fingerprint = fingerprint(upstream.remote, unit, digest, *untagged)
        if not report.is_unchanged(unit):
            chosen.update(untagged)
            for query in queries(unit):
                chosen.update(await answer(query, tagged, unit, upstream))
    except GoError as error:
        report.listed = False
        report.fail(", ".join(unit["queries"]), error)
    # What `@latest` names need not stand in the list.
    return sorted(allowed(chosen))


def queries(unit):
    """Return the queries of a unit."""
    words = (f"{unit['module']}@{text}" for text in unit["queries"])
    return [versionquery.parse_word(word, revisions=True).query for word in words]


async def note(listed, unit, report):
    """Note what a list has, and what in it is no version."""
    path = unit["module"]
    await sync_to_async(keeping.note_sightings)(path, listed.versions)
    if listed.junk:
        lines = f"{listed.junk} lines of @v/list are no versions of {path}"
        report.listed = False
        report.fail(", ".join(unit["queries"]), BadReplyError(lines))


async def answer(query, tagged, unit, upstream):
    """Return the versions that one query selects, among the tagged ones or by name."""
    if isinstance(query, versionquery.Revision):
        return [await upstream.revision(unit["module"], query.name)]
    if query != versionquery.Latest():
        return versionquery.select(query, tagged)
    return [await tagged_latest(unit["module"], tagged, upstream)] if tagged else []


async def tagged_latest(path, versions, upstream):
    """Return the latest of a list, as `go` chooses it; the go.mod files it reads are fetched."""
    known = {}
    while True:
        try:
            return versionlist.choose_latest(path, versions, known.__getitem__)
        except KeyError as missing:
            version = missing.args[0]
            known[version] = await upstream.go_mod(path, version)


async def untagged_latest(unit, listed, upstream):
    """Return the latest of a module without tags: what `@latest` says, else the newest listed.

    Nothing for a unit that does not ask for the latest.

    Raises:
        UpstreamNotFoundError: There is neither.
    """
    if versionquery.Latest() not in queries(unit):
        return []
    path = unit["module"]
    try:
        return [await upstream.latest(path)]
    except UpstreamNotFoundError:
        newest = versionlist.choose_latest(
            path, listed.pseudo_versions, lambda _: b"", listed.times
        )
        if newest is None:
            raise
        return [newest]
