"""Work that is done together: each gets its own result, and its own error."""

import asyncio

import pytest

from pulp_go.app.batcher import Batcher


def doubled(batches):
    """Return work that notes its batches, doubles numbers and has none for 13."""

    def work(items):
        batches.append(items)
        if 13 in items:
            raise ValueError("thirteen")
        return [2 * item for item in items]

    return work


def ask(items):
    """Return the results of asking for all at once, and the batches in which that was done."""
    batches = []

    async def all_at_once():
        batcher = Batcher(doubled(batches))
        return await asyncio.gather(*map(batcher, items), return_exceptions=True)

    return asyncio.run(all_at_once()), batches


def test_each_gets_its_own_result():
    results, batches = ask(range(12))
    assert results == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]
    assert [len(batch) for batch in batches] == [12]


def test_a_batch_is_never_too_large():
    assert [len(batch) for batch in ask([1] * 250)[1]] == [100, 100, 50]


def test_one_that_fails_fails_alone():
    results, batches = ask([1, 13, 2])
    assert (results[0], results[2]) == (2, 4)
    assert isinstance(results[1], ValueError)
    assert batches == [[1, 13, 2], [1], [13], [2]]


def test_who_no_longer_waits_does_not_harm_the_others():
    async def one_gives_up():
        batcher = Batcher(doubled([]))
        gone, there = asyncio.create_task(batcher(1)), asyncio.create_task(batcher(2))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await there, await batcher(3)

    assert asyncio.run(one_gives_up()) == (4, 6)
