"""The upstream of hell: one answer in ten is wrong, in every way that an upstream has been.

What goes wrong is drawn for each path by itself, from the seed: once, twice, or each time that it
is asked. The order in which requests arrive changes nothing, so a seed repeats its faults. Each
answer is noted, so that a test knows from the server's side what a client can have got: a file has
come if its last answer was not wrong.
"""

import random
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from functional_tests.moduletree import make_info, make_module_zip, make_zip
from functional_tests.upstream import Fault, Upstream

NOT_FOUND, TROUBLE, BAD_REPLY, BAD_MODULE = "GO0002", "GO0003", "GO0004", "GO0005"
SHARE = 0.1
STALL = 5.0
# How often a path goes wrong; the last of them is always.
TIMES = (1, 2, 1 << 30)
ELSEWHERE = "elsewhere/"
# What is called so keeps nothing from coming, though: no `.info` at all, and a list with lines that
# are no versions.
NO_INFO, JUNKY = "no info", "junk"
HTML = b"<!DOCTYPE html>\n<html><body>Please log in.</body></html>\n"
# One byte more than the plugin takes as such a file.
HUGE = {"info": (1 << 20) + 1, "list": (4 << 20) + 1, "mod": (16 << 20) + 1}
JUNK = "not-a-version\n<html>\nv1.1\nv1.1.0+meta\nV1.1.0\nv1.\u0661.0\n../../etc/passwd\n"

Make = Callable[[str, bytes], Fault]


@dataclass(frozen=True)
class Wrong:
    """A way in which one answer is wrong.

    Attributes:
        name: What it is called.
        make: Returns the answer for a path and its true bytes.
        codes: The codes of the failure that it makes; none if it is no failure.
        retried: Whether a client asks again, so that only what lasts is a failure.
        files: Which files it happens to: the ends of their paths.
    """

    name: str
    make: Make
    codes: frozenset[str]
    retried: bool = False
    files: tuple[str, ...] = ("info", "mod", "zip", "list")


@dataclass
class Answers:
    """What was answered so far: all of it by path, None for the truth."""

    by_path: dict[str, list[Wrong | None]] = field(default_factory=dict)

    def note(self, path: str, wrong: Wrong | None) -> None:
        """Note one more answer."""
        self.by_path.setdefault(path, []).append(wrong)

    def count(self, path: str) -> int:
        """Return how often a path was answered."""
        return len(self.by_path.get(path, []))

    def last(self, path: str) -> Wrong | None:
        """Return what was wrong with the last answer of a path."""
        return self.by_path.get(path, [None])[-1]

    def failure(self, path: str) -> Wrong | None:
        """Return what kept the file at a path from coming, or None if it can have come."""
        wrong = self.last(path)
        return wrong if wrong and wrong.codes else None

    def kinds(self) -> Counter[str]:
        """Return how often each wrong was answered."""
        return Counter(wrong.name for past in self.by_path.values() for wrong in past if wrong)


class Hell(Upstream):
    """An upstream with wrong answers.

    Args:
        seed: What they are drawn from.

    Attributes:
        answers: What was answered.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.answers = Answers()
        self._seed = seed
        self._always: dict[str, Wrong] = {}
        self._share = SHARE

    def always(self, path: str, name: str) -> None:
        """Answer a path in the wrong way of this name each time, whatever is drawn."""
        [self._always[path]] = [one for one in wrongs_of(path) if one.name == name]

    def mend_all(self) -> None:
        """Answer the truth from now on, and forget what was asked and answered."""
        self._share = 0.0
        self._always.clear()
        self.answers = Answers()
        self.requests.clear()

    def next_fault(self, path: str) -> Fault:
        """Return how the next answer of `path` is to be, for the server itself."""
        if path.startswith(ELSEWHERE):
            return Fault(body=self.tree.files[path.removeprefix(ELSEWHERE)])
        if path not in self.tree.files:
            return super().next_fault(path)
        wrong = self._draw(path, self.answers.count(path))
        self.answers.note(path, wrong)
        return wrong.make(path, self.tree.files[path]) if wrong else Fault()

    def _draw(self, path: str, past: int) -> Wrong | None:
        """Return what is wrong with the answer of a path that was answered `past` times."""
        if path in self._always:
            return self._always[path]
        draw = random.Random(f"{self._seed} {path}")
        if draw.random() >= self._share or past >= draw.choice(TIMES):
            return None
        return draw.choice(wrongs_of(path))


def wrongs_of(path: str) -> list[Wrong]:
    """Return what can go wrong with the file at a path."""
    return [one for one in WRONGS if path.endswith(one.files)]


def answer(**details: object) -> Make:
    """Return what makes the same fault for every path."""
    return lambda path, truth: Fault(**details)


def wrong(
    name: str, make: Make, *codes: str, retried: bool = False, files: str = "info mod zip list"
) -> Wrong:
    """Return a wrong."""
    return Wrong(name, make, frozenset(codes), retried, tuple(files.split()))


def refusals() -> list[Wrong]:
    """Return the statuses other than 200."""
    found = [wrong(f"{s}", answer(status=s), TROUBLE, retried=True) for s in (500, 502, 503, 504)]
    found += [wrong(f"{s}", answer(status=s, body=b""), TROUBLE) for s in (204, 400, 401, 403)]
    for status in (404, 410):
        missing = answer(status=status)
        found.append(wrong(f"{status}", missing, NOT_FOUND, files="mod zip list"))
        # Not every upstream has an `.info` for every version, and `go` needs none to build.
        found.append(wrong(NO_INFO, missing, files="info"))
    for status in (429, 503):
        soon, late = ({"Retry-After": seconds} for seconds in ("1", "3600"))
        asks = answer(status=status, headers=soon)
        found.append(wrong(f"{status} soon", asks, TROUBLE, retried=True))
        # A client that waits for so long is asked to do more than a sync is worth.
        found.append(wrong(f"{status} late", answer(status=status, headers=late), TROUBLE))
    return found


def lengths() -> list[Wrong]:
    """Return the bodies that are not as long as they were said to be."""
    some = (TROUBLE, BAD_REPLY, BAD_MODULE)
    return [
        wrong("cut", lambda _, b: Fault(sent=len(b) // 2), BAD_REPLY, retried=True),
        wrong("long", lambda _, b: Fault(declared=len(b) + 4096), BAD_REPLY, retried=True),
        wrong("bare", answer(sent=0), BAD_REPLY, retried=True),
        # More than was declared: whether a client sees the rest depends on when it comes.
        wrong("short", lambda _, b: Fault(declared=len(b) // 2), *some, files="info mod zip"),
        wrong("giant", answer(declared=600 << 20), BAD_REPLY, retried=True, files="zip"),
        wrong("huge", lambda p, _: Fault(body=huge(p)), BAD_REPLY, files="info mod list"),
    ]


def huge(path: str) -> bytes:
    """Return more of nothing than any file like that at `path` has."""
    end = next(end for end in HUGE if path.endswith(end))
    return b"\n" * HUGE[end]


def travels() -> list[Wrong]:
    """Return what happens to an answer on its way, and what does not matter."""
    return [
        wrong("reset", answer(reset=True), TROUBLE, retried=True),
        wrong("stall", answer(delay=STALL), TROUBLE, retried=True),
        wrong("pause", answer(pause=STALL), TROUBLE, retried=True),
        wrong("loop", lambda p, _: redirect(p), BAD_REPLY, retried=True),
        wrong("elsewhere", lambda p, _: redirect(ELSEWHERE + p)),
        wrong("type", answer(headers={"Content-Type": "text/html"})),
        wrong("close", answer(headers={"Connection": "close"})),
    ]


def redirect(path: str) -> Fault:
    """Return an answer that sends the client to another path."""
    return Fault(302, headers={"Location": f"/{path}"})


def body(name: str, files: str, content: bytes | str, code: str) -> Wrong:
    """Return another body than the true one."""
    data = content.encode() if isinstance(content, str) else content
    return wrong(name, answer(body=data), code, files=files)


def bodies() -> list[Wrong]:
    """Return the answers that are whole, and wrong."""
    return [
        body("html", "info list", HTML, BAD_REPLY),
        body("html", "mod zip", HTML, BAD_MODULE),
        body("array", "info", "[]", BAD_REPLY),
        body("empty", "info", "{}", BAD_REPLY),
        body("empty", "mod zip", "", BAD_MODULE),
        body("other", "info", make_info("v9.9.9"), BAD_REPLY),
        body("other", "mod", "module example.com/other\n", BAD_MODULE),
        body("other", "zip", make_module_zip("example.com/o", "v1.0.0", {"a": "a"}), BAD_MODULE),
        body("plain", "zip", make_zip({"README.md": "x"}), BAD_MODULE),
        body("binary", "list", bytes(range(256)) * 40, BAD_REPLY),
        body("broken", "mod", 'module "unterminated\n', BAD_MODULE),
        wrong("stump", lambda _, b: Fault(body=b[:-9]), BAD_REPLY, files="info"),
        wrong("stump", lambda _, b: Fault(body=b[:-9]), BAD_MODULE, files="mod zip"),
        wrong("newline", lambda _, b: Fault(body=newline(b)), BAD_REPLY, files="info"),
        wrong("crc", lambda _, b: Fault(body=other_crc(b)), BAD_MODULE, files="zip"),
        wrong("more", lambda _, b: Fault(body=b + b"// more\n"), BAD_MODULE, files="mod"),
        wrong(JUNKY, lambda _, b: Fault(body=b + JUNK.encode() * 700), files="list"),
    ]


def newline(info: bytes) -> bytes:
    """Return an `.info` whose version ends in a line break."""
    return info.replace(b'","Time"', b'\\n","Time"')


def other_crc(data: bytes) -> bytes:
    """Return a zip whose last file has another checksum than its directory says.

    It stands 16 bytes into a record of the central directory (APPNOTE 4.3.12).
    """
    at = data.rindex(b"PK\x01\x02") + 16
    (crc,) = struct.unpack_from("<I", data, at)
    return data[:at] + struct.pack("<I", crc ^ 1) + data[at + 4 :]


WRONGS = [*refusals(), *lengths(), *travels(), *bodies()]
