"""Users of a live Pulp: made for one test, with the roles that it gives them."""

import http.client
import json
import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pulp_glue.common.context import PulpEntityContext
from pulp_glue.core.context import (
    PulpDomainContext,
    PulpRbacContentGuardContext,
    PulpUserContext,
    PulpUserRoleContext,
)

from functional_tests.contentclient import TIMEOUT, Reply
from functional_tests.livepulp import LivePulp
from functional_tests.workspace import Workspace

DOWNLOADER = "core.rbaccontentguard_downloader"


class Person:
    """A user in a domain, without any right at first.

    Attributes:
        name: The user's name.
        password: The password, with characters that are not for every protocol.
        work: A workspace of the user's own, in the same domain as the one that it was made by.
    """

    def __init__(self, live: LivePulp, made_by: Workspace, password: str = "pass: phrasé") -> None:
        self.name = f"test-{uuid.uuid4().hex[:12]}"
        self.password = password
        self._live = live
        self._domain = made_by.context.pulp_domain
        self._user = PulpUserContext(live.context)
        self._user.create({"username": self.name, "password": password})
        made_by.keep(self._user)
        context = live.as_user(self.name, password)
        context.pulp_domain = self._domain
        self.work = Workspace(context)

    @property
    def headers(self) -> dict[str, str]:
        """The header that says who it is."""
        return credentials(self.name, self.password)

    def change(self, **fields: Any) -> None:
        """Change the user's row, as the administrator."""
        self._user.update(body=fields)

    def leave(self) -> None:
        """Delete the user."""
        self._user.delete()
        self._user.delete = lambda *_, **__: None  # type: ignore[method-assign]

    def may_in_domain(self, *roles: str) -> None:
        """Give roles for all that is in the domain."""
        domain = PulpDomainContext(self._live.context, entity={"name": self._domain})
        for role in roles:
            given = PulpUserRoleContext(self._live.context, self._user)
            given.create({"role": role, "domain": domain.pulp_href, "content_object": ""})

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Ask the REST API as this user; the path is an href."""
        parts = urlsplit(self._live.api)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
        headers = self.headers | {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())
        finally:
            connection.close()


def credentials(name: str, password: str) -> dict[str, str]:
    """Return the header of the Basic scheme."""
    return {"Authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


def may(person: Person, role: str, entity: PulpEntityContext) -> None:
    """Give a person a role for one object."""
    href = {entity.HREF: entity.pulp_href}
    entity.call("add_role", parameters=href, body={"role": role, "users": [person.name]})


def may_not(person: Person, role: str, entity: PulpEntityContext) -> None:
    """Take a role for one object away from a person."""
    href = {entity.HREF: entity.pulp_href}
    entity.call("remove_role", parameters=href, body={"role": role, "users": [person.name]})


def rbac_guard(pulp: Workspace, *people: Person) -> PulpRbacContentGuardContext:
    """Make a content guard that lets people pass."""
    guard = PulpRbacContentGuardContext(pulp.context)
    guard.create({"name": f"test-{uuid.uuid4().hex}"})
    pulp.keep(guard)
    for person in people:
        may(person, DOWNLOADER, guard)
    return guard
