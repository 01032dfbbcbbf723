"""`pulp` without a configuration of the user's, and without a Pulp."""

import pytest
from click.testing import CliRunner
from pulp_cli import main
from pulp_glue.common.openapi import OpenAPI

from pulp_go.cli import mount
from pulp_go.cli.contexts import PulpGoGitRemoteContext, PulpGoRemoteContext


@pytest.fixture
def pulp(monkeypatch, tmp_path):
    """Run `pulp go`; asking the API is an error of the test."""

    def ask(*_, **__):
        raise AssertionError("the API was asked")

    monkeypatch.setattr(OpenAPI, "__init__", ask)
    mount(main)
    config = tmp_path / "cli.toml"
    config.write_text("[cli]\n")

    def run(*words, input=None):
        arguments = ["--config", str(config), "go", *map(str, words)]
        return CliRunner().invoke(main, arguments, prog_name="pulp", input=input)

    return run


@pytest.fixture
def sent(monkeypatch, tmp_path):
    """The bodies that go to the API, in place of going there; `one`, `two`, `latin` are files."""
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").write_text("2\n")
    (tmp_path / "latin").write_bytes(b"\xe9")
    monkeypatch.chdir(tmp_path)
    bodies = []

    def note(self, body):
        bodies.append({key: value for key, value in body.items() if value is not None})
        return {}

    for context in (PulpGoRemoteContext, PulpGoGitRemoteContext):
        monkeypatch.setattr(context, "create", note)
        monkeypatch.setattr(context, "update", note)
    return bodies
