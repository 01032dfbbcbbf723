"""The graph of the commits of a repository, walked once.

Which tags are ancestors of a commit is asked for many commits and many tags. So each commit gets a
number with one bit for each tag that leads to it or to an ancestor: the bits of its parents, and
its own. Most commits have just those of their only parent, and share the number.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence

from pulp_go.gomod.errors import CodeHostError


class CommitGraph:
    """All commits that can be reached from some.

    Attributes:
        ids: Their ids, sorted.
    """

    def __init__(
        self,
        heads: Iterable[str],
        parents_of: Callable[[str], Sequence[str]],
        marked: Iterable[str] = (),
    ) -> None:
        """Walk the graph.

        What `parents_of` raises is passed on.

        Args:
            heads: The ids of the commits to begin with.
            parents_of: Gives the ids of a commit's parents. It is asked once for each commit.
            marked: The candidates of most questions to come.

        Raises:
            CodeHostError: A commit is its own ancestor: some are not what their ids say.
        """
        self._numbers: dict[str, int] = {}  # in the order of `_parents`: parents come first
        self._parents: list[tuple[int, ...]] = []
        self._walk(heads, parents_of)
        self.ids = sorted(self._numbers)
        self._bits: dict[str, int] = {}
        self._marks: list[int] = []
        self._mark(marked)

    def __contains__(self, commit_id: str) -> bool:
        return commit_id in self._numbers

    def find(self, prefix: str, most: int) -> list[str]:
        """Return the first ids, at most `most`, that begin with `prefix`."""
        at = bisect_left(self.ids, prefix)
        return [found for found in self.ids[at : at + most] if found.startswith(prefix)]

    def ancestors_among(self, commit_id: str, candidates: Collection[str]) -> set[str]:
        """Return which of `candidates`, ids, are this commit of the graph or an ancestor of it."""
        self._mark(candidates)
        marks = self._marks[self._numbers[commit_id]]
        return {found for found in candidates if found in self and marks >> self._bits[found] & 1}

    def _walk(self, heads: Iterable[str], parents_of: Callable[[str], Sequence[str]]) -> None:
        waiting: dict[str, Sequence[str]] = {}
        stack = list(heads)
        while stack:
            commit_id = stack[-1]
            if commit_id in self._numbers:
                stack.pop()
                continue
            is_back = commit_id in waiting
            parents = waiting[commit_id] if is_back else parents_of(commit_id)
            ahead = [parent for parent in parents if parent not in self._numbers]
            if ahead and is_back:
                raise CodeHostError(f"commit {commit_id} is an ancestor of itself")
            if ahead:
                waiting[commit_id] = parents
                stack.extend(ahead)
                continue
            waiting.pop(commit_id, None)
            self._parents.append(tuple(self._numbers[parent] for parent in parents))
            self._numbers[commit_id] = len(self._numbers)

    def _mark(self, candidates: Iterable[str]) -> None:
        """Give each of `candidates` a bit, and all commits their numbers, where one has none."""
        new = {found for found in candidates if found in self and found not in self._bits}
        if not new and len(self._marks) == len(self._parents):
            return
        for found in new:
            self._bits[found] = len(self._bits)
        own = {self._numbers[found]: 1 << bit for found, bit in self._bits.items()}
        self._marks = []
        for number, parents in enumerate(self._parents):
            marks = own.get(number, 0)
            for parent in parents:
                # The parent's number itself where it has all bits, so that it is there once.
                both = marks | self._marks[parent]
                marks = self._marks[parent] if both == self._marks[parent] else both
            self._marks.append(marks)
