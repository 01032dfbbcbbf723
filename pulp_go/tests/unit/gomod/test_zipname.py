from io import BytesIO

import pytest

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipname import module_version
from pulp_go.tests.unit.gomod.zips import File, build

NAMES = [
    ("example.com/m@v1.0.0/go.mod", ("example.com/m", "v1.0.0")),
    ("example.com/m/v2@v2.0.0-rc.1/a/b.go", ("example.com/m/v2", "v2.0.0-rc.1")),
    ("rsc.io/quote@v1.5.2+incompatible/", ("rsc.io/quote", "v1.5.2+incompatible")),
    ("rsc.io/quote@v1.0.0/a@v2.0.0/b.go", ("rsc.io/quote", "v1.0.0")),
    ("rsc.io/quote@v1.0.0@v2.0.0/b.go", ("rsc.io/quote", "v1.0.0@v2.0.0")),
    ("rsc.io/quote@v1.0.0\n/b.go", ("rsc.io/quote", "v1.0.0\n")),
    ("rsc.io/quote@v1.0.١/b.go", ("rsc.io/quote", "v1.0.١")),
]
NO_NAMES = ["", "go.mod", "m/go.mod", "m@v1.0.0", "@v1.0.0/go.mod", "m@/go.mod", "m/go.mod@v1\n"]


@pytest.mark.parametrize(("name", "wanted"), NAMES)
def test_the_first_name_tells_module_and_version(name, wanted):
    data = build(File(name), File("another.com/m@v3.0.0/go.mod"))
    assert module_version(BytesIO(data)) == wanted


@pytest.mark.parametrize("name", NO_NAMES)
def test_other_names_tell_nothing(name):
    with pytest.raises(InvalidZipError, match="prefix '<module>@<version>/'") as error:
        module_version(BytesIO(build(File(name))))
    assert error.value.name == name


@pytest.mark.parametrize(
    ("data", "words"), [(build(), "no file in the zip"), (b"", "not a valid zip"), (b"PK", "not a")]
)
def test_no_zip_and_no_entry(data, words):
    with pytest.raises(InvalidZipError, match=words):
        module_version(BytesIO(data))
