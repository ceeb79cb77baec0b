"""The worked tables of ``docs/rules/price-increase.md``, the packs' files, and the clause checker with rules of a place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.docs import rows_of
from wuyefei.estate.contracts.clauses import LocalTerm, Severity, check_clauses
from wuyefei.estate.contracts.rules import ContractDraft
from wuyefei.estate.localrules.packs import packs
from wuyefei.estate.localrules.rules import (
    Agreed,
    BadPack,
    NeedsConsultation,
    Pack,
    Votes,
    check_increase,
    check_votes,
    read_pack,
    short_of,
)
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.contacts.rules.measures import BANS

DOC, BALLOTS, PRICES = "rules/price-increase.md", 0, 1
NAMED = {"ids": lambda row: row["名称"]}
CARRIED = Votes(Decimal(30000), 300, Decimal(24000), 240, Decimal(15000), 150)


@pytest.mark.parametrize("row", rows_of(DOC, BALLOTS), **NAMED)
def test_ballots(row: dict[str, str]) -> None:
    area = [Decimal(row[name]) for name in ("全体面积", "参与面积", "同意面积")]
    heads = [int(row[name]) for name in ("全体人数", "参与人数", "同意人数")]
    votes = Votes(area[0], heads[0], area[1], heads[1], area[2], heads[2])
    check_votes(votes)
    assert ("，".join(short_of(votes)) or "—") == row["没有通过的原因"]


@pytest.mark.parametrize("row", rows_of(DOC, PRICES), **NAMED)
def test_prices(row: dict[str, str]) -> None:
    agreed = Agreed(Decimal("2.80"), Decimal(0), dt.date(2027, 1, 1), dt.date.fromisoformat(row["公示日"]), CARRIED)
    day = dt.date.fromisoformat(row["新价生效"])
    if row["结果"] == "可以":
        check_increase(packs()["national"], Decimal(row["新单价"]), Decimal(0), day, [agreed])
        return
    with pytest.raises(NeedsConsultation, match=row["结果"]):
        check_increase(packs()["national"], Decimal(row["新单价"]), Decimal(0), day, [agreed])


def test_without_a_record_and_with_a_lost_ballot() -> None:
    with pytest.raises(NeedsConsultation, match="没有经另一人确认的征询记录"):
        check_increase(packs()["beijing"], Decimal(3), Decimal(0), dt.date(2027, 1, 1), [])
    lost = Agreed(Decimal(3), Decimal(0), dt.date(2027, 1, 1), dt.date(2026, 1, 1), Votes(Decimal(9), 9, Decimal(9), 9, Decimal(4), 9))
    with pytest.raises(NeedsConsultation, match="同意的面积没有过半数"):
        check_increase(packs()["national"], Decimal(3), Decimal(0), dt.date(2027, 1, 1), [lost])
    won = Agreed(Decimal(3), Decimal(0), dt.date(2027, 1, 1), dt.date(2026, 1, 1), CARRIED)
    check_increase(packs()["national"], Decimal(3), Decimal(0), dt.date(2027, 1, 1), [lost, won])


@pytest.mark.parametrize("votes", [
    Votes(Decimal(0), 0, Decimal(0), 0, Decimal(0), 0), Votes(Decimal(9), 9, Decimal(10), 9, Decimal(1), 1),
    Votes(Decimal(9), 9, Decimal(8), 8, Decimal(8), 9), Votes(Decimal(9), 9, Decimal(8), 8, Decimal(-1), 1),
])  # fmt: skip
def test_ballots_that_cannot_be_are_refused(votes: Votes) -> None:
    with pytest.raises(Invalid):
        check_votes(votes)


def test_every_pack_says_where_each_rule_stands_and_only_checked_ones_have_figures() -> None:
    found = packs()
    assert list(found) == ["national", "beijing", "guangzhou", "shanghai", "shenzhen"]
    for pack in found.values():
        assert pack.notice_months == 1 and pack.vote is not None and pack.vote.quorum == (2, 3)
        assert pack.forbids <= set(BANS) and "cut_water" in pack.forbids
        for rule in pack.rules:
            assert rule.source and rule.says
            assert rule.checked or not (rule.notice_months or rule.vote or rule.forbids or rule.rate_max or rule.cap_max or rule.ceiling)


def pack_of(**rule: Any) -> Pack:
    row = {"topic": "price", "says": "某规定", "source": "某文件", "checked": True, **rule}
    return read_pack("某市", {"code": "x", "city": "某市", "version": "1", "since": dt.date(2026, 1, 1), "rules": [row]}, {})


@pytest.mark.parametrize("rule", [{"topic": "weather"}, {"source": ""}, {"ceilling": "3"}])
def test_a_pack_that_is_none_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(BadPack, match="某市"):
        pack_of(**rule)
    with pytest.raises(BadPack, match="city"):
        read_pack("某市", {"code": "x", "rules": []}, {})


def test_an_unchecked_rule_refuses_nothing() -> None:
    pack = pack_of(topic="vote", checked=False, vote="residential", notice_months=3)
    assert (pack.vote, pack.notice_months) == (None, 0)
    check_increase(pack, Decimal(9), Decimal(0), dt.date(2027, 1, 1), [])


DRAFT = ContractDraft(
    "A-1", "前期物业服务合同", dt.date(2026, 1, 1), 3, 15, late_fee_rate=Decimal("0.0005"), late_fee_cap=Decimal("0.05"),
    price_regime="guided", ceiling_per_m2=Decimal("2.80"), service_grade="二级", late_fee_clause="第九条", fee_clause="第六条",
)  # fmt: skip


def test_the_clause_checker_consults_the_rules_of_the_place() -> None:
    def said(checked: bool, **figures: Decimal) -> list[tuple[str, str]]:
        term = LocalTerm("late_fee" if "rate_max" in figures else "price", "某规定", "某文件", checked, **figures)
        return [(note.severity.value, str(note.message)) for note in check_clauses(DRAFT, local=[term]) if note.source == "某文件"]

    assert said(True, rate_max=Decimal("0.0003")) == [(Severity.ERROR.value, "日比例 0.0005 高于本地规则的 0.0003。")]
    assert said(False, rate_max=Decimal("0.0003")) == [(Severity.WARNING.value, "日比例 0.0005 高于本地规则的 0.0003。")]
    assert said(True, ceiling=Decimal("2.50")) == [(Severity.ERROR.value, "指导价上限 2.80 高于本地规则的 2.50。")]
    assert said(True, ceiling=Decimal("2.80")) == [(Severity.NOTE.value, "某规定")]
    assert said(False) == [(Severity.NOTE.value, "本地规则（未核对）：某规定。")]
