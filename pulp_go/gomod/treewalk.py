"""The source tree of a module in a directory on disk: which files are found there.

The rules of `sourcetree` are for trees from anywhere. Of a directory on disk some files are no part
of the tree from the beginning, and nothing in their names or content can make it invalid:

 1. what is not a regular file, so symbolic links, too, wherever they lead;
 2. what is in a directory of version control: `.bzr`, `.git`, `.hg`, `.svn`; a file of such a name
    is a file as any other;
 3. what is in a directory of another module: in any but the root that holds a `go.mod`, in lower
    case, whatever it is but a directory.

Such directories are not entered. Vendored packages are: `sourcetree` omits them afterwards.

https://pkg.go.dev/golang.org/x/mod/zip#CreateFromDir
"""

from collections.abc import Callable, Iterable

from pulp_go.gomod.sourcetree import FileError, SourceFile

_VERSION_CONTROL = frozenset((".bzr", ".git", ".hg", ".svn"))


def list_files_in_dir(
    read_dir: Callable[[str], Iterable[SourceFile]],
) -> tuple[list[SourceFile], list[FileError]]:
    """Return the source tree in a directory on disk, and what of the directory is not in it.

    Args:
        read_dir: Returns what is in a directory, directories too, in any order. The directory is
            given by its path relative to the root, the root as "".
    """
    files: list[SourceFile] = []
    omitted: list[FileError] = []
    directories = [""]
    while directories:
        directory = directories.pop()
        children = sorted(read_dir(directory), key=lambda child: child.path)
        if directory and any(map(_is_go_mod, children)):
            omitted.append(FileError(directory, "directory is in another module"))
            continue
        for child in children:
            if child.mode == "regular":
                files.append(child)
            elif child.mode != "directory":
                omitted.append(FileError(child.path, "not a regular file"))
            elif _base(child.path) in _VERSION_CONTROL:
                reason = "directory is a version control repository"
                omitted.append(FileError(child.path, reason))
            else:
                directories.append(child.path)
    return files, omitted


def _is_go_mod(file: SourceFile) -> bool:
    return file.mode != "directory" and _base(file.path) == "go.mod"


def _base(path: str) -> str:
    return path.rpartition("/")[2]
