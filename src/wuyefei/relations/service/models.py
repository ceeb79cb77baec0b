"""Tickets and inspections. What was said and seen is frozen by triggers in migrations 0002 and 0006."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Building, Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.relations.accounts.public import Account

from .inspection_rules import NOTE, POINT, RESULT_NAMES, SORT_NAMES, WHO, WHY
from .rules import MOST_HEAD_START, RANKS, URGENCY_NAMES, Urgency

URGENCIES = [(code.value, _(name)) for code, name in URGENCY_NAMES.items()]

SORTS = [(code.value, _(name)) for code, name in SORT_NAMES.items()]
RESULTS = [(code.value, _(name)) for code, name in RESULT_NAMES.items()]


class Ticket(models.Model):
    class Kind(models.TextChoices):
        DISPUTE = "dispute", _("账单异议")
        INSTALMENT = "instalment", _("分期申请")
        COMPLAINT = "complaint", _("报修投诉")

    class State(models.TextChoices):
        OPEN = "open", _("待答复")
        ANSWERED = "answered", _("已答复")
        CLOSED = "closed", _("已办结")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    receivable = models.ForeignKey(Receivable, null=True, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey(LateFeeHold, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    topic = models.CharField(max_length=12, blank=True)
    urgency = models.CharField(max_length=10, choices=URGENCIES, default=Urgency.ORDINARY.value)
    rank = models.PositiveSmallIntegerField(default=RANKS[Urgency.ORDINARY])
    head_start = models.PositiveSmallIntegerField(default=0)
    turn_at = models.DateTimeField()
    months = models.PositiveSmallIntegerField(null=True)
    text = models.CharField(max_length=500)
    token = models.CharField(max_length=24, unique=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=800, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receivable"], condition=models.Q(kind="dispute", closed_at__isnull=True), name="one_open_dispute"
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False) | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="closed_ticket_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(head_start=0) | models.Q(kind="complaint", urgency="ordinary", head_start__lte=MOST_HEAD_START),
                name="head_start_is_bounded",
            ),
            models.CheckConstraint(
                condition=models.Q(urgency="emergency", rank=0) | models.Q(urgency="common", rank=1) | models.Q(urgency="ordinary", rank=2),
                name="rank_by_urgency",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "state", "due_at"], name="ticket_by_due"),
            models.Index(fields=["property", "person", "-id"], name="ticket_by_place"),
            models.Index(fields=["community", "rank", "turn_at", "id"], condition=models.Q(state="open"), name="ticket_by_turn"),
        ]

    def __str__(self) -> str:
        return f"工单 {self.pk} {self.get_kind_display()}"


class Inspection(models.Model):
    """A look at one point of a round. ``building``: none where the point belongs to the whole community; ``who``: whoever walked, in the
    words of the record; ``ticket``: the work order that what was wrong led to. A wrong record is voided and stays."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, null=True, on_delete=models.PROTECT, related_name="+")
    point = models.CharField(max_length=POINT)
    sort = models.CharField(max_length=10, choices=SORTS)
    at = models.DateTimeField()
    who = models.CharField(max_length=WHO)
    result = models.CharField(max_length=6, choices=RESULTS)
    note = models.CharField(max_length=NOTE, blank=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="inspections")
    by_sheet = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    voided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=WHY, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "building", "point", "sort", "at", "result"], condition=models.Q(voided_at__isnull=True), name="inspected_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~models.Q(result="wrong") | ~models.Q(note=""), name="wrong_says_what"),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True, voided_by__isnull=True, why="") | (models.Q(voided_at__isnull=False, voided_by__isnull=False) & ~models.Q(why="")),
                name="void_says_why",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "-at", "-id"], name="inspection_by_time"),
            models.Index(fields=["building", "at", "id"], name="inspection_of_building"),
        ]

    def __str__(self) -> str:
        return f"{self.point} {self.at:%Y-%m-%d}"


class InspectionPhoto(models.Model):
    """The photograph of an inspection, without what a camera writes beside it; ``size`` in bytes, ``sha256`` of what is kept. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    inspection = models.OneToOneField(Inspection, on_delete=models.PROTECT, related_name="photo")
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]
