"""What a task shows of itself while it runs: a progress report for each phase."""

from contextlib import ExitStack

from pulpcore.plugin.models import ProgressReport

SYNC = {
    "planned": ("sync.planned", "Planning module versions"),
    "skipped": ("sync.skipped", "Skipping modules without a change"),
    "downloaded": ("sync.downloaded", "Downloading module versions"),
    "verified": ("sync.verified", "Verifying module versions"),
    "added": ("sync.added", "Adding module versions"),
    "removed": ("sync.removed", "Removing module versions"),
    "failed": ("sync.failed", "Failed module versions"),
}
FETCH = {
    "planned": ("fetch.planned", "Planning zips"),
    "downloaded": ("fetch.downloaded", "Downloading zips"),
    "failed": ("fetch.failed", "Failed zips"),
}
VERIFY = {
    "planned": ("verify.planned", "Planning module versions"),
    "verified": ("verify.verified", "Verifying module versions"),
    "failed": ("verify.failed", "Failed module versions"),
}


class Progress(ExitStack):
    """The progress reports of the current task.

    Args:
        phases: The code and the message of each, by what is counted.
    """

    def __init__(self, phases=SYNC):
        super().__init__()
        self._phases = phases

    def __enter__(self):
        super().__enter__()
        self._reports = {
            what: self.enter_context(ProgressReport(code=code, message=message))
            for what, (code, message) in self._phases.items()
        }
        return self

    def __call__(self, counts):
        """Show what was counted so far; the reports save themselves from time to time."""
        for what, number in counts.items():
            self._reports[what].done = number
            self._reports[what].save()
