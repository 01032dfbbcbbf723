"""What a host is asked before its repository is read: whether anything has moved there.

It takes one round trip and writes nothing, so whoever waits for it does it in his own process.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulp_go.git.access import Access, Limits
from pulp_go.git.mirror import Mirror
from pulp_go.gomod import giturl


def access_of(question: Mapping[str, Any]) -> Access:
    """Return the access that a question is about, by its `url` and `access` (see `wire`).

    Raises:
        GitURLError: The URL is none of a git repository.
    """
    given = dict(question["access"])
    limits = Limits(**given.pop("limits"))
    return Access(url=giturl.parse(question["url"]), limits=limits, **given)


def list_state(question: Mapping[str, Any]) -> str:
    """Return the state of a repository, as its host lists it.

    Args:
        question: `path`, `url` and `access`, as `update` has them.

    Raises:
        HostError: The host did not list anything.
        GitURLError: The URL is none of a git repository.
    """
    return state_of(Mirror(Path(question["path"])).list(access_of(question)).refs)


def state_of(refs: Mapping[str, str]) -> str:
    """Return a digest of refs: another one once any of them moves, comes or goes."""
    lines = (f"{name} {found}\n" for name, found in sorted(refs.items()))
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()
