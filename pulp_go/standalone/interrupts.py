"""Signals that ask to end, kept until it is a good time.

An exception out of a signal handler could come between the start of a process and its entry in
the state, and leave it behind. So a handler only takes note, and what waits asks.
"""

import signal
import types
from typing import Self

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """A context in which the signals that ask to end are noted.

    One that is ignored already stays ignored: `nohup` wants SIGHUP so, a shell's `&` SIGINT.

    Attributes:
        noted: the first signal that has come, or None.
    """

    def __init__(self) -> None:
        self.noted: signal.Signals | None = None
        self._former: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in _ASKING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._former[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)  # type: ignore[arg-type]

    def _note(self, number: int, _frame: types.FrameType | None) -> None:
        """Take note of a signal."""
        self.noted = self.noted or signal.Signals(number)
