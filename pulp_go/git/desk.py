"""What the program is asked, and what it keeps open meanwhile: see `wire` for the questions.

Questions about one repository come one after the other, most of them about versions of one module.
So the repository that was asked about last stays open, with what is known of it.
"""

import tempfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pulp_go.git import mirrors
from pulp_go.git.asking import access_of, state_of
from pulp_go.git.discovery import discover
from pulp_go.git.errors import CorruptError, TroubleError
from pulp_go.git.host import Repository
from pulp_go.git.mirror import Mirror
from pulp_go.git.zips import ZipMaker
from pulp_go.gomod.coderepo import CodeRepo
from pulp_go.gomod.errors import CodeHostError

Question = Mapping[str, Any]
Answer = dict[str, Any]
Handler = Callable[[Question], Answer]

_CACHE = 1 << 30
"""About how many bytes of deflated blobs are kept on disk."""

_PATIENCE = 600.0
"""For how many seconds another process may work on a mirror."""


class OpenRepository:
    """A mirror that is read.

    Attributes:
        repository: The repository.
    """

    def __init__(self, path: Path, url: str) -> None:
        self._stack = ExitStack()
        self._zips: ZipMaker | None = None
        self._modules: dict[tuple[str, str, str], CodeRepo] = {}
        with ExitStack() as stack:
            self.repository = stack.enter_context(Repository(path, url))
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Close it, and give up what is known of it."""
        self._stack.close()

    def module(self, root: str, module: str, subdir: str) -> CodeRepo:
        """Return a module of it."""
        key = root, module, subdir
        if key not in self._modules:
            self._modules[key] = CodeRepo(self.repository, *key)
        return self._modules[key]

    @property
    def zips(self) -> ZipMaker:
        """What makes zips of it."""
        if self._zips is None:
            made = ZipMaker(self.repository, tempfile.gettempdir(), _CACHE)
            self._zips = self._stack.enter_context(made)
        return self._zips


class Desk:
    """Answers questions. It is a context manager."""

    def __init__(self) -> None:
        self._open: OpenRepository | None = None
        self._about: tuple[str, str, str] | None = None
        self._handlers: dict[str, Handler] = {
            "update": _update,
            "evict": _evict,
            "modules": self._read(_modules),
            "versions": self._read(_versions),
            "stat": self._read(_stat),
            "zip": self._read(_zip),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._put_away()

    def answer(self, question: Question) -> Answer:
        """Return the answer to a question.

        Raises:
            GoModError: There is none.
            OSError: The machine failed.
        """
        return self._handlers[question["do"]](question)

    def _read(self, handler: Callable[[OpenRepository, Question], Answer]) -> Handler:
        """Return what answers a question about a mirror that nobody changes meanwhile."""

        def answer(question: Question) -> Answer:
            mirror = Mirror(Path(question["path"]))
            try:
                with mirror.reading(_PATIENCE) as path:
                    return handler(self._opened(path, question), question)
            except CodeHostError as error:
                self._put_away()
                raise _diagnosis(mirror, error) from error

        return answer

    def _opened(self, path: Path, question: Question) -> OpenRepository:
        """Return the repository that a question is about, as it is now."""
        about = question["path"], question["url"], question["state"]
        if self._open is None or self._about != about:
            self._put_away()
            self._open, self._about = OpenRepository(path, question["url"]), about
        return self._open

    def _put_away(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = self._about = None


def _diagnosis(mirror: Mirror, error: CodeHostError) -> CodeHostError:
    """Return what is told of an error; a mirror that is damaged is thrown away."""
    try:
        mirror.verify(_PATIENCE)
    except CorruptError:
        mirror.discard(_PATIENCE)
        return TroubleError("its mirror is gone or damaged; the next sync fetches it again")
    return error


def _update(question: Question) -> Answer:
    """Bring a mirror up to date."""
    update = Mirror(Path(question["path"])).update(access_of(question), _PATIENCE)
    return {"state": state_of(update.refs), "received": update.received}


def _evict(question: Question) -> Answer:
    """Remove the mirrors that were not used for longest."""
    return {"gone": mirrors.evict(Path(question["path"]), question["keep"])}


def _modules(opened: OpenRepository, question: Question) -> Answer:
    """Say which modules there are."""
    return {"modules": discover(opened.repository, question["root"])}


def _versions(opened: OpenRepository, question: Question) -> Answer:
    """Say which versions of a module there are, and of which commits."""
    repo, refs = _module(opened, question), opened.repository.refs()
    tag = f"refs/tags/{repo.tag_prefix}"
    # What is +incompatible is not so in its tag.
    pairs = ((version, refs[tag + version.partition("+")[0]]) for version in repo.versions())
    return {"versions": list(pairs)}


def _stat(opened: OpenRepository, question: Question) -> Answer:
    """Say what a query leads to."""
    repo = _module(opened, question)
    info = repo.stat(question["query"])
    go_mod = b64encode(repo.go_mod(info)).decode()
    return {"version": info.version, "info": info.info().decode(), "go_mod": go_mod}


def _zip(opened: OpenRepository, question: Question) -> Answer:
    """Make a zip."""
    repo = _module(opened, question)
    info = repo.stat(question["query"])
    target, algorithms = question["target"], question["algorithms"]
    place = repo.place(info)
    made = opened.zips.make(place, question["module"], info.version, target, algorithms)
    go_mod = None if made.go_mod is None else b64encode(made.go_mod).decode()
    return asdict(made) | {"go_mod": go_mod}


def _module(opened: OpenRepository, question: Question) -> CodeRepo:
    return opened.module(question["root"], question["module"], question["subdir"])
