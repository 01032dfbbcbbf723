import re

from pulp_go.gomod import mvs
from pulp_go.gomod.mvs import ModuleVersion

# "B1" is version 1 of B, "A" a main module, "Anone" the absence of A.
NODE = re.compile(r"([A-Z])(none|[0-9](?:\.hidden)?)?", re.ASCII)


def module_version(node):
    path, version = NODE.fullmatch(node).groups()
    return ModuleVersion(
        path, f"v{version[0]}.0.0" if version not in (None, "none") else version or ""
    )


def test_build_lists(cases, count):
    built = 0
    for case in cases("mvs.json", "cases"):
        requires = {
            module_version(node): [module_version(each) for each in listed]
            for node, listed in case["reqs"].items()
        }

        def required(path, version, requires=requires):
            return requires.get((path, version), [])

        for op in case["ops"]:
            if op["op"] == "build":
                wanted = tuple(map(module_version, op["want"]))
                targets = map(module_version, op["args"])
                assert mvs.build_list(targets, required) == wanted, (case["name"], op)
                built += 1
    count("mvs.json build", built)
