"""What is wrong with a piece of Go's data: small errors with their parts as attributes.

Every error of this room is a `GoModError`, which is a `ValueError`: the data is at fault, not
the program. The text reads as Go's own does, so that a user who searches for it finds Go's
documentation. The inner check gives the reason, the outer one names the thing.
"""


class GoModError(ValueError):
    """Data that breaks a rule of Go's formats or protocol."""


class InvalidPathError(GoModError):
    """A module path, import path or file path that breaks the rules.

    Attributes:
        kind: "module", "import" or "file".
        path: The path as it was given.
        reason: Which rule it breaks.
    """

    def __init__(self, kind: str, path: str, reason: str) -> None:
        super().__init__(f"malformed {kind} path {path!r}: {reason}")
        self.kind = kind
        self.path = path
        self.reason = reason


class InvalidVersionError(GoModError):
    """A version that is not one, or not one of this module path.

    Attributes:
        path: The module path, or "" where none is concerned.
        version: The version as it was given.
        reason: Which rule it breaks.
    """

    def __init__(self, version: str, reason: str, path: str = "") -> None:
        module = f"module {path!r}: " if path else ""
        super().__init__(f"{module}invalid version {version!r}: {reason}")
        self.path = path
        self.version = version
        self.reason = reason


class EscapeError(GoModError):
    """An escaped path or version that does not unescape.

    Attributes:
        escaped: The text as it was given.
        reason: Which rule it breaks.
    """

    def __init__(self, escaped: str, reason: str) -> None:
        super().__init__(f"invalid escaped text {escaped!r}: {reason}")
        self.escaped = escaped
        self.reason = reason


class InvalidRequestError(GoModError):
    """A URL path that is no request of the protocol of a proxy or a checksum database.

    Attributes:
        url_path: The path below the base URL.
        reason: What is missing or wrong.
    """

    def __init__(self, url_path: str, reason: str) -> None:
        super().__init__(f"invalid request {url_path!r}: {reason}")
        self.url_path = url_path
        self.reason = reason


class InvalidLookupError(InvalidRequestError):
    """A look-up of a checksum database that names no module version: a bad request, no absence."""


class InvalidInfoError(GoModError):
    """The bytes of an `.info` that do not say what they should.

    Attributes:
        reason: What is wrong with them.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"invalid .info: {reason}")
        self.reason = reason


class InvalidIndexError(GoModError):
    """The bytes of a page of an index feed that are none."""


class InvalidZipError(GoModError):
    """A module zip that `go` would refuse.

    Attributes:
        name: The entry at fault, or "" for the zip as a whole.
        reason: Which rule it breaks.
    """

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(f"{name}: {reason}" if name else reason)
        self.name = name
        self.reason = reason


class DeclaredPathError(GoModError):
    """A go.mod that `go` would not take for that of a module version.

    Attributes:
        declared: The module path that it declares, or "" for none.
        reason: Why it is not the one of this module version.
    """

    def __init__(self, declared: str, reason: str) -> None:
        super().__init__(f"go.mod declares {declared!r}: {reason}" if declared else reason)
        self.declared = declared
        self.reason = reason


class ModFileError(GoModError):
    """A go.mod text that does not parse.

    Attributes:
        name: The file as messages call it.
        line: The line at fault, counted from 1.
        reason: What is wrong there.
    """

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}")
        self.name = name
        self.line = line
        self.reason = reason


class GoSumError(GoModError):
    """A go.sum text that does not parse.

    Attributes:
        line: The line at fault, counted from 1.
        text: The line itself.
        reason: What is wrong there.
    """

    def __init__(self, line: int, text: str, reason: str) -> None:
        super().__init__(f"malformed go.sum: line {line}: {reason}: {text!r}")
        self.line = line
        self.text = text
        self.reason = reason


class NoteError(GoModError):
    """A note, or a key for notes, that is malformed or not signed as it should be.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TreeError(GoModError):
    """Data of a transparency log that is malformed, or that its tree does not vouch for.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SumDBError(GoModError):
    """An answer of a checksum database that cannot be believed.

    Attributes:
        module: The module path that was looked up.
        version: Its version.
        reason: What is wrong with the answer.
    """

    def __init__(self, module: str, version: str, reason: str) -> None:
        super().__init__(f"{module}@{version}: {reason}")
        self.module = module
        self.version = version
        self.reason = reason


class ForkError(GoModError):
    """Two trees that one database has signed, and that contradict each other.

    No `SumDBError`, since this is no trouble that passes: the two notes prove that the database, or
    whoever has its key, shows different logs to different clients.

    Attributes:
        held: The signed note that was trusted, as text.
        seen: The signed note that contradicts it, as text.
    """

    def __init__(self, held: str, seen: str) -> None:
        super().__init__(
            f"SECURITY ERROR: misbehavior of the checksum database: the signed tree\n\n{held}\n"
            f"and the signed tree\n\n{seen}\nare not of one log"
        )
        self.held = held
        self.seen = seen


class GitURLError(GoModError):
    """A URL that names no git repository, or one in a way that is not allowed.

    The URL itself is no part of it, since what is wrong may be that it holds a secret.

    Attributes:
        reason: Which rule it breaks.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"invalid URL of a git repository: {reason}")
        self.reason = reason


class GoImportError(GoModError):
    """A page, a tag or a path that does not lead `go` from a module path to a repository.

    Attributes:
        reason: What is wrong.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GOVCSError(GoModError):
    """A value of GOVCS that does not parse.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ModuleGraphError(GoModError):
    """Main modules of which `go` would load no module graph.

    Attributes:
        path: The module path concerned, or "".
        reason: What is wrong.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class SelectionError(GoModError):
    """A word of a selection that selects nothing that could exist.

    Attributes:
        word: The word as it was given.
        reason: What is wrong with it.
    """

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(f"invalid selection {word!r}: {reason}")
        self.word = word
        self.reason = reason


class CheckoutError(GoModError):
    """A file that git, or we in its place, cannot write because of its attributes.

    Attributes:
        reason: What is wrong.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeHostError(GoModError):
    """A repository that cannot be read: it is damaged, or holds what no repository should.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FileTooLargeError(CodeHostError):
    """A file, or another object of a repository, that is too large to be read for its meaning.

    Attributes:
        name: The path of the file, or the id of the object.
        limit: The most bytes that it may have.
    """

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(f"{name}: too large (max size is {limit} bytes)")
        self.name = name
        self.limit = limit


class RevisionError(GoModError):
    """A query of a repository that leads to no version of the module.

    Attributes:
        module: The path of the module.
        version: The version concerned, or the query where it led to none; "" for the latest.
        reason: Why it is no version.
        is_not_found: Whether there is no such thing; otherwise it is there, and is not allowed.
    """

    def __init__(
        self, module: str, version: str, reason: str, *, is_not_found: bool = False, noun: str = ""
    ) -> None:
        what = f"{module}@{version}: invalid {noun or 'version'}" if version else module
        super().__init__(f"{what}: {reason}")
        self.module = module
        self.version = version
        self.reason = reason
        self.is_not_found = is_not_found
