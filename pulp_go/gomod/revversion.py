"""From a commit to a version of a module, and which pseudo-versions may be asked for.

What was asked for matters: the same commit is v1.2.0 by that tag, and by another query the highest
version that is tagged on it. The first rule that fits decides:

 1. A pseudo-version that was asked for is itself, if it passes the checks below.
 2. A tag that was asked for and names a canonical version is that version.
 3. A tag on the commit with the version that was asked for is that version, if it is canonical. One
    with a build (`v1.2.0+meta`) is the base of a pseudo-version.
 4. The highest canonical version tagged on the commit that is not retracted.
 5. A pseudo-version. Its base is the highest version tagged on an ancestor that is not retracted,
    not the nearest one.

Whatever comes of it is checked: the module has to be at this commit (`moduledir`), and the version
has to fit its path. A version of a higher major gets `+incompatible` where the module has neither
suffix nor directory nor go.mod and the commit has no go.mod in a directory of the major; only who
asks for `+incompatible` gets it in spite of the last. A canonical version is never answered with
another one: a branch may be called v1.5.0.

A pseudo-version has to have the revision in just 12 digits, the commit's time, and a base: a tag on
an ancestor, any one. On the commit itself it may only be one with a build.

https://go.dev/ref/mod#vcs-rev, https://go.dev/ref/mod#pseudo-versions
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pulp_go.gomod import modfile, module, pseudo, semver
from pulp_go.gomod.codehost import CodeHost
from pulp_go.gomod.errors import InvalidVersionError, RevisionError
from pulp_go.gomod.moduledir import INCOMPATIBLE, ModuleDir, find
from pulp_go.gomod.repotags import base_version, tagged_version
from pulp_go.gomod.revision import Revision


@dataclass(frozen=True)
class Conversion:
    """One commit of a repository that was asked for.

    Attributes:
        host: The repository.
        tags: The ids that its tags lead to, by name.
        where: The module in it.
        retracts: Gives the versions that the author has retracted; not asked unless they matter.
        revision: The commit.
        query: What was asked for; "" for the latest.
    """

    host: CodeHost
    tags: dict[str, str]
    where: ModuleDir
    retracts: Callable[[], tuple[modfile.Retract, ...]]
    revision: Revision
    query: str

    def version(self) -> str:
        """Return the version that the commit is.

        Raises:
            RevisionError: It is none, or none that may be asked for so.
            CodeHostError: The repository cannot be read.
        """
        if pseudo.is_pseudo_version(self.query):
            version = self._checked(self.query)
            self._check_pseudo_version()
            return version
        return self._tagged() or self._checked(self._exact() or self._highest() or self._pseudo())

    def _tagged(self) -> str:
        """Return the version that the tag which was asked for names, or "" if it is unfit."""
        version = tagged_version(self.where, self.revision.tag)
        if not version:
            return ""
        try:
            return self._checked(version)
        except RevisionError:
            return ""

    def _exact(self) -> str:
        """Return the version that was asked for, if a tag of the commit names just that, or ""."""
        versions = (tagged_version(self.where, tag) for tag in self.revision.tags)
        return next((version for version in versions if self._is_asked_for(version)), "")

    def _highest(self) -> str:
        """Return the highest version that is tagged on the commit, or ""."""
        return self._highest_allowed(
            {tagged_version(self.where, tag) for tag in self.revision.tags}
        )

    def _pseudo(self) -> str:
        commit = self.revision.commit
        return pseudo.pseudo_version(
            self.where.pseudo_major, self._pseudo_base(), commit.time, commit.short
        )

    def _pseudo_base(self) -> str:
        """Return the version to base a pseudo-version on, or ""."""
        of_commit = (base_version(self.where, tag) for tag in self.revision.tags)
        asked_for = next((version for version in of_commit if self._is_asked_for(version)), "")
        if asked_for:
            return asked_for
        bases = {tag: base_version(self.where, tag) for tag in self.tags}
        ids = {self.tags[tag] for tag, version in bases.items() if version}
        before = self.host.ancestors_among(self.revision.commit.id, ids)
        return self._highest_allowed({bases[tag] for tag in bases if self.tags[tag] in before})

    def _highest_allowed(self, versions: set[str]) -> str:
        for version in sorted(versions - {""}, key=semver.sort_key, reverse=True):
            fits = module.match_path_major(version, self.where.major)
            if (fits or self._may_be_incompatible(version)) and not self._is_retracted(version):
                return version
        return ""

    def _checked(self, version: str) -> str:
        """Return `version` as the module has it, having checked that it may be one."""
        find(self.where, self._read, version)
        if version == self.query.removesuffix(INCOMPATIBLE):
            version = self.query
        base = version.removesuffix(INCOMPATIBLE)
        fault = ""
        if module.match_path_major(base, self.where.major):
            if version != base:
                major = semver.major(base)
                fault = f"+incompatible suffix not allowed: major version {major} is compatible"
        elif self._may_be_incompatible(base):
            version = base + INCOMPATIBLE
        else:
            fault = self._mismatch(base)
        asked_for = self.query.removesuffix(INCOMPATIBLE)
        if self.query == module.canonical_version(self.query) != "" and asked_for != base:
            reason = f"resolves to version {version} ({asked_for} is not a tag)"
            raise RevisionError(self.where.module, self.query, reason)
        if fault:
            raise RevisionError(self.where.module, version, fault)
        return version

    def _mismatch(self, version: str) -> str:
        if self.where.major:
            return "module path includes a major version suffix, so major version must match"
        path = f"{self.where.prefix}/{semver.major(version)}"
        return f'module contains a go.mod file, so module path must match major version ("{path}")'

    def _may_be_incompatible(self, version: str) -> bool:
        """Report whether a version of a higher major than the path says may be one."""
        if self.where.code_dir or self.where.major or self._has_go_mod:
            return False
        # Go did not always look there, and what it once gave stays. https://go.dev/issue/51324
        if self.query.endswith(INCOMPATIBLE):
            return True
        return not self._has_file(f"{semver.major(version)}/go.mod")

    def _check_pseudo_version(self) -> None:
        """Check that the pseudo-version which was asked for is one of the commit."""
        try:
            fault = self._revision_fault() or self._time_fault() or self._base_fault()
        except InvalidVersionError as error:
            fault = error.reason
        if fault:
            raise RevisionError(self.where.module, self.query, fault, noun="pseudo-version")

    def _revision_fault(self) -> str:
        asked_for, short = pseudo.pseudo_version_rev(self.query), self.revision.commit.short
        if asked_for == short:
            return ""
        if asked_for.startswith(short):
            return f"revision is longer than canonical (expected {short})"
        if short.startswith(asked_for):
            return f"revision is shorter than canonical (expected {short})"
        return f"does not match short name of revision (expected {short})"

    def _time_fault(self) -> str:
        time = self.revision.commit.time
        if pseudo.pseudo_version_time(self.query) == time:
            return ""
        return f"does not match version-control timestamp (expected {_timestamp(time)})"

    def _base_fault(self) -> str:
        base = pseudo.pseudo_version_base(self.query.removesuffix(INCOMPATIBLE))
        if not base:
            is_v1 = not self.where.major and semver.major(self.query) == "v1"
            return "major version without preceding tag must be v0, not v1" if is_v1 else ""
        short, prefix = self.revision.commit.short, self.where.tag_prefix
        # A tag of the module in the root counts here, too, as Go cuts the prefix off where it is.
        same = [tag for tag in self.revision.tags if tag.removeprefix(prefix) == base]
        if same:
            return (
                f"tag ({same[0]}) found on revision {short} is already canonical, so should not "
                "be replaced with a pseudo-version derived from that tag"
            )
        tags = sorted(tag for tag in self.tags if base_version(self.where, tag) == base)
        if not tags:
            return f"preceding tag ({base}) not found"
        ids = {self.tags[tag] for tag in tags}
        if self.host.ancestors_among(self.revision.commit.id, ids):
            return ""
        return f"revision {short} is not a descendent of preceding tag ({tags[-1]})"

    def _is_asked_for(self, version: str) -> bool:
        return version != "" and semver.compare(version, self.query) == 0

    def _is_retracted(self, version: str) -> bool:
        return modfile.is_retracted(self.retracts(), version)

    @cached_property
    def _has_go_mod(self) -> bool:
        return self._has_file("go.mod")

    def _has_file(self, path: str) -> bool:
        return self.host.file(self.revision.commit.id, path) is not None

    def _read(self, path: str) -> bytes | None:
        return self.host.read_file(self.revision.commit.id, path)


def _timestamp(time: datetime) -> str:
    # strftime leaves the zeros of a year before 1000 to the platform.
    return f"{time.year:04}{time:%m%d%H%M%S}"
