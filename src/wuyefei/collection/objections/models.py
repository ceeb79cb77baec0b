"""Objections and comparables. Freezing triggers stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Case
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.relations.service.public import Ticket

from .rules import KIND_NAMES, REMEDY_NAMES

KINDS = [(kind.value, _(name)) for kind, name in KIND_NAMES.items()]
REMEDIES = [(remedy.value, _(name)) for remedy, name in REMEDY_NAMES.items()]


class Objection(models.Model):
    """One talk in four steps. ``owed_fen``: the overdue principal of that day. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=KINDS)
    heard = models.CharField(max_length=400)
    felt = models.CharField(max_length=200, blank=True)
    clarified = models.CharField(max_length=400, blank=True)
    agreed = models.CharField(max_length=400, blank=True)
    remedy = models.CharField(max_length=10, choices=REMEDIES)
    ticket = models.OneToOneField(Ticket, null=True, on_delete=models.PROTECT, related_name="+")
    owed_fen = models.BigIntegerField()
    opened_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "client_key"], name="objection_once"),
            models.CheckConstraint(
                condition=models.Q(ticket__isnull=False) | ~models.Q(remedy__in=("order", "instalment")), name="objection_names_its_order"
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="objection_by_place"), models.Index(fields=["case", "-id"], name="objection_of_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"


class Comparable(models.Model):
    """What a nearby community charges a month and square metre, where that was read and on which day. Append-only; a newer
    reading of the same community stands before an older one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    source = models.CharField(max_length=120)
    seen_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(price__gt=0), name="comparable_positive")]
        indexes = [models.Index(fields=["community", "name", "-seen_on"], name="comparable_latest")]

    def __str__(self) -> str:
        return self.name
