"""The list of module versions in the REST API: its order and its filters."""

import pytest

from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain
from pulp_go.cli.contexts import PulpGoModuleContentContext

UNITS = [
    ("example.com/Azure/quote", "v1.0.0"),
    ("example.com/a", "v0.9.0"),
    ("example.com/a", "v1.0.0-alpha.9"),
    ("example.com/a", "v1.0.0-alpha.10"),
    ("example.com/a", "v1.0.0"),
    ("example.com/a", "v1.9.0"),
    ("example.com/a", "v1.10.0"),
    ("example.com/a-b", "v1.0.0"),
    ("example.com/a/b", "v1.0.0"),
    ("example.com/a/v2", "v2.0.0"),
]


@pytest.fixture(scope="module")
def held(live_pulp):
    """A workspace, and the hrefs of two repository versions: without and with the second half."""
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        for module, version in reversed(UNITS):
            upstream.tree.add(module, version)
        words = [f"{module}@{version}" for module, version in UNITS]
        repository = pulp.synced(upstream, *words[:5])
        first = pulp.latest(repository)
        pulp.sync(repository, pulp.remote(upstream, *words))
        yield pulp, first, pulp.latest(repository)


def found(held, **filters):
    """Return what the API lists, as module and version."""
    units = held[0].module_versions(**filters)
    return [(unit["module"], unit["version"]) for unit in units]


def test_the_order_is_by_module_and_then_by_gos_version_order(held):
    assert found(held) == UNITS


def test_pages_follow_each_other(held):
    content = PulpGoModuleContentContext(held[0].context)
    pages = [content.list(limit=3, offset=offset, parameters={}) for offset in (0, 3, 6, 9)]
    assert [(unit["module"], unit["version"]) for page in pages for unit in page] == UNITS


FILTERS = [
    ({"module": "example.com/a", "version": "v1.9.0"}, UNITS[5:6]),
    ({"module": "example.com/azure/quote"}, []),
    ({"module__in": ["example.com/a/b", "example.com/a-b"]}, UNITS[7:9]),
    ({"module__startswith": "example.com/a/"}, UNITS[8:]),
    ({"module__startswith": "example.com/A"}, UNITS[:1]),
    ({"version__in": ["v0.9.0", "v2.0.0"]}, [UNITS[1], UNITS[9]]),
    ({"version": "v1.0.0", "module__startswith": "example.com/a"}, [UNITS[4], *UNITS[7:9]]),
]


@pytest.mark.parametrize(("filters", "units"), FILTERS)
def test_filters(held, filters, units):
    assert found(held, **filters) == units


def test_a_repository_version_lists_its_own(held):
    _, first, latest = held
    assert found(held, repository_version=first) == UNITS[:5]
    assert found(held, repository_version=latest) == UNITS
    assert found(held, repository_version=first, module="example.com/a/b") == []


def test_a_repository_version_lists_what_it_added_and_removed(held):
    pulp, first, latest = held
    assert found(held, repository_version_added=first) == UNITS[:5]
    assert found(held, repository_version_added=latest) == UNITS[5:]
    assert found(held, repository_version_removed=latest) == []
    repository = pulp.repository()
    units = [unit["pulp_href"] for unit in pulp.module_versions(module="example.com/a")]
    pulp.modify(repository, add_content_units=units)
    pulp.modify(repository, remove_content_units=units[:2])
    assert found(held, repository_version_removed=pulp.latest(repository)) == UNITS[1:3]
    assert found(held, repository_version_added=pulp.latest(repository)) == []


def test_a_unit_says_which_file_it_has(held):
    (unit,) = held[0].module_versions(module="example.com/a/v2")
    assert unit["artifact"] is not None
    assert unit["declares"] == "example.com/a/v2"
    # Printed by `go mod download -json` of go1.26.8.
    assert (unit["h1"], unit["go_mod_h1"]) == (
        "h1:QsadmA185vC7d0Zkwsq98ANkRBso9opIHbwBnu+j7zE=",
        "h1:cR6oOcBtCNSSvCEh50vZLxD3UQVLaeEXzV8ixPyN4Nc=",
    )
