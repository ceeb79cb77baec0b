"""今日: what was done, what stands open, what waits for this person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wuyefei.collection.drives.public import awaiting_evaluation
from wuyefei.collection.minimums.public import before_manager
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import open_exceptions

from ..links import address
from ..queries import audit as trail
from ..queries import home as figures
from .common import actor_of

SHOWN = 7


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, about what, how much, and where."""

    icon: str
    title: str
    text: str
    fen: int | None
    url: str
    verb: str
    days: int = 0


def home(request: HttpRequest) -> HttpResponse:
    """Figures by right: billing, payments, the desk, the books, people. Nobody sees a figure they may not open."""
    actor, today = actor_of(request), clock.today()
    month = Month.of(today)
    context: dict[str, Any] = {"month": month, "yesterday": today - DAY, "nothing": not actor.seen}
    if actor.may(Permission.BILLING_VIEW):
        context |= _billing(actor, today, month)
    if actor.may(Permission.PAYMENT_VIEW):
        context |= {
            "taken_today": figures.taken_on(actor, today),
            "taken_yesterday": figures.taken_on(actor, today - DAY),
            "payments_url": address("receipts:list"),
        }
    if actor.may(Permission.CASHDESK):
        context |= {"desk": True, "shift": figures.my_shift(actor), "desk_url": address("cashdesk:desk")}
    if actor.may(Permission.ADMIN):
        context |= {"people": figures.user_figures(actor), "people_url": address("access:people")}
    if actor.may(Permission.AUDIT_VIEW):
        context["audit_today"] = trail.entries(actor).filter(at__gte=_midnight(today)).count()
        context["reads_today"] = trail.reads(actor).filter(at__gte=_midnight(today)).count()
    todos = _todos(actor, today)
    context |= {"todos": todos[:SHOWN], "todo_count": len(todos), "approvals_url": address("approvals:waiting")}
    return render(request, "backoffice/home.html", context)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA)


def _billing(actor: Actor, today: dt.date, month: Month) -> dict[str, Any]:
    rates = figures.month_rates(actor, month)
    places = visible_communities(actor, Permission.BILLING_VIEW)
    return {
        "rate": figures.whole(rates),
        "overdue": figures.overdue(actor, today),
        "debtors": figures.most_overdue(actor, today),
        "places": figures.by_place(rates, places),
        "arrears_url": address("arrears:ledger"),
        "analysis_url": address("measures:dashboard") if actor.may(Permission.REPORT_VIEW) else "",
        "runs_url": address("billing:runs"),
    }


def _todos(actor: Actor, today: dt.date) -> list[Todo]:
    found = []
    inbox = address("approvals:waiting")
    for item in figures.waiting_for(actor):
        asked = item.request
        text = f"{asked.subject_text} · {asked.community.name} · " + _("制单 %(name)s") % {"name": asked.maker.name}
        days = (today - asked.made_at.astimezone(CHINA).date()).days
        found.append(Todo("shield", _("复核：%(what)s") % {"what": _(item.label)}, text, asked.amount_fen, item.url or inbox, _("去复核"), days))
    waiting = open_exceptions(actor)
    if waiting:
        text = _("%(count)s 笔线上收款没有按订单入账") % {"count": waiting}
        found.append(Todo("flag", _("处理收款异常"), text, None, address("channels:exceptions"), _("去处理")))
    if actor.may(Permission.FOLLOW_MANAGE):
        found += _asked_of_managers(actor, today)
    if actor.may(Permission.BILLING_DRAFT) or actor.may(Permission.BILLING_CONFIRM):
        found += [_run(run, today) for run in figures.open_runs(actor) if run.state == run.State.DRAFT]
    return found


def _asked_of_managers(actor: Actor, today: dt.date) -> list[Todo]:
    """What follow-up asks of whoever manages it: misses that have gone to the manager, drives that are over."""
    found = []
    missed = list(before_manager(actor).order_by("escalated_on").values_list("escalated_on", "community__name"))
    if missed:
        places = "、".join(dict.fromkeys(name for _on, name in missed))
        text = _("%(count)s 户没有达到最低联系次数") % {"count": len(missed)} + f" · {places}"
        since = min((on for on, _name in missed if on is not None), default=today)
        found.append(Todo("flag", _("督办：请处理漏联系"), text, None, address("minimums:listed"), _("去处理"), (today - since).days))
    for drive in awaiting_evaluation(actor):
        text = f"{drive.title} · {drive.community.name}"
        found.append(Todo("flag", _("季末行动待评估"), text, None, address("drives:close", drive_id=drive.pk), _("去评估"), (today - drive.ends_on).days))
    return found


def _run(run: Any, today: dt.date) -> Todo:
    days = (today - run.made_at.astimezone(CHINA).date()).days
    title = _("%(month)s 月出账待确认") % {"month": run.period.month}
    text = f"{run.community.name} · " + _("%(count)s 行") % {"count": run.line_count}
    return Todo("bill", title, text, run.amount_fen, address("billing:run", pk=run.pk), _("去审核"), days)
