"""What a mirror remembers beside the repository: the look of its packs, and the host's greeting.

A pack was checked from end to end when it came. As long as its size and time of change are those
of that moment, it is taken for the same; where they are not, it is checked again.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pulp_go.git import durable
from pulp_go.git.errors import CorruptError
from pulp_go.git.https import Greeting

Look = tuple[int, int]
"""The size of a file, and the time of its last change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one mirror.

    Attributes:
        object_format: "sha1" or "sha256".
        objects: The directory of objects elsewhere that the mirror shows, or "".
        packs: How the files of each pack looked when they were complete, by their names.
        greeting: What the host said first, if it is to be remembered.
        url: The URL of the host that said it.
    """

    object_format: str = "sha1"
    objects: str = ""
    packs: Mapping[str, Look] = field(default_factory=dict)
    greeting: Greeting | None = None
    url: str = ""


def load(path: Path) -> State | None:
    """Return the state that was saved at `path`, or None if none was.

    Raises:
        CorruptError: It is no state.
    """
    try:
        fields = json.loads(path.read_bytes())
        packs = {
            str(name): (int(size), int(time)) for name, (size, time) in fields["packs"].items()
        }
        return State(**fields | {"packs": packs, "greeting": _greeting(fields["greeting"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, LookupError, AttributeError):
        raise CorruptError("the state of the mirror is damaged") from None


def save(path: Path, state: State) -> None:
    """Let `path` have `state`."""
    greeting = state.greeting and [
        state.greeting.base_url,
        [b64encode(capability).decode() for capability in state.greeting.capabilities],
    ]
    fields = {
        "object_format": state.object_format,
        "objects": state.objects,
        "packs": state.packs,
        "greeting": greeting,
        "url": state.url,
    }
    durable.write(path, json.dumps(fields).encode())


def look(path: Path) -> Look:
    """Return how the file at `path` looks."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def check(directory: Path, state: State) -> State:
    """Return the state of the packs in `directory`, which is `state` if nothing has changed.

    What is there and not remembered never became complete, and is removed. Of objects elsewhere
    nothing is remembered.

    Raises:
        CorruptError: A pack is gone or damaged.
    """
    if state.objects:
        return state
    there = {path.name: path for path in directory.iterdir()}
    for name in there.keys() - state.packs.keys():
        there[name].unlink()
    if state.packs.keys() - there.keys():
        raise CorruptError("a pack of the mirror is gone")
    looks = {name: look(there[name]) for name in state.packs}
    for name in {Path(name).stem for name in looks if looks[name] != state.packs[name]}:
        verify_pack(directory / name, state.object_format)
    return state if looks == state.packs else replace(state, packs=looks)


def verify_pack(base: Path, object_format: str) -> None:
    """Check a pack and its index from end to end, of which `base` is the path without suffix.

    Raises:
        CorruptError: They are not what they were.
    """
    pack, index = (base.with_name(f"{base.name}{suffix}") for suffix in (".pack", ".idx"))
    length = hashlib.new(object_format).digest_size
    try:
        of_pack, of_index = _trailer(pack, object_format), _trailer(index, object_format)
    except OSError:
        raise CorruptError("a pack of the mirror cannot be read") from None
    if of_index[:length] != of_pack[length:]:
        raise CorruptError("an index of the mirror belongs to another pack")


def _trailer(path: Path, object_format: str) -> bytes:
    """Return the last two hashes' worth of a file that ends with the hash of what is before."""
    digest = hashlib.new(object_format)
    length = digest.digest_size
    with path.open("rb") as file:
        left = path.stat().st_size - length
        while left > 0 and (piece := file.read(min(left, 1 << 20))):
            digest.update(piece)
            left -= len(piece)
            last = piece
        if left or file.read() != digest.digest():
            raise CorruptError("a pack of the mirror is damaged")
    return last[-length:] + digest.digest()


def _greeting(saved: Any) -> Greeting | None:
    """Return a greeting as it was before it was saved."""
    if saved is None:
        return None
    base_url, capabilities = saved
    return Greeting(base_url, tuple(b64decode(capability) for capability in capabilities))
