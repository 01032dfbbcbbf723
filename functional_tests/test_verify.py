"""Verify: what is held is checked again, and a disk that flips a bit is found out."""

from pathlib import Path

import pytest

from functional_tests.pulpcli import PulpCli
from functional_tests.sumdbworld import H1, VERSION, A, B, C, sync

# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.7)
LOCAL_HEADER = 30
SIZES = {"checked": 3, "zips": 3, "proven": 3}


@pytest.fixture
def repository(pulp, vouched):
    """A repository with three module versions for which a database vouches."""
    repository = pulp.repository()
    assert sync(pulp, vouched, A, B, C, repository=repository)["state"] == "completed"
    vouched.mend_all()
    return repository


def verified(pulp, repository, **body):
    """Return the result of a verification."""
    task = pulp.act(repository, "verify", body)
    assert task["state"] == "completed", task
    return task["result"]


def zip_of(live_pulp, pulp, module):
    """Return where the zip of a module version lies on disk."""
    [unit] = pulp.module_versions(module=module)
    artifact = pulp.context.call("artifacts_read", parameters={"artifact_href": unit["artifact"]})
    return Path(live_pulp.home, "pulp", "media", artifact["file"])


def flip(path):
    """Flip one bit in the content of the first file of a zip, behind its header and its name."""
    data = bytearray(path.read_bytes())
    data[LOCAL_HEADER + int.from_bytes(data[26:28], "little") + 3] ^= 1
    path.write_bytes(data)


def test_what_is_as_it_was(pulp, repository, vouched):
    asked = len(vouched.paths())
    assert verified(pulp, repository) == SIZES | {"failed": [], "failed_count": 0}
    assert len(vouched.paths()) == asked


def test_of_an_older_version_there_is_less(pulp, repository):
    version = f"{repository.pulp_href}versions/0/"
    result = verified(pulp, repository, repository_version=version)
    assert result == {"checked": 0, "zips": 0, "proven": 0, "failed": [], "failed_count": 0}


def test_a_version_of_another_repository_is_refused(pulp, repository):
    other = pulp.repository()
    body = {"repository_version": f"{other.pulp_href}versions/0/"}
    with pytest.raises(Exception, match="no version of"):
        pulp.start(repository, "verify", body)


def test_a_flipped_bit_is_named_and_no_client_takes_it(
    pulp, repository, live_pulp, vouched, go, tmp_path
):
    base_url = pulp.distribution(repository=repository, sumdb="held")
    path = zip_of(live_pulp, pulp, B)
    sound = path.read_bytes()
    flip(path)
    result = verified(pulp, repository)
    assert (result["failed_count"], result["checked"]) == (1, 3)
    [[module, version, code, reason]] = result["failed"]
    assert (module, version) == (B, VERSION) and code in ("GO0005", "GO0006")
    cli = PulpCli(tmp_path, live_pulp, pulp.context.pulp_domain, tmp_path / "cache")
    said = cli.run("go", "repository", "verify", "--href", repository.pulp_href)
    assert said.code == 1 and f'"{B}"' in said.out and "see `failed`" in said.err
    key = f"GOSUMDB={vouched.database.key}"
    client = go(base_url)
    client.fail(key, "mod", "download", f"{B}@{VERSION}")
    assert client.run(key, "mod", "download", f"{A}@{VERSION}") == ""
    path.write_bytes(sound)
    assert verified(pulp, repository)["failed"] == []
    fresh = go(base_url).run_json(key, "mod", "download", "-json", f"{B}@{VERSION}")
    assert [module["Sum"] for module in fresh] == [H1[B]]
