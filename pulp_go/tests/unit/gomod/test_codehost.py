import pytest

from pulp_go.tests.codehost_contract import CONTRACT, in_memory


@pytest.mark.parametrize("contract", CONTRACT)
def test_the_double_does_what_every_host_does(contract):
    contract(in_memory)
