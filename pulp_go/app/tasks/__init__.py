from pulp_go.app.tasks.sync import synchronize

__all__ = ["synchronize"]
