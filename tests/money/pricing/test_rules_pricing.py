"""What a price means for those who pay by it, on worked figures."""

from decimal import Decimal

from wuyefei.money.pricing.rules import Paying, Sums, by_contract, change_percent, summed


def test_a_property_counts_once_and_what_is_not_known_apart() -> None:
    # 100 m² and 89.55 m² at 2.50 → 2.80: 250.00 → 280.00 and 223.88 → 250.74; a line without an area
    rows = [Paying(1, 11, 25000, 28000), Paying(2, 12, 22388, 25074), Paying(1, 11, 15000, 15000), Paying(2, 13, None, None)]
    found = summed(rows)
    assert found == Sums(4, 3, 62388, 68074, 1) and found.difference_fen == 5686
    assert by_contract(rows) == [(1, Sums(2, 1, 40000, 43000, 0)), (2, Sums(2, 2, 22388, 25074, 1))]
    assert summed([]) == Sums()


def test_by_how_much_the_month_changes() -> None:
    assert change_percent(62388, 68074) == Decimal("9.1")  # 56.86 / 623.88
    assert change_percent(25000, 23000) == Decimal("-8.0")
    assert change_percent(0, 100) is None
