"""Days of a channel, the rows of its bill file, and differences. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.bank.public import BankLine
from wuyefei.money.channels.public import ChannelSetup


class ChannelDay(models.Model):
    """A bill file as it came, and the bank line that paid it out. ``community`` is the setup's: null for the whole firm's."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    setup = models.ForeignKey(ChannelSetup, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    refund_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_line = models.OneToOneField(BankLine, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["setup", "day"], name="channel_day_once")]
        indexes = [models.Index(fields=["organisation", "-day", "-id"], name="channel_day_latest")]

    def __str__(self) -> str:
        return f"{self.setup.get_channel_display()} {self.day}"

    @property
    def net_fen(self) -> int:
        """What the provider pays out for the day."""
        return self.paid_fen - self.refund_fen - self.fee_fen


class BillRow(models.Model):
    """A payment or refund as the provider has it. Append-only. ``community`` is the order's; fees are booked there."""

    channel_day = models.ForeignKey(ChannelDay, on_delete=models.PROTECT, related_name="rows")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64, blank=True)
    refund = models.BooleanField()
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel_day", "number", "refund"], name="bill_row_once")]
        indexes = [models.Index(fields=["number"], name="bill_row_by_number")]


class Difference(models.Model):
    """Two sides that do not agree; ``gap_fen`` is theirs less ours. Open until somebody says why, or two people write it off."""

    class Kind(models.TextChoices):
        NOT_OURS = "not_ours", _("渠道有，我们没有")
        NOT_THEIRS = "not_theirs", _("我们有，渠道没有")
        AMOUNT = "amount", _("金额不同")
        SETTLEMENT = "settlement", _("结算款没到账")

    class Resolution(models.TextChoices):
        NOTED = "noted", _("已核实")
        VANISHED = "vanished", _("再对时已相符")
        WRITTEN_OFF = "written_off", _("已核销")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    channel_day = models.ForeignKey(ChannelDay, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=64, blank=True)
    ours_fen = models.BigIntegerField()
    theirs_fen = models.BigIntegerField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    resolution = models.CharField(max_length=12, choices=Resolution.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel_day", "kind", "number"], name="difference_once"),
            models.CheckConstraint(condition=models.Q(closed_at__isnull=True) | ~models.Q(resolution=""), name="difference_closed_with_reason"),
        ]
        indexes = [models.Index(fields=["organisation", "due_at"], condition=models.Q(closed_at__isnull=True), name="difference_open")]

    def __str__(self) -> str:
        return f"{self.channel_day} {self.Kind(self.kind).label} {self.number}".strip()

    @property
    def gap_fen(self) -> int:
        return self.theirs_fen - self.ours_fen
