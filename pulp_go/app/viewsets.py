"""The endpoints of the REST API."""

from dataclasses import asdict

from django.db.models import Exists
from django_filters import CharFilter
from django_filters.rest_framework import OrderingFilter
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from pulpcore.plugin.actions import ModifyRepositoryActionMixin
from pulpcore.plugin.constants import TASK_STATES
from pulpcore.plugin.serializers import AsyncOperationResponseSerializer
from pulpcore.plugin.tasking import dispatch
from pulpcore.plugin.util import get_domain_pk
from pulpcore.plugin.viewsets import (
    ContentFilter,
    ContentViewSet,
    DistributionViewSet,
    OperationPostponedResponse,
    RemoteViewSet,
    RepositoryVersionFilter,
    RepositoryVersionViewSet,
    RepositoryViewSet,
    RolesMixin,
)

from pulp_go.app import policies, tasks, uploading
from pulp_go.app.exceptions import GoError
from pulp_go.app.gitremote import GoGitRemote
from pulp_go.app.gitserializers import GoGitRemoteSerializer
from pulp_go.app.models import GoDistribution, GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion, changed_in, memberships
from pulp_go.app.serializers import (
    FindingSerializer,
    GoDistributionSerializer,
    GoRemoteSerializer,
    GoRepositorySerializer,
    ModuleVersionSerializer,
    OfVersionSerializer,
    SyncSerializer,
)
from pulp_go.app.uploaded import Given, on_disk


class HeldInFilter(RepositoryVersionFilter):
    """Units of a repository version, by EXISTS: it costs what is shown, not what is held."""

    def filter(self, queryset, value):
        """Return the units of `queryset` that the repository version holds."""
        if value is None:
            return queryset
        return queryset.filter(Exists(memberships(self.get_repository_version(value))))


class AddedInFilter(RepositoryVersionFilter):
    """Units that a repository version added."""

    change = "version_added"

    def filter(self, queryset, value):
        """Return the units of `queryset` that came, or went, with the repository version."""
        if value is None:
            return queryset
        version = self.get_repository_version(value)
        return queryset.filter(Exists(changed_in(version, self.change)))


class RemovedInFilter(AddedInFilter):
    """Units that a repository version removed."""

    change = "version_removed"


class GoOrderingFilter(OrderingFilter):
    """Orders by module and version, a version in Go's order; by this without being asked."""

    def filter(self, queryset, value):
        """Return `queryset` in order; equal ones by their primary key."""
        names = [self.get_ordering_value(name) for name in value or ["module", "version"]]
        return queryset.order_by(*names, "pk")


class ModuleVersionFilter(ContentFilter):
    """What the list of module versions may be asked for."""

    ordering_fields = (("module", "module"), ("version_key", "version"), ("time", "time"))
    repository_version = HeldInFilter()
    repository_version_added = AddedInFilter()
    repository_version_removed = RemovedInFilter()
    module__startswith = CharFilter(
        field_name="module", lookup_expr="startswith", help_text="Modules below a prefix."
    )

    @classmethod
    def get_filters(cls):
        """Return the filters, with an ordering of our own: pulpcore's begins with the newest."""
        names = (*cls.ordering_fields, ("pulp_created", "pulp_created"), ("pk", "pk"))
        return super().get_filters() | {"ordering": GoOrderingFilter(fields=names)}

    class Meta:
        model = ModuleVersion
        fields = {"module": ["exact", "in"], "version": ["exact", "in"]}


class ModuleVersionViewSet(ContentViewSet):
    """A module version: one version of one Go module, with its go.mod and its zip.

    The zip is all that an upload needs; it comes as `file`, in chunks or as an artifact.
    """

    endpoint_name = "modules"
    queryset = ModuleVersion.objects.defer("info", "go_mod").prefetch_related("_artifacts")
    serializer_class = ModuleVersionSerializer
    filterset_class = ModuleVersionFilter
    DEFAULT_ACCESS_POLICY = policies.CONTENT

    def get_queryset(self):
        """Return the units of the domain, by the index that has them in order."""
        return super().get_queryset().filter(_pulp_domain=get_domain_pk())

    def handle_exception(self, exc):
        """Answer what an upload is refused for with its own status and reason."""
        if isinstance(exc, GoError):
            return Response({"detail": str(exc)}, status=exc.http_status_code, exception=True)
        return super().handle_exception(exc)

    @extend_schema(
        summary="Upload a module version",
        description=(
            "Trigger a task that makes a module version of a module zip and, with `repository`, "
            "adds it there."
        ),
        responses={202: AsyncOperationResponseSerializer},
    )
    def create(self, request, **kwargs):
        """Dispatch an upload."""
        given = Given.of(self.get_serializer(data=request.data))
        kind, source = given.stored()
        task = dispatch(
            tasks.upload,
            exclusive_resources=[given.upload, given.repository],
            kwargs={
                "kind": kind,
                "source_pk": str(source.pk),
                "said": asdict(given.said),
                "repository_pk": given.repository and str(given.repository.pk),
            },
        )
        return OperationPostponedResponse(task, request)

    @extend_schema(
        summary="Upload a module version synchronously",
        description=(
            "Make a module version of a module zip at once and, with `repository`, add it there; "
            "if the repository is busy or very large, a task does the adding."
        ),
        responses={201: ModuleVersionSerializer, 202: AsyncOperationResponseSerializer},
    )
    @action(detail=False, methods=["post"])
    def upload(self, request, **kwargs):
        """Upload while the client waits."""
        given = Given.of(self.get_serializer(data=request.data))
        with on_disk(given.source) as path:
            verified = uploading.verify(path, given.said)
            unit = uploading.accept(verified, given.said, given.repository)
        if given.repository and not uploading.holds(given.repository, unit):
            task = self.add_upload(given, unit)
            if task.state != TASK_STATES.COMPLETED:
                return OperationPostponedResponse(task, request)
        data = self.get_serializer(unit).data
        return Response(
            data, status=status.HTTP_201_CREATED, headers=self.get_success_headers(data)
        )

    def add_upload(self, given, unit):
        """Return the task that adds an uploaded unit to its repository, ended if that can be.

        Raises:
            HeldVersionError: Other bytes were there just before.
        """
        task = dispatch(
            tasks.add_upload,
            exclusive_resources=[given.repository],
            kwargs={
                "unit_pk": str(unit.pk),
                "repository_pk": str(given.repository.pk),
                "overwrite": given.said.overwrite,
            },
            immediate=tasks.is_quick(given.repository),
        )
        task.refresh_from_db()
        if task.state == TASK_STATES.FAILED:
            uploading.held_instead(given.repository, unit, given.said.overwrite)
        return task


class GoRemoteViewSet(RemoteViewSet, RolesMixin):
    """A remote names an upstream GOPROXY and what is wanted of it."""

    endpoint_name = "go"
    queryset = GoRemote.objects.all()
    serializer_class = GoRemoteSerializer
    queryset_filtering_required_permission = "go.view_goremote"
    DEFAULT_ACCESS_POLICY = policies.REMOTE
    LOCKED_ROLES = policies.REMOTE_ROLES


class GoGitRemoteViewSet(RemoteViewSet, RolesMixin):
    """A git remote names git repositories and which of their modules are wanted."""

    endpoint_name = "git"
    queryset = GoGitRemote.objects.all()
    serializer_class = GoGitRemoteSerializer
    queryset_filtering_required_permission = "go.view_gogitremote"
    DEFAULT_ACCESS_POLICY = policies.GIT_REMOTE
    LOCKED_ROLES = policies.GIT_REMOTE_ROLES


class GoRepositoryViewSet(RepositoryViewSet, ModifyRepositoryActionMixin, RolesMixin):
    """A repository holds module versions, in immutable numbered repository versions."""

    endpoint_name = "go"
    queryset = GoRepository.objects.exclude(user_hidden=True)
    serializer_class = GoRepositorySerializer
    queryset_filtering_required_permission = "go.view_gorepository"
    DEFAULT_ACCESS_POLICY = policies.REPOSITORY
    LOCKED_ROLES = policies.REPOSITORY_ROLES

    @extend_schema(
        summary="Sync from a remote",
        description=(
            "Trigger a task that brings what a remote selects into the repository, or only reports "
            "what it would do."
        ),
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=SyncSerializer)
    def sync(self, request, pk, **kwargs):
        """Dispatch a sync."""
        repository = self.get_object()
        serializer = SyncSerializer(repository, data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        options = serializer.validated_data
        remote = options.pop("remote")
        task = self.preview if options.pop("dry_run") else self.synchronize
        return OperationPostponedResponse(task(repository, remote, options), request)

    def synchronize(self, repository, remote, options):
        """Return the task of a sync, which has the repository to itself."""
        return dispatch(
            tasks.synchronize,
            shared_resources=[remote],
            exclusive_resources=[repository],
            kwargs={"remote_pk": str(remote.pk), "repository_pk": str(repository.pk)} | options,
        )

    @extend_schema(
        summary="List findings",
        description=(
            "List what contradicted the repository in its syncs, the newest first: module versions "
            "that came with other bytes, tags that have moved, checksum databases with two trees."
        ),
        responses={200: FindingSerializer(many=True)},
    )
    @action(detail=True, methods=["get"], serializer_class=FindingSerializer, filterset_class=None)
    def findings(self, request, pk, **kwargs):
        """List what contradicted the repository."""
        found = self.get_object().findings.order_by("-at", "pk")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary="Fetch all zips",
        description=(
            "Trigger a task that fetches and keeps every zip of a repository version that a sync "
            "has left upstream."
        ),
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=OfVersionSerializer)
    def fetch(self, request, pk, **kwargs):
        """Dispatch a fetch."""
        return self.of_version(request, tasks.fetch_all)

    @extend_schema(
        summary="Verify a repository version",
        description=(
            "Trigger a task that checks every zip, every go.mod and every kept proof of a "
            "repository version again, offline, and reports what fails."
        ),
        responses={202: AsyncOperationResponseSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=OfVersionSerializer)
    def verify(self, request, pk, **kwargs):
        """Dispatch a verification."""
        return self.of_version(request, tasks.verify_version)

    def of_version(self, request, work):
        """Dispatch a task about a repository version."""
        repository = self.get_object()
        serializer = self.get_serializer(repository, data=request.data)
        serializer.is_valid(raise_exception=True)
        version = serializer.validated_data["repository_version"]
        task = dispatch(work, shared_resources=[repository], kwargs={"version_pk": str(version.pk)})
        return OperationPostponedResponse(task, request)

    def preview(self, repository, remote, options):
        """Return the task that reports what a sync would do."""
        return dispatch(
            tasks.preview,
            shared_resources=[remote, repository],
            kwargs={
                "remote_pk": str(remote.pk),
                "repository_pk": str(repository.pk),
                "mirror": options["mirror"],
            },
        )


class GoRepositoryVersionViewSet(RepositoryVersionViewSet):
    """A repository version is what a repository held at a moment, for ever."""

    parent_viewset = GoRepositoryViewSet
    DEFAULT_ACCESS_POLICY = policies.REPOSITORY_VERSION


class GoDistributionViewSet(DistributionViewSet, RolesMixin):
    """A distribution serves a repository, or one of its versions, as a GOPROXY."""

    endpoint_name = "go"
    queryset = GoDistribution.objects.all()
    serializer_class = GoDistributionSerializer
    queryset_filtering_required_permission = "go.view_godistribution"
    DEFAULT_ACCESS_POLICY = policies.DISTRIBUTION
    LOCKED_ROLES = policies.DISTRIBUTION_ROLES
