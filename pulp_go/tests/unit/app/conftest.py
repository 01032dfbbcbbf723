"""A Pulp without processes: its settings, its models and a PostgreSQL of its own.

Django wants its settings before a model is imported, so they are made when this file is. The
database starts with the first test that asks for it, and each test's rows are rolled back.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import django
import pytest
from asgiref.sync import sync_to_async
from cryptography.fernet import Fernet

from pulp_go.standalone import home, postgres

HOME = home.find(tempfile.mkdtemp(prefix="pulp-go-unit-"))
atexit.register(shutil.rmtree, HOME.path, ignore_errors=True)
for name in ("deploy", "media", "static", "work", "upload"):
    (HOME.path / name).mkdir()
HOME.database_key.write_bytes(Fernet.generate_key())
HOME.settings.write_text(
    f"""
SECRET_KEY = "unit tests"
DB_ENCRYPTION_KEY = "{HOME.database_key}"
CONTENT_ORIGIN = "http://127.0.0.1"
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.postgresql",
    "HOST": "{postgres.socket_directory(HOME)}",
    "NAME": "{postgres.DATABASE}",
    "USER": "{postgres.ROLE}",
}}}}
DEPLOY_ROOT = "{HOME.path}/deploy"
MEDIA_ROOT = "{HOME.path}/media/"
STATIC_ROOT = "{HOME.path}/static/"
WORKING_DIRECTORY = "{HOME.path}/work"
FILE_UPLOAD_TEMP_DIR = "{HOME.path}/upload"
ANALYTICS = False
"""
)
os.environ["PULP_SETTINGS"] = str(HOME.settings)
os.environ["DJANGO_SETTINGS_MODULE"] = "pulpcore.app.settings"
django.setup()
from django.db import connections, transaction  # noqa: E402

from pulp_go.app import checksums  # noqa: E402 (it wants Django set up)
from pulp_go.app.models import GoRemote, GoRepository  # noqa: E402 (the same)


@pytest.fixture(scope="session")
def database():
    """A PostgreSQL with every table."""
    cluster = postgres.of(HOME)
    postgres.make(cluster)
    postgres.make_socket_directory(cluster)
    server = subprocess.Popen(
        cluster.command(),
        env=postgres.ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **cluster.arguments(cluster.directory),
    )
    try:
        while not cluster.is_ready():
            assert server.poll() is None, "PostgreSQL ended"
            time.sleep(0.05)
        manage = Path(sys.executable).with_name("pulpcore-manager")
        subprocess.run([manage, "migrate"], check=True, capture_output=True)
        yield
    finally:
        connections.close_all()
        server.send_signal(signal.SIGINT)  # "fast": it waits for nobody
        server.wait(30)
        postgres.remove_socket_directory(HOME)


@pytest.fixture
def db(database, monkeypatch):
    """The database, as it was after the migrations; what a test writes is rolled back."""
    # Another connection would not see what is written, and would keep what it writes.
    monkeypatch.setattr(checksums, "ConnectionThread", lambda: nullcontext(sync_to_async))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    assert connections["default"].in_atomic_block is False


class Upstream(ThreadingHTTPServer):
    """A server with scripted replies.

    Attributes:
        replies: For each path a list of `(status, headers, body)`; the last one is repeated.
        log: The paths that were asked, in order.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Replies)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.replies = {}
        self.log = []

    def says(self, path, *replies):
        """Script the replies at `path`; a reply may be a body alone."""
        full = [reply if isinstance(reply, tuple) else (200, {}, reply) for reply in replies]
        self.replies[path] = full


class Replies(BaseHTTPRequestHandler):
    """Answers from the script; 404 to what it does not have."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.lstrip("/")
        self.server.log.append(path)
        script = self.server.replies.get(path, [(404, {"Content-Type": "text/plain"}, b"no")])
        status, headers, body = script.pop(0) if len(script) > 1 else script[0]
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "Content-Length" in headers

    def log_message(self, format, *args):
        """Keep the log in memory only."""


@pytest.fixture
def upstream():
    """A running `Upstream`."""
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def unit(db, upstream):
    """What all units of work have in common that go from the scripted upstream to a repository."""
    remote = GoRemote.objects.create(name="remote", url=upstream.url, max_retries=0, sumdb="off")
    repository = GoRepository.objects.create(name="repository")
    return {
        "domain": str(remote.pulp_domain_id),
        "correlation_id": "c0ffee",
        "remote": str(remote.pk),
        "repository": str(repository.pk),
        "kind": "module",
        "excludes": [],
        "mirror": False,
        "fingerprint": "",
    }
