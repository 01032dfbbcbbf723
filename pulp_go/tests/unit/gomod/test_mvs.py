import pytest

from pulp_go.gomod import mvs
from pulp_go.gomod.mvs import ModuleVersion, Selected

MAIN = ModuleVersion("m.x/m", "")

# path, versions from the lowest to the highest
ORDER = [
    ("a.b/c", ["none", "v1.0.0-rc.1", "v1.0.0", "v1.2.0", "v1.10.0", ""]),
    ("go", ["none", "1.20rc1", "1.20", "1.21", "1.21rc1", "1.21.0", "1.100", ""]),
    ("toolchain", ["default", "go1.21rc1", "go1.21.0-custom", "go1.21.1", "1.22", ""]),
]
EQUAL = [
    ("a.b/c", "v2.0.0", "v2.0.0+incompatible"),
    ("a.b/c", "v1.0.0\n", "v1.0.١"),
    ("a.b/c", "", ""),
    ("go", "1.20", "1.20.0"),
    ("go", "1.21\n", "1.٢١"),
    ("toolchain", "go1.21.0", "1.21.0"),
]


@pytest.mark.parametrize(("path", "versions"), ORDER)
def test_compare(path, versions):
    for i, v in enumerate(versions):
        for j, w in enumerate(versions):
            assert mvs.compare(path, v, w) == (i > j) - (i < j), (v, w)


@pytest.mark.parametrize(("path", "v", "w"), EQUAL)
def test_equal(path, v, w):
    assert mvs.compare(path, v, w) == mvs.compare(path, w, v) == 0


def test_str():
    assert str(ModuleVersion("a.b/c", "v1.0.0")) == "a.b/c@v1.0.0"
    assert str(MAIN) == "m.x/m"


def test_selected():
    selected = Selected([MAIN])
    assert selected["a.b/c"] == "none"
    assert selected.add(ModuleVersion("a.b/c", "v1.9.0"))
    assert selected.add(ModuleVersion("a.b/c", "v1.10.0"))
    assert not selected.add(ModuleVersion("a.b/c", "v1.10.0"))
    assert not selected.add(ModuleVersion("a.b/c", "v1.9.0"))
    assert not selected.add(ModuleVersion("m.x/m", "v9.0.0"))
    assert selected["a.b/c"] == "v1.10.0"
    assert ModuleVersion("a.b/c", "v1.10.0") in selected
    assert ModuleVersion("a.b/c", "v1.9.0") not in selected
    assert ModuleVersion("a.b/d", "v1.0.0") not in selected
    assert selected.build_list() == (MAIN, ModuleVersion("a.b/c", "v1.10.0"))


@pytest.mark.parametrize("versions", [["v2.0.0", "v2.0.0+incompatible"]])
def test_the_order_of_requirements_does_not_matter(versions):
    for each in (versions, versions[::-1]):
        selected = Selected([MAIN])
        for version in each:
            selected.add(ModuleVersion("gopkg.in/c.v2", version))
        assert selected["gopkg.in/c.v2"] == "v2.0.0+incompatible"


# name, what module versions require, targets, build list; each as path@version
BUILDS = [
    ("nothing", {}, "m", "m"),
    ("no target", {}, "", ""),
    (
        "the highest",
        {"m": "a@v1.9.0 b@v1.0.0", "b@v1.0.0": "a@v1.10.0"},
        "m",
        "m a@v1.10.0 b@v1.0.0",
    ),
    ("by path", {"m": "b@v1.0.0 c@v1.0.0 a@v1.0.0"}, "m", "m a@v1.0.0 b@v1.0.0 c@v1.0.0"),
    (
        "what loses counts",
        {"m": "a@v1.0.0 a@v1.1.0", "a@v1.0.0": "b@v1.0.0"},
        "m",
        "m a@v1.1.0 b@v1.0.0",
    ),
    (
        "a cycle through the main module",
        {"m": "a@v1.0.0", "a@v1.0.0": "m@v1.0.0", "m@v1.0.0": "a@v1.1.0 b@v1.0.0"},
        "m",
        "m a@v1.1.0 b@v1.0.0",
    ),
    ("itself", {"m": "a@v1.0.0", "a@v1.0.0": "a@v1.0.0"}, "m", "m a@v1.0.0"),
    ("none", {"m": "a@none b@v1.0.0", "a@none": "c@v1.0.0"}, "m", "m b@v1.0.0"),
    ("go versions", {"m": "go@1.21 go@1.21rc1 go@1.9"}, "m", "m go@1.21rc1"),
    ("two targets", {"z": "a@v1.0.0", "m": "a@v1.1.0 z@v1.0.0"}, "z m", "z m a@v1.1.0"),
]


def nodes(text):
    return [ModuleVersion(*each.partition("@")[::2]) for each in text.split()]


@pytest.mark.parametrize(("name", "requires", "targets", "build_list"), BUILDS)
def test_build_list(name, requires, targets, build_list):
    asked = []

    def required(path, version):
        node = ModuleVersion(path, version)
        asked.append(node)
        return nodes(requires.get(str(node), ""))

    assert mvs.build_list(nodes(targets), required) == tuple(nodes(build_list))
    assert len(asked) == len(set(asked))


def test_a_deep_graph():
    def required(_, version):
        number = int(version[3:-2]) if version else 0
        return [ModuleVersion("a", f"v1.{number + 1}.0")] if number < 20_000 else []

    assert mvs.build_list([MAIN], required)[1] == ModuleVersion("a", "v1.20000.0")


def test_errors_come_through():
    def required(path, version):
        raise LookupError(path)

    with pytest.raises(LookupError, match="m.x/m"):
        mvs.build_list([MAIN], required)
