import pytest

from pulp_go.gomod.unicode_tables import fold, is_letter, is_print

EVERY_CHARACTER = list(map(chr, range(0x110000)))


@pytest.mark.parametrize(
    ("function", "ranges"), [(is_letter, "is_letter_ranges"), (is_print, "is_print_ranges")]
)
def test_sets(cases, function, ranges):
    members = {
        chr(code)
        for first, last in cases("unicode.json", ranges)
        for code in range(first, last + 1)
    }
    assert {char for char in EVERY_CHARACTER if function(char)} == members


def test_orbits(cases):
    smallest = {
        chr(code): chr(min(orbit))
        for orbit in cases("unicode.json", "simple_fold_orbits")
        for code in orbit
    }
    capitals = {char: char.lower() for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    for char in EVERY_CHARACTER:
        wanted = smallest.get(char, char)
        assert fold(char) == capitals.get(wanted, wanted)
