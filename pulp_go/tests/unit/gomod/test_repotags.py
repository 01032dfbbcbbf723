import pytest

from pulp_go.gomod.moduledir import locate
from pulp_go.gomod.repotags import base_version, list_versions, tag_sum, tagged_version

ROOT = "example.com/m"

# Directory, tag: the version that it names, and the version that can be based on it.
TAGS = [
    ("", "v1.2.3", "v1.2.3", "v1.2.3"),
    ("", "v1.2.3-pre.1", "v1.2.3-pre.1", "v1.2.3-pre.1"),
    ("", "v1.2.3+meta", "", "v1.2.3"),
    ("", "v2.0.0+incompatible", "", "v2.0.0"),
    ("", "v1.2.3-pre+meta", "", "v1.2.3-pre"),
    ("", "v1", "", ""),
    ("", "v1.2", "", ""),
    ("", "V1.2.3", "", ""),
    ("", "1.2.3", "", ""),
    ("", "v1.2.3\n", "", ""),
    ("", "v1.2.١", "", ""),
    ("", "", "", ""),
    ("", "a/v1.2.3", "", ""),
    ("", "v0.0.0-20180102150405-abcdefabcdef", "", ""),
    ("a", "a/v1.2.3", "v1.2.3", "v1.2.3"),
    ("a", "a/v1.2.3+meta", "", "v1.2.3"),
    ("a", "a/v0.0.0-20180102150405-abcdefabcdef", "", ""),
    ("a", "v1.2.3", "", ""),
    ("a", "aa/v1.2.3", "", ""),
    ("a", "a/", "", ""),
    ("a", "a/a/v1.2.3", "", ""),
]
# Module path, tags, those of them with a go.mod in the root: the list.
LISTS = [
    ("", "v1.10.0 v1.9.0 v1.9.0-rc.1", "", "v1.9.0-rc.1 v1.9.0 v1.10.0"),
    ("", "v1.0.0 v1 v1.1.0+meta x a/v1.2.0 v0.0.0-20180102150405-abcdefabcdef", "", "v1.0.0"),
    ("", "", "", ""),
    ("/v2", "v1.0.0 v2.0.0 v2.1.0-pre v3.0.0", "v2.0.0", "v2.0.0 v2.1.0-pre"),
    ("/a", "v1.0.0 a/v1.1.0 a/v2.0.0", "", "v1.1.0"),
    ("/a/v2", "v2.0.0 a/v1.1.0 a/v2.0.0", "", "v2.0.0"),
    ("", "v1.0.0 v2.0.0 v2.1.0 v3.0.0-pre", "", "v1.0.0 v2.0.0+incompatible v2.1.0+incompatible "
     "v3.0.0-pre+incompatible"),
    ("", "v1.0.0 v2.0.0", "v1.0.0", "v1.0.0"),
    ("", "v1.0.0 v1.1.0-pre v2.0.0", "v1.1.0-pre", "v1.0.0 v1.1.0-pre"),
    ("", "v1.0.0 v2.0.0 v2.1.0 v3.0.0 v10.0.0", "v2.1.0", "v1.0.0 v3.0.0+incompatible "
     "v10.0.0+incompatible"),
    ("", "v2.0.0 v2.1.0", "v2.0.0", "v2.0.0+incompatible v2.1.0+incompatible"),
]  # fmt: skip
# What `go` says of repositories with these tags: directory, beginning of a version, sum.
SUMS = [
    ({}, "", "t1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    (
        {"v1.0.0": "8da67e0b7b931476f8b473a28940e7329bbf9f8e"},
        "",
        "t1:9t0Q9QPXVO5jnhZy6lTUF12li9r7lvQnn4+sV9HeL7M=",
    ),
    (
        {
            "foo/subdir/v1.2.3": "2426e0ff9b3dbc6b3b56ca18833e681765071d8f",
            "foo/subdir/x": "2426e0ff9b3dbc6b3b56ca18833e681765071d8f",
            "v1.2.3": "2426e0ff9b3dbc6b3b56ca18833e681765071d8f",
        },
        "foo/subdir/",
        "t1:cEZU9purTNJ1AKexrCgkxYS8lAI5MX2Mpev6mTCkOrM=",
    ),
    (
        {"foo/subdir/v1.2.3": "2426e0ff9b3dbc6b3b56ca18833e681765071d8f"},
        "foo/subdir/v2.",
        "t1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ),
]


@pytest.mark.parametrize(("directory", "tag", "tagged", "base"), TAGS)
def test_tags(directory, tag, tagged, base):
    where = locate(ROOT, f"{ROOT}/{directory}" if directory else ROOT)
    assert (tagged_version(where, tag), base_version(where, tag)) == (tagged, base)


@pytest.mark.parametrize(("path", "tags", "with_go_mod", "versions"), LISTS)
def test_list_versions(path, tags, with_go_mod, versions):
    where = locate(ROOT, ROOT + path)
    listed = list_versions(where, tags.split(), with_go_mod.split().__contains__)
    assert listed == versions.split()


def test_an_unstable_module_lists_nothing():
    where = locate("gopkg.in/m.v2-unstable", "gopkg.in/m.v2-unstable")
    assert list_versions(where, ["v2.0.0"], bool) == []


@pytest.mark.parametrize(("tags", "prefix", "wanted"), SUMS)
def test_tag_sum(tags, prefix, wanted):
    assert tag_sum(tags, prefix) == wanted
