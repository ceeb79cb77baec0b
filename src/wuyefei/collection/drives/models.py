"""Drives, who takes part, and the lists. Freezing triggers stand in migration 0002."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.collection.followup.public import Case
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable

from .rules import AIM_NAMES, Days

AIMS = [(aim.value, _(name)) for aim, name in AIM_NAMES.items()]
STATE_NAMES = {"planned": _("待开始"), "running": _("进行中"), "over": _("待评估"), "closed": _("已评估"), "off": _("已取消")}


class Drive(models.Model):
    """``bundle`` is the same for drives opened together. ``target_fen`` is what has to come in on the list (for a rate it is
    worked out of ``due_fen`` and ``paid_fen`` of the quarter when the list is drawn up, at ``listed_at``); ``handovers``
    name the cases handed over for the time of the drive. ``cost_fen`` None: not recorded."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    bundle = models.CharField(max_length=32)
    title = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    aim = models.CharField(max_length=8, choices=AIMS)
    target_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    target_fen = models.BigIntegerField(default=0)
    due_fen = models.BigIntegerField(null=True)
    paid_fen = models.BigIntegerField(null=True)
    hands_over = models.BooleanField(default=True)
    handovers = ArrayField(models.BigIntegerField(), default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cost_fen = models.BigIntegerField(null=True)
    cost_note = models.CharField(max_length=100, blank=True)
    lesson = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community"], condition=models.Q(closed_on__isnull=True), name="one_open_drive"),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="drive_days_in_order"),
            models.CheckConstraint(condition=models.Q(target_fen__gte=0), name="drive_target_not_negative"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="drive_by_place")]

    def __str__(self) -> str:
        return self.title

    def state_on(self, today: dt.date) -> str:
        if self.closed_on is not None:
            return "closed" if self.listed_at else "off"
        if self.listed_at is None:
            return "planned"
        return "running" if today <= self.ends_on else "over"

    @property
    def days(self) -> Days:
        """The days that count: one that is closed early ends on that day."""
        return Days(self.starts_on, min(self.ends_on, self.closed_on or self.ends_on))


class Member(models.Model):
    """Somebody who takes part; ``target_fen`` None until the list is drawn up."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    target_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drive", "user"], name="drive_member_once")]

    def __str__(self) -> str:
        return f"{self.user}"


class Household(models.Model):
    """A payer on the list as the facts stood when it was drawn up. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="households")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=1)
    owed_fen = models.BigIntegerField()
    oldest_due_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drive", "person"], name="drive_household_once"),
            models.CheckConstraint(condition=models.Q(owed_fen__gt=0), name="drive_household_owes"),
        ]
        indexes = [models.Index(fields=["drive", "user", "-owed_fen", "id"], name="drive_household_of"), models.Index(fields=["case"], name="drive_household_case")]

    def __str__(self) -> str:
        return f"{self.property} {self.person}"


class Listed(models.Model):
    """A bill of a household on the list, with what was unpaid of it. Append-only."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="bills")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    owed_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "receivable"], name="drive_bill_once")]

    def __str__(self) -> str:
        return f"{self.receivable}"


class Passing(models.Model):
    """Somebody's list, done by another for some days (holiday, leave): whose it is does not change. ``handovers`` name the cases
    handed over for that time; ``ended_at`` when it was taken back or had run out, by nobody where the clock did it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="passings")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=60)
    handovers = ArrayField(models.BigIntegerField(), default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drive", "giver"], condition=models.Q(ended_at__isnull=True), name="list_passed_once"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="list_passed_to_another"),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="passing_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"
