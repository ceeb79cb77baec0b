"""Shares of a property: what is typed, what they cut, by the worked figures of ``docs/rules/shares.md``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.estate.occupancy.shares import (
    NotWhole,
    SharingFact,
    overlapping_sharing,
    parse_share,
    portions_of,
)
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.rules.drafting import Last
from wuyefei.money.billing.rules.proration import Convention, Price, charge_by_month, share_of
from wuyefei.money.billing.rules.sharing import Slot, slices

D = dt.date.fromisoformat
JAN = Span(D("2026-01-01"), D("2026-01-31"))


@pytest.mark.parametrize("row", rows_of("rules/shares.md"), ids=lambda row: row["情形"])
def test_the_worked_figures(row: dict[str, str]) -> None:
    try:
        portions = portions_of([(number, parse_share(text)) for number, text in enumerate(row["份额"].split())])
    except DomainError as error:
        assert error.code == row["各付"]
        return
    whole = parse_yuan(row["应收"])
    parts = [share_of(whole, portion.share) for portion in portions]
    assert [f"{part / 100:.2f}" for part in parts] == row["各付"].split() and sum(parts) == whole


@pytest.mark.parametrize("row", rows_of("rules/shares.md", 1), ids=lambda row: row["情形"])
def test_the_worked_days(row: dict[str, str]) -> None:
    span = Span(D(row["起"]), D(row["止"]))
    portions = portions_of([(number, parse_share(text)) for number, text in enumerate(row["份额"].split())])
    prices = [[Price(D("2020-01-01"), Decimal("2.50"), share=portion.share)] for portion in portions]
    parts = [sum(fen for _, fen in charge_by_month(span, Decimal(row["面积"]), price)) for price in prices]
    assert [f"{part / 100:.2f}" for part in parts] == row["各付"].split()
    assert sum(parts) == parse_yuan(row["应收"]) == sum(fen for _, fen in charge_by_month(span, Decimal(row["面积"]), [Price(D("2020-01-01"), Decimal("2.50"))]))


@pytest.mark.parametrize("text", ["0", "1", "100%", "1/0", "-1/2", "a", "", "3/2", "0.5.1", "1/3%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(Invalid):
        parse_share(text)


def test_what_cannot_be_agreed() -> None:
    half = Fraction(1, 2)
    for shares, error in (([(1, half)], Invalid), ([(1, half), (1, half)], Invalid), ([(1, half), (2, Fraction(1, 3))], NotWhole)):
        with pytest.raises(error):
            portions_of(shares)
    with pytest.raises(Invalid, match="太细"):
        portions_of([(1, Fraction(1, 999_983)), (2, Fraction(1, 999_979)), (3, 1 - Fraction(1, 999_983) - Fraction(1, 999_979))])
    known = [SharingFact(D("2026-01-01"), D("2026-03-31"), ()), SharingFact(D("2026-06-01"), None, ())]
    assert overlapping_sharing(known, D("2026-04-01"), D("2026-05-31")) is None
    assert overlapping_sharing(known, D("2026-04-01"), None) is known[1] and overlapping_sharing(known, D("2026-03-31"), D("2026-03-31")) is known[0]


weights = st.lists(st.integers(1, 40), min_size=2, max_size=6)


@settings(max_examples=30)
@given(weights, st.integers(0, 10**9))
def test_a_sum_is_conserved_and_each_part_fair(parts: list[int], fen: int) -> None:
    total = sum(parts)
    portions = portions_of([(number, Fraction(part, total)) for number, part in enumerate(parts)])
    cut = [share_of(fen, portion.share) for portion in portions]
    assert sum(cut) == fen
    assert all(abs(one - Fraction(fen * part, total)) < 1 for one, part in zip(cut, parts, strict=True))


@settings(max_examples=30)
@given(weights, st.integers(1, 30_000), st.integers(0, 58), st.integers(0, 58), st.sampled_from(list(Convention)))
def test_shares_and_days_cut_either_way_come_to_the_same(parts: list[int], area: int, one: int, two: int, convention: Convention) -> None:
    """Over any days, the shares add up to the whole; each share's days before and after any cut add up to the share."""
    first, middle = sorted((one, two))
    start = D("2028-01-01")
    whole, quantity = Span(start + dt.timedelta(first), D("2028-02-29")), Decimal(area) / 100
    portions = portions_of([(number, Fraction(part, sum(parts))) for number, part in enumerate(parts)])

    def charged(span: Span, share: tuple[int, int, int] | None) -> int:
        return sum(fen for _, fen in charge_by_month(span, quantity, [Price(start, Decimal("2.35"), share=share)], convention))

    assert sum(charged(whole, portion.share) for portion in portions) == charged(whole, None)
    if middle > first:
        before, after = Span(whole.first, start + dt.timedelta(middle - 1)), Span(start + dt.timedelta(middle), whole.last)
        for portion in portions:
            assert charged(before, portion.share) + charged(after, portion.share) == charged(whole, portion.share)


def test_a_line_is_cut_into_what_each_owes() -> None:
    whole = Span(D("2026-01-01"), D("2026-12-31"))
    agreed = [(Span(D("2026-02-01"), D("2026-06-30")), [(7, (0, 2, 5)), (8, (2, 5, 5))])]
    last = Last(10000, Decimal(100), 7, Span(D("2026-02-01"), D("2026-02-28")), (Decimal("2.5"), Decimal(0)))
    first, second, rest = slices(whole, [(9, whole)], agreed, [Slot((0, 2, 5), last)], None)
    assert (first.share, first.payers, first.last) == ((0, 2, 5), [(7, agreed[0][0])], last)
    assert whole.minus(first.billed) == [Span(D("2026-03-01"), D("2026-06-30"))] and whole.minus(second.billed) == [agreed[0][0]]
    assert rest.payers == [(9, JAN), (9, Span(D("2026-07-01"), D("2026-12-31")))] and second.last is None
    assert whole.minus(rest.billed) == [JAN, Span(D("2026-07-01"), D("2026-12-31"))]
