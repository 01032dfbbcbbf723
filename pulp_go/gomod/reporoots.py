"""Where a module lies: in which repository, and in which directory of it.

`go` asks the module path's host (`goimport`). A remote of git repositories says it beforehand, in
one of three ways, of which the first that speaks of a module counts:

    modules         a module path and a directory, for any path:
                    `corp.example/tool/v2` in the directory `tool`
    path_prefix     one repository, whose root is this path:
                    `corp.example/mono/a` below `corp.example/mono` lies in the directory `a`
    path_elements   many repositories: so many elements after `path_prefix` name one of them, and
                    take the place of `{repository}` in the URL

The root of a repository is a module path without its major version; the directory `vN` of a major
version is not part of it, see `coderepo`.

https://go.dev/ref/mod#vcs-find, https://go.dev/ref/mod#vcs-dir
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulp_go.gomod.module import split_path_version

PLACEHOLDER = "{repository}"
"""What stands in the URL of many repositories for the name of one."""


@dataclass(frozen=True, slots=True)
class RepoRoot:
    """The repository of a module.

    Attributes:
        repo: Its URL.
        root: The module path, without a major version, of what lies in `subdir`.
        subdir: A directory of the repository, "" for its root.
    """

    repo: str
    root: str
    subdir: str = ""


@dataclass(frozen=True, slots=True)
class RepoRoots:
    """What says where modules lie.

    Attributes:
        url: The URL of the repository, with `PLACEHOLDER` in that of many.
        path_prefix: The module path of the root, or of what all roots are below; "" for none.
        path_elements: How many elements after that name a repository; 0 for a single one.
        modules: Directories by module path.
    """

    url: str
    path_prefix: str = ""
    path_elements: int = 0
    modules: Mapping[str, str] = field(default_factory=dict)

    def find(self, module: str) -> RepoRoot | None:
        """Return where a module lies, None if nothing is said about that."""
        rest = self._below_prefix(module)
        if self.path_elements and (rest is None or len(rest) < self.path_elements):
            return None
        name = "/".join(rest[: self.path_elements]) if rest is not None else ""
        repo = self.url.replace(PLACEHOLDER, name)
        if module in self.modules:
            return RepoRoot(repo, split_path_version(module)[0], self.modules[module])
        if rest is None:
            return None
        return RepoRoot(repo, f"{self.path_prefix}/{name}" if name else self.path_prefix)

    def _below_prefix(self, module: str) -> list[str] | None:
        """Return the elements of a module path after the prefix; None if it is not below that."""
        if not self.path_prefix or not f"{module}/".startswith(f"{self.path_prefix}/"):
            return None
        return [element for element in module[len(self.path_prefix) :].split("/") if element]


def module_in(root: str, directory: str, declared: str) -> str:
    """Return the path of the module whose go.mod lies in a directory of a repository.

    Args:
        root: The module path of the repository's root.
        directory: The directory, "" for the root.
        declared: The module path that the go.mod declares; of this only the major version counts.
    """
    path = f"{root}/{directory}" if directory else root
    major = split_path_version(declared)[1]
    _, in_path, is_path = split_path_version(path)
    # A directory `v2` is the major version itself.
    return path if in_path or not is_path or not major.startswith("/") else f"{path}{major}"
