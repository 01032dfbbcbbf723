"""What the real `go` makes of a checksum database that Pulp serves: with and without an upstream.

The four kinds of client: without a head, with one that this Pulp has served, with an older one
from elsewhere, and with one that is newer than what Pulp has.
"""

import pytest

from functional_tests.sumdb import NAME, lookup_path
from functional_tests.sumdbserved import ALL, Client, passing, serve
from functional_tests.sumdbworld import NUMBERS, VERSION, A, B, C, D, grow


@pytest.fixture
def gone(pulp):
    """A repository with A, B and C, whose upstream is no more."""
    with passing() as upstream:
        served = serve(pulp, upstream, A, B, C)
    return served


@pytest.mark.parametrize("mode", [None, "held"])
def test_a_client_without_a_head_needs_no_upstream(gone, go, mode):
    served = gone.mode(mode)
    client = Client(go(served.url), served)
    assert client.get(A, B, C) == ALL
    assert client.head() == served.upstream.database.note()


def test_a_client_with_a_head_that_was_served_needs_no_upstream(pulp, go):
    with passing() as upstream:
        served = serve(pulp, upstream, A, B)
        client = Client(go(served.mode("held").url), served)
        client.get(A)
        first = client.head()
        grow(upstream)
        served.sync(A, B, C, D)
    assert client.get(B, C, D) == ALL
    assert first != client.head() == upstream.database.note()


def test_a_client_with_an_older_head_from_elsewhere(pulp, vouched, go):
    served = serve(pulp, vouched, A, B, C)
    older = vouched.database.note(2000)
    held, forward = (Client(go(served.mode(mode).url), served) for mode in ("held", None))
    held.knows(older)
    assert "tile/8/0/007" in held.fail(f"{A}@{VERSION}")
    forward.knows(older)
    assert forward.get(A, B, C) == ALL
    assert forward.head() == vouched.database.note()
    # What was forwarded is held from then on.
    assert held.get(A, B, C) == ALL


def test_all_tiles_serve_an_older_head_from_elsewhere(pulp, go):
    with passing() as upstream:
        served = serve(pulp, upstream, A, B, C, sumdb_tiles="full")
    for mode, size in ((None, 2000), ("held", 2000), ("held", 1), ("held", 65_536)):
        client = Client(go(served.mode(mode).url), served)
        client.knows(upstream.database.note(size))
        assert client.get(A, B, C) == ALL
        assert client.head() == upstream.database.note()


def test_a_client_with_a_newer_head(pulp, vouched, go):
    served = serve(pulp, vouched, A, B, C)
    older = vouched.database.note()
    grow(vouched)
    newer = vouched.database.note()
    held = Client(go(served.mode("held").url), served)
    held.knows(newer)
    assert "404 Not Found" in held.fail(f"{A}@{VERSION}")
    assert (held.head(), served.ask("latest").body) == (newer, older)
    held.forgets()
    assert held.get(A, B, C) == ALL
    held.knows(newer)
    forward = Client(go(served.url), served)
    forward.knows(newer)
    assert forward.get(A, B, C) == ALL
    assert served.ask("latest").body == newer
    # Now the head is one that was served.
    assert held.get(A, B, C) == ALL


def test_a_newer_head_is_served_after_the_next_sync(pulp, vouched, go):
    served = serve(pulp, vouched, A, B, C).mode("held")
    grow(vouched)
    client = Client(go(served.url), served)
    client.knows(vouched.database.note())
    client.fail(f"{A}@{VERSION}")
    served.sync(A, D)
    assert client.get(A, D) == ALL


def test_what_is_not_held_yet_is_forwarded_for_go(pulp, vouched, go):
    served = serve(pulp, vouched, A, B, C)
    served.remote.update({"sumdb": "off"})
    vouched.add(D, VERSION, NUMBERS[D])
    vouched.database.pad(71_000)
    served.sync(A, B, C, D)
    served.remote.update({"sumdb": vouched.database.key})
    served.asked()
    client = Client(go(served.url), served)
    assert client.get(A, D) == ALL
    assert lookup_path(D, VERSION) in served.asked()
    assert served.mode("held").ask(lookup_path(D, VERSION)).status == 200


def test_go_asks_elsewhere_only_where_no_database_is_served(gone, go):
    client = Client(go(gone.mode("off").url), gone)
    assert f"https://{NAME}/" in client.fail(f"{A}@{VERSION}")
