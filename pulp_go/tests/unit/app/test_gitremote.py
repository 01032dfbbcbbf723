"""What the fields of a git remote say together, and which URLs an import may use."""

from types import SimpleNamespace

import pytest

from pulp_go.app import gitremote
from pulp_go.app.gitremote import GoGitRemote, check_url
from pulp_go.app.gitserializers import GoGitRemoteSerializer
from pulp_go.gomod.errors import GitURLError

URL = "https://git.example.com/mono.git"
MANY = "https://git.example.com/{repository}.git"
PREFIX = {"path_prefix": "corp.example/mono"}
MANY_FIELDS = {"url": MANY, "path_elements": 1, "path_prefix": "corp.example"}
IMPORTED = {"url": "https://corp.example", "path_prefix": "corp.example", "go_import": True}


def errors(**fields):
    """Return what is wrong with a remote that is to be made."""
    serializer = GoGitRemoteSerializer(data={"name": "r", "url": URL} | fields)
    serializer.is_valid()
    return {name: str(texts[0]) for name, texts in serializer.errors.items()}


RIGHT = [
    PREFIX,
    PREFIX | {"discover": True},
    PREFIX | {"includes": ["corp.example/mono@main", "corp.example/mono/*"]},
    {"modules": {"corp.example/tool/v2": "tool"}},
    {"modules": '{"corp.example/tool": ""}'},
    MANY_FIELDS,
    IMPORTED,
    PREFIX | {"url": "git@git.example.com:mono.git"},
    PREFIX | {"url": "ssh://git@git.example.com:2222/mono.git"},
]


@pytest.mark.parametrize("fields", RIGHT)
def test_what_makes_sense(db, fields):
    assert errors(**fields) == {}


WRONG = [
    ({}, "path_prefix", "Say where modules lie"),
    ({"discover": True, "modules": {"a.b/c": ""}}, "path_prefix", "need the path of the root"),
    (MANY_FIELDS | {"discover": True}, "discover", "in a single repository only"),
    (MANY_FIELDS | {"path_elements": 0}, "path_elements", "need each other"),
    (PREFIX | {"path_elements": 1}, "path_elements", "need each other"),
    (IMPORTED | {"url": "https://corp.example/x"}, "go_import", "must be https://<path_prefix>"),
    (IMPORTED | {"modules": {"corp.example/a": ""}}, "modules", "name them in includes"),
    (PREFIX | {"policy": "on_demand"}, "policy", "not a valid choice"),
    (PREFIX | {"includes": ["corp.example/mono@-x"]}, "includes", "unknown query"),
    (PREFIX | {"excludes": ["corp.example/mono@main"]}, "excludes", "unknown query"),
    ({"path_prefix": "corp.example/v2"}, "path_prefix", "ends with a major version"),
    ({"path_prefix": "Ä.example"}, "path_prefix", "malformed module path"),
    ({"modules": {"corp.example/tool": "../x"}}, "modules", "is no directory"),
    ({"modules": {"corp.example/tool": 1}}, "modules", "is no directory"),
    ({"modules": {"corp.example/v1": ""}}, "modules", "malformed module path"),
    ({"modules": ["x"]}, "modules", "no object of directories"),
    ({"modules": "{"}, "modules", "JSON"),
    (PREFIX | {"url": "git://git.example.com/m.git"}, "non_field_errors", "neither encrypted"),
    (PREFIX | {"url": "https://u:secret@git.example.com/m"}, "non_field_errors", "has no place"),
    (PREFIX | {"url": "https://u@git.example.com/m"}, "non_field_errors", "has no place"),
    (PREFIX | {"url": "ext::sh -c x"}, "non_field_errors", "contains a space"),
    (PREFIX | {"url": "file:///etc"}, "non_field_errors", "ALLOWED_IMPORT_PATHS"),
    (PREFIX | {"url": f"{URL}\x7f"}, "non_field_errors", "unprintable"),
]


@pytest.mark.parametrize(("fields", "name", "reason"), WRONG)
def test_what_makes_no_sense(db, fields, name, reason):
    found = errors(**fields)
    assert reason in found[name] and "secret" not in str(found)


def test_secrets_are_not_shown(db):
    secrets = {"username": "u", "password": "p4ssw0rd", "private_key": "k3y"}
    remote = GoGitRemote(name="r", url=URL, path_prefix="corp.example/mono", **secrets)
    shown = GoGitRemoteSerializer(context={"request": None}).to_representation
    remote.save()
    text = str({name: value for name, value in shown(remote).items() if name != "hidden_fields"})
    assert not [secret for secret in ("p4ssw0rd", "k3y") if secret in text]


@pytest.mark.parametrize(
    ("fields", "is_wanting"),
    [
        (PREFIX, True),
        (PREFIX | {"discover": True}, True),
        ({"modules": {"corp.example/tool": ""}}, True),
        (MANY_FIELDS, False),
        (MANY_FIELDS | {"includes": ["corp.example/*"]}, False),
        (MANY_FIELDS | {"includes": ["corp.example/a@v1"]}, True),
        (MANY_FIELDS | {"modules": {"corp.example/a": ""}}, True),
        (IMPORTED, False),
        (IMPORTED | {"includes": ["corp.example/a"]}, True),
    ],
)
def test_a_sync_needs_names(fields, is_wanting):
    assert (GoGitRemote(**{"url": URL} | fields).selects_nothing == "") is is_wanting


@pytest.mark.parametrize(
    ("below", "is_allowed"),
    [("a.git", True), ("", True), ("../git-else/a.git", False), ("out/a.git", False)],
)
def test_files_are_read_below_the_allowed_paths_only(tmp_path, monkeypatch, below, is_allowed):
    allowed = tmp_path / "git"
    for directory in (allowed / "a.git", tmp_path / "git-else" / "a.git"):
        directory.mkdir(parents=True)
    (allowed / "out").symlink_to(tmp_path / "git-else")
    paths = SimpleNamespace(ALLOWED_IMPORT_PATHS=[str(allowed)])
    monkeypatch.setattr(gitremote, "settings", paths)
    url = f"file://{(allowed / below).absolute()}" if ".." not in below else None
    url = url or f"file://{tmp_path}/git-else/a.git"
    if is_allowed:
        assert check_url(url).scheme == "file"
    else:
        with pytest.raises(GitURLError, match="ALLOWED_IMPORT_PATHS"):
            check_url(url)
