"""What a client sends for a distribution, before any Pulp is asked."""

import pytest
from pulp_glue.common.context import PulpContext
from pulp_glue.common.exceptions import PulpException

from pulp_go.cli.contexts import PulpGoDistributionContext

REPOSITORY = "/pulp/api/v3/repositories/go/go/1/"
VERSION = f"{REPOSITORY}versions/2/"
BODIES = [
    ({"name": "a"}, {"name": "a"}),
    ({"repository": REPOSITORY}, {"repository": REPOSITORY, "repository_version": None}),
    ({"repository_version": VERSION}, {"repository_version": VERSION, "repository": None}),
    ({"repository": ""}, {"repository": None}),
    ({"sumdb": ""}, {"sumdb": None}),
    ({"sumdb": "held"}, {"sumdb": "held"}),
    (
        {"repository": REPOSITORY, "repository_version": VERSION},
        {"repository": REPOSITORY, "repository_version": VERSION},
    ),
    (
        {"repository": REPOSITORY, "version": 2},
        {"repository_version": VERSION, "repository": None},
    ),
]
SERVED = [
    {"repository": REPOSITORY, "repository_version": None},
    {"repository": None, "repository_version": f"{REPOSITORY}versions/17/"},
]


@pytest.fixture
def context():
    return PulpGoDistributionContext(PulpContext(api_root="/pulp/", api_kwargs={}))


@pytest.mark.parametrize(("body", "sent"), BODIES)
def test_a_distribution_serves_a_repository_or_a_version_of_one(context, body, sent):
    assert context.preprocess_entity(body) == sent


@pytest.mark.parametrize("entity", SERVED)
def test_a_version_alone_is_one_of_what_is_served(context, entity):
    context._entity = entity
    sent = context.preprocess_entity({"version": 2}, partial=True)
    assert sent == {"repository_version": VERSION, "repository": None}


def test_a_version_of_nothing_is_refused(context):
    with pytest.raises(PulpException, match="--repository"):
        context.preprocess_entity({"version": 2})
    context._entity = {"repository": None, "repository_version": None}
    with pytest.raises(PulpException, match="--repository"):
        context.preprocess_entity({"version": 2}, partial=True)
