"""A git repository with a long history, the same one each time, made by `git fast-import`.

It is in the likeness of a popular web framework: a few thousand files of some kilobytes in nested
directories, of which each release changes a few, adds some and removes some.
"""

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE = "bench.example/framework.git"
BEGIN = 1_600_000_000
WEEK = 7 * 24 * 3600
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True)
class History:
    """A bare repository and its tags.

    Attributes:
        path: Where it is.
        tags: The tags, in the order of their commits.
    """

    path: Path
    tags: list[str]

    def add_tag(self) -> str:
        """Add a commit that changes three files, tag it, and return the tag."""
        tag = f"v1.{len(self.tags)}.0"
        files = {f"pkg{n}/late.go": f"package pkg{n} // {tag}\n" for n in range(3)}
        lines = commit(tag, "refs/heads/main^0", BEGIN + WEEK * len(self.tags), files, [])
        run(self.path, "fast-import", "--quiet", stdin="".join(lines))
        self.tags.append(tag)
        return tag


def make(path: Path, tags: int, files: int) -> History:
    """Make a repository with so many tags, whose trees have about so many files each."""
    path.mkdir(parents=True)
    run(path, "init", "-q", "--bare", "-b", "main")
    history = History(path, [f"v1.{n}.0" for n in range(tags)])
    run(path, "fast-import", "--quiet", stdin="".join(stream(history.tags, files)))
    return history


def stream(tags: list[str], files: int) -> Iterator[str]:
    """Yield what `git fast-import` is told."""
    chance = random.Random(1)
    held = [path_of(number) for number in range(files)]
    first = {path: text_of(path, chance) for path in held}
    first |= {"go.mod": f"module {MODULE}\n\ngo 1.21\n", "LICENSE": text_of("LICENSE", chance)}
    for number, tag in enumerate(tags):
        changed, gone = first, []
        if number:
            changed = {path: text_of(path, chance) for path in chance.sample(held, 12)}
            gone = [held.pop(chance.randrange(len(held))) for _ in range(2)]
            new = [path_of(files + 3 * number + n) for n in range(3)]
            held += new
            changed = {path: changed[path] for path in changed if path not in gone}
            changed |= {path: text_of(path, chance) for path in new}
        yield from commit(tag, "", BEGIN + WEEK * number, changed, gone)


def commit(tag: str, parent: str, time: int, files: dict[str, str], gone: list[str]) -> list[str]:
    """Return the lines that make a commit of main and its tag."""
    lines = [f"commit refs/heads/main\ncommitter B <b@bench.example> {time} +0000\n"]
    lines.append(f"data {len(tag)}\n{tag}\n" + (f"from {parent}\n" if parent else ""))
    lines += [f"D {path}\n" for path in gone]
    for path, text in files.items():
        lines.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    return [*lines, f"reset refs/tags/{tag}\nfrom refs/heads/main\n\n"]


def path_of(number: int) -> str:
    """Return the path of a file: 20 a directory, at three depths."""
    directory = number // 20
    return "/".join(
        [*(f"pkg{directory // 8**n}" for n in range(directory % 3, -1, -1)), f"file{number}.go"]
    )


def text_of(path: str, chance: random.Random) -> str:
    """Return the content of a file, which deflates about as well as source does."""
    words = [f"word{chance.randrange(2000)}" for _ in range(chance.randrange(40, 900))]
    lines = (" ".join(words[n : n + 8]) for n in range(0, len(words), 8))
    return f"package p // {path}\n" + "".join(f"// {line}\n" for line in lines)


def run(path: Path, *arguments: str, stdin: str = "") -> None:
    """Run git in a repository."""
    command = ["git", "-C", str(path), *arguments]
    subprocess.run(command, input=stdin.encode(), env=ENVIRONMENT, check=True)
