"""One-time codes, sessions and invitations: how many, how long, and what a refusal says. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError

CODE_DIGITS = 6
CODE_LIFE = dt.timedelta(minutes=5)
MAX_TRIES = 5
"""Wrong tries after which a code is dead and its asker is locked."""
LOCK_FOR = dt.timedelta(minutes=15)
RESEND_AFTER = dt.timedelta(seconds=60)
PER_HOUR = 5
PER_DAY = 10
ADDRESS_PER_HOUR = 60
"""Codes asked for from one address in an hour: many phones share the address of their network."""
SESSION_LIFE = dt.timedelta(days=30)
SESSION_IDLE = dt.timedelta(days=14)
TOUCH_EVERY = dt.timedelta(minutes=10)
INVITATION_LIFE = dt.timedelta(days=7)
MAX_GUESTS = 8
"""Family and tenants that may be bound to one property at a time through invitations."""
LEAST_HOMES = 5
"""An average is shown only over at least so many other homes: fewer would tell what one of them pays."""


class Kind(StrEnum):
    """Why an account sees a property."""

    REGISTERED = "registered"
    FAMILY = "family"
    TENANT = "tenant"


class Step(StrEnum):
    """How far somebody came on the way to a payment."""

    OPENED = "opened"
    CHOSE = "chose"
    STARTED = "started"
    PAID = "paid"


STEP_NAMES: dict[Step, str] = {Step.OPENED: "打开", Step.CHOSE: "选好账单", Step.STARTED: "发起支付", Step.PAID: "付款成功"}


class Entry(StrEnum):
    """Where somebody came from: the app they are in, or the link they followed."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    BROWSER = "browser"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    BOARD = "board"
    VISIT = "visit"


ENTRY_NAMES: dict[Entry, str] = {
    Entry.WECHAT: "微信", Entry.ALIPAY: "支付宝", Entry.BROWSER: "浏览器", Entry.SMS: "短信", Entry.EMAIL: "邮件", Entry.LETTER: "信函",
    Entry.BOARD: "公告栏", Entry.VISIT: "上门",
}  # fmt: skip


def entry_of(followed: str, agent: str) -> Entry:
    """The link that was followed where it names an entry point of ours, else the app."""
    if followed in list(Entry):
        return Entry(followed)
    return Entry.WECHAT if "MicroMessenger" in agent else Entry.ALIPAY if "AlipayClient" in agent else Entry.BROWSER


KIND_NAMES: dict[Kind, str] = {Kind.REGISTERED: "登记在册", Kind.FAMILY: "家人", Kind.TENANT: "租户"}
GUESTS = (Kind.FAMILY, Kind.TENANT)


class TooSoon(DomainError):
    code = "code_too_soon"
    message = "刚刚已经发过验证码，请 {seconds} 秒后再试。"


class TooMany(DomainError):
    code = "code_too_many"
    message = "验证码要得太多了，请 {minutes} 分钟后再试。"


class WrongCode(DomainError):
    code = "code_wrong"
    message = "验证码不对，还可以试 {left} 次。"


class CodeOver(DomainError):
    code = "code_over"
    message = "这个验证码已经失效，请重新获取。"


class NoSender(DomainError):
    code = "no_code_sender"
    message = "还没有开通验证码短信，暂时不能在手机上登录。请到服务台办理。"


class InvitationOver(DomainError):
    code = "invitation_over"
    message = "这个邀请已经失效，请让邀请您的人重新发一个。"


class TooManyGuests(DomainError):
    code = "too_many_guests"
    message = "一套房屋最多邀请 {limit} 人，请先停用不再需要的。"


class NotYours(DomainError):
    code = "not_registered"
    message = "只有登记在册的业主可以邀请家人或租户。"


def wait_until(sent: Sequence[dt.datetime], now: dt.datetime, *, per_hour: int, per_day: int) -> dt.datetime | None:
    """When the next code may be asked for, given when earlier ones were (any order); None: now.

    At most ``per_hour`` in any hour and ``per_day`` in any day.
    """
    found: dt.datetime | None = None
    for window, limit in ((dt.timedelta(hours=1), per_hour), (dt.timedelta(days=1), per_day)):
        inside = sorted(moment for moment in sent if moment > now - window)
        if len(inside) >= limit:
            free = inside[-limit] + window
            found = max(found, free) if found else free
    return found


def refuse_too_often(sent: Sequence[dt.datetime], locked_until: dt.datetime | None, now: dt.datetime) -> None:
    """Raises ``TooSoon`` within a minute of the last code, ``TooMany`` past the limits or while locked."""
    if locked_until and locked_until > now:
        raise TooMany(minutes=_minutes(locked_until - now))
    if sent and max(sent) + RESEND_AFTER > now:
        raise TooSoon(seconds=max(1, int((max(sent) + RESEND_AFTER - now).total_seconds())))
    until = wait_until(sent, now, per_hour=PER_HOUR, per_day=PER_DAY)
    if until:
        raise TooMany(minutes=_minutes(until - now))


def refuse_address(sent: int) -> None:
    """Raises ``TooMany`` where ``sent`` codes were asked for from one address within the hour."""
    if sent >= ADDRESS_PER_HOUR:
        raise TooMany(minutes=60)


def _minutes(wait: dt.timedelta) -> int:
    return max(1, -int(-wait.total_seconds() // 60))


def session_over(made_at: dt.datetime, seen_at: dt.datetime, now: dt.datetime) -> bool:
    return now - made_at >= SESSION_LIFE or now - seen_at >= SESSION_IDLE


def device_of(agent: str) -> str:
    """What a session is called in the list of sessions: 微信 · Android, without a version or a model."""
    app = next((name for mark, name in _APPS if mark in agent), "浏览器")
    system = next((name for mark, name in _SYSTEMS if re.search(mark, agent)), "")
    return f"{app} · {system}" if system else app


_APPS = (("MicroMessenger", "微信"), ("AlipayClient", "支付宝"))
_SYSTEMS = (
    ("HarmonyOS|OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
