"""The unit of work that looks at one module and brings nothing: what a sync would bring."""

import asyncio

from pulp_go.app.resolving import resolve
from pulp_go.app.units import Report, defers, enter


async def survey_module(unit, supplies, progress):
    """Return what `units.ingest_module` would bring.

    Args:
        unit: As `units.ingest_module` takes it.
        supplies: The `Supplies` of this event loop.
        progress: A `Counter` that grows with what is done, for whoever watches.

    Returns:
        What `units.ingest_module` returns, with `comes`: `[module, version, zip, bytes]` of each
        that the repository has not; the bytes are None where the upstream does not say, and 0 if
        nothing would be downloaded.
    """
    supply = await enter(unit, supplies)
    report = Report(unit["module"], progress)
    wanted = await resolve(unit, supply.upstream, report)
    report.selected = [one.version for one in wanted]
    report.count("planned", len(wanted))
    held = await supply.find(wanted)
    new = [one for one in wanted if not is_in_repository(held.get(one.version))]
    sizes = await asyncio.gather(*(size(one, held, supply.upstream, supplies) for one in new))
    comes = [[one.module, one.version, one.zip, n] for one, n in zip(new, sizes, strict=True)]
    return report.json() | {"comes": comes}


def is_in_repository(held):
    """Report whether a `Held`, or None, is one that the repository has."""
    return held is not None and held.in_repository


async def size(wanted, held, upstream, supplies):
    """Return how many bytes the zip of a module version has that is to be downloaded."""
    if not wanted.zip or wanted.version in held or defers(wanted, upstream.remote):
        return 0
    async with supplies.slots:
        return await upstream.zip_size(wanted.module, wanted.version)
