"""Bare git repositories on disk, made of histories."""

import stat

from dulwich.objects import Blob, Commit, Tag, Tree
from dulwich.repo import Repo

from pulp_go.tests.codehost_contract import SUBMODULE, Link

PERSON = b"A <a@example.com>"
SUBMODULE_MODE = 0o160000


def made(folder, history, object_format=None):
    """Return the ids of a history's commits by label, having made it a repository in `folder`."""
    repo = Repo.init_bare(folder, mkdir=True, object_format=object_format)
    ids, trees = {}, {}
    for label, node in history.commits.items():
        trees[label] = _tree(repo, node.files)
        parents = [ids[parent] for parent in node.parents.split()]
        ids[label] = _commit(repo, trees[label], parents, node.time)
    for ref, label in history.refs.items():
        if ref == "HEAD":
            repo.refs.set_symbolic_ref(b"HEAD", b"refs/heads/main")
        else:
            repo.refs[ref.encode()] = _tagged(repo, ref, ids[label])
    for ref, label in history.trees.items():
        repo.refs[ref.encode()] = trees[label]
    repo.close()
    return {label: found.decode() for label, found in ids.items()}


def _tree(repo, files):
    tree = Tree()
    directories = {}
    for path, content in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            directories.setdefault(name, {})[rest] = content
            continue
        tree.add(_name(name), *_entry(repo, name, content))
    for name, below in directories.items():
        tree.add(_name(name), stat.S_IFDIR, _tree(repo, below))
    return _added(repo, tree)


def _name(name):
    return name.encode(errors="surrogateescape")


def _entry(repo, name, content):
    if content is SUBMODULE:
        return SUBMODULE_MODE, b"5b" * 20
    if isinstance(content, Link):
        return stat.S_IFLNK, _added(repo, Blob.from_string(content.target))
    permissions = 0o755 if name == "run" else 0o644
    return stat.S_IFREG | permissions, _added(repo, Blob.from_string(content))


def _commit(repo, tree, parents, time):
    commit = Commit()
    commit.tree, commit.parents = tree, parents
    # The author's time is another one, and not looked at.
    commit.author = commit.committer = PERSON
    commit.author_time, commit.commit_time = 1, time
    commit.author_timezone, commit.commit_timezone = 0, 2 * 3600
    commit.message = b"one\n\ncommitter B <b@example.com> 7 +0000\n"
    return _added(repo, commit)


def _tagged(repo, ref, found):
    """Return the id of what a ref leads to: `nested` is a tag of a tag, `annotated` a tag."""
    for _ in range({"refs/tags/annotated": 1, "refs/tags/nested": 2}.get(ref, 0)):
        target = repo.object_store[found]
        tag = Tag()
        tag.object, tag.name = (type(target), found), ref.encode()
        tag.tagger, tag.tag_time, tag.tag_timezone, tag.message = PERSON, 5, 0, b"tag\n"
        found = _added(repo, tag)
    return found


def _added(repo, thing):
    repo.object_store.add_object(thing)
    return thing.id
