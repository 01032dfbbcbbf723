"""One module version with a zip near the limit of Go, which is 500 MiB of files.

https://go.dev/ref/mod#zip-path-size-constraints
"""

import random
import zipfile
from pathlib import Path

from functional_tests.moduletree import file_path, make_info

LARGE = 450 << 20
ENTRIES = 9
MODULE = "example.com/large"
VERSION = "v1.0.0"
BLOCK = 1 << 20


def put_large_module(tree: Path, size: int = LARGE) -> str:
    """Write the module version's files below `tree`, and return it as a word of a selection.

    Its contents do not compress, so the zip is as large as they are.
    """
    go_mod = f"module {MODULE}\n\ngo 1.21\n".encode()
    zip_path = tree / file_path(MODULE, VERSION, "zip")
    zip_path.parent.mkdir(parents=True)
    (tree / file_path(MODULE, VERSION, "info")).write_bytes(make_info(VERSION))
    (tree / file_path(MODULE, VERSION, "mod")).write_bytes(go_mod)
    root = f"{MODULE}@{VERSION}"
    with zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(f"{root}/go.mod", go_mod)
        for number in range(ENTRIES):
            write_entry(archive, f"{root}/data{number}", size // ENTRIES)
    return f"{MODULE}@{VERSION}"


def write_entry(archive: zipfile.ZipFile, name: str, size: int) -> None:
    """Write a file of `size` bytes of noise."""
    block = random.Random(name).randbytes(BLOCK)
    with archive.open(name, "w") as entry:
        for _ in range(size // BLOCK):
            entry.write(block)
