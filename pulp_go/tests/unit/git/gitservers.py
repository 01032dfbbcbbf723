"""Servers of git repositories on loopback, that can be told to misbehave.

Over http it is git's own `git http-backend`, over ssh git's own `git upload-pack` behind a server
of paramiko. A repository is made by git itself, with nothing of the user's configuration.
"""

import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from base64 import b64encode
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import paramiko
import pytest

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.com",
}
needs_git = pytest.mark.skipif(not shutil.which("git"), reason="there is no git on this machine")


def git(folder, *arguments, date="2024-01-02T03:04:05Z", stdin=None):
    """Run git and return what it printed."""
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=ENVIRONMENT | dates,
        input=stdin,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return done.stdout.decode().strip()


@dataclass
class Origin:
    """A bare repository that is served, and made if it is not there. Files are given by content."""

    path: object
    options: tuple = ()
    seconds: int = 1_700_000_000

    def __post_init__(self):
        if not self.path.exists():
            self.path.mkdir(parents=True)
            git(self.path, "init", "-q", "--bare", "-b", "main", *self.options)

    def commit(self, branch="main", files=None, parent=None):
        """Add a commit to a branch and return its id."""
        mark = f"from {parent}\n" if parent else ""
        tip = self.refs().get(f"refs/heads/{branch}")
        if tip and not parent:
            mark = f"from {tip}\n"
        lines = [f"commit refs/heads/{branch}\ncommitter C <c@example.com> {self.clock()} +0000\n"]
        lines.append(f"data 4\nnext\n{mark}")
        for name, content in (files or {"a.txt": str(len(self.refs()))}).items():
            lines.append(f"M 100644 inline {name}\ndata {len(content)}\n{content}\n")
        git(self.path, "fast-import", "--quiet", "--force", stdin="".join(lines).encode())
        return self.refs()[f"refs/heads/{branch}"]

    def clock(self):
        """Return another second each time."""
        self.seconds += 1
        return self.seconds

    def tag(self, name, target="refs/heads/main", annotated=False):
        """Tag a commit."""
        git(self.path, "tag", "-f", *(["-a", "-m", "m"] if annotated else []), name, target)

    def refs(self):
        """Return the refs as git says, HEAD among them if it leads anywhere."""
        lines = git(self.path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        refs = dict(line.split() for line in lines)
        branch = git(self.path, "symbolic-ref", "-q", "HEAD")
        return refs | ({"HEAD": refs[branch]} if branch in refs else {})


@dataclass
class Manners:
    """How a server is to behave from now on.

    Attributes:
        status: The status to answer everything with, or None for what is right.
        headers: What goes with that status.
        credentials: "user:password" that is asked for, or "".
        redirect: The base URL to redirect everything to, or "".
        cut: The number of bytes of a pack after which the connection ends, or None.
        hang: Whether nothing is answered.
        slow: The seconds between two bytes of an answer, or 0.
        meddle: Called with the body of an answer, returns what to send.
        before_fetch: Called once before a pack is asked for.
        version: The only version of the protocol spoken, or None for any.
        requests: What came: (method, path, headers).
    """

    status: int | None = None
    headers: dict = field(default_factory=dict)
    credentials: str = ""
    redirect: str = ""
    cut: int | None = None
    hang: bool = False
    slow: float = 0
    meddle: object = None
    before_fetch: object = None
    version: int | None = None
    requests: list = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.serve(b"")

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers["Content-Length"])))

    def serve(self, body):
        manners = self.server.manners
        manners.requests.append((self.command, self.path, dict(self.headers)))
        if manners.hang:
            manners.let_go.wait(20)
            self.close_connection = True
        elif manners.redirect:
            self.answer(302, {"Location": manners.redirect + self.path}, b"")
        elif manners.status:
            self.answer(manners.status, manners.headers, b"no")
        elif manners.credentials and not self.authorized(manners.credentials):
            self.answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        else:
            self.backend(body, manners)

    def authorized(self, credentials):
        wanted = f"Basic {b64encode(credentials.encode()).decode()}"
        return self.headers.get("Authorization") == wanted

    def backend(self, body, manners):
        is_fetch = b"want " in body
        if is_fetch and manners.before_fetch:
            call, manners.before_fetch = manners.before_fetch, None
            call()
        path, _, query = self.path.partition("?")
        version = f"version={manners.version}" if manners.version is not None else None
        done = subprocess.run(
            ["git", "http-backend"],
            env=ENVIRONMENT
            | {
                "GIT_PROJECT_ROOT": str(self.server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "GIT_PROTOCOL": version or self.headers.get("Git-Protocol", ""),
            },
            input=body,
            capture_output=True,
            timeout=60,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        status = int(headers.pop("Status", "200").split()[0])
        if manners.meddle and (is_fetch or manners.meddle.__name__ == "any_answer"):
            content = manners.meddle(content)
        cut = manners.cut if is_fetch else None
        self.answer(status, headers, content, cut, manners.slow)

    def answer(self, status, headers, content, cut=None, slow=0):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        for byte in content[:cut] if slow else ():
            self.wfile.write(bytes([byte]))
            if self.server.manners.let_go.wait(slow):
                break
        else:
            self.wfile.write(b"" if slow else content[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Say nothing: clients go away all the time here."""


@contextmanager
def http_server(root, manners, tls=None):
    """Serve the repositories below `root`, and yield the base URL. `tls` is an ssl context."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.root, server.manners = root, manners
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        manners.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def tls_context(certificate, key, client_ca=None):
    """Return the context of a server; with `client_ca` it wants a certificate of the client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context


class _Shell(paramiko.ServerInterface):
    """Lets one key in, and runs `git-upload-pack` for it."""

    def __init__(self, root, key, manners):
        self.root, self.key, self.manners = root, key, manners
        self.environment = {}
        self.users = []

    def check_auth_publickey(self, username, key):
        self.users.append(username)
        return paramiko.AUTH_SUCCESSFUL if key == self.key else paramiko.AUTH_FAILED

    def get_allowed_auths(self, _):
        return "publickey"

    def check_channel_request(self, *_):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_env_request(self, _, name, value):
        self.environment[name.decode()] = value.decode()
        return True

    def check_channel_exec_request(self, channel, command):
        self.manners.requests.append((command.decode(), dict(self.environment)))
        if self.manners.hang:
            self.manners.let_go.wait(20)
            return False
        # The client is to hear first that the command has begun.
        timer = threading.Timer(0.05, self.run, (channel, command.decode()))
        timer.daemon = True
        timer.start()
        return True

    def run(self, channel, command):
        with suppress(OSError, EOFError):  # The client is gone.
            self.upload_pack(channel, command)

    def upload_pack(self, channel, command):
        if self.manners.slow:
            self.manners.let_go.wait(20)
        if self.manners.status:
            channel.sendall_stderr(b"ERROR: Repository not found.\n")
            channel.send_exit_status(1)
            channel.close()
            return
        path = self.root / command.removeprefix("git-upload-pack '").removesuffix("'").lstrip("/")
        process = subprocess.Popen(
            ["git", "upload-pack", str(path)],
            env=ENVIRONMENT | self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self.feed, args=(channel, process), daemon=True).start()
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            channel.sendall(piece)
        channel.sendall_stderr(process.stderr.read())
        channel.send_exit_status(process.wait(10))
        channel.close()

    def feed(self, channel, process):
        while piece := channel.recv(1 << 16):
            process.stdin.write(piece)
            process.stdin.flush()
        process.stdin.close()


class _SshHandler(socketserver.BaseRequestHandler):
    def handle(self):
        transport = paramiko.Transport(self.request)
        transport.add_server_key(self.server.host_key)
        transport.start_server(server=self.server.shell)
        transport.join(30)


class _SshServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        """Say nothing: clients go away all the time here."""


@contextmanager
def ssh_server(root, host_key, user_key, manners):
    """Serve the repositories below `root` to `user_key`, and yield the port and the shell."""
    server = _SshServer(("127.0.0.1", 0), _SshHandler)
    server.host_key, server.shell = host_key, _Shell(root, user_key, manners)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], server.shell
    finally:
        manners.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def silent_port():
    """Yield a port of loopback that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
