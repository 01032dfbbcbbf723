"""Files that are there as a whole or not at all, whatever ends the process or the machine."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Let `path` have `content`, in the place of what it had."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    move(beside, path)


def move(source: Path, target: Path) -> None:
    """Let `target` be the file at `source`, which is complete."""
    _to_disk(source)
    os.replace(source, target)
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    """Wait until what `path` holds is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
