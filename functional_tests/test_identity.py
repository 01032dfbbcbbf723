"""What is the same content, and what a repository that holds a module version does with another.

The same bytes are stored once in each domain, however they come. Other hashes under the name of a
held module version are refused with both of them, at every door.
"""

import pytest
from pulp_glue.common.exceptions import PulpHTTPError

from functional_tests.contentclient import fetch
from functional_tests.moduletree import file_path, make_info
from functional_tests.upstream import Upstream

MODULE = "example.com/a"
VERSION = "v1.0.0"
WORD = f"{MODULE}@{VERSION}"
FIRST = {"a.go": "package a\n"}
SECOND = {"a.go": "package a // changed\n"}
# Printed by `go mod download -json` of go1.26.8.
FIRST_H1 = "h1:bnjUOPL3XLk8nD9gQ0SbNkP74zk64PqrTaQ52SNhjfQ="
SECOND_H1 = "h1:4/cZ7N8XpazhgO02QZ7/vP6kFBKDvC07bPetPvSt93I="
GO_MOD_H1 = "h1:DhNAN5ESgofBjUyC9S2g6VCJUhcIDhtNzG+3JuOOhyg="
GO_MOD_ONLY = f"{MODULE} {VERSION}/go.mod {GO_MOD_H1}\n"


@pytest.fixture
def changed():
    """An upstream that serves other bytes under the same name."""
    with Upstream() as server:
        server.tree.add(MODULE, VERSION, SECOND)
        yield server


@pytest.fixture
def upstream(upstream):
    """An upstream that serves the first bytes."""
    upstream.tree.add(MODULE, VERSION, FIRST)
    return upstream


def hashes(pulp, repository):
    """Return the zips' hashes that the repository's latest version holds."""
    units = pulp.module_versions(repository_version=pulp.latest(repository))
    return [unit["h1"] for unit in units]


def units(pulp, repository):
    """Return the hrefs of what the repository's latest version holds."""
    held = pulp.module_versions(repository_version=pulp.latest(repository))
    return [unit["pulp_href"] for unit in held]


def test_two_repositories_share_one_unit_and_one_file(pulp, upstream):
    first, second = pulp.synced(upstream, WORD), pulp.synced(upstream, WORD)
    assert hashes(pulp, first) == hashes(pulp, second) == [FIRST_H1]
    assert units(pulp, first) == units(pulp, second)
    assert (len(pulp.module_versions()), pulp.count_artifacts()) == (1, 1)


def test_two_remotes_and_two_syncs_bring_it_once(pulp, upstream):
    repository = pulp.synced(upstream, WORD)
    assert pulp.sync(repository, pulp.remote(upstream, MODULE))["result"]["added"] == 0
    pulp.sync(pulp.repository(), pulp.remote(upstream, WORD))
    assert (len(pulp.module_versions()), pulp.count_artifacts()) == (1, 1)
    assert pulp.number(repository) == 1


def test_two_domains_store_it_once_each(pulp, elsewhere, upstream):
    urls = []
    for domain in (pulp, elsewhere):
        repository = domain.synced(upstream, WORD)
        assert hashes(domain, repository) == [FIRST_H1]
        assert (len(domain.module_versions()), domain.count_artifacts()) == (1, 1)
        urls.append(domain.distribution(repository=repository))
    bodies = {fetch(url + file_path(MODULE, VERSION, "zip")).body for url in urls}
    assert bodies == {upstream.tree.files[file_path(MODULE, VERSION, "zip")]}


def test_two_domains_may_hold_other_bytes_under_one_name(pulp, elsewhere, upstream, changed):
    assert hashes(pulp, pulp.synced(upstream, WORD)) == [FIRST_H1]
    assert hashes(elsewhere, elsewhere.synced(changed, WORD)) == [SECOND_H1]


def test_nothing_crosses_from_one_domain_to_another(pulp, elsewhere, upstream):
    here, there = pulp.synced(upstream, WORD), elsewhere.repository()
    foreign = pulp.remote(upstream, WORD)
    attempts = [
        lambda: elsewhere.sync(there, foreign),
        lambda: elsewhere.modify(there, add_content_units=units(pulp, here)),
        lambda: elsewhere.modify(there, base_version=pulp.latest(here)),
        lambda: elsewhere.distribution(repository=here),
        lambda: elsewhere.distribution(repository_version=pulp.latest(here)),
        lambda: elsewhere.repository(remote=foreign),
    ]
    for attempt in attempts:
        with pytest.raises(PulpHTTPError) as refused:
            attempt()
        assert refused.value.status_code == 400
    assert elsewhere.module_versions() == []


def by_sync(pulp, repository, changed):
    """Sync a go.sum with the other hash."""
    remote = pulp.remote(changed, go_sum=f"{MODULE} {VERSION} {SECOND_H1}\n")
    return pulp.sync(repository, remote)


def by_modify(pulp, repository, changed):
    """Add the other unit."""
    other = pulp.synced(changed, WORD)
    return pulp.modify(repository, add_content_units=units(pulp, other))


def by_swap(pulp, repository, changed):
    """Take the held unit away and add the other in one step."""
    other = pulp.synced(changed, WORD)
    held, new = units(pulp, repository), units(pulp, other)
    return pulp.modify(repository, remove_content_units=held, add_content_units=new)


def by_copy(pulp, repository, changed):
    """Make all that another repository holds the content of this one."""
    other = pulp.synced(changed, WORD)
    return pulp.modify(repository, base_version=pulp.latest(other))


DOORS = [by_sync, by_modify, by_swap, by_copy]


@pytest.mark.parametrize("door", DOORS)
def test_another_hash_is_refused_with_both_at_every_door(pulp, upstream, changed, door):
    repository = pulp.synced(upstream, WORD)
    task = door(pulp, repository, changed)
    assert task["state"] == "failed"
    said = str(task["error"])
    assert "GO0007" in said and FIRST_H1 in said and SECOND_H1 in said and WORD in said
    assert hashes(pulp, repository) == [FIRST_H1]
    assert pulp.number(repository) == 1


@pytest.mark.parametrize("door", DOORS)
def test_replacement_may_be_allowed(pulp, upstream, changed, door):
    repository = pulp.synced(upstream, WORD, allow_replacement=True)
    old = pulp.distribution(repository_version=pulp.latest(repository))
    new = pulp.distribution(repository=repository)
    assert door(pulp, repository, changed)["state"] == "completed"
    assert hashes(pulp, repository) == [SECOND_H1]
    zips = [fetch(base + file_path(MODULE, VERSION, "zip")).body for base in (old, new)]
    path = file_path(MODULE, VERSION, "zip")
    assert zips == [upstream.tree.files[path], changed.tree.files[path]]


def test_a_refused_version_leaves_the_rest_of_the_sync(pulp, upstream, changed):
    changed.tree.add("example.com/b", VERSION)
    repository = pulp.synced(upstream, WORD)
    go_sum = f"{MODULE} {VERSION} {SECOND_H1}\n"
    task = pulp.sync(repository, pulp.remote(changed, f"example.com/b@{VERSION}", go_sum=go_sum))
    assert (task["state"], task["result"]["added"]) == ("completed", 1)
    ((module, version, code, reason),) = task["result"]["failed"]
    assert (module, version, code) == (MODULE, VERSION, "GO0007")
    assert FIRST_H1 in reason and SECOND_H1 in reason
    assert FIRST_H1 in hashes(pulp, repository)


def test_of_two_that_come_together_neither_replaces_the_other(pulp, upstream, changed):
    both = [*units(pulp, pulp.synced(upstream, WORD)), *units(pulp, pulp.synced(changed, WORD))]
    for allowed in (False, True):
        repository = pulp.repository(allow_replacement=allowed)
        task = pulp.modify(repository, add_content_units=both)
        assert task["state"] == "failed" and "GO0007" in str(task["error"])
        assert pulp.number(repository) == 0


def test_another_go_mod_is_another_hash(pulp, upstream, changed):
    changed.tree.add(MODULE, VERSION, FIRST, go_mod=f"module {MODULE}\n\ngo 1.22\n")
    repository = pulp.synced(upstream, WORD)
    task = by_modify(pulp, repository, changed)
    assert task["state"] == "failed"
    assert "GO0007" in str(task["error"]) and GO_MOD_H1 in str(task["error"])


def test_the_zip_joins_its_go_mod_and_never_leaves_it(pulp, upstream):
    repository = pulp.repository()
    pulp.sync(repository, pulp.remote(upstream, go_sum=GO_MOD_ONLY))
    (go_mod_only,) = units(pulp, repository)
    assert hashes(pulp, repository) == [""]
    pulp.sync(repository, pulp.remote(upstream, WORD))
    assert hashes(pulp, repository) == [FIRST_H1]
    assert pulp.number(repository) == 2
    pulp.sync(repository, pulp.remote(upstream, go_sum=GO_MOD_ONLY))
    pulp.modify(repository, add_content_units=[go_mod_only])
    assert hashes(pulp, repository) == [FIRST_H1]


def test_with_the_same_hashes_the_info_that_is_held_stays(pulp, upstream, changed):
    changed.tree.add(MODULE, VERSION, FIRST)
    changed.tree.put(file_path(MODULE, VERSION, "info"), make_info(VERSION, None))
    repository = pulp.synced(upstream, WORD)
    base = pulp.distribution(repository=repository)
    assert by_modify(pulp, repository, changed)["state"] == "completed"
    held = fetch(base + file_path(MODULE, VERSION, "info")).body
    assert held == upstream.tree.files[file_path(MODULE, VERSION, "info")]
    assert pulp.count_artifacts() == 1


def test_an_info_that_was_missing_is_taken_when_it_turns_up(pulp, upstream):
    path = file_path(MODULE, VERSION, "info")
    info = upstream.tree.files.pop(path)
    repository, remote = pulp.repository(), pulp.remote(upstream, WORD)
    base = pulp.distribution(repository=repository)
    pulp.sync(repository, remote)
    assert fetch(base + path).status == 404
    upstream.tree.put(path, info)
    pulp.sync(repository, remote)
    assert fetch(base + path).body == info
    assert (hashes(pulp, repository), pulp.number(repository)) == ([FIRST_H1], 2)
    assert fetch(base + file_path(MODULE, VERSION, "zip")).status == 200
    assert pulp.count_artifacts() == 1
