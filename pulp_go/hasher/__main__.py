"""The program `python -m pulp_go.hasher`: examines zips for the process that started it.

It reads one request a line from standard input, writes one answer a line to standard output (see
`wire`), and ends with status 0 where the input ends: so it outlives its parent, however that one
ended, by no more than the zip that it has in hand.
"""

import signal
import sys
from typing import BinaryIO

from pulp_go.gomod.errors import GoModError
from pulp_go.hasher import wire
from pulp_go.hasher.facts import examine


def main() -> None:
    """Answer until there are no more requests."""
    # A stop is sent to whole groups of processes, and the worker then finishes its task first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Nobody is left to read the answer, nor the traceback.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each of `requests` on `answers`."""
    for line in requests:
        answers.write(answer(line))
        answers.flush()


def answer(line: bytes) -> bytes:
    """Return the answer to one request."""
    request = wire.decode_request(line)
    try:
        facts = examine(request.path, request.module, request.version, request.algorithms)
    except (GoModError, OSError) as error:
        return wire.encode_answer(error)
    return wire.encode_answer(facts)


if __name__ == "__main__":
    main()
