"""Grades, rungs, next steps, promises and scripts: the worked tables, and what always holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.collection.followup.rules.cadence import Age, age_of, quarter_end, rung_of
from wuyefei.collection.followup.rules.grades import GRADE_OWNERS, Grade, grade, missing
from wuyefei.collection.followup.rules.nextstep import SILENT, Situation, next_step
from wuyefei.collection.followup.rules.promises import Promised, check_promise, verdict
from wuyefei.collection.followup.rules.scripts import BUILT_IN, FIELDS, advice, check_parts, interval, merged
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.relations.contacts.public import measures_in

TODAY = dt.date(2026, 11, 25)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "follow-up.md"


def table(title: str) -> list[list[str]]:
    part = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def nov(day: int) -> dt.date:
    return dt.date(2026, 11, day)


@pytest.mark.parametrize("row", table("债务级别"), ids=lambda row: "-".join(row))
def test_grades(row: list[str]) -> None:
    found = grade(parse_yuan(row[0], "欠费"), int(row[1]), int(row[2]), granted=row[3] == "是")
    assert (found.value, GRADE_OWNERS[found]) == (row[4], row[5])


@pytest.mark.parametrize("row", table("到了哪一步"), ids=lambda row: "-".join(row))
def test_rungs(row: list[str]) -> None:
    channels = [] if row[1] == "—" else row[1].split("、")
    assert rung_of(int(row[0]), channels, serious=row[2] == "是").code == row[3]


PLAIN = Situation(30000, 1, 1, nov(10))
ASKED = frozenset({"phone"})
SITUATIONS = {
    "没有别的": PLAIN,
    "11-24 到期": replace(PLAIN, oldest_due_on=nov(24)),
    "平时按时": replace(PLAIN, good=True),
    "今天刚打过没接通": replace(PLAIN, channels=ASKED, last_on=TODAY, answered=False),
    "今天刚打过没接通，七天里第 3 次": replace(PLAIN, channels=ASKED, last_on=TODAY, answered=False, tries=3),
    "今天刚打通过": replace(PLAIN, channels=ASKED, last_on=TODAY),
    "A 级，11-24 打通过，欠 2 期": replace(PLAIN, periods=2, running=2, channels=ASKED, last_on=nov(24)),
    "S 级，各步做过，11-24 打通过": replace(PLAIN, owed_fen=1_200_000, periods=4, running=4, channels=frozenset({"phone", "visit"}), last_on=nov(24)),
    "拒绝电话": replace(PLAIN, refused=frozenset({"phone"})),
    "拒绝电话、微信、短信": replace(PLAIN, refused=frozenset({"phone", "wechat", "sms"})),
    "号码不是本人": replace(PLAIN, wrong_number=True),
    "11-20 承诺 11-30 缴": replace(PLAIN, promise=Promised(30000, nov(30), nov(20)), channels=ASKED, last_on=nov(20)),
    "11-21 承诺 11-30 缴": replace(PLAIN, promise=Promised(30000, nov(30), nov(21)), channels=ASKED, last_on=nov(21)),
    "11-10 承诺 11-30 缴": replace(PLAIN, promise=Promised(30000, nov(30), nov(10)), channels=ASKED, last_on=nov(10)),
    "11-10 承诺 11-30 缴，11-24 问过": replace(PLAIN, promise=Promised(30000, nov(30), nov(10)), channels=ASKED, last_on=nov(24)),
    "11-10 承诺 11-24 缴没有缴": replace(PLAIN, promise=Promised(30000, nov(24), nov(10)), broken=True, channels=ASKED, last_on=nov(10)),
    "约好 11-28 上门": replace(PLAIN, planned_on=nov(28), planned_channel="visit"),
    "约好 11-28 上门，又有争议": replace(PLAIN, planned_on=nov(28), planned_channel="visit", disputed=True),
    "争议": replace(PLAIN, disputed=True),
    "分期到 12-15": replace(PLAIN, arranged_to=dt.date(2026, 12, 15)),
    "分期到 11-24，已过": replace(PLAIN, arranged_to=nov(24)),
    "去世": replace(PLAIN, deceased=True),
    "破产": replace(PLAIN, bankrupt=True),
    "个人信息已删除": replace(PLAIN, erased=True),
}


@pytest.mark.parametrize("row", table("下一步"), ids=lambda row: row[0])
def test_next_steps(row: list[str]) -> None:
    step = next_step(SITUATIONS[row[0]], TODAY)
    assert [step.kind.value, step.on.isoformat(), step.channel or "—"] == row[1:]
    assert step.why[0]


def test_every_situation_stands_in_the_table() -> None:
    assert {row[0] for row in table("下一步")} == set(SITUATIONS)


days = st.dates(dt.date(2026, 8, 1), dt.date(2026, 12, 31))
promises = st.builds(Promised, st.integers(1, 10**7), days, days)
channels = st.frozensets(st.sampled_from(["phone", "wechat", "sms", "app", "visit", "letter"]))
situations = st.builds(
    Situation, st.integers(1, 3_000_000), st.integers(1, 9), st.integers(1, 9), st.dates(dt.date(2024, 1, 1), dt.date(2026, 11, 24)),
    granted=st.booleans(), good=st.booleans(), channels=channels, last_on=st.none() | st.dates(dt.date(2026, 9, 1), TODAY),
    answered=st.booleans(), promise=st.none() | promises, broken=st.booleans(), planned_on=st.none() | days, planned_channel=st.just("visit"),
    disputed=st.booleans(), arranged_to=st.none() | days, deceased=st.booleans(), bankrupt=st.booleans(), erased=st.booleans(),
    wrong_number=st.booleans(), refused=channels,
)  # fmt: skip


@given(situations)
def test_what_holds_for_every_case(case: Situation) -> None:
    step = next_step(case, TODAY)
    assert step.on >= TODAY
    assert (step.kind in SILENT) == (step.channel == "")
    if case.disputed or case.deceased or case.bankrupt or case.erased:
        assert step.channel == ""
    if step.channel and step.kind.value != "planned":
        assert step.channel == "letter" or step.channel not in case.refused
        assert not (case.wrong_number and step.channel in ("phone", "sms"))
        assert case.last_on is None or step.on > case.last_on


@given(st.integers(0, 10**7), st.integers(1, 40), st.integers(1, 40), st.integers(0, 10**6))
def test_owing_more_never_lowers_the_grade(owed: int, periods: int, running: int, more: int) -> None:
    order = "BAS"
    before, after = (grade(fen, periods, running, granted=False) for fen in (owed, owed + more))
    assert order.index(after.value) >= order.index(before.value)


def test_missing_contacts() -> None:
    old = dt.date(2026, 9, 1)
    assert missing(Grade.S, [], old, TODAY) == 2 and missing(Grade.A, [], old, TODAY) == 4
    assert missing(Grade.S, [nov(19), nov(25)], old, TODAY) == 0
    assert missing(Grade.S, [nov(18), nov(25)], old, TODAY) == 1
    assert missing(Grade.S, [], nov(19), TODAY) == 0 and missing(Grade.S, [], nov(18), TODAY) == 2
    assert missing(Grade.B, [], old, TODAY) == 0 and missing(Grade.C, [], old, TODAY) == 0


def test_ages_and_quarters() -> None:
    assert [age_of(days) for days in (1, 30, 31, 90, 91)] == [Age.FRIENDLY, Age.FRIENDLY, Age.VALUE, Age.VALUE, Age.LAW]
    assert [quarter_end(dt.date(2026, month, 1)) for month in (1, 6, 7, 12)] == [
        dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30), dt.date(2026, 12, 31),
    ]  # fmt: skip


def test_promises() -> None:
    said = Promised(30000, nov(25), nov(20))
    assert [verdict(said, fen, day) for fen, day in ((29999, nov(25)), (30000, nov(21)), (29999, nov(26)), (30000, nov(26)))] == [
        "open", "kept", "broken", "kept",
    ]  # fmt: skip
    check_promise(30000, dt.date(2027, 1, 24), 30000, TODAY)
    for fen, day in ((30000, nov(24)), (30000, dt.date(2027, 1, 25)), (0, TODAY), (30001, TODAY)):
        with pytest.raises(Invalid):
            check_promise(fen, day, 30000, TODAY)


@pytest.mark.parametrize("age", list(Age))
def test_our_own_scripts_pass_the_linter(age: Age) -> None:
    check_parts(BUILT_IN[age])
    text = "\n".join(BUILT_IN[age])
    assert advice(text) == [] and measures_in(text) == []
    said = "".join(merged(BUILT_IN[age], dict.fromkeys(FIELDS, "某")))
    assert "{" not in said


def test_the_linter() -> None:
    assert [(one.said, one.better) for one in advice("你必须马上缴，否则走着瞧")] == [
        ("必须", "请您"), ("马上", "方便的时候"), ("否则", "如果有困难，可以"), ("你", "您"),
    ]  # fmt: skip
    good = BUILT_IN[Age.FRIENDLY]
    for parts, what in (
        (("", good[1], good[2]), "肯定"), ((good[0], "{金额}" + "长" * 400, good[2]), "事实"), ((good[0], good[1] + "{身份证}", good[2]), "事实"),
        ((good[0], good[1] + "{", good[2]), "事实"), ((good[0], "请缴费", good[2]), "事实"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            check_parts(parts)
        assert refused.value.data["field"] == what


def test_the_interval_of_a_rate() -> None:
    """Wilson at 95 %: 0 of 0, 8 of 10 (0.4902–0.9433), 10 of 10 (0.7225–1)."""
    assert interval(0, 0) == (0, 1000) and interval(8, 10) == (490, 944) and interval(10, 10) == (722, 1000)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_rate(kept: int, more: int) -> None:
    made = kept + more
    low, high = interval(kept, made)
    assert 0 <= low <= kept * 1000 // made <= high <= 1000
