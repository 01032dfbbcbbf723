import base64
import os
import stat

import pytest

from pulp_go.standalone import home as homes
from pulp_go.standalone.errors import StandaloneError

NO_HOMES = ["a,b", "a;b", "a\n", "\0"]


@pytest.mark.parametrize("name", NO_HOMES)
def test_a_name_that_dynaconf_would_take_apart_is_no_home(tmp_path, name):
    with pytest.raises(StandaloneError, match="cannot be a home: "):
        homes.find(f"{tmp_path}/{name}")


def test_a_home_is_absolute_and_free_of_links(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    assert homes.find("link/h ١").path == tmp_path.resolve() / "real" / "h ١"


def test_a_new_home_has_its_keys_and_directories_for_its_owner_alone(place):
    assert place.exists()
    assert sorted(path.name for path in place.path.iterdir()) == [
        "database_key", "log", "pulp", "secret_key",
    ]  # fmt: skip
    assert sorted(path.name for path in place.deploy_root.iterdir()) == ["assets", "media", "tmp"]
    for path in [place.path, *place.path.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_the_database_key_is_a_fernet_key(place):
    key = place.database_key.read_text()
    assert len(key) == 44
    assert len(base64.urlsafe_b64decode(key)) == 32


def test_keys_are_made_once(place):
    keys = place.secret_key.read_text(), place.database_key.read_text()
    assert keys[0] != keys[1]
    homes.make(place)
    homes.furnish(place)
    assert (place.secret_key.read_text(), place.database_key.read_text()) == keys


KEYS = [
    ("database_key", None, "database_key is missing or empty: restore it from a backup"),
    ("database_key", "\n", "database_key is missing or empty"),
    ("database_key", "A" * 43, "database_key is not a Fernet key"),
    ("database_key", "A" * 40 + "\n", "database_key is not a Fernet key"),
    ("database_key", "١" * 44, "database_key is not a Fernet key"),
    ("secret_key", None, "secret_key is missing or empty"),
]


@pytest.mark.parametrize(("name", "text", "message"), KEYS)
def test_a_lost_key_is_not_replaced(place, name, text, message):
    place.options.write_text("{}")
    (place.path / name).unlink()
    if text is not None:
        (place.path / name).write_text(text)
    with pytest.raises(StandaloneError, match=message):
        homes.furnish(place)


@pytest.mark.parametrize("names", [["lock"], ["lock", "log", "pulp", "secret_key"]])
def test_a_home_that_was_not_finished_is_finished(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()
    homes.make(homes.find(str(tmp_path)))


@pytest.mark.parametrize("name", ["settings.py", "lock\n", "Documents"])
def test_a_directory_of_somebody_else_is_not_taken(tmp_path, name):
    tmp_path.chmod(0o755)
    (tmp_path / name).touch()
    with pytest.raises(StandaloneError, match="is not empty and not a home of pulp-go"):
        homes.make(homes.find(str(tmp_path)))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_is_no_home(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StandaloneError, match="file cannot be a home: Not a directory"):
        homes.make(homes.find(str(tmp_path / "file")))
    with pytest.raises(StandaloneError, match="file is not a directory"):
        homes.make_directory(tmp_path / "file")
    with pytest.raises(StandaloneError, match="cannot make .*/file/home: Not a directory"):
        homes.make_directory(tmp_path / "file" / "home")


def test_write_private_leaves_one_file_of_mode_0600(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    (tmp_path / "file.new").write_text("of a write that was killed")
    homes.write_private(path, "١\n")
    assert path.read_text() == "١\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_names_the_file_and_leaves_the_old_one(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StandaloneError, match="cannot write .*/file: No space left on device"):
        homes.write_private(path, "new")
    assert path.read_text() == "old"


NO_OBJECTS = [b"", b"[]", b"{", b"\xff", b'"\n']


@pytest.mark.parametrize("data", NO_OBJECTS)
def test_what_is_no_object_is_named(tmp_path, data):
    path = tmp_path / "options.json"
    path.write_bytes(data)
    with pytest.raises(StandaloneError, match="options.json is not what pulp-go wrote there"):
        homes.read_object(path)


def test_what_is_not_there_is_none_and_what_cannot_be_read_is_named(tmp_path):
    assert homes.read_object(tmp_path / "none") is None
    assert homes.read_text(tmp_path / "none") is None
    with pytest.raises(StandaloneError, match="cannot read .*: Is a directory"):
        homes.read_text(tmp_path)


def test_one_holds_the_lock_and_the_other_is_told_who(place):
    message = rf"pulp-go \(pid {os.getpid()}\) is at work in"
    with (
        homes.lock(place),
        pytest.raises(StandaloneError, match=message),
        homes.lock(place),
    ):
        pass
    with homes.lock(place):
        assert (place.path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_that_cannot_be_written_is_named(place, monkeypatch):
    def full(_descriptor, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with (
        pytest.raises(StandaloneError, match="cannot write .*/lock: No space left on device"),
        homes.lock(place),
    ):
        pass


def test_a_lock_in_no_directory_is_named(tmp_path):
    with (
        pytest.raises(StandaloneError, match="cannot write .*/lock: No such file or directory"),
        homes.lock(homes.find(str(tmp_path / "none"))),
    ):
        pass
