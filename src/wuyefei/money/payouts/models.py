"""Payment files, the payouts in them, and the bank's answers. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.channels.public import Refund


class PayoutFile(models.Model):
    """One file for the bank. Its maker looks after it until every payout in it is answered; after ``due_at`` that is late."""

    class State(models.TextChoices):
        OUT = "out", _("已交银行")
        UNDONE = "undone", _("已撤销")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    payout_count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OUT)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="payout_file_number"),
            models.CheckConstraint(condition=models.Q(total_fen__gt=0, payout_count__gt=0), name="payout_file_pays"),
        ]

    def __str__(self) -> str:
        return f"付款文件 {self.number}"


class PayoutAnswer(models.Model):
    """A file of the bank that brought something new. Append-only."""

    file = models.ForeignKey(PayoutFile, on_delete=models.PROTECT, related_name="answers")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    known_count = models.PositiveIntegerField()
    done_fen = models.BigIntegerField()
    failed_fen = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"付款回盘 {self.name}"


class Payout(models.Model):
    """One refund in a file. What was asked never changes; how it ended is written once, by the bank's answer or by a person who
    has seen it. The account is kept as its mark and last digits; erasing the payee empties them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待回盘")
        DONE = "done", _("已付")
        FAILED = "failed", _("付款失败")
        UNDONE = "undone", _("已撤销")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(PayoutFile, on_delete=models.PROTECT, related_name="payouts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()
    account_mark = models.CharField(max_length=40, blank=True)
    account_tail = models.CharField(max_length=4, blank=True)
    account_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """Who changed the payee's account since the refund was asked for; None where nobody did."""
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """The file's maker, here too for the check that they are two; None in files of before it was kept."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    answer = models.ForeignKey(PayoutAnswer, null=True, on_delete=models.PROTECT, related_name="payouts")
    answer_mark = models.CharField(max_length=40, blank=True)
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="payout_number"),
            models.UniqueConstraint(fields=["refund"], condition=models.Q(state__in=["waiting", "done"]), name="refund_paid_out_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payout_pays"),
            models.CheckConstraint(condition=models.Q(account_by__isnull=True) | ~models.Q(account_by=models.F("made_by")), name="payout_by_two"),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "undone"], answer__isnull=True, noted_by__isnull=True)
                | (models.Q(state__in=["done", "failed"]) & (models.Q(answer__isnull=False) ^ models.Q(noted_by__isnull=False))),
                name="payout_answered_or_noted",
            ),
        ]
        indexes = [models.Index(fields=["file", "place"], name="payout_by_place")]

    def __str__(self) -> str:
        return f"付款 {self.number}"
