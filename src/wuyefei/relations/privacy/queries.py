"""Reads of consents, of the retention in force, and of those whose data nobody needs any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import DateField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person, people
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Payment, Prepayment

from .models import Consent, Retention
from .rules import YEARS, Use, years_before


def consents(actor: Actor) -> QuerySet[Consent]:
    """What people of the actor's places said about the uses of their data."""
    return Consent.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PRIVACY_MANAGE)
    )


def consents_of(actor: Actor, person_id: int) -> dict[str, Consent]:
    """A person's latest word on each use."""
    rows = consents(actor).filter(person_id=person_id).select_related("made_by")
    return {row.use: row for row in rows.order_by("use", "-id").distinct("use")}


def agreed(person_ids: Collection[int], use: Use) -> set[int]:
    """Those whose latest word on a use is yes. For programs about to use the data so; silence is no."""
    rows = Consent.objects.filter(person_id__in=person_ids, use=use.value).order_by("person_id", "-id").distinct("person_id")
    return {row.person_id for row in rows if row.given}


def years_of(organisation_id: int) -> int:
    """The retention in force, in years; the default where the firm has set none."""
    row = Retention.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    return row.years if row else YEARS


def latest_retention(organisation_id: int) -> Retention | None:
    return Retention.objects.filter(organisation_id=organisation_id).select_related("made_by").order_by("-id").first()


def expired(actor: Actor, today: dt.date) -> QuerySet[Person]:
    """Persons whose data nobody needs any more, with ``over_on``: the last day of a tie or payment, which lies further back
    than the retention. Nobody who owes or has a prepayment is among them; nobody without any tie, for there may be one to
    come."""
    limit = years_before(today, years_of(actor.organisation_id))
    mine = actor.communities(Permission.PRIVACY_MANAGE)
    ties, paid = Tie.objects.filter(person_id=OuterRef("pk")), Payment.objects.filter(payer_id=OuterRef("pk"))
    owes = Receivable.objects.filter(payer_id=OuterRef("pk"), outstanding_fen__gt=0)
    held = Prepayment.objects.filter(payer_id=OuterRef("pk")).order_by().values("payer").annotate(s=Sum("amount_fen")).filter(s__gt=0)
    last_tie = ties.order_by().values("person").annotate(last=Max("ends_on")).values("last")
    last_paid = paid.order_by().values("payer").annotate(last=Max("value_date")).values("last")
    return (
        people(actor)
        .filter(community_id__in=mine, erased_at__isnull=True)
        .filter(~Exists(ties.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=limit))), ~Exists(owes), ~Exists(held))
        .annotate(tie_on=Subquery(last_tie, output_field=DateField()), paid_on=Subquery(last_paid, output_field=DateField()))
        .filter(tie_on__isnull=False)
        .annotate(over_on=Greatest(F("tie_on"), Coalesce(F("paid_on"), F("tie_on"))))
        .filter(over_on__lt=limit)
        .select_related("community")
    )


def unsettled_reason(person_id: int) -> str | None:
    """Why a person may not be erased yet: money is still between us. Registered with the people room."""
    owed = Receivable.objects.filter(payer_id=person_id, outstanding_fen__gt=0).aggregate(s=Sum("outstanding_fen"))["s"]
    if owed:
        return Phrase("还有欠费 {amount} 元，请先收清或核销。", amount=yuan_text(owed))
    held = Prepayment.objects.filter(payer_id=person_id).aggregate(s=Sum("amount_fen"))["s"]
    return Phrase("还有预存 {amount} 元，请先退还。", amount=yuan_text(held)) if held else None
