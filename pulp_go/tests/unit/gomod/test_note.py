"""Signed notes and their keys. The keys and signatures are of x/mod's own tests."""

from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from pulp_go.gomod.errors import NoteError
from pulp_go.gomod.note import (
    Note,
    Signature,
    make_signer,
    note_text,
    open_note,
    parse_signer,
    parse_verifier,
    sign_note,
)

PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETER, ENOCH = parse_verifier(PETER_KEY), parse_verifier(ENOCH_KEY)
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ED25519 = b"\x01"

TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_BASE64 = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
ENOCH_BASE64 = (
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
)
PETER_LINE = f"— PeterNeumann {PETER_BASE64}\n"
ENOCH_LINE = f"— EnochRoot {ENOCH_BASE64}\n"
BY_PETER = Signature("PeterNeumann", 0xC74F20A3, PETER_BASE64)
BY_ENOCH = Signature("EnochRoot", 0xAF0CFE78, ENOCH_BASE64)


def test_a_key_is_read_and_written():
    assert (PETER.name, PETER.key_hash, PETER.key) == ("PeterNeumann", 0xC74F20A3, PETER_KEY)
    signer = parse_signer(PETER_SECRET)
    assert (signer.key, signer.verifier) == (PETER_SECRET, PETER)
    # An early hash begins with a zero.
    short = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6"
    assert parse_verifier(short).key == short


@pytest.mark.parametrize("text", [PETER_KEY.replace("c74f20a3", "C74F20A3"), f"{PETER_KEY}\n"])
def test_a_key_may_be_written_in_other_ways(text):
    assert parse_verifier(text) == PETER


def with_key(data):
    return f"PeterNeumann+c74f20a3+{b64encode(data).decode()}"


NO_VERIFIERS = [
    ("", "malformed verifier id"),
    ("PeterNeumann", "malformed verifier id"),
    ("PeterNeumann+c74f20a3", "malformed verifier id"),
    ("PeterNeumann+c74f20a3+", "malformed verifier id"),
    ("PeterNeumann+c74f20a3+ARpc", "invalid verifier hash"),
    (with_key(PETER.public_key), "invalid verifier hash"),
    (PETER_KEY[:-1], "malformed verifier id"),
    (f"{PETER_KEY}=", "malformed verifier id"),
    (f"{PETER_KEY}١", "malformed verifier id"),
    (PETER_KEY.replace("c74f20a3", "c74f20a"), "malformed verifier id"),
    (PETER_KEY.replace("c74f20a3", "c74f20a3\n"), "malformed verifier id"),
    (PETER_KEY.replace("c74f20a3", "+74f20a3"), "malformed verifier id"),
    (PETER_KEY.replace("c74f20a3", "١٢٣٤٥٦٧٨"), "malformed verifier id"),
    (PETER_KEY.replace("c74f20a3", "c74f20a4"), "invalid verifier hash"),
    (PETER_KEY.replace("Peter", "Enoch"), "invalid verifier hash"),
    (PETER_KEY.replace("Peter", ""), "invalid verifier hash"),
    (PETER_KEY.replace("Peter", "Peter "), "malformed verifier id"),
    (PETER_KEY.replace("Peter", "Peter\u2003"), "malformed verifier id"),
    (PETER_KEY.replace("Peter", "Peter\ud800"), "malformed verifier id"),
    (PETER_KEY.replace("PeterNeumann", ""), "malformed verifier id"),
    # Hashes that fit, of a key of an algorithm that is not known, and of one that is too short.
    ("a+1a137d52+Ag==", "unknown verifier algorithm"),
    ("a+85906f86+AQI=", "malformed verifier id"),
]


@pytest.mark.parametrize("text, reason", NO_VERIFIERS)
def test_no_verifier(text, reason):
    with pytest.raises(NoteError) as caught:
        parse_verifier(text)
    assert caught.value.reason == reason


NO_SIGNERS = [
    ("", "malformed verifier id"),
    (PETER_SECRET.removeprefix("PRIVATE+"), "malformed verifier id"),
    (PETER_SECRET.removeprefix("PRIVATE+KEY+"), "malformed verifier id"),
    (PETER_SECRET.replace("c74f20a3", "c75020a3"), "invalid verifier hash"),
    (f"PRIVATE+KEY+{PETER_KEY}", "invalid verifier hash"),
    (f"PRIVATE+KEY+{with_key(b'')}", "malformed verifier id"),
    (f"PRIVATE+KEY+{with_key(SEED)}", "unknown verifier algorithm"),
    (f"PRIVATE+KEY+{with_key(ED25519 + SEED[1:])}", "malformed verifier id"),
    (PETER_SECRET.replace("Peter", "Peter\n"), "malformed verifier id"),
    (PETER_SECRET.replace("c74f20a3", "c74f20a١"), "malformed verifier id"),
]


@pytest.mark.parametrize("text, reason", NO_SIGNERS)
def test_no_signer(text, reason):
    with pytest.raises(NoteError) as caught:
        parse_signer(text)
    assert caught.value.reason == reason


def test_a_key_is_made_of_a_name_and_a_seed():
    assert make_signer("PeterNeumann", SEED).key == PETER_SECRET


def test_a_secret_is_not_shown():
    assert "seed" not in repr(parse_signer(PETER_SECRET))


BAD_NAMES = ["", "a b", "a+b", "a\n", "a\x85", "a\xa0", "a\u1680", "a\u2028", "a\u3000", "\udfff"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_has_neither_white_space_nor_plus(name):
    with pytest.raises(NoteError, match="invalid signer name"):
        make_signer(name, SEED)


@pytest.mark.parametrize("name", ["١", "a/b", "a\x1c", "\u200b"])
def test_any_other_name_will_do(name):
    assert parse_signer(make_signer(name, SEED).key).name == name


@pytest.mark.parametrize("seed", [b"", SEED[1:], SEED + b"\n"])
def test_a_seed_has_32_bytes(seed):
    with pytest.raises(NoteError, match="32 bytes"):
        make_signer("a", seed)


NOTES = [
    (PETER_LINE, [PETER], (BY_PETER,), ()),
    (PETER_LINE + ENOCH_LINE, [PETER], (BY_PETER,), (BY_ENOCH,)),
    (PETER_LINE + ENOCH_LINE, [ENOCH, PETER], (BY_PETER, BY_ENOCH), ()),
    (ENOCH_LINE * 2 + PETER_LINE, [PETER], (BY_PETER,), (BY_ENOCH,)),
    (PETER_LINE * 100, [PETER], (BY_PETER,), ()),
    # Of what one key has signed, only the first counts, and only that is looked at.
    (PETER_LINE + "— PeterNeumann x08go/ZJ\n", [PETER], (BY_PETER,), ()),
    # A key that is there twice does no harm as long as it is not asked for.
    (PETER_LINE, [ENOCH, PETER, ENOCH], (BY_PETER,), ()),
]


@pytest.mark.parametrize("lines, known, verified, unverified", NOTES)
def test_a_note_opens(lines, known, verified, unverified):
    message = f"{TEXT}\n{lines}".encode()
    assert open_note(message, known) == Note(TEXT, verified, unverified)
    assert note_text(message) == TEXT


NO_NOTES = [
    "",
    "\n",
    "\n\n",
    TEXT,
    f"{TEXT}\n",
    f"{TEXT}\n\n",
    f"{TEXT}{PETER_LINE}",
    f"\n{PETER_LINE}",
    f"{TEXT}\n{PETER_LINE}".removesuffix("\n"),
    f"{TEXT}\n{PETER_LINE}\n",
    f"{TEXT}\n{PETER_LINE}more\n",
    f"{TEXT}\n{PETER_LINE * 101}",
    f"{TEXT}\n{ENOCH_LINE * 101}",
    f"\0{TEXT}\n{PETER_LINE}",
    f"\t{TEXT}\n{PETER_LINE}",
    f"{TEXT}\r\n\n{PETER_LINE}",
    f"{TEXT}\n{PETER_LINE}".replace("— ", "- "),
    f"{TEXT}\n{PETER_LINE}".replace("— ", "—"),
    f"{TEXT}\n{PETER_LINE}".replace("PeterNeumann ", ""),
    f"{TEXT}\n{PETER_LINE}".replace("PeterNeumann", ""),
    f"{TEXT}\n{PETER_LINE}".replace("PeterNeumann", "Peter+Neumann"),
    f"{TEXT}\n{PETER_LINE}".replace("PeterNeumann", "Peter\xa0Neumann"),
    f"{TEXT}\n{PETER_LINE}".replace("x08go", "x08go "),
    f"{TEXT}\n{PETER_LINE}".replace("x08go", "x08go\r"),
    f"{TEXT}\n{PETER_LINE}".replace("x08go", "x08g\n"),
    f"{TEXT}\n{PETER_LINE}".replace("x08go", "x08g١"),
    f"{TEXT}\n{PETER_LINE}".replace("nAM=", "nAM"),
    f"{TEXT}\n{PETER_LINE}".replace("nAM=", "nAM=="),
    f"{TEXT}\n— PeterNeumann\n",
    f"{TEXT}\n— PeterNeumann \n",
    f"{TEXT}\n— PeterNeumann x08gow==\n",
]


@pytest.mark.parametrize("text", NO_NOTES)
def test_no_note(text):
    for read in (lambda message: open_note(message, [PETER, ENOCH]), note_text):
        with pytest.raises(NoteError, match=r"^malformed note\Z"):
            read(text.encode())


@pytest.mark.parametrize("message", [b"\xff", b"\xed\xa0\x80\n\n", bytes(range(256)), b"\xc0\x80"])
def test_bytes_that_are_no_text_are_no_note(message):
    with pytest.raises(NoteError, match="malformed note"):
        open_note(message, [])


BAD_SIGNATURES = [
    (f"more\n{TEXT}\n{PETER_LINE}", [PETER], "invalid signature for key PeterNeumann+c74f20a3"),
    (f"{TEXT}\n\n{PETER_LINE}", [PETER], "invalid signature for key PeterNeumann+c74f20a3"),
    (f"{TEXT}\n— PeterNeumann x08go/ZJ\n", [PETER], "invalid signature for key PeterNeumann"),
    # The signature of Enoch is no help.
    (
        f"{TEXT}\n{ENOCH_LINE}{PETER_LINE.replace('nAM=', 'nAQ=')}",
        [PETER, ENOCH],
        "invalid signature for key PeterNeumann+c74f20a3",
    ),
    (f"{TEXT}\n{PETER_LINE}", [PETER, PETER], "ambiguous key PeterNeumann+c74f20a3"),
    (f"{TEXT}\n{PETER_LINE}", [], "note has no verifiable signatures"),
    (f"{TEXT}\n{PETER_LINE}", [ENOCH], "note has no verifiable signatures"),
]


@pytest.mark.parametrize("text, known, reason", BAD_SIGNATURES)
def test_a_note_that_is_not_signed_does_not_open(text, known, reason):
    with pytest.raises(NoteError) as caught:
        open_note(text.encode(), known)
    assert caught.value.reason.startswith(reason)


def test_a_key_that_is_no_point_verifies_nothing():
    for key in (b"\xff" * 32, bytes(32)):
        assert not replace(PETER, public_key=key).verify(TEXT.encode(), b64decode(PETER_BASE64)[4:])


def test_a_note_is_signed():
    signer = parse_signer(PETER_SECRET)
    assert sign_note(TEXT, [signer]) == f"{TEXT}\n{PETER_LINE}".encode()
    assert sign_note(TEXT, []) == f"{TEXT}\n".encode()
    assert open_note(sign_note("a\n\n١\n", [signer]), [PETER]).text == "a\n\n١\n"


@pytest.mark.parametrize("text", ["", "a", "a\n\n١", "a\0\n", "a\tb\n", "a\r\n", "\ud800\n"])
def test_a_text_that_no_note_has_is_not_signed(text):
    with pytest.raises(NoteError, match="malformed note"):
        sign_note(text, [parse_signer(PETER_SECRET)])
