"""Scoped reads of drives and of the lists of those who take part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from wuyefei.collection.followup.public import SILENT, Case, Kind
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.queries import holders_in
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import LateFeeHold, Receivable

from ..models import Drive, Household, Listed, Passing

HELD = ("dispute", "instalment", "deferral")
"""The kinds of billing hold under which nobody is asked."""
BARRED = tuple(kind.value for kind in SILENT - {Kind.PROMISE_WAIT})
"""Next steps of cases that are kept off a list; a promise is awaited on it."""
MINE_ORDER = ["-owed_fen", "-id"]


def drives(actor: Actor) -> QuerySet[Drive]:
    """The drives of the communities whose follow-up the actor may see."""
    rows = Drive.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return rows.select_related("community", "made_by", "closed_by")


def get_drive(actor: Actor, drive_id: int) -> Drive:
    row = drives(actor).filter(pk=drive_id).first()
    if row is None:
        raise NotFound()
    return row


def in_state(state: str, today: dt.date) -> Q:
    """The condition of a state of the list's filter; everything for another word."""
    return {
        "running": Q(closed_on__isnull=True, listed_at__isnull=False, ends_on__gte=today), "planned": Q(closed_on__isnull=True, listed_at__isnull=True),
        "over": Q(closed_on__isnull=True, listed_at__isnull=False, ends_on__lt=today), "closed": Q(closed_on__isnull=False),
    }.get(state, Q())  # fmt: skip


def able(actor: Actor, community_id: int) -> list[User]:
    """Who may take part in a drive of a community."""
    return holders_in(actor, community_id, [role for role, held in ROLE_PERMISSIONS.items() if Permission.DRIVE_WORK in held])


def asked_bills(community_id: int, person_ids: Collection[int], today: dt.date) -> QuerySet[Receivable]:
    """The overdue bills of these payers that may be asked for today: not in dispute, in instalments or put off. For callers
    that have checked the place."""
    held = LateFeeHold.objects.filter(receivable_id=OuterRef("pk"), kind__in=HELD, starts_on__lte=today)
    rows = Receivable.objects.filter(
        community_id=community_id, payer_id__in=person_ids, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today
    )
    return rows.exclude(Exists(held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))))


def askable(community_id: int) -> QuerySet[Case]:
    """The cases that a list may hold. For callers that have checked the place."""
    return Case.objects.filter(community_id=community_id, closed_on__isnull=True).exclude(next_kind__in=BARRED)


def mine(actor: Actor) -> QuerySet[Household]:
    """The households that the actor has to ask in the drives that are open: their own, unless somebody else does them for now, and
    those of whom they stand in for."""
    rows = Household.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.DRIVE_WORK), drive__closed_on__isnull=True,
        drive__ends_on__gte=clock.today(),
    )  # fmt: skip
    passed = Passing.objects.filter(drive_id=OuterRef("drive_id"), giver_id=OuterRef("user_id"), ended_at__isnull=True, ends_on__gte=clock.today())
    return rows.filter(Q(user_id=actor.user_id) & ~Exists(passed) | Exists(passed.filter(taker_id=actor.user_id)))


def passings_now(drive: Drive) -> QuerySet[Passing]:
    """The lists of a drive that somebody else does today."""
    rows = Passing.objects.filter(drive=drive, ended_at__isnull=True, ends_on__gte=clock.today())
    return rows.select_related("giver", "taker").order_by("pk")


def get_passing(actor: Actor, passing_id: int) -> Passing:
    row = Passing.objects.filter(pk=passing_id, drive__in=drives(actor)).select_related("drive").first()
    if row is None:
        raise NotFound()
    return row


def unpaid(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Those that still owe something of what is listed: whoever has paid is gone at once."""
    left = Listed.objects.filter(household_id=OuterRef("pk"), receivable__outstanding_fen__gt=0, receivable__reversed_at__isnull=True)
    return rows.filter(Exists(left))


def left_of(rows: Sequence[Household], today: dt.date) -> dict[int, tuple[int, int]]:
    """By household, what is unpaid now of its listed bills, and how much of that may not be asked for today."""
    bills = Listed.objects.filter(household__in=rows, receivable__outstanding_fen__gt=0, receivable__reversed_at__isnull=True)
    held = LateFeeHold.objects.filter(receivable_id=OuterRef("receivable_id"), kind__in=HELD, starts_on__lte=today)
    marked = bills.annotate(held=Exists(held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))))
    found = {row.pk: (0, 0) for row in rows}
    for household, fen, is_held in marked.values_list("household_id", "receivable__outstanding_fen", "held"):
        left, barred = found[household]
        found[household] = (left + fen, barred + (fen if is_held else 0))
    return found


def of_case(actor: Actor, case_id: int) -> Household | None:
    """The household of a running drive that a case is, for whoever may see the case."""
    rows = Household.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW), case_id=case_id,
        drive__closed_on__isnull=True, drive__ends_on__gte=clock.today(),
    )  # fmt: skip
    return rows.select_related("drive", "user").first()


def awaiting_evaluation(actor: Actor) -> QuerySet[Drive]:
    """Drives that are over and not closed, in the places the actor manages."""
    return drives(actor).filter(in_state("over", clock.today()), community_id__in=actor.communities(Permission.FOLLOW_MANAGE)).order_by("ends_on", "pk")


def siblings(actor: Actor, drive: Drive) -> list[Drive]:
    """The drives opened together with one, itself among them, as far as the actor sees them."""
    return list(drives(actor).filter(bundle=drive.bundle).order_by("community__sort_key", "pk"))
