"""What is answered below `sumdb/`: by mode, from what is held, and when somebody is to be asked."""

import pytest

from pulp_go.app import serving
from pulp_go.app.answers import Fetched, Unasked
from pulp_go.app.models import GoDistribution, GoRemote, GoRepository
from pulp_go.app.sumdbs import ChecksumDatabase
from pulp_go.app.treestore import Proven, TreeStore
from pulp_go.gomod.sumdbserver import Latest, Lookup, Supported, TileRequest
from pulp_go.gomod.tiles import Tile
from pulp_go.gomod.tlog import Record
from pulp_go.tests.unit.app.databases import BELOW, ONE, make_remote, trusted
from pulp_go.tests.unit.gomod.logs import TEXT, Log

LOG = Log(700)
TWO = "lookup/example.com/two@v1.0.0"
TOOLCHAIN = "lookup/golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64"
UPSTREAM, UNKNOWN, FORGED, FORK, NO_DATABASE = (
    f"GO00{number}" for number in ("03", "12", "13", "14", "15")
)
PLAIN = "text/plain; charset=utf-8"


@pytest.fixture
def remote(db):
    return make_remote("https://goproxy.example", no_sumdb=["example.com/private", "golang.org"])


@pytest.fixture
def distribution(remote):
    repository = GoRepository.objects.create(name="r", remote=remote)
    return GoDistribution.objects.create(name="d", base_path="d", repository=repository)


@pytest.fixture
def held(db):
    """What the domain holds: a tree of 700 records, record 300 and some tiles."""
    store = TreeStore(trusted(LOG))
    tiles = [Tile(8, 0, 1, 256), Tile(8, 0, 2, 188), Tile(8, 1, 0, 2)]
    records = {("example.com/one", "v1.0.0"): Record(300, TEXT)}
    # One that the trusted tree has not.
    records["example.com/late", "v1.0.0"] = Record(700, TEXT)
    store.keep(Proven(records, {tile: LOG.tile(tile) for tile in tiles}))
    return store


def get(distribution, path, fetched=None, **headers):
    return serving.answer(distribution, f"{BELOW}{path}", "GET", headers, fetched)


def change(thing, **fields):
    """Return a row as it is read after a change."""
    type(thing).objects.filter(pk=thing.pk).update(**fields)
    return type(thing).objects.get(pk=thing.pk)


PATHS = ["supported", "latest", ONE, "tile/8/0/001", "tile/8/1/000.p/1", "lookup/nonsense", "x", ""]


@pytest.mark.case("C-40")
@pytest.mark.parametrize("why", ["off", "remote off", "no remote", "other name"])
def test_what_is_not_served_is_404(distribution, held, remote, why):
    if why == "off":
        distribution = change(distribution, sumdb="off")
    elif why == "remote off":
        change(remote, sumdb="off")
    elif why == "no remote":
        remote.delete()
    else:
        change(remote, sumdb="sum.golang.org")
    for mode in (distribution.sumdb, "forward" if why != "off" else "off"):
        distribution = change(distribution, sumdb=mode)
        answers = [get(distribution, path) for path in PATHS]
        assert [answer.status for answer in answers] == [404] * len(PATHS)
        assert {answer.headers["Content-Type"] for answer in answers} == {PLAIN}


@pytest.mark.case("C-40")
@pytest.mark.parametrize("mode", [None, "forward", "held"])
def test_what_is_held_is_answered_with_the_trusted_tree(distribution, held, mode):
    distribution = change(distribution, sumdb=mode)
    bodies = {
        "supported": b"",
        "latest": LOG.note(),
        ONE: LOG.lookup(300),
        "tile/8/0/001": LOG.tile(Tile(8, 0, 1, 256)),
        "tile/8/0/001.p/77": LOG.tile(Tile(8, 0, 1, 77)),
        "tile/8/0/002.p/188": LOG.tile(Tile(8, 0, 2, 188)),
        "tile/8/1/000.p/1": LOG.tile(Tile(8, 1, 0, 1)),
    }
    answers = {path: get(distribution, path) for path in bodies}
    assert {path: answer.body for path, answer in answers.items()} == bodies
    assert {answer.status for answer in answers.values()} == {200}


def test_an_old_version_has_the_remote_of_its_repository(distribution, held):
    version = GoRepository.objects.get().latest_version()
    distribution = change(distribution, repository=None, repository_version=version)
    assert get(distribution, ONE).body == LOG.lookup(300)
    assert isinstance(get(distribution, TWO), Unasked)


HEADERS = [
    ("supported", "text/plain; charset=UTF-8", "no-cache"),
    ("latest", "text/plain; charset=UTF-8", "no-cache"),
    (ONE, "text/plain; charset=UTF-8", "no-cache"),
    ("tile/8/0/001", "application/octet-stream", "public, max-age=31536000, immutable"),
    ("tile/8/0/002.p/188", "application/octet-stream", "public, max-age=31536000, immutable"),
]


@pytest.mark.parametrize("path, content_type, cache", HEADERS)
def test_headers_and_304(distribution, held, path, content_type, cache):
    answer = get(distribution, path)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == cache
    assert answer.headers["Content-Length"] == str(len(answer.body))
    again = get(distribution, path, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_guarded_distribution_lets_no_shared_cache_keep_it(distribution, held):
    distribution.content_guard_id = distribution.pk
    caches = [get(distribution, path).headers["Cache-Control"] for path in (ONE, "tile/8/0/001")]
    assert caches == ["private, no-cache", "private, max-age=31536000, immutable"]


MALFORMED = [
    ("lookup/", 400),
    ("lookup/example.com/one", 400),
    ("lookup/example.com/one@latest", 400),
    ("lookup/example.com/one@v1.0.0/go.mod", 400),
    ("lookup/example.com/one@v1.0.0\n", 400),
    ("lookup/example.com/one@v1.\u0661.0", 400),
    ("lookup/example.com/\udcff@v1.0.0", 400),
    ("", 404),
    ("supported/", 404),
    ("latest\n", 404),
    ("tile/8/0/1", 404),
    ("tile/8/0/\u0660\u0660\u0660", 404),
    ("tile/4/0/000", 404),
    ("tile/8/0/000.p/256", 404),
    ("\udcff", 404),
]


@pytest.mark.parametrize("mode", ["forward", "held"])
@pytest.mark.parametrize("path, status", MALFORMED)
def test_what_is_malformed_is_asked_of_nobody(distribution, held, mode, path, status):
    answer = get(change(distribution, sumdb=mode), path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, PLAIN)


NOT_HELD = [
    ("latest", Latest()),
    (TWO, Lookup("example.com/two", "v1.0.0")),
    (TOOLCHAIN, Lookup("golang.org/toolchain", "v0.0.1-go1.26.8.linux-amd64")),
    ("lookup/example.com/late@v1.0.0", Lookup("example.com/late", "v1.0.0")),
    ("tile/8/0/000", TileRequest(Tile(8, 0, 0, 256))),
    ("tile/8/0/002", TileRequest(Tile(8, 0, 2, 256))),
    ("tile/8/0/002.p/189", TileRequest(Tile(8, 0, 2, 189))),
]


@pytest.mark.parametrize("path, request_", NOT_HELD)
def test_what_is_not_held_has_to_be_asked_for(distribution, held, remote, path, request_):
    if path == "latest":
        change(held.database, size=0, note=b"")
    answer = get(distribution, path, **{"If-None-Match": "*"})
    assert isinstance(answer, Unasked)
    assert (answer.remote, answer.request) == (remote, request_)
    assert get(change(distribution, sumdb="held"), path).status == 404


UNASKED = [
    "lookup/example.com/private@v1.0.0",
    "lookup/example.com/private/sub@v1.0.0",
    "tile/8/data/000",
    "tile/8/data/001",
]


@pytest.mark.case("C-8")
@pytest.mark.parametrize("path", UNASKED)
def test_what_nobody_is_asked_for(distribution, held, path):
    assert get(distribution, path).status == 404


def test_toolchains_are_asked_for_whatever_no_sumdb_says(distribution, held, remote):
    assert isinstance(get(distribution, TOOLCHAIN), Unasked)
    assert get(distribution, "lookup/golang.org/x/text@v0.3.0").status == 404


CAME_TO_NOTHING = [
    (TWO, Fetched(code=UNKNOWN), 404, "not found: localhost.localdev/sumdb has no record of "),
    (TWO, Fetched(code=UPSTREAM), 502, "could not be asked"),
    (TWO, Fetched(code=UPSTREAM, is_late=True), 504, "could not be asked"),
    (TWO, Fetched(code=FORGED), 502, "cannot be believed"),
    (TWO, Fetched(code=FORK), 502, "contradict"),
    (TWO, Fetched(code=NO_DATABASE), 502, "does not serve it any more"),
    (TWO, Fetched(), 502, "newer tree"),
    (TWO, Fetched(code="GO9999"), 502, "could not be asked"),
    ("tile/8/0/009", Fetched(), 404, "not found: localhost.localdev/sumdb has no tile/8/0/009"),
    ("tile/8/0/009", Fetched(code=UPSTREAM), 502, "could not be asked"),
]


@pytest.mark.parametrize("path, fetched, status, text", CAME_TO_NOTHING)
def test_what_came_to_nothing(distribution, held, path, fetched, status, text):
    answer = get(distribution, path, fetched)
    assert (answer.status, answer.headers["Cache-Control"]) == (status, "no-cache")
    assert text in answer.body.decode() and "goproxy" not in answer.body.decode()


FIRST_QUESTIONS = [
    ("supported", Fetched(), 200),
    ("supported", Fetched(code=NO_DATABASE), 404),
    # Who is told 404 asks elsewhere, and for private names too.
    ("supported", Fetched(code=UPSTREAM), 200),
    ("supported", Fetched(code=UPSTREAM, is_late=True), 200),
    ("latest", Fetched(), 404),
    ("latest", Fetched(code=NO_DATABASE), 404),
    ("latest", Fetched(code=UPSTREAM), 502),
    (TWO, Fetched(code=NO_DATABASE), 404),
    (TWO, Fetched(code=UPSTREAM), 502),
    ("tile/8/0/000", Fetched(code=NO_DATABASE), 404),
]


@pytest.mark.case("C-40")
@pytest.mark.parametrize("path, fetched, status", FIRST_QUESTIONS)
def test_before_the_first_tree(distribution, path, fetched, status):
    assert isinstance(get(distribution, path), Unasked)
    assert get(distribution, path, fetched).status == status
    assert get(change(distribution, sumdb="held"), path).status == 404
    assert ChecksumDatabase.objects.count() == 0


def test_supported_is_asked_for_as_supported(distribution):
    assert get(distribution, "supported").request == Supported()


def test_a_name_that_is_known_with_another_key_is_not_shown(distribution, held):
    change(held.database, key="another")
    assert isinstance(get(distribution, "latest"), Unasked)


def test_held_is_every_database_of_the_domain(distribution, held):
    change(GoRemote.objects.get(), sumdb="off")
    distribution = change(distribution, sumdb="held")
    ChecksumDatabase.objects.create(name="localhost.localdev", key="k", size=1, note=b"another")
    ask = serving.answer
    assert get(distribution, "latest").body == LOG.note()
    assert ask(distribution, "sumdb/localhost.localdev/latest", "GET", {}).body == b"another"
    assert ask(distribution, "sumdb/localhost.localde/latest", "GET", {}).status == 404


def test_with_nothing_to_serve_from_nobody_is_sent_elsewhere(db):
    empty = GoDistribution.objects.create(name="e", base_path="e")
    assert get(empty, "supported").status == 503
