"""What a sync shows of itself while it runs: a progress report for each phase."""

from contextlib import ExitStack

from pulpcore.plugin.models import ProgressReport

PHASES = {
    "planned": "Planning module versions",
    "skipped": "Skipping modules without a change",
    "downloaded": "Downloading module versions",
    "verified": "Verifying module versions",
    "added": "Adding module versions",
    "removed": "Removing module versions",
    "failed": "Failed module versions",
}


class Progress(ExitStack):
    """The progress reports of the current task."""

    def __enter__(self):
        super().__enter__()
        self._reports = {
            what: self.enter_context(ProgressReport(message=message, code=f"sync.{what}"))
            for what, message in PHASES.items()
        }
        return self

    def __call__(self, counts):
        """Show what was counted so far; the reports save themselves from time to time."""
        for what, number in counts.items():
            self._reports[what].done = number
            self._reports[what].save()
