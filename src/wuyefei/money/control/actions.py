"""Draw and check a week's sample, tick a month's stubs, and close what they found."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, get_community, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import Check, Draw, Item, Mismatch, StubCheck
from .queries import get_item, get_mismatch, month_stubs, population
from .rules import SAMPLE_SIZE, SETTLE_WITHIN, WEEK, Already, NotOver, SameHand, monday_of, pick, seed_of

ROUNDS = "wuyefei.control"


def _place(community_id: int, actor: Actor) -> Community:
    """The community, locked against a second drawing or ticking."""
    community = get_community(actor, community_id, Permission.CONTROL_WORK)
    return Community.objects.select_for_update(no_key=True).get(pk=community.pk)


@transaction.atomic
def draw(community_id: int, week: dt.date, *, actor: Actor) -> Draw:
    """Draw the sample of the week that ``week`` lies in; drawn before, it is the same. Raises ``NotOver``."""
    monday = monday_of(week)
    if monday + WEEK > clock.today():
        raise NotOver(period=f"{monday} – {monday + WEEK - DAY}")
    community = _place(community_id, actor)
    there = Draw.objects.filter(community=community, week=monday).first()
    if there is not None:
        return there
    takers, seed = population(community.pk, monday), seed_of(actor.organisation_id, monday)
    row = Draw.objects.create(
        organisation_id=actor.organisation_id, community=community, week=monday, seed=seed, size=SAMPLE_SIZE, population=len(takers),
        drawn_by_id=actor.user_id, drawn_at=clock.now(),
    )  # fmt: skip
    Item.objects.bulk_create(
        [Item(organisation_id=row.organisation_id, community=community, draw=row, rank=rank, payment_id=pk, taken_by_id=takers[pk])
         for rank, pk in enumerate(pick(seed, takers, SAMPLE_SIZE), start=1)]
    )  # fmt: skip
    audit.record(actor, "control.draw", row, after={"week": monday, "population": len(takers), "seed": seed})
    return row


def make_rounds(organisation_id: int | None) -> int:
    """Each Monday: the week before is drawn in every community that is managed."""
    rows = Community.objects.filter(ended_on__isnull=True).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    week = monday_of(clock.today()) - WEEK
    for community in rows:
        draw(community.pk, week, actor=service_actor(community.organisation_id, SYSTEM))
    return len(rows)


@transaction.atomic
def check(item_id: int, result: str, *, actor: Actor, slip_fen: int | None = None, reason: str = "") -> Check:
    """Say what the signed slip of a drawn payment says: the same sum, or what differs.

    Raises ``SameHand`` for whoever took the payment, ``Already``, and ``Invalid`` where the sums and the answer do not fit.
    """
    item = get_item(actor, item_id)
    actor.require(Permission.CONTROL_WORK, item.community_id)
    Draw.objects.select_for_update().get(pk=item.draw_id)
    if item.taken_by_id == actor.user_id:
        raise SameHand(what="收款和抽查核对")
    if Check.objects.filter(item=item).exists():
        raise Already(what="这一笔")
    differs = result == Check.Result.DIFFERS
    if result not in Check.Result.values:
        raise Invalid(field="核对结果", reason="不认识")
    if not differs and slip_fen != item.payment.amount_fen:
        raise Invalid(field="底单金额", reason="与收款金额不同，请选「不符」并写明原因")
    if slip_fen is not None and slip_fen < 0:
        raise Invalid(field="底单金额", reason="不能是负数")
    reason = limited(reason, "原因", 200, required=differs)
    row = Check.objects.create(
        organisation_id=item.organisation_id, community_id=item.community_id, item=item, taken_by_id=item.taken_by_id,
        checked_by_id=actor.user_id, result=result, slip_fen=slip_fen, reason=reason, checked_at=clock.now(),
    )  # fmt: skip
    if differs:
        open_mismatch(Mismatch.Kind.SAMPLE, row.pk, reason, item.community_id, item.taken_by_id, actor)
    audit.record(actor, "control.check", item.draw, after={"payment": item.payment_id, "result": result}, reason=reason)
    return row


@transaction.atomic
def tick(community_id: int, month: Month, counted: int, *, actor: Actor, note: str = "") -> StubCheck:
    """Tick a month's receipts off against the paper stubs, of which ``counted`` were there. Missing numbers, voids without a
    reason and another count become mismatches.

    Raises ``NotOver``, ``Already``, and ``Invalid`` for a count that differs without a word why.
    """
    if month.last >= clock.today():
        raise NotOver(period=str(month))
    community = _place(community_id, actor)
    found = month_stubs(actor, community.pk, month)
    if found.tick is not None:
        raise Already(what=f"{community.name} {month}")
    facts, differs = found.facts, counted != found.facts.receipts
    note = limited(note, "说明", 200, required=differs)
    row = StubCheck.objects.create(
        organisation_id=actor.organisation_id, community=community, month=month.first, first_number=facts.first_number,
        last_number=facts.last_number, receipts=facts.receipts, counted=counted, total_fen=facts.total_fen, voided=facts.voided,
        reprints=len(found.reprints), gaps=list(facts.gaps), unexplained=list(facts.unexplained), digest=facts.digest, note=note,
        ticked_by_id=actor.user_id, ticked_at=clock.now(),
    )  # fmt: skip
    for gap in facts.gaps:
        open_mismatch(Mismatch.Kind.GAP, row.pk, gap, community.pk, None, actor)
    for number in facts.unexplained:
        open_mismatch(Mismatch.Kind.VOID, row.pk, number, community.pk, None, actor)
    if differs:
        open_mismatch(Mismatch.Kind.COUNT, row.pk, f"{counted} / {facts.receipts}", community.pk, None, actor)
    audit.record(actor, "control.tick", row, reason=note, after={"receipts": facts.receipts, "counted": counted, "digest": facts.digest})
    return row


def open_mismatch(kind: Mismatch.Kind, source_id: int, detail: str, community_id: int | None, concerns_id: int | None, actor: Actor) -> None:
    """Within the transaction of what found it."""
    now = clock.now()
    row = Mismatch.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, kind=kind.value, source_id=source_id, detail=detail[:400],
        concerns_id=concerns_id, opened_by_id=actor.user_id, opened_at=now, due_at=now + SETTLE_WITHIN,
    )  # fmt: skip
    audit.record(actor, "control.mismatch", row)


@transaction.atomic
def settle(mismatch_id: int, note: str, *, actor: Actor) -> Mismatch:
    """Close a mismatch with what was found out. Raises ``SameHand`` for whoever opened it or whom it concerns, ``Already``."""
    found = get_mismatch(actor, mismatch_id)
    if found.community_id is None:
        actor.require_wide(Permission.CONTROL_WORK)
    else:
        actor.require(Permission.CONTROL_WORK, found.community_id)
    row = Mismatch.objects.select_for_update().get(pk=found.pk)
    if row.closed_at is not None:
        raise Already(what="这项异常")
    if actor.user_id in {row.opened_by_id, row.concerns_id}:
        raise SameHand(what="提出异常、涉及异常和关闭异常")
    row.note, row.closed_by_id, row.closed_at = limited(note, "查到什么", 300, required=True), actor.user_id, clock.now()
    row.save(update_fields=["note", "closed_by", "closed_at"])
    audit.record(actor, "control.settle", row, reason=row.note)
    return row
