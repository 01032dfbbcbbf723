import pytest

from pulp_go.gomod import digits

FOLLOWING = [
    ("0", "1"),
    ("8", "9"),
    ("9", "10"),
    ("99", "100"),
    ("129", "130"),
    ("199", "200"),
    ("1000", "1001"),
    ("9" * 5000, "1" + "0" * 5000),
]


@pytest.mark.parametrize(("number", "following"), FOLLOWING)
def test_increment_and_decrement_are_inverse(number, following):
    assert digits.increment(number) == following
    assert digits.decrement(following) == number


@pytest.mark.parametrize("zeros", ["0", "00", ""])
def test_there_is_no_number_before_0(zeros):
    assert digits.decrement(zeros) == ""


def test_value_orders_by_value():
    numbers = ["10", "9", "", "0", "1" + "0" * 5000, "9" * 5000, "11"]
    assert sorted(numbers, key=digits.value) == [
        "",
        "0",
        "9",
        "10",
        "11",
        "9" * 5000,
        "1" + "0" * 5000,
    ]
