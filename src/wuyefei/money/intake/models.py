"""Uploads, what was booked of them once and for all, and payments of the past as memo."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User


class ImportFile(models.Model):
    """One upload and its fate. The bytes lie encrypted in the data folder under ``stored`` until they are purged.

    ``choices`` are what its user chose (``rules.choices``); ``preview`` and ``result`` are documents as pages show
    them, personal data masked. ``community`` stays empty until the community exists.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待核对")
        PREVIEWED = "previewed", _("待导入")
        APPLYING = "applying", _("导入中")
        APPLIED = "applied", _("已导入")
        REFUSED = "refused", _("未导入")
        FAILED = "failed", _("未完成")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    community_name = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    stored = models.CharField(max_length=64, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    choices = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    preview = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.CharField(max_length=400, blank=True)
    job_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="import_by_organisation")]

    def __str__(self) -> str:
        return self.name


class OpeningLine(models.Model):
    """An opening arrear or prepayment that was booked: the same line of any later file is not booked again."""

    class Kind(models.TextChoices):
        ARREAR = "arrear", _("期初欠费")
        PREPAYMENT = "prepayment", _("期初预收")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "kind", "key"], name="opening_booked_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="opening_line_positive"),
        ]


class PaymentMemo(models.Model):
    """A payment of the past as the firm's old records tell it: to be read, never part of the books.

    The span's ends are both included; ``paid_on`` may be unknown.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    first_day = models.DateField()
    last_day = models.DateField()
    paid_on = models.DateField(null=True)
    due_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()
    cashier = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=200, blank=True)
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "key"], name="memo_once")]
        indexes = [models.Index(fields=["property", "-last_day"], name="memo_by_property")]

    def __str__(self) -> str:
        return f"{self.item} {self.first_day}～{self.last_day}"
