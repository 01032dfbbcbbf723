"""Until rights are given out, the administrator alone sees and does anything."""

import uuid

import pytest
from pulp_glue.common.exceptions import PulpHTTPError
from pulp_glue.core.context import PulpUserContext

from functional_tests.contentclient import fetch
from functional_tests.workspace import Workspace
from pulp_go.cli.contexts import PulpGoRepositoryContext

PATHS = [
    "content/go/modules/",
    "distributions/go/go/",
    "remotes/go/go/",
    "repositories/go/go/",
]


@pytest.fixture
def stranger(live_pulp, pulp):
    """A workspace of a user without any right, in the domain of `pulp`."""
    user = PulpUserContext(live_pulp.context)
    name = f"test-{uuid.uuid4().hex[:12]}"
    user.create({"username": name, "password": "a long pass phrase"})
    pulp.keep(user)
    context = live_pulp.as_user(name, "a long pass phrase")
    context.pulp_domain = pulp.context.pulp_domain
    return Workspace(context)


def test_a_stranger_is_refused_everything(pulp, stranger, upstream):
    upstream.tree.add("example.com/a", "v1.0.0")
    repository, remote = pulp.repository(), pulp.remote(upstream, "example.com/a")

    def act(action, body):
        href = {repository.HREF: repository.pulp_href}
        PulpGoRepositoryContext(stranger.context).call(action, parameters=href, body=body)

    attempts = [
        stranger.module_versions,
        stranger.repository,
        stranger.distribution,
        lambda: stranger.remote(upstream, "example.com/a"),
        lambda: act("sync", {"remote": remote.pulp_href}),
        lambda: act("modify", {"add_content_units": []}),
    ]
    for attempt in attempts:
        with pytest.raises(PulpHTTPError) as refused:
            attempt()
        assert refused.value.status_code == 403
    assert upstream.requests == []


@pytest.mark.parametrize("path", PATHS)
def test_without_a_password_it_is_401(live_pulp, pulp, path):
    assert fetch(live_pulp.api + pulp.context.api_path + path).status == 401
