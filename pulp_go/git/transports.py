"""What a host lists and what it sends, over https, ssh or from a directory of this machine.

dulwich speaks git's protocol; whatever goes wrong in it comes out as one of `errors`.

https://git-scm.com/docs/protocol-v2
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from dulwich.client import GitClient
from dulwich.errors import FileFormatException, GitProtocolError, NotGitRepository
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, SYMREF, Ref
from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion

from pulp_go.git.access import Access
from pulp_go.git.errors import HostError, NotFoundError, TooLargeError, TroubleError, VanishedError
from pulp_go.git.https import Greeting, HttpsClient
from pulp_go.git.listing import PREFIXES, Listing, listing, raw, with_head

# The words of git, and of GitHub and GitLab where they answer in git's place over ssh.
_NOT_FOUND = re.compile(
    r"repository not found|could not be found|does not appear to be a git repository"
    r"|no such project|repository .* does not exist",
    re.IGNORECASE,
)
_VANISHED = re.compile(r"not our ref|not a valid object|unadvertised object", re.IGNORECASE)
# What dulwich raises for a directory that is no repository, or whose files are damaged.
_NO_REPOSITORY = (
    FileFormatException,
    NotGitRepository,
    OSError,
    UnsupportedExtension,
    UnsupportedVersion,
    ValueError,
)
# What dulwich raises when it is told nonsense.
_NONSENSE = (
    GitProtocolError,
    NotGitRepository,
    AssertionError,
    LookupError,
    ValueError,
    TimeoutError,
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is asked for after a list has been seen.

    Attributes:
        wants: The ids to be sent, with all that they lead to; if there are none, nothing is sent.
        haves: The ids of which all is here already, the most telling first.
    """

    wants: Iterable[str]
    haves: Iterable[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a call.

    Attributes:
        listing: What the host has listed.
        greeting: What it said first, if that is worth to be remembered.
    """

    listing: Listing
    greeting: Greeting | None


def list_refs(access: Access, greeting: Greeting | None = None) -> Heard:
    """Return what the host of `access` lists.

    Raises:
        HostError: It did not.
    """
    if access.url.scheme == "file":
        with closing(open_directory(access)) as source:
            return Heard(of_directory(source), None)
    with _speaking(access), closing(_client(access, greeting)) as client:
        found = client.get_refs(_path(access), ref_prefix=PREFIXES)
        return Heard(with_head(listing(found.refs), found.symrefs), _greeting(client))


def fetch(
    access: Access,
    choose: Callable[[Listing], Exchange],
    sink: Callable[[bytes], int],
    greeting: Greeting | None = None,
) -> Heard:
    """Let `choose` see what the host lists, and give to `sink` the pack of what it wants.

    Raises:
        HostError: It failed. What `sink` has got is then worth nothing.
    """
    walker = _Walker()
    most = access.limits.pack
    seen = listing({})

    def determine_wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        nonlocal seen
        seen = listing({**refs})
        exchange = choose(seen)
        walker.ids = iter([ObjectID(raw(have)) for have in exchange.haves])
        return [ObjectID(raw(want)) for want in exchange.wants]

    def take(data: bytes) -> int:
        nonlocal most
        most -= len(data)
        if most < 0:
            raise TooLargeError("the host sends more than the limits allow")
        return sink(data)

    with _speaking(access), closing(_client(access, greeting)) as client:
        result = client.fetch_pack(
            _path(access), determine_wants, walker, take, ref_prefix=PREFIXES
        )
        return Heard(with_head(seen, result.symrefs), _greeting(client))


def open_directory(access: Access) -> Repo:
    """Return the repository in the directory of a file:// URL, bare or with a working tree.

    Raises:
        NotFoundError: There is none, or one of a kind that is not known.
    """
    try:
        return Repo(access.url.path)
    except _NO_REPOSITORY:
        raise NotFoundError("there is no repository in this directory") from None


def of_directory(source: Repo) -> Listing:
    """Return what the repository `source` would list.

    Raises:
        TroubleError: Its files of refs are damaged.
    """
    try:
        head = source.refs.read_ref(HEADREF) or b""
        refs = {**source.get_refs()}
    except (*_NO_REPOSITORY, StopIteration):
        raise TroubleError("the refs of this directory are damaged") from None
    target = head.removeprefix(SYMREF).strip() if head.startswith(SYMREF) else b""
    return with_head(listing(refs), {HEADREF: Ref(target)})


class _Walker:
    """Tells dulwich what is here already. It has been chosen before; no answer changes it."""

    def __init__(self) -> None:
        self.ids: Iterator[ObjectID] = iter(())

    def __next__(self) -> ObjectID | None:
        return next(self.ids, None)

    def ack(self, _: ObjectID, /) -> None:
        """Hear that the host has an object too."""

    def nak(self) -> None:
        """Hear that the host has none of them."""


def _client(access: Access, greeting: Greeting | None) -> GitClient:
    """Return what speaks with the host of `access`."""
    if access.url.scheme == "ssh":
        # paramiko takes as long to load as an https sync without news takes in all.
        from pulp_go.git import ssh

        return ssh.client(access)
    return HttpsClient(access, greeting)


def _path(access: Access) -> bytes:
    """Return what dulwich calls the path: of http it is in the URL of the client."""
    return raw(access.url.path) if access.url.scheme == "ssh" else b""


def _greeting(client: GitClient) -> Greeting | None:
    """Return what is to be remembered of the host that `client` has spoken with."""
    return client.greeting if isinstance(client, HttpsClient) else None


@contextmanager
def _speaking(access: Access) -> Iterator[None]:
    """Turn what dulwich raises into the errors of this room."""
    try:
        yield
    except HostError:
        raise
    except _NONSENSE as error:
        words = access.clean(str(error))
        if _VANISHED.search(words):
            raise VanishedError(f"the host says: {words}") from None
        if _NOT_FOUND.search(words):
            raise NotFoundError(f"the host says: {words}") from None
        raise TroubleError(f"the host does not speak as git does: {words}") from None
