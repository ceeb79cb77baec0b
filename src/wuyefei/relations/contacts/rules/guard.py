"""The law guard: may this step be taken, and if not, why, by which source, and what may be done instead (row G8).

Rules are asked in a fixed order and the first refusal is the answer: the measure itself, the person told, the state of
the person, their wishes, a dispute, whether anything is owed, the hour, the visit, the frequency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.workdays import CALENDAR, WorkCalendar

from .limits import DEFAULTS, Limits, Window
from .measures import BANS, Ground
from .phrases import measures_in
from .steps import (
    ABOUT_DEBT,
    ANSWERING,
    BESIDE,
    CHANNEL_NAMES,
    NUMBERED,
    PRESSING,
    WRITTEN,
    Channel,
    Past,
    Purpose,
    Recipient,
    Step,
)

LOCAL = "local_rules"
LOOK_AHEAD = dt.timedelta(days=35)
SLOT = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Facts:
    """What is known of the person at the moment of the step.

    ``past``: outgoing contacts about debts of the last thirty days and those planned; ``refused``: channels the person
    has opted out of; ``preferred``: the channel they like best; ``quiet``: hours of their own besides the firm's;
    ``silent``: they want no electronic reminders; ``welcome``: channels agreed to for promotion; ``wrong``: the number on record is somebody else's;
    ``named``: the payer has agreed in writing that the third person is told; ``joint``: a joint case with the committee
    or the street office stands on record; ``local``: measures that the chosen local rules forbid whatever the ground.
    """

    limits: Limits = DEFAULTS
    calendar: WorkCalendar = CALENDAR
    past: tuple[Past, ...] = ()
    owes: bool = True
    dispute_hold: bool = False
    refused: frozenset[Channel] = frozenset()
    preferred: Channel | None = None
    quiet: Window | None = None
    silent: bool = False
    welcome: frozenset[Channel] = frozenset()
    wrong: bool = False
    erased: bool = False
    deceased: bool = False
    bankrupt: bool = False
    named: bool = False
    joint: bool = False
    grounds: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allowed:
    """The step may be taken."""

    allowed: bool = True


@dataclass(frozen=True)
class Refused:
    """The step may not be taken: ``code`` names the rule, ``sources`` are keys of ``SOURCES``, ``instead`` says the
    nearest permitted choice and ``at`` the next moment at which the same step would be allowed."""

    code: str
    reason: str
    sources: tuple[str, ...]
    instead: str = ""
    at: dt.datetime | None = None
    channel: Channel | None = None
    allowed: bool = field(default=False, init=False)


Verdict = Allowed | Refused
Rule = Callable[[Step, Facts], Refused | None]


def check(step: Step, *, now: dt.datetime, facts: Facts) -> Verdict:
    """Whether the step may be taken. ``now`` bounds the alternatives: they never lie in the past."""
    for rule in RULES:
        refused = rule(step, facts)
        if refused is not None:
            if rule not in TIMED:
                return refused
            at = next_moment(step, now=now, facts=facts)
            return replace(refused, at=at, instead=refused.instead or "换一个允许的时间")
    return Allowed()


def next_moment(step: Step, *, now: dt.datetime, facts: Facts) -> dt.datetime | None:
    """The first half hour from now or the step's own moment on at which the rules of time and frequency allow it."""
    begin = max(step.at, now).astimezone(CHINA)
    begin = begin.replace(minute=begin.minute // 30 * 30, second=0, microsecond=0) + SLOT
    moment = begin
    while moment <= begin + LOOK_AHEAD:
        if not any(rule(replace(step, at=moment), facts) for rule in TIMED):
            return moment
        moment += SLOT
    return None


def _measures(step: Step, facts: Facts) -> Refused | None:
    """What the step would do, as chosen or as its words announce."""
    announced = measures_in(step.text) if step.text and step.purpose in ABOUT_DEBT else []
    for code in [*sorted(step.measures), *announced]:
        ban = BANS[code]
        here = code in facts.local
        if ban.ground is not Ground.NEVER and ban.ground.value in facts.grounds and not here:
            continue
        pattern = "不能以「{what}」催收物业费" if ban.ground is Ground.NEVER else "没有登记合法依据，不能「{what}」"
        return Refused(code, Phrase(pattern, what=Phrase(ban.name)), (*ban.sources, LOCAL) if here else ban.sources, ban.instead)
    return None


_STRANGERS: dict[Recipient, tuple[str, tuple[str, ...]]] = {
    Recipient.LIVES_IN: ("不能把欠费告诉同住的人", ("pipl_6", "civil_1032")),
    Recipient.RELATIVE: ("不能向亲友催收或者透露欠费", ("pipl_10", "civil_1032")),
    Recipient.EMPLOYER: ("不能向工作单位催收或者透露欠费", ("pipl_10", "civil_1032")),
    Recipient.NEIGHBOUR: ("不能向邻居透露欠费", ("pipl_10", "civil_1032")),
    Recipient.COMMITTEE: ("没有登记联合办理，不能把欠费名单交给业主委员会", ("pipl_23", "property_64")),
    Recipient.STREET: ("没有登记联合办理，不能把欠费名单交给街道、居委会", ("pipl_23",)),
}
_BY_CONSENT = frozenset({Recipient.LIVES_IN, Recipient.RELATIVE})
_JOINT = frozenset({Recipient.COMMITTEE, Recipient.STREET})


def _recipient(step: Step, facts: Facts) -> Refused | None:
    """A debt is told to the payer, their agent, and whoever the law or the payer lets know."""
    who = step.recipient
    if who is Recipient.PUBLIC:
        return Refused("recipient_public", "不能向公众透露任何一户的情况", ("pipl_25", "civil_1032"), "只公布不含个人信息的数字")
    if who is Recipient.MINOR:
        return Refused("recipient_minor", "不能向未成年人谈物业费", ("pipl_31", "civil_1032"), "只联系缴费人本人")
    if who is Recipient.TRUSTEE and not facts.bankrupt:
        return Refused("recipient_trustee", "没有登记破产，没有管理人可以联系", ("pipl_10", "bankrupt_48"), "破产案件受理后先申报债权")
    if step.purpose not in ABOUT_DEBT or who not in _STRANGERS:
        return None
    if (facts.named and who in _BY_CONSENT) or (facts.joint and who in _JOINT):
        return None
    reason, sources = _STRANGERS[who]
    return Refused(f"recipient_{who.value}", reason, sources, "只联系缴费人本人，或者其书面授权的人")


def _person(step: Step, facts: Facts) -> Refused | None:
    """The person is no longer there, or the number belongs to somebody else."""
    if facts.erased:
        return Refused("erased", "个人信息已按本人要求删除，不能再联系", ("pipl_44", "pipl_10"))
    if facts.deceased and step.purpose in ABOUT_DEBT and step.recipient is Recipient.PAYER:
        return Refused("deceased", "缴费人已去世，不能再向本人催收", ("civil_1161",), "查明继承人后书面告知")
    if facts.bankrupt and step.purpose in PRESSING and step.recipient not in BESIDE:
        return Refused("bankrupt", "缴费单位已进入破产程序，不能单独催收", ("bankrupt_16", "bankrupt_44", "bankrupt_48"), "向管理人申报债权")
    if facts.wrong and step.channel in NUMBERED and step.recipient is Recipient.PAYER:
        return Refused("wrong_number", "登记的号码不是本人，不能再拨打或者发送", ("pipl_8", "civil_1033_1"), "先核实号码，或者改寄信函", channel=Channel.LETTER)
    return None


def _wishes(step: Step, facts: Facts) -> Refused | None:
    """Promotion needs consent; a refused channel is left alone, except to answer."""
    name = CHANNEL_NAMES[step.channel]
    if step.recipient is Recipient.TRUSTEE:  # the wishes are the payer's
        return None
    if step.purpose is Purpose.MARKETING and step.channel not in facts.welcome:
        return Refused("no_consent", Phrase("没有同意通过{channel}接收推广", channel=Phrase(name)), ("network_7", "advert_43", "pipl_13"), "先征得本人同意")
    if step.channel in facts.refused and step.purpose not in ANSWERING and step.channel is not Channel.DESK:
        return Refused("opted_out", Phrase("本人已拒绝通过{channel}联系", channel=Phrase(name)), ("pipl_15", "pipl_44"), "改用本人没有拒绝的方式，或者寄信函", channel=Channel.LETTER)
    if facts.silent and step.channel in WRITTEN and step.purpose in (Purpose.BILL, Purpose.REMINDER):
        return Refused("wants_no_reminder", "本人在手机页上选了不提醒", ("pipl_15", "civil_1033_1"), "寄信函，或者等本人来问", channel=Channel.LETTER)
    return None


def _dispute(step: Step, facts: Facts) -> Refused | None:
    if facts.dispute_hold and step.purpose in ABOUT_DEBT and step.recipient is not Recipient.TRUSTEE:
        return Refused("dispute_hold", "账单有争议，处理期间只回复，不催收", ("dispute_2", "civil_1033_1"), "先回复争议，处理完再联系")
    return None


def _owing(step: Step, facts: Facts) -> Refused | None:
    if step.purpose in PRESSING and not facts.owes:
        return Refused("nothing_owed", "没有到期未缴的账单，不能催收", ("pipl_6", "civil_944_1"))
    return None


def _hours(step: Step, facts: Facts) -> Refused | None:
    """No calls in quiet hours, and no messages but those the person has just asked for."""
    at, limits = step.at.astimezone(CHINA).time(), facts.limits
    disturbing = step.channel is Channel.PHONE or (step.channel in WRITTEN and step.purpose not in ANSWERING)
    if disturbing and limits.quiet.holds(at):
        pattern = "{time} 不能打电话，{window} 为免打扰时段" if step.channel is Channel.PHONE else "{time} 不能发消息，{window} 为免打扰时段"
        return Refused("quiet_hours", Phrase(pattern, time=f"{at:%H:%M}", window=str(limits.quiet)), ("civil_1033_1", "limits"))
    own = facts.quiet if step.recipient is not Recipient.TRUSTEE else None
    asked_for = step.purpose in ANSWERING
    if own is not None and not asked_for and (step.channel is Channel.PHONE or step.channel in WRITTEN) and own.holds(at):
        pattern = "{time} 在本人设定的免打扰时段 {window} 内"
        return Refused("own_quiet_hours", Phrase(pattern, time=f"{at:%H:%M}", window=str(own)), ("civil_1033_1", "pipl_15"))
    return None


def _visit(step: Step, facts: Facts) -> Refused | None:
    """Visits: two people, in the day, not at meals, not on the evening of a rest day."""
    if step.channel is not Channel.VISIT:
        return None
    local, limits = step.at.astimezone(CHINA), facts.limits
    at = local.time()
    if not limits.visits.holds(at):
        return Refused("visit_hours", Phrase("{time} 不能上门，上门时段为 {window}", time=f"{at:%H:%M}", window=str(limits.visits)), ("civil_1033_1", "visits"))
    if step.purpose in ABOUT_DEBT:
        for meal in limits.meals:
            if meal.holds(at):
                return Refused("visit_meal", Phrase("{time} 是用餐时间（{window}），不上门", time=f"{at:%H:%M}", window=str(meal)), ("civil_1033_1", "visits"))
        if not facts.calendar.is_working(local.date()) and at >= limits.rest_evening:
            return Refused("visit_rest_evening", Phrase("休息日 {time} 以后不上门", time=f"{limits.rest_evening:%H:%M}"), ("civil_1033_1", "visits"))
    return None


def _company(step: Step, facts: Facts) -> Refused | None:
    needed = facts.limits.visitors
    if step.channel is Channel.VISIT and step.purpose in ABOUT_DEBT and step.people < needed:
        return Refused("visit_alone", Phrase("上门须 {needed} 人同行，现在 {count} 人", needed=needed, count=step.people), ("visits", "property_46"), "约上同事，或者改打电话", channel=Channel.PHONE)
    return None


def _often(step: Step, facts: Facts) -> Refused | None:
    """The caps of the channel over a day, seven and thirty days, and of all channels on the day."""
    if step.purpose not in ABOUT_DEBT or step.channel is Channel.DESK:
        return None
    limits, day = facts.limits, step.at.astimezone(CHINA).date()
    days = [(past.at.astimezone(CHINA).date(), past.channel) for past in facts.past if past.channel is not Channel.DESK]
    cap = limits.caps.get(step.channel)
    if cap is not None:
        same = [on for on, channel in days if channel is step.channel]
        name = Phrase(CHANNEL_NAMES[step.channel])
        for span, most in ((1, cap.day), (7, cap.week), (30, cap.month)):
            if _near(same, day, span) >= most:
                pattern = "{channel}每天最多 {most} 次，已满" if span == 1 else "{channel}每 {span} 天最多 {most} 次，已满"
                return Refused("too_often", Phrase(pattern, channel=name, span=span, most=most), ("civil_1033_1", "order_50_5", "limits"))
    if sum(on == day for on, _ in days) >= limits.all_day:
        return Refused("too_often_day", Phrase("各种方式合计每天最多 {most} 次，已满", most=limits.all_day), ("civil_1033_1", "order_50_5", "limits"))
    return None


def _near(days: Collection[dt.date], day: dt.date, span: int) -> int:
    """The most contacts, without this one, in any ``span`` days that hold ``day``: planned ones may lie after it."""
    ends = [day, *(on for on in days if day < on < day + dt.timedelta(days=span))]
    return max(sum(end - dt.timedelta(days=span) < on <= end for on in days) for end in ends)


RULES: tuple[Rule, ...] = (_measures, _recipient, _person, _wishes, _dispute, _owing, _hours, _visit, _company, _often)
TIMED: tuple[Rule, ...] = (_hours, _visit, _often)
