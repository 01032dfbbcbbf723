import pytest

from pulp_go.standalone import databases
from pulp_go.standalone.errors import StandaloneError


def entry(name, user="", password="", host="", port="", **options):
    """Return an entry of Django's DATABASES."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": {"connect_timeout": "10"} | options,
    }


URLS = [
    ("postgresql://pulp@db.example/pulp", entry("pulp", "pulp", host="db.example")),
    ("postgres://u:p@h:5433/n", entry("n", "u", "p", "h", "5433")),
    ("postgresql://u:p%40%2F%D9%A1%0A@[::1]:1/n%20m", entry("n m", "u", "p@/١\n", "::1", "1")),
    ("postgresql:///n?host=/run/postgresql", entry("n", host="/run/postgresql")),
    (
        "postgresql://h/n?sslmode=require&connect_timeout=3",
        entry("n", host="h", sslmode="require", connect_timeout="3"),
    ),
]


@pytest.mark.parametrize(("url", "database"), URLS)
def test_a_url(url, database):
    assert databases.parse(url) == database


NO_URLS = [
    "",
    "secret",
    "host=h password=secret dbname=n",
    "mysql://u:secret@h/n",
    "postgresql://u:secret@h",
    "postgresql://u:secret@h/",
    "postgresql://u:sec/ret@h/n",
    "postgresql://u:secret@h:١/n",
    "postgresql://u:secret@h:65536/n",
    "postgresql://u:secret@[h/n",
    "postgresql://u:secret@h/n?sslmode",
    "postgresql://u:sec#ret@h/n",
]


@pytest.mark.parametrize("url", NO_URLS)
def test_no_url_and_nothing_of_it_is_shown(url):
    with pytest.raises(StandaloneError) as caught:
        databases.parse(url)
    message = "--database is not of the form postgresql://user@host:port/name"
    assert caught.value.message == message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
