"""Allocation and tenders: the worked tables of ``docs/rules/allocation.md`` and their properties."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.payments.rules import Bill, Order, Part, TenderError, allocate_payment, settle_tenders

NAMES = {"违约金": Part.LATE_FEE, "本金": Part.PRINCIPAL, "费用": Part.COST}


@pytest.mark.parametrize("row", rows_of("rules/allocation.md"), ids=lambda row: f"{row['收款']} {row['顺序']}")
def test_worked_table(row: dict[str, str]) -> None:
    order = {"法定": Order.LAW, "先本金": Order.PRINCIPAL}[row["顺序"]]
    bills = []
    for number, text in enumerate(row["账单"].split("，"), start=1):
        due, sums = text.split()
        principal, late = sums.split("/")
        bills.append(Bill(number, dt.date.fromisoformat(due), parse_yuan(principal), parse_yuan(late), order))
    settled, left = allocate_payment(parse_yuan(row["收款"]), bills)
    wanted = []
    for part in row["核销"].split("；"):
        number, name, amount = part.split()
        wanted.append((int(number), NAMES[name], parse_yuan(amount)))
    assert [(part.receivable_id, part.part, part.amount_fen) for part in settled] == wanted
    assert left == parse_yuan(row["剩余"])


def test_in_the_order_given() -> None:
    bills = [Bill(1, dt.date(2026, 2, 1), 100, 0), Bill(2, dt.date(2026, 1, 1), 100, 0)]
    assert [part.receivable_id for part in allocate_payment(150, bills, in_given_order=True)[0]] == [1, 2]
    assert [part.receivable_id for part in allocate_payment(150, bills)[0]] == [2, 1]


def test_what_it_cost_to_realise_debts_comes_before_them() -> None:
    """Court fees that a judgment laid on the payer fell due last, and are settled first (Civil Code 561)."""
    fees = Bill(9, dt.date(2026, 9, 1), 5_000, 0, Order.COSTS)
    bills = [Bill(1, dt.date(2026, 1, 15), 25_000, 375), Bill(2, dt.date(2026, 2, 15), 20_000, 0), fees]
    settled, left = allocate_payment(10_000, bills)
    assert [(part.receivable_id, part.part, part.amount_fen) for part in settled] == [
        (9, Part.PRINCIPAL, 5_000), (1, Part.LATE_FEE, 375), (1, Part.PRINCIPAL, 4_625),
    ]  # fmt: skip
    assert left == 0
    assert [part.receivable_id for part in allocate_payment(10_000, bills, in_given_order=True)[0]] == [1, 1]


bill_lists = st.lists(
    st.builds(
        Bill, st.integers(1, 99), st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 10**6),
        st.integers(0, 10**4), st.sampled_from(list(Order)), st.integers(0, 500),
    ),
    max_size=6, unique_by=lambda bill: bill.receivable_id,
)  # fmt: skip


@given(st.integers(0, 10**7), bill_lists)
def test_conserves_and_never_exceeds(amount: int, bills: list[Bill]) -> None:
    settled, left = allocate_payment(amount, bills)
    assert sum(part.amount_fen for part in settled) + left == amount
    open_fen = {(bill.receivable_id, part): bill.open_fen(part) for bill in bills for part in Part}
    assert all(0 < part.amount_fen <= open_fen[part.receivable_id, part.part] for part in settled)
    assert len({(part.receivable_id, part.part) for part in settled}) == len(settled)
    if left:
        assert sum(part.amount_fen for part in settled) == sum(open_fen.values())


@pytest.mark.parametrize(
    ("offered", "due", "keep", "tenders", "change"),
    [
        ({"cash": 10000}, 9975, False, {"cash": 9975}, 25),
        ({"cash": 10000, "card": 5000}, 12000, False, {"cash": 7000, "card": 5000}, 3000),
        ({"cash": 10000, "card": 12000}, 12000, False, {"card": 12000}, 10000),
        ({"cash": 10000}, 9975, True, {"cash": 10000}, 0),
        ({"scan": 5000}, 12000, False, {"scan": 5000}, 0),
        ({"cash": 0, "scan": 5000}, 5000, False, {"scan": 5000}, 0),
    ],
)
def test_tenders(offered: dict[str, int], due: int, keep: bool, tenders: dict[str, int], change: int) -> None:
    taken = settle_tenders(offered, due, keep_rest=keep)
    assert (taken.tenders, taken.change_fen, taken.total_fen) == (tenders, change, sum(tenders.values()))


@pytest.mark.parametrize(
    ("offered", "due"), [({}, 100), ({"cash": 0}, 100), ({"cash": -5}, 100), ({"card": 200}, 100), ({"cash": 100}, 0)]
)
def test_tenders_refused(offered: dict[str, int], due: int) -> None:
    with pytest.raises(TenderError):
        settle_tenders(offered, due, keep_rest=False)
