"""Entries and legs. Append-only; balance is a deferred constraint trigger (migration 0002)."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Community, Organisation


class Entry(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    entry_date = models.DateField()
    booked_at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    source_id = models.BigIntegerField()
    memo = models.CharField(max_length=160)
    actor_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["community", "entry_date", "id"], name="entry_by_date"),
            models.Index(fields=["kind", "source_id"], name="entry_by_source"),
        ]


class Leg(models.Model):
    """Debit positive, credit negative, in fen; never zero."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="legs")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    account = models.CharField(max_length=8)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount_fen=0), name="leg_not_zero")]
        indexes = [models.Index(fields=["community", "account"], name="leg_by_account")]
