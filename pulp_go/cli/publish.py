"""`pulp go publish`: a directory of sources becomes a module version."""

import tempfile
from pathlib import Path
from typing import Any

import click
from pulp_cli.generic import PulpCLIContext, pass_pulp_context, pulp_command, pulp_option

from pulp_go.cli.commands import repository_option
from pulp_go.cli.content import send, with_upload_options
from pulp_go.cli.contexts import PulpGoModuleContentContext
from pulp_go.cli.sourcedir import Sources, read
from pulp_go.gomod.errors import GoModError

_FAULTS_SHOWN = 20


@with_upload_options
@pulp_command(
    name="publish",
    help="""Publish the sources in DIRECTORY as a version of their module.

    DIRECTORY holds the module's go.mod, which says the module path. The zip is made as `go` makes
    it: without directories of version control, other modules below, vendored packages and symbolic
    links; everything else is in it, whether it is committed or not. What `go` would refuse is
    refused before anything is sent. A published version never changes.""",
    no_args_is_help=True,
)
@click.argument(
    "directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIRECTORY"
)
@pulp_option("--version", required=True, help="The version, such as v1.2.3.")
@repository_option("Name or href of the repository to add it to.", required=True)
@pulp_option(
    "--dry-run", is_flag=True, help="Send nothing: tell the files and the hash of the zip."
)
@pass_pulp_context
def publish(
    pulp_ctx: PulpCLIContext, /, directory: Path, version: str, dry_run: bool, **fields: Any
) -> None:
    """Make the zip and send it, or tell what it would be."""
    with tempfile.TemporaryDirectory(prefix="pulp-go-") as scratch:
        path = Path(scratch) / "module.zip"
        sources, h1 = _zipped(directory, version, path)
        if dry_run:
            pulp_ctx.output_result(_plan(sources, version, h1))
            return
        with path.open("rb") as file:
            content_ctx = PulpGoModuleContentContext(pulp_ctx)
            unit = send(content_ctx, file, module=sources.module, version=version, **fields)
    if unit["h1"] != h1:
        raise click.ClickException(f"Pulp holds {unit['h1']}, not {h1} that was sent.")
    pulp_ctx.output_result(unit)


def _zipped(directory: Path, version: str, path: Path) -> tuple[Sources, str]:
    """Write the zip of the sources to `path`; return the sources and the hash of the zip.

    Raises:
        click.ClickException: There can be no such zip.
    """
    try:
        sources = read(directory, version)
        if faults := sources.faults():
            raise click.ClickException("\n".join(_shortened(faults)))
        with path.open("w+b") as file:
            return sources, sources.write_zip(file, version)
    except GoModError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{named}{error.strerror or error}") from error


def _shortened(faults: list[str]) -> list[str]:
    """Return the first faults, and how many more there are."""
    more = len(faults) - _FAULTS_SHOWN
    return faults[:_FAULTS_SHOWN] + ([f"... and {more} more"] if more > 0 else [])


def _plan(sources: Sources, version: str, h1: str) -> dict[str, Any]:
    """Return what would be published."""
    return {
        "module": sources.module,
        "version": version,
        "h1": h1,
        "files": sorted(file.path for file in sources.checked.valid),
        "size": sum(file.size for file in sources.checked.valid),
        "omitted": [list(each) for each in sorted(sources.omitted)],
    }
