"""Which modules a repository has: every go.mod at HEAD and at each tag is one.

A module lies in the directory of its go.mod, below the module path of the root; the major version
that the go.mod declares is part of its path. What is in `vendor` belongs to other repositories,
what is in `testdata` to tests. A root without go.mod is a module all the same: `go` makes one up.

https://go.dev/ref/mod#vcs-dir
"""

from collections.abc import Iterator
from functools import lru_cache

from pulp_go.git.host import Repository
from pulp_go.gomod import modfile
from pulp_go.gomod.errors import InvalidPathError
from pulp_go.gomod.module import check_path
from pulp_go.gomod.modzip import MAX_GO_MOD
from pulp_go.gomod.reporoots import module_in

_FOREIGN = frozenset(("vendor", "testdata"))
_GO_MOD = "go.mod"


def discover(repository: Repository, root: str) -> list[str]:
    """Return the paths of the modules in a repository.

    Args:
        repository: The repository.
        root: The module path of its root.

    Raises:
        CodeHostError: The repository cannot be read.
    """
    declared = lru_cache(None)(lambda blob: _declared(repository, blob))
    found: set[str] = set()
    for commit in _commits(repository):
        places = {directory: declared(blob) for directory, blob in _go_mods(repository, commit)}
        found.update(module_in(root, *place) for place in ({"": ""} | places).items())
    return sorted(filter(_is_path, found))


def _commits(repository: Repository) -> Iterator[str]:
    """Yield the commits of HEAD and of the tags, each once."""
    refs = repository.refs()
    names = (name for name in refs if name == "HEAD" or name.startswith("refs/tags/"))
    for commit in sorted({refs[name] for name in names}):
        if repository.commit(commit) is not None:
            yield commit


def _go_mods(repository: Repository, commit: str) -> Iterator[tuple[str, str]]:
    """Yield the directory and the blob of each go.mod of a commit that belongs to a module."""
    for file in repository.named(commit, _GO_MOD):
        directory = file.path.removesuffix(_GO_MOD).rstrip("/")
        if file.mode == "regular" and not _FOREIGN & set(directory.split("/")):
            yield directory, file.blob


def _declared(repository: Repository, blob: str) -> str:
    """Return the module path that a go.mod declares, "" if it declares none."""
    if repository.blob_size(blob) > MAX_GO_MOD:
        return ""
    return modfile.module_path(repository.read_blob(blob))


def _is_path(path: str) -> bool:
    try:
        check_path(path)
    except InvalidPathError:
        return False
    return True
