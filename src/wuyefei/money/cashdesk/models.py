"""Shifts and the payments taken in them."""

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
