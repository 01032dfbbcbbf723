"""A lasting copy of a repository on disk, which is brought up to date before it is read.

    <path>/lock             who may change or read it, by flock(2); its mtime says when it was used
    <path>/state.json       what each pack looked like when it was complete, and the host's greeting
    <path>/repository.git   a bare repository: packs, and all refs in `packed-refs` and `HEAD`
    <path>/incoming-*       packs that are on their way

A pack is believed only when it is complete, checked and noted in the state; refs move after that,
all at once. So whoever is killed leaves what was there before, and some rubbish that the next one
removes. A pack that no longer looks as it was noted is checked again from end to end; a mirror that
fails is thrown away and made anew. What the packs hold is never thrown away in part: so an id that
is here is here with all that it leads to.

A repository in a directory of this machine is not copied: its objects stay where they are, behind a
symbolic link, and only the refs are written down, so that they stand still while they are read.
"""

import os
import shutil
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from dulwich.object_format import get_object_format
from dulwich.objects import ObjectID
from dulwich.repo import Repo

from pulp_go.git import durable, lock, state, transports
from pulp_go.git.access import Access, Limits
from pulp_go.git.errors import CorruptError, TroubleError, VanishedError
from pulp_go.git.haves import haves
from pulp_go.git.https import Greeting
from pulp_go.git.listing import Listing, raw
from pulp_go.git.packindex import index_of, object_count
from pulp_go.git.refsfile import read_refs, write_refs
from pulp_go.git.state import State
from pulp_go.git.transports import Exchange

_ATTEMPTS = 3
_INCOMING, _GONE = "incoming-", "gone-"
_CONFIG = {
    "sha1": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    "sha256": "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
    "[extensions]\n\tobjectformat = sha256\n",
}


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did.

    Attributes:
        before: The refs that the mirror had; nothing if it was empty or thrown away.
        refs: The refs that it has now.
        received: The bytes of the pack that came, 0 if none had to.
        rebuilt: Whether a damaged mirror was thrown away.
    """

    before: Mapping[str, str]
    refs: Mapping[str, str]
    received: int
    rebuilt: bool

    @property
    def moved(self) -> bool:
        """Whether any ref came, went or moved."""
        return self.before != self.refs


class Mirror:
    """The mirror in one directory, which is made when it is first used.

    Attributes:
        path: The directory.
        repository: The bare repository in it, once there is one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = path / "repository.git"
        self._lock = path / "lock"
        self._state = path / "state.json"

    def list(self, access: Access) -> Listing:
        """Return what the host of `access` lists. The mirror is not changed, nor waited for.

        Raises:
            HostError: The host did not list anything.
        """
        try:
            known = state.load(self._state) or State()
        except CorruptError:
            known = State()
        return transports.list_refs(access, _greeting(known, access)).listing

    def update(self, access: Access, wait: float = 0) -> Update:
        """Bring the mirror up to date with the host, and return what came of it.

        Where no ref has moved, nothing is asked for and nothing written. A list of refs that is out
        of date when the objects are asked for is asked for again.

        Args:
            access: The host.
            wait: The seconds to wait for another process that works on the mirror.

        Raises:
            HostError: The host did not give it; the mirror is as it was.
            MirrorBusyError: Another process worked on it all the while.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with lock.held(self._lock, shared=False, wait=wait):
            self._sweep()
            known, rebuilt = self._sound(access)
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._update(access, known, rebuilt)
                except VanishedError:
                    continue
            return self._update(access, known, rebuilt)

    @contextmanager
    def reading(self, wait: float = 0) -> Iterator[Path]:
        """Keep others from changing the mirror, and yield its repository.

        Raises:
            MirrorBusyError: Another process changed it all the while.
            CorruptError: There is no repository.
        """
        if not self.repository.is_dir():
            raise CorruptError("there is no mirror")
        with lock.held(self._lock, shared=True, wait=wait):
            yield self.repository

    def verify(self, wait: float = 0) -> None:
        """Check every byte of the packs.

        Raises:
            CorruptError: They are not as they came; `discard` is the way out.
            MirrorBusyError: Another process changed the mirror all the while.
        """
        with self.reading(wait) as repository:
            known = state.load(self._state) or State()
            for name in {Path(name).stem for name in known.packs}:
                state.verify_pack(_packs(repository) / name, known.object_format)
            read_refs(repository)

    def discard(self, wait: float = 0) -> None:
        """Throw away what the mirror holds. The next update begins from nothing.

        Raises:
            MirrorBusyError: Another process worked on it all the while.
        """
        if self.path.is_dir():
            with lock.held(self._lock, shared=False, wait=wait):
                self._throw_away()

    def size(self) -> int:
        """Return the bytes that the mirror takes on disk, shown objects of elsewhere aside."""
        return sum(
            os.lstat(os.path.join(folder, name)).st_size
            for folder, _, names in os.walk(self.path)
            for name in names
        )

    def last_used(self) -> float:
        """Return when the mirror was last used, in seconds since 1970; 0 if never."""
        return self._lock.stat().st_mtime if self._lock.exists() else 0

    def _sweep(self) -> None:
        """Remove what those who were killed have left."""
        for path in self.path.iterdir():
            if path.name.startswith(_INCOMING):
                path.unlink()
            elif path.name.startswith(_GONE):
                shutil.rmtree(path)

    def _sound(self, access: Access) -> tuple[State, bool]:
        """Return what is known of a mirror that can be built upon, and whether it was thrown away.

        It is thrown away if it is damaged, too large, or of another kind than `access`.
        """
        damaged = False
        try:
            known = state.load(self._state)
            if known is not None and self._fits(known, access):
                read_refs(self.repository)
                checked = state.check(_packs(self.repository), known)
                if checked != known:
                    state.save(self._state, checked)
                return checked, False
            damaged = known is None and self.repository.exists()
        except (CorruptError, OSError):
            damaged = True
        self._throw_away()
        return State(), damaged

    def _fits(self, known: State, access: Access) -> bool:
        """Report whether a mirror of this state is there, small enough, and of the right kind."""
        of_directory = access.url.scheme == "file"
        small = self.size() <= access.limits.mirror
        return self.repository.is_dir() and small and bool(known.objects) == of_directory

    def _update(self, access: Access, known: State, rebuilt: bool) -> Update:
        """Bring a sound mirror up to date."""
        if access.url.scheme == "file":
            return self._show(access, known, rebuilt)
        before, head = self._refs()
        with _Incoming(self.path) as incoming:
            heard = transports.fetch(
                access,
                lambda listing: self._exchange(listing, before, known),
                incoming.write,
                _greeting(known, access),
            )
            now = self._take_in(incoming, heard.listing, known, access.limits)
            received = incoming.size
        if not self.repository.is_dir():
            self._make(now)
        now = replace(now, greeting=heard.greeting, url=access.url.text)
        if now != known:
            state.save(self._state, now)
        self._settle(before, head, heard.listing)
        return Update(before, heard.listing.refs, received, rebuilt)

    def _show(self, access: Access, known: State, rebuilt: bool) -> Update:
        """Let the mirror show a repository in a directory of this machine."""
        with closing(transports.open_directory(access)) as source:
            listing = transports.of_directory(source)
            objects = str(Path(source.commondir()).resolve() / "objects")
            now = State(source.object_format.name, objects)
        if known != now or not self.repository.is_dir():
            self._throw_away()
            state.save(self._state, now)
            self._make(now)
        before, head = self._refs()
        self._settle(before, head, listing)
        return Update(before, listing.refs, 0, rebuilt)

    def _refs(self) -> tuple[Mapping[str, str], str]:
        """Return the refs of the mirror, and the branch that its HEAD is."""
        return read_refs(self.repository) if self.repository.is_dir() else ({}, "")

    def _exchange(self, listing: Listing, before: Mapping[str, str], known: State) -> Exchange:
        """Return what to ask of a host for what it lists."""
        changed = _changed(before, listing)
        if not changed or not self.repository.is_dir():
            return Exchange(changed, ())
        if listing.object_format != known.object_format:
            return Exchange(changed, ())
        with closing(Repo(str(self.repository))) as repository:
            store = repository.object_store
            wants = [found for found in changed if ObjectID(raw(found)) not in store]
            return Exchange(wants, haves(store, before, listing) if wants else ())

    def _take_in(
        self, incoming: "_Incoming", listing: Listing, known: State, limits: Limits
    ) -> State:
        """Return what is known once the pack that has come, if any, is one of the mirror."""
        if self.repository.is_dir() and listing.object_format != known.object_format:
            self._throw_away()
        if not self.repository.is_dir():
            known = State(listing.object_format)
        if not incoming.size or not object_count(incoming.file):
            return known
        with _Incoming(self.path) as index:
            object_format = get_object_format(known.object_format)
            index.write(index_of(incoming.file, object_format, limits.item))
            if not self.repository.is_dir():
                self._make(known)
            base = _packs(self.repository) / f"pack-{incoming.checksum(object_format.oid_length)}"
            # A pack is one when it has an index.
            paths = [incoming.become(base, ".pack"), index.become(base, ".idx")]
        return replace(
            known, packs={**known.packs, **{path.name: state.look(path) for path in paths}}
        )

    def _settle(self, before: Mapping[str, str], head: str, listing: Listing) -> None:
        """Let the mirror have the refs that the host listed, if it has not.

        Raises:
            TroubleError: One leads to an object that did not come, or that cannot be looked for.
        """
        if (before, head) == (listing.refs, listing.head):
            return
        with closing(Repo(str(self.repository))) as repository:
            changed = map(ObjectID, map(raw, _changed(before, listing)))
            try:
                is_whole = all(found in repository.object_store for found in changed)
            except (AssertionError, LookupError, OSError, ValueError, struct.error):
                raise TroubleError("the packs of the repository are damaged") from None
        if not is_whole:
            raise TroubleError("the host does not send what it lists")
        write_refs(self.repository, listing)

    def _make(self, known: State) -> None:
        """Make a bare repository without objects, or with those of elsewhere."""
        made = Path(tempfile.mkdtemp(dir=self.path, prefix=_GONE))
        for folder in ("refs/heads", "refs/tags"):
            (made / folder).mkdir(parents=True)
        if known.objects:
            (made / "objects").symlink_to(known.objects)
        else:
            _packs(made).mkdir(parents=True)
        (made / "config").write_text(_CONFIG[known.object_format])
        write_refs(made, Listing({}, {}, "", known.object_format))
        made.rename(self.repository)

    def _throw_away(self) -> None:
        """Remove the repository, and the state that is of no use without it."""
        if self.repository.exists():
            gone = Path(tempfile.mkdtemp(dir=self.path, prefix=_GONE))
            self.repository.rename(gone / "repository.git")
            shutil.rmtree(gone)
        self._state.unlink(missing_ok=True)


class _Incoming:
    """A file that is on its way into the mirror, and made with its first byte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self.size = 0

    def __enter__(self) -> "_Incoming":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""
        if self._file is None:
            descriptor, path = tempfile.mkstemp(dir=self._folder, prefix=_INCOMING)
            self._file, self._path = os.fdopen(descriptor, "w+b"), Path(path)
        self.size += len(data)
        return self._file.write(data)

    @property
    def file(self) -> BinaryIO:
        """What has come, on disk as far as other descriptors are concerned."""
        assert self._file is not None
        self._file.flush()
        return self._file

    def checksum(self, length: int) -> str:
        """Return the last `length` bytes in hex."""
        self.file.seek(-length, os.SEEK_END)
        return self.file.read().hex()

    def become(self, base: Path, suffix: str) -> Path:
        """Move the file to its place and return that."""
        target = base.with_name(f"{base.name}{suffix}")
        os.fchmod(self.file.fileno(), 0o444)
        assert self._path is not None
        durable.move(self._path, target)
        return target


def _packs(repository: Path) -> Path:
    """Return the directory of the packs of `repository`."""
    return repository / "objects" / "pack"


def _greeting(known: State, access: Access) -> Greeting | None:
    """Return what the host of `access` has said first, if that is remembered."""
    return known.greeting if known.url == access.url.text else None


def _changed(before: Mapping[str, str], listing: Listing) -> list[str]:
    """Return the ids that refs have now and had not before."""
    found = {value for name, value in listing.refs.items() if before.get(name) != value}
    return sorted(found)
