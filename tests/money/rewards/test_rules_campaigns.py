"""The worked tables of docs/rules/concessions-campaigns.md line by line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.rewards.rules import (
    CampaignKind,
    NotReached,
    OutOfStock,
    OverBudget,
    Terms,
    Tier,
    check_day,
    check_terms,
    reached,
    waived,
)

D = dt.date
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rules" / "concessions-campaigns.md").read_text(encoding="utf-8")
LINES = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
GIFTS = [cells for cells in LINES if len(cells) == 3 and cells[0][0].isdigit()]
FEES = [cells for cells in LINES if len(cells) == 5 and cells[0][0].isdigit()]
TIERS = (Tier(100_000, "洗车券", 500, 2), Tier(300_000, "空调清洗", 8_000, 1), Tier(600_000, "空调清洗和家政券", 12_000, 5))
WHY: dict[str, type[DomainError]] = {"没有达到": NotReached, "已发完": OutOfStock, "超预算": OverBudget, "已缴清": Invalid}
SPAN = Span(D(2026, 6, 1), D(2026, 6, 30))


@pytest.mark.parametrize("row", GIFTS, ids=" ".join)
def test_the_table_of_tiers(row: list[str]) -> None:
    paid, given = parse_yuan(row[0]), [int(part) for part in row[1].split("、")]
    if row[2] in WHY:
        with pytest.raises(WHY[row[2]]):
            reached(TIERS, given, paid)
    else:
        assert TIERS[reached(TIERS, given, paid)].gift == row[2]


@pytest.mark.parametrize("row", FEES, ids=" ".join)
def test_the_table_of_fees(row: list[str]) -> None:
    open_, most, budget, spent = (parse_yuan(cell) for cell in row[:4])
    if row[4] in WHY:
        with pytest.raises(WHY[row[4]]):
            waived(open_, most, budget, spent)
    else:
        assert waived(open_, most, budget, spent) == parse_yuan(row[4])


def test_terms() -> None:
    assert (len(GIFTS), len(FEES)) == (8, 6)
    good = Terms(CampaignKind.GIFT, SPAN, TIERS)
    check_terms(good, D(2026, 6, 30))
    assert good.most_cost_fen == 1_000 + 8_000 + 60_000 and Terms(CampaignKind.FEE, SPAN, (), 100, 900).most_cost_fen == 900
    for bad in (
        Terms(CampaignKind.GIFT, SPAN), Terms(CampaignKind.GIFT, SPAN, (*TIERS, TIERS[0])), Terms(CampaignKind.GIFT, SPAN, (Tier(1, " ", 0, 1),)),
        Terms(CampaignKind.GIFT, SPAN, (Tier(1, "券", 0, 0),)), Terms(CampaignKind.GIFT, Span(D(2026, 6, 1), D(2027, 6, 2)), TIERS),
        Terms(CampaignKind.FEE, SPAN, (), 0, 100), Terms(CampaignKind.FEE, SPAN, (), 101, 100),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            check_terms(bad, D(2026, 6, 1))
    with pytest.raises(Invalid):
        check_terms(good, D(2026, 7, 1))
    check_day(SPAN, D(2026, 6, 30))
    with pytest.raises(DomainError) as late:
        check_day(SPAN, D(2026, 7, 1))
    assert late.value.text == "活动在 2026-06-01 至 2026-06-30 之间有效。"
