from pulp_go.app.tasks.dry_run import preview
from pulp_go.app.tasks.fetch import fetch_all
from pulp_go.app.tasks.sync import synchronize
from pulp_go.app.tasks.upload import add_upload, is_quick, upload
from pulp_go.app.tasks.verify import verify_version

__all__ = [
    "add_upload",
    "fetch_all",
    "is_quick",
    "preview",
    "synchronize",
    "upload",
    "verify_version",
]
