"""Database work on a thread of its own: it sees what is committed, and outlives its connection."""

import threading

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection

from pulp_go.app.connectionthread import ConnectionThread


def backend():
    """Return the process of the database that serves this thread, and the thread."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0], threading.get_ident()


def end_own():
    """End the process that serves this thread."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def on_thread(*functions):
    """Return what functions return on the thread, one after the other, or what they raise."""

    async def work():
        async with ConnectionThread() as threaded:
            for function in functions:
                try:
                    yield await threaded(function)()
                except DatabaseError as error:
                    yield error

    async def collect():
        return [result async for result in work()]

    return async_to_sync(collect)()


def test_there_is_one_connection_and_it_is_another_one(database):
    first, second = on_thread(backend, backend)
    here, thread = backend()
    connection.close()
    assert first == second
    assert here != first[0]
    assert thread != first[1]


def test_a_broken_connection_is_not_used_again(database):
    first, broken, second = on_thread(backend, end_own, backend)
    assert isinstance(broken, DatabaseError)
    assert first[0] != second[0]


def test_no_thread_is_left_behind(database):
    [(_, thread)] = on_thread(backend)
    assert thread not in {one.ident for one in threading.enumerate()}


@pytest.mark.parametrize("text", ["", "line\n", "١"])
def test_arguments_and_results_pass(text):
    async def work():
        async with ConnectionThread() as threaded:
            return await threaded(str.upper)(text)

    assert async_to_sync(work)() == text.upper()
