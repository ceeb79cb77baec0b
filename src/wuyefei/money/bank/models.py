"""Statements, their lines, what was booked for them, and payers' habits. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.cashdesk.public import DepositSlip
from wuyefei.money.payments.public import Payment


class BankStatement(models.Model):
    """One file that brought something new. Append-only; ``suspense_fen`` is what of it went to 待查款 when it came."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    account = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    first_on = models.DateField()
    last_on = models.DateField()
    line_count = models.PositiveIntegerField()
    known_count = models.PositiveIntegerField()
    booked_count = models.PositiveIntegerField()
    in_fen = models.BigIntegerField()
    out_fen = models.BigIntegerField()
    booked_fen = models.BigIntegerField()
    suspense_fen = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["community", "-id"], name="bank_statement_by_place")]

    def __str__(self) -> str:
        return f"银行流水 {self.name}"

    @property
    def new_count(self) -> int:
        return self.line_count - self.known_count


_OPEN = models.F("amount_fen") - models.F("returned_fen")


class BankLine(models.Model):
    """One movement. What the bank said never changes; how it stands does. Of a line that is booked in part the rest waits.

    The payer's account is kept as its last four digits and a mark to find it by. ``suspense_fen`` is what stands in 待查款
    under this line, ``returned_fen`` what of it went back to its sender; ``proposal`` is what was found when the line came: ``[[property, payer, [reasons]], …]``.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("已入账")
        WAITING = "waiting", _("待认领")
        PART = "part", _("部分入账")
        RETURNING = "returning", _("退回审批中")
        RETURNED = "returned", _("已退回")
        REST = "rest", _("余款已退回")
        OUT = "out", _("支出")
        DEPOSIT = "deposit", _("现金缴存")
        SETTLED = "settled", _("渠道结算")
        FUND = "fund", _("基金与补贴")
        BETWEEN = "between", _("项目间划转")
        COURT = "court", _("法院退费")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    key = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    value_date = models.DateField()
    amount_fen = models.BigIntegerField()
    payer_name = models.CharField(max_length=120, blank=True)
    payer_tail = models.CharField(max_length=4, blank=True)
    payer_mark = models.CharField(max_length=40, blank=True)
    memo = models.CharField(max_length=300, blank=True)
    ref = models.CharField(max_length=60, blank=True)
    proposal = models.JSONField(default=list)
    doubt = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    suspense_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0, db_default=0)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="bank_line_moves"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", suspense_fen=_OPEN, suspense_fen__gt=0, due_at__isnull=False)
                | models.Q(state="returning", suspense_fen__gt=0, suspense_fen__lte=_OPEN, due_at__isnull=False)
                | models.Q(state="part", suspense_fen__gt=0, suspense_fen__lt=_OPEN, due_at__isnull=False)
                | (~models.Q(state__in=["waiting", "returning", "part"]) & models.Q(suspense_fen=0)),
                name="bank_line_in_suspense_while_open",
            ),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0) | models.Q(state="out"), name="bank_line_out_is_out"),
            models.CheckConstraint(
                condition=models.Q(state="returned", returned_fen=models.F("amount_fen"))
                | models.Q(state="rest", returned_fen__gt=0, returned_fen__lt=models.F("amount_fen"))
                | (~models.Q(state__in=["returned", "rest"]) & (models.Q(returned_fen=0) | models.Q(state__in=["waiting", "returning", "part"], returned_fen__gt=0, returned_fen__lt=models.F("amount_fen")))),
                name="bank_line_returned_says_so",
            ),
        ]
        indexes = [
            models.Index(fields=["statement", "number"], name="bank_line_by_statement"),
            models.Index(fields=["community", "due_at"], condition=models.Q(closed_at__isnull=True), name="bank_line_to_claim"),
        ]

    def __str__(self) -> str:
        return f"流水 {self.value_date} 第 {self.number} 行"


class Remittance(models.Model):
    """A remittance advice 汇款清单 by which a line was booked: ``rows`` as they were read, ``[[community, home, fen], …]``;
    ``rest_fen`` is what of the line it left in suspense. Append-only."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="remittances")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField()
    amount_fen = models.BigIntegerField()
    rest_fen = models.BigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0, rest_fen__gte=0), name="remittance_pays")]

    def __str__(self) -> str:
        return f"汇款清单 {self.name}"


class LineBooking(models.Model):
    """A payment that was booked for a line. Append-only: after a wrong match the payment is void, and others follow."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="bookings")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")


class SlipLine(models.Model):
    """The line by which the bank shows a deposit slip: a slip is shown once, a line shows one. A wrong match is undone by two people
    and stays; then another may follow."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    slip = models.ForeignKey(DepositSlip, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(undone_at__isnull=True), name="line_shows_one_slip"),
            models.UniqueConstraint(fields=["slip"], condition=models.Q(undone_at__isnull=True), name="slip_shown_once"),
        ]


class ReceivedFor(models.Model):
    """What of a channel's payout, which came to the account of the line's community, is another community's; below zero where it had
    more refunded than paid. Frozen but for being undone."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="received_for")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "community"], condition=models.Q(undone_at__isnull=True), name="received_for_once"),
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="received_for_some"),
        ]


class PaidOver(models.Model):
    """A line by which a community that had received for another (``owing``) pays it over. A wrong one is undone by two people and
    stays; then another may follow."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    owing = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line"], condition=models.Q(undone_at__isnull=True), name="line_paid_over_once")]


class Habit(models.Model):
    """An account that paid for a household, as a person once confirmed; forgotten when that proves wrong."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payer_mark = models.CharField(max_length=40)
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "payer_mark", "property", "payer"], name="habit_once")]
