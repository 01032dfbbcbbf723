from pulp_go.gomod import semver


def test_parse(cases):
    differences = [
        case
        for case in cases("semver.json", "parse")
        if (
            semver.is_valid(case["In"]),
            semver.canonical(case["In"]),
            semver.major(case["In"]),
            semver.major_minor(case["In"]),
            semver.prerelease(case["In"]),
            semver.build(case["In"]),
        )
        != (
            case["Valid"],
            case["Canonical"],
            case["Major"],
            case["MajorMinor"],
            case["Prerelease"],
            case["Build"],
        )
    ]
    assert not differences


def test_compare(cases):
    differences = [
        case
        for case in cases("semver.json", "compare")
        if semver.compare(case["A"], case["B"]) != case["Cmp"]
    ]
    assert not differences


def test_sort_key_orders_as_compare(cases):
    differences = [
        case
        for case in cases("semver.json", "compare")
        if case["Cmp"]
        and (semver.sort_key(case["A"]) < semver.sort_key(case["B"])) != (case["Cmp"] < 0)
    ]
    assert not differences


def test_sort(cases):
    sort = cases("semver.json", "sort")
    assert sorted(sort["in"], key=semver.sort_key) == sort["out"]
