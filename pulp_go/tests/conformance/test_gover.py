import pytest

from pulp_go.gomod import gover


def test_compare(cases):
    differences = [
        case
        for case in cases("gover.json", "compare")
        if gover.compare(case["A"], case["B"]) != case["Cmp"]
    ]
    assert not differences


def test_sort_key_orders_as_compare(cases):
    differences = []
    for case in cases("gover.json", "compare"):
        a, b = gover.sort_key(case["A"]), gover.sort_key(case["B"])
        if (a > b) - (a < b) != case["Cmp"]:
            differences.append(case)
    assert not differences


@pytest.mark.parametrize(
    ("function", "field"),
    [
        (gover.is_valid, "valid"),
        (gover.is_lang, "islang"),
        (gover.is_prerelease, "prerelease"),
        (gover.lang, "lang"),
        (gover.prev, "prev"),
    ],
)
def test_single(cases, function, field):
    differences = [
        case for case in cases("gover.json", "single") if function(case["v"]) != case[field]
    ]
    assert not differences


def test_from_toolchain(cases):
    differences = [
        case
        for case in cases("gover.json", "from_toolchain")
        if gover.from_toolchain(case["toolchain"]) != case["version"]
    ]
    assert not differences


def test_go_mod_lookup(cases):
    differences = [
        case
        for case in cases("gover.json", "gomod_lookup")
        if gover.go_mod_lookup(case["Data"].encode(), case["Key"]) != case["Val"]
    ]
    assert not differences
