"""Rows by the batch: PostgreSQL takes at most 65,535 bound parameters a statement."""

from itertools import islice

BATCH = 2000


def batches(items, size=BATCH):
    """Yield `items` in lists of at most `size`."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch
