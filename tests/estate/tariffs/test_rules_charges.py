"""The worked tables of ``docs/rules/charges.md`` and the properties behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.estate.tariffs.rules.formula import BadFormula, all_values, in_order, parse, value
from wuyefei.estate.tariffs.rules.rent import (
    Escalation,
    Rent,
    RentStep,
    Turnover,
    monthly,
    prices,
    turnover_rent,
)
from wuyefei.estate.tariffs.rules.shared import By, MeasureMissing, NobodyTakesPart, Participant, loss, split
from wuyefei.estate.tariffs.rules.tiers import Step, check_steps, tiered, tiered_fen, widen
from wuyefei.estate.tariffs.rules.usage import (
    Dial,
    Doubt,
    Figure,
    ReadingRefused,
    Source,
    check_dial,
    cut,
    doubts,
    estimate,
    stretch,
    used,
)
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan

DOC = "rules/charges.md"
TIERS, METERS, REPLACED, CUTS, SHARED, RENT, TURNOVER, FORMULAS = range(8)
NAMED = {"ids": lambda row: row["名称"]}


def fen(text: str) -> int:
    return parse_yuan(text)


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def steps(text: str) -> list[Step]:
    found = []
    for part in text.split("，"):
        upto, price = part.split()
        found.append(Step(None if upto == "不限" else Decimal(upto), Decimal(price)))
    return found


def span(text: str) -> Span:
    first, last = text.split("～")
    return Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


# --- tiers

@pytest.mark.parametrize("row", rows_of(DOC, TIERS), **NAMED)
def test_tiers(row: dict[str, str]) -> None:
    parts = tiered(Decimal(row["本次用量"]), steps(row["档位"]), Decimal(row["先前用量"]))
    assert [part.quantity for part in parts] == [Decimal(x) for x in row["各档用量"].split(" + ") if x]
    assert [part.amount_fen for part in parts] == [fen(x) for x in row["各档金额"].split(" + ") if x]
    assert sum(part.amount_fen for part in parts) == fen(row["合计"])


def test_a_household_of_five_has_wider_tiers() -> None:
    assert widen(steps("180 2.07，260 4.07，不限 6.07"), persons=6, from_person=5, per_person=Decimal(30)) == steps(
        "240 2.07，320 4.07，不限 6.07"
    )
    assert widen(steps("180 2.07，不限 6.07"), persons=4, from_person=5, per_person=Decimal(30)) == steps("180 2.07，不限 6.07")


quantities = st.decimals("0", "500", places=4)


@given(st.lists(quantities, min_size=1, max_size=8), quantities)
def test_any_cut_of_a_stage_adds_up(uses: list[Decimal], before: Decimal) -> None:
    table = steps("100 0.3333，250.5 0.777，不限 1.005")
    total, cursor = 0, before
    for use in uses:
        total += tiered_fen(use, table, cursor)
        cursor += use
    assert total == tiered_fen(cursor - before, table, before)


@pytest.mark.parametrize("bad", ["180 2.07", "不限 1，不限 2", "180 1，180 2，不限 3", "180 -1，不限 2", "200 1，100 2，不限 3"])
def test_tiers_that_are_none_are_refused(bad: str) -> None:
    with pytest.raises(Invalid):
        check_steps(steps(bad))


def test_negative_use_has_no_tier() -> None:
    with pytest.raises(Invalid):
        tiered(Decimal(-1), steps("不限 1"))


# --- meters

FIRST, LAST = dt.date(2026, 3, 31), dt.date(2026, 4, 30)


@pytest.mark.parametrize("row", rows_of(DOC, METERS), **NAMED)
def test_meters(row: dict[str, str]) -> None:
    start = Figure(FIRST, Decimal(row["起"]), Source.ESTIMATED if row["起为估抄"] == "是" else Source.READ)
    end = Figure(LAST, Decimal(row["止"]), rolled=row["过满度"] == "是")
    piece = stretch(Dial("M1", Decimal(row["倍率"]), int(row["位数"])), start, end)
    assert piece.quantity == number(row["用量"])


@pytest.mark.parametrize("row", rows_of(DOC, REPLACED), **NAMED)
def test_replaced_meters(row: dict[str, str]) -> None:
    ratios = [Decimal(x) for x in row["倍率"].split("，")]
    pieces = []
    for position, part in enumerate(row["各块表的起止"].split("，")):
        start, end = part.split("→")
        dial = Dial(f"M{position}", ratios[min(position, len(ratios) - 1)])
        day = FIRST + DAY * 10 * position
        pieces.append(stretch(dial, Figure(day, Decimal(start)), Figure(day + DAY * 10, Decimal(end))))
    assert used(pieces) == Decimal(row["用量"])


@pytest.mark.parametrize("row", rows_of(DOC, CUTS), **NAMED)
def test_use_is_cut_by_day(row: dict[str, str]) -> None:
    days = [dt.date.fromisoformat(x) for x in row["换价日"].split("，")]
    parts = cut(Span(dt.date.fromisoformat(row["起"]), dt.date.fromisoformat(row["止"])), number(row["用量"]), days)
    assert [quantity for _, quantity in parts] == [number(x) for x in row["各段用量"].split(" + ")]


@given(st.decimals("-500", "5000", places=4), st.lists(st.integers(1, 89), max_size=5))
def test_cutting_conserves_the_use(quantity: Decimal, at: list[int]) -> None:
    whole = Span(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    parts = cut(whole, quantity, [whole.first + DAY * n for n in at])
    assert sum(part for _, part in parts) == quantity
    assert sum(piece.days for piece, _ in parts) == whole.days


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (Figure(FIRST, Decimal(100)), Figure(LAST, Decimal(99)), "小于上次的 100"),
        (Figure(FIRST, Decimal(100)), Figure(LAST, Decimal(-1)), "不能是负数"),
        (Figure(FIRST, Decimal(100)), Figure(LAST, Decimal(100_000)), "最多 5 位"),
        (Figure(FIRST, Decimal(100)), Figure(LAST, Decimal("NaN")), "不能是负数"),
        (Figure(FIRST, Decimal(100)), Figure(FIRST, Decimal(120)), "抄表日应晚于"),
        (Figure(FIRST, Decimal(100)), Figure(LAST, Decimal(120), rolled=True), "不像过了满度"),
    ],
)
def test_readings_that_cannot_be_are_refused(start: Figure, end: Figure, says: str) -> None:
    with pytest.raises(ReadingRefused) as refused:
        stretch(Dial("M1"), start, end)
    assert says in refused.value.text and "M1" in refused.value.text


def test_an_estimate_is_settled_by_the_next_reading() -> None:
    """Whatever was estimated, two periods together use what the dial says."""
    dial, opened = Dial("M1", Decimal(2)), Figure(FIRST, Decimal(1000))
    guessed = estimate(opened, LAST, [Decimal("1.2"), Decimal(2), Decimal("1.4")], dial)
    assert guessed == Figure(LAST, Decimal(1021), Source.ESTIMATED)
    read = Figure(LAST + DAY * 31, Decimal(1015))
    first, second = stretch(dial, opened, guessed), stretch(dial, guessed, read)
    assert (first.quantity, second.quantity, second.settles) == (Decimal(42), Decimal(-12), True)
    assert used([first, second]) == Decimal(30)


def test_an_estimate_past_the_dials_end_that_was_not_reached() -> None:
    dial = Dial("M1")
    opened = Figure(FIRST, Decimal(99_990))
    guessed = estimate(opened, LAST, [Decimal(1)], dial)
    assert (guessed.value, guessed.rolled) == (Decimal(20), True)
    read = stretch(dial, guessed, Figure(LAST + DAY, Decimal(99_998)))
    assert stretch(dial, opened, guessed).quantity + read.quantity == 8


def test_nothing_is_estimated_from_nothing() -> None:
    with pytest.raises(Invalid):
        estimate(Figure(FIRST, Decimal(1)), LAST, [], Dial("M1"))


def test_what_is_doubtful_and_what_is_not() -> None:
    dial, usual = Dial("M1"), [Decimal("0.5"), Decimal("0.6"), Decimal("0.4")]

    def of(value: str, known: list[Decimal] = usual, rolled: bool = False, start: str = "100") -> list[Doubt]:
        return doubts(stretch(dial, Figure(FIRST, Decimal(start)), Figure(LAST, Decimal(value), rolled=rolled)), known)

    assert of("115") == [] and of("145") == []  # 0.5 a day; 1.5 is three times the usual, not more
    assert of("146") == [Doubt.HIGH]
    assert of("104") == [Doubt.LOW] and of("105") == []
    assert of("100") == [Doubt.NONE]
    assert of("9000", known=[Decimal(1)]) == [] and of("100", known=[]) == []
    assert of("5", rolled=True, start="99990") == [Doubt.ROLLED]


@pytest.mark.parametrize("dial", [Dial("M", Decimal(0)), Dial("M", Decimal(-1)), Dial("M", digits=2), Dial("M", digits=10)])
def test_dials_that_no_meter_has(dial: Dial) -> None:
    with pytest.raises(Invalid):
        check_dial(dial)


# --- shared costs

BY = {"按户": By.UNIT, "按面积": By.AREA, "按用量": By.USAGE, "按人数": By.PERSONS, "按约定系数": By.AGREED}


@pytest.mark.parametrize("row", rows_of(DOC, SHARED), **NAMED)
def test_shared(row: dict[str, str]) -> None:
    people = []
    for position, text in enumerate(row["权重"].split("，")):
        measure, _, factor = text.partition("×")
        people.append(Participant(position, f"1-{position}", Decimal(measure), Decimal(factor or 1)))
    shares = split(fen(row["总额"]), people, BY[row["方式"]])
    assert [share.amount_fen for share in shares] == [fen(x) for x in row["各户"].split(" + ")]


@given(st.integers(1, 10**9), st.lists(st.decimals("0.01", "500", places=2), min_size=1, max_size=60))
def test_a_pool_is_conserved(total: int, areas: list[Decimal]) -> None:
    people = [Participant(n, str(n), area) for n, area in enumerate(areas)]
    shares = split(total, people, By.AREA)
    assert sum(share.amount_fen for share in shares) == total
    whole = sum(areas)
    assert all(abs(share.amount_fen - total * area / whole) < 1 for share, area in zip(shares, areas, strict=True))


def test_pools_that_cannot_be_shared() -> None:
    home = Participant(1, "1-1-101", Decimal(80))
    with pytest.raises(NobodyTakesPart):
        split(30_000, [], By.UNIT)
    with pytest.raises(NobodyTakesPart):
        split(30_000, [Participant(1, "1-1-101", Decimal(80), Decimal(0))], By.AREA)
    with pytest.raises(MeasureMissing) as missing:
        split(30_000, [home, Participant(2, "1-1-102", None)], By.AREA)
    assert "1-1-102" in missing.value.text
    assert split(30_000, [Participant(2, "1-1-102", None)], By.UNIT)[0].amount_fen == 30_000
    for total in (0, -1, 10**16):
        with pytest.raises(Invalid):
            split(total, [home], By.AREA)
    with pytest.raises(Invalid):
        split(100, [Participant(1, "1-1-101", Decimal(80), Decimal(-1))], By.AREA)


def test_what_no_meter_below_measured() -> None:
    assert loss(Decimal(1000), [Decimal(300), Decimal("612.5")]) == Decimal("87.5")
    with pytest.raises(Invalid):
        loss(Decimal(100), [Decimal(101)])


# --- rent

def rent_steps(text: str) -> list[RentStep]:
    return [RentStep(dt.date.fromisoformat(day), fen(sum_)) for day, sum_ in (part.split() for part in text.split("，"))]


@pytest.mark.parametrize("row", rows_of(DOC, RENT), **NAMED)
def test_rent(row: dict[str, str]) -> None:
    escalation = None
    if row["递增"]:
        months, _, share = row["递增"].split()
        escalation = Escalation(int(months), Decimal(share))
    free = [span(row["免租"])] if row["免租"] else []
    rent = Rent(span(row["租期"]), rent_steps(row["分档"]), escalation, free)
    assert prices(rent) == rent_steps(row["每月租金"])


@pytest.mark.parametrize("row", rows_of(DOC, TURNOVER), **NAMED)
def test_turnover(row: dict[str, str]) -> None:
    bands = []
    for part in row["分成"].split("，"):
        upto, share = part.split()
        bands.append((None if upto == "不限" else fen(upto), Decimal(share)))
    due, earned = turnover_rent(fen(row["营业额"]), Turnover(bands), fen(row["保底"]))
    assert (earned, due) == (fen(row["分成额"]), fen(row["租金"]))


YEAR = Span(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
FLAT = [RentStep(YEAR.first, 800_000)]


@pytest.mark.parametrize(
    "rent",
    [
        Rent(YEAR, []),
        Rent(YEAR, [RentStep(dt.date(2026, 2, 1), 1)]),
        Rent(YEAR, [*FLAT, RentStep(YEAR.first, 2)]),
        Rent(YEAR, [*FLAT, RentStep(dt.date(2027, 2, 1), 1)]),
        Rent(YEAR, [RentStep(YEAR.first, -1)]),
        Rent(YEAR, FLAT, Escalation(0, Decimal("0.05"))),
        Rent(YEAR, FLAT, Escalation(12, Decimal("5"))),
        Rent(YEAR, FLAT, free=[Span(dt.date(2025, 12, 1), dt.date(2026, 1, 31))]),
        Rent(YEAR, FLAT, free=[span("2026-01-01～2026-02-28"), span("2026-02-28～2026-03-31")]),
        Rent(Span(dt.date(2026, 1, 1), dt.date(2080, 1, 1)), FLAT),
    ],
)
def test_rents_that_cannot_be(rent: Rent) -> None:
    with pytest.raises(Invalid):
        prices(rent)


def test_escalation_counts_from_the_term_and_leaves_agreed_steps_alone() -> None:
    term = Span(dt.date(2026, 1, 1), dt.date(2029, 12, 31))
    agreed = [RentStep(dt.date(2026, 1, 1), 100_000), RentStep(dt.date(2027, 7, 1), 120_000)]
    assert monthly(Rent(term, agreed, Escalation(12, Decimal("0.1")))) == [
        *agreed,
        RentStep(dt.date(2028, 1, 1), 132_000),
        RentStep(dt.date(2029, 1, 1), 145_200),
    ]


# --- formulas

@pytest.mark.parametrize("row", rows_of(DOC, FORMULAS), **NAMED)
def test_formulas(row: dict[str, str]) -> None:
    parts = {name: Decimal(figure) for name, figure in (x.split() for x in row["各部分"].split("，") if x)}
    if row["得数"] == "有误":
        with pytest.raises(DomainError):
            value(parse(row["公式"]), parts)
    else:
        assert value(parse(row["公式"]), parts) == Decimal(row["得数"])


def test_the_functions_have_english_names_too() -> None:
    assert parse("max(面积, 3) + floor(2.5)") == parse("最大(面积, 3) + 舍去(2.5)")


def test_formulas_may_name_each_other_but_not_in_a_circle() -> None:
    found = all_values({"计费面积": "建筑面积 − 公用", "费用": "计费面积 × 2"}, {"建筑面积": Decimal(90), "公用": Decimal(15)})
    assert found == {"计费面积": Decimal(75), "费用": Decimal(150)}
    with pytest.raises(BadFormula) as circle:
        in_order({"甲": parse("乙 + 1"), "乙": parse("丙 × 2"), "丙": parse("甲")})
    assert "甲 → 乙 → 丙 → 甲" in circle.value.text


@pytest.mark.parametrize("text", ["", "(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "1" * 401, "2 2", "1..2", "面积 ** 2", "取整(1, 2)", "最大()"])
def test_formulas_that_cannot_be_read(text: str) -> None:
    with pytest.raises(BadFormula):
        parse(text)


@given(st.recursive(
    st.integers(0, 99).map(str) | st.sampled_from(["面积", "人数"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
    max_leaves=12,
))
def test_a_formula_is_what_arithmetic_says(text: str) -> None:
    parts = {"面积": Decimal("88.5"), "人数": Decimal(3)}
    plain = eval(text.replace("面积", "Decimal('88.5')").replace("人数", "3"), {"Decimal": Decimal})  # noqa: S307
    assert value(parse(text), parts) == plain
