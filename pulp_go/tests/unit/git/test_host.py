import hashlib
import random
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from dulwich.repo import Repo

from pulp_go.git.host import Repository
from pulp_go.gomod.errors import CodeHostError, FileTooLargeError
from pulp_go.tests.codehost_contract import CONTRACT, EPOCH, HISTORY, URL, History, Link, Node
from pulp_go.tests.unit.git.packs import BLOB, COMMIT, TAG, TREE, entry, packed
from pulp_go.tests.unit.git.repositories import made

KINDS = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
CONTENT = random.Random(8).randbytes(600_000)


@pytest.fixture
def opened(tmp_path):
    """Return what opens the repository of a history; they are closed at the end."""
    hosts = []

    def open_it(history, *, is_packed=False):
        folder = tmp_path / f"{len(hosts)}.git"
        ids = made(folder, history)
        if is_packed:
            with Repo(folder) as repo:
                repo.object_store.pack_loose_objects()
                assert not list(repo.object_store._iter_loose_objects())
        hosts.append(Repository(folder, URL))
        return hosts[-1], ids

    yield open_it
    for host in hosts:
        host.close()


@pytest.mark.parametrize("contract", CONTRACT)
def test_loose_objects(contract, opened):
    contract(opened)


@pytest.mark.parametrize("contract", CONTRACT)
def test_packed_objects(contract, opened):
    contract(lambda history: opened(history, is_packed=True))


def test_pieces_of_blobs(opened):
    history = History({"a1": Node(files={"x": CONTENT})}, {"refs/heads/main": "a1"})
    for is_packed in (False, True):
        host, ids = opened(history, is_packed=is_packed)
        file = host.file(ids["a1"], "x")
        assert host.blob_size(file.blob) == 600_000
        assert host.read_blob(file.blob) == CONTENT
        assert b"".join(host.blob_pieces(file.blob)) == CONTENT


def test_what_is_no_blob_is_not_read(opened):
    for is_packed in (False, True):
        host, ids = opened(HISTORY, is_packed=is_packed)
        with pytest.raises(CodeHostError, match=f"object {ids['a1']} is no blob"):
            host.read_blob(ids["a1"])
        with pytest.raises(CodeHostError, match=f"object {ids['a1']} is no blob"):
            list(host.blob_pieces(ids["a1"]))
        with pytest.raises(CodeHostError, match="is no commit"):
            host.list_files(host.refs()["refs/tags/v1.0.1"], "")


def test_what_is_missing(opened):
    host, ids = opened(HISTORY)
    missing = "0123456789" * 4
    for ask in (host.commit, host.read_blob, host.blob_size, lambda at: list(host.blob_pieces(at))):
        with pytest.raises(CodeHostError, match=rf"{missing}: damaged or missing \(KeyError\)"):
            ask(missing)
    with pytest.raises(CodeHostError, match="no ref leads to commit"):
        host.ancestors_among(ids["a5"], {ids["a1"]})


def test_a_repository_with_sha256(tmp_path):
    """It is one of the vectors, too; here its own objects are made."""
    with Repo.init_bare(tmp_path / "new.git", mkdir=True, object_format="sha256") as repo:
        objects = repo.object_store
        hash_of = objects.object_format
        tree = b"100644 go.mod\0" + bytes.fromhex(added(objects, hash_of, "blob", b"module m\n"))
        tree_id = added(objects, hash_of, "tree", tree)
        commit = f"tree {tree_id}\ncommitter A <a@example.com> 1600000000 +0000\n\none\n".encode()
        commit_id = added(objects, hash_of, "commit", commit)
        (tmp_path / "new.git" / "refs" / "heads" / "main").write_text(f"{commit_id}\n")
        (tmp_path / "new.git" / "HEAD").write_text("ref: refs/heads/main\n")
    with Repository(tmp_path / "new.git", URL) as host:
        assert len(commit_id) == 64
        assert dict(host.refs()) == {"HEAD": commit_id, "refs/heads/main": commit_id}
        assert host.find(commit_id[:7]) == host.find(commit_id) == [commit_id]
        assert host.read_file(commit_id, "go.mod") == b"module m\n"
        assert host.commit(commit_id).short == commit_id[:12]


def added(store, object_format, kind, content):
    """Put a loose object of any content into a store on disk; return its id."""
    data = f"{kind} {len(content)}\0".encode() + content
    name = object_format.hash_object_hex(data).decode()
    path = Path(store.path) / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    return name


@pytest.fixture
def odd(tmp_path):
    """Return what opens a repository of odd objects: kind and content, the last one on main."""
    hosts = []

    def open_it(*objects):
        Repo.init_bare(tmp_path / "odd.git", mkdir=True).close()
        names, entries = [], {}
        for kind, content in objects:
            content = content(*names) if callable(content) else content
            names.append(hashlib.sha1(b"%s %d\0%s" % (kind, len(content), content)).hexdigest())
            entries[names[-1]] = entry(KINDS[kind], len(content), content)
        # dulwich reads nothing odd that is loose.
        folder = tmp_path / "odd.git" / "objects" / "pack"
        packed(folder, [lambda _, data=data: data for data in entries.values()]).close()
        (tmp_path / "odd.git" / "refs" / "heads" / "main").write_text(f"{names[-1]}\n")
        (tmp_path / "odd.git" / "HEAD").write_text("ref: refs/heads/main\n")
        hosts.append(Repository(tmp_path / "odd.git", URL))
        return hosts[-1], names[-1]

    yield open_it
    for host in hosts:
        host.close()


def commit_of(tree):
    return f"tree {tree}\ncommitter A <a@example.com> 1 +0000\n\none\n".encode()


TREE_LINE = f"tree {'5b' * 20}\n".encode()
# The header of a commit, and its time in seconds, or None.
TIMES = [
    (b"committer A <a@example.com> 1600000000 +0000\n\n", 1_600_000_000),
    (b"author X <> 5 +0000\ncommitter A <> 1600000000 -0130\ngpgsig x\n\n", 1_600_000_000),
    (b"committer <> -7 +0000\n\n", -7),
    (b"committer A > <b> 9 +0000\n\n", 9),
    (b"committer A <a@example.com> 1600000000 +0000\n", 1_600_000_000),
    (b"committer A <a@example.com> 99999999999 +0000\n\n", 99_999_999_999),
    (b"committer A <a@example.com> 999999999999 +0000\n\n", None),
    (b"committer A <a@example.com> 9999999999999 +0000\n\n", None),
    (b"committer A <a@example.com> \xd9\xa1 +0000\n\n", None),
    (b"author A <a@example.com> 1600000000 +0000\n\n", None),
    (b"author X <> 5 +0000\n\ncommitter A <a@example.com> 1600000000 +0000\n\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "seconds"), TIMES)
def test_times(odd, header, seconds):
    host, name = odd((b"commit", TREE_LINE + header))
    if seconds is None:
        with pytest.raises(CodeHostError, match="has no time of a calendar"):
            host.commit(name)
    else:
        assert host.commit(name).time == EPOCH + timedelta(seconds=seconds)


MALFORMED = [
    ((b"tree", b"100644 x\0short"),),
    ((b"tree", b"1006x4 x\0" + bytes(20)),),
    ((b"tree", b"100644 x"),),
]


@pytest.mark.parametrize("objects", MALFORMED)
def test_malformed_trees(odd, objects):
    host, name = odd(*objects, (b"commit", commit_of))
    with pytest.raises(CodeHostError, match="damaged or missing"):
        host.list_files(name, "")


def test_malformed_commits_and_tags(odd):
    host, name = odd((b"commit", b"parent x\n"))
    with pytest.raises(CodeHostError, match=f"object {name} is malformed"):
        host.read_file(name, "go.mod")
    assert host.find(name) == [name]


def test_a_tag_that_is_about_nothing(odd):
    host, name = odd((b"tag", b"type commit\n"))
    with pytest.raises(CodeHostError, match=f"object {name} is malformed"):
        host.refs()


def test_a_ref_that_leads_to_nothing(opened, tmp_path):
    host, _ = opened(History())
    (tmp_path / "0.git" / "refs" / "heads" / "main").write_text("5b" * 20 + "\n")
    with pytest.raises(CodeHostError, match="damaged or missing"):
        host.refs()


def test_other_refs_do_not_count(opened, tmp_path):
    host, ids = opened(
        History({"a1": Node()}, {"refs/tags/v1.0.0": "a1", "refs/pull/1/head": "a1"})
    )
    assert dict(host.refs()) == {"refs/tags/v1.0.0": ids["a1"]}


def test_a_history_that_is_cut_off(odd):
    content = f"tree {'5b' * 20}\nparent {'5c' * 20}\n".encode()
    host, name = odd((b"commit", content))
    with pytest.raises(CodeHostError, match=f"{'5c' * 20}: damaged or missing"):
        host.find(name[:7])


def test_modes_that_git_has_not_are_those_of_submodules(odd):
    host, name = odd(
        (b"blob", b"x"),
        (
            b"tree",
            lambda blob: b"".join(
                f"{mode} {mode}\0".encode() + bytes.fromhex(blob)
                for mode in ("100600", "100664", "100755", "120000", "160000", "20000", "644")
            ),
        ),
        (b"commit", lambda _, tree: commit_of(tree)),
    )
    assert [(file.path, file.mode) for file in host.list_files(name, "")] == [
        ("100600", "regular"),
        ("100664", "regular"),
        ("100755", "regular"),
        ("120000", "symlink"),
    ]


def test_files_of_one_name(opened):
    history = History(
        {"a1": Node(files={"x/run": b"1", "run": b"22", "x/y/run": Link(b"333"), "runs": b""})},
        {"refs/heads/main": "a1"},
    )
    host, ids = opened(history)
    found = host.named(ids["a1"], "run")
    assert sorted((file.path, file.size, file.mode) for file in found) == [
        ("run", 2, "regular"),
        ("x/run", 1, "regular"),
        ("x/y/run", 3, "symlink"),
    ]
    assert host.named(ids["a1"], "y") == []
    assert host.named(ids["a1"], "run\n") == []


def test_a_tree_that_holds_itself_a_thousand_times_over(odd, monkeypatch):
    monkeypatch.setattr("pulp_go.git.host.MAX_FILES", 5_000)

    def tenfold(*names):
        mode = "100644" if len(names) == 1 else "40000"
        entries = (f"{mode} {n}\0".encode() + bytes.fromhex(names[-1]) for n in range(10))
        return b"".join(entries)

    bomb = [(b"tree", tenfold)] * 12
    host, name = odd((b"blob", b""), *bomb, (b"commit", lambda *names: commit_of(names[-1])))
    with pytest.raises(CodeHostError, match=f"commit {name} has more than 5000 files"):
        host.list_files(name, "")
    with pytest.raises(CodeHostError, match="too many, or too deep, are the files below tree"):
        host.named(name, "0")


def test_a_path_without_end(odd):
    def below(*names):
        mode = "100644" if len(names) == 1 else "40000"
        return f"{mode} {'d' * 250}\0".encode() + bytes.fromhex(names[-1])

    host, name = odd(
        (b"blob", b""), *[(b"tree", below)] * 300, (b"commit", lambda *names: commit_of(names[-1]))
    )
    with pytest.raises(CodeHostError, match=f"commit {name} has a path of more than 65535"):
        host.list_files(name, "")
    with pytest.raises(CodeHostError, match="too many, or too deep, are the files below tree"):
        host.named(name, "d" * 250)


def test_trees_below_trees_below_trees(odd):
    def below(*names):
        mode = "100644" if len(names) == 1 else "40000"
        return f"{mode} d\0".encode() + bytes.fromhex(names[-1])

    host, name = odd(
        (b"blob", b""),
        *[(b"tree", below)] * 2_000,
        (b"commit", lambda *names: commit_of(names[-1])),
    )
    assert [len(file.path) for file in host.list_files(name, "")] == [3_999]
    with pytest.raises(CodeHostError, match=f"too deep are the trees of commit {name}"):
        host.named(name, "d")


def test_a_go_mod_that_is_too_large(opened, monkeypatch):
    monkeypatch.setattr("pulp_go.git.host.MAX_READ", 1_000)
    history = History(
        {"a1": Node(files={"go.mod": b"x" * 1_001, "fine": b"x" * 1_000})},
        {"refs/heads/main": "a1"},
    )
    host, ids = opened(history, is_packed=True)
    assert len(host.read_file(ids["a1"], "fine")) == 1_000
    with pytest.raises(FileTooLargeError, match=r"go.mod: too large \(max size is 1000 bytes\)"):
        host.read_file(ids["a1"], "go.mod")
    assert len(host.read_blob(host.file(ids["a1"], "go.mod").blob)) == 1_001


def test_a_commit_that_is_too_large(opened, monkeypatch):
    monkeypatch.setattr("pulp_go.git.host.MAX_READ", 10)
    host, ids = opened(HISTORY, is_packed=True)
    with pytest.raises(FileTooLargeError, match=ids["a1"]):
        host.commit(ids["a1"])


@pytest.mark.parametrize("damage", [b"", b"PACK", b"PACK\0\0\0\2\0\0\0\x09" + bytes(40)])
def test_a_damaged_pack(opened, tmp_path, damage):
    opened(HISTORY, is_packed=True)
    (pack,) = (tmp_path / "0.git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(damage)
    with pytest.raises(CodeHostError, match="repository: damaged or missing"):
        Repository(tmp_path / "0.git", URL)


def test_what_is_no_repository(tmp_path):
    (tmp_path / "file").write_text("x")
    for name in ("none", "file"):
        with pytest.raises(CodeHostError, match="no git repository"):
            Repository(tmp_path / name, URL)
    Repo.init_bare(tmp_path / "new.git", mkdir=True).close()
    (tmp_path / "new.git" / "config").write_text("[core]\nrepositoryformatversion = 9\n")
    with pytest.raises(CodeHostError) as caught:
        Repository(tmp_path / "new.git", URL)
    assert str(caught.value) == "repository: damaged or missing (UnsupportedVersion)"
