"""A static GOPROXY on loopback that takes little of the machine, in a process of its own.

    python -m benchmarks._static [--log FILE] DIRECTORY...

It prints its URL, serves the files below the directories, of the first that has one, and ends when
its standard input does. A connection has a thread, which reads a request, and has the kernel send
the file. With a log the path of each request is a line of it.
"""

import argparse
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

REQUEST = re.compile(r"(GET|HEAD) /([^ ?]*) HTTP/1\.1\r\n")
BLANK = b"\r\n"
MOST_LINE = 1 << 16
FOUND = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n"
MISSING = "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\nnot found\n"


@contextmanager
def served(*directories: Path, log: Path | None = None) -> Iterator[str]:
    """Serve directories, and give their URL without a trailing slash.

    Args:
        directories: The directories; the first that has a file gives it.
        log: The file that the paths of all requests are added to.
    """
    command = [sys.executable, "-m", "benchmarks._static", *map(str, directories)]
    command += ["--log", str(log)] if log else []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout  # what PIPE means
        with process.stdin:
            yield process.stdout.readline().strip()


class Server(socketserver.ThreadingTCPServer):
    """The server of some directories.

    Attributes:
        directories: The directories.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, directories: list[Path], log: BinaryIO | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.directories = directories
        self._log = log

    def open(self, path: str) -> BinaryIO:
        """Open the file at a path.

        Raises:
            FileNotFoundError: No directory has it.
        """
        if self._log:
            # One write to a file that is opened to append: threads do not mix their lines.
            self._log.write(f"{path}\n".encode())
        for directory in self.directories:
            file = directory / path
            if file.is_file():
                return file.open("rb")
        raise FileNotFoundError(path)


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        """Answer requests until the client closes the connection, or breaks it."""
        try:
            while line := self.rfile.readline(MOST_LINE):
                while self.rfile.readline(MOST_LINE) not in (BLANK, b""):
                    pass
                self.answer(line.decode("latin-1"))
        except ConnectionError:
            return

    def answer(self, line: str) -> None:
        """Answer the request whose first line is `line`."""
        request = REQUEST.fullmatch(line)
        path = unquote(request[2]) if request else ""
        try:
            if not request or ".." in path.split("/"):
                raise FileNotFoundError(path)
            with self.server.open(path) as file:
                self.send(file, request[1])
        except FileNotFoundError:
            self.wfile.write(MISSING.encode())

    def send(self, file: BinaryIO, method: str) -> None:
        """Send a file, or with HEAD what it would be."""
        size = os.fstat(file.fileno()).st_size
        self.wfile.write(FOUND.format(size).encode())
        start = 0 if method == "GET" else size
        while start < size:
            start += os.sendfile(self.connection.fileno(), file.fileno(), start, size - start)


def main() -> None:
    """Serve the directories that the command line names until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directories", type=Path, nargs="+")
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    log = arguments.log.open("ab", buffering=0) if arguments.log else None
    with Server(arguments.directories, log) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
