"""The worked tables of prices by the season of the year and by the time of day, and the properties behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.estate.tariffs.public import TariffPrice, rise, unit_prices
from wuyefei.estate.tariffs.rules.public import (
    by_season,
    check_terms,
    parse_stretch,
    proved,
    score_of,
    turns,
    typed_score,
    typed_seasons,
)
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.public import Convention, Price, charge_by_month
from wuyefei.money.sheets.prices import (
    parse_changes,
    parse_price,
    parse_seasons,
    price_json,
    price_text,
    seasonal,
    stages_of,
    steps_json,
)
from wuyefei.money.sheets.rules import Piece, Why, metered, parts_of
from wuyefei.money.sheets.stages import Stage, Stretched, charged, unpriced

DOC = "rules/charges.md"
MONTHLY, USED, BANDED, SCORED = rows_of(DOC, 12), rows_of(DOC, 13), rows_of(DOC, 14), rows_of(DOC, 15)
METHODS = {"按面积": "area", "固定金额": "fixed", "固定金额加面积": "fixed_area", "车位按天": "parking_day"}
CODES = {"尖": "sharp", "峰": "peak", "平": "flat", "谷": "valley"}
NAMED: dict[str, Any] = {"ids": lambda row: row["名称"]}
ZERO = Decimal(0)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fens(text: str) -> list[int]:
    return [parse_yuan(part) for part in text.split(" + ")]


def price(method: str, since: dt.date, plain: str, seasons: str, number: int = 1) -> TariffPrice:
    figures = [Decimal(word) for word in plain.split()]
    per_unit, fixed = (ZERO, figures[0]) if method == "fixed" else (figures[0], figures[1] if len(figures) > 1 else ZERO)
    terms = check_terms(method, {"seasons": typed_seasons(method, seasons.replace("；", "\n"))})
    return TariffPrice(since, per_unit, fixed, number, terms)


def listed(row: dict[str, str]) -> tuple[str, list[TariffPrice]]:
    """The versions a row speaks of: one, and what follows after ``起``."""
    method, first = METHODS[row["方式"]], day(row["起"]).replace(day=1)
    before, _sep, later = row["分季"].partition(" 起 ")
    if not later:
        return method, [price(method, first, row["其余日子"], before)]
    seasons, since = before.rsplit("；", 1)
    plain, others = later.split("，", 1)
    return method, [price(method, first, row["其余日子"], seasons), price(method, day(since), plain, others, 2)]


@pytest.mark.parametrize("row", MONTHLY, **NAMED)
def test_a_price_follows_the_season(row: dict[str, str]) -> None:
    method, versions = listed(row)
    span = Span(day(row["起"]), day(row["止"]))
    days = by_season(method, versions, span.last)
    assert all(proved(one.how, one.since, one.per_unit, one.fixed) for one in days)
    found = charge_by_month(
        span, Decimal(row["数量"]), [Price(one.since, one.per_unit, one.fixed, method == "parking_day") for one in days], Convention.CALENDAR
    )
    assert [fen for _, fen in found] == fens(row["各月"])
    assert sum(fen for _, fen in found) == parse_yuan(row["合计"])


@pytest.mark.parametrize("row", USED, **NAMED)
def test_metered_use_follows_the_season(row: dict[str, str]) -> None:
    use = Stretched(day(row["上次抄表"]), day(row["本次抄表"]), Decimal(row["用量"]))
    stages = seasonal(parse_price(row["单价"]), parse_seasons(row["分季"].replace("；", "\n")), Span(use.since + DAY, use.on))
    parts = charged([use], stages, Decimal(row["先前用量"]))
    assert [part.quantity for part in parts] == [Decimal(part) for part in row["各段用量"].split(" + ")]
    assert [part.amount_fen for part in parts] == fens(row["各段金额"])
    assert sum(part.amount_fen for part in parts) == parse_yuan(row["合计"])


@pytest.mark.parametrize("row", BANDED, **NAMED)
def test_each_band_of_the_day_has_its_price(row: dict[str, str]) -> None:
    since, on = day(row["上次抄表"]), day(row["本次抄表"])
    pieces = [
        Piece(number, 1, 7, word[0], since, on, ZERO, Decimal(word[1:]), Decimal(1), Decimal(word[1:]), band=CODES[word[0]])
        for number, word in enumerate(row["各时段用量"].split("，"))
    ]
    priced = parse_price(row["单价"])
    stages = seasonal(priced, parse_seasons(row["分季"]), Span(since + DAY, on)) if row["分季"] else [Stage(None, priced.steps, bands=priced.bands)]
    if row["合计"] == "有误":
        with pytest.raises(Invalid) as refused:
            metered(pieces, stages, {})
        assert "时段的表，每个价都要写" in refused.value.text
        return
    (line,), left = metered(pieces, stages, {})
    assert [part.amount_fen for part in parts_of(line.inputs)] == fens(row["各段金额"])
    assert (line.amount_fen, line.quantity, left) == (parse_yuan(row["合计"]), sum(piece.used for piece in pieces), [])


@pytest.mark.parametrize("row", SCORED, **NAMED)
def test_a_price_follows_the_score(row: dict[str, str]) -> None:
    method, first = METHODS[row["方式"]], day("2026-06-01")
    terms = check_terms(method, {"score": typed_score(Decimal(row["挂钩"]), row["各档"], Decimal(row["得分"]))})
    score = score_of(terms)
    assert score is not None and score.earned == Decimal(row["计"])
    plain = Decimal(row["价格"])
    version = TariffPrice(first, *((ZERO, plain) if method == "fixed" else (plain, ZERO)), 1, terms)
    (one,) = by_season(method, [version], day("2027-05-31"))
    assert (one.per_unit or one.fixed) == Decimal(row["实收单价"]) and proved(one.how, one.since, one.per_unit, one.fixed)
    assert score.earned == 100 or not proved(one.how | {"score": terms["score"] | {"linked": "99"}}, one.since, one.per_unit, one.fixed)
    price_ = Price(one.since, one.per_unit, one.fixed, method == "parking_day")
    assert charge_by_month(Span(first, day("2026-06-30")), Decimal(row["数量"]), [price_])[0][1] == parse_yuan(row["一个月"])
    assert rise(version, TariffPrice(first, version.per_unit, version.fixed, 2)) is None  # a better score is no rise


@pytest.mark.parametrize(
    ("linked", "bands", "points", "says"),
    [
        ("0", "0 50", "80", "大于 0"), ("20", "90 100", "80", "从 0 分起"), ("20", "80 90，90 100，0 0", "80", "从高分写到低分"),
        ("20", "90 50，0 60", "80", "从高分写到低分"), ("20", "90 101，0 60", "80", "第 1 档"), ("20", "0 50", "1001", "得分应在"),
    ],
)  # fmt: skip
def test_scores_that_cannot_be(linked: str, bands: str, points: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_terms("area", {"score": typed_score(Decimal(linked), bands, Decimal(points))})
    assert says in refused.value.text
    with pytest.raises(Invalid):
        check_terms("rent", {"by": "total", "steps": [["1", "8000"]], "score": typed_score(Decimal(20), "0 50", Decimal(60))})
    with pytest.raises(Invalid):
        typed_score(Decimal(20), "", None)


def test_a_band_that_was_estimated_too_high_holds_the_whole_home() -> None:
    since, on = day("2026-06-30"), day("2026-07-31")
    pieces = [
        Piece(n, 1, 7, name, since, on, ZERO, ZERO, Decimal(1), Decimal(used), band=name) for n, (name, used) in enumerate([("peak", "-3"), ("flat", "40")])
    ]
    priced = parse_price("峰 1.2，平 0.8")
    drawn, left = metered(pieces, [Stage(None, priced.steps, bands=priced.bands)], {})
    assert (drawn, [(one.why, one.quantity) for one in left]) == ([], [(Why.CARRIED, Decimal(37))])


def test_plain_meters_beside_bands_need_their_own_price() -> None:
    both = parse_price("180 2，不限 4，峰 1.2，谷 0.4")
    assert unpriced({"", "peak", "valley"}, [Stage(None, both.steps, bands=both.bands)]) is None
    bands = parse_price("谷 0.4，峰 1.2")
    assert bands.bands == parse_price("Valley 0.4, peak 1.2").bands == (("peak", Decimal("1.2")), ("valley", Decimal("0.4")))
    assert unpriced([""], [Stage(None, bands.steps, bands=bands.bands)]) == ""


@pytest.mark.parametrize("text", ["3.45", "180 2.07，260 4.07，不限 6.07", "峰 1.2，平 0.8，谷 0.4", "3.45，尖 2，峰 1.2"])
def test_a_price_is_kept_and_typed_again(text: str) -> None:
    found = parse_price(text)
    assert price_text(steps_json(found.steps), [(code, str(yuan)) for code, yuan in found.bands]) == text
    changed = [Stage(None, found.steps, bands=found.bands), *parse_changes("2026-03-16 4.1，峰 1.3")]
    assert stages_of(price_json(changed)) == changed


@pytest.mark.parametrize(
    ("text", "says"), [("峰 x", "单价"), ("峰", "后面写一个单价"), ("峰 1，峰 2", "写了两个价"), ("峰 0，谷 0", "必须大于 0"), ("峰 -1", "应在 0 到")]
)
def test_bands_that_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_price(text)
    assert says in refused.value.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("采暖季 11-15 03-15", "第 1 行"), ("采暖季 11-31 03-15 3", "「11-31」不是月和日"), ("甲 11-01 03-01 3；乙 02-01 05-01 3", "「甲」和「乙」都含 02-01"),
        ("甲 01-01 01-31 3；甲 03-01 03-31 3", "「甲」写了两行"), ("一个特别长的季节的名称 01-01 01-31 3", "1 到 10 个字"), ("甲 01-01 01-31 -3", "应在 0 到"),
        ("甲 01-01 01-31 3 20", "名称 起 止 单价"),
    ],
)  # fmt: skip
def test_seasons_that_cannot_be(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_terms("area", {"seasons": typed_seasons("area", text.replace("；", "\n"))})
    assert says in refused.value.text


def test_only_plain_prices_have_seasons() -> None:
    with pytest.raises(Invalid):
        check_terms("per_head", {"seasons": [["夏季", "06-01", "08-31", "3", "0"]]})
    assert check_terms("quantity", {"unit": "台", "seasons": [["夏季", "6-1", "8-31", "3", "0"]]}) == {
        "unit": "台", "seasons": [["夏季", "06-01", "08-31", "3", "0"]],
    }  # fmt: skip


def test_a_price_rises_where_any_day_of_the_year_costs_more() -> None:
    since = day("2026-01-01")
    flat, longer = price("area", since, "2.5", "采暖季 11-15 03-15 3.5"), price("area", since, "2.5", "采暖季 11-15 03-31 3.5")
    assert rise(flat, longer) == (Decimal("3.5"), ZERO)
    assert rise(longer, flat) is None and rise(flat, flat) is None
    assert rise(TariffPrice(since, Decimal("3.5"), ZERO, 1), flat) is None
    assert unit_prices(flat) == [Decimal("2.5"), Decimal("3.5")]


@settings(max_examples=20)
@given(st.integers(0, 365), st.integers(0, 365), st.integers(0, 800))
def test_seasons_turn_exactly_where_the_price_of_a_day_changes(first: int, last: int, from_: int) -> None:
    year, start = day("2028-01-01"), day("2026-06-01") + DAY * from_
    one = parse_stretch("季", f"{year + DAY * first:%m-%d}", f"{year + DAY * last:%m-%d}")
    span = Span(start, start + DAY * 500)
    found = set(turns([one], span))
    for offset in range(1, span.days):
        here = span.first + DAY * offset
        if one.holds(here) != one.holds(here - DAY):
            assert here in found


@given(st.lists(st.integers(1, 400), max_size=4), st.sampled_from(["1.2345", "0.333"]))
def test_any_cut_of_a_season_adds_up(at: list[int], plain: str) -> None:
    span = Span(day("2026-10-01"), day("2027-11-30"))
    days = by_season("area", [price("area", span.first, plain, "采暖季 11-15 03-15 3.3333")], span.last)
    prices = [Price(one.since, one.per_unit, one.fixed) for one in days]

    def total(part: Span) -> int:
        return sum(fen for _, fen in charge_by_month(part, Decimal("89.55"), prices))

    edges = sorted({span.first + DAY * n for n in at})
    cuts = [Span(a, b - DAY) for a, b in zip([span.first, *edges], [*edges, span.last + DAY], strict=True)]
    assert sum(total(part) for part in cuts) == total(span)


def test_a_score_keeps_what_it_rests_on() -> None:
    score = typed_score(Decimal(20), "90 100\n0 70", Decimal(86))
    kept = check_terms("area", {"score": {**score, "report": {"on": "2026-01-15", "by": "街道", "paper": " 报告 7 号 "}}})
    assert kept["score"]["report"] == {"on": "2026-01-15", "by": "街道", "paper": "报告 7 号"}
    price = TariffPrice(dt.date(2026, 1, 1), Decimal("2.5"), Decimal(0), 1, kept)
    assert "report" not in by_season("area", [price], dt.date(2026, 2, 1))[0].how["score"]  # a bill names the score, not who gave it
    for wrong in ({"on": "", "by": "街道", "paper": "7"}, {"on": "2026-01-15", "by": "", "paper": "7"}, {"on": "2026-01-15", "by": "街道", "paper": ""}):
        with pytest.raises(Invalid):
            check_terms("area", {"score": {**score, "report": wrong}})
