"""Limitation, demand periods, eligibility and enforcement: the worked tables, and what always holds."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.collection.legal.rules.costs import Outlook, enforce_fee, preserve_fee, suit_fee
from wuyefei.collection.legal.rules.deadlines import Known, Mail, deadlines
from wuyefei.collection.legal.rules.eligibility import Debt, assets_missing, demand_over, roads
from wuyefei.collection.legal.rules.expenses import (
    Fee,
    Move,
    NotThatMuch,
    back_fen,
    check_move,
    sums_of,
)
from wuyefei.collection.legal.rules.limitation import (
    Break,
    Interruption,
    Obstacle,
    clock_of,
    enforce_by,
    years_after,
)
from wuyefei.collection.legal.rules.road import (
    ACTS,
    BOARD,
    NotNow,
    Step,
    acts_in,
    gives_up,
    next_step,
    read_facts,
    replay,
)
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan, yuan_text
from wuyefei.foundation.kernel.workdays import CALENDAR
from wuyefei.money.payments.rules import Bill, Order, Part, allocate_payment

TODAY = dt.date(2026, 11, 25)
PAGE = "rules/limitation.md"


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text and text != "—" else None


def a_day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def breaks(text: str) -> list[Interruption]:
    parts = [one.split() for one in text.split("；") if one]
    return [Interruption(a_day(one[0]), Break(one[1]), day(one[2]) if len(one) > 2 else None) for one in parts]


@pytest.mark.parametrize("row", rows_of(PAGE, 0), ids=lambda row: f"{row['到期日']} {row['中断']}{row['中止']}")
def test_limitation(row: dict[str, str]) -> None:
    obstacles = [Obstacle(a_day(row["中止"].split()[0]), day(row["中止"].split()[1]))] if row["中止"] else []
    clock = clock_of(a_day(row["到期日"]), breaks(row["中断"]), obstacles)
    assert clock.last_on == (None if row["届满"] == "不计算" else a_day(row["届满"]))
    assert clock.moved_to(CALENDAR) == day(row["顺延到"])


@pytest.mark.parametrize("row", rows_of(PAGE, 1), ids=lambda row: row["送达"])
def test_demand_periods(row: dict[str, str]) -> None:
    assert demand_over(a_day(row["送达"]), CALENDAR) == a_day(row["催告期满"])


@pytest.mark.parametrize("row", rows_of(PAGE, 2), ids=lambda row: "-".join(row.values()))
def test_which_debt_may_go_where(row: dict[str, str]) -> None:
    fen = parse_yuan(row["合计"], "合计")
    debt = Debt(
        a_day(row["到期日"]), fen, fen, day(row["催告期满"]), row["调解过"] == "是", row["提前"] == "是", row["争议"] == "是", None,
        day(row["执行期限"]),
    )  # fmt: skip
    answers = roads(debt, TODAY)
    assert ["是" if one.allowed else "否" for one in answers] == [row["催款函"], row["调解"], row["起诉"], row["执行"]]
    assert all(one.why for one in answers)


@pytest.mark.parametrize("row", rows_of(PAGE, 3), ids=lambda row: row["生效"])
def test_enforcement(row: dict[str, str]) -> None:
    assert enforce_by(a_day(row["生效"]), day(row["履行期满"])) == a_day(row["最后一日"])


DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2030, 1, 1))


@given(DAYS, st.lists(st.builds(Interruption, DAYS, st.sampled_from([Break.DEMAND, Break.PART_PAID, Break.ACKNOWLEDGED]))))
def test_an_interruption_never_shortens(due_on: dt.date, found: list[Interruption]) -> None:
    last = clock_of(due_on, found).last_on
    assert last is not None and last >= years_after(due_on, 3)
    assert last in {years_after(due_on, 3), *(years_after(one.on, 3) for one in found)}
    assert clock_of(due_on, list(reversed(found))).last_on == last


@given(DAYS, DAYS, st.integers(0, 2_000_000))
def test_where_only_time_is_missing_the_day_is_right(due_on: dt.date, today: dt.date, fen: int) -> None:
    debt = Debt(due_on, fen, fen)
    found = roads(debt, today)[0]
    if found.from_on is not None:
        assert not found.allowed and found.from_on > today
        assert roads(debt, found.from_on)[0].allowed and not roads(debt, found.from_on - dt.timedelta(days=1))[0].allowed


def test_every_step_leads_to_an_end_and_the_table_is_whole() -> None:
    for step in BOARD:
        assert {act.code for act in acts_in(step)} >= {"close", "cost", "assets"}
    assert [act.code for act in acts_in(Step.CLOSED)] == ["ended"]  # a bankruptcy goes on after the matter
    assert next_step(ACTS["enforce"], Step.JUDGED) is Step.ENFORCEMENT
    with pytest.raises(NotNow) as error:
        next_step(ACTS["enforce"], Step.COURT)
    assert error.value.text == "现在是「诉讼」，不能「申请执行」，没有改动。"


def test_facts_are_read_and_refused_by_field() -> None:
    given_ = {"on": "2026-11-20", "agreed_fen": "3000", "last_on": "2027-02-28", "times": "3"}
    facts = read_facts(ACTS["agreed"], given_, TODAY)
    assert facts == {"on": "2026-11-20", "agreed_fen": 300000, "last_on": "2027-02-28", "times": "3", "note": None}
    assert gives_up(ACTS["agreed"], facts, 350000) == 50000 and gives_up(ACTS["agreed"], facts, 300000) == 0
    for name, value, said in [("on", "2026-11-26", "不能在今天以后"), ("on", "", "不能为空"), ("agreed_fen", "-1", "")]:
        with pytest.raises(Invalid) as error:
            read_facts(ACTS["agreed"], given_ | {name: value}, TODAY)
        assert said in error.value.text


def test_the_nearest_day_comes_first() -> None:
    sent = Mail(a_day("2026-11-02"), a_day("2026-11-03"), a_day("2026-11-06"))
    found = deadlines(Known(Step.DEMAND, a_day("2026-11-03"), (sent,), limitation_on=a_day("2026-11-30")), CALENDAR, TODAY)
    assert [(str(one.on), one.what) for one in found] == [
        ("2026-11-13", "送达后回访"), ("2026-11-20", "催告期满，决定下一步"), ("2026-11-30", "诉讼时效届满"),
    ]  # fmt: skip
    performing = Known(Step.PERFORMING, a_day("2026-11-20"), agreed_on=a_day("2026-11-20"), last_on=a_day("2027-05-20"))
    assert [str(one.on) for one in deadlines(performing, CALENDAR, TODAY)] == ["2026-12-20", "2027-05-20"]
    judged = Known(Step.JUDGED, TODAY, effective_on=a_day("2026-11-01"), perform_by=a_day("2026-12-01"))
    assert [str(one.on) for one in deadlines(judged, CALENDAR, TODAY)] == ["2026-12-01", "2028-12-01"]
    assert deadlines(Known(Step.ENFORCEMENT, TODAY), CALENDAR, TODAY)[0].what == "复查案件"


@pytest.mark.parametrize("row", rows_of("rules/court-costs.md", 0), ids=lambda row: row["标的"])
def test_court_fees(row: dict[str, str]) -> None:
    fen = parse_yuan(row["标的"], "标的")
    found = [suit_fee(fen), suit_fee(fen, "small"), suit_fee(fen, "order"), preserve_fee(fen), enforce_fee(fen)]
    assert [yuan_text(fee).replace(",", "") for fee in found] == [row["普通"], row["小额、简易"], row["支付令"], row["保全"], row["执行"]]


@pytest.mark.parametrize("row", rows_of("rules/court-costs.md", 2), ids=lambda row: f"{row['预交']} {row['怎么结束']}")
def test_what_the_court_gives_back(row: dict[str, str]) -> None:
    ended = {"胜诉": "won", "调解": "mediated", "撤诉": "withdrawn", "转为简易": "summary", "败诉": "lost"}[row["怎么结束"]]
    assert back_fen(parse_yuan(row["预交"], ""), ended) == parse_yuan(row["应退"], "")


@pytest.mark.parametrize("row", rows_of("rules/court-costs.md", 3), ids=lambda row: row["收到"])
def test_costs_come_first(row: dict[str, str]) -> None:
    bills = [Bill(1, a_day("2026-01-15"), 25000, 375), Bill(2, a_day("2026-02-15"), 20000, 0), Bill(3, a_day("2026-09-23"), 5000, 0, Order.COSTS)]
    settled, left = allocate_payment(parse_yuan(row["收到"], ""), bills)
    found = {(one.receivable_id, one.part): one.amount_fen for one in settled}
    parts = [(3, Part.PRINCIPAL), (1, Part.LATE_FEE), (1, Part.PRINCIPAL), (2, Part.PRINCIPAL)]
    assert [found.get(part, 0) for part in parts] + [left] == [
        parse_yuan(row[name], "") for name in ("费用", "第一笔违约金", "第一笔本金", "第二笔本金", "转预存")
    ]


@given(st.lists(st.tuples(st.sampled_from(Move), st.integers(1, 10**7)), max_size=12))
def test_never_more_is_decided_on_than_was_laid_out(moves: list[tuple[Move, int]]) -> None:
    done: list[tuple[Move, int]] = []
    for move, fen in moves:
        try:
            check_move(move, Fee.COURT, fen, sums_of(done), agreed=False)
        except NotThatMuch:
            continue
        done.append((move, fen))
        sums = sums_of(done)
        assert sums.waiting_fen >= 0 and sums.spent_fen == sums.waiting_fen + sums.awarded_fen + sums.cost_fen


@given(st.integers(0, 5_000_000_00), st.integers(0, 5_000_000_00))
def test_a_larger_claim_never_costs_less(first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert suit_fee(low) <= suit_fee(high) and enforce_fee(low) <= enforce_fee(high) and preserve_fee(low) <= preserve_fee(high) <= 500_000


def test_what_a_suit_leaves() -> None:
    out = Outlook(claimed_fen=840_00, expected_fen=4000_00, spent_fen=60_00, fee_fen=25_00)
    assert (out.recoverable_fen, out.net_fen, out.worth_it) == (840_00, 755_00, True)
    assert not Outlook(840_00, 80_00, 60_00, 25_00).worth_it


def test_assets_are_looked_up_before_a_suit() -> None:
    assert "财产查询" in assets_missing(None, TODAY)
    assert assets_missing(TODAY - dt.timedelta(days=90), TODAY) == ""
    assert "2026-08-26 的，超过 90 天" in assets_missing(TODAY - dt.timedelta(days=91), TODAY)


def test_events_lead_to_a_step() -> None:
    assert replay([]) is Step.PREPARE and replay(["open", "letter", "posted", "delivered"]) is Step.DEMAND
    assert replay(["open", "mediate", "agreed", "breached", "assets", "file", "judged", "enforce", "paid"]) is Step.CLOSED
    with pytest.raises(NotNow):
        replay(["open", "judged"])


def test_days_of_preservation_and_payment_orders() -> None:
    before = Known(Step.DEMAND, TODAY, held=((a_day("2026-11-20"), "account"),))
    assert [(str(one.on), one.what) for one in deadlines(before, CALENDAR, TODAY)] == [
        ("2026-12-20", "诉前保全后起诉的最后一日"), ("2027-11-20", "财产保全到期，申请续行"),
    ]  # fmt: skip
    court = Known(Step.COURT, TODAY, held=((a_day("2024-02-29"), "land"),), served_on=a_day("2026-11-20"))
    assert [str(one.on) for one in deadlines(court, CALENDAR, TODAY)] == ["2026-12-05", "2027-02-28"]
