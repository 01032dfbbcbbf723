"""Each command says what it is, without asking any Pulp, and has its heading in the docs."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pulp_go.tests.unit.cli.commandtree import COMMANDS, LEAVES

PAGE = Path(__file__).parents[4] / "docs" / "user" / "cli.md"
NOUNS = {"remote", "repository", "distribution", "content"}


def documented():
    """Return each command that has a heading; `a|b` at the end of one stands for two."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("#")]
    for line in lines:
        start, tick, rest = line.partition("`pulp go ")
        if tick:
            *words, last = rest.removesuffix("`").split(" ")
            yield from (" ".join(["pulp go", *words, word]) for word in last.split("|"))


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_help_renders_without_the_api(pulp, name):
    result = pulp(*name.split()[2:], "--help")
    assert result.exit_code == 0, result.output
    usage, description = result.output.splitlines()[:3:2]
    plain = re.sub(" --type [a-z]+", "", name, flags=re.ASCII)
    assert usage.startswith(f"Usage: {plain} [OPTIONS]")
    assert description.startswith("  ") and description.strip()[0].isupper()
    assert "{" not in result.output.replace("{repository}", "")


@pytest.mark.parametrize("name", [name for name, each in COMMANDS if isinstance(each, click.Group)])
def test_a_group_says_what_each_of_its_commands_is(pulp, name):
    listing = pulp(*name.split()[2:], "--help").output.partition("Commands:\n")[2]
    for line in listing.splitlines():
        assert len(line.split()) > 1, line


@pytest.mark.parametrize(("name", "command"), LEAVES)
def test_every_option_is_explained(name, command):
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_every_command_has_a_heading_and_no_other_has():
    assert sorted(documented()) == sorted(name for name, _ in LEAVES)


def test_the_help_of_a_type_speaks_of_that_type(pulp):
    for words, own, other in (
        (("--type", "git"), "Go git remote", "Go remote"),
        (("-t", "go"), "Go remote", "Go git remote"),
    ):
        for rest in ((), ("create",), ("list",), ("label",), ("role", "add")):
            output = pulp("remote", *words, *rest, "--help").output
            assert own in output and other not in output
    assert "--go-sum" not in pulp("remote", "--type", "git", "create", "--help").output
    assert "--discover" not in pulp("remote", "create", "--help").output


def test_an_unknown_type_is_refused(pulp):
    result = pulp("remote", "--type", "svn", "list")
    assert result.exit_code == 2 and "'svn' is not one of 'go', 'git'" in result.output


def test_the_commands_that_were_promised_are_there():
    names = {name for name, _ in LEAVES}
    for noun in NOUNS - {"content"} | {"remote --type git"}:
        for verb in ("create", "list", "show", "update", "destroy", "label set"):
            assert f"pulp go {noun} {verb}" in names
    for rest in ("repository sync", "repository modify", "content upload", "publish", "setup"):
        assert f"pulp go {rest}" in names


def test_the_room_needs_no_django():
    code = "import sys, pulp_go.cli; sys.exit({'django', 'pulpcore.app'} & sys.modules.keys() or 0)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
