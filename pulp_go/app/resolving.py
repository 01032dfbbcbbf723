"""Which versions a unit of work wants: its queries answered by what the upstream lists."""

import hashlib
import json

from asgiref.sync import sync_to_async

from pulp_go.app import keeping
from pulp_go.app.exceptions import BadReplyError, GoError, UpstreamNotFoundError
from pulp_go.app.ingest import Wanted
from pulp_go.gomod import goproxy, selection


def fingerprint(url, unit, *answers):
    """Return a digest of what a unit wants and of what the upstream said to that.

    Two equal ones want the same module versions, since a module version never changes.

    Args:
        url: The URL of the upstream.
        unit: The unit of work.
        answers: Digests and versions that the upstream answered with, none without queries.
    """
    names = ("remote", "module", "versions", "queries", "excludes", "mirror")
    values = [url, *answers, *(unit[name] for name in names)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


async def resolve(unit, upstream, report):
    """Return every `Wanted` of a unit, and put into its report how the upstream was found."""
    path = unit["module"]
    wanted = {version: Wanted(path, version, *rest) for version, *rest in unit["versions"]}
    answers = []
    if unit["queries"]:
        for version in await listed_versions(unit, upstream, report, answers):
            known = wanted.get(version, Wanted(path, version))
            wanted[version] = Wanted(path, version, True, known.h1, known.go_mod_h1)
    report.fingerprint = fingerprint(upstream.url, unit, *answers)
    return list(wanted.values())


async def listed_versions(unit, upstream, report, answers):
    """Return the versions that the queries of a unit select; note what the upstream answered."""
    path, asked = unit["module"], ", ".join(unit["queries"])
    excludes = [selection.parse_word(text) for text in unit["excludes"]]

    def allowed(versions):
        return [v for v in versions if not selection.excludes_match(excludes, path, v)]

    chosen = set()
    try:
        listed, digest = await upstream.versions(path)
        answers.append(digest)
        await sync_to_async(keeping.note_sightings)(path, listed.versions)
        if listed.junk:
            lines = f"{listed.junk} lines of @v/list are no versions of {path}"
            report.fail(asked, BadReplyError(lines))
        tagged = allowed(listed.versions)
        for text in unit["queries"]:
            chosen.update(await answer_query(path, text, tagged, listed, upstream))
    except GoError as error:
        report.listed = False
        report.fail(asked, error)
    # What `@latest` names need not stand in the list.
    selected = sorted(allowed(chosen))
    answers.extend(selected)
    return selected


async def answer_query(path, text, tagged, listed, upstream):
    """Return the versions that one query selects among the tagged ones, or the latest of none."""
    query = selection.parse_word(f"{path}@{text}").query
    if query != selection.Latest():
        return selection.select(query, tagged)
    if not tagged:
        return [await untagged_latest(path, listed, upstream)]
    return [await tagged_latest(path, tagged, upstream)]


async def tagged_latest(path, versions, upstream):
    """Return the latest of a list, as `go` chooses it; the go.mod files it reads are fetched."""
    known = {}
    while True:
        try:
            return goproxy.choose_latest(path, versions, known.__getitem__)
        except KeyError as missing:
            version = missing.args[0]
            known[version] = await upstream.go_mod(path, version)


async def untagged_latest(path, listed, upstream):
    """Return the latest of a module without tags: what `@latest` says, else the newest listed.

    Raises:
        UpstreamNotFoundError: There is neither.
    """
    try:
        return await upstream.latest(path)
    except UpstreamNotFoundError:
        newest = goproxy.choose_latest(path, listed.pseudo_versions, lambda _: b"", listed.times)
        if newest is None:
            raise
        return newest
