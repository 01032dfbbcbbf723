import stat

import pytest

from pulp_go.standalone import settings_file
from pulp_go.standalone.home import Home
from pulp_go.standalone.options import Options


def settings(text):
    """Return the settings that Python reads in a text, as dynaconf picks them."""
    names = {}
    exec(compile(text, "settings.py", "exec"), names)
    return {name: value for name, value in names.items() if name.isupper()}


def test_the_settings_of_a_home(tmp_path):
    home = Home(tmp_path / "it's ١ home")
    path = str(home.path)
    options = Options(8080, 8081, "::1", "cert", "key")
    assert settings(settings_file.text(home, options, {"NAME": "n'\n"}, "a-secret")) == {
        "SECRET_KEY": "a-secret",
        "DB_ENCRYPTION_KEY": f"{path}/database_key",
        "CONTENT_ORIGIN": "https://[::1]:8081",
        "DATABASES": {"default": {"NAME": "n'\n"}},
        "DEPLOY_ROOT": f"{path}/pulp",
        "MEDIA_ROOT": f"{path}/pulp/media",
        "STATIC_ROOT": f"{path}/pulp/assets",
        "WORKING_DIRECTORY": f"{path}/pulp/tmp",
        "FILE_UPLOAD_TEMP_DIR": f"{path}/pulp/tmp",
        "CACHE_ENABLED": False,
        "ANALYTICS": False,
        "TASK_GRACE_INTERVAL": 0,
    }


def own(tmp_path, text):
    """Return the settings of a home with a user's own file."""
    path = tmp_path / "{it's} ١.py"
    path.write_text(text)
    return settings(
        settings_file.text(Home(tmp_path), Options(settings=str(path)), {"NAME": "n"}, "s")
    )


def test_the_users_file_comes_last_and_sees_ours(tmp_path):
    text = 'CACHE_ENABLED = True\nDATABASES["default"]["CONN_MAX_AGE"] = 60\nWORD = "١"\n'
    found = own(tmp_path, text)
    assert found["CACHE_ENABLED"] is True
    assert found["DATABASES"] == {"default": {"NAME": "n", "CONN_MAX_AGE": 60}}
    assert found["WORD"] == "١"


def test_an_oserror_of_the_users_file_does_not_pass_for_a_missing_file(tmp_path):
    with pytest.raises(RuntimeError, match=r"\{it's\} ١.py: .*No such file"):
        own(tmp_path, "open('/none/such')\n")


def test_the_file_is_for_its_owner_alone_and_has_the_key(place):
    place.secret_key.write_text("a-secret\n")
    settings_file.write(place, Options(1, 2), {})
    assert settings(place.settings.read_text())["SECRET_KEY"] == "a-secret"
    assert stat.S_IMODE(place.settings.stat().st_mode) == 0o600
