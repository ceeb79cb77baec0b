"""Sheets, their lines, and the readings they have charged. What was billed is frozen by migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.metering.public import Reading
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable


class Sheet(models.Model):
    class Kind(models.TextChoices):
        METERED = "metered", _("抄表计费")
        SHARED = "shared", _("公摊")
        EACH = "each", _("批量收费")
        TURNOVER = "turnover", _("营业额分成")
        DEPOSIT = "deposit", _("押金")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ASKED = "asked", _("待复核")
        BILLED = "billed", _("已计费")
        DISCARDED = "discarded", _("已放弃")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=60)
    service_from = models.DateField()
    service_to = models.DateField()
    due_on = models.DateField()
    terms = models.JSONField()
    left_out = models.JSONField(default=list)
    line_count = models.PositiveIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    billed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    billed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(service_to__gte=models.F("service_from")), name="sheet_in_order"),
            models.CheckConstraint(
                condition=models.Q(billed_by__isnull=True) | ~models.Q(billed_by=models.F("made_by")), name="sheet_four_eyes"
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="sheet_by_community")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.title}"


class Line(models.Model):
    """What one payer of one property owes on a sheet; ``inputs`` is all that the amount follows from.

    Found by sheet through ``one_line_a_payer``; a line is written twice, so that each index costs twice.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="lines", db_index=False)
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    service_from = models.DateField()
    service_to = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    amount_fen = models.BigIntegerField()
    inputs = models.JSONField()
    receivable = models.OneToOneField(Receivable, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "property", "payer", "service_from"], name="one_line_a_payer"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="sheet_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code} {self.amount_fen}"


class Use(models.Model):
    """A reading charged by a line; ``freed`` once the line's bill was reversed, so that it may be charged again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="uses")
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    freed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reading", "item"], condition=models.Q(freed=False), name="reading_charged_once")
        ]
