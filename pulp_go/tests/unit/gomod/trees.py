"""Source trees for tests, from memory."""

from io import BytesIO

from pulp_go.gomod.sourcetree import SourceFile


def source(path, data=b"", *, size=None, mode="regular"):
    """Return a file that declares the size of its content, or another one."""
    return SourceFile(path, lambda: BytesIO(data), len(data) if size is None else size, mode)


def closed(path, size=0, mode="regular"):
    """Return a file that nobody may open."""

    def refuse():
        raise AssertionError(f"{path} was opened")

    return SourceFile(path, refuse, size, mode)


def names(*paths):
    """Return files of these paths that nobody may open."""
    return [closed(path) for path in paths]


def reader(files):
    """Return what lists a directory on disk that holds `files`: their directories as well."""
    children = {"": {}}
    for file in files:
        child = file
        while child.path not in children.get(above(child), {}):
            children.setdefault(above(child), {})[child.path] = child
            if not above(child):
                break
            child = closed(above(child), mode="directory")
    return lambda directory: children.get(directory, {}).values()


def above(file):
    """Return the path of the directory that holds `file`."""
    return file.path.rpartition("/")[0]
