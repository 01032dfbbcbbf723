"""Modules in git repositories, as `go` finds them in direct mode."""

import tarfile
from zipfile import ZipFile

import pytest

from pulp_go.git.host import Repository
from pulp_go.git.zips import ZipMaker
from pulp_go.gomod.coderepo import CodeRepo
from pulp_go.gomod.dirhash import hash_go_mod
from pulp_go.gomod.errors import InvalidZipError, RevisionError
from pulp_go.gomod.infofile import parse_info

# Where the ref of an origin differs on purpose: (module, query) and the reason.
DIFFERENCES = {
    ("x-branches.git", "abcdef1"): (
        "Go asks git for the name first, as it may be an id, and then says the name for the ref"
    ),
}
HOST = "vcs-test.golang.org/git"


@pytest.fixture(scope="module")
def repositories(vectors_dir, tmp_path_factory):
    """Return what opens a repository of the vectors."""
    folder = tmp_path_factory.mktemp("gitrepos")
    with tarfile.open(vectors_dir / "gitrepos.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    found = {path.parent.name: path.parent for path in folder.rglob("*.git/HEAD")}
    opened = {
        name: Repository(path, f"https://{HOST}/{name.removesuffix('.git')}")
        for name, path in found.items()
    }
    yield opened
    for repository in opened.values():
        repository.close()


@pytest.fixture(scope="module")
def repos(repositories):
    """Return what gives the module of a path, one for all of its questions."""
    made = {}

    def get(path):
        if path not in made:
            name = path.removeprefix(f"{HOST}/").split("/")[0]
            made[path] = CodeRepo(repositories[name], f"{HOST}/{name}", path)
        return made[path]

    return get


def told(repo, query):
    """Return what the vectors say of a query, and of which version that is."""
    try:
        info = repo.latest() if query.startswith("@latest") else repo.stat(query)
    except RevisionError as error:
        text = str(error) if error.version else error.reason
        not_found = {"not_found": True} if error.is_not_found else {}
        return {"rev": query, "ok": False, "err": text} | not_found, None
    return said(query, info.version, info.commit.time, info.origin), info


def said(query, version, time, origin):
    time = f"{time:%Y-%m-%dT%H:%M:%SZ}"
    return {"rev": query, "ok": True, "version": version, "time": time, "origin": origin}


def without_ref(told):
    return told | {
        "origin": {name: told["origin"][name] for name in told["origin"].keys() - {"Ref"}}
    }


def test_list(cases, repos):
    for case in cases("gitrepos.json", "modules"):
        repo = repos(case["path"])
        assert repo.versions() == case["list"]
        assert repo.list_origin() == case["list_origin"]


def test_latest(cases, repos):
    for case in cases("gitrepos.json", "modules"):
        found, _ = told(repos(case["path"]), case["latest"]["rev"])
        assert found == case["latest"]


def test_stat(cases, repos, count):
    number = 0
    for case in cases("gitrepos.json", "modules"):
        # `go` writes each version that it found to its cache, without what only the query depends
        # on, and answers from there when asked for that version.
        cache = {}
        for stat in case["stats"]:
            query = stat["rev"]
            found, info = told(repos(case["path"]), query)
            if query in cache:
                kept = parse_info(cache[query])
                assert (found["version"], info.commit.time) == (kept.version, kept.time)
                found = said(query, kept.version, kept.time, kept.origin)
            if info is not None:
                cache[info.version] = info.info()
            if (case["path"].removeprefix(f"{HOST}/"), query) in DIFFERENCES:
                assert without_ref(found) == without_ref(stat)
            else:
                assert found == stat
            number += 1
    count("gitrepos.json stats", number)


def test_go_mod(cases, repos, count):
    number = 0
    for case in cases("gitrepos.json", "modules"):
        repo = repos(case["path"])
        for version in case["versions"] or ():
            number += 1
            if "gomod_err" in version:
                with pytest.raises(RevisionError) as caught:
                    repo.go_mod(repo.stat(version["version"]))
                assert version["gomod_err"].endswith(caught.value.reason)
                continue
            info = repo.stat(version["version"])
            go_mod = repo.go_mod(info)
            assert go_mod.decode() == version["gomod"]
            assert hash_go_mod(go_mod) == version["gomod_h1"]
            kept = parse_info(info.info())
            assert (kept.version, kept.time) == (version["version"], info.commit.time)
    count("gitrepos.json versions", number)


def test_zips(cases, repos, repositories, count, tmp_path):
    made, refused = 0, []
    for case in cases("gitrepos.json", "modules"):
        repo, path = repos(case["path"]), case["path"]
        zips = [version for version in case["versions"] or () if "gomod" in version]
        with ZipMaker(repositories[f"{case['repo']}.git"], tmp_path, 1 << 20) as maker:
            for version in zips:
                info = repo.stat(version["version"])
                place, file = repo.place(info), tmp_path / "made.zip"
                try:
                    facts = maker.make(place, path, info.version, file, ["sha256"])
                except InvalidZipError as error:
                    refused.append((case["repo"], info.version, error.name))
                    continue
                if case["repo"] == "x-toonew":
                    # Go refuses what wants a newer Go, and we build no programs.
                    assert "requires go >= 1.999" in version["zip_err"]
                    continue
                assert facts.h1 == version["zip_h1"], (path, info.version)
                prefix = f"{path}@{info.version}/"
                names = sorted(name.removeprefix(prefix) for name in ZipFile(file).namelist())
                assert names == sorted(version.get("files", []))
                made += 1
    assert refused == [
        ("x-badnames", "v1.1.0", "a:b.txt"),
        ("x-badnames", "v1.3.0", "a.txt"),
        ("x-badnames", "v1.6.0", "con.txt"),
    ]
    count("gitrepos.json zips", made)


# A repository with SHA-256, of which there are no modules in the vectors: query, version, commit.
SHA256 = [
    ("main", "v1.2.4-annotated", "47b8b51b2a2d"),
    ("v1.2.3", "v1.2.3", "47b8b51b2a2d"),
    ("v1.3.0", "v1.3.0", "a9157cad2aa6"),
    ("v2.0.2", "v2.0.2+incompatible", "1401e4e1fdb4"),
    ("v2.3", "v2.0.1+incompatible", "b7550fd9d212"),
    ("v3", "v1.2.4-annotated.0.20180417201652-c2a5bbdbeb8b", "c2a5bbdbeb8b"),
    ("0be440b", "v2.0.2-0.20180417200019-0be440b60b6c+incompatible", "0be440b60b6c"),
    (
        "0be440b60b6c81be26c7256781d8e57112ec46c8cd1a9481a8e78a283f10570c",
        "v2.0.2-0.20180417200019-0be440b60b6c+incompatible",
        "0be440b60b6c",
    ),
]


def test_sha256(repos):
    repo = repos(f"{HOST}/gitrepo-sha256.git")
    for query, version, short in SHA256:
        info = repo.stat(query)
        assert (info.version, info.commit.short) == (version, short)
        assert repo.stat(version).commit == info.commit
    with pytest.raises(RevisionError, match="unknown revision 47b8b5"):
        repo.stat("47b8b5")
