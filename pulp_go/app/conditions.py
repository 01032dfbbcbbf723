"""Conditions of access policies that pulpcore has none for: what a request takes from elsewhere.

They are named in `policies` and found through `DRF_ACCESS_POLICY`, as pulpcore's own are.

https://pulpproject.org/pulpcore/docs/dev/learn/plugin-concepts/rbac/access_policy/
"""

from rest_framework.exceptions import PermissionDenied

from pulpcore.plugin.models import RepositoryContent
from pulpcore.plugin.util import get_domain

LABELS = "core.manage_content_labels"


def sees_what_it_adds(request, view, action):
    """Report whether the user sees the units, and the version, that a modification starts from.

    Units are seen in a repository. To add one by its href alone would show to whoever may modify
    some repository what no repository of theirs holds.

    Raises:
        ValidationError: The request makes no sense.
    """
    if request.user.is_superuser:
        return True
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    base = serializer.validated_data.get("base_version")
    units = set(serializer.validated_data.get("add_content_units", ()))
    return sees_version(view, base) and sees_units(view, units)


def sees_version(view, version):
    """Report whether the repository of a version, if one is named, is one of a view's."""
    return version is None or view.get_queryset().filter(pk=version.repository_id).exists()


def sees_units(view, pks):
    """Report whether each unit is, or was, in a repository of a view's."""
    memberships = RepositoryContent.objects.filter(
        repository__in=view.get_queryset().values("pk"), content__in=pks
    )
    return memberships.values("content").distinct().count() == len(pks)


def sees_its_remote(request, view, action):
    """Report whether the user sees the remote that a request names, if any, of whatever kind.

    Raises:
        ValidationError: The request makes no sense.
    """
    changed = view.get_object() if view.detail else None
    is_partial = action == "partial_update"
    serializer = view.get_serializer(changed, data=request.data, partial=is_partial)
    serializer.is_valid(raise_exception=True)
    remote = serializer.validated_data.get("remote")
    return remote is None or sees(request.user, remote.cast())


def sees(user, row):
    """Report whether a user has the right to view a row, on it, here or everywhere."""
    right = f"{row._meta.app_label}.view_{row._meta.model_name}"
    return user.has_perm(right) or any(user.has_perm(right, on) for on in (get_domain(), row))


def may_set_its_labels(request, view, action):
    """Report whether the labels that an upload brings, if any, are the user's to set.

    Raises:
        PermissionDenied: They are not; it says which right is missing.
    """
    if not request.data.get("pulp_labels") or may_label(request.user):
        return True
    raise PermissionDenied(f"pulp_labels: to set labels of content takes the right {LABELS}")


def may_label(user):
    """Report whether a user may set labels of content here, or everywhere."""
    return user.has_perm(LABELS) or user.has_perm(LABELS, get_domain())
