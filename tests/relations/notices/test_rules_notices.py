"""Merge fields, lengths of text messages, templates of WeChat, the ladder."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.relations.notices.rules import texts
from wuyefei.relations.notices.rules.ladder import LADDER, Way, announce_on, next_way, rate

VALUES = texts.sample()


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("字" * 70, 70, 1), ("字" * 71, 71, 2), ("字" * 134, 134, 2), ("字" * 135, 135, 3), ("字" * 201, 201, 3), ("字" * 202, 202, 4),
        ("𠮷" * 35, 70, 1), ("字" * 69 + "𠮷", 71, 2), ("a" * 71, 71, 2), ("", 0, 1),
    ],
)  # fmt: skip
def test_lengths_of_text_messages(text: str, units: int, parts: int) -> None:
    assert (texts.units(text), texts.parts(text)) == (units, parts)


def test_fields_are_filled_once() -> None:
    values = {**VALUES, "称呼": "{金额}", "房号": "{{ x }}{% y %}"}
    assert texts.fill("{称呼} {房号} {金额}", values) == "{金额} {{ x }}{% y %} 250.00"
    assert texts.ordered("{金额}{称呼}{金额}", VALUES) == ["250.00", "陆小满", "250.00"]
    assert texts.carrier_form("{称呼}，{金额}元") == "{1}，{2}元"


@pytest.mark.parametrize("text", ["{姓名}您好", "{称呼", "称呼}", "{{称呼}}", "{}", "  ", "{称呼 }"])
def test_a_faulty_template_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        texts.check_template(text)


@given(st.text(string.printable + "字𠮷😀", max_size=80), st.text(string.printable + "字𠮷{}", max_size=20))
def test_any_text_is_filled_or_refused(text: str, value: str) -> None:
    """A text that is kept fills without error, and a value comes out as it went in."""
    try:
        kept = texts.check_template(text + "{称呼}")
    except Invalid:
        return
    assert texts.fill(kept, {**VALUES, "称呼": value}).endswith(value)


def test_emoji_and_rare_characters() -> None:
    assert texts.emoji_in("吉𠮷祥😀✈️") == ["😀", "✈", "️"]
    assert texts.without_emoji("𠮷祥😀") == "𠮷祥"
    with pytest.raises(Invalid):
        texts.check_body("sms", "请缴费😀{金额}")
    assert texts.check_body("email", "请缴费😀{金额}")


def test_wechat_values_keep_their_lengths() -> None:
    data = texts.wechat_data("thing1=您的{项目}账单\nphrase2=未缴\namount3={金额}元", {**VALUES, "项目": "很长很长的收费项目名称一二三四五六七八九十"})
    assert data == {"thing1": "您的很长很长的收费项目名称一二三四五六…", "phrase2": "未缴", "amount3": "250.00元"}
    assert len(data["thing1"]) == 20
    for body in ("您好{称呼}", "nothing1={称呼}", "thing1="):
        with pytest.raises(Invalid):
            texts.check_body("wechat", body)


def test_a_text_message_has_an_end() -> None:
    with pytest.raises(Invalid):
        texts.check_body("sms", "字" * 537)
    assert texts.check_body("sms", "字" * 536)


def test_the_ladder() -> None:
    ways = [Way(channel, True, True) for channel in LADDER]
    assert [next_way(ways, LADDER[:number]) for number in range(7)] == ["wechat", "mini", "app", "sms", "email", "letter", None]
    assert next_way([Way("sms", False, True), Way("email", True, False), Way("letter", True, True)], []) == "letter"
    assert announce_on(dt.date(2026, 3, 5), 10) == dt.date(2026, 2, 23)
    assert (rate(19, 20), rate(0, 0)) == (rate(95, 100), 1)
