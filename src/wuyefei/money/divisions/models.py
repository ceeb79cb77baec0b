"""Divisions and their parts. Frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable

from .rules import WAY_NAMES, Way


class Division(models.Model):
    """``amount_fen``: what was open of the bill, and is divided."""

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已拆分")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("未通过")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=[(way.value, WAY_NAMES[way]) for way in Way])
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=models.Q(state__in=["asked", "done"]), name="one_division_a_bill"),
            models.CheckConstraint(condition=models.Q(agreed_by__isnull=True) | ~models.Q(agreed_by=models.F("made_by")), name="division_four_eyes"),
            models.CheckConstraint(condition=~models.Q(state="done") | models.Q(agreed_by__isnull=False, done_at__isnull=False), name="division_done"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="division_by_place")]

    def __str__(self) -> str:
        return f"{self.bill} 拆分"

    @property
    def tone(self) -> str:
        return {"asked": "part", "done": "paid"}.get(self.state, "void")


class Part(models.Model):
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="parts")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    receivable = models.OneToOneField(Receivable, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "property"], name="shop_divided_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="division_part_positive"),
        ]
