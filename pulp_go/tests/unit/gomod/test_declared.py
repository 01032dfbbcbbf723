"""The rows are derived by hand from the rules of cmd/go: go.dev/ref/mod, go.dev/issue/34254."""

import pytest

from pulp_go.gomod.declared import check_go_mod, fits
from pulp_go.gomod.errors import DeclaredPathError

FITS = [
    # module, declared, fits
    ("example.com/m", "example.com/m", True),
    ("example.com/m", "example.com/other", True),
    ("example.com/m", "example.com/m/v2", False),
    ("example.com/m", "gopkg.in/m.v1", True),
    ("example.com/m", "gopkg.in/m.v3", True),
    ("example.com/m", "example.com/m/v1", False),
    ("example.com/m", "example.com/m.v2", True),
    ("example.com/m/v2", "example.com/m/v2", True),
    ("example.com/m/v2", "example.com/other/v2", True),
    ("example.com/m/v2", "example.com/m", False),
    ("example.com/m/v2", "example.com/m/v3", False),
    ("example.com/m/v2", "gopkg.in/m.v2", True),
    ("example.com/m/v2", "gopkg.in/m.v2-unstable", True),
    ("example.com/m/v2", "gopkg.in/m.v3", False),
    ("gopkg.in/m.v2", "gopkg.in/m.v2", True),
    ("gopkg.in/m.v2", "example.com/m/v2", True),
    ("gopkg.in/m.v1", "gopkg.in/m.v1", True),
    ("gopkg.in/m.v1", "example.com/m", False),
    ("example.com/m/v2", "example.com/m/v2\n", False),
    ("example.com/m/v2", "example.com/m/v٢", False),
]


@pytest.mark.parametrize(("module", "declared", "wanted"), FITS)
def test_only_major_versions_are_compared(module, declared, wanted):
    assert fits(declared, module) is wanted


REFUSED = [
    ("example.com/m", "v1.0.0", b"", "", "no module path"),
    ("example.com/m", "v1.0.0", b"go 1.21\n", "", "no module path"),
    ("example.com/m", "v2.0.0+incompatible", b"module example.com/m\n", "example.com/m", "allowed"),
    ("example.com/m", "v1.0.0", b"module example.com/m/v2\n", "example.com/m/v2", "major version"),
    ("example.com/m/v2", "v2.0.0", b'module "example.com/m"\n', "example.com/m", "major version"),
]


@pytest.mark.parametrize(("module", "version", "go_mod", "declared", "words"), REFUSED)
def test_refusals_name_what_is_declared(module, version, go_mod, declared, words):
    with pytest.raises(DeclaredPathError, match=words) as error:
        check_go_mod(module, version, go_mod)
    assert error.value.declared == declared
    assert declared in str(error.value)
    assert words in error.value.reason


def test_a_fork_keeps_the_path_that_it_stands_in_for():
    check_go_mod("example.com/fork", "v1.0.0", b"module example.com/m\n")
