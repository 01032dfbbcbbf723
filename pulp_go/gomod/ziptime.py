"""When a zip was packed: the newest modification time among its entries.

An entry has a time in one or two places of its header in the central directory:

    time, date     two words of MS-DOS: seconds/2, minutes, hours; day, month, year since 1980
    0x5455         an extra field, "extended timestamp": flags, then seconds since 1970 in UTC

The extended timestamp says what it means and wins. The words of MS-DOS are local time of nobody
knows where; they are taken for UTC, so they may be up to 14 hours off. Words that no calendar has
(those of a zip that `go` makes are zero) say nothing. Nor does anything before 1980-01-02: what
packs a zip the same way each time writes the first moment that the format has, in its own time
zone.

Where we differ from Go, which has no such rule: module zips have no times that it looks at.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.4.6),
https://pkg.go.dev/archive/zip#FileHeader
"""

import struct
from datetime import UTC, datetime
from typing import BinaryIO

from pulp_go.gomod.zipdirectory import Header, find_extra, read_headers

_DOS = struct.Struct("<HH")
_DOS_AT = 12
_EXTENDED_TAG = 0x5455
# Flags, of which the lowest says that the modification time follows.
_EXTENDED = struct.Struct("<Bi")
_HAS_MODIFICATION = 1
_EARLIEST = datetime(1980, 1, 2, tzinfo=UTC)


def newest_time(file: BinaryIO) -> datetime | None:
    """Return the newest modification time that the zip `file` tells, in UTC; None for none.

    Raises:
        InvalidZipError: `file` is no zip.
    """
    newest = None
    for header in read_headers(file):
        time = _time(header)
        if time is not None and time >= (newest or _EARLIEST):
            newest = time
    return newest


def _time(header: Header) -> datetime | None:
    """Return the modification time of an entry, or None where there is none."""
    extended = find_extra(header.extra, _EXTENDED_TAG)
    if len(extended) >= _EXTENDED.size:
        flags, seconds = _EXTENDED.unpack_from(extended)
        if flags & _HAS_MODIFICATION:
            return datetime.fromtimestamp(seconds, UTC)
    time, date = _DOS.unpack_from(header.fixed, _DOS_AT)
    try:
        return datetime(
            1980 + (date >> 9),
            date >> 5 & 0xF,
            date & 0x1F,
            time >> 11,
            time >> 5 & 0x3F,
            2 * (time & 0x1F),
            tzinfo=UTC,
        )
    except ValueError:
        return None
