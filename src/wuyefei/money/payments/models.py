"""Payments, tenders, allocations and prepayments. Append-only triggers stand in migration 0002."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable
from wuyefei.money.receipts.public import Receipt


class PaymentBatch(models.Model):
    """Payments booked together from one document: a bank's file, a channel's or a desk's day. Append-only."""

    class Source(models.TextChoices):
        BANK = "bank", _("银行流水")
        CHANNEL = "channel", _("渠道账单")
        DESK = "day", _("收款日报")
        DEBIT = "debit", _("代扣回盘")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=Source.choices)
    document = models.CharField(max_length=120)
    document_hash = models.CharField(max_length=64)
    payment_count = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="batch_positive"),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="batch_by_community")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.document}"


class Payment(models.Model):
    class Kind(models.TextChoices):
        DESK = "desk", _("收银台")
        ONLINE = "online", _("线上缴费")
        BATCH = "batch", _("批量入账")
        OFFSET = "offset", _("预存抵扣")
        OPENING = "opening", _("期初预存")
        CARE = "care", _("关爱基金")
        SUBSIDY = "subsidy", _("补贴转付")

    TAKEN = (Kind.DESK, Kind.BATCH, Kind.ONLINE)
    """The kinds by which new money came in: each has its receipt. The others move what was here already."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    value_date = models.DateField()
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64, null=True)
    batch = models.ForeignKey(PaymentBatch, null=True, on_delete=models.PROTECT, related_name="payments")
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="+")
    remark = models.CharField(max_length=200, blank=True)
    voided_at = models.DateTimeField(null=True)

    left_fen: int | None = None
    """What of it became prepayment, where it was taken just now; it is kept in the prepayments."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="payment_positive"),
            models.UniqueConstraint(fields=["organisation", "client_key"], name="payment_taken_once"),
            models.CheckConstraint(
                condition=models.Q(kind="batch", batch__isnull=False) | (~models.Q(kind="batch") & models.Q(batch__isnull=True)),
                name="payment_of_a_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["property", "-id"], name="payment_by_property"),
            models.Index(fields=["community", "-booked_at"], name="payment_by_time"),
        ]

    def __str__(self) -> str:
        return f"收款 {self.pk}"


class Tender(models.Model):
    class Method(models.TextChoices):
        CASH = "cash", _("现金")
        SCAN = "scan", _("扫码")
        CARD = "card", _("POS 刷卡")
        TRANSFER = "transfer", _("银行转账")
        WECHAT = "wechat", _("微信支付")
        ALIPAY = "alipay", _("支付宝")
        PREPAID = "prepaid", _("预存抵扣")
        OPENING = "opening", _("期初")
        CARE = "care", _("关爱基金")
        SUBSIDY = "subsidy", _("补贴转付")
        DEBIT = "debit", _("银行代扣")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="tenders")
    method = models.CharField(max_length=10, choices=Method.choices)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="tender_positive"),
            models.UniqueConstraint(fields=["payment", "method"], name="one_tender_a_method"),
        ]


class Allocation(models.Model):
    """Part of a payment settling part of a receivable; undone by a row with the negative amount.

    ``tax_fen`` is the tax in a late fee; ``taxed_at`` says when it was split off, where that was later than the booking (late fees
    from before the split).
    """

    class Part(models.TextChoices):
        COST = "cost", _("费用")
        LATE_FEE = "late_fee", _("违约金")
        PRINCIPAL = "principal", _("本金")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField(default=0, db_default=0)
    value_date = models.DateField()
    booked_at = models.DateTimeField()
    taxed_at = models.DateTimeField(null=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, reverses__isnull=True)
                | models.Q(amount_fen__lt=0, reverses__isnull=False),
                name="allocation_or_its_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(tax_fen=0)
                | models.Q(part="late_fee", tax_fen__gt=0, tax_fen__lt=models.F("amount_fen"))
                | models.Q(part="late_fee", tax_fen__lt=0, tax_fen__gt=models.F("amount_fen")),
                name="allocation_tax_in_it",
            ),
            models.UniqueConstraint(
                fields=["payment", "receivable", "part"], condition=models.Q(reverses__isnull=True), name="allocated_once"
            ),
        ]
        indexes = [models.Index(fields=["receivable", "id"], name="allocation_by_receivable")]


class Prepayment(models.Model):
    """A movement of the money held for a payer and property: positive in, negative out. Append-only."""

    class Kind(models.TextChoices):
        PAID = "paid", _("预存")
        SPENT = "spent", _("抵扣")
        OPENING = "opening", _("期初")
        VOID = "void", _("作废")
        RELEASED = "released", _("撤销核销转入")
        REFUND = "refund", _("退款")
        MOVED = "moved", _("过户转移")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="prepayments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    value_date = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["payer", "property"], name="prepayment_of")]
