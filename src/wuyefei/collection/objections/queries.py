"""Scoped reads of objections and comparables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import (
    DateField,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.payments.public import Payment

from .models import Comparable, Objection
from .rules import WITHIN, Rate, Talk, rates


def objections(actor: Actor) -> QuerySet[Objection]:
    """The objections of the communities whose follow-up the actor may see."""
    rows = Objection.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return rows.select_related("case__property", "person", "community", "made_by", "ticket")


def get_objection(actor: Actor, objection_id: int) -> Objection:
    row = objections(actor).filter(pk=objection_id).first()
    if row is None:
        raise NotFound()
    return row


def comparables(actor: Actor, community_ids: Collection[int] | None = None) -> QuerySet[Comparable]:
    """The latest reading of each comparable of the actor's communities (or of these), the cheapest first."""
    allowed = actor.communities(Permission.FOLLOW_VIEW)
    rows = Comparable.objects.filter(organisation_id=actor.organisation_id, community_id__in=allowed)
    if community_ids is not None:
        rows = rows.filter(community_id__in=community_ids)
    latest = rows.order_by("community_id", "name", "-seen_on", "-pk").distinct("community_id", "name").values("pk")
    return Comparable.objects.filter(pk__in=latest).select_related("community", "made_by").order_by("community__sort_key", "price", "pk")


def conversion(actor: Actor, today: dt.date) -> list[Rate]:
    """By kind, over the actor's places: new money that came in from the payer within the days after the talk."""
    ends = ExpressionWrapper(OuterRef("opened_on") + Value(WITHIN, output_field=IntegerField()), output_field=DateField())
    paid = Payment.objects.filter(
        payer_id=OuterRef("person_id"), kind__in=Payment.TAKEN, voided_at__isnull=True, value_date__gte=OuterRef("opened_on"),
        value_date__lte=ends, booked_at__gt=OuterRef("made_at"),
    )  # fmt: skip
    summed = paid.order_by().values("payer_id").annotate(fen=Sum("amount_fen")).values("fen")
    rows = objections(actor).annotate(paid=Coalesce(Subquery(summed), 0)).values_list("kind", "opened_on", "owed_fen", "paid")
    return rates([Talk(*row) for row in rows], today)


