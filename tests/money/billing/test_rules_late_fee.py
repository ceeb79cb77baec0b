"""Late fee: the worked table of ``docs/rules/late-fee.md`` and its properties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.rules.late_fee import Change, accrue, late_fee, payable

D = dt.date.fromisoformat


def spans(text: str) -> list[Span]:
    return [] if text == "—" else [Span(D(part[:10]), D(part[-10:])) for part in text.split("，")]


def changes(text: str) -> list[Change]:
    return [] if text == "—" else [Change(D(part.split()[0]), -parse_yuan(part.split()[1])) for part in text.split("，")]


@pytest.mark.parametrize("row", rows_of("rules/late-fee.md"), ids=lambda row: f"{row['应收']} {row['计至']} {row['付本金']}")
def test_worked_table(row: dict[str, str]) -> None:
    amount = parse_yuan(row["应收"])
    cap = None if row["封顶"] == "—" else Decimal(row["封顶"])
    found = accrue(amount, D(row["到期日"]), D(row["计至"]), Decimal(row["日费率"]), changes(row["付本金"]), spans(row["停计"]))
    assert (found.days, late_fee(found.exact, amount, cap)) == (int(row["天数"]), parse_yuan(row["违约金"]))


@given(
    st.integers(1, 10**7), st.integers(0, 400),
    st.lists(st.tuples(st.integers(-20, 420), st.integers(1, 10**6)), max_size=4),
    st.lists(st.tuples(st.integers(-20, 420), st.integers(0, 60)), max_size=4),
)  # fmt: skip
def test_equals_the_sum_of_single_days(
    amount: int, days: int, paid: list[tuple[int, int]], held: list[tuple[int, int]]
) -> None:
    """The walk by stretches is the sum over single days, each bearing what was unpaid at its beginning."""
    due = D("2026-01-15")
    history = [Change(due + DAY * on, -fen) for on, fen in paid]
    holds = [Span(due + DAY * first, due + DAY * (first + length)) for first, length in held]
    rate, as_of = Decimal("0.0005"), due + DAY * days
    exact, bearing = Decimal(0), 0
    for number in range(1, days + 1):
        day = due + DAY * number
        principal = amount + sum(change.amount_fen for change in history if change.on < day)
        if principal > 0 and not any(hold.first <= day <= hold.last for hold in holds):
            exact += rate * principal
            bearing += 1
    found = accrue(amount, due, as_of, rate, history, holds)
    assert (found.exact, found.days) == (exact, bearing)


def test_payable_never_below_zero() -> None:
    assert payable(Decimal("8250.4"), 165000, Decimal("0.05"), waived_fen=0, settled_fen=0) == 8250
    assert payable(Decimal("8250.5"), 165000, None, waived_fen=1000, settled_fen=7251) == 0
    assert payable(Decimal("100"), 165000, None, waived_fen=0, settled_fen=150) == 0


def test_adjustment_lowers_the_cap_and_the_principal() -> None:
    """A fee lowered by 100 on day 10 bears on the rest from day 11."""
    found = accrue(100000, D("2026-01-15"), D("2026-02-04"), Decimal("0.0005"), [Change(D("2026-01-25"), -10000)])
    assert found.exact == Decimal("0.0005") * (100000 * 10 + 90000 * 10)
