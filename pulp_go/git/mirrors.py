"""A directory of mirrors, which is kept below a size."""

from pathlib import Path

from pulp_go.git.errors import MirrorBusyError
from pulp_go.git.mirror import Mirror


def evict(directory: Path, keep: int) -> list[str]:
    """Discard the mirrors in `directory` that were not used for longest, until it has `keep` bytes.

    One that is in use is left alone. The names of those that were discarded are returned.
    """
    mirrors = [Mirror(path) for path in directory.iterdir() if path.is_dir()]
    sizes = {mirror.path: mirror.size() for mirror in mirrors}
    total = sum(sizes.values())
    gone = []
    for mirror in sorted(mirrors, key=Mirror.last_used):
        if total <= keep:
            break
        try:
            mirror.discard()
        except MirrorBusyError:
            continue
        total -= sizes[mirror.path] - mirror.size()
        gone.append(mirror.path.name)
    return gone
