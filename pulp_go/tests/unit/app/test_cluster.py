"""Turns: one at a time at each key, whoever asks, and what those hear who waited."""

import asyncio

import pytest

from pulp_go.app import cluster
from pulp_go.app.cluster import Cluster

WAITED = 0.05


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(cluster, "INTERVAL", 0.01)


def run(scene):
    """Play a scene with two processes' `Cluster`s."""

    async def play():
        here, there = Cluster(), Cluster()
        try:
            return await scene(here, there)
        finally:
            here.close()
            there.close()

    return asyncio.run(play())


async def waiting(turns, key, heard):
    """Take a turn, and note what was heard before."""
    async with turns.turn(key) as turn:
        heard.append(turn.heard)


def test_one_at_a_time_and_those_who_wait_hear_what_it_says(database):
    async def scene(here, there):
        heard = []
        async with here.turn("a") as turn:
            task = asyncio.create_task(waiting(there, "a", heard))
            await asyncio.sleep(WAITED)
            assert heard == []
            turn.say({"code": "GO0006"})
        await task
        return heard

    assert run(scene) == [{"code": "GO0006"}]


def test_nothing_said_is_nothing_heard(database):
    async def scene(here, there):
        heard = []
        async with here.turn("a"):
            task = asyncio.create_task(waiting(there, "a", heard))
            await asyncio.sleep(WAITED)
        await task
        return heard

    assert run(scene) == [None]


def test_another_key_has_its_own_turns(database):
    async def scene(here, there):
        heard = []
        async with here.turn("a") as turn:
            await waiting(there, "b", heard)
            await waiting(here, "c", heard)
            turn.say("no")
        await waiting(there, "a", heard)
        return heard

    assert run(scene) == [None, None, None]


def test_what_was_said_before_one_asked_is_not_heard(database):
    async def scene(here, there):
        heard = []
        # There the session stays, and hears of a failure before anybody asks for that key.
        async with there.turn("other"):
            async with here.turn("a") as turn:
                turn.say("no")
            await waiting(there, "a", heard)
        return heard

    assert run(scene) == [None]


def test_a_turn_ends_with_an_error_and_with_a_cancellation(database):
    async def scene(here, there):
        heard = []
        with pytest.raises(ValueError, match="broken"):
            async with here.turn("a"):
                raise ValueError("broken")
        async with here.turn("a"):
            given_up = asyncio.create_task(waiting(there, "a", heard))
            await asyncio.sleep(WAITED)
            given_up.cancel()
            await asyncio.wait([given_up])
        await waiting(there, "a", heard)
        return heard

    assert run(scene) == [None]


def test_the_session_is_there_as_long_as_there_are_turns(database):
    async def scene(here, there):
        counts = []
        async with here.turn("a"), here.turn("b"):
            counts.append(here._session is not None)
        counts.append(here._session is None)
        return counts

    assert run(scene) == [True, True]


def test_a_session_that_is_lost_ends_no_turn_badly(database):
    async def scene(here, there):
        heard = []
        async with here.turn("a") as turn:
            here._session.connection.close()
            turn.say("no")
        await waiting(here, "a", heard)
        return heard

    assert run(scene) == [None]
