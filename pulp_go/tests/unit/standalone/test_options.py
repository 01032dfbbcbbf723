import dataclasses
import json

import pytest

from pulp_go.standalone import options
from pulp_go.standalone.errors import StandaloneError
from pulp_go.standalone.options import Options

KEPT = Options(api_port=8080, content_port=8081, database="postgresql://u@h/n", workers=3)


def test_options_come_back_as_they_were_kept(place):
    assert options.load(place) == Options()
    options.save(place, KEPT)
    assert options.load(place) == KEPT


GARBAGE = [
    {"api_port": "8080"},
    {"api_port": True},
    {"api_port": -1},
    {"content_port": 65536},
    {"host": None},
    {"workers": 1.0},
    {"no_such_option\n": 1},
    {"١": 1},
]


@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_is_named(place, value):
    place.options.write_text(json.dumps(value))
    with pytest.raises(StandaloneError, match="options.json is not what pulp-go wrote there"):
        options.load(place)


MERGED = [
    ({}, KEPT),
    ({"api_port": None, "content_port": 0, "workers": None, "database": None}, KEPT),
    ({"api_port": 9}, Options(9, 8081, database="postgresql://u@h/n", workers=3)),
    ({"database": ""}, Options(8080, 8081, workers=3)),
    ({"host": ""}, KEPT),
    ({"settings": "/a/../b.py"}, dataclasses.replace(KEPT, settings="/b.py")),
]


@pytest.mark.parametrize(("given", "merged"), MERGED)
def test_merge(given, merged):
    assert options.merge(KEPT, given) == merged


def test_paths_are_kept_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/gopher")
    given = {"settings": "own.py", "tls_cert": "~/cert.pem", "tls_key": "k ١"}
    merged = options.merge(Options(), given)
    assert merged.settings == f"{tmp_path}/own.py"
    assert merged.tls_cert == "/home/gopher/cert.pem"
    assert merged.tls_key == f"{tmp_path}/k ١"


URLS = [
    (Options(1, 2), "http://127.0.0.1:1", "http://127.0.0.1:2"),
    (Options(1, 2, "::1"), "http://[::1]:1", "http://[::1]:2"),
    (Options(1, 2, "pulp.example", "c", "k"), "https://pulp.example:1", "https://pulp.example:2"),
]


@pytest.mark.parametrize(("given", "api", "content"), URLS)
def test_urls(given, api, content):
    assert (given.api_url, given.content_url) == (api, content)


def test_with_ports():
    assert options.with_ports(Options(workers=2), 8080, 8081) == Options(8080, 8081, workers=2)


WRONG = [
    (Options(host="127.0.0.1\n"), "--host '127.0.0.1\\\\n' is neither a name nor an address"),
    (Options(host="١"), "neither a name nor an address"),
    (Options(host="a b"), "neither a name nor an address"),
    (Options(host="h/path"), "neither a name nor an address"),
    (Options(8080, 8080), "--api-port and --content-port are both 8080"),
    (Options(tls_cert="c"), "--tls-cert and --tls-key go together"),
    (Options(tls_key="k"), "--tls-cert and --tls-key go together"),
    (Options(tls_cert="/none/c", tls_key="/none/k"), "--tls-cert /none/c: No such file"),
    (Options(tls_cert="/dev/null", tls_key="/none/k"), "--tls-key /none/k: No such file"),
    (Options(tls_cert="/dev/null", tls_key="/dev/null"), "--tls-cert /dev/null holds no cert"),
    (Options(settings="/none/own.py"), "--settings /none/own.py: No such file"),
    (Options(settings="/"), "--settings /: Is a directory"),
    (Options(database="x"), "--database is not of the form"),
    (Options(workers=0), "--workers and --content-workers must be 1 or more"),
    (Options(content_workers=0), "--workers and --content-workers must be 1 or more"),
]


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_what_is_wrong_is_named(given, message):
    with pytest.raises(StandaloneError, match=message):
        options.check(given)


@pytest.mark.parametrize("given", [Options(), KEPT, Options(host="::1"), Options(host="a-b.c")])
def test_what_is_right(given):
    options.check(given)


NOT_PYTHON = ["DOMAIN_ENABLED = true (\n", "[default]\nA == \n", "\0"]


@pytest.mark.parametrize("text", NOT_PYTHON)
def test_a_settings_file_that_is_not_python(tmp_path, text):
    (tmp_path / "own.py").write_text(text)
    with pytest.raises(StandaloneError, match="own.py is not Python: "):
        options.check(Options(settings=str(tmp_path / "own.py")))


def test_a_settings_file_that_is_python(tmp_path):
    (tmp_path / "own.py").write_text("NAME = '١'\n")
    options.check(Options(settings=str(tmp_path / "own.py")))
