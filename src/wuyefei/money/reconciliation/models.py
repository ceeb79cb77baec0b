"""Days of a channel, the rows of its bill file, and differences. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.bank.public import BankLine
from wuyefei.money.cashdesk.public import PosMerchant
from wuyefei.money.channels.public import ChannelSetup


class ChannelDay(models.Model):
    """A bill file as it came, and the bank line that paid it out. It is of a channel's setup or of an acquirer's merchant account,
    whose ``community`` it has: null for the whole firm's. What an acquirer adds to a day later is its next ``part``."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    setup = models.ForeignKey(ChannelSetup, null=True, on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(PosMerchant, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    part = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    refund_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["setup", "day"], name="channel_day_once"),
            models.UniqueConstraint(fields=["merchant", "day", "part"], name="card_day_once"),
            models.CheckConstraint(condition=models.Q(setup__isnull=False) ^ models.Q(merchant__isnull=False), name="day_of_setup_or_merchant"),
        ]
        indexes = [models.Index(fields=["organisation", "-day", "-id"], name="channel_day_latest")]

    def __str__(self) -> str:
        if self.setup is not None:
            return f"{self.setup.get_channel_display()} {self.day}"
        return f"{self.account} {self.day}" + (f" 补 {self.part - 1}" if self.part > 1 else "")

    @property
    def account(self) -> str:
        """The merchant account, as people know it."""
        return str(self.setup or self.merchant)

    @property
    def net_fen(self) -> int:
        """What the provider pays out for the day."""
        return self.paid_fen - self.refund_fen - self.fee_fen


class Unsettled(models.Model):
    """A line that was taken for a day's payout and is not: undone by two people. It is not found by itself for that day again.
    Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    channel_day = models.ForeignKey(ChannelDay, on_delete=models.PROTECT, related_name="unsettled")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(asked_by=models.F("decided_by")), name="unsettled_four_eyes")]

    def __str__(self) -> str:
        return f"{self.channel_day} 撤销结算款"


class BillRow(models.Model):
    """A payment or refund as the provider has it. Append-only. ``community`` is the order's or the terminal's; fees are booked there.
    The last fields are an acquirer's: the terminal, the day of the trade, the card's last digits, the reference taken back."""

    channel_day = models.ForeignKey(ChannelDay, on_delete=models.PROTECT, related_name="rows")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64, blank=True)
    refund = models.BooleanField()
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    terminal = models.CharField(max_length=20, blank=True)
    traded_on = models.DateField(null=True)
    card_tail = models.CharField(max_length=4, blank=True)
    original = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel_day", "number", "refund"], name="bill_row_once")]
        indexes = [models.Index(fields=["number"], name="bill_row_by_number")]


class Difference(models.Model):
    """Two sides that do not agree; ``gap_fen`` is theirs less ours. Open until somebody says why, or two people write it off."""

    class Kind(models.TextChoices):
        NOT_OURS = "not_ours", _("渠道有，我们没有")
        NOT_THEIRS = "not_theirs", _("我们有，渠道没有")
        AMOUNT = "amount", _("金额不同")
        SETTLEMENT = "settlement", _("结算款不符")
        CHANGED = "changed", _("渠道改了账")

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
