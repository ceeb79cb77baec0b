"""Which facts are to be checked again when (row A3), and what a profile may hold."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited


class Group(StrEnum):
    """A part of the owner record that is checked as one."""

    IDENTITY = "identity"
    PAYMENT = "payment"
    PARKING = "parking"
    CONTACT = "contact"


class When(StrEnum):
    """What makes a group due again."""

    CHANGE = "change"
    MONTHS = "months"
    LIVE = "live"


GROUP_NAMES = {
    Group.IDENTITY: "基本信息", Group.PAYMENT: "缴费信息", Group.PARKING: "车位与车辆", Group.CONTACT: "联系记录",
}  # fmt: skip
DOCUMENTS = {
    "identity_card": "身份证", "title": "不动产权证", "purchase": "购房合同", "lease": "租赁合同", "licence": "营业执照",
    "vehicle": "行驶证", "spoken": "本人口头确认",
}  # fmt: skip
METHODS = {
    "cash": "现金", "card": "POS 刷卡", "scan": "扫码", "transfer": "银行转账", "wechat": "微信支付", "alipay": "支付宝",
    "debit": "银行代扣",
}  # fmt: skip
CYCLES = {1: "每月", 3: "每季", 6: "每半年", 12: "每年"}
EBILLS = {"": "不要电子账单", "sms": "短信", "wechat": "微信", "email": "电子邮件", "app": "应用推送"}
DETAILS = {"age": "年龄", "occupation": "职业", "family": "家庭情况", "needs": "特殊需求", "email": "电子邮箱"}
"""The optional facts, kept locked under the person's key."""
MAX_SCORE = 5
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """``months`` counts for ``MONTHS``; ``grace_days`` is how long after moving in or a change the check may wait."""

    when: When
    months: int = 0
    grace_days: int = 0


DEFAULT_RULES: Mapping[Group, Rule] = {
    Group.IDENTITY: Rule(When.CHANGE, grace_days=7),
    Group.PAYMENT: Rule(When.MONTHS, months=3, grace_days=7),
    Group.PARKING: Rule(When.CHANGE, grace_days=7),
    Group.CONTACT: Rule(When.LIVE),
}
"""Row A3: move-in or change, quarterly, on change, live. The week's grace is ours, so that the day itself is no lapse."""
CHECKED = tuple(group for group, rule in DEFAULT_RULES.items() if rule.when is not When.LIVE)
MAX_MONTHS, MAX_GRACE = 36, 90


class NothingToVerify(DomainError):
    code = "nothing_to_verify"
    message = "「{what}」随时更新，不用定期核实。"


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile as it is entered; blank details are not known."""

    method: str
    cycle_months: int
    ebill: str = ""
    score: int | None = None
    age: str = ""
    occupation: str = ""
    family: str = ""
    needs: str = ""
    email: str = ""

    @property
    def details(self) -> dict[str, str]:
        return {name: value for name in DETAILS if (value := str(getattr(self, name)))}


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` later, or that month's last: 2026-11-30 + 3 = 2027-02-28."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(rule: Rule, changed_on: dt.date, verified_on: dt.date | None) -> dt.date | None:
    """The last day on which the group may be checked in time; None while nothing is to be checked.

    ``changed_on``: the day of moving in or of the last change. A check on or after that day answers the change;
    with ``MONTHS`` the group is due again that many months after the last check.
    """
    if rule.when is When.LIVE:
        return None
    after_change = changed_on + dt.timedelta(days=rule.grace_days)
    if verified_on is None or verified_on < changed_on:
        return after_change
    return add_months(verified_on, rule.months) if rule.when is When.MONTHS else None


def clean_rule(group: Group, months: int, grace_days: int) -> Rule:
    """A rule of an organisation's own. Raises ``Invalid`` out of range, ``NothingToVerify`` for what is live."""
    default = DEFAULT_RULES[group]
    if default.when is When.LIVE:
        raise NothingToVerify(what=GROUP_NAMES[group])
    if default.when is When.MONTHS and not 1 <= months <= MAX_MONTHS:
        raise Invalid(field="几个月一次", reason=Phrase("应为 1 到 {most}", most=MAX_MONTHS))
    if not 0 <= grace_days <= MAX_GRACE:
        raise Invalid(field="宽限天数", reason=Phrase("应为 0 到 {most}", most=MAX_GRACE))
    return Rule(default.when, months if default.when is When.MONTHS else 0, grace_days)


def clean_profile(row: ProfileRow) -> ProfileRow:
    """Method and cycle are required (row A3); raises ``Invalid`` naming the field."""
    if row.method not in METHODS:
        raise Invalid(field="缴费方式", reason="必填")
    if row.cycle_months not in CYCLES:
        raise Invalid(field="缴费周期", reason="必填")
    if row.ebill not in EBILLS:
        raise Invalid(field="电子账单", reason="没有这种送达方式")
    if row.score is not None and not 1 <= row.score <= MAX_SCORE:
        raise Invalid(field="满意度", reason=Phrase("应为 1 到 {most}", most=MAX_SCORE))
    age = row.age.strip()
    if age and not (age.isascii() and age.isdigit() and 1 <= int(age) <= 130):
        raise Invalid(field="年龄", reason=Phrase("应为 1 到 {most}", most=130))
    email = row.email.strip()
    if email and ("@" not in email[1:-1] or " " in email):
        raise Invalid(field="电子邮箱", reason="不像邮箱地址")
    return ProfileRow(
        row.method, row.cycle_months, row.ebill, row.score, age,
        limited(row.occupation, "职业", 40), limited(row.family, "家庭情况", LONGEST), limited(row.needs, "特殊需求", LONGEST),
        limited(email, "电子邮箱", 80),
    )  # fmt: skip


def clean_verification(group: str, document: str, on: dt.date, today: dt.date) -> Group:
    """Raises ``Invalid`` for an unknown group or document or a day to come, ``NothingToVerify`` for what is live."""
    if group not in list(Group):
        raise Invalid(field="核实内容", reason="没有这一类资料")
    if Group(group) not in CHECKED:
        raise NothingToVerify(what=GROUP_NAMES[Group(group)])
    if document not in ("", *DOCUMENTS):
        raise Invalid(field="所见证件", reason="没有这种证件")
    if on > today:
        raise Invalid(field="核实日期", reason="不能晚于今天")
    return Group(group)
