"""Receipts and their prints."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Community, Organisation


class Receipt(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=30)
    token = models.CharField(max_length=32, unique=True)
    total_fen = models.BigIntegerField()
    snapshot = models.JSONField()
    issued_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "year", "serial"], name="receipt_serial_once"),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptPrint(models.Model):
    """One print or reprint. Append-only."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="prints")
    user_id = models.BigIntegerField()
    at = models.DateTimeField()
