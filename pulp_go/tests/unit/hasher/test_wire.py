import errno

import pytest

from pulp_go.gomod.errors import GoModError, InvalidZipError
from pulp_go.hasher import wire
from pulp_go.hasher.facts import Facts
from pulp_go.hasher.wire import Request

REQUESTS = [
    (
        Request("/tmp/zip", "example.com/m", "v1.0.0", ("sha256",)),
        b'{"path": "/tmp/zip", "module": "example.com/m", "version": "v1.0.0", '
        b'"algorithms": ["sha256"]}\n',
    ),
    (
        Request("/a\nb", "١\r\u2028", "\ud800\0", ()),
        b'{"path": "/a\\nb", "module": "\\u0661\\r\\u2028", "version": "\\ud800\\u0000", '
        b'"algorithms": []}\n',
    ),
    (
        Request("/\udcff", "é", "😀", ()),
        b'{"path": "/\\udcff", "module": "\\u00e9", "version": "\\ud83d\\ude00", '
        b'"algorithms": []}\n',
    ),
]


@pytest.mark.parametrize(("request_", "line"), REQUESTS)
def test_requests(request_, line):
    assert wire.encode_request(request_) == line
    assert wire.decode_request(line) == request_


ANSWERS = [
    (
        Facts(22, {}, "h1:", None),
        b'{"size": 22, "digests": {}, "h1": "h1:", "go_mod": null}\n',
    ),
    (
        Facts(23, {"sha256": "00"}, "h1:", b""),
        b'{"size": 23, "digests": {"sha256": "00"}, "h1": "h1:", "go_mod": ""}\n',
    ),
    (
        Facts(23, {}, "h1:", b"\xff\n"),
        b'{"size": 23, "digests": {}, "h1": "h1:", "go_mod": "/wo="}\n',
    ),
]


@pytest.mark.parametrize(("facts", "line"), ANSWERS)
def test_answers(facts, line):
    assert wire.encode_answer(facts) == line
    assert wire.decode_answer(line) == facts


REFUSALS = [
    (InvalidZipError("name is bad", "a\n"), "a\n: name is bad"),
    (InvalidZipError("name is bad", "١\u2028\x85"), "١\u2028\x85: name is bad"),
    (GoModError("\ud800 and \udcff"), "\ud800 and \udcff"),
]


@pytest.mark.parametrize(("error", "text"), REFUSALS)
def test_a_refusal_is_one_line_and_keeps_its_text(error, text):
    line = wire.encode_answer(error)
    assert line.isascii() and line.splitlines(keepends=True) == [line]
    with pytest.raises(GoModError) as caught:
        wire.decode_answer(line)
    assert str(caught.value) == text


ERRORS = [
    (OSError(errno.ENOSPC, "No space left on device"), OSError, None),
    (FileNotFoundError(errno.ENOENT, "No such file", "/\udcff\n"), FileNotFoundError, "/\udcff\n"),
]


@pytest.mark.parametrize(("error", "kind", "filename"), ERRORS)
def test_an_error_of_the_file_is_raised_as_it_was(error, kind, filename):
    with pytest.raises(OSError) as caught:
        wire.decode_answer(wire.encode_answer(error))
    again = caught.value
    assert type(again) is kind
    assert (again.errno, again.strerror) == (error.errno, error.strerror)
    assert again.filename == filename


def test_the_largest_answers_fit():
    go_mod = wire.encode_answer(Facts(1, {}, "h1:", bytes(16 << 20)))
    name = wire.encode_answer(InvalidZipError("name is bad", "\0" * 0xFFFF))
    assert max(len(go_mod), len(name)) < wire.MAX_ANSWER
