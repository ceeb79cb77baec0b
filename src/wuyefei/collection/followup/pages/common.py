"""What the pages share: a case with everything a person needs to act on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import spoken, unpacked
from wuyefei.foundation.kernel.money import yuan, yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill
from wuyefei.relations.contacts.public import (
    SOURCES,
    Channel,
    Contact,
    Facts,
    Past,
    Purpose,
    Refused,
    Step,
    Wanted,
    check,
    gather,
)

from ..models import Case, Promise
from ..queries.cases import Spoken, lane_of, overdue_bills, promises_of, script_for
from ..queries.policies import rung_names
from ..rules.cadence import AGE_NAMES, age_of
from ..rules.grades import GRADE_NAMES, GRADE_OWNERS, MINIMUMS, Grade
from ..rules.scripts import PART_NAMES, merged

WEEK = dt.timedelta(days=7)

@dataclass(frozen=True)
class Note:
    """A refusal of the guard as a page shows it."""

    reason: str
    sources: list[str]
    instead: str
    at: dt.datetime | None


def note_of(refused: Refused) -> Note:
    return Note(spoken(refused.reason), [spoken(SOURCES[code]) for code in refused.sources], spoken(refused.instead), refused.at)


def reasons(case: Case) -> list[str]:
    """Why the next step is what it is, in the reader's language."""
    return [spoken(unpacked(kept)) for kept in case.next_why]


def facts_for(case: Case, bills: Iterable[OpenBill]) -> Facts:
    """What the guard knows of the payer now."""
    about = tuple(bill.id for bill in bills if bill.outstanding_fen)
    facts = gather(case.organisation_id, [Wanted(case.person_id, about)], clock.now())[case.person_id]
    return replace(facts, past=_without(facts.past, planned_for(case)))


def planned_for(case: Case) -> list[tuple[dt.datetime, str]]:
    """(when, way) of what is planned in a case: doing it is no second contact."""
    rows = Contact.objects.filter(person_id=case.person_id, state=Contact.State.PLANNED, purpose=Purpose.REMINDER.value, community_id=case.community_id)
    return list(rows.values_list("at", "channel"))


def _without(past: tuple[Past, ...], planned: list[tuple[dt.datetime, str]]) -> tuple[Past, ...]:
    kept = list(past)
    for at, channel in planned:
        same = next((one for one in kept if one.at == at and one.channel == channel), None)
        if same is not None:
            kept.remove(same)
    return tuple(kept)


def may_contact(facts: Facts, channel: str) -> Note | None:
    """Why the payer may not be contacted in this way right now; None where it is allowed."""
    now = clock.now()
    verdict = check(Step(Channel(channel), Purpose.REMINDER, now), now=now, facts=facts)
    return note_of(verdict) if isinstance(verdict, Refused) else None


def next_choices(facts: Facts) -> list[tuple[str, str]]:
    """(moment, words) of the times for another call that the guard allows: this evening, tomorrow, in three days, in a week."""
    now = clock.now()
    today = now.astimezone(CHINA).date()
    wanted = [
        (today, dt.time(18, 30), _("今晚")), (today + dt.timedelta(days=1), dt.time(10), _("明天上午")),
        (today + dt.timedelta(days=1), dt.time(18, 30), _("明天晚上")), (today + dt.timedelta(days=3), dt.time(18, 30), _("三天后")),
        (today + WEEK, dt.time(18, 30), _("一周后")),
    ]  # fmt: skip
    found = []
    for day, hour, words in wanted:
        moment = dt.datetime.combine(day, hour, tzinfo=CHINA)
        if moment > now + dt.timedelta(minutes=30) and check(Step(Channel.PHONE, Purpose.REMINDER, moment), now=now, facts=facts).allowed:
            found.append((moment.isoformat(), f"{words} {hour:%H:%M}"))
    return found


def contacted(facts: Facts) -> tuple[int, int | None]:
    """Calls about the debt in the last seven days, and the most that are allowed."""
    now, cap = clock.now(), facts.limits.caps.get(Channel.PHONE)
    count = sum(one.channel is Channel.PHONE and now - WEEK < one.at <= now for one in facts.past)
    return count, cap.week if cap else None


def told(case: Case, actor: Actor, bills: list[OpenBill], today: dt.date) -> dict[str, Any]:
    """The script of the debt's age with its facts."""
    spoken_: Spoken = script_for(actor, age_of((today - case.oldest_due_on).days))
    facts = {
        "称呼": case.person.name, "同事": actor.name, "企业": actor.organisation_name, "房号": case.property.code,
        "金额": yuan_text(sum(bill.total_fen for bill in bills)), "期数": str(case.periods),
        "天数": str((today - case.oldest_due_on).days),
    }  # fmt: skip
    lines = zip((_(name) for name in PART_NAMES), merged(spoken_.parts, facts), strict=True)
    return {"age": _(AGE_NAMES[spoken_.age]), "number": spoken_.number, "id": spoken_.script.pk if spoken_.script else None, "lines": list(lines)}


def dressed(case: Case, actor: Actor) -> dict[str, Any]:
    """A case as both the phone and the desk show it."""
    today = clock.today()
    bills, disputed = overdue_bills(actor, case.person_id, today)
    facts = facts_for(case, bills)
    promise = promises_of(actor, case.person_id).filter(state=Promise.State.OPEN).first()
    least = MINIMUMS.get(Grade(case.grade))
    count, cap = contacted(facts)
    return {
        "case": case, "bills": bills, "disputed_fen": sum(bill.total_fen for bill in disputed), "disputed": bool(disputed),
        "principal_fen": sum(bill.outstanding_fen for bill in bills), "late_fen": sum(bill.late_fee_fen for bill in bills),
        "total_fen": sum(bill.total_fen for bill in bills), "total_text": yuan(sum(bill.total_fen for bill in bills)), "days": (today - case.oldest_due_on).days, "why": reasons(case),
        "paid": not bills and not disputed, "say": told(case, actor, bills, today), "guard": may_contact(facts, "phone"),
        "called": count, "cap": cap, "choices": next_choices(facts), "promise": promise, "rung": _(rung_names(case.organisation_id).get(case.rung, case.rung)),
        "grade_why": _(GRADE_NAMES[Grade(case.grade)]), "grade_owner": _(GRADE_OWNERS[Grade(case.grade)]), "least": least,
        "lane": lane_of(actor, case.person_id), "may_work": actor.may(Permission.FOLLOW_WORK, case.community_id),
        "may_manage": actor.may(Permission.FOLLOW_MANAGE, case.community_id), "may_cash": actor.may(Permission.CASHDESK, case.community_id),
        "may_class": actor.may(Permission.CLASS_VIEW, case.community_id), "outcomes": OUTCOMES, "today": today,
    }  # fmt: skip


OUTCOMES = (
    (Contact.Outcome.PROMISED, "选日期"), (Contact.Outcome.CLAIMS_PAID, "核对到账"), (Contact.Outcome.DISPUTES, "记原因"),
    (Contact.Outcome.HARDSHIP, "可申请分期"), (Contact.Outcome.NO_ANSWER, "换个时间"), (Contact.Outcome.REACHED, "按规则再排"),
    (Contact.Outcome.WRONG_NUMBER, "停用号码"), (Contact.Outcome.STOP, "登记"), (Contact.Outcome.HUNG_UP, "按规则再排"),
)  # fmt: skip
"""Outcomes of a call in the order of the buttons, each with what follows."""


def refusal(code: str) -> str:
    """A rule of the guard in a few words."""
    return {
        "too_often": _("这种方式次数已满"), "too_often_day": _("一天合计次数已满"), "quiet_hours": _("免打扰时段"), "visit_hours": _("不在上门时段"),
        "visit_meal": _("用餐时间"), "visit_rest_evening": _("休息日晚上"), "visit_alone": _("上门人数不够"), "dispute_hold": _("账单有争议"),
        "opted_out": _("本人已拒绝这种方式"), "wants_no_reminder": _("本人选了不提醒"), "wrong_number": _("号码不是本人"), "deceased": _("缴费人去世"),
        "bankrupt": _("缴费单位破产"), "erased": _("个人信息已删除"), "nothing_owed": _("没有欠费"), "own_quiet_hours": _("本人设定的免打扰时段"),
    }.get(code, code)  # fmt: skip
