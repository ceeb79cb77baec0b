"""Scoped reads of cases and what happened in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, prefetch_related_objects

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import after, paginate
from wuyefei.money.billing.public import LateFeeHold, OpenBill, Receivable, open_bills
from wuyefei.relations.contacts.public import DISPUTE

from ..models import Act, Attachment, Case, Lane, Promise, Script, Step
from ..rules.cadence import Age
from ..rules.nextstep import SILENT
from ..rules.scripts import BUILT_IN, interval

ORDER = ["next_rank", "-owed_fen", "-id"]


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases of the communities whose follow-up the actor may see."""
    return Case.objects.filter(actor.within(Permission.FOLLOW_VIEW))


def open_cases(actor: Actor) -> QuerySet[Case]:
    """Those in which something overdue is unpaid at this very moment: whoever has paid is gone at once."""
    unpaid = Receivable.objects.filter(
        payer_id=OuterRef("person_id"), outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=clock.today()
    )
    return cases(actor).filter(Exists(unpaid), closed_on__isnull=True)


def get_case(actor: Actor, case_id: int) -> Case:
    row = cases(actor).select_related("person", "property", "community", "owner").filter(pk=case_id).first()
    if row is None:
        raise NotFound()
    return row


def workable(actor: Actor, today: dt.date) -> tuple[QuerySet[Case], QuerySet[Case]]:
    """What the actor may contact somebody in today, theirs and nobody's: its day come, in places where they work cases, and
    no step of it waiting for somebody to let it go. Two sets, for each has an index in the order of the work: what is
    others' is not looked through."""
    waiting = Step.objects.filter(person_id=OuterRef("person_id"), state=Step.State.DRAFT)
    rows = open_cases(actor).filter(actor.within(Permission.FOLLOW_WORK), next_on__lte=today)
    rows = rows.exclude(next_kind__in=[kind.value for kind in SILENT]).exclude(Exists(waiting))
    return rows.filter(owner_id=actor.user_id), rows.filter(owner__isnull=True)


@dataclass(frozen=True)
class Ahead:
    """The household that is next (None where there is none), the mark of the one after it, and the first of the others."""

    case: Case | None
    skip: str
    behind: list[Case]


def ahead(actor: Actor, today: dt.date, mark: str, size: int) -> Ahead:
    """Who is next from ``mark`` on, and ``size`` others from the beginning of the list."""
    rows = workable(actor, today)
    first = paginate(rows, ORDER, size=size + 1).rows
    page = paginate(rows, ORDER, mark, size=1) if mark else None
    case = next(iter(page.rows if page else first), None)
    if case is None:
        return Ahead(None, "", [])
    behind = [row for row in first if row.pk != case.pk][:size]
    prefetch_related_objects([case, *behind], "person", "property")
    prefetch_related_objects([case], "community", "owner")
    return Ahead(case, page.older if page else after(case, ORDER) if behind else "", behind)


def waiting(actor: Actor, today: dt.date, most: int) -> int:
    """How many households wait for the actor today, counted no further than ``most``, in the order of the list: the count
    stops there, too."""
    count = 0
    for rows in workable(actor, today):
        if count < most:
            count += rows.order_by(*ORDER)[: most - count].count()
    return count


def done_today(actor: Actor, today: dt.date) -> int:
    """How many households the actor has logged a contact with today."""
    dawn = dt.datetime.combine(today, dt.time(), tzinfo=CHINA)
    rows = Act.objects.filter(actor.within(Permission.FOLLOW_VIEW))
    return rows.filter(made_by_id=actor.user_id, made_at__gte=dawn).aggregate(count=Count("case_id", distinct=True))["count"]


def acts_of(actor: Actor, case_id: int) -> QuerySet[Act]:
    rows = Act.objects.filter(case__in=cases(actor).filter(pk=case_id))
    return rows.select_related("contact", "made_by", "script").order_by("-number")


def get_act(actor: Actor, act_id: int) -> Act:
    row = Act.objects.filter(pk=act_id, case__in=cases(actor)).first()
    if row is None:
        raise NotFound()
    return row


def attachments(actor: Actor) -> QuerySet[Attachment]:
    """What is beside the contacts of the actor's cases, without the bytes, the earliest first."""
    rows = Attachment.objects.filter(actor.within(Permission.FOLLOW_VIEW))
    return rows.defer("content").order_by("pk")


def get_attachment(actor: Actor, attachment_id: int) -> Attachment:
    row = attachments(actor).defer(None).filter(pk=attachment_id).first()
    if row is None:
        raise NotFound()
    return row


def promises_of(actor: Actor, person_id: int) -> QuerySet[Promise]:
    """The promises of a payer, the latest first."""
    return Promise.objects.filter(actor.within(Permission.FOLLOW_VIEW), person_id=person_id).order_by("-pk")


def lane_of(actor: Actor, person_id: int) -> Lane | None:
    """The green lane of a payer, where one is granted."""
    return Lane.objects.filter(actor.within(Permission.FOLLOW_VIEW), person_id=person_id, ended_at__isnull=True).first()


def overdue_bills(actor: Actor, person_id: int, today: dt.date) -> tuple[list[OpenBill], list[OpenBill]]:
    """What a payer owes overdue with its late fee as of today: what may be asked for, and what is in dispute."""
    bills = [bill for bill in open_bills(actor, today, payer_ids=[person_id]) if bill.due_on < today]
    rows = LateFeeHold.objects.filter(receivable_id__in=[bill.id for bill in bills], kind=DISPUTE, starts_on__lte=today)
    disputed = set(rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).values_list("receivable_id", flat=True))
    return [bill for bill in bills if bill.id not in disputed], [bill for bill in bills if bill.id in disputed]


@dataclass(frozen=True)
class Spoken:
    """The script in use for an age; ``script`` None for the built-in one, version 0."""

    age: Age
    script: Script | None
    parts: tuple[str, str, str]

    @property
    def number(self) -> int:
        return self.script.number if self.script else 0


def script_for(actor: Actor, age: Age) -> Spoken:
    row = Script.objects.filter(organisation_id=actor.organisation_id, age=age.value).order_by("-number").first()
    if row is None:
        return Spoken(age, None, BUILT_IN[age])
    first, second, third = row.parts
    return Spoken(age, row, (first, second, third))


@dataclass(frozen=True)
class Kept:
    """How a version fared: contacts logged with it, promises whose day has come, those kept; the interval in per mille."""

    used: int
    settled: int
    kept: int

    @property
    def interval(self) -> tuple[int, int]:
        return interval(self.kept, self.settled)

    @property
    def permille(self) -> int | None:
        return (self.kept * 2000 + self.settled) // (2 * self.settled) if self.settled else None


def kept_by_version(actor: Actor, scripts: Collection[Script]) -> dict[int, Kept]:
    """By version, over the actor's places."""
    acts = Act.objects.filter(actor.within(Permission.FOLLOW_VIEW), script__in=scripts).order_by()
    used = dict(acts.values_list("script_id").annotate(Count("pk")))
    promises = Promise.objects.filter(act__in=acts).order_by().values_list("act__script_id")
    settled = dict(promises.filter(state__in=("kept", "broken")).annotate(Count("pk")))
    kept = dict(promises.filter(state="kept").annotate(Count("pk")))
    return {row.pk: Kept(used.get(row.pk, 0), settled.get(row.pk, 0), kept.get(row.pk, 0)) for row in scripts}


def totals(rows: QuerySet[Case]) -> dict[str, int]:
    """Over all cases of a list: how many, how much, by grade."""
    found = rows.aggregate(count=Count("pk"), fen=Sum("owed_fen"), **{level: Count("pk", filter=Q(grade=level)) for level in "SABC"})
    return {name: value or 0 for name, value in found.items()}
