"""Matters are opened with chosen debts, brought up to date, and closed by payment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock, numbering
from wuyefei.money.billing.public import (
    LateFeeHold,
    OpenBill,
    get_receivable,
    lock_receivables,
    lost_among,
    open_bills,
)
from wuyefei.relations.contacts.public import DISPUTE, Contact

from ..models import Claim, Cost, Event, Letter, Matter
from ..queries.matters import bill_ids, deadlines_of, get_matter, limitation_of, past_of
from ..rules.road import Step
from .bankruptcy import stop_contacts
from .calls import drop_calls

KIND = "legal_matters"
SPOKEN = ("reached", "promised", "claims_paid", "disputes", "hardship")
"""Outcomes of a contact after which a delivered letter counts as followed up."""


class NotClaimable(DomainError):
    code = "not_claimable"
    message = "{reason}，没有立案。"


def lock_matter(matter_id: int, actor: Actor, permission: Permission = Permission.LEGAL_WORK) -> Matter:
    """The matter for writing; its lock comes before every other of the room."""
    seen = get_matter(actor, matter_id)
    actor.require(permission, seen.community_id)
    return Matter.objects.select_for_update(of=("self",)).select_related("person", "property", "community", "owner", "organisation").get(pk=seen.pk)


@transaction.atomic
def open_matter(receivable_ids: Collection[int], *, actor: Actor) -> Matter:
    """Choose overdue bills of one payer: their figures as of today are frozen. Raises ``NotClaimable``, and ``NotFound`` for
    a bill of elsewhere."""
    today, ids = clock.today(), sorted(set(receivable_ids))
    bills = open_bills(actor, today, receivable_ids=ids)
    if not ids or {bill.id for bill in bills} != set(ids):
        raise NotFound() if not bills else NotClaimable(reason="有账单已经缴清，请刷新")
    if len({bill.payer_id for bill in bills}) > 1:
        raise NotClaimable(reason="一个案件只能有一个缴费人")
    first = bills[0]
    place = _place_of(first, actor)
    _check(bills, place.pk)
    year = today.year
    number = numbering.take(actor.organisation_id, place.pk, "legal", year)
    matter = Matter.objects.create(
        organisation_id=actor.organisation_id, community=place, person_id=first.payer_id, property_id=_mostly(bills),
        number=f"{place.receipt_prefix}-FW-{year}-{number:04d}", owner_id=actor.user_id, step_on=today, opened_on=today, next_on=today,
    )  # fmt: skip
    Claim.objects.bulk_create([
        Claim(organisation_id=actor.organisation_id, community=place, matter=matter, receivable_id=bill.id, due_on=bill.due_on,
              principal_fen=bill.outstanding_fen, late_fee_fen=bill.late_fee_fen, as_of=today)
        for bill in bills
    ])  # fmt: skip
    total = sum(bill.total_fen for bill in bills)
    note(matter, "open", {"bills": len(bills), "total_fen": total}, actor=actor)
    audit.record(actor, "legal.open", matter, after={"bills": ids, "total_fen": total})
    refresh(matter)
    return matter


def _place_of(bill: OpenBill, actor: Actor) -> Community:
    place = get_receivable(actor, bill.id).community
    actor.require(Permission.LEGAL_WORK, place.pk)
    return place


def _mostly(bills: list[OpenBill]) -> int:
    """The property where most is owed."""
    sums: dict[int, int] = {}
    for bill in bills:
        sums[bill.property_id] = sums.get(bill.property_id, 0) + bill.total_fen
    return max(sums, key=lambda one: (sums[one], -one))


def _check(bills: list[OpenBill], community_id: int) -> None:
    ids, today = [bill.id for bill in bills], clock.today()
    if len(lock_receivables(ids, community_id)) != len(ids):
        raise NotClaimable(reason="一个案件只能有一个小区的账单")
    if any(bill.due_on >= today for bill in bills):
        raise NotClaimable(reason="有账单还没有到期")
    held = LateFeeHold.objects.filter(receivable_id__in=ids, kind=DISPUTE, starts_on__lte=today)
    if held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists():
        raise NotClaimable(reason="有账单在争议中")
    if Cost.objects.filter(receivable_id__in=ids).exists():
        raise NotClaimable(reason="有账单是别的案件判由对方负担的费用，随那个案件收回")
    if Claim.objects.filter(receivable_id__in=ids, released_at__isnull=True).exists():
        raise NotClaimable(reason="有账单已在别的案件里")


def note(matter: Matter, kind: str, facts: dict[str, Any], *, actor: Actor, on: Any = None) -> Event:
    """Append an event; the caller holds the matter's lock."""
    matter.events += 1
    matter.save(update_fields=["events"])
    return Event.objects.create(
        organisation_id=matter.organisation_id, community_id=matter.community_id, matter=matter, number=matter.events, kind=kind,
        on=on or clock.today(), facts=facts, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip


def _follow(matter: Matter) -> None:
    """A delivered letter is followed up by the first contact in which the payer was spoken with."""
    for row in Letter.objects.filter(matter=matter, delivered_on__isnull=False, followed_on__isnull=True):
        spoken = Contact.objects.filter(person_id=matter.person_id, state=Contact.State.DONE, outcome__in=SPOKEN, at__date__gte=row.delivered_on)
        first = spoken.order_by("at").values_list("at", flat=True).first()
        if first is not None:
            row.followed_on = first.astimezone(CHINA).date()
            row.save(update_fields=["followed_on"])


def refresh(matter: Matter) -> None:
    """Work the next deadline out anew."""
    _follow(matter)
    if matter.closed_on is not None:
        matter.next_on, matter.next_what = matter.closed_on, ""
    else:
        matter.limitation_on = limitation_of(matter)
        first = deadlines_of(past_of(matter), clock.today(), matter.limitation_on)[0]
        matter.next_on, matter.next_what = first.on, first.what
    matter.worked_at = clock.now()
    matter.save(update_fields=["next_on", "next_what", "limitation_on", "worked_at"])


def move(matter: Matter, step: Step) -> None:
    """Into a step; closing releases the claims."""
    if matter.step == step.value:
        return
    matter.step, matter.step_on = step.value, clock.today()
    if step is Step.CLOSED:
        matter.closed_on = clock.today()
        Claim.objects.filter(matter=matter, released_at__isnull=True).update(released_at=clock.now())
        drop_calls(matter, "已结案")
    matter.save(update_fields=["step", "step_on", "closed_on"])


def watch(organisation_id: int | None) -> int:
    """Every night: close what the books say is paid, and bring deadlines and what bankruptcy means for contacts up to date. Returns how many were closed."""
    rows = Matter.objects.filter(closed_on__isnull=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return sum(settle(pk) for pk in rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def settle(matter_id: int) -> bool:
    """Close one matter where nothing of it is owed any more; whether it was closed."""
    matter = Matter.objects.select_for_update(of=("self",)).get(pk=matter_id)
    if matter.closed_on is not None:
        return False
    actor = service_actor(matter.organisation_id, SYSTEM)
    ids = bill_ids(matter.pk)
    done = not open_bills(actor, clock.today(), receivable_ids=ids)
    if done:
        how = "written_off" if lost_among(ids) else "paid"
        note(matter, how, {}, actor=actor)
        matter.asked = False
        matter.save(update_fields=["asked"])
        move(matter, Step.CLOSED)
        audit.record(actor, f"legal.{how}", matter)
    stop_contacts(matter, actor)
    refresh(matter)
    return done
