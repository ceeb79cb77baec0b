"""What a step towards a person is made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    PHONE = "phone"
    SMS = "sms"
    WECHAT = "wechat"
    EMAIL = "email"
    APP = "app"
    LETTER = "letter"
    VISIT = "visit"
    DESK = "desk"


class Purpose(StrEnum):
    BILL = "bill"
    REMINDER = "reminder"
    LEGAL = "legal"
    REPLY = "reply"
    SERVICE = "service"
    CARE = "care"
    MARKETING = "marketing"
    CODE = "code"


class Recipient(StrEnum):
    PAYER = "payer"
    OWNER = "owner"
    AGENT = "agent"
    LIVES_IN = "lives_in"
    RELATIVE = "relative"
    MINOR = "minor"
    EMPLOYER = "employer"
    NEIGHBOUR = "neighbour"
    COMMITTEE = "committee"
    STREET = "street"
    LAWYER = "lawyer"
    TRUSTEE = "trustee"
    PUBLIC = "public"


CHANNEL_NAMES: dict[Channel, str] = {
    Channel.PHONE: "电话", Channel.SMS: "短信", Channel.WECHAT: "微信", Channel.EMAIL: "邮件", Channel.APP: "App 推送",
    Channel.LETTER: "信函", Channel.VISIT: "上门", Channel.DESK: "到前台面谈",
}  # fmt: skip
PURPOSE_NAMES: dict[Purpose, str] = {
    Purpose.BILL: "账单通知", Purpose.REMINDER: "催缴", Purpose.LEGAL: "法律文书", Purpose.REPLY: "回复对方",
    Purpose.SERVICE: "服务沟通", Purpose.CARE: "问候回访", Purpose.MARKETING: "推广", Purpose.CODE: "验证码",
}  # fmt: skip
RECIPIENT_NAMES: dict[Recipient, str] = {
    Recipient.PAYER: "缴费人本人", Recipient.OWNER: "业主（缴费人是租户）", Recipient.AGENT: "书面授权的代理人",
    Recipient.LIVES_IN: "同住的人", Recipient.RELATIVE: "亲友", Recipient.MINOR: "未成年人", Recipient.EMPLOYER: "工作单位",
    Recipient.NEIGHBOUR: "邻居", Recipient.COMMITTEE: "业主委员会", Recipient.STREET: "街道、居委会",
    Recipient.LAWYER: "受托律师、法院", Recipient.TRUSTEE: "破产管理人", Recipient.PUBLIC: "公众",
}  # fmt: skip
ABOUT_DEBT = frozenset({Purpose.BILL, Purpose.REMINDER, Purpose.LEGAL})
"""Purposes that tell of a bill or a debt: frequency caps and the limits on third persons hold for these."""
PRESSING = frozenset({Purpose.REMINDER, Purpose.LEGAL})
"""Purposes that ask for payment of what is overdue."""
ANSWERING = frozenset({Purpose.REPLY, Purpose.CODE})
"""What the person has asked for."""
BESIDE = frozenset({Recipient.TRUSTEE, Recipient.LAWYER, Recipient.OWNER})
"""Who may be spoken to about what a bankrupt payer owes: the administrator, lawyers and the court, and the owner who is liable beside
a tenant, whose own liability the proceeding leaves as it is."""
WRITTEN = frozenset({Channel.SMS, Channel.WECHAT, Channel.EMAIL, Channel.APP})
NUMBERED = frozenset({Channel.PHONE, Channel.SMS})
"""Channels that a wrong mobile number makes useless."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something about to be done towards a person: ``at`` is a moment in China's zone, ``people`` how many go on a
    visit, ``measures`` codes of ``measures.BANS``, ``text`` what would be said or written."""

    channel: Channel
    purpose: Purpose
    at: dt.datetime
    recipient: Recipient = Recipient.PAYER
    measures: frozenset[str] = frozenset()
    people: int = 2
    text: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """An outgoing contact about a debt that has happened or is planned."""

    at: dt.datetime
    channel: Channel
