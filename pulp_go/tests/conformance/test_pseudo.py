from datetime import datetime

from pulp_go.gomod import pseudo
from pulp_go.gomod.errors import InvalidVersionError


def or_error(function, version):
    """Return what `function` makes of `version`, or None where it refuses it."""
    try:
        return function(version)
    except InvalidVersionError:
        return None


def test_build(cases):
    differences = [
        case
        for case in cases("pseudo.json", "build")
        if pseudo.pseudo_version(
            case["Major"], case["Older"], datetime.fromisoformat(case["Time"]), case["Rev"]
        )
        != case["Version"]
    ]
    assert not differences


def test_parse(cases):
    differences = []
    for case in cases("pseudo.json", "parse"):
        version = case["Version"]
        found = (
            pseudo.is_pseudo_version(version),
            or_error(pseudo.pseudo_version_base, version),
            or_error(pseudo.pseudo_version_time, version),
            or_error(pseudo.pseudo_version_rev, version),
        )
        wanted = (
            case["Is"],
            None if case["BaseErr"] else case["Base"],
            None if case["TimeErr"] else datetime.fromisoformat(case["Time"]),
            None if case["RevErr"] else case["Rev"],
        )
        if found != wanted:
            differences.append((case, found))
    assert not differences
