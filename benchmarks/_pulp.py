"""The Pulp of a benchmark: what it is set to, and how one waits for its tasks at little cost.

It is what `pulp-go up` makes, nothing about syncs tuned, but for two settings. Domains are on, so
that each round can have one that holds nothing. Passwords have a fast hash, Django's own advice
for tests, unless passwords are what is measured: with the usual one each request that asks for a
task's state takes a quarter of a second of a core from the task. For the same reason it is asked
for no more than twice a second.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functional_tests.certificates import Certificate
from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace, new_domain

DOMAINS = "DOMAIN_ENABLED = True\n"
FAST_HASH = 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n'
INTERVAL = 0.5


@contextmanager
def running_pulp(
    directory: Path, *, fast_hash: bool = True, tls: Certificate | None = None, settings: str = ""
) -> Iterator[LivePulp]:
    """Give a Pulp whose home is below `directory`; all of its processes are ended after.

    Args:
        directory: Where its home is made.
        fast_hash: Whether passwords have a fast hash, or the usual one.
        tls: What it speaks https with; without it speaks plain HTTP.
        settings: Lines of further settings.
    """
    _stay_on_loopback()
    file = directory / "settings.py"
    file.write_text(DOMAINS + (FAST_HASH if fast_hash else "") + settings)
    pulp = LivePulp.start(directory / "home", file, tls)
    try:
        yield pulp
    finally:
        pulp.end()


@contextmanager
def empty_domain(pulp: LivePulp) -> Iterator[Workspace]:
    """Give a workspace in a domain that holds nothing; what it makes is taken away after."""
    with new_domain(pulp) as work:
        work.interval = INTERVAL
        try:
            yield work
        finally:
            work.clean()


def _stay_on_loopback() -> None:
    """Have no proxy of this machine stand between Pulp, its upstream and us.

    Nor say whom `requests` trusts: it puts these variables above what it is told.
    """
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
