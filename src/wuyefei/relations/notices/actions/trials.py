"""A comparison of the plain and the smart bill is begun and ended; what a community looks forward to is said."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import News, Trial
from ..queries import approved, news_rows
from ..rules.trial import sample_size


class TrialOpen(DomainError):
    code = "trial_open"
    message = "已有一个比较在进行，请先结束它。"


class NoSmartText(DomainError):
    code = "no_smart_text"
    message = "还没有已批准的「智能账单」模板，或者同一渠道没有普通的账单通知，无法比较。"


@transaction.atomic
def start_trial(
    name: str, community_ids: Collection[int], measure: str, usual: Decimal, difference: Decimal, *, actor: Actor
) -> Trial:
    """Begin a comparison: what is measured, how many are needed and the seed are fixed here. ``usual`` and ``difference``
    are shares. Raises ``TrialOpen``, ``NoSmartText`` and ``Invalid``."""
    actor.require_wide(Permission.NOTICE_SEND)
    if measure not in Trial.Measure.values:
        raise Invalid(field="比较什么", reason="请选一项")
    places = sorted({get_community(actor, one, Permission.NOTICE_SEND).pk for one in community_ids})
    if not places:
        raise Invalid(field="小区", reason="请选一项")
    needed = sample_size(usual, difference)
    if Trial.objects.filter(organisation_id=actor.organisation_id, ended_at__isnull=True).exists():
        raise TrialOpen()
    if not set(approved(actor.organisation_id, "smart")) & set(approved(actor.organisation_id, "bill")):
        raise NoSmartText()
    row = Trial.objects.create(
        organisation_id=actor.organisation_id, name=limited(name, "名称", 80, required=True), community_ids=places, measure=measure,
        usual=usual, difference=difference, needed=needed, seed=secrets.token_hex(16), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    after = {"name": row.name, "measure": measure, "needed": needed, "communities": places}
    audit.record(actor, "notice.trial", row, after=after)
    return row


@transaction.atomic
def end_trial(trial_id: int, *, actor: Actor) -> Trial:
    """End a comparison: notices begun from now on take no part in it."""
    actor.require_wide(Permission.NOTICE_SEND)
    row = Trial.objects.select_for_update().filter(pk=trial_id, organisation_id=actor.organisation_id).first()
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise DomainError("trial_over", "这个比较已经结束。")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(actor, "notice.trial_end", row)
    return row


@transaction.atomic
def say_news(community_id: int, text: str, starts_on: dt.date, ends_on: dt.date, *, actor: Actor) -> News:
    """What a community's bills and phones say of its next event or service upgrade. Raises ``Invalid``."""
    place = get_community(actor, community_id, Permission.NOTICE_SEND)
    if ends_on < starts_on:
        raise Invalid(field="止", reason="应不早于起")
    row = News.objects.create(
        organisation_id=place.organisation_id, community=place, text=limited(text, "内容", 40, required=True), starts_on=starts_on,
        ends_on=ends_on, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "notice.news", row, community_id=place.pk, after={"text": row.text, "from": starts_on, "to": ends_on})
    return row


@transaction.atomic
def withdraw_news(news_id: int, *, actor: Actor) -> News:
    """Say it no longer, from today on."""
    row = news_rows(actor).select_for_update(of=("self",)).filter(pk=news_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.NOTICE_SEND, row.community_id)
    yesterday = clock.today() - dt.timedelta(days=1)
    row.starts_on, row.ends_on = min(row.starts_on, yesterday), min(row.ends_on, yesterday)
    row.save(update_fields=["starts_on", "ends_on"])
    audit.record(actor, "notice.news_end", row, community_id=row.community_id)
    return row
