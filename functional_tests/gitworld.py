"""Repositories with all that `go` knows of in git, and what it makes of them.

The hashes are those that `go mod download -json` of go1.26.8 printed with GOPROXY=direct; the tests
ask the `go` that is here again.
"""

from collections.abc import Mapping
from pathlib import Path

from functional_tests.gitrepos import GitRepo
from functional_tests.goclient import Go

# A `.git` in a module path tells `go` where the repository's root is, and it asks nobody for that.
HOST = "corp.example"
QUOTE, OLD = f"{HOST}/quote.git", f"{HOST}/old.git"
S3 = f"{QUOTE}/storage/s3"

LICENSE = "Do what you like.\n"
CODE = "package quote\n"


def go_mod(path: str) -> str:
    """Return a go.mod."""
    return f"module {path}\n\ngo 1.21\n"


def make_world(root: Path) -> Mapping[str, GitRepo]:
    """Make two repositories: one with modules of every kind, one of the time before modules."""
    quote, old = GitRepo(root / "quote.git"), GitRepo(root / "old.git")
    quote.commit({"LICENSE": LICENSE, "quote.go": CODE}, "v0.1.0")
    first = quote.commit(
        {
            "go.mod": go_mod(QUOTE),
            ".gitattributes": "*.txt text eol=crlf\n*.dat -text\nnotes.md export-ignore\n",
            "notes.txt": "one\ntwo\n",
            "notes.dat": "one\ntwo\n",
            "notes.md": "one\ntwo\n",
            "storage/s3/go.mod": go_mod(S3),
            "storage/s3/s3.go": "package s3\n",
            "storage/s3/notes.txt": "three\n",
        },
        "v1.0.0",
        "storage/s3/v0.1.0",
    )
    quote.commit({"v3/go.mod": go_mod(f"{QUOTE}/v3"), "v3/quote.go": CODE}, "v3.0.0")
    quote.commit({"go.mod": go_mod(f"{QUOTE}/v2")}, "v2.0.0", branch="v2", parent=first)
    quote.commit({"quote.go": f"{CODE}\nconst Unreleased = true\n"})
    # Neither is a module of the repository: one is of somebody else, one is of a test.
    others = {f"{place}/a/go.mod": go_mod("example.com/a") for place in ("vendor", "testdata")}
    old.commit({"old.go": "package old\n"} | others, "v1.0.0", "1.1.0", "v1.2", "v1.3.0+meta")
    old.commit({"old.go": "package old\n\nconst Two = 2\n"}, "v2.0.0")
    return {QUOTE: quote, OLD: old}


# What the tip of main is.
MAIN = "v1.0.1-0.20231114221325-095497d05b61"
WORDS = [QUOTE, f"{QUOTE}@main", f"{QUOTE}/v2", f"{QUOTE}/v3", S3, OLD]
H1 = {
    f"{OLD}@v1.0.0": "h1:XS3SIo2FFy4sWHEvDeNcoOxGijHjmBOak6PddIHYfLM=",
    f"{OLD}@v2.0.0+incompatible": "h1:dE2Wb38kXqnHh3MgBYUFAksiAPqvBMZWJXG803vEJhs=",
    f"{QUOTE}@v0.1.0": "h1:Zp1f6rdHVFs9j2XF9n/lITPcPkHCv+AonSpkqn+Ob6c=",
    f"{QUOTE}@v1.0.0": "h1:3BagqJ3lC2YAPtsf1hW1YQqvz0rV6E8kKV500CLvXzo=",
    f"{QUOTE}@{MAIN}": "h1:hJUlfySWrrHqDIO/DZmyRtpEm9aCanw/jNuMpLfLv40=",
    f"{S3}@v0.1.0": "h1:3aKsZqp3eR9NfpYNu+LidXjHwadtLDp48eVhi38zUoU=",
    f"{QUOTE}/v2@v2.0.0": "h1:tmAX0y/D/h8bWozU3lEv72lbWtOzDN0/U8aN45JkVLQ=",
    f"{QUOTE}/v3@v3.0.0": "h1:Qz3KN5oUQf0Jys/9p0O0RhTePY1QZVBPW4fyxfZ3fp8=",
}


class Direct:
    """A `go` without a proxy, to which https://corp.example/ is a directory of this machine."""

    def __init__(self, go: Go, root: Path) -> None:
        config = go.home / "gitconfig"
        config.write_text(f'[url "file://{root}/"]\n\tinsteadOf = https://{HOST}/\n')
        self._go = go
        self._environment = (
            f"GIT_CONFIG_GLOBAL={config}",
            "GIT_CONFIG_NOSYSTEM=1",
            "GOVCS=*:git",
        )

    def download(self, *words: str) -> dict[str, str]:
        """Return the h1 of the zip of each module version that `go` made itself."""
        found = self._go.run_json(*self._environment, "mod", "download", "-json", *words)
        return {f"{module['Path']}@{module['Version']}": module["Sum"] for module in found}
