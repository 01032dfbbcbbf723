"""Toolchains that are uploaded: what `go` would run is verified always, wherever it comes from.

A checksum database has to vouch for them, and the one that is asked is that of the remote of the
repository that the upload is for. No setting changes that: CVE-2026-42501.

https://go.dev/ref/mod#checksum-database
"""

from django_guid import get_guid

from pulpcore.plugin.util import get_domain_pk

from pulp_go.app.exceptions import ToolchainUnverifiedError
from pulp_go.app.executor import Inline
from pulp_go.app.ingest import Proof, expect
from pulp_go.app.models import GoRemote
from pulp_go.gomod import sumdb


def check(unit, repository):
    """Check that a checksum database vouches for a toolchain; anything else may pass.

    Args:
        unit: The `ModuleVersion` that is uploaded, not saved yet.
        repository: The `GoRepository` that it is for, or None.

    Returns:
        The `Proof` of a toolchain, else None.

    Raises:
        ToolchainUnverifiedError: There is no database to ask, or it vouches for nothing.
        HashMismatchError: It vouches for other hashes.
    """
    if unit.module != sumdb.TOOLCHAIN:
        return None
    name = f"{unit.module}@{unit.version}"
    proof = ask(unit, repository, remote_of(repository, name), name)
    expect(f"{name} zip", proof.h1, unit.h1)
    expect(f"{name} go.mod", proof.go_mod_h1, unit.go_mod_h1)
    return proof


def remote_of(repository, name):
    """Return the remote of a repository.

    Raises:
        ToolchainUnverifiedError: There is none with a checksum database.
    """
    remote = repository and repository.remote and repository.remote.cast()
    if not (isinstance(remote, GoRemote) and remote.database):
        raise ToolchainUnverifiedError(
            f"{name}: toolchains are always verified: name a repository with a remote whose sumdb "
            "is not off"
        )
    return remote


def ask(unit, repository, remote, name):
    """Return the `Proof` that the database of a remote has of a toolchain.

    Raises:
        ToolchainUnverifiedError: It has none, or could not be asked.
    """
    work = {
        "kind": "vouch",
        "domain": str(get_domain_pk()),
        "correlation_id": get_guid(),
        "remote": str(remote.pk),
        "repository": str(repository.pk),
        "module": unit.module,
        "version": unit.version,
    }
    [told] = Inline(lambda counts: None).run([work])
    if told["trouble"]:
        raise ToolchainUnverifiedError(f"{name} is not verified: {': '.join(told['trouble'])}")
    return Proof(**told["proof"])
