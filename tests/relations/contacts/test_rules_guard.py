"""The law guard: the document's situations one by one, and what holds for every step."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from tests.relations.contacts.situations import judge, moment
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.contacts.rules.guard import Allowed, Facts, Refused, check
from wuyefei.relations.contacts.rules.limits import (
    DEFAULTS,
    Cap,
    Limits,
    Window,
    check_limits,
    of_plain,
    to_plain,
)
from wuyefei.relations.contacts.rules.measures import BANS
from wuyefei.relations.contacts.rules.phrases import measures_in
from wuyefei.relations.contacts.rules.sources import SOURCES
from wuyefei.relations.contacts.rules.steps import (
    ABOUT_DEBT,
    CHANNEL_NAMES,
    Channel,
    Past,
    Purpose,
    Recipient,
    Step,
)

DOC = "rules/law-guard.md"
SITUATIONS = rows_of(DOC, 1)
START = dt.datetime(2026, 11, 24, tzinfo=CHINA)


@pytest.mark.parametrize("row", SITUATIONS, ids=lambda row: f"{row['编号']} {row['情形']}")
def test_a_situation(row: dict[str, str]) -> None:
    verdict = judge(row)
    if row["结果"] == "允许":
        assert verdict == Allowed() and (row["规则"], row["来源"], row["可以"]) == ("—", "—", "—")
        return
    assert isinstance(verdict, Refused)
    assert (verdict.code, list(verdict.sources)) == (row["规则"].strip("`"), re.findall(r"`(\w+)`", row["来源"]))
    instead = verdict.at.strftime("%Y-%m-%d %H:%M") if verdict.at else verdict.instead or "—"
    assert instead == row["可以"]


def test_the_document_is_whole() -> None:
    assert len(SITUATIONS) >= 60
    judged = {row["规则"].strip("`") for row in SITUATIONS}
    assert {code for code in BANS if code not in judged} == set()
    assert {row["来源"].strip("`"): row["全称"] for row in rows_of(DOC, 2)} == SOURCES
    caps = {CHANNEL_NAMES[channel]: (cap.day, cap.week, cap.month) for channel, cap in DEFAULTS.caps.items()}
    assert {row["方式"]: (int(row["每天"]), int(row["每 7 天"]), int(row["每 30 天"])) for row in rows_of(DOC, 0)} == caps


def test_every_source_of_a_ban_is_known() -> None:
    assert {code for ban in BANS.values() for code in ban.sources} <= SOURCES.keys()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("再不缴费就断水断电", ["cut_water", "cut_power"]), ("我们不会停水停电", []), ("本小区电梯检修", []),
        ("您不能按时缴费就停水", ["cut_water"]), ("欠费名单将在公告栏公示", ["name_in_public"]), ("停电话服务费", []), ("将公示您的欠费", ["name_in_public"]), ("会影响您的征信", ["credit_threat"]),
        ("请于 12 月 15 日前缴清，逾期将依法起诉", []), ("门禁将停用", ["disable_card"]),
    ],
)  # fmt: skip
def test_words_that_announce_a_measure(text: str, codes: list[str]) -> None:
    assert measures_in(text) == codes


steps = st.builds(
    Step, channel=st.sampled_from(Channel), purpose=st.sampled_from(Purpose),
    at=st.integers(0, 60 * 24 * 20).map(lambda minutes: START + dt.timedelta(minutes=minutes)),
    recipient=st.just(Recipient.PAYER), people=st.just(2),
)  # fmt: skip
pasts = st.lists(
    st.builds(Past, at=st.integers(-30, 20).map(lambda days: START + dt.timedelta(days=days, hours=10)), channel=st.sampled_from(Channel)),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(steps, pasts)
def test_the_moment_offered_is_allowed(step: Step, past: list[Past]) -> None:
    """What is offered instead passes the guard, lies ahead, and nothing earlier on the half hours would."""
    facts = Facts(past=tuple(past), welcome=frozenset(Channel))
    verdict = check(step, now=step.at, facts=facts)
    if isinstance(verdict, Refused) and verdict.at is not None:
        later = Step(step.channel, step.purpose, verdict.at, step.recipient, people=2)
        assert verdict.at > step.at and check(later, now=step.at, facts=facts) == Allowed()


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=5, max_size=40))
def test_whoever_asks_first_the_caps_hold(wanted: list[Step]) -> None:
    """Steps asked for in any order, each kept when allowed: no window of days ever holds more than its cap."""
    kept: list[Past] = []
    for step in wanted:
        if check(step, now=START, facts=Facts(past=tuple(kept))) == Allowed() and step.purpose in ABOUT_DEBT:
            kept.append(Past(step.at, step.channel))
    for channel, cap in DEFAULTS.caps.items():
        days = [past.at.date() for past in kept if past.channel is channel]
        for day in days:
            for span, most in ((1, cap.day), (7, cap.week), (30, cap.month)):
                assert sum(day <= other < day + dt.timedelta(days=span) for other in days) <= most
    counted = [past.at.date() for past in kept if past.channel is not Channel.DESK]
    assert all(counted.count(day) <= DEFAULTS.all_day for day in counted)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quiet": Window(dt.time(22), dt.time(6))}, "免打扰时段"), ({"quiet": Window(dt.time(23), dt.time(8))}, "免打扰时段"),
        ({"caps": {Channel.PHONE: Cap(4, 7, 20)}}, "电话"), ({"caps": {Channel.SMS: Cap(2, 1, 6)}}, "短信"), ({"all_day": 5}, "每天合计"),
        ({"visits": Window(dt.time(7), dt.time(20))}, "上门时段"), ({"visitors": 1}, "上门人数"),
    ],
)  # fmt: skip
def test_limits_have_bounds(changes: dict, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_limits(Limits(**changes))
    assert caught.value.data["field"] == field


def test_limits_are_stored_whole() -> None:
    made = Limits(caps={**DEFAULTS.caps, Channel.PHONE: Cap(2, 4, 9)}, quiet=Window(dt.time(20, 30), dt.time(8, 30)), visitors=3)
    assert of_plain(to_plain(made)) == made == check_limits(made)
    assert of_plain({}) == DEFAULTS


def test_no_alternative_lies_in_the_past() -> None:
    step = Step(Channel.PHONE, Purpose.REMINDER, moment("2026-11-24 07:00"))
    verdict = check(step, now=moment("2026-11-24 16:10"), facts=Facts())
    assert isinstance(verdict, Refused) and verdict.at == moment("2026-11-24 16:30")
