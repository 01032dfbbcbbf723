from io import BytesIO

import pytest

from pulp_go.git.sink import Sink

MIB = 1 << 20
# Of a MiB of zeros.
DIGESTS = {
    "md5": "b6d81b360a5672d80c27430f39153e2c",
    "sha256": "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58",
}


@pytest.mark.parametrize("size", [1 << 4, 1 << 10, 1 << 18, MIB])
def test_what_is_written(size):
    file = BytesIO()
    sink = Sink(file, DIGESTS)
    for written in range(size, MIB + 1, size):
        sink.write(bytes(size))
        assert written - (1 << 18) < file.tell() <= written
    sink.flush()
    assert file.getvalue() == bytes(MIB)
    assert (sink.size, sink.digests()) == (MIB, DIGESTS)


def test_nothing_is_written():
    sink = Sink(BytesIO(), ["md5"])
    sink.flush()
    assert (sink.size, sink.digests()) == (0, {"md5": "d41d8cd98f00b204e9800998ecf8427e"})
