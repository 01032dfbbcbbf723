"""Every action has its statement, every right exists, and all of it is what the JSON says.

`make policies` writes the JSON anew.
"""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from rest_framework.viewsets import ViewSetMixin

from pulp_go.app import viewsets

COMMITTED = Path(__file__).parents[4] / "docs" / "dev" / "reference" / "policies.json"
VIEWSETS = {
    name: viewset
    for name, viewset in vars(viewsets).items()
    if isinstance(viewset, type)
    and issubclass(viewset, ViewSetMixin)
    and viewset.__module__ == viewsets.__name__
}
# The methods that a router makes of a viewset without being told.
STOCK = ("create", "destroy", "list", "partial_update", "retrieve", "update")
# Conditions of pulpcore that a right of ours may stand behind.
RIGHTS_OF_PULPCORE = {"core.change_upload", "core.manage_content_labels"}


def policies():
    """Return what is committed as JSON: the policy and the roles of each endpoint."""
    return {
        viewset.urlpattern(): {
            "policy": viewset.DEFAULT_ACCESS_POLICY,
            "roles": getattr(viewset, "LOCKED_ROLES", {}),
        }
        for viewset in VIEWSETS.values()
    }


def actions(viewset):
    """Return the names of all that can be done at an endpoint."""
    stock = {name for name in STOCK if hasattr(viewset, name)}
    return stock | {action.__name__ for action in viewset.get_extra_actions()}


def unstated(viewset):
    """Return the actions of a viewset that no statement of its policy names."""
    statements = viewset.DEFAULT_ACCESS_POLICY["statements"]
    return actions(viewset) - {name for each in statements for name in each["action"]}


def rights(viewset):
    """Return the rights that the conditions and the roles of a viewset name."""
    conditions = [
        condition
        for statement in viewset.DEFAULT_ACCESS_POLICY["statements"]
        for condition in statement.get("condition", [])
    ]
    roles = getattr(viewset, "LOCKED_ROLES", {}).values()
    asked = {text.partition(":")[2] for text in conditions if ":" in text}
    return asked | {name for role in roles for name in role}


def test_the_json_is_the_whole_result():
    assert json.loads(COMMITTED.read_text()) == policies()


@pytest.mark.parametrize("name", VIEWSETS)
def test_a_viewset_has_a_policy_of_its_own(name):
    assert "DEFAULT_ACCESS_POLICY" in vars(VIEWSETS[name])


@pytest.mark.parametrize("name", VIEWSETS)
def test_every_action_has_a_statement(name):
    assert unstated(VIEWSETS[name]) == set()


def test_an_action_without_a_statement_is_seen():
    class Careless(viewsets.GoRemoteViewSet):
        @viewsets.action(detail=True)
        def burn(self, request, pk, **kwargs):
            """Do what nobody thought of."""

    assert unstated(Careless) == {"burn"}


@pytest.mark.parametrize("name", VIEWSETS)
def test_every_statement_is_for_users_who_say_who_they_are(name):
    for statement in VIEWSETS[name].DEFAULT_ACCESS_POLICY["statements"]:
        assert (statement["principal"], statement["effect"]) == ("authenticated", "allow")


@pytest.mark.parametrize("name", VIEWSETS)
def test_what_changes_something_asks_for_a_right(name):
    for statement in VIEWSETS[name].DEFAULT_ACCESS_POLICY["statements"]:
        if set(statement["action"]) - {"list", "retrieve", "my_permissions"}:
            assert statement["condition"]


def test_a_viewset_that_lists_without_a_condition_is_scoped():
    for viewset in VIEWSETS.values():
        policy = viewset.DEFAULT_ACCESS_POLICY
        free = [each for each in policy["statements"] if "condition" not in each]
        assert not free or policy["queryset_scoping"] == {"function": "scope_queryset"}


@pytest.mark.parametrize("name", VIEWSETS)
def test_every_right_exists(db, name):
    """A right that is misspelt is one that nobody has."""
    known = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert rights(VIEWSETS[name]) - RIGHTS_OF_PULPCORE <= known
