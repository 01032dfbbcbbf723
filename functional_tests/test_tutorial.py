"""The tutorial, every command of which is run, one after the other, as a reader would."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functional_tests.goclient import find_go
from functional_tests.livepulp import LivePulp

TUTORIAL = Path(__file__).parent.parent / "docs" / "user" / "tutorial.md"
COMMANDS = re.compile(r"^```sh\n(.*?)^```\n", re.ASCII | re.DOTALL | re.MULTILINE)
QUOTE = (
    'package quote\n\nimport "rsc.io/sampler"\n\nfunc Hello() string { return sampler.Hello() }\n'
)
SAMPLER = 'package sampler\n\nfunc Hello() string { return "Hello, world." }\n'
QUOTE_GO_MOD = "module rsc.io/quote\n\nrequire rsc.io/sampler v1.3.0\n"
TIMEOUT = 300


@pytest.fixture
def world(upstream):
    """An upstream with the modules of the tutorial's program."""
    upstream.tree.add("rsc.io/sampler", "v1.3.0", {"sampler.go": SAMPLER})
    upstream.tree.add("rsc.io/quote", "v1.5.2", {"quote.go": QUOTE}, go_mod=QUOTE_GO_MOD)
    return upstream


def commands(content: str, upstream: str) -> str:
    """Return the tutorial's commands as one script, for a Pulp and an upstream that are there."""
    script = "".join(COMMANDS.findall(TUTORIAL.read_text()))
    # The modules here have only the names of public ones, so no database vouches for them.
    vouched = f"{upstream} --sumdb off"
    for name, there in (("https://goproxy.io", vouched), ("pulp.example", content)):
        assert name in script
        script = script.replace(name, there)
    return script


def environment(directory: Path, pulp: LivePulp) -> dict[str, str]:
    """Return what a reader's shell has, with `go` and `pulp` and no configuration of `go`."""
    go = Path(find_go()).parent
    kept = {name: text for name, text in os.environ.items() if name[:2] != "GO"}
    return kept | {
        "HOME": str(directory),
        "PATH": f"{Path(sys.executable).parent}:{go}:{os.environ['PATH']}",
        "SSL_CERT_FILE": str(pulp.certificate),
        "PULP_CA_BUNDLE": str(pulp.certificate),
        "ALICE_PASSWORD": "alices-own-secret",
        "BOB_PASSWORD": "bobs-own-secret",
        "GOTOOLCHAIN": "local",
    }


def configure(directory: Path, pulp: LivePulp) -> str:
    """Write the configuration of `pulp` and `go`; return the host and port of the content app."""
    info = json.loads((pulp.home / "info.json").read_text())
    path = directory / ".config" / "pulp" / "cli.toml"
    path.parent.mkdir(parents=True)
    # The modules have only the names of public ones.
    (directory / ".config" / "go").mkdir()
    (directory / ".config" / "go" / "env").write_text("GONOSUMDB=rsc.io\n")
    names = {"base_url": info["api"], "username": info["username"], "password": info["password"]}
    path.write_text("[cli]\n" + "".join(f"{name} = {json.dumps(names[name])}\n" for name in names))
    return urlsplit(info["content"]).netloc


def test_every_command_does_what_the_tutorial_says(tls_pulp, world, tmp_path):
    content = configure(tmp_path, tls_pulp)
    process = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands(content, world.url)],
        cwd=tmp_path,
        env=environment(tmp_path, tls_pulp),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert process.returncode == 0, process.stderr
    assert "Hello, world.\n" in process.stdout
    assert "example.com/team/greet v1.0.0\n" in process.stdout
    assert "403 Forbidden" in process.stderr
    assert "401 Unauthorized" in process.stderr
