"""What the closure of a go.mod has to hold, judged by what real commands asked for."""

from pulp_go.gomod import modfile
from pulp_go.gomod.mainmodules import MainModules
from pulp_go.gomod.modgraph import Closure

# The command that began with the go.mod as it was given. It adds requirements: those are no part of
# the closure of what was given, but of what it wrote.
ADDS = "go mod tidy (from initial)"


def closure_of(go_mod, modules):
    """Return the closure of a main module, fed with all that it misses."""
    closure = Closure([MainModules([modfile.parse(go_mod.encode())])])
    missing = closure.missing()
    while missing:
        path, version = missing.pop()
        missing |= closure.feed(path, version, modules[f"{path}@{version}"]["mod"].encode())
    assert not closure.missing()
    return closure


def texts(module_versions):
    return {str(each) for each in module_versions}


def closures(case, modules):
    """Return the closure of a case before `go mod tidy`, and after it."""
    return (closure_of(case[name], modules) for name in ("initial_go_mod", "tidy_go_mod"))


def asked(case):
    """Yield each command of a case, and what it asked for."""
    for command, observed in case["commands"].items():
        requests = {kind: set(names) for kind, names in observed["requests"].items()}
        yield command, requests


def test_what_commands_ask_for_is_in_the_closure(cases, count):
    modules = cases("closure.json", "modules")
    checks = 0
    for case in cases("closure.json", "cases"):
        untidy, tidy = closures(case, modules)
        for command, requests in asked(case):
            used = {"untidy: go mod graph": [untidy], ADDS: [untidy, tidy]}.get(command, [tidy])
            zips = texts(set().union(*(closure.zips() for closure in used)))
            units = zips | texts(set().union(*(closure.go_mods() for closure in used)))
            assert requests["mod"] <= units, (case["name"], command)
            assert requests["info"] <= units, (case["name"], command)
            assert requests["zip"] <= zips, (case["name"], command)
            # The list of a module in the closure, and of each prefix of its path: only for those
            # that are to be found.
            assert command == ADDS or not requests["list"] | requests["latest"]
            checks += 1
    count("closure.json commands", checks)


def test_the_closure_is_no_more_than_is_asked_for(cases):
    modules = cases("closure.json", "modules")
    for case in cases("closure.json", "cases"):
        untidy, tidy = closures(case, modules)
        requests = dict(asked(case))
        assert texts(untidy.go_mods()) == requests["untidy: go mod graph"]["mod"], case["name"]
        assert texts(tidy.go_mods()) == requests["go mod graph"]["mod"], case["name"]
        assert texts(tidy.zips()) == requests["go mod download all"]["zip"], case["name"]


def test_build_lists(cases):
    modules = cases("closure.json", "modules")
    for case in cases("closure.json", "cases"):
        _, tidy = closures(case, modules)
        wanted = case["commands"]["go list -m all"]["build_list"]
        found = [" ".join(filter(None, each)) for each in tidy.graphs[0].build_list()]
        assert found == [line.partition(" => ")[0] for line in wanted], case["name"]


def test_what_go_sum_names_is_in_the_closure(cases):
    modules = cases("closure.json", "modules")
    for case in cases("closure.json", "cases"):
        _, tidy = closures(case, modules)
        lines = [line.split()[:2] for line in case["tidy_go_sum"].splitlines()]
        plain = {f"{path}@{version}" for path, version in lines if "/" not in version}
        go_mods = {f"{path}@{version.removesuffix('/go.mod')}" for path, version in lines}
        assert plain <= texts(tidy.zips()), case["name"]
        assert go_mods <= texts(tidy.zips() | tidy.go_mods()), case["name"]
