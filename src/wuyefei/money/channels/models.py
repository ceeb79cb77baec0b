"""Setups, orders, notices, exceptions and refunds. Guards stand in migration 0002."""

from __future__ import annotations

import builtins

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.money.billing.public import Receivable
from wuyefei.money.deposits.public import Deposit
from wuyefei.money.payments.public import Payment

from .rules import ORDER_NAMES, REFUND_NAMES, OrderState, RefundState


class ChannelSetup(models.Model):
    """The merchant account of a channel: of one community, or of the whole organisation where ``community`` is null."""

    class Channel(models.TextChoices):
        WECHAT = "wechat", _("微信支付")
        ALIPAY = "alipay", _("支付宝")

    class Mode(models.TextChoices):
        LIVE = "live", _("正式")
        SANDBOX = "sandbox", _("沙箱")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.LIVE)
    app_id = models.CharField(max_length=32)
    merchant_id = models.CharField(max_length=32)
    site_url = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    secrets = models.BinaryField()
    token = models.CharField(max_length=32, unique=True)
    enabled = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=200, blank=True)
    test_passed = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "community", "channel"], name="one_setup_a_place", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.merchant_id}"


class Order(models.Model):
    """Money asked for online. ``token`` is what a payer's page is addressed by, ``number`` what the provider is told."""

    class State(models.TextChoices):
        CREATED = "created", _(ORDER_NAMES[OrderState.CREATED])
        PAID = "paid", _(ORDER_NAMES[OrderState.PAID])
        CLOSED = "closed", _(ORDER_NAMES[OrderState.CLOSED])
        EXCEPTION = "exception", _(ORDER_NAMES[OrderState.EXCEPTION])

    class EntryPoint(models.TextChoices):
        IN_APP = "in_app", _("微信内")
        PHONE = "phone", _("手机浏览器")
        DESKTOP = "desktop", _("电脑")
        QR = "qr", _("收银台扫码")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    setup = models.ForeignKey(ChannelSetup, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=ChannelSetup.Channel.choices)
    entry_point = models.CharField(max_length=8, choices=EntryPoint.choices)
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    token = models.CharField(max_length=43, unique=True)
    client_key = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    return_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATED)
    way = models.JSONField(null=True)
    asked_at = models.DateTimeField(null=True)
    next_ask_at = models.DateTimeField(null=True)
    ask_error = models.CharField(max_length=200, blank=True)
    paid_fen = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    transaction_id = models.CharField(max_length=64, blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="order_positive"),
            models.UniqueConstraint(fields=["organisation", "client_key"], name="order_started_once"),
            models.CheckConstraint(
                condition=~models.Q(state="paid") | models.Q(payment__isnull=False, paid_fen=models.F("amount_fen")),
                name="paid_order_has_its_payment",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="order_by_place"),
            models.Index(fields=["next_ask_at"], condition=models.Q(state="created"), name="order_to_ask"),
        ]

    def __str__(self) -> str:
        return self.number

    @builtins.property
    def pay_url(self) -> str:
        """Where the payer's browser goes, or what is shown as a QR code; empty for JSAPI and where there is no way yet."""
        return str((self.way or {}).get("url", ""))

    @builtins.property
    def way_kind(self) -> str:
        """``redirect``, ``qr`` or ``jsapi``; empty where the provider has not answered yet."""
        return str((self.way or {}).get("kind", ""))

    @builtins.property
    def script_params(self) -> dict[str, str]:
        """What the wallet's own script is handed (JSAPI)."""
        return dict((self.way or {}).get("params", {}))


class OrderBill(models.Model):
    """A bill chosen for an order, with what was owed on it then, late fee included."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bills")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    due_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "receivable"], name="bill_once_an_order")]
        indexes = [models.Index(fields=["receivable"], name="order_bill_by_receivable")]


class NoticeLog(models.Model):
    """Every message that came to a callback address and was signed by the provider; append-only. A nonce is taken once."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("已入账")
        KNOWN = "known", _("重复，未重复入账")
        EXCEPTION = "exception", _("转异常处理")
        NOTHING = "nothing", _("无须处理")
        UNKNOWN_ORDER = "unknown_order", _("没有这个订单")

    setup = models.ForeignKey(ChannelSetup, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=128)
    number = models.CharField(max_length=64)
    said = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()
    transaction_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["setup", "nonce"], name="nonce_seen_once")]


class ChannelException(models.Model):
    """Something about money that a person has to look at. ``suspense_fen`` is what stands in suspense because of it."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("金额不符")
        LATE = "late", _("关闭后到账")
        SURPLUS = "surplus", _("账单已在别处缴清")
        CONTRADICTION = "contradiction", _("渠道前后说法不一")
        UNBOOKABLE = "unbookable", _("无法入账")

    class Resolution(models.TextChoices):
        KEPT = "kept", _("留作预存")
        BOOKED = "booked", _("入账给缴费人")
        REFUNDED = "refunded", _("退回")
        NOTED = "noted", _("已核实，无须处理")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="exceptions")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    suspense_fen = models.BigIntegerField(default=0)
    transaction_id = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "transaction_id", "amount_fen"], name="exception_raised_once"),
            models.CheckConstraint(condition=models.Q(suspense_fen__gte=0), name="suspense_not_negative"),
        ]
        indexes = [models.Index(fields=["community", "closed_at", "due_at"], name="exception_to_work")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order_id}"


class RefundTotal(models.Model):
    """How much of a payment is promised back: the row every refund of it locks, and the bound the database keeps."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reserved_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved_fen__gte=0, reserved_fen__lte=models.F("amount_fen")), name="never_refunded_above_payment"
            ),
        ]


class Refund(models.Model):
    """Money given back, of a payment or out of suspense; ``deposit``: it was held as one until then. ``number`` is what the provider knows it by."""

    class State(models.TextChoices):
        REQUESTED = "requested", _(REFUND_NAMES[RefundState.REQUESTED])
        APPROVED = "approved", _(REFUND_NAMES[RefundState.APPROVED])
        SENT = "sent", _(REFUND_NAMES[RefundState.SENT])
        FAILED = "failed", _(REFUND_NAMES[RefundState.FAILED])
        DONE = "done", _(REFUND_NAMES[RefundState.DONE])
        REJECTED = "rejected", _(REFUND_NAMES[RefundState.REJECTED])
        CANCELLED = "cancelled", _(REFUND_NAMES[RefundState.CANCELLED])

    class Method(models.TextChoices):
        SOURCE = "source", _("原路退回")
        TRANSFER = "transfer", _("银行转账")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    exception = models.ForeignKey(ChannelException, null=True, on_delete=models.PROTECT, related_name="refunds")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="refunds")
    deposit = models.ForeignKey(Deposit, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    amount_fen = models.BigIntegerField()
    method = models.CharField(max_length=8, choices=Method.choices)
    release = models.JSONField(default=list)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    due_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    refund_id = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="refund_positive"),
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("requested_by")), name="refund_four_eyes"),
            models.CheckConstraint(
                condition=models.Q(payment__isnull=False, exception__isnull=True)
                | models.Q(payment__isnull=True, exception__isnull=False),
                name="refund_of_one_thing",
            ),
            models.CheckConstraint(condition=models.Q(order__isnull=False) | models.Q(method="transfer"), name="source_needs_order"),
            models.UniqueConstraint(fields=["exception"], condition=~models.Q(state="rejected"), name="suspense_refunded_once"),
        ]
        indexes = [
            models.Index(fields=["community", "-id"], name="refund_by_place"),
            models.Index(fields=["state", "due_at"], name="refund_to_work"),
            models.Index(fields=["payment"], name="refund_by_payment"),
        ]

    def __str__(self) -> str:
        return self.number
