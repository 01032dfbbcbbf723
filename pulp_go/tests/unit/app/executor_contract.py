"""What every executor must do with units of work; each runs these same functions.

An executor is made with a `progress` and has `run(units)`. The functions here take what makes one,
a unit that works against the scripted upstream, and that upstream.
"""

from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.tests.unit.app.modules import GO_MOD, INFO, ONE, ONE_H1, PATH, module_zip


def serve_one(upstream):
    """Let the upstream have example.com/one@v1.0.0."""
    upstream.says(f"{PATH}.info", INFO)
    upstream.says(f"{PATH}.mod", GO_MOD)
    upstream.says(f"{PATH}.zip", module_zip(ONE))


def wanting(unit, module, *versions, queries=()):
    """Return a unit for other versions of a module, with their zips."""
    rows = [[version, True, "", ""] for version in versions]
    return unit | {"module": module, "versions": rows, "queries": list(queries)}


def gives_one_result_per_unit(make, unit, upstream):
    serve_one(upstream)
    there = wanting(unit, "example.com/one", "v1.0.0")
    missing = wanting(unit, "example.com/none", "v1.0.0", "v1.1.0")
    results = sorted(
        make(lambda counts: None).run([there, missing]), key=lambda r: len(r["failed"])
    )
    assert [len(result["added"]) for result in results] == [1, 0]
    assert str(ModuleVersion.objects.get(h1=ONE_H1).pk) == results[0]["added"][0]
    codes = sorted(failure[:3] for failure in results[1]["failed"])
    assert codes == [
        ["example.com/none", "v1.0.0", "GO0002"],
        ["example.com/none", "v1.1.0", "GO0002"],
    ]


def tells_the_counts_at_the_end(make, unit, upstream):
    serve_one(upstream)
    told = []
    make(told.append).run([wanting(unit, "example.com/one", "v1.0.0", "v1.1.0")])
    assert told[-1] == {"planned": 2, "downloaded": 1, "verified": 1, "failed": 1}


def does_twice_what_it_does_once(make, unit, upstream):
    serve_one(upstream)
    one = wanting(unit, "example.com/one", "v1.0.0")
    first = make(lambda counts: None).run([one])
    asked = len(upstream.log)
    second = make(lambda counts: None).run([one])
    assert first[0]["added"] == second[0]["added"]
    assert second[0]["counts"] == {"planned": 1}
    assert (asked, len(upstream.log)) == (3, 3)


def needs_no_units(make, unit, upstream):
    assert make(lambda counts: None).run([]) == []


CONTRACT = [
    gives_one_result_per_unit,
    tells_the_counts_at_the_end,
    does_twice_what_it_does_once,
    needs_no_units,
]
