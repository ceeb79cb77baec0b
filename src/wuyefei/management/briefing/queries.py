"""A person's brief of this morning, from the rooms below and within what the person may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from django.db.models import Count as Counted
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse

from wuyefei.collection.followup.public import Promise, steps
from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import deciding
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import Figures, Goals, Period, Unit, cells, scope_of
from wuyefei.money.billing.public import receivables
from wuyefei.money.channels.public import open_exceptions
from wuyefei.money.payments.public import Payment, payments
from wuyefei.relations.service.public import tickets
from wuyefei.relations.surveys.public import to_call

from .models import Delivery, Subscription
from .rules import Brief, Count, Line, summed

_P = Permission


def brief(actor: Actor) -> Brief:
    """This morning's. Raises ``Forbidden`` where the person has no report to see."""
    today = clock.today()
    yesterday = today - DAY
    month = Period.of(Unit.MONTH, yesterday)
    scope = scope_of(actor, month, yesterday)
    figures: dict[int, Figures] = defaultdict(Figures)
    for cell in cells(scope, ages=False):
        figures[cell.community_id] += cell.figures
    goals, came = Goals(actor), _received(actor, yesterday)
    lines = tuple(
        Line(place.name, came.get(place.pk, 0), figures[place.pk].current, goals.of(place.pk, month), figures[place.pk].arrears_fen)
        for place in scope.communities
    )
    due, paid = (sum(getattr(one, name) for one in figures.values()) for name in ("due_fen", "paid_fen"))
    whole = summed(lines, due, paid, goals.over(figures, month))
    before = sum(_received(actor, yesterday - DAY).values())
    return Brief(today, organisation_of(actor).name, before, whole, lines, _events(actor, yesterday), _todos(actor, today))


def _moments(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.combine(day, dt.time(), CHINA)
    return start, start + DAY


def _received(actor: Actor, day: dt.date) -> dict[int, int]:
    """Money booked on a day by community; voids left out, offsets of prepayment are no new money."""
    start, end = _moments(day)
    rows = payments(actor).filter(booked_at__gte=start, booked_at__lt=end, voided_at__isnull=True, kind__in=Payment.TAKEN)
    return dict(rows.order_by().values_list("community_id").annotate(fen=Sum("amount_fen")))


def _sums(name: str, rows: QuerySet[Payment] | QuerySet[Promise], url: str = "") -> Count:
    found = rows.order_by().aggregate(count=Counted("pk"), fen=Sum("amount_fen"))
    return Count(name, found["count"], found["fen"] or 0, url)


def _events(actor: Actor, yesterday: dt.date) -> tuple[Count, ...]:
    """What happened since yesterday morning, each where the person may see it."""
    start, end = _moments(yesterday)
    found = []
    if actor.may(_P.BILLING_VIEW):
        late = receivables(actor).filter(due_on=yesterday, outstanding_fen__gt=0, reversed_at__isnull=True)
        sums = late.order_by().aggregate(count=Counted("property_id", distinct=True), fen=Sum("outstanding_fen"))
        found.append(Count("新增欠费户", sums["count"], sums["fen"] or 0, reverse("arrears:ledger")))
    if actor.may(_P.FOLLOW_VIEW):
        places = actor.communities(_P.FOLLOW_VIEW)
        broken = Promise.objects.filter(organisation_id=actor.organisation_id, community_id__in=places, state="broken", settled_on__gte=yesterday)
        found.append(_sums("未兑现承诺", broken, reverse("followup:desk")))
    if actor.may(_P.PAYMENT_VIEW):
        found.append(_sums("作废收款", payments(actor).filter(voided_at__gte=start, voided_at__lt=end)))
    return tuple(found)


def _todos(actor: Actor, today: dt.date) -> tuple[Count, ...]:
    """What waits for this person, each with its page; nothing that they may not do."""
    ways: list[tuple[Permission | None, str, str, Callable[[], int]]] = [
        (None, "待复核", "approvals:waiting", lambda: len(deciding(actor))),
        (_P.CHANNEL_WORK, "收款异常", "channels:exceptions", lambda: open_exceptions(actor)),
        (_P.SERVICE_HANDLE, "待答复工单", "service:tickets", lambda: tickets(actor).filter(state="open").count()),
        (_P.SURVEY_WORK, "待回访", "surveys:answers", lambda: to_call(actor)),
        (_P.FOLLOW_MANAGE, "今天的催缴步骤", "followup:steps", lambda: steps(actor).filter(on=today, state="draft").count()),
    ]
    return tuple(Count(name, count(), None, reverse(way)) for right, name, way, count in ways if right is None or actor.may(right))


def subscription_of(actor: Actor) -> Subscription | None:
    return Subscription.objects.filter(user_id=actor.user_id).first()


def last_deliveries(actor: Actor, many: int = 5) -> list[Delivery]:
    """One's own, the latest first."""
    return list(Delivery.objects.filter(Q(user_id=actor.user_id)).order_by("-on")[:many])
