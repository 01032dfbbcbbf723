"""One answer per path: status, headers and bytes, the conditions of a request, old versions."""

from types import SimpleNamespace

import pytest

from pulpcore.plugin.models import Artifact

from pulp_go.app import answers, serving
from pulp_go.app.answers import Answer, Fetched, Miss
from pulp_go.app.models import GoDistribution, GoRemote, GoRepository
from pulp_go.app.moduleversion import ModuleVersion
from pulp_go.gomod import semver
from pulp_go.tests.unit.app.modules import (
    GO_MOD,
    GO_MOD_H1,
    INFO,
    ONE,
    ONE_H1,
    PATH,
    kept,
    module_zip,
    pinned,
)


@pytest.fixture
def repository(db):
    return GoRepository.objects.create(name="r")


@pytest.fixture
def distribution(repository):
    return GoDistribution.objects.create(name="d", base_path="d", repository=repository)


def hold(repository, *units):
    with repository.new_version() as version:
        version.add_content(ModuleVersion.objects.filter(pk__in=[unit.pk for unit in units]))
    return repository.versions.complete().latest()


def row(version, module="example.com/one", go_mod=GO_MOD, h1=ONE_H1):
    """Return a row that was never at the door: serving looks at rows only."""
    return ModuleVersion.objects.create(
        module=module,
        version=version,
        version_key=semver.sort_key(version),
        info=b'{"Version":"%s"}' % version.encode(),
        go_mod=go_mod,
        go_mod_h1=GO_MOD_H1,
        h1=h1,
    )


def get(distribution, path, **headers):
    return serving.answer(distribution, path, "GET", headers)


def test_the_five_requests(distribution, repository, tmp_path):
    hold(repository, kept(tmp_path, ONE))
    bodies = {
        "example.com/one/@v/list": b"v1.0.0\n",
        "example.com/one/@latest": INFO,
        f"{PATH}.info": INFO,
        f"{PATH}.mod": GO_MOD,
    }
    assert {path: get(distribution, path).body for path in bodies} == bodies
    answer = get(distribution, f"{PATH}.zip")
    assert (answer.status, answer.artifact) == (200, Artifact.objects.get())
    assert (answer.start, answer.length) == (0, len(module_zip(ONE)))


HEADERS = [
    ("example.com/one/@v/list", "text/plain; charset=utf-8", "no-cache"),
    ("example.com/one/@latest", "application/json", "no-cache"),
    (f"{PATH}.info", "application/json", "public, max-age=31536000, immutable"),
    (f"{PATH}.mod", "text/plain; charset=utf-8", "public, max-age=31536000, immutable"),
    (f"{PATH}.zip", "application/zip", "public, max-age=31536000, immutable"),
]


@pytest.mark.parametrize("path, content_type, cache", HEADERS)
def test_headers_and_304(distribution, repository, tmp_path, path, content_type, cache):
    hold(repository, kept(tmp_path, ONE))
    answer = get(distribution, path)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == cache
    assert int(answer.headers["Content-Length"]) == answer.length or len(answer.body)
    again = get(distribution, path, **{"If-None-Match": f'"x", W/{answer.headers["ETag"]}'})
    assert (again.status, again.body, again.artifact) == (304, b"", None)
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert get(distribution, path, **{"If-None-Match": '"x"'}).status == 200


def test_the_etag_of_a_file_is_its_hash(distribution, repository, tmp_path):
    hold(repository, kept(tmp_path, ONE))
    assert get(distribution, f"{PATH}.zip").headers["ETag"] == f'"{ONE_H1}"'
    assert get(distribution, f"{PATH}.mod").headers["ETag"] == f'"{GO_MOD_H1}"'


@pytest.mark.case("C-24")
@pytest.mark.case("C-47")
def test_a_list_is_unique_in_go_s_order_and_without_pseudo_versions(distribution, repository):
    versions = ["v1.10.0", "v1.2.0", "v1.2.0-rc.1", "v0.0.0-20200102030405-abcdefabcdef"]
    hold(repository, *map(row, versions))
    assert get(distribution, "example.com/one/@v/list").body == b"v1.2.0-rc.1\nv1.2.0\nv1.10.0\n"


@pytest.mark.case("C-46")
def test_a_retracted_version_is_listed_and_not_the_latest(distribution, repository):
    retracting = GO_MOD + b"retract v1.1.0\n"
    hold(repository, row("v1.0.0"), row("v1.1.0", go_mod=retracting))
    assert get(distribution, "example.com/one/@v/list").body == b"v1.0.0\nv1.1.0\n"
    assert get(distribution, "example.com/one/@latest").body == b'{"Version":"v1.0.0"}'


def test_latest_is_the_highest_release_whatever_came_last(distribution, repository):
    hold(repository, row("v1.2.0"))
    hold(repository, row("v1.1.1"))
    hold(repository, row("v1.3.0-rc.1"))
    assert get(distribution, "example.com/one/@latest").body == b'{"Version":"v1.2.0"}'


def test_latest_without_tags_is_the_newest_pseudo_version(distribution, repository):
    hold(
        repository,
        row("v0.0.0-20200102030405-abcdefabcdef"),
        row("v0.0.0-20210102030405-abcdefabcdef"),
    )
    answer = get(distribution, "example.com/one/@latest")
    assert answer.body == b'{"Version":"v0.0.0-20210102030405-abcdefabcdef"}'
    assert get(distribution, "example.com/one/@v/list").body == b""


def test_a_go_mod_alone_is_known_but_not_listed(distribution, repository, tmp_path):
    hold(repository, kept(tmp_path))
    answers = {
        name: get(distribution, f"example.com/one/{name}")
        for name in ("@v/list", "@latest", "@v/v1.0.0.info", "@v/v1.0.0.mod", "@v/v1.0.0.zip")
    }
    assert [answer.status for answer in answers.values()] == [200, 404, 200, 200, 404]
    assert answers["@v/list"].body == b""
    assert answers["@v/v1.0.0.zip"].body == (
        b"not found: only the go.mod of example.com/one@v1.0.0 is held, not its zip\n"
    )


def test_a_unit_without_info_answers_the_rest(distribution, repository, tmp_path):
    hold(repository, kept(tmp_path, ONE, info=b""))
    assert get(distribution, f"{PATH}.info").status == 404
    assert get(distribution, "example.com/one/@latest").status == 404
    assert get(distribution, f"{PATH}.mod").status == 200
    assert get(distribution, f"{PATH}.zip").status == 200


NOT_FOUND = [
    "",
    "/",
    "example.com/one",
    "example.com/one/",
    "example.com/one/@v/",
    "example.com/none/@v/list",
    "example.com/none/@latest",
    "example.com/one/@latest/",
    "example.com/one/@v/v1.0.1.info",
    "example.com/one/@v/v1.0.1.mod",
    "example.com/one/@v/v1.0.1.zip",
    "example.com/one/@v/v1.0.0.txt",
    "example.com/one/@v/v1.0.0.zip\n",
    "example.com/one/@v/main.info",
    "example.com/one/@v/v1.info",
    "example.com/one/@v/a/b.info",
    "example.com/One/@v/list",
    "example.com/!One/@v/list",
    "example.com/one!/@v/list",
    "example.com/../one/@v/list",
    "../../etc/passwd",
    "example.com/\u0661/@v/list",
    "example.com/one/@v/v1.\u0661.0.info",
    "\udcff",
    "sumdb/sum.golang.org/supported",
    "-/cached-only/example.com/one/@v/list",
    "index",
]


@pytest.mark.parametrize("path", NOT_FOUND)
def test_what_is_not_there_is_404_with_the_reason_as_text(distribution, repository, tmp_path, path):
    hold(repository, kept(tmp_path, ONE))
    answer = get(distribution, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body.startswith(b"not found: ")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("gone", ["never", "repository", "version"])
def test_nothing_to_serve_from_is_503(distribution, repository, tmp_path, gone):
    version = hold(repository, kept(tmp_path, ONE))
    if gone == "never":
        GoDistribution.objects.filter(pk=distribution.pk).update(repository=None)
    elif gone == "repository":
        repository.delete()
    else:
        hold(repository, row("v1.1.0"))
        GoDistribution.objects.filter(pk=distribution.pk).update(
            repository=None, repository_version=version
        )
        GoDistribution.objects.filter(pk=distribution.pk).update(repository_version=None)
    answer = get(GoDistribution.objects.get(pk=distribution.pk), f"{PATH}.mod")
    assert (answer.status, answer.body) == (503, b"distribution d has nothing to serve from\n")


def test_an_old_version_answers_as_it_did_then(distribution, repository):
    old = hold(repository, row("v1.0.0"))
    hold(repository, row("v1.1.0"))
    then = GoDistribution.objects.create(name="then", base_path="then", repository_version=old)
    paths = ["example.com/one/@v/list", "example.com/one/@v/v1.1.0.mod"]
    assert [get(distribution, path).status for path in paths] == [200, 200]
    assert [get(then, path).status for path in paths] == [200, 404]
    assert get(then, paths[0]).body == b"v1.0.0\n"


@pytest.fixture
def left(repository):
    """A unit of the repository whose zip stayed upstream."""
    remote = GoRemote.objects.create(
        name="m", url="https://goproxy.example", policy="on_demand", sumdb="off"
    )
    unit = pinned(remote)
    hold(repository, unit)
    return unit


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-3"}, {"If-None-Match": '"x"'}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_zip_that_stayed_upstream_is_a_miss(distribution, left, headers, method):
    answer = serving.answer(distribution, f"{PATH}.zip", method, headers)
    assert isinstance(answer, Miss)
    assert (answer.unit, answer.keep, answer.has_file) == (left, True, False)


def test_all_else_of_it_is_here(distribution, left):
    paths = {"example.com/one/@v/list": b"v1.0.0\n", "example.com/one/@latest": INFO}
    paths |= {f"{PATH}.info": INFO, f"{PATH}.mod": GO_MOD}
    assert {path: get(distribution, path).body for path in paths} == paths


def test_who_has_the_zip_already_need_not_wait(distribution, left):
    answer = get(distribution, f"{PATH}.zip", **{"If-None-Match": f'"{ONE_H1}"'})
    assert (answer.status, isinstance(answer, Miss)) == (304, False)


def test_it_will_be_kept_unless_all_of_its_remotes_say_streamed(distribution, left):
    GoRemote.objects.update(policy="streamed")
    assert get(distribution, f"{PATH}.zip").keep is False
    pinned(GoRemote.objects.create(name="o", url="https://other.example", policy="immediate"))
    assert get(distribution, f"{PATH}.zip").keep is True
    GoRemote.objects.all().delete()
    assert get(distribution, f"{PATH}.zip").keep is False


def after(distribution, *fetched, **headers):
    return serving.answer(distribution, f"{PATH}.zip", "GET", headers, Fetched(*fetched))


def test_what_was_fetched_and_kept_is_answered_as_ever(distribution, left, tmp_path):
    kept(tmp_path, ONE)
    answer = after(distribution, "", 9)
    assert (answer.status, answer.artifact) == (200, Artifact.objects.get())
    assert answer.headers == get(distribution, f"{PATH}.zip").headers


def test_what_was_fetched_and_not_kept_has_the_same_headers(distribution, left, tmp_path):
    path = tmp_path / "spooled"
    path.write_bytes(module_zip(ONE))
    size = len(module_zip(ONE))
    answer = after(distribution, str(path), size)
    assert (answer.status, answer.length, answer.artifact) == (200, size, None)
    with answer.open() as file:
        assert file.read() == module_zip(ONE)
    part = after(distribution, str(path), size, Range="bytes=1-3")
    assert (part.status, part.start, part.length, part.path) == (206, 1, 3, str(path))
    kept(tmp_path, ONE)
    assert answer.headers == get(distribution, f"{PATH}.zip").headers


UNAVAILABLE = [
    ("GO0002", False, 502, b"its upstream does not have it"),
    ("GO0003", False, 502, b"its upstream could not be asked, or would not say"),
    ("GO0003", True, 504, b"its upstream could not be asked, or would not say"),
    ("GO0004", False, 502, b"its upstream answered with no such file"),
    ("GO0005", False, 502, b"its upstream has another one, or none that is a module zip"),
    ("GO0006", False, 502, b"its upstream has another one"),
    ("GO0010", False, 502, b"it could not be written"),
    ("GO0017", False, 502, b"no remote is left that has it"),
    ("", False, 502, b"it could not be had"),
]


@pytest.mark.parametrize(("code", "is_late", "status", "why"), UNAVAILABLE)
def test_a_zip_that_cannot_be_had_is_never_404(distribution, left, code, is_late, status, why):
    answer = after(distribution, "", 0, code, is_late)
    assert answer.status == status
    assert answer.body == b"[GO0017] the zip of example.com/one@v1.0.0 is not here: " + why + b"\n"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_guarded_distribution_lets_no_shared_cache_keep_it(repository, tmp_path):
    hold(repository, kept(tmp_path, ONE))
    guarded = SimpleNamespace(
        repository_id=repository.pk,
        repository_version_id=None,
        content_guard_id=repository.pk,
        pulp_domain_id=repository.pulp_domain_id,
        name="guarded",
    )
    paths = [f"{PATH}.mod", "example.com/one/@v/list", "example.com/none/@latest", "", "\n"]
    assert [get(guarded, path).headers["Cache-Control"] for path in paths] == [
        "private, max-age=31536000, immutable",
        *["private, no-cache"] * 4,
    ]


CACHE_CONTROLS = [
    ("public, max-age=31536000, immutable", "private, max-age=31536000, immutable"),
    ("max-age=60", "private, max-age=60"),
    ("public,s-maxage=60,max-age=5", "private, max-age=5"),
    ("private", "private"),
    ("no-cache", "private, no-cache"),
    ("public\n", "private"),
]


@pytest.mark.parametrize(("given", "expected"), CACHE_CONTROLS)
def test_private_is_said_whatever_the_setting_is(given, expected):
    assert serving.private(given) == expected


def test_refusals_are_for_no_cache():
    refusals = [serving.unauthorized(), serving.forbidden()]
    assert [answer.status for answer in refusals] == [401, 403]
    assert [answer.headers["Cache-Control"] for answer in refusals] == ["no-store", "no-store"]


def test_object_storage_is_redirected_to(distribution, repository, tmp_path, monkeypatch):
    hold(repository, kept(tmp_path, ONE))
    domain = Artifact.objects.get().pulp_domain
    domain.storage_class = "storages.backends.s3.S3Storage"
    domain.redirect_to_object_storage = True
    monkeypatch.setattr(Artifact, "pulp_domain", domain)
    monkeypatch.setattr(
        serving, "get_artifact_url", lambda artifact, headers, http_method: "https://s3/signed"
    )
    answer = get(distribution, f"{PATH}.zip")
    assert (answer.status, answer.headers["Location"]) == (302, "https://s3/signed")
    assert answer.headers["Cache-Control"] == "no-cache"


FULL = Answer(200, {"ETag": '"h"', "Cache-Control": "immutable"}, artifact=object(), length=10)
RANGES = [
    ({"Range": "bytes=0-3"}, 206, 0, 4, "bytes 0-3/10"),
    ({"Range": "bytes=8-99"}, 206, 8, 2, "bytes 8-9/10"),
    ({"Range": "bytes=9-"}, 206, 9, 1, "bytes 9-9/10"),
    ({"Range": "bytes=-3"}, 206, 7, 3, "bytes 7-9/10"),
    ({"Range": "bytes=-99"}, 206, 0, 10, "bytes 0-9/10"),
    ({"Range": "bytes=10-"}, 416, 0, 0, "bytes */10"),
    ({"Range": "bytes=-0"}, 416, 0, 0, "bytes */10"),
    ({"Range": "bytes=5-2"}, 200, 0, 10, None),
    ({"Range": "bytes=0-1,4-5"}, 200, 0, 10, None),
    ({"Range": "bytes=0-3\n0"}, 200, 0, 10, None),
    ({"Range": "bytes=\u0660-3"}, 200, 0, 10, None),
    ({"Range": "lines=0-3"}, 200, 0, 10, None),
    ({"Range": "bytes=0-3", "If-Range": '"h"'}, 206, 0, 4, "bytes 0-3/10"),
    ({"Range": "bytes=0-3", "If-Range": '"other"'}, 200, 0, 10, None),
    ({"Range": "bytes=0-3", "If-None-Match": "*"}, 304, 0, 0, None),
]


@pytest.mark.parametrize("headers, status, start, length, content_range", RANGES)
def test_ranges(headers, status, start, length, content_range):
    answer = answers.conditional(FULL, headers)
    assert (answer.status, answer.start, answer.length) == (status, start, length)
    assert answer.headers.get("Content-Range") == content_range
