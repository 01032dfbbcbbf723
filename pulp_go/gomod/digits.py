"""Decimal numbers of any length, as text.

The numbers in versions have no limit, and Python's `int` has one: it refuses text of more than
4,300 digits, and takes a time that grows with the square of their number up to there. So these
numbers stay text: ASCII digits without leading zeros.
"""

# A number that compares as its value; that of "" is below 0.
Value = tuple[int, str]


def value(digits: str) -> Value:
    """Return what compares as the number does: how many digits it has, then the digits."""
    return len(digits), digits


def increment(digits: str) -> str:
    """Return the number after `digits`."""
    kept = digits.rstrip("9")
    zeros = "0" * (len(digits) - len(kept))
    if not kept:
        return f"1{zeros}"
    return f"{kept[:-1]}{int(kept[-1]) + 1}{zeros}"


def decrement(digits: str) -> str:
    """Return the number before `digits`, or "" before 0."""
    kept = digits.rstrip("0")
    if not kept:
        return ""
    nines = "9" * (len(digits) - len(kept))
    before = f"{kept[:-1]}{int(kept[-1]) - 1}{nines}"
    return before.removeprefix("0") or "0"
