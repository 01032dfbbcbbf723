"""Who may do what at each endpoint, as data: access policies and the roles that go with them.

For every kind of object that a user makes there are three roles: its *creator* may make new ones,
its *owner* may do everything with those that exist, its *viewer* sees them. Who makes an object
becomes its owner. A role is given for one object, for a domain or for everything. What no
statement allows, the administrator alone may do.

Rights on other objects that a request names are asked for as well: to sync from a remote, to serve
a repository or to add a unit, one must be able to see it. The whole result is in
docs/dev/reference/policies.json.

https://pulpproject.org/pulpcore/docs/dev/learn/plugin-concepts/rbac/access_policy/
"""

SEES_REMOTE = "sees_its_remote"
SEES_REPOSITORY = "has_repo_or_repo_ver_param_model_or_domain_or_obj_perms:go.view_gorepository"

SEES_ADDED = "sees_what_it_adds"
SETS_LABELS = "may_set_its_labels"
CHANGES_UPLOAD = "has_upload_param_model_or_domain_or_obj_perms:core.change_upload"


def allow(actions, *conditions):
    """Return the statement that allows users `actions` where all `conditions` hold."""
    statement = {"action": list(actions), "principal": "authenticated", "effect": "allow"}
    return statement | ({"condition": list(conditions)} if conditions else {})


def anywhere(verb, model):
    """Return the condition that a user has a right in this domain or everywhere."""
    return f"has_model_or_domain_perms:go.{verb}_{model}"


def here(verb, model):
    """Return the condition that a user has a right on this object, in its domain or everywhere."""
    return f"has_model_or_domain_or_obj_perms:go.{verb}_{model}"


def within(verb):
    """Return the condition that a user has a right on the repository of this version."""
    return f"has_repository_model_or_domain_or_obj_perms:go.{verb}_gorepository"


def into(verb):
    """Return the condition that a user has a right on the repository that an upload names."""
    return f"has_required_repo_perms_on_upload:go.{verb}_gorepository"


def owned(model, *also, sees=()):
    """Return the policy of a model whose objects users make and own.

    Args:
        model: The model's name in lower case.
        *also: Statements about further actions.
        sees: Conditions on what creating or changing an object may name.
    """
    return {
        "statements": [
            # What is seen is scoped: each user finds only what one has a right to view.
            allow(["list", "retrieve", "my_permissions"]),
            allow(["create"], anywhere("add", model), *sees),
            allow(["update", "partial_update"], here("change", model), here("view", model), *sees),
            # Apart, since `sees` reads the body by the action's serializer: that of a label has
            # nothing to see, and asks for a context that a condition does not have.
            allow(["set_label", "unset_label"], here("change", model), here("view", model)),
            allow(["destroy"], here("delete", model), here("view", model)),
            allow(["list_roles", "add_role", "remove_role"], here("manage_roles", model)),
            *also,
        ],
        "creation_hooks": [
            {
                "function": "add_roles_for_object_creator",
                "parameters": {"roles": [f"go.{model}_owner"]},
            }
        ],
        "queryset_scoping": {"function": "scope_queryset"},
    }


def roles(model, *more):
    """Return the creator's, owner's and viewer's roles; the owner has the rights `more` too."""
    owners = ("view", "change", "delete", "manage_roles", *more)
    return {
        f"go.{model}_creator": [f"go.add_{model}"],
        f"go.{model}_owner": [f"go.{verb}_{model}" for verb in owners],
        f"go.{model}_viewer": [f"go.view_{model}"],
    }


REMOTE = owned("goremote")
REMOTE_ROLES = roles("goremote")

GIT_REMOTE = owned("gogitremote")
GIT_REMOTE_ROLES = roles("gogitremote")

REPOSITORY = owned(
    "gorepository",
    allow(["sync"], here("sync", "gorepository"), here("view", "gorepository"), SEES_REMOTE),
    allow(["fetch"], here("sync", "gorepository"), here("view", "gorepository")),
    allow(["findings"], here("view", "gorepository")),
    allow(["verify"], here("repair", "gorepository"), here("view", "gorepository")),
    allow(["modify"], here("modify", "gorepository"), here("view", "gorepository"), SEES_ADDED),
    sees=[SEES_REMOTE],
)
REPOSITORY_ROLES = roles("gorepository", "sync", "modify", "repair")

REPOSITORY_VERSION = {
    "statements": [
        allow(["list", "retrieve"], within("view")),
        allow(["destroy"], within("delete"), within("view")),
        allow(["repair"], within("repair"), within("view")),
    ]
}

DISTRIBUTION = owned("godistribution", sees=[SEES_REPOSITORY])
DISTRIBUTION_ROLES = roles("godistribution")

# A module version has no owner: it is seen by who sees a repository that holds it, and comes by who
# may modify the one that it goes to. Without a repository the administrator alone uploads.
CONTENT = {
    "statements": [
        allow(["list", "retrieve"]),
        allow(["create", "upload"], SETS_LABELS, into("modify"), into("view"), CHANGES_UPLOAD),
        allow(["set_label", "unset_label"], "has_model_or_domain_perms:core.manage_content_labels"),
    ],
    "queryset_scoping": {"function": "scope_queryset"},
}
