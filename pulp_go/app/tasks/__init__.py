from pulp_go.app.tasks.dry_run import preview
from pulp_go.app.tasks.sync import synchronize
from pulp_go.app.tasks.upload import add_upload, is_quick, upload

__all__ = ["add_upload", "is_quick", "preview", "synchronize", "upload"]
