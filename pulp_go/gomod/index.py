r"""The index feed: which module versions a proxy has come to know, in the order of that.

    {"Path":"rsc.io/quote","Version":"v1.5.2","Timestamp":"2019-04-10T19:08:52.997264Z"}

One JSON object a line; unknown keys are ignored. It is asked for page by page: `since` is the time
from which on, itself included, and `limit` the most entries of a page, at most 2000. So the next
page begins at the last time of the one before and repeats what stands at that time. The end is a
page that does not get beyond it.

https://index.golang.org, https://pkg.go.dev/golang.org/x/pkgsite/internal/index
"""

import json
from typing import NamedTuple
from urllib.parse import urlencode

from pulp_go.gomod.errors import InvalidIndexError

LIMIT = 2000
"""The most entries of a page."""


class IndexEntry(NamedTuple):
    """A module version that a proxy came to know; its names are not checked.

    A tuple, since a feed has millions of them.
    """

    path: str
    version: str
    timestamp: str


def page_path(since: str = "") -> str:
    """Return the path and the query of a page.

    Args:
        since: The `timestamp` from which on, or "" for the first page.
    """
    query = {"since": since, "limit": LIMIT} if since else {"limit": LIMIT}
    return f"index?{urlencode(query)}"


def parse_page(data: bytes) -> list[IndexEntry]:
    """Return the entries of a page.

    Raises:
        InvalidIndexError: It is no sequence of such objects.
    """
    try:
        return [_entry(line) for line in data.decode().splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise InvalidIndexError(f"not a feed: {error}") from None


def _entry(line: str) -> IndexEntry:
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError("an entry is no object")
    values = [fields.get(name, "") for name in ("Path", "Version", "Timestamp")]
    if not all(isinstance(value, str) for value in values):
        raise ValueError("a field of an entry is no text")
    return IndexEntry(*values)
