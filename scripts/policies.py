"""Write the access policies and the roles of every endpoint as JSON, for reviews to see changes."""

import json

import pulp_go.tests.unit.app.conftest  # noqa: F401 (it sets Django up)
from pulp_go.tests.unit.app.test_policies import COMMITTED, policies

COMMITTED.write_text(json.dumps(policies(), indent=2) + "\n")
