"""The go.mod of a module version, and the module path that it declares.

A go.mod may declare another path than the one under which it is published: a fork keeps the path
of what it stands in for, and `replace` needs it so. But where versions come from, `go` takes no
go.mod for a module version whose rules for major versions are others:

    declared path              stands for
    example.com/m              example.com/any, v0 and v1
    example.com/m/v2           example.com/any/v2, gopkg.in/any.v2
    gopkg.in/m.v3              example.com/any/v3, gopkg.in/any.v3, and example.com/any (kept by
                               `go` for the sake of what was once published so)
    nothing                    nothing

and no go.mod at all for a version that is `+incompatible`, since that says that there is none.
The declared path is the quick one (`modfile.module_path`), which is the one `go` looks at here.

https://go.dev/ref/mod#major-version-suffixes, https://go.dev/ref/mod#incompatible-versions,
https://go.dev/issue/34254
"""

from pulp_go.gomod import modfile, semver
from pulp_go.gomod.errors import DeclaredPathError
from pulp_go.gomod.module import split_path_version


def check_go_mod(path: str, version: str, go_mod: bytes) -> None:
    """Check that `go` would take `go_mod` for the go.mod of a module version.

    Raises:
        DeclaredPathError: It declares no path, one of another major version, or the version says
            that there is no go.mod.
    """
    declared = modfile.module_path(go_mod)
    if not declared:
        raise DeclaredPathError("", "go.mod declares no module path")
    if semver.build(version) == "+incompatible":
        reason = "with a go.mod, the module path must match the major version"
        raise DeclaredPathError(declared, f"{reason}, {version} is not allowed")
    if not fits(declared, path):
        raise DeclaredPathError(declared, f"its major version is not that of {path!r}")


def fits(declared: str, path: str) -> bool:
    """Report whether a go.mod that declares `declared` may be the one of module `path`."""
    _, major, _ = split_path_version(path)
    _, declared_major, ok = split_path_version(declared)
    if not major and declared.startswith("gopkg.in/"):
        return True
    if not ok:
        return False
    if not major:
        return declared_major == ""
    return declared_major[1:].removesuffix("-unstable") == major[1:].removesuffix("-unstable")
