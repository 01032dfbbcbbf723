"""A module in a repository under version control: its versions, as `go` finds them.

`go` resolves whatever is asked for in three steps. The query becomes the name of a revision: a
version is a tag, behind the directory of the module; a pseudo-version names a commit; anything else
is a branch, a tag or the beginning of an id (`revision`). The revision is a commit. And the commit
becomes a version (`revversion`), whose module has to be there (`moduledir`). Which tags are
versions, and which of them are listed, is in `repotags`.

The go.mod of a version is that of its commit; a module that has none gets one of a single line. The
zip is made of a directory of the commit, and a module below the root without LICENSE gets that of
the root. Both are bytes of the repository, without the conversions that a checkout makes.

Where we differ from Go: names of tags and branches come before the beginnings of ids, as in git
itself, while in Go it depends on what it has fetched before; and a tag below a directory that looks
like a pseudo-version is ignored as one in the root is, while in Go its commit is no version at all.

https://go.dev/ref/mod#vcs
"""

from dataclasses import dataclass
from functools import cached_property

from pulp_go.gomod import infofile, modfile, semver
from pulp_go.gomod.codehost import CodeHost, Commit, TreeFile
from pulp_go.gomod.errors import FileTooLargeError, ModFileError, RevisionError
from pulp_go.gomod.moduledir import INCOMPATIBLE, Found, find, locate
from pulp_go.gomod.pseudo import is_pseudo_version
from pulp_go.gomod.repotags import list_versions, tag_sum
from pulp_go.gomod.revision import Revision, Revisions
from pulp_go.gomod.revversion import Conversion

_LATEST = "latest"


@dataclass(frozen=True, slots=True)
class RevInfo:
    """A version of a module in a repository.

    Attributes:
        version: The version.
        commit: The commit that it is.
        origin: Where it came from, by Go's names of fields (`VCS`, `URL`, `Hash`, ...). The tags on
            which a pseudo-version depends are among them, unless it was asked for as itself.
    """

    version: str
    commit: Commit
    origin: dict[str, str]

    def info(self) -> bytes:
        """Return the bytes of the .info of this version, as `go` keeps them.

        What the answer to a query depends on is left out: a version stays as it is.
        """
        transient = {"TagPrefix", "TagSum"}
        if is_pseudo_version(self.version):
            transient.add("Ref")
        origin = {name: text for name, text in self.origin.items() if name not in transient}
        return infofile.format_info(self.version, self.commit.time, origin)


@dataclass(frozen=True, slots=True)
class Place:
    """What the zip of a version is made of.

    Attributes:
        commit: The id of the commit.
        directory: The directory whose files go in, "" for the root.
        license: The file to add as `LICENSE`, as it is in the repository, or None.
    """

    commit: str
    directory: str
    license: TreeFile | None


class CodeRepo:
    """A module in a repository.

    Every method may raise CodeHostError, where the repository cannot be read.

    Attributes:
        module: The path of the module.
        code_dir: Its directory as far as tags name it, "" for the root.
        tag_prefix: What stands before the version in its tags.
    """

    def __init__(self, host: CodeHost, root: str, module: str, subdir: str = "") -> None:
        """Take the module `module` of the repository with the root path `root`.

        `subdir` is the directory of the repository that `root` stands for, "" for its root.

        Raises:
            InvalidPathError: `root` cannot contain `module`, or one of the paths is none.
            CodeHostError: The repository cannot be read.
        """
        self._host = host
        self._where = locate(root, module, subdir)
        self._revisions = Revisions(host, module)
        self.module = module
        self.code_dir = self._where.code_dir
        self.tag_prefix = self._where.tag_prefix

    def versions(self) -> list[str]:
        """Return the versions that are listed, in Go's order.

        They are names of tags. That their trees hold the module was not looked at.
        """
        return list(self._versions)

    def list_origin(self) -> dict[str, str]:
        """Return where the list of versions came from, and the tags on which it depends."""
        return _without_empty(
            VCS="git",
            URL=self._host.url,
            Subdir=self.code_dir,
            TagPrefix=self.tag_prefix,
            TagSum=tag_sum(self._revisions.tags, self.tag_prefix),
        )

    def stat(self, query: str) -> RevInfo:
        """Return the version that `query` leads to: a version, branch, tag, id or "latest".

        Raises:
            RevisionError: It leads to none.
        """
        if query == _LATEST:
            return self.latest()
        return self._info(self._revisions.resolve(self._where.revision(query), query), query)

    def latest(self) -> RevInfo:
        """Return the version that the commit of HEAD is.

        That is what `go` takes for the latest where no version is listed.

        Raises:
            RevisionError: It is none, or there is no commit.
        """
        revision = self._revisions.head()
        if revision is None:
            raise RevisionError(self.module, "", "no commits", is_not_found=True)
        return self._info(revision, "")

    def go_mod(self, info: RevInfo) -> bytes:
        """Return the go.mod of a version.

        Raises:
            RevisionError: The module is not at its commit.
        """
        go_mod = self._find(info.commit.id, info.version).go_mod
        return modfile.synthesize(self.module) if go_mod is None else go_mod

    def place(self, info: RevInfo) -> Place:
        """Return what the zip of a version is made of.

        Raises:
            RevisionError: The module is not at its commit.
        """
        commit_id = info.commit.id
        directory = self._find(commit_id, info.version).directory
        if not directory or self._host.file(commit_id, f"{directory}/LICENSE"):
            return Place(commit_id, directory, None)
        return Place(commit_id, directory, self._host.file(commit_id, "LICENSE"))

    @cached_property
    def _versions(self) -> list[str]:
        return list_versions(self._where, self._revisions.tags, self._has_go_mod)

    @cached_property
    def _retracts(self) -> tuple[modfile.Retract, ...]:
        """What the go.mod of the highest version retracts; nothing if it is not to be had."""
        versions = [v for v in self._versions if not v.endswith(INCOMPATIBLE)]
        releases = [version for version in versions if not semver.prerelease(version)]
        highest = (releases or versions)[-1:]
        try:
            return modfile.parse_lax(self._go_mod_of_tag(highest[0])).retracts if highest else ()
        except (FileTooLargeError, ModFileError, RevisionError):
            return ()

    def _go_mod_of_tag(self, version: str) -> bytes:
        commit_id = self._revisions.tags[self.tag_prefix + version]
        if self._host.commit(commit_id) is None:
            return b""
        return self._find(commit_id, version).go_mod or b""

    def _has_go_mod(self, version: str) -> bool:
        """Report whether there is a go.mod in the root of the commit that a version is."""
        commit_id = self._revisions.tags[self.tag_prefix + version]
        is_commit = self._host.commit(commit_id) is not None
        return is_commit and self._host.file(commit_id, "go.mod") is not None

    def _find(self, commit_id: str, version: str) -> Found:
        return find(self._where, lambda path: self._host.read_file(commit_id, path), version)

    def _info(self, revision: Revision, query: str) -> RevInfo:
        conversion = Conversion(
            host=self._host,
            tags=self._revisions.tags,
            where=self._where,
            retracts=lambda: self._retracts,
            revision=revision,
            query=query,
        )
        version = conversion.version()
        return RevInfo(version, revision.commit, self._origin(revision, query, version))

    def _origin(self, revision: Revision, query: str, version: str) -> dict[str, str]:
        origin = _without_empty(
            VCS="git",
            URL=self._host.url,
            Subdir=self.code_dir,
            Hash=revision.commit.id,
            Ref=revision.ref,
        )
        # A pseudo-version without base that was asked for depends on no tag.
        if is_pseudo_version(version) and not (version == query and query.startswith("v0.0.0-")):
            major = self._where.major
            prefix = f"{self.tag_prefix}{major[1:]}." if major else self.tag_prefix
            tags = tag_sum(self._revisions.tags, prefix)
            origin |= _without_empty(TagPrefix=prefix, TagSum=tags)
        return origin


def _without_empty(**fields: str) -> dict[str, str]:
    return {name: text for name, text in fields.items() if text}
