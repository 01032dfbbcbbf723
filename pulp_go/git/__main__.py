"""The program `python -m pulp_go.git`: works on git repositories for the process that started it.

It reads one question a line from standard input, writes one answer a line to standard output (see
`wire`), and ends with status 0 where the input ends. It ends at once, with a question in hand too,
where nobody is left to read the answer: so it does not outlive its parent, however that one ended,
and a host that is silent keeps no mirror locked.
"""

import logging
import os
import select
import signal
import sys
import threading
from typing import BinaryIO

from pulp_go.git import wire
from pulp_go.git.desk import Desk
from pulp_go.gomod.errors import GoModError


def main() -> None:
    """Answer until there are no more questions."""
    # A stop is sent to whole groups of processes, and the worker then finishes its task first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Nobody is left to read the answer, nor the traceback.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # What libraries log may hold what hosts say, and nobody asked for it.
    logging.disable()
    threading.Thread(target=end_without_reader, args=(sys.stdout.fileno(),), daemon=True).start()
    with Desk() as desk:
        serve(desk, sys.stdin.buffer, sys.stdout.buffer)


def end_without_reader(answers: int) -> None:
    """Wait until the pipe `answers` has no reader, and end this process then.

    What it leaves behind is what a kill leaves, which the next one who works on a mirror removes.
    """
    watch = select.poll()
    # This is told without being asked for: https://man7.org/linux/man-pages/man2/poll.2.html
    watch.register(answers, 0)
    watch.poll()
    os._exit(1)


def serve(desk: Desk, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer each of `questions` on `answers`."""
    for line in questions:
        answers.write(wire.encode(answer(desk, line)))
        answers.flush()


def answer(desk: Desk, line: bytes) -> dict[str, object]:
    """Return the answer to one question."""
    try:
        return desk.answer(wire.decode(line))
    except (GoModError, OSError) as error:
        return wire.error_fields(error)


if __name__ == "__main__":
    main()
