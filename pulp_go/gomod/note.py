"""Signed notes: a text, and below it who has signed it.

    <the text, whose last line ends in a newline>
    <a blank line>
    — <name> <base64 of the key hash and the signature>      once for each of 1 to 100 signatures

A note is UTF-8 without ASCII control characters other than the newline. The text may have blank
lines: the last one of the note ends it. What is signed is the text with its last newline.

A key is written as text, too; the hash is in 8 hexadecimal digits, and both base64 parts begin with
the byte 1, which stands for Ed25519:

    <name>+<hash>+<base64 of 1 and the 32 bytes of the public key>                 a verifier
    PRIVATE+KEY+<name>+<hash>+<base64 of 1 and the 32 bytes of the seed>           a signer

The hash is the first 4 bytes of SHA-256 of the name, a newline, 1 and the public key. It only tells
keys apart. A name is not empty and has neither white space nor "+".

A note opens when a known key has signed it. A bad signature by a known key refuses the whole note,
whatever else has signed it; signatures by unknown keys are handed over unverified.

A quirk that is kept: line breaks in the base64 of a key are skipped, as Go's decoder does.

Left out: adding a signature to a note that is signed already.

https://pkg.go.dev/golang.org/x/mod/sumdb/note
"""

import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pulp_go.gomod.errors import NoteError

SEED_SIZE = 32
"""How many bytes of randomness a key is made of."""

_ED25519 = b"\x01"
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_KEY_HASH_SIZE = 4
_MAX_SIGNATURES = 100
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"

# What Go's unicode.IsSpace says of a character; and surrogates, which no UTF-8 has.
_NAME = re.compile(
    r"[^+\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]+"
)
_KEY_HASH = re.compile(r"[0-9A-Fa-f]{8}", re.ASCII)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_LINE_BREAK = re.compile(r"[\r\n]")
# What no note has: control characters, and surrogates.
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name that it goes by.

    Attributes:
        name: The name.
        key_hash: What tells it from other keys of that name, as a number of 32 bits.
        public_key: The key, 32 bytes.
    """

    name: str
    key_hash: int
    public_key: bytes

    @property
    def key(self) -> str:
        """The key as text, as in GOSUMDB."""
        return _format_key(self.name, self.key_hash, self.public_key)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Report whether `signature` is this key's of `text`."""
        if len(signature) != _SIGNATURE_SIZE:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name that it goes by.

    Attributes:
        name: The name.
        key_hash: What tells it from other keys of that name, as a number of 32 bits.
        seed: What the key is made of, 32 secret bytes.
    """

    name: str
    key_hash: int
    seed: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """The key as text, which is a secret."""
        return _PRIVATE + _format_key(self.name, self.key_hash, self.seed)

    @property
    def verifier(self) -> Verifier:
        """The public key of this one."""
        return Verifier(self.name, self.key_hash, _public_key(self.seed))

    def sign(self, text: bytes) -> bytes:
        """Return the signature of `text`, 64 bytes: always the same of the same text."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a note.

    Attributes:
        name: Who has signed.
        key_hash: With which of the keys of that name, as a number of 32 bits.
        base64: The key hash and the signature, as the note has them.
    """

    name: str
    key_hash: int
    base64: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note that a known key has signed.

    Attributes:
        text: The text; it ends in a newline.
        signatures: The verified ones, one a key.
        unverified: Those by unknown keys, each once.
    """

    text: str
    signatures: tuple[Signature, ...]
    unverified: tuple[Signature, ...] = ()


def parse_verifier(text: str) -> Verifier:
    """Return the public key that `text` is.

    Raises:
        NoteError: It is malformed, of an unknown algorithm, or its hash is not that of its key.
    """
    name, key_hash, key = _parse_key(text)
    if key_hash != _hash_key(name, key):
        raise NoteError("invalid verifier hash")
    return Verifier(name, key_hash, _of_ed25519(key))


def parse_signer(text: str) -> Signer:
    """Return the private key that `text` is.

    Raises:
        NoteError: It is malformed, of an unknown algorithm, or its hash is not that of its key.
    """
    if not text.startswith(_PRIVATE):
        raise NoteError("malformed verifier id")
    name, key_hash, key = _parse_key(text.removeprefix(_PRIVATE))
    signer = make_signer(name, _of_ed25519(key))
    if key_hash != signer.key_hash:
        raise NoteError("invalid verifier hash")
    return signer


def make_signer(name: str, seed: bytes) -> Signer:
    """Return a new private key.

    Args:
        name: The name that it goes by.
        seed: What the key is made of: 32 bytes that nobody can guess.

    Raises:
        NoteError: `name` is none that a key may have, or `seed` has another size.
    """
    if not _NAME.fullmatch(name):
        raise NoteError(f"invalid signer name {name!r}")
    if len(seed) != SEED_SIZE:
        raise NoteError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
    return Signer(name, _hash_key(name, _ED25519 + _public_key(seed)), seed)


def open_note(message: bytes, verifiers: Iterable[Verifier]) -> Note:
    """Return the note that `message` is, once a known key turns out to have signed it.

    Args:
        message: The note with its signatures.
        verifiers: The known keys.

    Raises:
        NoteError: `message` is no note, a known key has not signed it although it says so, two of
            the known keys have the name and the hash of a signature, or no known key has signed.
    """
    text, signatures = _parse(message)
    known = _by_key(verifiers)
    verified: dict[tuple[str, int], Signature] = {}
    unverified: dict[Signature, None] = {}
    for signature in signatures:
        key = signature.name, signature.key_hash
        if key not in known:
            unverified[signature] = None
        elif key not in verified:
            _check_signature(known[key], signature, text)
            verified[key] = signature
    if not verified:
        raise NoteError("note has no verifiable signatures")
    return Note(text, tuple(verified.values()), tuple(unverified))


def note_text(message: bytes) -> str:
    """Return the text of a note, whoever has signed it.

    Raises:
        NoteError: `message` is no note.
    """
    return _parse(message)[0]


def sign_note(text: str, signers: Iterable[Signer]) -> bytes:
    """Return the note of `text`, signed by all of `signers` in their order.

    Raises:
        NoteError: `text` does not end in a newline, or no note may have it.
    """
    if not text.endswith("\n") or _UNFIT.search(text):
        raise NoteError("malformed note")
    data = text.encode()
    lines = [
        f"{_DASH}{signer.name} {_encode(_pack(signer.key_hash) + signer.sign(data))}\n"
        for signer in signers
    ]
    return data + "".join(["\n", *lines]).encode()


def _parse(message: bytes) -> tuple[str, list[Signature]]:
    """Return the text of a note and its signatures, verified or not."""
    try:
        whole = message.decode()
    except UnicodeDecodeError:
        raise NoteError("malformed note") from None
    text, blank_line, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    # The last line ends in a newline, so nothing follows it.
    ends = blank_line and lines.pop() == ""
    if not ends or not 1 <= len(lines) <= _MAX_SIGNATURES or _UNFIT.search(whole):
        raise NoteError("malformed note")
    signatures = [_parse_signature(line) for line in lines]
    return f"{text}\n", signatures


def _parse_signature(line: str) -> Signature:
    name, _, base64 = line.removeprefix(_DASH).partition(" ")
    data = _decode(base64)
    fits = line.startswith(_DASH) and _NAME.fullmatch(name)
    if not fits or data is None or len(data) <= _KEY_HASH_SIZE:
        raise NoteError("malformed note")
    return Signature(name, int.from_bytes(data[:_KEY_HASH_SIZE], "big"), base64)


def _by_key(verifiers: Iterable[Verifier]) -> dict[tuple[str, int], list[Verifier]]:
    known = defaultdict(list)
    for verifier in verifiers:
        known[verifier.name, verifier.key_hash].append(verifier)
    return dict(known)


def _check_signature(known: Sequence[Verifier], signature: Signature, text: str) -> None:
    shown = f"{signature.name}+{signature.key_hash:08x}"
    if len(known) > 1:
        raise NoteError(f"ambiguous key {shown}")
    data = b64decode(signature.base64)[_KEY_HASH_SIZE:]
    if not known[0].verify(text.encode(), data):
        raise NoteError(f"invalid signature for key {shown}")


def _parse_key(text: str) -> tuple[str, int, bytes]:
    """Return the name, the hash and the bytes of a key: its algorithm, then the key itself."""
    name, _, rest = text.partition("+")
    key_hash, _, base64 = rest.partition("+")
    key = _decode(base64)
    if not _NAME.fullmatch(name) or not _KEY_HASH.fullmatch(key_hash) or not key:
        raise NoteError("malformed verifier id")
    return name, int(key_hash, 16), key


def _of_ed25519(key: bytes) -> bytes:
    """Return a key without its algorithm, which must be Ed25519."""
    if not key.startswith(_ED25519):
        raise NoteError("unknown verifier algorithm")
    if len(key) != len(_ED25519) + _KEY_SIZE:
        raise NoteError("malformed verifier id")
    return key.removeprefix(_ED25519)


def _public_key(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _hash_key(name: str, key: bytes) -> int:
    digest = sha256(name.encode() + b"\n" + key).digest()
    return int.from_bytes(digest[:_KEY_HASH_SIZE], "big")


def _format_key(name: str, key_hash: int, key: bytes) -> str:
    return f"{name}+{key_hash:08x}+{_encode(_ED25519 + key)}"


def _pack(key_hash: int) -> bytes:
    return key_hash.to_bytes(_KEY_HASH_SIZE, "big")


def _encode(data: bytes) -> str:
    return b64encode(data).decode()


def _decode(base64: str) -> bytes | None:
    """Return the bytes of `base64`, which must have its padding; None if it is malformed."""
    digits = _LINE_BREAK.sub("", base64)
    return b64decode(digits) if _BASE64.fullmatch(digits) else None
