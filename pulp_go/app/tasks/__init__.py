from pulp_go.app.tasks.dry_run import preview
from pulp_go.app.tasks.sync import synchronize

__all__ = ["preview", "synchronize"]
