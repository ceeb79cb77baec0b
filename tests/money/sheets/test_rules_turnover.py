"""The share of turnover month by month, and a price that changes between two readings: the worked tables and what
holds behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.estate.tariffs.rules.public import DepositBy, DepositRule, Turnover, deposit_fen, share_of_month
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.sheets.prices import parse_changes, parse_steps
from wuyefei.money.sheets.proving import amount_of
from wuyefei.money.sheets.rules import Why, parse_agreed
from wuyefei.money.sheets.stages import Stage, Stretched, charged, check_stages, quantities
from wuyefei.money.sheets.turnover import Declared, bands_json, shares, stood

DOC, CHANGES, MONTHS, DEPOSITS = "rules/charges.md", 9, 10, 11
NAMED = {"ids": lambda row: row["名称"]}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize("row", rows_of(DOC, CHANGES), **NAMED)
def test_a_price_that_changes_between_two_readings(row: dict[str, str]) -> None:
    stages = [Stage(None, parse_steps(row["单价"])), *parse_changes(row["换价"].replace("；", "\n"))]
    use = Stretched(day(row["上次抄表"]), day(row["本次抄表"]), Decimal(row["用量"]))
    parts = charged([use], stages, Decimal(row["先前用量"]))
    assert [part.quantity for part in parts] == [Decimal(text) for text in row["各段用量"].split(" + ")]
    assert [part.amount_fen for part in parts] == [parse_yuan(text) for text in row["各段金额"].split(" + ")]
    assert sum(part.amount_fen for part in parts) == parse_yuan(row["合计"])


STEPS = parse_steps("100 0.3333，250.5 0.777，不限 1.005")
FIRST = day("2026-01-01")


@given(
    st.lists(st.tuples(st.integers(1, 40), st.decimals("-20", "300", places=4)), min_size=1, max_size=5),
    st.lists(st.integers(1, 120), max_size=4, unique=True), st.decimals("0", "200", places=4),
)  # fmt: skip
def test_a_change_to_the_same_price_changes_nothing(uses: list[tuple[int, Decimal]], at: list[int], before: Decimal) -> None:
    pieces, cursor = [], FIRST
    for days, quantity in uses:
        pieces.append(Stretched(cursor, cursor + dt.timedelta(days), quantity))
        cursor += dt.timedelta(days)
    stages = [Stage(None, STEPS), *(Stage(FIRST + dt.timedelta(n), STEPS) for n in sorted(at))]
    total = sum(quantity for _days, quantity in uses)
    assert sum(quantities(pieces, stages)) == total
    if total > 0:
        assert all(part.quantity > 0 for part in charged(pieces, stages, before))
        alone = charged([Stretched(FIRST, cursor, total)], stages[:1], before)
        assert sum(part.amount_fen for part in charged(pieces, stages, before)) == sum(part.amount_fen for part in alone)


@pytest.mark.parametrize("text", ["3.65", "2026-03-16", "2026-03-16 x", "2026-03-16 3\n2026-03-16 4", "2026-04-01 3\n2026-03-16 4"])
def test_changes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_changes(text)


def test_too_many_changes_are_refused() -> None:
    with pytest.raises(Invalid):
        check_stages([Stage(None, STEPS), *(Stage(FIRST + dt.timedelta(n), STEPS) for n in range(7))])


@pytest.mark.parametrize("text", ["1-1-101", "1-1-101 x", "1-1-101 1，1-1-101 2"])
def test_agreed_factors_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_agreed(text)


def bands(text: str) -> Turnover:
    found = []
    for part in text.split("，"):
        upto, share = part.split()
        found.append((None if upto == "不限" else parse_yuan(upto), Decimal(share)))
    return Turnover(found)


def fen(text: str) -> int:
    return -parse_yuan(text[1:]) if text.startswith("−") else parse_yuan(text)


@pytest.mark.parametrize("row", rows_of(DOC, MONTHS), **NAMED)
def test_a_month_of_turnover(row: dict[str, str]) -> None:
    days, free = int(row["租期天数"]), int(row["免租天数"])
    earned, due = share_of_month(fen(row["营业额"]), bands(row["分成"]), fen(row["当月保底"]), days, free)
    assert (earned, due - fen(row["更正前已收"])) == (fen(row["分成额"]), fen(row["本次补计"]))


@given(st.integers(0, 10**10), st.integers(0, 10**8), st.integers(1, 31), st.integers(0, 31))
def test_minimum_and_beyond_are_the_higher_of_both(turnover: int, minimum: int, days: int, free: int) -> None:
    if free > days:
        with pytest.raises(Invalid):
            share_of_month(turnover, bands("不限 0.08"), minimum, days, free)
        return
    earned, due = share_of_month(turnover, bands("不限 0.08"), minimum, days, free)
    assert minimum + due == max(earned, minimum) and due >= 0


WAYS = {"每户": DepositBy.PROPERTY, "每平方米": DepositBy.AREA, "每件": DepositBy.PIECE, "几个月租金": DepositBy.MONTHS}


@pytest.mark.parametrize("row", rows_of(DOC, DEPOSITS), **NAMED)
def test_deposits(row: dict[str, str]) -> None:
    rule = DepositRule(WAYS[row["方式"]], Decimal(row["标准"]))
    text = row["面积、件数或月租金"]
    quantity = Decimal(parse_yuan(text)) if rule.by is DepositBy.MONTHS else Decimal(text)
    if row["押金"] == "有误":
        with pytest.raises(Invalid):
            deposit_fen(rule, quantity)
    else:
        assert deposit_fen(rule, quantity) == fen(row["押金"])
        inputs = {"by": rule.by.value, "figure": str(rule.figure), "quantity": str(quantity)}
        assert amount_of("deposit", inputs) == fen(row["押金"])


def month(number: int, turnover: int, before: int = 0, payer: int | None = 7, line: int = 1) -> Declared:
    first = dt.date(2026, number, 1)
    span = Span(first, dt.date(2026, number + 1, 1) - dt.timedelta(1))
    return Declared(number, line, 5, payer, span, turnover, bands_json(bands("不限 0.08")), 1_000_000, 0, before)


def test_months_of_a_shop_are_one_line_that_proves_itself() -> None:
    drawn, left = shares([month(3, 20_000_000), month(2, 30_000_000), month(4, 5_000_000)])
    assert left == [] and len(drawn) == 1
    assert (drawn[0].amount_fen, drawn[0].span) == (600_000 + 1_400_000, Span(dt.date(2026, 2, 1), dt.date(2026, 3, 31)))
    assert amount_of("turnover", drawn[0].inputs) == drawn[0].amount_fen
    assert stood(drawn[0].inputs["parts"]) == {(1, dt.date(2026, 2, 1)): 1_400_000, (1, dt.date(2026, 3, 1)): 600_000}
    assert shares([month(3, 20_000_000, 600_000), month(2, 30_000_000, 1_400_000)]) == ([], [])


def test_a_correction_downwards_waits_until_it_is_used_up() -> None:
    drawn, left = shares([month(2, 20_000_000, 1_400_000), month(3, 16_000_000)])
    assert drawn == [] and [(row.why, row.quantity) for row in left] == [(Why.OVERCHARGED, Decimal(-5200))]
    drawn, left = shares([month(2, 20_000_000, 1_400_000), month(3, 16_000_000), month(4, 25_000_000)])
    assert left == [] and drawn[0].amount_fen == -800_000 + 280_000 + 1_000_000
    assert amount_of("turnover", drawn[0].inputs) == 480_000


def test_nobody_to_pay_is_left_out() -> None:
    drawn, left = shares([month(2, 30_000_000, payer=None)])
    assert drawn == [] and left[0].why is Why.NO_PAYER
