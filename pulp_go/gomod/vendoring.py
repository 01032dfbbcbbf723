"""Which files of a source tree are in vendored packages, as far as module zips are concerned.

Vendored packages are copies of other modules' packages, which `go mod vendor` puts below a
directory `vendor`. A module zip is without them. They are told by their paths:

 1. of the directories `vendor` in the path, the first one counts;
 2. what is below a directory of this `vendor` is vendored;
 3. up to Go 1.23, by mistake, what is in a `vendor` that is not in the root is vendored, too;
 4. from Go 1.24 on, `vendor/modules.txt` in the root, the list of what is there, is vendored;
 5. any other file in a `vendor` belongs to no package and is not vendored.

The Go version is the language version that the go.mod in the root declares; without one a module
counts as older. Go 1.24 mended the rule for its own modules only, since the hashes of those before
had to stay.

https://go.dev/issue/37397, https://go.dev/issue/63395
"""

from pulp_go.gomod import gover


def is_vendored_package(name: str, go_version: str) -> bool:
    """Report whether the file `name` is in a vendored package.

    Args:
        name: A clean path, relative to the root of the module.
        go_version: The Go version in the root's go.mod (`1.24`), or "".
    """
    if name.startswith("vendor/"):
        if name == "vendor/modules.txt":
            return _is_vendoring_mended(go_version)
        return "/" in name.removeprefix("vendor/")
    _, vendor, rest = name.partition("/vendor/")
    return bool(vendor) and ("/" in rest or not _is_vendoring_mended(go_version))


def _is_vendoring_mended(go_version: str) -> bool:
    return gover.compare(go_version, "1.24") >= 0
