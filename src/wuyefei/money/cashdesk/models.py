"""Shifts, the payments taken in them, and the slips by which their cash was banked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.money.payments.public import Payment


class Shift(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        HANDED_OVER = "handed_over", _("待复核")
        ACCEPTED = "accepted", _("已交班")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    float_fen = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    expected_fen = models.BigIntegerField(null=True)
    counted_fen = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "cashier"], condition=models.Q(state="open"), name="one_open_shift"
            ),
            models.CheckConstraint(condition=models.Q(float_fen__gte=0), name="float_not_negative"),
            models.CheckConstraint(
                condition=models.Q(accepted_by__isnull=True) | ~models.Q(accepted_by=models.F("cashier")),
                name="shift_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="shift_latest_first")]

    def __str__(self) -> str:
        return f"{self.cashier} {self.opened_at.astimezone(CHINA):%m-%d %H:%M} 班"


class ShiftPayment(models.Model):
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="payments")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")


class DepositSlip(models.Model):
    """Cash that was taken to the bank. ``covered_fen`` is what its shifts brought in, floats left out; ``settled_on`` the day on
    which the bank's own statement shows it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    bank_on = models.DateField()
    amount_fen = models.BigIntegerField()
    covered_fen = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_on = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "number"], condition=models.Q(voided_at__isnull=True), name="slip_number_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="slip_positive"),
            models.CheckConstraint(condition=~models.Q(voided_by=models.F("made_by")), name="slip_void_four_eyes"),
            models.CheckConstraint(condition=models.Q(settled_at__isnull=True) | models.Q(voided_at__isnull=True), name="slip_settled_or_void"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="slip_latest_first")]

    def __str__(self) -> str:
        return f"缴款单 {self.number}"


class SlipShift(models.Model):
    """A shift whose cash a slip covers; ``standing`` ends with the slip's void, and then another may cover it."""

    slip = models.ForeignKey(DepositSlip, on_delete=models.PROTECT, related_name="shifts")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="slips")
    amount_fen = models.BigIntegerField()
    standing = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift"], condition=models.Q(standing=True), name="shift_banked_once")]


class SlipScan(models.Model):
    """The bank's stamped paper as photographed or scanned; append-only."""

    slip = models.OneToOneField(DepositSlip, on_delete=models.PROTECT, related_name="scan")
    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)


class PosMerchant(models.Model):
    """A merchant account 收单商户 with an acquirer: its terminals take cards, and it pays the money out a day or more later.
    ``community`` is null for an account of the whole firm; ``payout_words`` what the bank writes beside its payouts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    acquirer = models.CharField(max_length=40)
    merchant_id = models.CharField(max_length=32)
    payout_words = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "merchant_id"], name="pos_merchant_once")]

    def __str__(self) -> str:
        return f"{self.acquirer} {self.merchant_id}"


class PosTerminal(models.Model):
    """A card terminal, at the desk of one community."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(PosMerchant, on_delete=models.PROTECT, related_name="terminals")
    number = models.CharField(max_length=20)
    label = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="pos_terminal_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.label}".strip()


class CardSlip(models.Model):
    """What the terminal printed for the card part of a payment: terminal, reference, last digits. What the cashier left out is
    filled in from the acquirer's file, or by a person who found the row."""

    class Source(models.TextChoices):
        DESK = "desk", _("收银台")
        FILE = "file", _("清算文件")
        HAND = "hand", _("人工认定")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey(PosTerminal, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=32, blank=True)
    card_tail = models.CharField(max_length=4, blank=True)
    source = models.CharField(max_length=4, choices=Source.choices)

    class Meta:
        indexes = [models.Index(fields=["organisation", "reference"], name="card_slip_by_reference")]

    def __str__(self) -> str:
        return f"刷卡 {self.reference or self.payment_id}"
