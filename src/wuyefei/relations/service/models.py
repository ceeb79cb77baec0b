"""Tickets. What was said is frozen by a trigger in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import LateFeeHold, Receivable
from wuyefei.relations.accounts.public import Account

from .rules import MOST_HEAD_START, RANKS, URGENCY_NAMES, Urgency

URGENCIES = [(code.value, _(name)) for code, name in URGENCY_NAMES.items()]


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
