"""What the books keep of their own: how accounts are called elsewhere, and what was handed over."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Community, Organisation, User


class AccountCode(models.Model):
    """The code and name of one of our accounts in another program; where there is none, ours in its form."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=10)
    account = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "target", "account"], name="account_code_once")]


class VoucherExport(models.Model):
    """A file handed over: whose vouchers, of which days, how many and how much. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=10)
    first = models.DateField()
    last = models.DateField()
    each = models.BooleanField()
    entries = models.PositiveIntegerField()
    vouchers = models.PositiveIntegerField()
    debit_fen = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="voucher_export_days")]
        indexes = [models.Index(fields=["organisation", "target", "-id"], name="voucher_export_latest")]
