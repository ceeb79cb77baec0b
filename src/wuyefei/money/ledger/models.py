"""Entries and legs, and up to which day the books of a place are closed. Append-only; balance is a deferred constraint
trigger (migration 0002), closed days are refused by triggers as well (migration 0004)."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Community, Organisation, User


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


class PeriodClose(models.Model):
    """The days ``first`` (None: from the beginning) to ``last`` were closed, or opened again; append-only.

    ``closed_through`` is what holds from now on: the trigger on entries reads it of a community's latest row. What stood in
    the days when they were closed is kept as counts and a digest, so that ``verify`` sees an entry that came in by force.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    reopened = models.BooleanField(default=False)
    first = models.DateField(null=True)
    last = models.DateField()
    closed_through = models.DateField(null=True)
    entries = models.PositiveIntegerField()
    debit_fen = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(asked_by=models.F("decided_by")), name="period_four_eyes"),
            models.CheckConstraint(
                condition=models.Q(reopened=True) | models.Q(closed_through=models.F("last")), name="period_closed_through_its_last"
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="period_close_latest")]

    def __str__(self) -> str:
        return f"{self.community.name} {self.last:%Y-%m} {'反结账' if self.reopened else '结账'}"
