"""Who may do what: the roles of each kind of object, and every action that they are about."""

import json
import uuid

import pytest
from pulp_glue.common.exceptions import PulpHTTPError
from pulp_glue.core.context import PulpUploadContext

from functional_tests.contentclient import fetch
from functional_tests.moduletree import make_module_zip
from functional_tests.people import Person, may
from functional_tests.uploads import Uploader
from functional_tests.upstream import Upstream
from functional_tests.workspace import new_domain
from pulp_go.cli.contexts import PulpGoDistributionContext

MODULE = "corp.example.com/secret"
CREATORS = ("go.gorepository_creator", "go.goremote_creator", "go.godistribution_creator")
PATHS = [
    "content/go/modules/",
    "distributions/go/go/",
    "remotes/go/go/",
    "repositories/go/go/",
]


class Cast:
    """An owner of a remote, a repository and a distribution, and those who have fewer rights.

    Attributes:
        owner: May create; so what is here is the owner's.
        viewer: May see what is here.
        creator: May create, and has created nothing.
        nobody: Has no right at all.
        hrefs: What is here, and `content` for the one module version.
    """

    def __init__(self, live, pulp, upstream):
        upstream.tree.add(MODULE, "v1.0.0")
        self.pulp = pulp
        self.owner, self.viewer, self.creator, self.nobody = (Person(live, pulp) for _ in range(4))
        self.owner.may_in_domain(*CREATORS)
        self.creator.may_in_domain(*CREATORS)
        work = self.owner.work
        self.remote = work.remote(upstream, MODULE, username="login", password="a secret")
        self.repository = work.repository(remote=self.remote)
        work.sync(self.repository, self.remote)
        self.distribution = PulpGoDistributionContext(work.context)
        name = f"test-{uuid.uuid4().hex}"
        body = {"name": name, "base_path": name, "repository": self.repository.pulp_href}
        self.distribution.create(body)
        may(self.viewer, "go.goremote_viewer", self.remote)
        may(self.viewer, "go.gorepository_viewer", self.repository)
        may(self.viewer, "go.godistribution_viewer", self.distribution)
        self.hrefs = {
            "remote": self.remote.pulp_href,
            "repository": self.repository.pulp_href,
            "distribution": self.distribution.pulp_href,
            "content": work.module_versions()[0]["pulp_href"],
        }

    def act(self, who, row):
        """Do what a row says as one of the cast; return the status."""
        what, method, below, body, _ = row
        return getattr(self, who).send(method, self.hrefs[what] + below, body).status

    def leave(self):
        """Take away what is here, as the administrator."""
        for entity in (self.distribution, self.repository, self.remote):
            entity.pulp_ctx = self.pulp.context
            self.pulp.keep(entity)


@pytest.fixture(scope="module")
def cast(live_pulp):
    with new_domain(live_pulp) as pulp, Upstream() as upstream:
        cast = Cast(live_pulp, pulp, upstream)
        try:
            yield cast
        finally:
            cast.leave()


def of(what, role):
    """Return the rows of what can be done with any object that has an owner.

    A row is: the kind of object, the method, the path below its href, the body, and whether the
    viewer may.
    """
    given = {"role": role, "users": []}
    return [
        (what, "GET", "", None, True),
        (what, "GET", "my_permissions/", None, True),
        (what, "PATCH", "", {"name": f"test-{uuid.uuid4().hex}"}, False),
        (what, "POST", "set_label/", {"key": "a", "value": "b"}, False),
        (what, "POST", "unset_label/", {"key": "a"}, False),
        (what, "GET", "list_roles/", None, False),
        (what, "POST", "add_role/", given, False),
        (what, "POST", "remove_role/", given, False),
    ]


ACTIONS = [
    *of("remote", "go.goremote_viewer"),
    *of("repository", "go.gorepository_viewer"),
    ("repository", "POST", "sync/", {}, False),
    ("repository", "POST", "sync/", {"dry_run": True}, False),
    ("repository", "POST", "modify/", {}, False),
    ("repository", "GET", "versions/", None, True),
    ("repository", "GET", "versions/1/", None, True),
    ("repository", "POST", "versions/1/repair/", {"verify_checksums": False}, False),
    ("repository", "DELETE", "versions/0/", None, False),
    *of("distribution", "go.godistribution_viewer"),
    ("content", "GET", "", None, True),
    ("content", "POST", "set_label/", {"key": "a", "value": "b"}, False),
    ("content", "POST", "unset_label/", {"key": "a"}, False),
]
ENDS = [
    ("distribution", "DELETE", "", None, False),
    ("repository", "DELETE", "", None, False),
    ("remote", "DELETE", "", None, False),
]


@pytest.mark.parametrize("row", [*ACTIONS, *ENDS], ids=lambda row: " ".join(row[:3]))
def test_who_has_no_right_to_see_finds_nothing(cast, row):
    """404 tells less than 403; below a repository it is 403."""
    expected = 403 if row[2].startswith("versions/") else 404
    if row[0] == "content" and row[2]:
        expected = 403  # a right for the whole domain, asked for before the object is
    assert [cast.act(who, row) for who in ("nobody", "creator")] == [expected, expected]


@pytest.mark.parametrize("row", [*ACTIONS, *ENDS], ids=lambda row: " ".join(row[:3]))
def test_a_viewer_sees_and_does_nothing(cast, row):
    assert cast.act("viewer", row) == (200 if row[4] else 403)


@pytest.mark.parametrize("row", ACTIONS, ids=lambda row: " ".join(row[:3]))
def test_an_owner_may(cast, row):
    what, _, below, _, _ = row
    status = cast.act("owner", row)
    if what == "content" and below:
        assert status == 403  # labels of content need core.content_labeler
    elif (what, below) == ("repository", "versions/0/"):
        assert status in (202, 400)
    else:
        assert status in (200, 201, 202)


def test_an_owner_may_end_what_it_began(live_pulp, pulp, upstream):
    cast = Cast(live_pulp, pulp, upstream)
    for row in ENDS:
        reply = cast.owner.send("DELETE", cast.hrefs[row[0]])
        assert reply.status in (202, 204)
        if reply.status == 202:
            task = reply.text.partition('"task":"')[2].partition('"')[0]
            assert pulp.finished(task)["state"] == "completed"
        assert fetch_status(cast.owner, cast.hrefs[row[0]]) == 404


def fetch_status(person, href):
    return person.send("GET", href).status


def refused(attempt, status=403):
    with pytest.raises(PulpHTTPError) as error:
        attempt()
    assert error.value.status_code == status


def test_nobody_creates_nothing(cast):
    work = cast.nobody.work
    refused(work.repository)
    refused(work.distribution)
    refused(lambda: work.remote("https://goproxy.example", MODULE))


def test_a_viewer_creates_nothing(cast):
    work = cast.viewer.work
    refused(work.repository)
    refused(lambda: work.distribution(repository=cast.repository))
    refused(lambda: work.remote("https://goproxy.example", MODULE))


def test_a_creator_names_only_what_one_sees(cast):
    work = cast.creator.work
    refused(lambda: work.repository(remote=cast.remote))
    refused(lambda: work.distribution(repository=cast.repository))
    version = cast.hrefs["repository"] + "versions/1/"
    refused(lambda: work.distribution(repository_version=version))
    own = work.repository()
    cast.pulp.keep(as_administrator(cast, own))
    refused(lambda: work.start(own, "sync", {"remote": cast.remote.pulp_href}))
    refused(lambda: own.update(body={"remote": cast.remote.pulp_href}))


def as_administrator(cast, entity):
    """Return an entity as the administrator has it, who may always delete it."""
    return type(entity)(cast.pulp.context, pulp_href=entity.pulp_href)


def test_lists_are_of_what_one_sees(cast):
    def listed(person):
        root = cast.pulp.context.api_path
        replies = [person.send("GET", root + path) for path in PATHS]
        assert [reply.status for reply in replies] == [200] * 4
        return ["pulp_href" in reply.text for reply in replies]

    assert listed(cast.nobody) == [False] * 4
    assert listed(cast.viewer) == [True] * 4


def test_without_a_password_it_is_401(live_pulp, pulp):
    for path in PATHS:
        assert fetch(live_pulp.api + pulp.context.api_path + path).status == 401


def test_a_role_in_a_domain_is_for_all_of_it_and_for_no_other(cast, live_pulp, elsewhere):
    person = Person(live_pulp, cast.pulp)
    person.may_in_domain("go.gorepository_viewer")
    assert fetch_status(person, cast.hrefs["repository"]) == 200
    assert fetch_status(person, elsewhere.repository().pulp_href) == 404


def test_what_one_may_is_told(cast):
    path = cast.hrefs["repository"] + "my_permissions/"
    told = cast.owner.send("GET", path).text
    assert "go.sync_gorepository" in told and "go.manage_roles_gorepository" in told
    assert cast.viewer.send("GET", path).text == '{"permissions":["go.view_gorepository"]}'


def test_secrets_are_written_and_never_read(cast):
    for who in ("owner", "viewer"):
        shown = getattr(cast, who).send("GET", cast.hrefs["remote"]).text
        assert "a secret" not in shown and '"login"' not in shown


class Hands(Uploader):
    """Uploads as a person."""

    def __init__(self, live, person):
        super().__init__(live, person.work)
        self._authorization = person.headers["Authorization"]


def zip_of(version):
    return make_module_zip(MODULE, version, {"go.mod": f"module {MODULE}\n"})


def test_an_owner_uploads_to_the_own_repository(cast, live_pulp):
    hands = Hands(live_pulp, cast.owner)
    repository = cast.hrefs["repository"]
    assert hands.upload(zip_of("v1.1.0"), repository=repository).status == 201
    assert hands.finish(zip_of("v1.2.0"), repository=repository)["state"] == "completed"


@pytest.mark.parametrize("way", ["upload", "start"])
@pytest.mark.parametrize("who", ["viewer", "creator", "nobody"])
def test_nobody_else_uploads_to_it(cast, live_pulp, who, way):
    """Nor to none: 400, since a repository is missing."""
    hands = Hands(live_pulp, getattr(cast, who))
    repository = cast.hrefs["repository"]
    assert getattr(hands, way)(zip_of("v1.3.0"), repository=repository).status == 403
    assert getattr(hands, way)(zip_of("v1.3.0")).status == 400
    assert [unit["version"] for unit in cast.pulp.module_versions(version="v1.3.0")] == []


@pytest.mark.parametrize("way", ["upload", "start"])
def test_chunks_of_another_are_not_for_the_taking(cast, live_pulp, way):
    data = zip_of("v1.4.0")
    upload = PulpUploadContext(cast.pulp.context)
    upload.create({"size": len(data)})
    cast.pulp.keep(upload)
    upload.upload_chunk(data, len(data), 0)
    fields = {"upload": upload.pulp_href, "repository": cast.hrefs["repository"]}
    assert getattr(Hands(live_pulp, cast.owner), way)(**fields).status == 403


@pytest.mark.parametrize("way", ["upload", "start"])
def test_labels_of_an_upload_are_for_who_may_label(cast, live_pulp, way):
    hands = Hands(live_pulp, cast.owner)
    version = {"upload": "v1.5.0", "start": "v1.6.0"}[way]
    reply = getattr(hands, way)(
        zip_of(version), repository=cast.hrefs["repository"], pulp_labels={"a": "b"}
    )
    assert reply.status == 403
    assert "core.manage_content_labels" in str(reply.body)
    assert cast.pulp.module_versions(version=version) == []


def test_who_may_label_uploads_with_labels(cast, live_pulp):
    person = Person(live_pulp, cast.pulp)
    person.may_in_domain("core.content_labeler")
    may(person, "go.gorepository_owner", cast.repository)
    reply = Hands(live_pulp, person).upload(
        zip_of("v1.7.0"), repository=cast.hrefs["repository"], pulp_labels={"a": "b"}
    )
    assert (reply.status, reply.body["pulp_labels"]) == (201, {"a": "b"})


@pytest.fixture
def outsider(cast, live_pulp):
    """A person with a repository of the own, who sees no other; and its href."""
    person = Person(live_pulp, cast.pulp)
    person.may_in_domain("go.gorepository_creator")
    own = person.work.repository()
    cast.pulp.keep(as_administrator(cast, own))
    return person, own.pulp_href


def taken(cast):
    """Return the ways to bring what another repository holds into one's own."""
    return [
        {"add_content_units": [cast.hrefs["content"]]},
        {"base_version": cast.hrefs["repository"] + "versions/1/"},
    ]


def test_what_one_does_not_see_is_not_for_the_taking(cast, outsider):
    person, own = outsider
    replies = [person.send("POST", own + "modify/", body) for body in taken(cast)]
    assert [reply.status for reply in replies] == [403, 403]


def test_what_one_sees_may_be_taken(cast, outsider):
    person, own = outsider
    may(person, "go.gorepository_viewer", cast.repository)
    for body in taken(cast):
        reply = person.send("POST", own + "modify/", body)
        assert reply.status == 202
        assert cast.pulp.finished(json.loads(reply.text)["task"])["state"] == "completed"


def test_a_modification_that_makes_no_sense_is_told(cast, outsider):
    person, own = outsider
    assert person.send("POST", own + "modify/", {"add_content_units": 5}).status == 400
