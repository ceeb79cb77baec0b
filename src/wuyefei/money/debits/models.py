"""Terms, mandates, batches, items and the bank's answers. Guards stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Payment

from .rules import ATTEMPTS, DAYS_APART
from .rules.layouts import BACK_COLUMNS, CSV_COLUMNS


class DebitTerms(models.Model):
    """What a community agreed with its bank. Columns and codes as they are typed, a line each."""

    class Shape(models.TextChoices):
        CSV = "csv", _("CSV，按列名")
        FIXED = "fixed", _("定长文本")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="+")
    merchant = models.CharField(max_length=40)
    note = models.CharField(max_length=40, blank=True)
    shape = models.CharField(max_length=6, choices=Shape.choices, default=Shape.CSV)
    columns = models.TextField(default=CSV_COLUMNS)
    back_shape = models.CharField(max_length=6, choices=Shape.choices, default=Shape.CSV)
    back_columns = models.TextField(default=BACK_COLUMNS, blank=True)
    codes = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=ATTEMPTS)
    days_apart = models.PositiveSmallIntegerField(default=DAYS_APART)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.community.name} 代扣设置"


class Mandate(models.Model):
    """A payer lets one account be debited. Another account, bank or limit is another mandate; only its end is written later.

    The number is sealed; ``account_mark`` compares it, ``account_tail`` shows it. Erasing the payer empties it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    bank = models.CharField(max_length=60)
    holder = models.CharField(max_length=80)
    account_sealed = models.BinaryField(null=True)
    account_mark = models.CharField(max_length=40, blank=True)
    account_tail = models.CharField(max_length=4, blank=True)
    limit_fen = models.BigIntegerField(null=True)
    signed_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer"], condition=models.Q(ended_at__isnull=True), name="one_mandate_a_payer"),
            models.CheckConstraint(condition=models.Q(limit_fen__isnull=True) | models.Q(limit_fen__gt=0), name="mandate_limit_positive"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="mandate_by_place")]

    def __str__(self) -> str:
        return f"{self.payer} 代扣 ****{self.account_tail}"


class DebitBatch(models.Model):
    """One file to the bank. Its bytes follow from its items and the shape frozen here; ``sha256`` proves it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待报送")
        SENT = "sent", _("已报送")
        UNDONE = "undone", _("已撤销")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    debit_on = models.DateField()
    merchant = models.CharField(max_length=40)
    note = models.CharField(max_length=40, blank=True)
    shape = models.CharField(max_length=6, choices=DebitTerms.Shape.choices)
    columns = models.TextField()
    item_count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    left_out = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="debit_batch_number"),
            models.CheckConstraint(condition=models.Q(total_fen__gt=0, item_count__gt=0), name="debit_batch_asks"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="debit_batch_by_place")]

    def __str__(self) -> str:
        return f"代扣批次 {self.number}"


class ReturnFile(models.Model):
    """A file of the bank that brought something new. Append-only."""

    batch = models.ForeignKey(DebitBatch, on_delete=models.PROTECT, related_name="answers")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    known_count = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    suspense_fen = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"回盘 {self.name}"


class DebitItem(models.Model):
    """One payer in a file. What was asked never changes; how it ended is written once by the bank's answer."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待回盘")
        PAID = "paid", _("扣款成功")
        PARTIAL = "partial", _("部分成功")
        FAILED = "failed", _("扣款失败")
        EXCEPTION = "exception", _("多扣待处理")
        GIVEN_UP = "given_up", _("未回盘，已结束")
        UNDONE = "undone", _("已撤销")

    OPEN = (State.WAITING, State.GIVEN_UP)
    """The states in which the bank's answer is still taken."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(DebitBatch, on_delete=models.PROTECT, related_name="items")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="items")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    number = models.CharField(max_length=32)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answer = models.ForeignKey(ReturnFile, null=True, on_delete=models.PROTECT, related_name="items")
    answer_mark = models.CharField(max_length=40, blank=True)
    answered_on = models.DateField(null=True)
    got_fen = models.BigIntegerField(default=0)
    suspense_fen = models.BigIntegerField(default=0)
    code = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=120, blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    next_try_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="debit_item_number"),
            models.UniqueConstraint(fields=["batch", "mandate"], name="debit_item_once_a_batch"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="debit_item_asks"),
            models.CheckConstraint(
                condition=models.Q(state__in=["paid", "partial"], payment__isnull=False, got_fen__gt=0, suspense_fen=0)
                | models.Q(state="exception", payment__isnull=True, got_fen__gt=0, suspense_fen=models.F("got_fen"))
                | models.Q(state__in=["waiting", "failed", "given_up", "undone"], payment__isnull=True, got_fen=0, suspense_fen=0),
                name="debit_item_money_is_somewhere",
            ),
        ]
        indexes = [models.Index(fields=["batch", "place"], name="debit_item_by_place")]

    def __str__(self) -> str:
        return f"扣款 {self.number}"


class DebitBill(models.Model):
    """A bill asked for by an item. It waits in one item at most."""

    item = models.ForeignKey(DebitItem, on_delete=models.PROTECT, related_name="bills")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    waiting = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "receivable"], name="debit_bill_once_an_item"),
            models.UniqueConstraint(fields=["receivable"], condition=models.Q(waiting=True), name="debit_bill_waits_once"),
        ]


class DebitSettlement(models.Model):
    """A line of our account by which the bank paid out what it had taken. A wrong one is undone by two people and stays; then another
    may follow."""

    batch = models.ForeignKey(DebitBatch, on_delete=models.PROTECT, related_name="settlements")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=400, blank=True, db_default="")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(undone_at__isnull=True), name="debit_line_settles_once"),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, asked_by__isnull=True, decided_by__isnull=True)
                | (models.Q(undone_at__isnull=False, asked_by__isnull=False, decided_by__isnull=False) & ~models.Q(asked_by=models.F("decided_by"))),
                name="debit_unsettled_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} 到账"
