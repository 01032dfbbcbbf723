"""Turns: of all processes that share a database, one at a time does what goes by the same key.

A turn is an advisory lock of PostgreSQL, of a session that has nothing else to do: it ends with
the process, however that ends. Whoever waited for a turn hears, by a notification, what the one
before has to say: so what failed once is not tried again by each of them.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
https://www.postgresql.org/docs/current/sql-notify.html
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from hashlib import sha256

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

# The first of the two integers of our locks; pulpcore's own have 0 there.
SPACE = 0x474F
CHANNEL = "pulp_go_turns"
# Seconds between two looks whether it is one's turn.
INTERVAL = 0.1

TRY = "SELECT pg_try_advisory_lock(%s, %s)"
TELL = "SELECT pg_notify(%s, %s)"
RELEASE = "SELECT pg_advisory_unlock(%s, %s)"
# The session is gone, and its locks with it.
LOST = (DatabaseError, InterfaceError)


class Turn:
    """One's turn at a key.

    Attributes:
        heard: What the one before said, if one had to wait for it, else None.
    """

    def __init__(self):
        self.heard = None
        self.word = None
        self.is_waiting = False

    def say(self, word):
        """Tell `word`, some JSON, to those who wait for their turn now."""
        self.word = word


class Cluster:
    """The turns of this process: one for each key at a time, which is the caller's affair.

    They share one session, on a thread of its own, which is there as long as there are turns.
    """

    def __init__(self):
        self._thread = ThreadPoolExecutor(1, "pulp-go-turns")
        self._session = None
        self._turns = {}

    @asynccontextmanager
    async def turn(self, key):
        """Wait for one's `Turn` at a key, a short text, and give it."""
        turn = self._turns[key] = Turn()
        try:
            while not await self._run(self._try, key, turn):
                await asyncio.sleep(INTERVAL)
            yield turn
        finally:
            del self._turns[key]
            await self._run(self._end, key, turn, not self._turns)

    def close(self):
        """Let the thread end; there are no turns any more."""
        self._thread.shutdown(wait=False)

    async def _run(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    def _try(self, key, turn):
        """Report whether it is one's turn now."""
        got = self._ask(TRY, SPACE, number(key))
        # What is heard before one has begun to wait is no answer to what one asks.
        turn.is_waiting = not got
        return got

    def _end(self, key, turn, is_last):
        """Say what there is to say, and let the next one have its turn."""
        with suppress(*LOST):
            if turn.word is not None:
                self._ask(TELL, CHANNEL, json.dumps([key, turn.word]))
            if not turn.is_waiting:
                self._ask(RELEASE, SPACE, number(key))
        if is_last:
            self._leave()

    def _ask(self, statement, *values):
        """Return the one value that a statement gives; a session that fails is left."""
        try:
            if self._session is None:
                self._session = self._begin()
            with self._session.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchone()[0]
        except LOST:
            self._leave()
            raise

    def _begin(self):
        """Return a new session that hears what others say."""
        session = connections.create_connection(DEFAULT_DB_ALIAS)
        session.ensure_connection()
        session.connection.add_notify_handler(self._hear)
        with session.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        return session

    def _leave(self):
        """End the session, and with it its locks."""
        session, self._session = self._session, None
        if session:
            session.close()

    def _hear(self, notice):
        """Take a notification, while a statement is at work."""
        key, word = json.loads(notice.payload)
        turn = self._turns.get(key)
        if turn and turn.is_waiting:
            turn.heard = word


def number(key):
    """Return the integer of a key, which others may share: they only wait for each other."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big", signed=True)
