from base64 import b64decode

from pulp_go.gomod.errors import NoteError
from pulp_go.gomod.note import open_note, parse_signer, parse_verifier, sign_note


def test_verifier_keys(cases):
    differences = []
    for case in cases("note.json", "verifier_keys"):
        try:
            verifier = parse_verifier(case["Key"])
        except NoteError as error:
            found = False, error.reason, "", 0
        else:
            found = True, "", verifier.name, verifier.key_hash
            assert parse_verifier(verifier.key) == verifier
        if found != (case["OK"], case["Err"], case["Name"], case["Hash"]):
            differences.append((case, found))
    assert not differences


def test_signer_keys(cases):
    differences = []
    for case in cases("note.json", "signer_keys"):
        try:
            signer = parse_signer(case["Key"])
        except NoteError as error:
            found = False, error.reason, ""
        else:
            found = True, "", signer.verifier.key
            assert signer.key == case["Key"]
        if found != (case["OK"], case["Err"], case["VKey"]):
            differences.append((case, found))
    assert not differences


def as_given(signatures):
    return [{"Name": s.name, "Hash": s.key_hash, "Base64": s.base64} for s in signatures]


def test_open(cases):
    differences = []
    for case in cases("note.json", "open"):
        message = b64decode(case["MsgB64"]) if "MsgB64" in case else case["Msg"].encode()
        verifiers = [parse_verifier(key) for key in case["Keys"]]
        try:
            note = open_note(message, verifiers)
        except NoteError as error:
            if error.reason != case["Err"]:
                differences.append((case, error.reason))
            continue
        found = "", note.text, as_given(note.signatures), as_given(note.unverified)
        if found != (case["Err"], case["Text"], case["Sigs"] or [], case["Unver"] or []):
            differences.append((case, found))
    assert not differences


def test_sign(cases):
    for case in cases("note.json", "sign"):
        assert sign_note(case["Text"], [parse_signer(case["Key"])]).decode() == case["Msg"]
