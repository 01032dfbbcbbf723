"""What a sync wants: the fields of its remote become units of work, one for each module.

Words, the lines of a go.sum and the needs of module graphs add up. A glob expands over the names
that the upstream's feed and the repository know; a graph is read once, as nothing that it is made
of ever changes.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from django_guid import get_guid

from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import SelectionInvalidError
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.moduleversion import units_of
from pulp_go.gomod import gosum, mainmodules, selection, versionquery
from pulp_go.gomod.errors import GoModError


@dataclass
class Plan:
    """What is wanted.

    Attributes:
        units: The units of work, as `units.ingest_module` takes them.
        failed: `[module, version, code, reason]` of what could not be found out.
        globs: Those of which not all names are known.
        is_whole: Whether everything is known that the module graphs need.
        graph: A digest of the texts whose graphs were read, or "" where that failed.
        closure: What they need: a list of `[module, version, zip]`.
    """

    units: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    globs: list = field(default_factory=list)
    is_whole: bool = True
    graph: str = ""
    closure: list = field(default_factory=list)

    def wants_all_names_of(self, path):
        """Report whether nothing can be said of a module that is not planned."""
        return any(word.matches(path) for word in self.globs)

    @cached_property
    def digest(self):
        """A digest of what is planned, or "" if not all of it could be found out."""
        if self.failed:
            return ""
        wants = ("module", "versions", "queries", "excludes", "mirror")
        values = [[unit[name] for name in wants] for unit in self.units]
        return digest_of(values)


def plan_of(remote, names=(), closure=()):
    """Return what a remote's fields select, by module: `gomod.selection.plan`.

    Args:
        remote: Anything with the fields of a `GoRemote`.
        names: The module paths over which globs expand.
        closure: What its module graphs need.

    Raises:
        GoModError: A word or a line cannot be understood; it is named.
    """
    words = words_of(remote, names)
    if not names:
        words = [word for word in words if not word.is_glob]
    without = [versionquery.parse_word(text) for text in remote.excludes]
    return selection.plan(words, without, gosum.parse(remote.go_sum), names, closure)


def words_of(remote, names=()):
    """Return the words that a remote includes; a git remote without any includes all its names."""
    texts = remote.includes or names
    return [versionquery.parse_word(text, revisions=remote.takes_revisions) for text in texts]


def check(remote):
    """Check that the fields of a remote can be understood, and that they select something.

    Raises:
        SelectionInvalidError: They do not.
    """
    try:
        mainmodules.programs(remote.go_mods, remote.go_work)
        is_wanting = plan_of(remote) or globs_of(remote) or remote.go_mods or not remote.includes
    except GoModError as error:
        raise SelectionInvalidError(f"remote {remote.name}: {error}") from error
    if remote.selects_nothing or not is_wanting:
        raise SelectionInvalidError(f"remote {remote.name} selects nothing")


def globs_of(remote):
    """Return the globs that a remote includes."""
    return [word for word in words_of(remote) if word.is_glob]


def read_refs(remote, repository, run, mirror):
    """Return a digest of what git repositories show and of what is wanted of them, or "".

    "" is that of a GOPROXY, and of repositories that cannot be asked or of which it is not known
    which ones they are.
    """
    if not isinstance(remote, GoGitRemote):
        return ""
    [seen] = run([common_to_units(remote, repository) | {"kind": "state"}])
    wants = ("url", "includes", "excludes", "modules", "path_prefix", "path_elements", "discover")
    values = [seen["state"], mirror, *(getattr(remote, name) for name in wants)]
    return digest_of(values) if seen["state"] else ""


def plan(remote, repository, last, run, mirror, refs=""):
    """Return the `Plan` of a sync.

    Args:
        remote: The `GoRemote`.
        repository: The `GoRepository`.
        last: The `LastSync` whose graph may be taken, or None.
        run: Does units of work: `executor.Inline.run`.
        mirror: Whether what is not wanted is removed.
        refs: What `read_refs` has said.

    Raises:
        SelectionInvalidError: The remote selects nothing, or what cannot be understood.
    """
    check(remote)
    made = Plan()
    common = common_to_units(remote, repository)
    names = find_names(made, remote, repository, run, common)
    if remote.go_mods:
        read_graphs(made, remote, last, run, common)
    try:
        wanted = plan_of(remote, names, made.closure)
    except GoModError as error:
        raise SelectionInvalidError(f"remote {remote.name}: {error}") from error
    common |= {"kind": "module", "excludes": remote.excludes, "mirror": mirror, "fingerprint": ""}
    common |= {"refs": refs}
    made.units = [common | unit_of(one) for one in wanted.values()]
    return made


def common_to_units(remote, repository):
    """Return what every unit of work of a sync has."""
    return {
        "domain": str(get_domain_pk()),
        "correlation_id": get_guid(),
        "remote": str(remote.pk),
        "repository": str(repository.pk),
    }


def find_names(made, remote, repository, run, common):
    """Return the module paths that globs match; note the globs of which that is not known.

    Those of a git remote that includes nothing by its name are all that it knows.
    """
    globs = globs_of(remote)
    wants_all = isinstance(remote, GoGitRemote) and not remote.includes
    if not (globs or wants_all):
        return []
    texts = sorted({word.pattern for word in globs})
    [feed] = run([common | {"kind": "names", "globs": texts}])
    names = set(feed["names"])
    if wants_all and feed["trouble"]:
        made.is_whole = False
        made.failed.append([remote.path_prefix, "", *feed["trouble"]])
    names.update(path for path in held_names(repository) if any(g.matches(path) for g in globs))
    for word in globs:
        if feed["trouble"]:
            made.globs.append(word)
            made.failed.append([word.pattern, str(word.query), *feed["trouble"]])
        elif not any(word.matches(path) for path in names):
            made.globs.append(word)
            made.failed.append([word.pattern, str(word.query), *NO_NAMES])
    return sorted(names)


NO_NAMES = [
    SelectionInvalidError.error_code,
    "a pattern needs names to expand over: neither the upstream's index feed nor the repository "
    "knows a module that it matches",
]


def held_names(repository):
    """Return the paths of the modules that the repository holds."""
    latest = repository.versions.complete().defer("content_ids").latest()
    return units_of(latest).values_list("module", flat=True).distinct().iterator()


def read_graphs(made, remote, last, run, common):
    """Note what the module graphs of a remote need: as last time, or read anew."""
    texts = [remote.url, remote.go_mods, remote.go_work, remote.go_sum, remote.excludes]
    digest = digest_of(texts)
    if last and last.graph == digest:
        made.graph, made.closure = digest, last.closure
        return
    [graph] = run([common | {"kind": "graph"}])
    made.closure = graph["wanted"]
    made.failed += graph["failed"]
    made.is_whole = not graph["failed"]
    made.graph = digest if made.is_whole else ""


def unit_of(wanted):
    """Return what a `selection.Wanted` adds to a unit of work."""
    versions = [[v.version, v.zip, v.h1, v.go_mod_h1] for v in wanted.versions]
    return {
        "module": wanted.module,
        "versions": versions,
        "queries": [str(query) for query in wanted.queries],
    }


def digest_of(values):
    """Return a digest of JSON."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
