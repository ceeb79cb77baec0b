"""Campaigns, their tiers and what was given. Frozen and append-only by the guards of migration 0002."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Adjustment, Receivable


class Campaign(models.Model):
    """What was asked is frozen; only how it goes on moves."""

    class Kind(models.TextChoices):
        GIFT = "gift", _("预缴礼遇")
        FEE = "fee", _("免手续费")

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        RUNNING = "running", _("进行中")
        REFUSED = "refused", _("未通过")
        ENDED = "ended", _("已结束")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=40)
    basis = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    item = models.ForeignKey(ChargeItem, null=True, on_delete=models.PROTECT, related_name="+")
    most_fen = models.BigIntegerField(default=0)
    budget_fen = models.BigIntegerField(default=0)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    request_id = models.BigIntegerField(null=True)
    agreed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("made_by")), name="campaign_four_eyes"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_in_order"),
            models.CheckConstraint(
                condition=Q(kind="gift", item__isnull=True) | Q(kind="fee", item__isnull=False, most_fen__gt=0, budget_fen__gte=F("most_fen")),
                name="campaign_of_a_fee",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="campaign_by_community")]

    def __str__(self) -> str:
        return self.name


class Tier(models.Model):
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tiers")
    least_fen = models.BigIntegerField()
    gift = models.CharField(max_length=80)
    cost_fen = models.BigIntegerField()
    stock = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "least_fen"], name="tier_once"),
            models.CheckConstraint(condition=Q(least_fen__gt=0, cost_fen__gte=0, stock__gt=0), name="tier_counts"),
        ]


class Given(models.Model):
    """A gift handed over (``tier``), or a fee waived (``adjustment``), and what it cost."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="given")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, null=True, on_delete=models.PROTECT, related_name="+")
    adjustment = models.OneToOneField(Adjustment, null=True, on_delete=models.PROTECT, related_name="+")
    paid_fen = models.BigIntegerField(default=0)
    cost_fen = models.BigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "property"], condition=Q(taken_back_at__isnull=True), name="given_once_a_property"),
            models.CheckConstraint(
                condition=Q(tier__isnull=False, adjustment__isnull=True) | Q(tier__isnull=True, adjustment__isnull=False, receivable__isnull=False, taken_back_at__isnull=True),
                name="given_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign.name} {self.property.code}"
