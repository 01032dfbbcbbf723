"""`pulp` without a configuration of the user's, and without a Pulp."""

import pytest
from click.testing import CliRunner
from pulp_cli import main
from pulp_glue.common.openapi import OpenAPI

from pulp_go.cli import mount


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
