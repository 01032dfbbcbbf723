import zlib
from base64 import b64decode
from io import BytesIO

from pulp_go.gomod import dirhash, modzip
from pulp_go.gomod.errors import GoModError
from pulp_go.gomod.unicode_tables import fold
from pulp_go.tests.unit.gomod.zips import File, build, deflate


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


def check(case, field):
    """Return the hash of the zip of a case, or None if it is refused."""
    data = build(*files(case, field))
    try:
        return modzip.check_zip(BytesIO(data), case["Path"], case["Version"]).hash()
    except GoModError:
        return None


def test_check_zip(cases):
    for case in cases("zip.json", "check_zip"):
        wanted = None if case["Err"] else case["HashZip"]
        assert check(case, "Entries") == wanted, case["Name"]
        assert hash_of_last(case["Entries"] or []) == case["HashZip"], case["Name"]


def test_unzip(cases):
    for case in cases("zip.json", "unzip"):
        assert (check(case, "Files") or "") == case["Hash"], case["Name"]


ROOT = "example.com/m@v1.0.0/"


def refused(*declared):
    """Report whether a zip of files of these names and sizes, without their content, is refused."""
    data = build(*(File(ROOT + name, size=size) for name, size in declared))
    try:
        modzip.check_zip(BytesIO(data), "example.com/m", "v1.0.0")
    except GoModError:
        return True
    return False


def test_check_files(cases):
    """The files that may stand in a zip may do so, and no file may that is an error.

    Which ones are left out when a zip is made does not concern one that is there.
    """
    for case in cases("zip.json", "check_files"):
        sizes = {file["Name"]: file["Size"] for file in case["Files"] or []}
        valid = [(name, sizes[name]) for name in case["Valid"]]
        assert refused(*valid) == bool(case["SizeError"]), case["Name"]
        # No name at all is an error of a file; in a zip it is the entry of the root.
        for path in filter(None, (invalid["Path"] for invalid in case["Invalid"])):
            assert refused(*valid, (path, sizes[path])), (case["Name"], path)


def test_str_to_fold(cases):
    for case in cases("zip.json", "str_to_fold"):
        assert fold(case["In"]) == case["Out"], case["In"]
