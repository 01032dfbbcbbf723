import base64
from collections.abc import Callable

from pulp_go.gomod import module
from pulp_go.gomod.errors import GoModError


def passes(check: Callable[..., object], *args: str) -> bool:
    """Report whether `check` takes `args` without an error."""
    try:
        check(*args)
    except GoModError:
        return False
    return True


def or_empty(function: Callable[[str], str], text: str) -> str:
    """Return what `function` makes of `text`, or "" where it refuses it, as the vectors have it."""
    try:
        return function(text)
    except GoModError:
        return ""


def test_paths(cases):
    differences = []
    for case in cases("module.json", "paths"):
        path = base64.b64decode(case["path_b64"]).decode("utf-8", "surrogateescape")
        found = (
            passes(module.check_path, path),
            passes(module.check_import_path, path),
            passes(module.check_file_path, path),
            or_empty(module.escape_path, path),
        )
        if found != (case["Module"], case["Import"], case["File"], case["Escaped"]):
            differences.append((case, found))
    assert not differences


def test_split_path_version(cases):
    differences = []
    for case in cases("module.json", "paths"):
        data = base64.b64decode(case["path_b64"])
        if data == b"x.y/\xffz":  # a named difference, see conftest.py
            continue
        found = module.split_path_version(data.decode())
        if found != (case["Prefix"], case["PathMajor"], case["SplitOK"]):
            differences.append((case, found))
    assert not differences


def test_check(cases):
    differences = [
        case
        for case in cases("module.json", "check")
        if passes(module.check, case["Path"], case["Version"]) != case["OK"]
    ]
    assert not differences


def test_unescape_path(cases):
    differences = [
        case
        for case in cases("module.json", "unescape_path")
        if (
            passes(module.unescape_path, case["Escaped"]),
            or_empty(module.unescape_path, case["Escaped"]),
        )
        != (case["OK"], case["Path"])
    ]
    assert not differences


def test_escape_version(cases):
    differences = [
        case
        for case in cases("module.json", "escape_version")
        if (
            passes(module.escape_version, case["Version"]),
            or_empty(module.escape_version, case["Version"]),
        )
        != (case["OK"], case["Escaped"])
    ]
    assert not differences


def test_unescape_version(cases):
    differences = [
        case
        for case in cases("module.json", "unescape_version")
        if (
            passes(module.unescape_version, case["Escaped"]),
            or_empty(module.unescape_version, case["Escaped"]),
        )
        != (case["OK"], case["Version"])
    ]
    assert not differences


def test_match_path_major(cases):
    differences = [
        case
        for case in cases("module.json", "match_path_major")
        if {
            module.match_path_major(case["Version"], case["PathMajor"]),
            passes(module.check_path_major, case["Version"], case["PathMajor"]),
        }
        != {case["Want"]}
    ]
    assert not differences


def test_match_prefix_patterns(cases):
    differences = [
        case
        for case in cases("module.json", "match_prefix_patterns")
        if module.match_prefix_patterns(case["Globs"], case["Target"]) != case["Want"]
    ]
    assert not differences


def test_canonical_version(cases):
    differences = [
        case
        for case in cases("module.json", "canonical_version")
        if module.canonical_version(case["In"]) != case["Out"]
    ]
    assert not differences
