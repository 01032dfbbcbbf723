"""From the name of a revision to a commit.

A name is, whichever is first:

 1. an id in full;
 2. a tag;
 3. a branch;
 4. `HEAD`;
 5. the beginning of the id of a commit, from 7 digits on, if there is just one.

An id counts if its commit can be reached from a tag, a branch or HEAD. Anybody may push a commit to
the same place on a host (`refs/pull/1`), and it would pass for the author's otherwise. Digits are
lower case; no other form of git's revisions counts (`refs/heads/x`, `HEAD~1`, `origin/x`).

https://go.dev/ref/mod#vcs-rev
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NoReturn

from pulp_go.gomod.codehost import CodeHost, Commit
from pulp_go.gomod.errors import RevisionError
from pulp_go.gomod.repotags import TAGS

_HEADS = "refs/heads/"
_ID = re.compile(r"[0-9a-f]{7,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and how it was found.

    Attributes:
        commit: The commit.
        ref: The ref that the name was, or "" for an id.
        tags: The tags of the commit, sorted.
    """

    commit: Commit
    ref: str
    tags: tuple[str, ...]

    @property
    def tag(self) -> str:
        """Return the tag that the name was, or ""."""
        return self.ref.removeprefix(TAGS) if self.ref.startswith(TAGS) else ""


class Revisions:
    """The names of revisions that a repository has.

    Attributes:
        tags: The ids that tags lead to, by name.
    """

    def __init__(self, host: CodeHost, module: str) -> None:
        self._host = host
        self._module = module
        self._refs = host.refs()
        self.tags = {
            ref.removeprefix(TAGS): found
            for ref, found in self._refs.items()
            if ref.startswith(TAGS)
        }
        self._tags_of: dict[str, list[str]] = defaultdict(list)
        for tag, found in sorted(self.tags.items()):
            self._tags_of[found].append(tag)

    def resolve(self, name: str, query: str) -> Revision:
        """Return the revision of this name.

        Args:
            name: The name.
            query: What was asked for, as errors name it.

        Raises:
            RevisionError: There is none, or more than one.
            CodeHostError: The repository cannot be read.
        """
        ids = self._host.find(name) if _ID.fullmatch(name) else []
        ref = "" if ids == [name] else self._ref(name)
        if ref:
            return self._revision(ref, self._refs[ref], query)
        if not ids:
            self._fail(query, f"unknown revision {name}", is_not_found=True)
        if len(ids) > 1:
            self._fail(query, f"ambiguous revision {name}")
        return self._revision("", ids[0], query)

    def head(self) -> Revision | None:
        """Return the revision of HEAD, or None where nothing was ever committed.

        Raises:
            RevisionError: HEAD leads to no commit.
            CodeHostError: The repository cannot be read.
        """
        found = self._refs.get("HEAD")
        return None if found is None else self._revision("HEAD", found, "HEAD")

    def _ref(self, name: str) -> str:
        """Return the ref of this name, or ""."""
        refs = (TAGS + name, _HEADS + name, "HEAD" if name == "HEAD" else "")
        return next((ref for ref in refs if ref in self._refs), "")

    def _revision(self, ref: str, found: str, query: str) -> Revision:
        commit = self._host.commit(found)
        if commit is None:
            # So `go` says that a tag leads to a tree or a blob.
            self._fail(query, 'unexpected response from git log: ""')
        return Revision(commit, ref, tuple(self._tags_of.get(commit.id, ())))

    def _fail(self, query: str, reason: str, *, is_not_found: bool = False) -> NoReturn:
        raise RevisionError(self._module, query, reason, is_not_found=is_not_found)
