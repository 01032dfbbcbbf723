"""Times: of a call in this process, and of a task as Pulp notes them."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that `work` took, and what it returned."""
    begin = time.monotonic()
    value = work()
    return time.monotonic() - begin, value


def seconds_of(task: Mapping[str, Any]) -> float:
    """Return the seconds from the dispatch of a task to its end."""
    return _between(task, "pulp_created")


def seconds_at_work(task: Mapping[str, Any]) -> float:
    """Return the seconds from the moment that a worker took a task up to its end."""
    return _between(task, "started_at")


def _between(task: Mapping[str, Any], begin: str) -> float:
    moments = [datetime.fromisoformat(str(task[name])) for name in (begin, "finished_at")]
    return (moments[1] - moments[0]).total_seconds()
