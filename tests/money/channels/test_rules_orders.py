"""The documents' tables of what a report means and when is asked, and the tables of transitions."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.channels.rules import (
    ORDER_MOVES,
    REFUND_DUE,
    REFUND_MOVES,
    IllegalMove,
    OrderState,
    RefundMethod,
    RefundState,
    Report,
    Said,
    Verdict,
    check_order_move,
    check_refund_move,
    judge,
    next_ask,
    refund_owner,
)

STATES = {"待支付": OrderState.CREATED, "已支付": OrderState.PAID, "已关闭": OrderState.CLOSED, "异常": OrderState.EXCEPTION}
VERDICTS = {"入账": Verdict.BOOK, "存入预存": Verdict.LATE, "待查款": Verdict.SUSPENSE, "重复": Verdict.SAME, "前后矛盾": Verdict.CONTRADICTS}
START = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("row", rows_of("rules/online-orders.md"), ids=lambda row: f"{row['订单状态']}-{row['结果']}")
def test_what_a_report_means(row: dict[str, str]) -> None:
    booked, _, transaction = row["已入账"].partition(" ")
    report = Report("N", Said.PAID, parse_yuan(row["渠道说到账"], ""), row["渠道流水号"])
    paid = parse_yuan(booked, "") if booked else None
    assert judge(STATES[row["订单状态"]], parse_yuan(row["订单金额"], ""), paid, transaction, report) is VERDICTS[row["结果"]]


@pytest.mark.parametrize("row", rows_of("rules/online-orders.md", 1), ids=lambda row: row["下单后"])
def test_when_it_is_asked_again(row: dict[str, str]) -> None:
    now = START + dt.timedelta(seconds=int(row["下单后"].split()[0]))
    assert next_ask(START, now) - now == dt.timedelta(seconds=int(row["隔多久再问"].split()[0]))


@given(st.sampled_from(list(OrderState)), st.integers(1, 10**9), st.integers(1, 10**9), st.text("ab", max_size=1), st.text("ab", max_size=1))
def test_money_is_booked_at_most_once(state: OrderState, asked: int, came: int, before: str, now: str) -> None:
    """Whatever comes after the first booking books nothing."""
    verdict = judge(state, asked, came, before, Report("N", Said.PAID, came, now))
    assert verdict is (Verdict.SAME if before == now else Verdict.CONTRADICTS)


def test_no_state_is_left_but_by_its_table() -> None:
    for now in OrderState:
        for then in OrderState:
            if then in ORDER_MOVES[now]:
                check_order_move(now, then)
            else:
                with pytest.raises(IllegalMove):
                    check_order_move(now, then)


def test_every_open_refund_has_a_deadline_an_owner_and_a_way_on() -> None:
    for state in RefundState:
        open_ = bool(REFUND_MOVES[state])
        assert (state in REFUND_DUE) is open_
        for method in RefundMethod:
            assert bool(refund_owner(state, method)) is open_
    reachable, found = {RefundState.REQUESTED}, {RefundState.REQUESTED}
    while found:
        found = {then for now in found for then in REFUND_MOVES[now]} - reachable
        reachable |= found
    assert reachable == set(RefundState)
    with pytest.raises(IllegalMove):
        check_refund_move(RefundState.DONE, RefundState.SENT)
