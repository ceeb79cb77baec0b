"""Whose money a line is: the worked table, and what must hold of any."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.bank.rules.matching import (
    LEAD,
    SURE,
    WEIGHTS,
    Directory,
    Due,
    Facts,
    Verdict,
    candidates,
    judge,
    names_in,
    room_key,
    rooms_in,
)

HOMES = {"1-1-101": (1, 11, "陆小满", "A"), "1-1-102": (2, 12, "沈秋白", ""), "1-1-201": (3, 13, "顾予安", "")}
DUES = {11: [Due(101, 1, 10000), Due(102, 1, 15000)], 12: [Due(103, 2, 22388)]}
CODES = {row[0]: code for code, row in HOMES.items()}


def directory() -> Directory:
    found = Directory()
    for code, (pk, payer, name, mark) in HOMES.items():
        found.add(pk, code, payer, name, mark)
    found.by_habit["B"] = [(2, 12)]
    return found


def verdict(facts: Facts) -> Verdict:
    return judge(facts, candidates(facts, directory()), DUES)


def test_the_weights_are_those_of_the_document() -> None:
    assert {row["依据"]: int(row["分"]) for row in rows_of("rules/matching.md")} == {str(key): fen for key, fen in WEIGHTS.items()}
    assert (SURE, LEAD) == (80, 30)


@pytest.mark.parametrize("row", rows_of("rules/matching.md", 1), ids=lambda row: f"{row['付款户名']} {row['摘要']} {row['金额']}")
def test_worked_lines(row: dict[str, str]) -> None:
    found = verdict(Facts(parse_yuan(row["金额"]), row["付款户名"], row["账号"], row["摘要"]))
    assert (CODES[found.ranked[0].property_id] if found.ranked else "") == row["第一个"]
    assert (found.ranked[0].score if found.ranked else 0) == int(row["分"])
    assert ("入账" if found.sure else str(found.doubt) if found.ranked else "无人") == row["结果"]


@pytest.mark.parametrize(("text", "rooms"), [
    ("缴3-2-1201物业费", ["3-2-1201", "3-2", "2-1201"]), ("3栋2单元1201室", ["3-2-1201", "3-2", "2-1201"]), ("1-3月物业费", []),
    ("2026-01-05转账", ["2026-01-05", "2026-01", "01-05"]), ("物业费", []), ("b1-001车位", ["B1-001"]), ("3号楼—201", ["3-201"]),
])  # fmt: skip
def test_rooms_in_a_memo(text: str, rooms: list[str]) -> None:
    assert list(rooms_in(text)) == rooms


def test_a_named_room_is_paid_before_the_payers_other_ones() -> None:
    book = directory()
    book.add(4, "1-1-301", 11, "陆小满", "A")
    dues = {11: [Due(101, 1, 10000), Due(104, 4, 15000)]}
    facts = Facts(15000, "陆小满", "", "1-1-301")
    found = judge(facts, candidates(facts, book), dues)
    assert found.sure and found.ranked[0].property_id == 4 and found.receivable_ids == (104,)
    facts = Facts(25000, "陆小满", "A", "两套")
    found = judge(facts, candidates(facts, book), dues)
    assert found.sure and found.receivable_ids is None


def test_namesakes_are_never_guessed() -> None:
    book = directory()
    book.add(5, "1-1-302", 15, "陆小满")
    facts = Facts(25000, "陆小满", "", "物业费")
    found = judge(facts, candidates(facts, book), DUES)
    assert not found.sure and {one.payer_id for one in found.ranked} == {11, 15}


def test_room_keys_and_names() -> None:
    assert room_key("3栋2单元1201室") == room_key("3-2-1201") == "3-2-1201"
    assert "陆小满" in set(names_in("代陆小满缴费"))


texts = st.text(alphabet="陆小满沈秋白顾予安物业费栋单元室0123456789-—月 ", max_size=40)


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.sampled_from(["", "A", "B"]), st.integers(1, 60000))
def test_what_is_sure_has_its_score_and_lead(name: str, memo: str, mark: str, fen: int) -> None:
    found = verdict(Facts(fen, name, mark, memo))
    assert len({one.payer_id for one in found.ranked}) == len(found.ranked)
    assert [one.score for one in found.ranked] == sorted((one.score for one in found.ranked), reverse=True)
    if found.sure:
        best, *others = found.ranked
        assert best.score >= SURE and all(best.score - other.score >= LEAD for other in others)
        assert fen <= sum(due.fen for due in DUES.get(best.payer_id, [])) or "预" in memo
