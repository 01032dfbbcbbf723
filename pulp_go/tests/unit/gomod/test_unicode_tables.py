import pytest

from pulp_go.gomod.unicode_tables import fold, is_letter, is_print

# character, letter, printable
CHARACTERS = [
    ("a", True, True),
    ("Z", True, True),
    ("@", False, True),
    ("[", False, True),
    ("0", False, True),
    ("١", False, True),
    (" ", False, True),
    ("~", False, True),
    ("\x7f", False, False),
    ("\x1f", False, False),
    ("\0", False, False),
    ("\n", False, False),
    ("\t", False, False),
    ("\x80", False, False),
    ("\xa0", False, False),
    ("\xad", False, False),
    ("ª", True, True),
    ("é", True, True),
    ("×", False, True),
    ("ǅ", True, True),
    ("ʰ", True, True),
    ("日", True, True),
    ("\u0301", False, True),
    ("²", False, True),
    ("Ⅷ", False, True),
    ("\u2028", False, False),
    ("\u3000", False, False),
    ("\ue000", False, False),
    ("\ufeff", False, False),
    ("\ufffd", False, True),
    ("\ud800", False, False),
    ("\udcff", False, False),
    ("😀", False, True),
    ("𝒜", True, True),
    # From Unicode 15, 16 and 17: what Python 3.11 does not know.
    ("\U00031350", True, True),
    ("\ua7cb", True, True),
    ("\u0cdc", True, True),
    ("\U000323b0", True, True),
    ("\U0003347f", False, False),
    ("\U000e0100", False, True),
    ("\U0010ffff", False, False),
]

FOLDED = [
    ("", ""),
    ("abc", "abc"),
    ("ABC\n", "abc\n"),
    ("K\u212a", "kk"),
    ("Ssſ", "sss"),
    ("Σσς", "ΣΣΣ"),
    ("Ǆǅǆ", "ǄǄǄ"),
    ("Åå\u212b", "ÅÅÅ"),
    ("ẞß", "ßß"),
    ("İiıI", "İiıi"),
    ("\u0390\u1fd3", "\u0390\u0390"),
    ("\ufb05\ufb06", "\ufb05\ufb05"),
    ("Éé/É", "ÉÉ/É"),
    ("日本١", "日本١"),
    ("Ა\u10d0", "აა"),
    ("\u13a0\uab70", "\u13a0\u13a0"),
    ("\U0001e900\U0001e922", "\U0001e900\U0001e900"),
    ("\u1c89\u1c8a", "\u1c89\u1c89"),
]


@pytest.mark.parametrize(("char", "letter", "printable"), CHARACTERS)
def test_sets(char, letter, printable):
    assert is_letter(char) is letter
    assert is_print(char) is printable


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded
