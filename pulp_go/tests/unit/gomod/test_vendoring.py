import pytest

from pulp_go.gomod.vendoring import is_vendored_package

VENDORED_PACKAGES = [
    # path, whether it is vendored by go 1.23, and by go 1.24
    ("vendor/a/b.go", True, True),
    ("vendor/a/b/c.go", True, True),
    ("vendor/a", False, False),
    ("vendor/modules.txt", False, True),
    ("vendor/modules.txt/a", True, True),
    ("vendor/a/modules.txt", True, True),
    ("vendor/modules.txt\n", False, False),
    ("vendor/vendor/a", True, True),
    ("a/vendor/modules.txt", True, False),
    ("a/vendor/b.go", True, False),
    ("a/vendor/b/c.go", True, True),
    ("a/vendor/b/vendor/c", True, True),
    ("long/path/to/vendor/b.go", True, False),
    ("abcdefgh/vendor/b.go", True, False),
    ("١/vendor/b.go", True, False),
    ("vendor", False, False),
    ("a/vendor", False, False),
    ("vendored/a/b", False, False),
    ("a/vendored/b/c", False, False),
    ("avendor/b/c", False, False),
    ("modules.txt", False, False),
    ("a.go", False, False),
]


@pytest.mark.parametrize(("name", "old", "new"), VENDORED_PACKAGES)
def test_is_vendored_package(name, old, new):
    for version in ("", "1", "1.2", "1.23", "1.23.9", "1.23\n", "1.2٤"):
        assert is_vendored_package(name, version) is old
    for version in ("1.24", "1.24rc1", "1.24.0", "1.25", "2.0"):
        assert is_vendored_package(name, version) is new
