"""What a user can set, type or meet is documented: each has a heading of its own.

The sources are read with `ast`, so that no database and no settings are needed.
"""

import ast
import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pulp_go.standalone.cli import main as pulp_go_command

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
APP = ROOT / "pulp_go" / "app"
FRAGMENT_TYPES = {"feature", "bugfix", "doc", "removal", "deprecation", "misc"}


def headings(page):
    """Return the headings of a page as they read, without the marks of code."""
    lines = (DOCS / page).read_text().splitlines()
    return [line.lstrip("#").strip().replace("`", "") for line in lines if line.startswith("#")]


def settings():
    """Return the names of the plugin's own settings."""
    tree = ast.parse((APP / "settings.py").read_text())
    assigned = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    return sorted(target.id for target in assigned if target.id.startswith("GO_"))


def error_codes():
    """Return the codes of the plugin's errors, but for the base class that nobody meets."""
    tree = ast.parse((APP / "exceptions.py").read_text())
    values = [
        line.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign) and line.targets[0].id == "error_code"
    ]
    assert len(values) == len(set(values)), "two errors share a code"
    return sorted(set(values) - {"GO0000"})


def commands():
    """Return every command of `pulp-go` as it is typed, with what click knows of it."""
    return [("pulp-go", pulp_go_command)] + [
        (f"pulp-go {name}", command) for name, command in sorted(pulp_go_command.commands.items())
    ]


def options():
    """Return (command, option) for each option of each command."""
    return [
        (name, option)
        for name, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    ]


@pytest.mark.parametrize("name", settings())
def test_a_setting_has_a_heading(name):
    assert name in headings("admin/settings.md")


def test_no_heading_for_a_setting_that_is_gone():
    documented = {text for text in headings("admin/settings.md") if text.startswith("GO_")}
    assert documented == set(settings())


@pytest.mark.parametrize("code", error_codes())
def test_an_error_code_has_a_heading(code):
    assert [text for text in headings("user/errors.md") if text.startswith(code)]


def test_no_heading_for_an_error_code_that_is_gone():
    documented = {text[:6] for text in headings("user/errors.md") if text.startswith("GO")}
    assert documented == set(error_codes())


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_a_command_has_a_heading(name):
    assert name in headings("admin/standalone.md")


@pytest.mark.parametrize(("command", "option"), options())
def test_an_option_has_a_heading_below_its_command(command, option):
    texts = headings("admin/standalone.md")
    below = texts[texts.index(command) + 1 :]
    end = next((n for n, text in enumerate(below) if text.startswith("pulp-go")), len(below))
    assert [text for text in below[:end] if text.split()[0] == option]


@pytest.mark.parametrize(("name", "command"), commands())
def test_help_renders(name, command):
    result = CliRunner().invoke(command, ["--help"], prog_name=name)
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: {name}")


def test_every_fragment_of_the_change_log_is_of_a_known_type():
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]["type"]
    assert {each["directory"] for each in configured} == FRAGMENT_TYPES
    for fragment in (ROOT / "CHANGES").iterdir():
        issue, _, kind = fragment.name.partition(".")
        assert re.fullmatch("[0-9]+", issue), fragment.name
        assert kind in FRAGMENT_TYPES, fragment.name
        assert fragment.read_text().strip(), fragment.name
