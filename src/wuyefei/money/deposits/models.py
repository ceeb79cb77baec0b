"""Deposits, their returns with deductions, and what moved. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Payment


class Deposit(models.Model):
    """The account of one bill of a deposit item. ``holder``: to whom it is owed back; ``document``: what it rests on (a
    lease, a fit-out permit); ``expected_on``: when it should be given back, where that is known."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    bill = models.OneToOneField(Receivable, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=80)
    document = models.CharField(max_length=80, blank=True)
    expected_on = models.DateField(null=True)
    made_at = models.DateTimeField()

    paid_fen: int
    """With ``queries.with_money``: what was paid on the bill; ``moved_fen`` what left it (0 or negative); ``held_fen`` both."""

    moved_fen: int
    held_fen: int

    class Meta:
        indexes = [
            models.Index(fields=["community", "-id"], name="deposit_by_place"),
            models.Index(fields=["property"], name="deposit_by_property"),
            models.Index(fields=["community", "expected_on"], name="deposit_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.property.code} {self.purpose}"


class Return(models.Model):
    """An inspection and what follows from it: ``refund_fen`` goes back, ``deduct_fen`` is kept for what was found."""

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        APPROVED = "approved", _("已退还")
        REFUSED = "refused", _("未通过")

    class Way(models.TextChoices):
        SOURCE = "source", _("原路退回")
        TRANSFER = "transfer", _("银行转账")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="returns")
    inspected_on = models.DateField()
    finding = models.CharField(max_length=200)
    refund_fen = models.BigIntegerField()
    deduct_fen = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(refund_fen__gte=0, deduct_fen__gte=0) & (models.Q(refund_fen__gt=0) | models.Q(deduct_fen__gt=0)),
                name="return_of_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(decided_by=models.F("made_by")), name="return_four_eyes"
            ),
            models.UniqueConstraint(fields=["deposit"], condition=models.Q(state="asked"), name="one_return_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.deposit} {self.inspected_on}"


class Deduction(models.Model):
    """What is kept of a deposit and why; shown by a document's number, a photograph, or both. Append-only."""

    given_back = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="deductions")
    reason = models.CharField(max_length=80)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=60, blank=True)
    photo_kind = models.CharField(max_length=16, blank=True)
    photo = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="deduction_positive"),
            models.CheckConstraint(condition=~models.Q(document="") | models.Q(photo__isnull=False), name="deduction_is_shown"),
        ]


class Move(models.Model):
    """Money that left a deposit (negative) or came back to it. ``payment``: the one it had come with, where it went back on
    the refund road; ``refund_id``: that refund. Append-only."""

    class Kind(models.TextChoices):
        REFUND = "refund", _("退还")
        DEDUCTED = "deducted", _("扣款")
        BACK = "back", _("退款取消")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="moves")
    given_back = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    refund_id = models.BigIntegerField(null=True)
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="back", amount_fen__gt=0) | (~models.Q(kind="back") & models.Q(amount_fen__lt=0)),
                name="deposit_move_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="deducted", payment__isnull=True, refund_id__isnull=True)
                | (~models.Q(kind="deducted") & models.Q(payment__isnull=False, refund_id__isnull=False)),
                name="deposit_move_road",
            ),
            models.UniqueConstraint(fields=["refund_id", "kind"], name="deposit_refund_once"),
        ]
        indexes = [models.Index(fields=["deposit", "id"], name="deposit_moves")]


class Handover(models.Model):
    """A deposit that became another person's, with the transfer of its property or taken back with it. Append-only."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="handovers")
    before = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    held_fen = models.BigIntegerField()
    reason = models.CharField(max_length=120)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(before=models.F("after")), name="handover_two_people")]
