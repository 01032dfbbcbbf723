"""Which module version a module zip is: its names say it.

    example.com/m@v1.2.3/go.mod

Every name in a module zip begins with `<path>@<version>/`. No module path has an `@` in it and no
version a `/`, so the first name tells both. Whether they are a path and a version of it, and
whether all other names begin the same way, is what `modzip.check_zip` finds out.

https://go.dev/ref/mod#zip-files
"""

from typing import BinaryIO

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipdirectory import read_directory


def module_version(file: BinaryIO) -> tuple[str, str]:
    """Return the path and the version with which the first name in the zip `file` begins.

    Only the first header of the central directory is read.

    Raises:
        InvalidZipError: `file` is no zip, has no entry, or its first name does not begin so.
    """
    first = next(read_directory(file), None)
    if first is None:
        raise InvalidZipError("no file in the zip tells its module and version")
    path, at, rest = first.name.partition("@")
    version, slash, _ = rest.partition("/")
    if not (path and at and version and slash):
        raise InvalidZipError("path does not have prefix '<module>@<version>/'", first.name)
    return path, version
