"""Items, tariffs and their versions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation


class ChargeItem(models.Model):
    class Nature(models.TextChoices):
        INCOME = "income", _("自有收入")
        PASS_THROUGH = "pass_through", _("代收代付")
        DEPOSIT = "deposit", _("押金")
        ADVANCE = "advance", _("代垫费用")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    nature = models.CharField(max_length=12, choices=Nature.choices, default=Nature.INCOME)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="item_code_once"),
            models.UniqueConstraint(fields=["organisation", "name"], name="item_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Tariff(models.Model):
    class Method(models.TextChoices):
        AREA = "area", _("按面积")
        FIXED = "fixed", _("固定金额")
        FIXED_AREA = "fixed_area", _("固定金额加面积")
        PARKING = "parking", _("按车位")
        QUANTITY = "quantity", _("按数量")
        PARKING_DAY = "parking_day", _("车位按天")
        PARKING_OWN = "parking_own", _("车位按自有或租用")
        PER_HEAD = "per_head", _("按居住人数")
        FORMULA = "formula", _("按公式")
        RENT = "rent", _("商铺租金")

    class Basis(models.TextChoices):
        BUILDING = "building", _("建筑面积")
        INNER = "inner", _("套内面积")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    method = models.CharField(max_length=12, choices=Method.choices)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.BUILDING)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="tariff_name_once")]

    def __str__(self) -> str:
        return self.name


class TariffVersion(models.Model):
    """Prices from a day on: ``per_unit`` yuan a month per m² (or per space, head, unit; a day for parking by the day),
    ``fixed`` yuan a month per property, and ``terms`` what else the method needs: formulas, the terms of a lease.
    ``withdrawn_at``: taken back by whoever entered it late, with every bill it had changed; no day has this price since."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    per_unit = models.DecimalField(max_digits=12, decimal_places=4)
    fixed = models.DecimalField(max_digits=12, decimal_places=4)
    terms = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tariff", "effective_from"], condition=models.Q(withdrawn_at__isnull=True), name="one_price_a_day"),
            models.UniqueConstraint(fields=["tariff", "number"], name="version_number_once"),
            models.CheckConstraint(condition=models.Q(per_unit__gte=0) & models.Q(fixed__gte=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版 {self.effective_from}"


class DepositPolicy(models.Model):
    """What a deposit item costs in a community from a day on; ``figure`` in yuan, or months of rent. Append-only."""

    class By(models.TextChoices):
        PROPERTY = "property", _("每户")
        AREA = "area", _("每平方米")
        PIECE = "piece", _("每件")
        MONTHS = "months", _("几个月租金")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=8, choices=By.choices)
    figure = models.DecimalField(max_digits=12, decimal_places=2)
    effective_from = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "item", "effective_from"], name="one_deposit_policy_a_day"),
            models.CheckConstraint(condition=models.Q(figure__gt=0), name="deposit_figure_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.effective_from}"
