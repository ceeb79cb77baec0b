"""Rates, runs and what they consist of. What never changes is guarded in migration 0002."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Entry

from .rules import BUCKET_NAMES, Bucket, Quarter

BUCKETS = [(bucket.value, _(name)) for bucket, name in BUCKET_NAMES.items()]


class Rates(models.Model):
    """A firm's rates from a day on; the latest row of the latest day holds. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    under_3_months = models.DecimalField(max_digits=5, decimal_places=4)
    months_3_6 = models.DecimalField(max_digits=5, decimal_places=4)
    months_6_12 = models.DecimalField(max_digits=5, decimal_places=4)
    years_1_2 = models.DecimalField(max_digits=5, decimal_places=4)
    over_2_years = models.DecimalField(max_digits=5, decimal_places=4)
    large_fen = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(under_3_months__gte=0) & Q(months_3_6__gte=F("under_3_months")) & Q(months_6_12__gte=F("months_3_6"))
                & Q(years_1_2__gte=F("months_6_12")) & Q(over_2_years__gte=F("years_1_2")) & Q(over_2_years__lte=1) & Q(large_fen__gt=0),
                name="reserve_rates_in_order",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organisation", "-effective_from", "-id"], name="reserve_rates_latest")]

    def __str__(self) -> str:
        return f"坏账准备比例 {self.effective_from}"


class Run(models.Model):
    """The reserve of a community as of a quarter's last day. Frozen but for its state and what the decision found."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ASKED = "asked", _("待复核")
        APPROVED = "approved", _("已入账")
        DISCARDED = "discarded", _("已放弃")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    rates = models.ForeignKey(Rates, null=True, on_delete=models.PROTECT, related_name="+")
    large_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reserve_fen = models.BigIntegerField(null=True)
    standing_fen = models.BigIntegerField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], condition=Q(state__in=["draft", "asked"]), name="one_open_reserve_run"),
            models.CheckConstraint(condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="reserve_four_eyes"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(reserve_fen__isnull=False, standing_fen__isnull=False, asked_by__isnull=False, decided_by__isnull=False),
                name="reserve_approved_has_its_figures",
            ),
        ]
        indexes = [models.Index(fields=["community", "-as_of", "-id"], name="reserve_run_latest")]

    @property
    def quarter(self) -> Quarter:
        return Quarter.of(self.as_of)

    @property
    def difference_fen(self) -> int | None:
        """What the approval booked; None before it."""
        return None if self.reserve_fen is None or self.standing_fen is None else self.reserve_fen - self.standing_fen

    def __str__(self) -> str:
        return f"{self.community.name} {self.quarter} 坏账准备"


class Part(models.Model):
    """The lines of a run of one age. ``by_age_fen`` counts every line, ``reserve_fen`` without large debts, of which
    ``single_fen`` is outstanding here. Append-only."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="parts")
    bucket = models.PositiveSmallIntegerField(choices=BUCKETS)
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    receivables = models.PositiveIntegerField()
    outstanding_fen = models.BigIntegerField()
    single_fen = models.BigIntegerField()
    by_age_fen = models.BigIntegerField()
    reserve_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "bucket"], name="reserve_part_once")]

    @property
    def age(self) -> Bucket:
        return Bucket(self.bucket)


class Single(models.Model):
    """A payer's large debt: what is overdue, what its age alone would set aside, and what a person found. Changes only while
    its run is a draft."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="singles")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    receivables = models.PositiveIntegerField()
    oldest_due_on = models.DateField()
    outstanding_fen = models.BigIntegerField()
    by_age_fen = models.BigIntegerField()
    reserve_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    plan = models.CharField(max_length=400, blank=True)
    assessed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "payer"], name="reserve_single_once"),
            models.CheckConstraint(
                condition=Q(reserve_fen__isnull=True) | (Q(reserve_fen__gte=0, reserve_fen__lte=F("outstanding_fen")) & ~Q(reason="") & ~Q(plan="")),
                name="reserve_single_assessed",
            ),
        ]

    def __str__(self) -> str:
        return self.payer.name


class Line(models.Model):
    """An open receivable as of the run's day; ``reserve_fen`` is what its age sets aside, also where it is ``single``.

    Written by the statement for a whole community and compared as a whole with its run and receivables (migration 0002):
    that proves more than a key a column. Append-only.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="lines", db_constraint=False, db_index=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    bucket = models.PositiveSmallIntegerField(choices=BUCKETS)
    single = models.BooleanField()
    outstanding_fen = models.BigIntegerField()
    reserve_fen = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["run", "bucket", "-outstanding_fen", "-id"], name="reserve_line_by_age")]
