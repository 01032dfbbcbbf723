"""What a client sends for a distribution, before any Pulp is asked."""

import pytest
from pulp_glue.common.context import PulpContext

from pulp_go.cli.contexts import PulpGoDistributionContext

REPOSITORY = "/pulp/api/v3/repositories/go/go/1/"
VERSION = f"{REPOSITORY}versions/2/"
BODIES = [
    ({"name": "a"}, {"name": "a"}),
    ({"repository": REPOSITORY}, {"repository": REPOSITORY, "repository_version": None}),
    ({"repository_version": VERSION}, {"repository_version": VERSION, "repository": None}),
    ({"repository": ""}, {"repository": None}),
    (
        {"repository": REPOSITORY, "repository_version": VERSION},
        {"repository": REPOSITORY, "repository_version": VERSION},
    ),
]


@pytest.mark.parametrize(("body", "sent"), BODIES)
def test_a_distribution_serves_a_repository_or_a_version_of_one(body, sent):
    context = PulpGoDistributionContext(PulpContext(api_root="/pulp/", api_kwargs={}))
    assert context.preprocess_entity(body) == sent
