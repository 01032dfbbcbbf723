"""Module versions for an upstream to serve, built in memory.

A tree is what a GOPROXY is: bytes by path. `add` makes the paths of one module version as a good
upstream has them, `put` sets any path to anything. The zips are the same bytes each time, so that
their sha256 tells whether two Pulps hold the same file.

https://go.dev/ref/mod#goproxy-protocol
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping

PSEUDO_VERSION = re.compile(r"[0-9]{14}-[0-9a-f]{12}(\+incompatible)?\Z")
# The path of the index feed, which is no part of the protocol: https://index.golang.org
INDEX = "index"
TIME = "2024-01-02T03:04:05Z"


def escape(text: str) -> str:
    """Return a module path or version as URLs and caches spell it: `!a` for `A`."""
    return re.sub("[A-Z]", lambda capital: "!" + capital[0].lower(), text)


def file_path(module: str, version: str, extension: str) -> str:
    """Return the path of a file of a module version, without a leading slash."""
    return f"{escape(module)}/@v/{escape(version)}.{extension}"


def list_path(module: str) -> str:
    """Return the path of a module's version list."""
    return f"{escape(module)}/@v/list"


def latest_path(module: str) -> str:
    """Return the path of a module's latest version."""
    return f"{escape(module)}/@latest"


def make_zip(entries: Mapping[str, str | bytes], *, compressed: bool = True) -> bytes:
    """Return a zip with these entries, names as they are given, the same bytes each time."""
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def make_module_zip(
    module: str, version: str, files: Mapping[str, str | bytes], *, compressed: bool = True
) -> bytes:
    """Return the zip of a module version: each file below `<module>@<version>/`."""
    entries = {f"{module}@{version}/{name}": content for name, content in files.items()}
    return make_zip(entries, compressed=compressed)


def make_info(version: str, time: str | None = TIME) -> bytes:
    """Return an `.info`, without a time if it is None."""
    info = {"Version": version} | ({} if time is None else {"Time": time})
    return json.dumps(info, separators=(",", ":")).encode()


class ModuleTree:
    """What an upstream serves: bytes by path, paths bang-escaped and without a leading slash."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, body: str | bytes) -> None:
        """Serve `body` at `path`, whatever was there."""
        self.files[path] = body.encode() if isinstance(body, str) else body

    def announce(self, module: str, version: str, timestamp: str) -> None:
        """Add a line to the index feed, which there is then; times have to grow, or be equal."""
        entry = {"Path": module, "Version": version, "Timestamp": timestamp}
        line = json.dumps(entry, separators=(",", ":")).encode()
        self.files[INDEX] = self.files.get(INDEX, b"") + line + b"\n"

    def remove(self, path: str) -> None:
        """Answer 404 at `path` from now on."""
        del self.files[path]

    def add(
        self,
        module: str,
        version: str,
        files: Mapping[str, str | bytes] | None = None,
        *,
        go_mod: str | None = None,
        requires: tuple[str, ...] = (),
    ) -> None:
        """Serve a module version as a good upstream does.

        The list names it, as the last, unless it is a pseudo-version; then the module has a list
        all the same.

        Args:
            module: Its module path.
            version: Its version.
            files: Its source files by name; a package named for the path's last element if None.
            go_mod: Its go.mod; one that declares `module` and `requires` if None. With "" the zip
                has none, and `.mod` is the one line that `go` would make up.
            requires: `path version` of each module version that its go.mod requires.
        """
        if go_mod is None:
            lines = [f"require {require}\n" for require in requires]
            go_mod = f"module {module}\n\ngo 1.21\n\n{''.join(lines)}".rstrip("\n") + "\n"
        if files is None:
            files = {"doc.go": "package " + module.rpartition("/")[2].replace("-", "") + "\n"}
        root = {"go.mod": go_mod} if go_mod else {}
        self.put(file_path(module, version, "info"), make_info(version))
        self.put(file_path(module, version, "mod"), go_mod or f"module {module}\n")
        self.put(file_path(module, version, "zip"), make_module_zip(module, version, root | files))
        held = self.files.get(list_path(module), b"").decode()
        self.put(
            list_path(module), held if PSEUDO_VERSION.search(version) else f"{held}{version}\n"
        )
