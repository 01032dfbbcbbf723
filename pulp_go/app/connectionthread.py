"""A thread with a connection to the database of its own, for work that others need not wait for.

Django's connections belong to threads, and asgiref does all database work of an event loop on one:
there whatever takes long keeps the rest waiting.
"""

from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.db import connection, connections


class ConnectionThread:
    """An async context manager; what it gives makes coroutine functions as `sync_to_async` does."""

    async def __aenter__(self):
        self._executor = ThreadPoolExecutor(1, "pulp-go-connection")
        return self

    async def __aexit__(self, *exc_info):
        await self(connections.close_all)()
        self._executor.shutdown()

    def __call__(self, function):
        """Return a coroutine function that calls `function` on the thread."""

        def on_connection(*args):
            try:
                return function(*args)
            finally:
                # It may be the connection that is broken, and the next one is not.
                if connection.errors_occurred:
                    connection.close()

        return sync_to_async(on_connection, thread_sensitive=False, executor=self._executor)
