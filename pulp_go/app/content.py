"""The gate before guarded distributions: 401 and 403 in the content app.

pulpcore's own way answers 403 to whoever its guard refuses, verifies a password at each request,
and looks for a distribution only then. Here, for every path below the base path of a guarded Go
distribution, whether there is anything or not:

    the guard permits                          the answer of the distribution
    it refuses, and nobody was authenticated   401, asking for credentials
    it refuses a user                          403

so a client learns nothing about a module, and `go`, for which 404 and 410 mean "ask the next
proxy", goes nowhere else. Distributions without a guard, and those of other plugins, go pulpcore's
way.

The distribution, its guard and the user's row are read at each request. Only a permission by
pulpcore's RBAC guard, which takes a dozen queries, is good for `WINDOW`.

https://go.dev/ref/mod#goproxy-protocol
"""

import asyncio
import logging
import re
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiohttp import web
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError
from django_guid import set_guid
from django_guid.utils import generate_guid

from pulpcore.content.authentication import convert_request
from pulpcore.plugin.content import Handler, app
from pulpcore.plugin.util import set_domain

from pulp_go.app import serving
from pulp_go.app.credentials import ColdError, identify
from pulp_go.app.lazy import LazyAnswer, end_fetching, fetching
from pulp_go.app.models import GoDistribution

log = logging.getLogger(__name__)

# For how many seconds a user who has lost a right may still have it.
WINDOW = 1.0
MOST = 10_000
RBAC = "core.rbac"
# What guards raise that cannot read a header or a query, beside PermissionError.
UNREADABLE = (ValueError, LookupError, TypeError, StopIteration)
STORABLE = re.compile("[^\0\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate found for a request below a guarded distribution.

    Attributes:
        distribution: The distribution.
        path: The path below its base path.
        permitted: Whether its guard lets the request pass.
        known: Whether the request comes from an authenticated user.
    """

    distribution: GoDistribution
    path: str
    permitted: bool
    known: bool


class Permissions:
    """Who was permitted by which RBAC guard, within the window.

    Args:
        clock: Tells seconds.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._until = {}

    def hold(self, guard, user):
        """Report whether the guard permitted the user within the window."""
        return self._until.get((guard.pk, user.pk), 0) > self._clock()

    def keep(self, guard, user):
        """Remember that the guard permits the user."""
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[guard.pk, user.pk] = self._clock() + WINDOW


class Gate(Handler):
    """Judges requests; all that reads the database runs on a thread."""

    distribution_model = GoDistribution

    def __init__(self):
        self._permissions = Permissions()
        # Hashing is slow: it must hold up neither the event loop nor the one thread of the ORM.
        self._hashing = ThreadPoolExecutor(2, "pulp-go-hashing")
        self._locks = weakref.WeakValueDictionary()

    async def judge(self, request):
        """Return the `Judgement` on a request, or None if there is nothing to guard."""
        if place(request) is None:
            return None
        try:
            return await sync_to_async(self.look)(request, False)
        except ColdError as cold:
            key = cold.key
        # `go` begins with many requests at once: the first one verifies for all.
        async with self._locks.setdefault(key, asyncio.Lock()):
            try:
                return await sync_to_async(self.look)(request, False)
            except ColdError:
                look = sync_to_async(self.look, thread_sensitive=False, executor=self._hashing)
                return await look(request, True)

    def look(self, request, hashing):
        """Return the judgement, also over a connection that the database had closed.

        Raises:
            ColdError: A password has to be hashed, and `hashing` is false.
        """
        try:
            return self.judgement(request, hashing)
        except (InterfaceError, DatabaseError):
            self._reset_db_connection()
            return self.judgement(request, hashing)

    def judgement(self, request, hashing):
        """Return the judgement, or None if there is nothing to guard.

        Raises:
            ColdError: A password has to be hashed, and `hashing` is false.
        """
        domain, path = place(request)
        distribution = self.guarded(domain, path)
        if distribution is None:
            return None
        set_domain(distribution.pulp_domain)
        # Guards of every kind find what pulpcore's own authentication would have left for them.
        asked = identify(convert_request(request), hashing)
        asked.pulp_domain = distribution.pulp_domain
        request["user"], request["auth"], request["drf_request"] = asked.user, asked.auth, asked
        permitted = self.permits(distribution.content_guard, request)
        below = path.lstrip("/")[len(distribution.base_path) :].lstrip("/")
        return Judgement(distribution, below, permitted, bool(asked.user.is_authenticated))

    def guarded(self, domain, path):
        """Return the guarded Go distribution that a path lies below, or None."""
        paths = self._base_paths(path if path.endswith("/") else f"{path}/")
        return (
            GoDistribution.objects.filter(
                pulp_domain__name=domain,
                base_path__in=[each for each in paths if STORABLE.fullmatch(each)],
                content_guard__isnull=False,
            )
            .select_related("content_guard", "pulp_domain")
            .first()
        )

    def permits(self, guard, request):
        """Report whether a guard lets a request pass."""
        user = request["user"]
        # This guard looks at the user alone; others may look at anything of the request.
        rbac = guard.pulp_type == RBAC
        lasting = rbac and isinstance(user, get_user_model())
        if lasting and self._permissions.hold(guard, user):
            return True
        try:
            guard.cast().permit(request)
        except PermissionError:
            return False
        except UNREADABLE as error:
            # The text may be of a header, so it is a secret.
            log.debug("content guard %s: %s", guard.name, type(error).__name__)
            return False
        if lasting:
            self._permissions.keep(guard, user)
        return True


def place(request):
    """Return the domain's name and the path in it that a request is about, or None."""
    found = request.match_info
    if "path" in found:
        return found.get("pulp_domain", "default"), found["path"]
    # No route is that of another method than GET, nor of a path with a line end in it.
    if not request.path.startswith(settings.CONTENT_PATH_PREFIX):
        return None
    path = request.path.removeprefix(settings.CONTENT_PATH_PREFIX)
    if not settings.DOMAIN_ENABLED:
        return "default", path
    domain, _, path = path.partition("/")
    return domain, path


GATE = Gate()


@web.middleware
async def guard(request, handler):
    """Answer what lies below a guarded Go distribution; let pulpcore answer the rest."""
    set_guid(generate_guid())
    judgement = await GATE.judge(request)
    if judgement is None or (judgement.permitted and "path" not in request.match_info):
        return await handler(request)
    if judgement.permitted:
        return judgement.distribution.content_handler(judgement.path)
    answer = serving.forbidden() if judgement.known else serving.unauthorized()
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def content_handler(self, path):
    """Return the response that answers a request once it is prepared."""
    return LazyAnswer(self, path)


# Pulp asks the model, and what answers sees the models.
GoDistribution.content_handler = content_handler
app.middlewares.insert(0, guard)
app.cleanup_ctx.append(fetching)
app.on_shutdown.append(end_fetching)
