import struct
from datetime import UTC, datetime
from io import BytesIO

import pytest

from pulp_go.gomod.errors import InvalidZipError
from pulp_go.gomod.zipdirectory import find_extra
from pulp_go.gomod.ziptime import newest_time
from pulp_go.tests.unit.gomod.zips import File, build

HEADER = b"PK\x01\x02"


def dated(*entries):
    """Return a zip of one entry for each (words of MS-DOS, extra field)."""
    data = bytearray(
        build(*(File(f"m@v1/{n}", extra=extra) for n, (_, extra) in enumerate(entries)))
    )
    at = 0
    for (time, date), _ in entries:
        at = data.index(HEADER, at) + 12
        data[at : at + 4] = struct.pack("<HH", time, date)
    return BytesIO(data)


def extended(flags, seconds):
    """Return an extended timestamp."""
    return struct.pack("<HHBi", 0x5455, 5, flags, seconds)


NOTHING = (0, 0)
# 2021-03-04 05:06:08: (21 + 2000 - 1980) << 9 | 3 << 5 | 4, and 5 << 11 | 6 << 5 | 8 / 2.
MARCH = (10436, 21092)
DAY_BEFORE = (0, 41 << 9 | 3 << 5 | 3)
NEW_YEARS_DAY = (23 << 11 | 59 << 5 | 29, 1 << 5 | 1)
SECOND_OF_JANUARY = (0, 1 << 5 | 2)
LAST = (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31)
IMPOSSIBLE = [
    (0, 41 << 9 | 13 << 5 | 1),
    (0, 41 << 9 | 2 << 5 | 30),
    (0, 41 << 9 | 3 << 5),
    (24 << 11, 41 << 9 | 3 << 5 | 3),
    (60 << 5, 41 << 9 | 3 << 5 | 3),
    (30, 41 << 9 | 3 << 5 | 3),
]
IN_MARCH = datetime(2021, 3, 4, 5, 6, 8, tzinfo=UTC)

TIMES = [
    ([], None),
    ([(NOTHING, b"")], None),
    ([(MARCH, b"")], IN_MARCH),
    ([(DAY_BEFORE, b""), (MARCH, b""), (NOTHING, b"")], IN_MARCH),
    ([(MARCH, b""), (DAY_BEFORE, b"")], IN_MARCH),
    ([(NEW_YEARS_DAY, b"")], None),
    ([(SECOND_OF_JANUARY, b"")], datetime(1980, 1, 2, tzinfo=UTC)),
    ([(LAST, b"")], datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)),
    ([(words, b"") for words in IMPOSSIBLE], None),
    # date -u -d '2020-09-13T12:26:40Z' +%s says 1600000000.
    ([(MARCH, extended(1, 1600000000))], datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
    ([(NOTHING, extended(7, 1600000000))], datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
    ([(MARCH, extended(2, 1600000000))], IN_MARCH),
    ([(MARCH, extended(1, 0))], None),
    ([(MARCH, extended(1, -1))], None),
    ([(MARCH, struct.pack("<HHB", 0x5455, 1, 1))], IN_MARCH),
    ([(MARCH, struct.pack("<HHBi", 0x7875, 5, 1, 1600000000))], IN_MARCH),
]


@pytest.mark.parametrize(("entries", "wanted"), TIMES)
def test_the_newest_time_counts(entries, wanted):
    assert newest_time(dated(*entries)) == wanted


def test_what_is_no_zip_has_no_time():
    for data in (b"", b"x\n", "١".encode()):
        with pytest.raises(InvalidZipError):
            newest_time(BytesIO(data))


def test_an_extra_field_is_found_behind_others():
    first = struct.pack("<HHI", 7, 4, 1)
    assert find_extra(first + extended(1, 2), 0x5455) == b"\x01\x02\x00\x00\x00"
    assert find_extra(first, 0x5455) == b""
