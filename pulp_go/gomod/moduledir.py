"""Where in a repository a module is: its directory, and the go.mod that makes it a module.

A repository has a root path R, and a module M in it is R itself or lies below. The module's
directory D is what M has beyond R, without the major suffix of M. Where a go-import tag names a
sub-directory, `go` puts that behind. Tags of the module are `D/v1.2.3`, without `D/` in the root.
A module of a major version from 2 on may be kept in `D/v2` as well as in D: its tags are the same.

At each revision, the go.mod has to show that the module is there. Only the major suffix of the
path that it declares is compared, so that a fork can be used in a `replace`:

 1. `D/v2/go.mod` is looked for if M ends in /v2 and is not R. Where it is and declares a path of
    this major, the module is there, unless `D/go.mod` does so, too. Where it is and declares
    anything else, there is no module, whatever `D/go.mod` says.
 2. Else `D/go.mod`, where it is, has to declare a path of this major: none, v0 and v1 are one, and
    M without suffix may have any path of gopkg.in (by a mistake that had to stay).
 3. Else, without go.mod, the module is in the root, if M has no suffix or that of gopkg.in.

https://go.dev/ref/mod#vcs-find, https://go.dev/ref/mod#vcs-dir
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pulp_go.gomod import modfile, module, pseudo, semver
from pulp_go.gomod.errors import InvalidPathError, RevisionError

# Reads a file of the tree at hand; None where there is none.
Reader = Callable[[str], bytes | None]

INCOMPATIBLE = "+incompatible"
"""The build of versions that have a higher major than their module path says."""

# A go.mod may declare a path of any length, and errors are shown and stored.
_MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ModuleDir:
    """Where a module is in its repository.

    Attributes:
        root: The root path of the repository.
        module: The path of the module.
        prefix: The path without its major suffix; with it, where the module is the root.
        major: The major suffix: `/v2`, `.v2` or "".
        code_dir: The directory of the module, as far as tags name it; "" for the root.
    """

    root: str
    module: str
    prefix: str
    major: str
    code_dir: str

    @property
    def tag_prefix(self) -> str:
        """Return what stands before the version in the tags of the module."""
        return f"{self.code_dir}/" if self.code_dir else ""

    @property
    def pseudo_major(self) -> str:
        """Return the major version of pseudo-versions without a base, "" for v0."""
        return self.major[1:].removesuffix("-unstable")

    def revision(self, query: str) -> str:
        """Return the name of the revision that `query`, a version or any other, asks for."""
        if not semver.is_valid(query):
            return query
        if pseudo.is_pseudo_version(query):
            return pseudo.pseudo_version_rev(query)
        return self.tag_prefix + query.removesuffix(INCOMPATIBLE)


class Found(NamedTuple):
    """A module in the tree of a revision.

    Attributes:
        directory: Its directory, "" for the root.
        go_mod: The bytes of its go.mod, or None if it has none.
    """

    directory: str
    go_mod: bytes | None


def locate(root: str, module_path: str, subdir: str = "") -> ModuleDir:
    """Return where the module `module_path` is in the repository with the root path `root`.

    Args:
        root: The path of modules in the root of the repository.
        module_path: The path of the module.
        subdir: The directory of the repository that `root` stands for, "" for its root.

    Raises:
        InvalidPathError: `module_path` is no module path, or does not lie in the repository; or
            `subdir` is no path of a directory.
    """
    module.check_path(module_path)
    prefix, major, _ = module.split_path_version(module_path)
    if module_path == root:
        return ModuleDir(root, module_path, root, major, _join("", subdir))
    if prefix != root and not prefix.startswith(f"{root}/"):
        reason = f"repository rooted at {root} cannot contain module {module_path}"
        raise InvalidPathError("module", module_path, reason)
    code_dir = _join(prefix.removeprefix(root), subdir)
    return ModuleDir(root, module_path, prefix, major, code_dir)


def find(where: ModuleDir, read: Reader, version: str) -> Found:
    """Return the module in the tree of a revision.

    Args:
        where: The module.
        read: Reads the tree.
        version: The version that the revision is, or would be.

    Raises:
        RevisionError: The module is not there.
    """
    found = _search(where, read, semver.major(version))
    if isinstance(found, Found):
        return found
    reason = f"{found} at revision {where.revision(version)}"
    raise RevisionError(where.module, version, reason, is_not_found=True)


def _search(where: ModuleDir, read: Reader, version_major: str) -> Found | str:
    """Return the module in a tree, or why it is not there."""
    upper = _in(where.code_dir, "go.mod")
    data = read(upper)
    declared = modfile.module_path(data or b"")
    is_upper = _is_major(declared, where.major)
    has_own_directory = where.major.startswith("/") and where.root != where.module
    if has_own_directory:
        found = _search_own_directory(where, read, upper if is_upper else "")
        if found:
            return found
    if is_upper:
        return Found(where.code_dir, data)
    if data is not None:
        absent = f" (and ...{where.major}/go.mod does not exist)" if has_own_directory else ""
        return upper + _mismatch(declared, where.major, version_major) + absent
    if not where.code_dir and not where.major.startswith("/"):
        return Found("", None)
    either = f" and ...{where.major}/go.mod" if has_own_directory else ""
    return f"missing {where.prefix}/go.mod{either}"


def _search_own_directory(where: ModuleDir, read: Reader, rival: str) -> Found | str:
    """Return the module in the directory of its major, or why it is nowhere; "" to look on.

    `rival` is the go.mod in the directory above, if that is one of this major, else "".
    """
    directory = _in(where.code_dir, where.major[1:])
    data = read(f"{directory}/go.mod")
    if data is None:
        return ""
    declared = modfile.module_path(data)
    if not _is_major(declared, where.major):
        return f"{where.root}/{directory}/go.mod{_mismatch(declared, where.major, '')}"
    if rival:
        both = f"both have ...{where.major} module paths"
        return f"{where.prefix}/{rival} and ...{where.major}/go.mod {both}"
    return Found(directory, data)


def _mismatch(declared: str, major: str, version_major: str) -> str:
    """Return in which way the path that a go.mod declares is not one of the major."""
    if not declared:
        return " is missing module path"
    shown = json.dumps(declared[:_MAX_SHOWN])
    if major:
        return f" has non-...{major} module path {shown}"
    if not module.split_path_version(declared)[2]:
        return f" has malformed module path {shown}"
    return f" has post-{version_major} module path {shown}"


def _is_major(declared: str, major: str) -> bool:
    """Report whether a go.mod with this path may be that of a module with this suffix."""
    if not major and declared.startswith("gopkg.in/"):
        return True
    _, declared_major, ok = module.split_path_version(declared)
    if not declared or not ok:
        return False
    if not major:
        return declared_major == ""
    return declared_major[1:] == major[1:]


def _join(directory: str, subdir: str) -> str:
    """Return the path of `subdir` below `directory`, without empty and "." elements."""
    elements = [name for name in f"{directory}/{subdir}".split("/") if name not in ("", ".")]
    if ".." in elements or subdir.startswith(("/", "-")):
        raise InvalidPathError("file", subdir, "no directory of the repository")
    return "/".join(elements)


def _in(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name
