"""Git repositories on disk, made by git itself, and all of them the same each time.

A history is written by `git fast-import`, with times that count up: so a commit has the same id
wherever and whenever a test makes it, and pseudo-versions and hashes are literals.

https://git-scm.com/docs/git-fast-import
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

TIMEOUT = 60
FIRST_SECOND = 1_700_000_000
# Nothing of this machine's configuration, nor of the user's.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.com",
    "GIT_COMMITTER_DATE": f"{FIRST_SECOND} +0000",
}

Files = Mapping[str, str | bytes | None]


def find_git() -> str | None:
    """Return the `git` on the PATH, or None."""
    return shutil.which("git")


class GitRepo:
    """A bare repository that a test writes.

    Attributes:
        path: Its directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._second = FIRST_SECOND
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git in the repository, and return what it printed."""
        process = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env=ENVIRONMENT,
            input=stdin,
            check=True,
            capture_output=True,
            timeout=TIMEOUT,
        )
        return process.stdout.decode().strip()

    def commit(self, files: Files, *tags: str, branch: str = "main", parent: str = "") -> str:
        """Add a commit to a branch, tag it, and return its id.

        Args:
            files: What is written; None takes a file away. The rest is as in the parent.
            tags: The tags that are set or moved to it.
            branch: The branch.
            parent: What the commit stands on, if not on the tip of its branch.
        """
        ref = f"refs/heads/{branch}"
        self._second += 1
        lines = [
            b"commit %s\ncommitter C <c@example.com> %d +0000\n" % (ref.encode(), self._second)
        ]
        lines.append(b"data 4\nnext\n")
        if parent or self.has(ref):
            lines.append(b"from %s\n" % self.id(parent or ref).encode())
        lines += [entry(name, content) for name, content in files.items()]
        self.git("fast-import", "--quiet", "--force", stdin=b"".join(lines))
        for tag in tags:
            self.tag(tag, ref)
        return self.id(ref)

    def tag(self, name: str, target: str = "refs/heads/main") -> None:
        """Set a tag, or move it."""
        self.git("tag", "--force", name, target)

    def remove(self, ref: str) -> None:
        """Remove a ref, such as `refs/tags/v1.0.0`."""
        self.git("update-ref", "-d", ref)

    def has(self, ref: str) -> bool:
        """Report whether there is a ref."""
        return bool(self.git("for-each-ref", ref))

    def id(self, name: str) -> str:
        """Return the id of the commit that a name leads to."""
        return self.git("rev-parse", "--verify", f"{name}^{{commit}}")

    def count(self) -> int:
        """Return how many objects all refs lead to."""
        return len(self.git("rev-list", "--objects", "--all").splitlines())


def entry(name: str, content: str | bytes | None) -> bytes:
    """Return the lines that write or remove a file in a commit."""
    if content is None:
        return b"D %s\n" % name.encode()
    data = content.encode() if isinstance(content, str) else content
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data)
