"""Tags of a repository as versions of a module.

A tag `<prefix><version>` names a version, if the version is canonical. Listed are those that fit
the major suffix of the path. A tag that looks like a pseudo-version names nothing. So does a
version with a build, as `v1.2.3+meta`: but a pseudo-version may be based on it, as on v1.2.3.

A module in the root of its repository, of a path without suffix, may have versions from v2 on with
`+incompatible`: those of a time before modules. None are listed where the highest version of v0 or
v1 has a go.mod, since the author knows of modules; nor those of a major whose highest has one.

What a list, or a pseudo-version, depends on is told by a sum over the tags that could matter. So
`go` sees that it has changed without asking for more than the refs.

https://go.dev/ref/mod#vcs-version, https://go.dev/ref/mod#incompatible-versions
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from pulp_go.gomod import module, pseudo, semver
from pulp_go.gomod.moduledir import INCOMPATIBLE, ModuleDir

TAGS = "refs/tags/"
"""What the refs of tags begin with."""


def base_version(where: ModuleDir, tag: str) -> str:
    """Return the version that a pseudo-version based on `tag` is based on, or "".

    That is the canonical version which `tag` names, whatever build stands behind.
    """
    prefix = where.tag_prefix
    return _base(tag.removeprefix(prefix)) if tag.startswith(prefix) else ""


def tagged_version(where: ModuleDir, tag: str) -> str:
    """Return the canonical version that `tag` names, or ""."""
    version = base_version(where, tag)
    return version if tag == where.tag_prefix + version else ""


def list_versions(
    where: ModuleDir, tags: Iterable[str], has_go_mod: Callable[[str], bool]
) -> list[str]:
    """Return the versions of a module that a repository with these tags lists, in Go's order.

    Args:
        where: The module.
        tags: Names of tags.
        has_go_mod: Reports whether there is a go.mod in the root of a tag's tree.
    """
    if where.major.endswith("-unstable"):
        return []
    names = {tagged_version(where, tag) for tag in tags} - {""}
    versions = sorted(names, key=semver.sort_key)
    fitting = [name for name in versions if module.match_path_major(name, where.major)]
    if where.code_dir or where.major:
        return fitting
    higher = [name for name in versions if not module.match_path_major(name, "")]
    if higher and fitting and has_go_mod(fitting[-1]):
        return fitting
    for _, group in groupby(higher, semver.major):
        names_of_major = list(group)
        if not has_go_mod(names_of_major[-1]):
            fitting += [name + INCOMPATIBLE for name in names_of_major]
    return fitting


def tag_sum(tags: Mapping[str, str], prefix: str) -> str:
    """Return the sum over the tags with this prefix on which versions could depend.

    Args:
        tags: The ids that tags lead to, by name.
        prefix: What the names begin with: a directory with "/", and the beginning of a version.
    """
    directory = prefix[: prefix.rfind("/") + 1]
    digest = hashlib.sha256()
    for name in sorted(tags):
        if name.startswith(prefix) and _base(name.removeprefix(directory)):
            digest.update(f"{json.dumps(name, ensure_ascii=False)} {tags[name]}\n".encode())
    return f"t1:{base64.b64encode(digest.digest()).decode()}"


def _base(name: str) -> str:
    """Return the canonical version that `name` begins with, or "" if it is none with a build."""
    canonical = semver.canonical(name)
    if not name.startswith(canonical) or pseudo.is_pseudo_version(name):
        return ""
    return canonical
