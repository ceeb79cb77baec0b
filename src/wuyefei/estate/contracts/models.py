"""Contracts and their lines."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.models import Community, Organisation


class Contract(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ACTIVE = "active", _("生效")
        ENDED = "ended", _("已终止")

    class Order(models.TextChoices):
        LAW = "law", _("费用、违约金、本金")
        PRINCIPAL = "principal", _("先本金后违约金")

    class Convention(models.TextChoices):
        CALENDAR = "calendar", _("按当月实际天数")
        THIRTY = "thirty", _("每月按 30 天")

    class Regime(models.TextChoices):
        GUIDED = "guided", _("政府指导价")
        MARKET = "market", _("市场调节价")

    class Dispute(models.TextChoices):
        COURT = "court", _("协商、街道调解、诉讼")
        ARBITRATION = "arbitration", _("协商、街道调解、仲裁")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    cycle_months = models.PositiveSmallIntegerField()
    cycle_anchor = models.DateField()
    due_day = models.PositiveSmallIntegerField()
    due_month = models.PositiveSmallIntegerField(default=1)
    late_fee_rate = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    late_fee_cap = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    allocation_order = models.CharField(max_length=10, choices=Order.choices, default=Order.LAW)
    convention = models.CharField(max_length=10, choices=Convention.choices, default=Convention.CALENDAR)
    price_regime = models.CharField(max_length=8, choices=Regime.choices, default=Regime.MARKET)
    ceiling_per_m2 = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    service_grade = models.CharField(max_length=20, blank=True)
    dispute_path = models.CharField(max_length=12, choices=Dispute.choices, default=Dispute.COURT)
    channels = ArrayField(models.CharField(max_length=12), default=list)
    late_fee_clause = models.CharField(max_length=40, blank=True)
    fee_clause = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="contract_number_once"),
            models.CheckConstraint(condition=models.Q(cycle_months__range=(1, 12)), name="cycle_1_to_12"),
            models.CheckConstraint(condition=models.Q(due_day__range=(1, 31)), name="due_day_1_to_31"),
            models.CheckConstraint(condition=models.Q(due_month__gte=1), name="due_month_from_1"),
            models.CheckConstraint(
                condition=models.Q(late_fee_rate__isnull=True, late_fee_cap__isnull=True)
                | models.Q(late_fee_rate__gt=0, late_fee_cap__gt=0),
                name="late_fee_rate_with_cap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ContractLine(models.Model):
    """One tariff charged on one property; ``quantity`` overrides the property's area where it is set."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lines")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "property", "tariff", "starts_on"], name="line_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="line_in_order"
            ),
        ]
        indexes = [models.Index(fields=["property"], name="line_by_property")]

    def __str__(self) -> str:
        return f"计费行 {self.pk} 自 {self.starts_on}"
