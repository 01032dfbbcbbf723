"""What a host is told of what is here, so that it sends the rest only.

It is enough to name a few commits that it knows: all they lead to is here too. The surest are
those that it has just listed itself; the most telling are those that its moved branches had, and
commits further back on them for the case that a branch was rewritten.

dulwich sends 256 of them over http, and leaves it at that.

https://git-scm.com/docs/gitprotocol-pack#_packfile_negotiation
"""

from collections.abc import Iterable, Iterator, Mapping

from dulwich.object_store import BaseObjectStore
from dulwich.objects import Commit, ObjectID, Tag

from pulp_go.git.listing import Listing, raw, text

_MOVED, _LISTED, _LOOKED_AT, _BACK = 64, 128, 4096, 512


def haves(store: BaseObjectStore, before: Mapping[str, str], listing: Listing) -> list[str]:
    """Return ids of commits in `store`, the most telling first.

    Args:
        store: The objects that are here.
        before: The refs that the host had when they came.
        listing: What the host lists now.
    """
    moved = [before[name] for name in sorted(before) if listing.refs.get(name) != before[name]]
    tips = _newest(store, moved)[:_MOVED]
    listed = _newest(store, listing.refs.values())[:_LISTED]
    further = [identifier for tip in tips[:8] for identifier in _back(store, tip)]
    return list(dict.fromkeys([*tips, *listed, *further]))


def _newest(store: BaseObjectStore, identifiers: Iterable[str]) -> list[str]:
    """Return the commits of `store` that `identifiers` are or lead to, the newest first."""
    commits: dict[str, int] = {}
    for identifier in list(dict.fromkeys(identifiers))[:_LOOKED_AT]:
        commit = _commit(store, identifier)
        if commit is not None:
            commits[text(commit.id)] = commit.commit_time
    return sorted(commits, key=commits.__getitem__, reverse=True)


def _commit(store: BaseObjectStore, identifier: str) -> Commit | None:
    """Return the commit that an id is of or leads to, if it is here."""
    found = ObjectID(raw(identifier))
    while found in store:
        item = store[found]
        if not isinstance(item, Tag):
            return item if isinstance(item, Commit) else None
        found = item.object[1]
    return None


def _back(store: BaseObjectStore, tip: str) -> Iterator[str]:
    """Yield ancestors of `tip` by first parents, at distances that double."""
    identifier, wanted = ObjectID(raw(tip)), 1
    for distance in range(_BACK):
        if distance == wanted:
            yield text(identifier)
            wanted *= 2
        commit = store[identifier]
        if not isinstance(commit, Commit) or not commit.parents:
            return
        identifier = commit.parents[0]
