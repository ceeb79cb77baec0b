"""Every definition on a company worked by hand: the tables of ``docs/rules/measures.md``, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.docs import rows_of
from tests.insight.measures.story import END, three_months
from tests.world import World
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import Bucket, Options, Period, ageing, arrears, cells, scope_of, whole
from wuyefei.insight.measures.queries.dashboard import beside, dashboard
from wuyefei.insight.measures.queries.groups import Dimension
from wuyefei.insight.measures.queries.received import channels, online_share
from wuyefei.insight.measures.queries.rows import Figure, sum_of
from wuyefei.insight.measures.queries.rows import rows_of as receivables_of
from wuyefei.insight.measures.queries.sums import BUCKETS
from wuyefei.insight.measures.queries.trend import by_month, trend
from wuyefei.insight.measures.rules import DEFINED, Figures

pytestmark = pytest.mark.django_db
DOCUMENT = "rules/measures.md"
DEFINITIONS, STORY, OPTIONS, KINDS, AGES, CHANNELS = range(6)
DAYS = [dt.date(2026, 1, 31), dt.date(2026, 2, 14), dt.date(2026, 2, 28), dt.date(2026, 3, 31)]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """The story, told once for the tests of this file."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield three_months()
        transaction.set_rollback(True)


@pytest.fixture
def world(told: World, db: None) -> Iterator[World]:
    with clock.at(END):
        yield told


def figures(world: World, period: str, as_of: dt.date, options: Options | None = None) -> Figures:
    return whole(cells(scope_of(world["auditor"], Period.parse(period), as_of, options=options)))[0]


def text(value: Decimal | None, places: Decimal = Decimal("0.0001")) -> str:
    return "—" if value is None else str(value.quantize(places, rounding=ROUND_HALF_UP))


def test_the_definitions_are_those_of_the_document() -> None:
    printed = {row["指标"]: row["口径（第 1 版）"] for row in rows_of(DOCUMENT, DEFINITIONS)}
    assert printed == {measure.label: measure.definition for measure in DEFINED.values() if measure.version == 1}


def test_the_story(world: World) -> None:
    for row in rows_of(DOCUMENT, STORY):
        as_of = dt.date.fromisoformat(row["截止日"])
        now = figures(world, row["账期"], as_of)
        money = channels(scope_of(world["auditor"], Period.parse(row["账期"]), as_of))
        found = {
            "账期": row["账期"], "截止日": row["截止日"], "应收": yuan(now.due_fen), "已收": yuan(now.paid_fen), "当期": text(now.current),
            "户数": f"{now.households_paid}/{now.households}", "期初欠费": yuan(now.opening_fen), "清欠": yuan(now.cleared_fen),
            "清欠率": text(now.clearance), "综合": text(now.overall), "期末欠费": yuan(now.closing_fen), "周转天数": text(now.dso, Decimal("0.1")),
            "收款": yuan(sum(one.fen for one in money)), "线上": text(online_share(money)),
        }  # fmt: skip
        assert found == row


def test_the_options(world: World) -> None:
    for row in rows_of(DOCUMENT, OPTIONS):
        options = Options(row["预存抵扣计入"] == "是", row["违约金计入"] == "是", row["减免冲减应收"] == "是")
        now = figures(world, "2026-Q1", END, options)
        assert (yuan(now.due_fen), yuan(now.paid_fen), text(now.current)) == (row["应收"], row["已收"], row["当期"])
        assert (now.households_paid, now.households) == (2, 4)


def test_by_kind(world: World) -> None:
    board = dashboard(scope_of(world["auditor"], Period.parse("2026-Q1"), END), Dimension.KIND)
    found = {
        str(group.key[0]): {
            "类型": group.key[0], "应收": yuan(group.figures.due_fen), "已收": yuan(group.figures.paid_fen), "当期": text(group.figures.current),
            "户数": f"{group.figures.households_paid}/{group.figures.households}", "期末欠费": yuan(group.figures.closing_fen),
        }
        for group in board.groups
    }  # fmt: skip
    assert list(found.values()) == rows_of(DOCUMENT, KINDS)
    assert [group.target for group in board.groups] == [Decimal("0.95"), Decimal("0.872")]
    assert board.target == Decimal("0.8720") and board.mean == Decimal("0.842")


def test_ages(world: World) -> None:
    for row in rows_of(DOCUMENT, AGES):
        as_of = dt.date.fromisoformat(row["截止日"])
        _, ages = whole(cells(scope_of(world["auditor"], Period.month(Month.of(as_of)), as_of)))
        assert [yuan(age.fen) for age in ages[:3]] == [row["未到期"], row["0–30 天"], row["31–90 天"]]
        assert [age.fen for age in ages[3:]] == [0, 0, 0, 0]


@pytest.mark.parametrize("as_of", DAYS)
@pytest.mark.parametrize("period", ["2026-01", "2026-02", "2026-03", "2026-Q1", "2026"])
def test_one_pass_says_what_the_other_reports_say(world: World, period: str, as_of: dt.date) -> None:
    """Taking movements back from today gives what summing them up to the day gives: ages, arrears, every row."""
    asked = Period.parse(period)
    if asked.first > as_of:
        return
    scope = scope_of(world["auditor"], asked, as_of)
    now, ages = whole(cells(scope))
    listed = {line.bucket: line for line in ageing(world["auditor"], as_of)}
    for bucket, age in zip(BUCKETS, ages, strict=True):
        assert (age.receivables, age.households, age.fen) == (
            listed[bucket].receivables, listed[bucket].properties, listed[bucket].outstanding_fen,
        ), bucket  # fmt: skip
        assert sum_of(scope, Figure.OPEN, bucket).fen == age.fen
    rows = [row for row in arrears(world["auditor"], as_of) if row.outstanding_fen]
    assert now.arrears_fen == sum(row.outstanding_fen for row in rows if row.bucket is not Bucket.NOT_DUE)
    wanted = {
        Figure.DUE: now.due_fen, Figure.PAID: now.paid_fen, Figure.UNPAID: now.unpaid_fen, Figure.OPENING: now.opening_fen,
        Figure.CLEARED: now.cleared_fen, Figure.ARREARS: now.arrears_fen,
    }  # fmt: skip
    for figure, fen in wanted.items():
        found = receivables_of(scope, figure, limit=100)
        assert sum(row.amount_fen for row in found) == fen == sum_of(scope, figure).fen, figure


def test_channels(world: World) -> None:
    methods = {"现金": "cash", "扫码": "scan", "POS 刷卡": "card", "银行转账": "transfer"}
    for row in rows_of(DOCUMENT, CHANNELS):
        scope = scope_of(world["auditor"], Period.parse(row["账期"]), dt.date.fromisoformat(row["截止日"]))
        found = {channel.method: yuan(channel.fen) for channel in channels(scope)}
        assert {name: found.get(method, "0.00") for name, method in methods.items()} == {name: row[name] for name in methods}


def test_the_months_stand_as_at_their_ends(world: World) -> None:
    scope = scope_of(world["auditor"], Period.parse("2026-Q1"), END)
    found = by_month(trend(scope, [Month(2026, 1), Month(2026, 2), Month(2026, 3)]))
    ends = [figures(world, f"2026-0{month}", day) for month, day in ((1, DAYS[0]), (2, DAYS[2]), (3, DAYS[3]))]
    assert [(one.due_fen, one.paid_fen) for one in found.values()] == [(one.due_fen, one.paid_fen) for one in ends]


def test_a_period_under_way_is_set_against_equally_much_of_the_last(world: World) -> None:
    other = beside(scope_of(world["auditor"], Period.parse("2026-02"), dt.date(2026, 2, 14)), Period.parse("2026-01"))
    assert other.as_of == dt.date(2026, 1, 14)
    over = beside(scope_of(world["auditor"], Period.parse("2026-02"), END), Period.parse("2026-01"))
    assert over.as_of == dt.date(2026, 1, 31)


def test_groups_add_up_to_the_whole(world: World) -> None:
    scope = scope_of(world["auditor"], Period.parse("2026-02"), END)
    for dimension in Dimension:
        board = dashboard(scope, dimension)
        assert sum(group.figures.due_fen for group in board.groups) == board.figures.due_fen, dimension
        assert sum(group.figures.arrears_fen for group in board.groups) == board.figures.arrears_fen
        assert sum(group.figures.cleared_fen for group in board.groups) == board.figures.cleared_fen


def test_nobody_sees_other_places(world: World) -> None:
    scope = scope_of(world["outsider"], Period.parse("2026-Q1"), END)
    assert whole(cells(scope))[0] == Figures() and channels(scope) == []
    assert receivables_of(scope, Figure.DUE) == []
