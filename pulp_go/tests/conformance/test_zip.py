import zlib
from base64 import b64decode
from io import BytesIO

import pytest
from zlib_ng import zlib_ng

from pulp_go.gomod import dirhash, modzip, sourcetree, treewalk
from pulp_go.gomod.errors import GoModError
from pulp_go.gomod.unicode_tables import fold
from pulp_go.gomod.vendoring import is_vendored_package
from pulp_go.tests.unit.gomod.trees import reader, source
from pulp_go.tests.unit.gomod.zips import File, build, deflate

MODES = {"dir": "directory", "symlink": "symlink", "device": "other"}


def files(case, field):
    """Return the entries of a case; what is declared without content stays without it."""
    return [
        File(
            entry["Name"],
            packed=deflate(data),
            size=entry["Size"],
            crc=zlib.crc32(data),
        )
        for entry in case[field] or []
        for data in [b64decode(entry.get("data_b64", ""))]
    ]


def hash_of_last(entries):
    """Return the hash of a zip whether it is valid or not: the last of one name counts."""
    contents = {entry["Name"]: b64decode(entry.get("data_b64", "")) for entry in entries}
    return dirhash.hash1([entry["Name"] for entry in entries], lambda name: BytesIO(contents[name]))


def check(case, field, codec):
    """Return the hash of the zip of a case, or None if it is refused."""
    data = build(*files(case, field))
    try:
        return modzip.check_zip(BytesIO(data), case["Path"], case["Version"], codec).hash()
    except GoModError:
        return None


CODECS = pytest.mark.parametrize("codec", [zlib, zlib_ng], ids=["zlib", "zlib-ng"])


@CODECS
def test_check_zip(cases, codec):
    for case in cases("zip.json", "check_zip"):
        wanted = None if case["Err"] else case["HashZip"]
        assert check(case, "Entries", codec) == wanted, case["Name"]
        assert hash_of_last(case["Entries"] or []) == case["HashZip"], case["Name"]


@CODECS
def test_unzip(cases, codec):
    for case in cases("zip.json", "unzip"):
        assert (check(case, "Files", codec) or "") == case["Hash"], case["Name"]


ROOT = "example.com/m@v1.0.0/"


def refused(*declared):
    """Report whether a zip of files of these names and sizes, without their content, is refused."""
    data = build(*(File(ROOT + name, size=size) for name, size in declared))
    try:
        modzip.check_zip(BytesIO(data), "example.com/m", "v1.0.0")
    except GoModError:
        return True
    return False


def test_check_zip_of_source_trees(cases):
    """The files that go into a zip may stand in one, and no file may that is invalid.

    Which ones are omitted when a zip is made does not concern one that is there.
    """
    for case in cases("zip.json", "check_files"):
        sizes = {file["Name"]: file["Size"] for file in case["Files"] or []}
        valid = [(name, sizes[name]) for name in case["Valid"]]
        assert refused(*valid) == bool(case["SizeError"]), case["Name"]
        # No name at all is an error of a file; in a zip it is the entry of the root.
        for path in filter(None, (invalid["Path"] for invalid in case["Invalid"])):
            assert refused(*valid, (path, sizes[path])), (case["Name"], path)


def tree(case):
    """Return the source tree of a case."""
    return [
        source(
            file["Name"],
            b64decode(file.get("data_b64", "")),
            size=file["Size"],
            mode=MODES.get(file.get("Mode"), "regular"),
        )
        for file in case["Files"] or []
    ]


def test_check_files(cases):
    for case in cases("zip.json", "check_files"):
        checked = sourcetree.check_files(tree(case))
        assert [file.path for file in checked.valid] == case["Valid"], case["Name"]
        for found, wanted in (
            (checked.omitted, case["Omitted"]),
            (checked.invalid, case["Invalid"]),
        ):
            assert [error.path for error in found] == [error["Path"] for error in wanted], case
        assert checked.size_error == case["SizeError"], case["Name"]
        assert (checked.error() is None) == (not case["Invalid"] and not case["SizeError"])


def created(case, files):
    """Return the hash of the zip that is made for a case and the names in it, or "" and ()."""
    sink = BytesIO()
    try:
        sourcetree.create(sink, case["Path"], case["Version"], files)
    except GoModError:
        return "", ()
    checked = modzip.check_zip(sink, case["Path"], case["Version"])
    return checked.hash(), checked.names


def test_create(cases):
    for case in cases("zip.json", "create"):
        wanted = (case["Hash"], tuple(case.get("Entries", ())))
        assert created(case, tree(case)) == wanted, case["Name"]


def test_create_from_dir(cases):
    for case in cases("zip.json", "create_from_dir"):
        files, _ = treewalk.list_files_in_dir(reader(tree(case)))
        assert created(case, files)[0] == case["Hash"], case["Name"]


def test_is_vendored_package(cases):
    for case in cases("zip.json", "is_vendored_package"):
        version = case["GoVersion"].removeprefix("go")
        assert is_vendored_package(case["Path"], version) == case["Want"], case


def test_str_to_fold(cases):
    for case in cases("zip.json", "str_to_fold"):
        assert fold(case["In"]) == case["Out"], case["In"]
