"""The settings file of a home (`settings.py`), which PULP_SETTINGS names.

It is Python, as dynaconf reads it, and holds secrets: mode 0600. The user's own file is run at its
end, in the same names, so that it can replace a setting (`CACHE_ENABLED = True`) as well as change
one (`DATABASES["default"]["CONN_MAX_AGE"] = 60`). dynaconf's own ways fail here: pulpcore does
not honour `dynaconf_include`, and two files in PULP_SETTINGS are two files for everyone who
uses the settings from outside.

https://pulpproject.org/pulpcore/docs/admin/reference/settings/
"""

from pathlib import Path
from typing import Any

from pulp_go.standalone.home import Home, read_text, write_private
from pulp_go.standalone.options import Options

_HEAD = """\
# Written by pulp-go at each `up`: changes made here are lost.
# Settings of your own go into a file that `pulp-go up --settings FILE` names.
"""

# dynaconf takes an OSError in a settings file for a missing file, and goes on without any of it.
_USER_FILE = """
_path = {path!r}
try:
    with open(_path, encoding="utf-8") as _file:
        exec(compile(_file.read(), _path, "exec"))
except OSError as _error:
    raise RuntimeError(f"{{_path}}: {{_error}}") from _error
"""


def write(home: Home, options: Options, database: dict[str, Any]) -> None:
    """Write the settings file.

    Args:
        home: whose settings they are.
        options: with the ports that were taken.
        database: DATABASES["default"].
    """
    secret_key = (read_text(home.secret_key) or "").strip()
    write_private(home.settings, text(home, options, database, secret_key))


def text(home: Home, options: Options, database: dict[str, Any], secret_key: str) -> str:
    """Return the text of the settings file."""
    values = _settings(home, options, database, secret_key)
    lines = [f"{name} = {value!r}\n" for name, value in values.items()]
    user_file = _USER_FILE.format(path=options.settings) if options.settings else ""
    return _HEAD + "".join(lines) + user_file


def _settings(
    home: Home, options: Options, database: dict[str, Any], secret_key: str
) -> dict[str, Any]:
    """Return the settings by name: what pulpcore must be told, and where it should differ."""
    root: Path = home.deploy_root
    return {
        "SECRET_KEY": secret_key,
        "DB_ENCRYPTION_KEY": str(home.database_key),
        "CONTENT_ORIGIN": options.content_url,
        "DATABASES": {"default": database},
        "DEPLOY_ROOT": str(root),
        "MEDIA_ROOT": str(root / "media"),
        "STATIC_ROOT": str(root / "assets"),
        "WORKING_DIRECTORY": str(root / "tmp"),
        "FILE_UPLOAD_TEMP_DIR": str(root / "tmp"),
        # No Redis on this machine unless the user's file says so.
        "CACHE_ENABLED": False,
        # pulpcore would post statistics to analytics.pulpproject.org each day.
        "ANALYTICS": False,
        # So `down` need not wait: a worker fails its task at once on SIGINT (see `state`).
        "TASK_GRACE_INTERVAL": 0,
    }
