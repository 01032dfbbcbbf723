"""The executor that runs units in its own process keeps the contract of all executors."""

import pytest

from pulp_go.app import executor
from pulp_go.tests.unit.app.executor_contract import CONTRACT


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_inline(rule, unit, upstream):
    rule(executor.Inline, unit, upstream)
